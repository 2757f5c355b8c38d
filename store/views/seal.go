package views

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"

	"vigie/triage"
)

const (
	// KeySize is the length of the key that New wants, in bytes.
	KeySize = 32
	// blockClear is how much sealBlock takes, in bytes: the rest of an AES block is the check.
	blockClear = 9
)

// sealer seals what Redis must not know: AES-256-GCM, bound to the place where it lies, so that a value that is
// changed, cut or moved is Corrupt. The nonce is a MAC of place and content (96 bits: a second value under one
// nonce is less likely than 2^-40 after 10^8 values): equal values at one place are equal sealed, which lets scripts
// see that nothing changed.
type sealer struct {
	aead  cipher.AEAD
	block cipher.Block
	mac   []byte
}

func newSealer(key [KeySize]byte) sealer {
	sealing, err := aes.NewCipher(subKey(key, "seal"))
	must(err)
	block, err := aes.NewCipher(subKey(key, "block"))
	must(err)
	aead, err := cipher.NewGCM(sealing)
	must(err)
	return sealer{aead, block, subKey(key, "mac")}
}

func subKey(key [KeySize]byte, purpose string) []byte {
	sub, err := hkdf.Key(sha256.New, key[:], nil, "vigie views v1\x00"+purpose, KeySize)
	must(err)
	return sub
}

// must is for what cannot fail with keys of a fixed length.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (s sealer) sum(place string, clear []byte) []byte {
	m := hmac.New(sha256.New, s.mac)
	m.Write(binary.AppendUvarint(nil, uint64(len(place))))
	m.Write([]byte(place))
	m.Write(clear)
	return m.Sum(nil)
}

// seal returns the nonce (12 bytes), the content, and a tag (16).
func (s sealer) seal(place string, clear []byte) string {
	nonce := s.sum(place, clear)[:s.aead.NonceSize()]
	return string(s.aead.Seal(nonce, nonce, clear, []byte(place)))
}

// open returns what was sealed at place; Corrupt when it is not what this key sealed there.
func (s sealer) open(place, sealed string) ([]byte, error) {
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return nil, s.corrupt(nil)
	}
	clear, err := s.aead.Open(nil, []byte(sealed[:n]), []byte(sealed[n:]), []byte(place))
	if err != nil {
		return nil, s.corrupt(err)
	}
	return clear, nil
}

// sealBlock seals blockClear bytes in 16: they and a check of the place are one block under AES-256, which is a
// permutation, so that a changed or moved block has the right check once in 2^56 (encode, then encipher: Bellare
// and Rogaway 2000).
func (s sealer) sealBlock(place string, clear []byte) string {
	b := append(clear[:blockClear:blockClear], s.sum(place, nil)[:aes.BlockSize-blockClear]...)
	s.block.Encrypt(b, b)
	return string(b)
}

func (s sealer) openBlock(place, sealed string) ([]byte, error) {
	if len(sealed) != aes.BlockSize {
		return nil, s.corrupt(nil)
	}
	b := []byte(sealed)
	s.block.Decrypt(b, b)
	if subtle.ConstantTimeCompare(b[blockClear:], s.sum(place, nil)[:aes.BlockSize-blockClear]) != 1 {
		return nil, s.corrupt(nil)
	}
	return b[:blockClear], nil
}

func (sealer) corrupt(err error) error {
	return triage.E(triage.Corrupt, "views.open", "", "Redis holds what this service's key does not open: rebuild Redis, or restore the key", err)
}
