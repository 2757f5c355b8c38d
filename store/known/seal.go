package known

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strconv"

	"vigie/triage"
)

const (
	// KeySize is the length of the key that New wants, in bytes.
	KeySize = 32
	// sealOverhead is what sealing adds to a value: a random nonce (12 bytes) and a tag (16).
	sealOverhead = 12 + 16
	// chunkEntries is how many entries of a segment are sealed together: confirming an entry reads one chunk
	// (2.5 kB of PDQs), and sealing costs less than half a byte an entry.
	chunkEntries = 64
	// sourceSize is the length of a source's keyed name, in bytes.
	sourceSize = 16
)

// sealer seals what Redis must not know: AES-256-GCM, bound to the place where it lies, so that a value that is
// changed, cut or moved is Corrupt.
type sealer struct {
	aead   cipher.AEAD
	naming []byte
}

func newSealer(key [KeySize]byte) sealer {
	block, err := aes.NewCipher(subKey(key, "seal"))
	must(err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	must(err)
	return sealer{aead, subKey(key, "name")}
}

func subKey(key [KeySize]byte, purpose string) []byte {
	sub, err := hkdf.Key(sha256.New, key[:], nil, "vigie known v1\x00"+purpose, KeySize)
	must(err)
	return sub
}

// must is for what cannot fail with keys of a fixed length.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (s sealer) seal(place string, clear []byte) []byte {
	return s.aead.Seal(nil, nil, clear, []byte(place))
}

// open returns what was sealed at place; Corrupt when it is not what this key sealed there.
func (s sealer) open(place, sealed string) ([]byte, error) {
	clear, err := s.aead.Open(nil, nil, []byte(sealed), []byte(place))
	if err != nil {
		return nil, triage.E(triage.Corrupt, "known.open", "", "Redis holds what this service's key does not open: rebuild Redis, or restore the key", err)
	}
	return clear, nil
}

// name stands for a source where Redis must find it again.
func (s sealer) name(kind triage.SetKind, source string) string {
	m := hmac.New(sha256.New, s.naming)
	m.Write([]byte(string(kind) + "\x00" + source))
	return string(m.Sum(nil)[:sourceSize])
}

// sealSegment seals entries of one size in chunks.
func (s sealer) sealSegment(key string, entries []byte, size int) []byte {
	sealed := make([]byte, 0, len(entries)+(len(entries)/(chunkEntries*size)+1)*sealOverhead)
	n := 0
	for chunk := range slices.Chunk(entries, chunkEntries*size) {
		sealed = append(sealed, s.seal(chunkPlace(key, n), chunk)...)
		n++
	}
	return sealed
}

// openSegment returns the entries of a segment; "" has none.
func (s sealer) openSegment(key, segment string, size int) ([]byte, error) {
	return s.openChunks(key, segment, 0, size)
}

// openChunks returns the entries of what of a segment begins with a chunk.
func (s sealer) openChunks(key, segment string, first, size int) ([]byte, error) {
	entries := make([]byte, 0, len(segment))
	for n := first; len(segment) > 0; n++ {
		length := min(len(segment), sealedChunk(size))
		chunk, err := s.open(chunkPlace(key, n), segment[:length])
		if err != nil {
			return nil, err
		}
		entries, segment = append(entries, chunk...), segment[length:]
	}
	return entries, nil
}

func sealedChunk(size int) int { return chunkEntries*size + sealOverhead }

func chunkPlace(key string, n int) string { return key + "/" + strconv.Itoa(n) }
