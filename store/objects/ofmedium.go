package objects

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"

	"vigie/triage"
)

// What tells the content of a medium (its hashes, what its decoder found) lies in objects that many media share. Each of
// these records is sealed under a key of its own medium, so that destroying that key makes it unreadable, wherever copies
// of it lie:
//
//	bytes  what
//	42     the keyring that holds the medium's key (ringRef)
//	12     nonce, random
//	n+16   the record: AES-256-GCM under a key that HKDF-SHA256 derives of the medium's, with the medium's name as
//	       additional data
const recordOverhead = ringRefSize + 12 + 16

// recordKey derives the key of a medium's records of one purpose.
func recordKey(op string, id triage.MediumID, key [KeySize]byte, purpose string) ([KeySize]byte, error) {
	derived, err := hkdf.Key(sha256.New, key[:], nil, "vigie "+purpose+" v1\x00"+string(id), KeySize)
	if err != nil {
		return key, triage.E(triage.Internal, op, string(id), "", err)
	}
	return [KeySize]byte(derived), nil
}

// sealOf seals a record of a medium that is kept. NotFound means that the medium is not, or not any more.
func (a *Archive) sealOf(ctx context.Context, id triage.MediumID, purpose string, doc []byte) ([]byte, error) {
	ref, key, err := a.find(ctx, id, 1)
	if err != nil {
		return nil, err
	}
	if key, err = recordKey("objects.sealOf", id, key, purpose); err != nil {
		return nil, err
	}
	sealed := ref.ring.append(make([]byte, 0, recordOverhead+len(doc)))
	nonce := make([]byte, 12)
	rand.Read(nonce) // never fails (crypto/rand)
	return newGCM(key).Seal(append(sealed, nonce...), nonce, doc, []byte(id)), nil
}

// openOf opens what sealOf made. NotFound with triage.ErrDestroyed means that the medium's key was destroyed.
func (a *Archive) openOf(ctx context.Context, id triage.MediumID, purpose string, sealed []byte) ([]byte, error) {
	const op = "objects.openOf"
	if len(sealed) < recordOverhead {
		return nil, triage.E(triage.Corrupt, op, string(id), "the record is damaged: restore it", nil)
	}
	key, live, err := a.ringKey(ctx, id, parseRingRef(sealed))
	if err != nil {
		return nil, err
	}
	if !live {
		return nil, triage.E(triage.NotFound, op, string(id), "", triage.ErrDestroyed)
	}
	if key, err = recordKey(op, id, key, purpose); err != nil {
		return nil, err
	}
	nonce, body := sealed[ringRefSize:ringRefSize+12], sealed[ringRefSize+12:]
	doc, err := newGCM(key).Open(nil, nonce, body, []byte(id))
	if err != nil {
		return nil, triage.E(triage.Corrupt, op, string(id), "the record is damaged: restore it", err)
	}
	return doc, nil
}
