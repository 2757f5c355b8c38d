package objects

import (
	"context"
	"fmt"
	"io"

	"vigie/triage"
)

// makeMediaKeys keeps a key for each medium of a part: one keyring, and one more for those whose key in it was destroyed.
func (a *Archive) makeMediaKeys(ctx context.Context, x triage.ExhibitID, part triage.PartID, media []triage.MediumID) error {
	missing := make([][16]byte, len(media))
	for i, id := range media {
		var err error
		if missing[i], err = ringID(id); err != nil {
			return err
		}
	}
	ref, err := newRingRef("objects.makeMediaKeys", x, part)
	for ; err == nil && len(missing) > 0 && ref.number <= maxRings; ref.number++ {
		var ring keyring
		if ring, err = makeKeyring(ctx, a.raw, a.keys, ref.name(), missing); err == nil {
			a.rings.keep(ref.name(), ring)
			missing = ring.lacks(missing)
		}
	}
	return err
}

// slotKey returns the key that a part has for a medium, and where it lies. NotFound means that it has none.
func (a *Archive) slotKey(ctx context.Context, id triage.MediumID, slot triage.Slot) (ref ringRef, key [KeySize]byte, err error) {
	const op = "objects.slotKey"
	entry, err := ringID(id)
	if err == nil {
		ref, err = newRingRef(op, slot.Exhibit, slot.Part)
	}
	for ; err == nil && ref.number <= maxRings; ref.number++ {
		var ring keyring
		if ring, err = a.ring(ctx, ref.name()); err == nil {
			if key, ok := ring.find(entry); ok {
				return ref, key, nil
			}
		}
	}
	return ref, key, err
}

// find returns where the first generation of a medium, from the given one on, is kept that was not destroyed, with its
// key; else NotFound.
func (a *Archive) find(ctx context.Context, id triage.MediumID, from int) (mediumRef, [KeySize]byte, error) {
	for generation := max(1, from); generation <= maxGenerations; generation++ {
		ref, err := a.readHeader(ctx, id, generation)
		if err != nil {
			return ref, [KeySize]byte{}, err
		}
		key, live, err := a.refKey(ctx, id, ref)
		if live || err != nil {
			return ref, key, err
		}
	}
	return mediumRef{}, [KeySize]byte{}, triage.E(triage.NotFound, "objects.find", string(id), "", nil)
}

// readHeader says where a generation is kept. NotFound means that there is no such object.
func (a *Archive) readHeader(ctx context.Context, id triage.MediumID, generation int) (mediumRef, error) {
	object := mediumKey(id, generation)
	r, err := a.raw.GetRange(ctx, object, 0, mediumHeader)
	if err != nil {
		return mediumRef{}, err
	}
	defer r.Close()
	header, err := io.ReadAll(r)
	if err != nil {
		return mediumRef{}, err
	}
	ref, err := parseHeader(object, header)
	ref.generation = generation
	return ref, err
}

// refKey returns the key of a medium, unless it was destroyed.
func (a *Archive) refKey(ctx context.Context, id triage.MediumID, ref mediumRef) (key [KeySize]byte, live bool, err error) {
	if ref.destroyed {
		return key, false, nil
	}
	return a.ringKey(ctx, id, ref.ring)
}

// ringKey returns the key of a medium that a keyring holds. That the ring is not there at all means that it was lost.
func (a *Archive) ringKey(ctx context.Context, id triage.MediumID, ref ringRef) (key [KeySize]byte, live bool, err error) {
	entry, err := ringID(id)
	if err != nil {
		return key, false, err
	}
	ring, err := a.ring(ctx, ref.name())
	if triage.IsKind(err, triage.NotFound) {
		return key, false, triage.E(triage.Corrupt, "objects.ringKey", string(id), "its key is lost: restore the bucket keys from a copy", err)
	}
	if err != nil {
		return key, false, err
	}
	key, live = ring.find(entry)
	return key, live, nil
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
