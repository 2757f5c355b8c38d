package matcher

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"vigie/store/known"
)

// KeySize is the length of the key that server and client share, in bytes.
const KeySize = 32

const (
	// saltSize is how many random bytes a message begins with. They are so many that no two messages have the same.
	saltSize = 32
	tagSize  = 16
)

// sealer seals messages: AES-256-GCM under a key that serves for one message, derived from the shared one and the message's
// salt. So no number of messages wears the key out, as random nonces of 12 bytes would.
type sealer struct{ key [KeySize]byte }

// aead returns what seals the one message with this salt. Its nonce is zero: there is no second message.
func (s sealer) aead(salt []byte) cipher.AEAD {
	key, err := hkdf.Key(sha256.New, s.key[:], salt, "vigie matcher v2", KeySize)
	must(err)
	block, err := aes.NewCipher(key)
	must(err)
	aead, err := cipher.NewGCM(block)
	must(err)
	return aead
}

// must is for what cannot fail with keys of a fixed length.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// asking is what a request is bound to. The share is zero where it is what is asked for.
func asking(path string, share known.Share) string { return "request " + path + " " + share.String() }

// answering is what the answer to a request is bound to.
func answering(path string, share known.Share, request []byte) string {
	return "answer " + path + " " + share.String() + " " + string(request[:saltSize])
}

// seal returns the salt, then clear, sealed and bound.
func (s sealer) seal(bound string, clear []byte) []byte {
	sealed := make([]byte, saltSize, saltSize+len(clear)+tagSize)
	rand.Read(sealed)
	aead := s.aead(sealed)
	return aead.Seal(sealed, make([]byte, aead.NonceSize()), clear, []byte(bound))
}

var errSeal = errors.New("it is not sealed as it should be")

// open returns what was sealed and bound so.
func (s sealer) open(bound string, sealed []byte) ([]byte, error) {
	if len(sealed) < saltSize+tagSize {
		return nil, errSeal
	}
	aead := s.aead(sealed[:saltSize])
	clear, err := aead.Open(nil, make([]byte, aead.NonceSize()), sealed[saltSize:], []byte(bound))
	if err != nil {
		return nil, errSeal
	}
	return clear, nil
}
