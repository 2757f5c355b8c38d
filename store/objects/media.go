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
//	32     the manifest part, which together name the keyring
//	16     the start of the SHA-256 of the object's name and of the above, against accidents
//
// The object is written only-if-absent, and its keyring before it: when two uploads of one medium meet, from whichever
// exhibits, one object stays, and with it the one key that counts. Where the keyring lacks the key, the generation was
// destroyed: the medium may be kept again, as the next one.
const (
	mediumMagic    = "vgm1"
	destroyedMagic = "vgm0"
	mediumHeader   = 4 + 8 + 32 + 16

	// maxGenerations bounds how often one medium is seized and destroyed.
	maxGenerations = 1000
)

func mediumKey(id triage.MediumID, generation int) string {
	return fmt.Sprintf("%s/%s.%d", Media, id, generation)
}

func ringKey(x triage.ExhibitID, part triage.PartID) string {
	return fmt.Sprintf("%s/%s/%s", Keys, x, part)
}

// ringID is what a medium is called in a keyring.
func ringID(id triage.MediumID) ([16]byte, error) {
	raw, err := hex.DecodeString(string(id))
	if err != nil || len(raw) != 16 {
		return [16]byte{}, triage.E(triage.Invalid, "objects.ringID", string(id), "not the name of a medium", err)
	}
	return [16]byte(raw), nil
}

// headerOf returns the header of a medium's object under key.
func headerOf(magic, key string, x triage.ExhibitID, part triage.PartID) ([]byte, error) {
	if len(x) != 17 || x[0] != 'x' || len(part) != 64 {
		return nil, triage.E(triage.Invalid, "objects.headerOf", key, "a medium is kept for a part of an exhibit", nil)
	}
	exhibit, err := hex.DecodeString(string(x[1:]))
	if err == nil {
		var raw []byte
		raw, err = hex.DecodeString(string(part))
		exhibit = append(exhibit, raw...)
	}
	if err != nil {
		return nil, triage.E(triage.Invalid, "objects.headerOf", key, "a medium is kept for a part of an exhibit", err)
	}
	header := append([]byte(magic), exhibit...)
	return append(header, headerSum(key, header)...), nil
}

func headerSum(key string, header []byte) []byte {
	sum := sha256.Sum256(append([]byte(key+"\x00"), header...))
	return sum[:16]
}

// parseHeader returns the name of the keyring that a header names, or "" for a medium that was destroyed.
func parseHeader(key string, h []byte) (ring string, err error) {
	if len(h) != mediumHeader || !bytes.Equal(h[44:], headerSum(key, h[:44])) {
		return "", triage.E(triage.Corrupt, "objects.parseHeader", key, "the stored bytes were changed: restore them from a copy", nil)
	}
	switch string(h[:4]) {
	case mediumMagic:
		x, part := "x"+hex.EncodeToString(h[4:12]), hex.EncodeToString(h[12:44])
		return ringKey(triage.ExhibitID(x), triage.PartID(part)), nil
	case destroyedMagic:
		return "", nil
	}
	return "", triage.E(triage.Corrupt, "objects.parseHeader", key, "kept by another version of vigie: use that one", nil)
}

