package objects

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"iter"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"vigie/triage"
)

const (
	// destroyAtOnce is how many objects a destruction reads or writes at the same time.
	destroyAtOnce = 16
	// doomEntry is what one medium takes in the record of a destruction, in bytes: its name and its generation.
	doomEntry = 16 + 2
	// maxDoom bounds that record: ten million media and room.
	maxDoom = 1 << 28
)

func doomKey(x triage.ExhibitID) string { return fmt.Sprintf("%s/destroyed/%s", Records, x) }

// KeyedMedia implements triage.KeyArchive: by keyring, in the order of their names.
func (a *Archive) KeyedMedia(ctx context.Context, x triage.ExhibitID) iter.Seq2[[]triage.MediumID, error] {
	return func(yield func([]triage.MediumID, error) bool) {
		for info, err := range a.raw.List(ctx, ringsOf(x), "") {
			var ring keyring
			if err == nil && info.Key != exhibitRing(x) {
				ring, err = loadKeyring(ctx, a.raw, a.keys, info.Key)
			}
			media := make([]triage.MediumID, len(ring))
			for i := range ring {
				media[i] = triage.MediumID(hex.EncodeToString(ring[i].ID[:]))
			}
			if !yield(media, err) || err != nil {
				return
			}
		}
	}
}

// ringsOf is the prefix of all keyrings of an exhibit.
func ringsOf(x triage.ExhibitID) string { return fmt.Sprintf("%s/%s/", Keys, x) }

// PutDoom implements triage.KeyArchive.
func (a *Archive) PutDoom(ctx context.Context, x triage.ExhibitID, doomed []triage.Doomed) error {
	body := make([]byte, 0, doomEntry*len(doomed))
	for _, d := range doomed {
		id, err := ringID(d.Medium)
		if err != nil {
			return err
		}
		body = binary.BigEndian.AppendUint16(append(body, id[:]...), uint16(d.Generation)) //nolint:gosec // at most maxGenerations
	}
	return a.store.Replace(ctx, doomKey(x), bytes.NewReader(body), int64(len(body)))
}

// Doom implements triage.KeyArchive.
func (a *Archive) Doom(ctx context.Context, x triage.ExhibitID) ([]triage.Doomed, error) {
	body, err := readAll(ctx, a.store, doomKey(x), maxDoom)
	if err != nil {
		return nil, err
	}
	doomed, ok := decodeDoom(body)
	if !ok {
		return nil, triage.E(triage.Corrupt, "objects.Doom", doomKey(x), "the record is damaged: restore it", nil)
	}
	return doomed, nil
}

func decodeDoom(body []byte) ([]triage.Doomed, bool) {
	if len(body)%doomEntry != 0 {
		return nil, false
	}
	doomed := make([]triage.Doomed, 0, len(body)/doomEntry)
	for ; len(body) > 0; body = body[doomEntry:] {
		doomed = append(doomed, triage.Doomed{
			Medium: triage.MediumID(hex.EncodeToString(body[:16])), Generation: int(binary.BigEndian.Uint16(body[16:])),
		})
	}
	return doomed, true
}

// Destroy implements triage.KeyArchive: first all keys, each keyring replaced by what stays of it, then what only they
// opened. The rings of the exhibit keep the keys under which media of other exhibits lie.
func (a *Archive) Destroy(ctx context.Context, x triage.ExhibitID, doomed []triage.Doomed) error {
	return HoldKeys(ctx, a.raw, a.rings.now, func(ctx context.Context) error { return a.destroy(ctx, x, doomed) })
}

func (a *Archive) destroy(ctx context.Context, x triage.ExhibitID, doomed []triage.Doomed) error {
	a.rings.forgetAll()
	dying := make(map[[16]byte]int, len(doomed)) // medium → generation
	for _, d := range doomed {
		id, err := ringID(d.Medium)
		if err != nil {
			return err
		}
		dying[id] = d.Generation
	}
	elsewhere, err := a.ringsOfDoomed(ctx, x, doomed)
	if err != nil {
		return err
	}
	for name, gone := range elsewhere {
		if err := a.cutRing(ctx, name, func(_ context.Context, id [16]byte) (bool, error) { return !gone[id], nil }); err != nil {
			return err
		}
	}
	for info, err := range a.raw.List(ctx, ringsOf(x), "") {
		if err != nil {
			return err
		}
		stays := func(ctx context.Context, id [16]byte) (bool, error) { return a.needs(ctx, info.Key, id, dying) }
		if info.Key == exhibitRing(x) {
			stays = func(context.Context, [16]byte) (bool, error) { return false, nil }
		}
		if err := a.cutRing(ctx, info.Key, stays); err != nil {
			return err
		}
	}
	return a.dropContent(ctx, x, doomed)
}

