package objects

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"vigie/triage"
)

// ringRef names a keyring of a manifest part. Keys are never added to a ring: where one was destroyed and its medium is
// listed by the same part again, the part gets one more ring.
type ringRef struct {
	exhibit [8]byte
	part    [32]byte
	number  uint16 // from 1
}

// ringRefSize is the length of a ringRef as it is stored, in bytes.
const ringRefSize = 8 + 32 + 2

// maxRings bounds how many keyrings one part may have.
const maxRings = 1000

// newRingRef names the first keyring of a part.
func newRingRef(op string, x triage.ExhibitID, part triage.PartID) (r ringRef, err error) {
	if len(x) == 17 && x[0] == 'x' && len(part) == 64 {
		exhibit, xErr := hex.DecodeString(string(x[1:]))
		digest, partErr := hex.DecodeString(string(part))
		if xErr == nil && partErr == nil {
			return ringRef{[8]byte(exhibit), [32]byte(digest), 1}, nil
		}
	}
	return r, triage.E(triage.Invalid, op, string(x), "a medium is kept for a part of an exhibit", nil)
}

// name returns the key of the ring's object.
func (r ringRef) name() string {
	first := fmt.Sprintf("%s/x%x/%x", Keys, r.exhibit, r.part)
	if r.number == 1 {
		return first
	}
	return fmt.Sprintf("%s.%d", first, r.number)
}

func (r ringRef) append(b []byte) []byte {
	return binary.BigEndian.AppendUint16(append(append(b, r.exhibit[:]...), r.part[:]...), r.number)
}

// parseRingRef reads what append wrote; b has ringRefSize bytes.
func parseRingRef(b []byte) ringRef {
	return ringRef{[8]byte(b), [32]byte(b[8:]), binary.BigEndian.Uint16(b[40:])}
}

// mediumRef says where one generation of a medium is kept.
type mediumRef struct {
	generation int
	ring       ringRef
	destroyed  bool // only a mark of it is left
}

// headerOf returns the header of a medium's object under key.
func headerOf(key string, ref mediumRef) []byte {
	magic := mediumMagic
	if ref.destroyed {
		magic, ref.ring = destroyedMagic, ringRef{}
	}
	header := ref.ring.append([]byte(magic))
	return append(header, headerSum(key, header)...)
}

// parseHeader reads what headerOf wrote.
func parseHeader(key string, h []byte) (ref mediumRef, err error) {
	const body = 4 + ringRefSize
	if len(h) != mediumHeader || !bytes.Equal(h[body:], headerSum(key, h[:body])) {
		return ref, triage.E(triage.Corrupt, "objects.parseHeader", key, "the stored bytes were changed: restore them from a copy", nil)
	}
	switch string(h[:4]) {
	case mediumMagic:
		ref.ring = parseRingRef(h[4:])
	case destroyedMagic:
		ref.destroyed = true
	default:
		return ref, triage.E(triage.Corrupt, "objects.parseHeader", key, "kept by another version of vigie: use that one", nil)
	}
	return ref, nil
}