// PutMedium implements triage.MediaArchive.
func (a *Archive) PutMedium(ctx context.Context, id triage.MediumID, slot triage.Slot, r io.Reader, size int64) error {
	const op = "objects.PutMedium"
	ringEntry, err := ringID(id)
	if err != nil {
		return err
	}
	ring, err := a.ring(ctx, ringKey(slot.Exhibit, slot.Part))
	if triage.IsKind(err, triage.NotFound) {
		return triage.E(triage.Conflict, op, string(id), "send the manifest part that lists this medium first", err)
	}
	if err != nil {
		return err
	}
	key, ok := ring.find(ringEntry)
	if !ok {
		return triage.E(triage.Conflict, op, string(id), "its exhibit was destroyed meanwhile: submit again", nil)
	}
	generation := max(1, slot.Generation, a.afterDead(id))
	for g := 1; g < generation; g++ { // readers go through the generations one by one: there is no gap
		if err := a.putDestroyed(ctx, mediumKey(id, g), a.raw.Put); err != nil && !triage.IsKind(err, triage.Exists) {
			return err
		}
	}
	err = a.putGeneration(ctx, mediumKey(id, generation), slot, key, r, size)
	if !triage.IsKind(err, triage.Exists) {
		return err
	}
	live, liveErr := a.live(ctx, id, generation)
	if liveErr != nil || live {
		return errors.Join(liveErr, err)
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
func (a *Archive) putDestroyed(ctx context.Context, object string, put func(context.Context, string, io.Reader, int64) error) error {
	mark := append([]byte(destroyedMagic), make([]byte, 40)...)
	mark = append(mark, headerSum(object, mark)...)
	return put(ctx, object, bytes.NewReader(mark), int64(len(mark)))
}

// putGeneration keeps one generation.
func (a *Archive) putGeneration(ctx context.Context, object string, slot triage.Slot, key [KeySize]byte, r io.Reader, size int64) error {
	const op = "objects.PutMedium"
	header, err := headerOf(mediumMagic, object, slot.Exhibit, slot.Part)
	if err != nil {
		return err
	}
	body, err := newContent(ctx, op, object, r, size)
	if err != nil {
		return err
	}
	encrypted, length, err := encrypt(op, object, body, size, dare(key[:]))
	if err != nil {
		return err
	}
	return a.raw.Put(ctx, object, io.MultiReader(bytes.NewReader(header), encrypted), mediumHeader+length)
}

// live reports whether a generation can be read: its object is there and its key was not destroyed. NotFound means
// that there is no such object.
func (a *Archive) live(ctx context.Context, id triage.MediumID, generation int) (bool, error) {
	name, err := a.readHeader(ctx, mediumKey(id, generation))
	if err != nil || name == "" {
		return false, err
	}
	_, live, err := a.mediumRing(ctx, id, name)
	return live, err
}

// readHeader returns the keyring that the object key names.
func (a *Archive) readHeader(ctx context.Context, key string) (string, error) {
	r, err := a.raw.GetRange(ctx, key, 0, mediumHeader)
	if err != nil {
		return "", err
	}
	defer r.Close()
	header, err := io.ReadAll(r)
	if err != nil {
		return "", err
	}
	return parseHeader(key, header)
}

// mediumRing returns the key of a medium that ring holds. That the ring is not there at all means that it was lost.
func (a *Archive) mediumRing(ctx context.Context, id triage.MediumID, name string) (key [KeySize]byte, live bool, err error) {
	entry, err := ringID(id)
	if err != nil {
		return key, false, err
	}
	ring, err := a.ring(ctx, name)
	if triage.IsKind(err, triage.NotFound) {
		return key, false, triage.E(triage.Corrupt, "objects.mediumRing", string(id), "its key is lost: restore the bucket keys from a copy", err)
	}
	if err != nil {
		return key, false, err
	}
	key, live = ring.find(entry)
	return key, live, nil
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
	name, err := parseHeader(object, header)
	if err != nil || name == "" {
		return nil, 0, errors.Join(err, src.Close())
	}
	key, live, err := a.mediumRing(ctx, id, name)
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

// OpenMediumRange opens the n bytes from off on of a medium, fewer where it ends before, and checks the packages that
// the range touches.
func (a *Archive) OpenMediumRange(ctx context.Context, id triage.MediumID, off, n int64) (io.ReadCloser, error) {
	const op = "objects.OpenMediumRange"
	if err := checkRange(op, string(id), off, n); err != nil {
		return nil, err
	}
	for generation := 1; generation <= maxGenerations; generation++ {
		object := mediumKey(id, generation)
		name, err := a.readHeader(ctx, object)
		if err != nil {
			return nil, err
		}
		if name == "" {
			continue
		}
		key, live, err := a.mediumRing(ctx, id, name)
		if err != nil {
			return nil, err
		}
		if live {
			return openRange(ctx, op, behindHeader{a.raw}, object, dare(key[:]), off, n)
		}
	}
	return nil, triage.E(triage.NotFound, op, string(id), "", nil)
}

// behindHeader shows what lies behind a medium's header.
type behindHeader struct{ Store }

func (b behindHeader) Stat(ctx context.Context, key string) (Info, error) {
	info, err := b.Store.Stat(ctx, key)
	info.Size = max(0, info.Size-mediumHeader)
	return info, err
}

func (b behindHeader) GetRange(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	return b.Store.GetRange(ctx, key, off+mediumHeader, n)
}

// HasMedium implements triage.MediaArchive.
func (a *Archive) HasMedium(ctx context.Context, id triage.MediumID, from int) (bool, error) {
	for g := max(1, from); g <= maxGenerations; g++ {
		live, err := a.live(ctx, id, g)
		if triage.IsKind(err, triage.NotFound) {
			return false, nil
		}
		if live || err != nil {
			return live, err
		}
	}
	return false, nil
}

// makeMediaKeys keeps the keyring of a part.
func (a *Archive) makeMediaKeys(ctx context.Context, x triage.ExhibitID, part triage.PartID, media []triage.MediumID) error {
	if len(media) == 0 {
		return nil
	}
	ids := make([][16]byte, len(media))
	for i, id := range media {
		var err error
		if ids[i], err = ringID(id); err != nil {
			return err
		}
	}
	name := ringKey(x, part)
	ring, err := makeKeyring(ctx, a.raw, a.keys, name, ids)
	if err == nil {
		a.rings.keep(name, ring)
	}
	return err
}

// ring returns a keyring, of memory where it was used a moment ago.
func (a *Archive) ring(ctx context.Context, name string) (keyring, error) {
	if ring, ok := a.rings.find(name); ok {
		return ring, nil
	}
	ring, err := loadKeyring(ctx, a.raw, a.keys, name)
	if err == nil {
		a.rings.keep(name, ring)
	}
	return ring, err
}

// exhibitStore returns the store of an exhibit's manifests, sealed under the exhibit's key, which a first writer makes.
// NotFound means that there is none (yet), or, with triage.ErrDestroyed, that it was destroyed.
func (a *Archive) exhibitStore(ctx context.Context, x triage.ExhibitID, writer bool) (Store, error) {
	name := exhibitRing(x)
	ring, err := a.ring(ctx, name)
	if writer && triage.IsKind(err, triage.NotFound) {
		if ring, err = makeKeyring(ctx, a.raw, a.keys, name, make([][16]byte, 1)); err == nil {
			a.rings.keep(name, ring)
		}
	}
	if err != nil {
		return nil, err
	}
	key, ok := ring.find([16]byte{})
	if !ok {
		return nil, triage.E(triage.NotFound, "objects.exhibitStore", string(x), "this exhibit was destroyed", triage.ErrDestroyed)
	}
	return Seal(a.raw, key[:])
}

func exhibitRing(x triage.ExhibitID) string { return fmt.Sprintf("%s/%s/exhibit", Keys, x) }
