// Package pdq computes and compares PDQ, Meta's perceptual hash of a picture: 256 bits and a quality of 0 to 100.
//
// Source: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", Facebook, 2019, and its
// reference implementation in facebook/ThreatExchange.
package pdq

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

const (
	// MatchDistance is the largest Hamming distance, in bits of 256, at which two hashes are the same picture
	// (the reference's published threshold: at or below 31).
	MatchDistance = 31
	// MinQuality is the lowest quality, of 100, at which a hash may be matched (the reference's published threshold).
	MinQuality = 50
	// Bits is the length of a hash.
	Bits = 256
)

// Hash is a PDQ hash in the order in which its hexadecimal form is printed: bit 255 first.
type Hash [Bits / 8]byte

// String returns 64 lower-case hexadecimal digits, as partners' lists have them.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Parse decodes 64 hexadecimal digits of either case.
func Parse(s string) (Hash, error) {
	var h Hash
	return h, h.UnmarshalText([]byte(s))
}

// MarshalText encodes h in lower-case hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText decodes 64 hexadecimal digits of either case.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return fmt.Errorf("PDQ has %d hexadecimal digits, not %d", hex.EncodedLen(len(h)), len(text))
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return fmt.Errorf("PDQ: %w", err)
	}
	return nil
}

// Distance returns the Hamming distance between h and other, in bits (0 to 256).
func (h Hash) Distance(other Hash) int {
	n := 0
	for i := 0; i < len(h); i += 8 {
		n += bits.OnesCount64(binary.BigEndian.Uint64(h[i:]) ^ binary.BigEndian.Uint64(other[i:]))
	}
	return n
}

// Transform names one of the eight rotations and mirrors of the square, as the reference's dihedral hashes do.
type Transform uint8

// The eight transforms, in the order of Dihedrals.
const (
	Original Transform = iota
	Rotate90
	Rotate180
	Rotate270
	FlipX
	FlipY
	FlipPlus1
	FlipMinus1
)

var transformNames = [...]string{"original", "rotate90", "rotate180", "rotate270", "flipX", "flipY", "flipPlus1", "flipMinus1"}

// String returns the reference's name of t.
func (t Transform) String() string {
	if int(t) < len(transformNames) {
		return transformNames[t]
	}
	return fmt.Sprintf("transform%d", uint8(t))
}

// Dihedrals are the hashes of a picture and of its seven other rotations and mirrors, indexed by Transform.
type Dihedrals [8]Hash

// Pack returns the bytes of hashes, one after the other.
func Pack(hashes []Hash) []byte {
	packed := make([]byte, 0, len(hashes)*len(Hash{}))
	for i := range hashes {
		packed = append(packed, hashes[i][:]...)
	}
	return packed
}

// Unpack reads what Pack returned; false: it is cut short.
func Unpack(packed []byte) ([]Hash, bool) {
	hashes := make([]Hash, len(packed)/len(Hash{}))
	for i := range hashes {
		packed = packed[copy(hashes[i][:], packed):]
	}
	return hashes, len(packed) == 0
}