// ringsOfDoomed finds the keyrings of other exhibits that hold keys of doomed media, with what has to leave each.
func (a *Archive) ringsOfDoomed(ctx context.Context, x triage.ExhibitID, doomed []triage.Doomed) (map[string]map[[16]byte]bool, error) {
	var mu sync.Mutex // guards rings
	rings := make(map[string]map[[16]byte]bool)
	return rings, eachDoomed(ctx, doomed, func(ctx context.Context, id triage.MediumID, generation int) error {
		ref, err := a.readHeader(ctx, id, generation)
		if triage.IsKind(err, triage.NotFound) || err == nil && (ref.destroyed || strings.HasPrefix(ref.ring.name(), ringsOf(x))) {
			return nil
		}
		if err != nil {
			return err
		}
		entry, err := ringID(id)
		mu.Lock()
		defer mu.Unlock()
		name := ref.ring.name()
		if rings[name] == nil {
			rings[name] = make(map[[16]byte]bool)
		}
		rings[name][entry] = true
		return err
	})
}

// needs reports whether a medium that is not dying lies under the key that a keyring holds for it, as far as can be told:
// of one that is damaged the key stays.
func (a *Archive) needs(ctx context.Context, ring string, entry [16]byte, dying map[[16]byte]int) (bool, error) {
	id := triage.MediumID(hex.EncodeToString(entry[:]))
	ref, _, err := a.find(ctx, id, dying[entry]+1)
	if triage.IsKind(err, triage.NotFound) {
		return false, nil
	}
	if _, dies := dying[entry]; !dies && triage.IsKind(err, triage.Corrupt) {
		return true, nil
	}
	return err == nil && ref.ring.name() == ring, err
}

// cutRing replaces a keyring by the entries that stay, durably, unless all do.
func (a *Archive) cutRing(ctx context.Context, name string, stays func(ctx context.Context, id [16]byte) (bool, error)) error {
	ring, err := loadKeyring(ctx, a.raw, a.keys, name)
	if err != nil || len(ring) == 0 {
		return err
	}
	keep := make([]bool, len(ring))
	g, asking := errgroup.WithContext(ctx)
	g.SetLimit(destroyAtOnce)
	for i := range ring {
		g.Go(func() (err error) {
			keep[i], err = stays(asking, ring[i].ID)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	rest := make(keyring, 0, len(ring))
	for i := range ring {
		if keep[i] {
			rest = append(rest, ring[i])
		}
	}
	if len(rest) == len(ring) {
		return nil
	}
	raw, err := rest.encode(a.keys, name)
	if err == nil {
		err = a.raw.Replace(ctx, name, bytes.NewReader(raw), int64(len(raw)))
	}
	if err == nil {
		a.rings.keep(name, rest)
	}
	return err
}

// dropContent leaves a mark in the place of each doomed generation, so that the ones after it are found, and removes the
// exhibit's manifests. Nothing of it could be read any more.
func (a *Archive) dropContent(ctx context.Context, x triage.ExhibitID, doomed []triage.Doomed) error {
	err := eachDoomed(ctx, doomed, func(ctx context.Context, id triage.MediumID, generation int) error {
		ref, err := a.readHeader(ctx, id, generation)
		if err == nil && ref.destroyed {
			return nil
		}
		return a.putDestroyed(ctx, id, generation, a.raw.Replace)
	})
	if err != nil {
		return err
	}
	for info, err := range a.raw.List(ctx, fmt.Sprintf("%s/manifests/%s/", Records, x), "") {
		if err == nil {
			err = a.raw.Delete(ctx, info.Key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eachDoomed calls do for every generation up to the doomed one, some at once.
func eachDoomed(ctx context.Context, doomed []triage.Doomed, do func(ctx context.Context, id triage.MediumID, generation int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(destroyAtOnce)
	for _, d := range doomed {
		g.Go(func() error {
			for generation := 1; generation <= d.Generation; generation++ {
				if err := do(ctx, d.Medium, generation); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// Forget has every keyring read again, so that this process sees what another destroyed.
func (a *Archive) Forget() { a.rings.forgetAll() }
