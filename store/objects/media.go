package objects

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"vigie/triage"
)

// A medium is one object, media/<MediumID>.<generation>: a header in clear, then its bytes sealed under a random key of
// their own (DARE 2.0, as in Seal). The header names the keyring that holds the key, so that the object store alone is
// enough to read every medium:
//
//	bytes  what
//	4      mediumMagic, or destroyedMagic
//	8      the exhibit,
//	32     the manifest part,
//	2      and which of its keyrings, from 1: together they name the keyring
//	16     the start of the SHA-256 of the object's name and of the above, against accidents
//
// The object is written only-if-absent, and its keyring before it: when two uploads of one medium meet, from whichever
// exhibits, one object stays, and with it the one key that counts. Where the keyring lacks the key, the generation was
// destroyed: the medium may be kept again, as the next one.
const (
	mediumMagic    = "vgm1"
	destroyedMagic = "vgm0"
	mediumHeader   = 4 + ringRefSize + 16

	// maxGenerations bounds how often one medium is seized and destroyed.
	maxGenerations = 1000
)

func mediumKey(id triage.MediumID, generation int) string {
	return fmt.Sprintf("%s/%s.%d", Media, id, generation)
}

// ringID is what a medium is called in a keyring.
func ringID(id triage.MediumID) ([16]byte, error) {
	raw, err := hex.DecodeString(string(id))
	if err != nil || len(raw) != 16 {
		return [16]byte{}, triage.E(triage.Invalid, "objects.ringID", string(id), "not the name of a medium", err)
	}
	return [16]byte(raw), nil
}

func headerSum(key string, header []byte) []byte {
	sum := sha256.Sum256(append([]byte(key+"\x00"), header...))
	return sum[:16]
}

// PutMedium implements triage.MediaArchive.
func (a *Archive) PutMedium(ctx context.Context, id triage.MediumID, slot triage.Slot, r io.Reader, size int64) error {
	const op = "objects.PutMedium"
	ring, key, err := a.slotKey(ctx, id, slot)
	if triage.IsKind(err, triage.NotFound) {
		return triage.E(triage.Conflict, op, string(id), "its exhibit was destroyed or changed meanwhile: submit again", err)
	}
	if err != nil {
		return err
	}
	generation := max(1, slot.Generation, a.afterDead(id))
	for g := 1; g < generation; g++ { // readers go through the generations one by one: there is no gap
		if err := a.putDestroyed(ctx, id, g, a.raw.Put); err != nil && !triage.IsKind(err, triage.Exists) {
			return err
		}
	}
	err = a.putGeneration(ctx, id, mediumRef{generation: generation, ring: ring}, key, r, size)
	if !triage.IsKind(err, triage.Exists) {
		return err
	}
	if held, heldErr := a.HasMedium(ctx, id, generation); heldErr != nil || held {
		return errors.Join(heldErr, err)
	}
	// Its destruction was not known here. r may be read by now: the next call takes the next generation.
	a.dead.Store(id, generation)
	return triage.E(triage.Unavailable, op, string(id), "this medium was destroyed earlier: send it again", nil)
}

// afterDead returns the generation after the last that a write met dead.
func (a *Archive) afterDead(id triage.MediumID) int {
	dead, _ := a.dead.Load(id)
	generation, _ := dead.(int)
	return generation + 1
}

// putDestroyed leaves the mark of a generation that is no more.
func (a *Archive) putDestroyed(ctx context.Context, id triage.MediumID, generation int, put func(context.Context, string, io.Reader, int64) error) error {
	object := mediumKey(id, generation)
	return put(ctx, object, bytes.NewReader(headerOf(object, mediumRef{destroyed: true})), mediumHeader)
}

// putGeneration keeps one generation.
func (a *Archive) putGeneration(ctx context.Context, id triage.MediumID, ref mediumRef, key [KeySize]byte, r io.Reader, size int64) error {
	const op = "objects.PutMedium"
	object := mediumKey(id, ref.generation)
	body, err := newContent(ctx, op, object, r, size)
	if err != nil {
		return err
	}
	encrypted, length, err := encrypt(op, object, body, size, dare(key[:]))
	if err != nil {
		return err
	}
	return a.raw.Put(ctx, object, io.MultiReader(bytes.NewReader(headerOf(object, ref)), encrypted), mediumHeader+length)
}

// OpenMedium implements triage.MediaArchive. It opens the first generation that was not destroyed.
func (a *Archive) OpenMedium(ctx context.Context, id triage.MediumID, from int) (io.ReadCloser, int64, error) {
	for generation := max(1, from); generation <= maxGenerations; generation++ {
		body, size, err := a.openGeneration(ctx, id, generation)
		if body != nil || err != nil {
			return body, size, err
		}
	}
	return nil, 0, triage.E(triage.NotFound, "objects.OpenMedium", string(id), "", nil)
}

// openGeneration returns nil and no error for a generation that was destroyed.
func (a *Archive) openGeneration(ctx context.Context, id triage.MediumID, generation int) (io.ReadCloser, int64, error) {
	const op = "objects.OpenMedium"
	object := mediumKey(id, generation)
	info, err := a.raw.Stat(ctx, object)
	if err != nil {
		return nil, 0, err
	}
	src, err := a.raw.Get(ctx, object)
	if err != nil {
		return nil, 0, err
	}
	header := make([]byte, mediumHeader)
	if n, err := io.ReadFull(src, header); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, 0, errors.Join(err, src.Close())
	} else {
		header = header[:n]
	}
	ref, err := parseHeader(object, header)
	if err != nil {
		return nil, 0, errors.Join(err, src.Close())
	}
	key, live, err := a.refKey(ctx, id, ref)
	if err != nil || !live {
		return nil, 0, errors.Join(err, src.Close())
	}
	info.Size -= mediumHeader
	if info, err = clearInfo(op, info); err != nil {
		return nil, 0, errors.Join(err, src.Close())
	}
	body, err := openSealed(op, object, src, dare(key[:]))
	return body, info.Size, err
}

// HasMedium implements triage.MediaArchive.
func (a *Archive) HasMedium(ctx context.Context, id triage.MediumID, from int) (bool, error) {
	_, _, err := a.find(ctx, id, from)
	if triage.IsKind(err, triage.NotFound) {
		return false, nil
	}
	return err == nil, err
}
