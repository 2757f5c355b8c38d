package objects

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"slices"

	"vigie/triage"
)

// A keyring is one object of the bucket keys:
//
//	bytes    what
//	4        ringMagic
//	68       the ring's own key, wrapped by a service key under the object's name
//	n·48+16  the entries, sorted, sealed by the ring's key (AES-256-GCM, the object's name as additional data)
//
// An entry is an identifier of 16 bytes and a key. The ring's own key is random each time that the entries change, so
// its one nonce is zero. A rotation of the service key changes the 68 bytes only.
const (
	ringMagic  = "vkr1"
	ringHeader = len(ringMagic) + wrappedSize
	entrySize  = 16 + KeySize

	// maxRing bounds what is read back: a part has no more media than items.
	maxRing = ringHeader + triage.MaxPartItems*entrySize + 16
)

// ringEntry is one key and what it belongs to.
type ringEntry struct {
	ID  [16]byte
	Key [KeySize]byte
}

// keyring holds keys, sorted by identifier. An empty one is what a destruction leaves: it tells keys that were
// destroyed from keys that were lost.
type keyring []ringEntry

// newKeyring gives each of ids a random key.
func newKeyring(ids [][16]byte) keyring {
	ring := make(keyring, len(ids))
	for i, id := range ids {
		ring[i].ID = id
		rand.Read(ring[i].Key[:])
	}
	slices.SortFunc(ring, func(a, b ringEntry) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return slices.CompactFunc(ring, func(a, b ringEntry) bool { return a.ID == b.ID })
}

func (r keyring) find(id [16]byte) ([KeySize]byte, bool) {
	i, found := slices.BinarySearchFunc(r, id, func(e ringEntry, id [16]byte) int { return bytes.Compare(e.ID[:], id[:]) })
	if !found {
		return [KeySize]byte{}, false
	}
	return r[i].Key, true
}

// lacks returns those of ids that the ring has no key for.
func (r keyring) lacks(ids [][16]byte) [][16]byte {
	return slices.DeleteFunc(slices.Clone(ids), func(id [16]byte) bool { _, ok := r.find(id); return ok })
}

// without returns the ring less the entries that gone names.
func (r keyring) without(gone func([16]byte) bool) keyring {
	return slices.DeleteFunc(slices.Clone(r), func(e ringEntry) bool { return gone(e.ID) })
}

// encode returns the object that holds the ring under name.
func (r keyring) encode(keys *ServiceKeys, name string) ([]byte, error) {
	var ringKey [KeySize]byte
	rand.Read(ringKey[:])
	wrapped, err := keys.Wrap(name, ringKey)
	if err != nil {
		return nil, err
	}
	clear := make([]byte, 0, len(r)*entrySize)
	for _, e := range r {
		clear = append(append(clear, e.ID[:]...), e.Key[:]...)
	}
	return newGCM(ringKey).Seal(append([]byte(ringMagic), wrapped...), make([]byte, 12), clear, []byte(name)), nil
}

// decodeKeyring reads what encode wrote.
func decodeKeyring(keys *ServiceKeys, name string, raw []byte) (keyring, error) {
	const op = "objects.decodeKeyring"
	if len(raw) < ringHeader || string(raw[:len(ringMagic)]) != ringMagic {
		return nil, damagedKeys(op, name, nil)
	}
	ringKey, err := keys.Unwrap(name, raw[len(ringMagic):ringHeader])
	if err != nil {
		return nil, err
	}
	clear, err := newGCM(ringKey).Open(nil, make([]byte, 12), raw[ringHeader:], []byte(name))
	if err != nil || len(clear)%entrySize != 0 {
		return nil, damagedKeys(op, name, err)
	}
	ring := make(keyring, 0, len(clear)/entrySize)
	for e := range slices.Chunk(clear, entrySize) {
		ring = append(ring, ringEntry{[16]byte(e[:16]), [KeySize]byte(e[16:])})
	}
	if !slices.IsSortedFunc(ring, func(a, b ringEntry) int { return cmp.Or(bytes.Compare(a.ID[:], b.ID[:]), -1) }) {
		return nil, damagedKeys(op, name, nil)
	}
	return ring, nil
}

// rewrap returns the same ring under the current service key.
func rewrap(keys *ServiceKeys, name string, raw []byte) ([]byte, error) {
	if len(raw) < ringHeader || string(raw[:len(ringMagic)]) != ringMagic {
		return nil, damagedKeys("objects.rewrap", name, nil)
	}
	ringKey, err := keys.Unwrap(name, raw[len(ringMagic):ringHeader])
	if err != nil {
		return nil, err
	}
	wrapped, err := keys.Wrap(name, ringKey)
	return slices.Concat([]byte(ringMagic), wrapped, raw[ringHeader:]), err
}

// wrappedUnder returns the identifier of the service key that wrapped a ring.
func wrappedUnder(name string, raw []byte) (KeyID, error) {
	if len(raw) < ringHeader || string(raw[:len(ringMagic)]) != ringMagic {
		return KeyID{}, damagedKeys("objects.wrappedUnder", name, nil)
	}
	return KeyID(raw[len(ringMagic) : len(ringMagic)+keyIDSize]), nil
}

// loadKeyring reads a ring of the store.
func loadKeyring(ctx context.Context, s Store, keys *ServiceKeys, name string) (keyring, error) {
	raw, err := readKeyring(ctx, s, name)
	if err != nil {
		return nil, err
	}
	return decodeKeyring(keys, name, raw)
}

func readKeyring(ctx context.Context, s Store, name string) ([]byte, error) {
	r, err := s.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, int64(maxRing)+1))
	if err == nil && len(raw) > maxRing {
		err = damagedKeys("objects.readKeyring", name, nil)
	}
	return raw, err
}

// makeKeyring keeps a new ring with a key for each of ids, or returns the one that is kept already: of several calls at
// once all return the same.
func makeKeyring(ctx context.Context, s Store, keys *ServiceKeys, name string, ids [][16]byte) (keyring, error) {
	ring := newKeyring(ids)
	raw, err := ring.encode(keys, name)
	if err != nil {
		return nil, err
	}
	err = s.Put(ctx, name, bytes.NewReader(raw), int64(len(raw)))
	if triage.IsKind(err, triage.Exists) {
		return loadKeyring(ctx, s, keys, name)
	}
	return ring, err
}

// rootKey is the ring that holds the one key of all records, of the journal and of what lies in Redis.
const rootKey = Keys + "/store/root"

// RootKey returns the random key from which the keys of all records are derived (Seal); raw keeps it, wrapped, in its
// bucket keys. The first call on an empty store makes it. Conflict means that the service keys are not those of
// these data.
func RootKey(ctx context.Context, raw Store, keys *ServiceKeys) ([KeySize]byte, error) {
	ring, err := loadKeyring(ctx, raw, keys, rootKey)
	if triage.IsKind(err, triage.NotFound) {
		ring, err = makeKeyring(ctx, raw, keys, rootKey, make([][16]byte, 1))
	}
	if err != nil {
		return [KeySize]byte{}, err
	}
	key, ok := ring.find([16]byte{})
	if !ok {
		return key, damagedKeys("objects.RootKey", rootKey, nil)
	}
	return key, nil
}
