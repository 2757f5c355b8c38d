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
	blockClear = 10
)

// sealer seals what Redis must not know, bound to the place where it lies, so that a value that is changed, cut or
// moved is Corrupt: AES-256 in counter mode, from a MAC of place and content that stands before it and is checked when
// it is opened (the synthetic IV of Rogaway and Shrimpton, 2006, cut to 96 bits: two values share one, or a forged one
// passes, less likely than 2^-40 after 10^8). Equal values at one place are equal sealed, which lets scripts see that
// nothing changed.
type sealer struct {
	stream cipher.Block
	block  cipher.Block
	mac    []byte
}

// ivSize is how many bytes sealing adds.
const ivSize = 12

func newSealer(key [KeySize]byte) sealer {
	stream, err := aes.NewCipher(subKey(key, "seal"))
	must(err)
	block, err := aes.NewCipher(subKey(key, "block"))
	must(err)
	return sealer{stream, block, subKey(key, "mac")}
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

// seal returns ivSize bytes, and the content enciphered.
func (s sealer) seal(place string, clear []byte) string {
	iv := s.sum(place, clear)[:ivSize]
	return string(append(iv, s.xor(iv, clear)...))
}

// open returns what was sealed at place; Corrupt when it is not what this key sealed there.
func (s sealer) open(place, sealed string) ([]byte, error) {
	if len(sealed) < ivSize {
		return nil, s.corrupt(nil)
	}
	iv := []byte(sealed[:ivSize])
	clear := s.xor(iv, []byte(sealed[ivSize:]))
	if subtle.ConstantTimeCompare(s.sum(place, clear)[:ivSize], iv) != 1 {
		return nil, s.corrupt(nil)
	}
	return clear, nil
}

// xor enciphers and deciphers: the last four bytes of the counter begin at nought.
func (s sealer) xor(iv, text []byte) []byte {
	var counter [aes.BlockSize]byte
	copy(counter[:], iv)
	out := make([]byte, len(text))
	cipher.NewCTR(s.stream, counter[:]).XORKeyStream(out, text)
	return out
}

// sealBlock seals blockClear bytes in 16: they and a check of the place are one block under AES-256, which is a
// permutation, so that a changed or moved block has the right check once in 2^48 (encode, then encipher: Bellare
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
