package objects

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"vigie/triage"
)

const (
	// KeySize is the length of every key here, in bytes.
	KeySize = 32

	keyIDSize   = 8
	wrappedSize = keyIDSize + 12 + KeySize + 16 // identifier, nonce, key, tag

	wrapPurpose  = "vigie wrapped key v1\x00"
	keyIDPurpose = "vigie service key id v1\x00"
)

// KeyID names a service key without telling it.
type KeyID [keyIDSize]byte

func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// ServiceKeys wraps the keys of everything that is kept under the service's own keys. The first of these wraps; all of
// them unwrap, so that a rotation can go on while the service runs.
type ServiceKeys struct {
	load func() ([][KeySize]byte, error)
}

// NewServiceKeys returns the service keys that load reads, wherever they are kept: it is called for every use, so that a
// rotation needs no restart, and returns one key at least, the current one first.
func NewServiceKeys(load func() ([][KeySize]byte, error)) *ServiceKeys { return &ServiceKeys{load} }

// IDs names all keys, the current one first.
func (k *ServiceKeys) IDs() ([]KeyID, error) {
	keys, err := k.keys("objects.ServiceKeys")
	ids := make([]KeyID, len(keys))
	for i := range keys {
		ids[i] = idOf(keys[i])
	}
	return ids, err
}

func (k *ServiceKeys) keys(op string) ([][KeySize]byte, error) {
	keys, err := k.load()
	if err != nil {
		return nil, triage.E(triage.Unavailable, op, "", "the service key cannot be read: look at the secrets folder or VIGIE_SERVICE_KEY", err)
	}
	if len(keys) == 0 {
		return nil, triage.E(triage.Invalid, op, "", "there is no service key: restore the secrets folder", nil)
	}
	return keys, nil
}

func idOf(key [KeySize]byte) KeyID {
	sum := sha256.Sum256(append([]byte(keyIDPurpose), key[:]...))
	return KeyID(sum[:keyIDSize])
}

// Wrap encrypts key under the current service key (AES-256-GCM), bound to the name of the object that holds it.
func (k *ServiceKeys) Wrap(name string, key [KeySize]byte) ([]byte, error) {
	keys, err := k.keys("objects.Wrap")
	if err != nil {
		return nil, err
	}
	id := idOf(keys[0])
	nonce := make([]byte, 12)
	rand.Read(nonce)
	return newGCM(keys[0]).Seal(append(id[:], nonce...), nonce, key[:], []byte(wrapPurpose+name)), nil
}

// Unwrap returns what Wrap was given under the same name. It fails with Conflict when the service key that wrapped it
// is not known here, and with Corrupt when the wrapped key was changed.
func (k *ServiceKeys) Unwrap(name string, wrapped []byte) ([KeySize]byte, error) {
	const op = "objects.Unwrap"
	if len(wrapped) != wrappedSize {
		return [KeySize]byte{}, damagedKeys(op, name, nil)
	}
	keys, err := k.keys(op)
	if err != nil {
		return [KeySize]byte{}, err
	}
	i := slices.IndexFunc(keys, func(key [KeySize]byte) bool { return idOf(key) == KeyID(wrapped[:keyIDSize]) })
	if i < 0 {
		return [KeySize]byte{}, triage.E(triage.Conflict, op, name, "wrapped under a service key that is not known here: restore the secrets folder that belongs to these data", nil)
	}
	clear, err := newGCM(keys[i]).Open(nil, wrapped[keyIDSize:keyIDSize+12], wrapped[keyIDSize+12:], []byte(wrapPurpose+name))
	if err != nil {
		return [KeySize]byte{}, damagedKeys(op, name, err)
	}
	return [KeySize]byte(clear), nil
}

func damagedKeys(op, name string, err error) error {
	return triage.E(triage.Corrupt, op, name, "the stored keys were changed: restore them from a copy", err)
}

// newGCM cannot fail: the key has a length that AES knows.
func newGCM(key [KeySize]byte) cipher.AEAD {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}
