package known

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/hashing/pdq"
	"vigie/triage"
)

const (
	// MaxMatches is how many matches of one medium are returned: the best. Of more, their number says enough.
	MaxMatches = 64
	// exactLookups and confirmations are how many go into one round trip.
	exactLookups  = 4000
	confirmations = 2000
	// maxForgets is how often a mirror that Redis does not confirm is loaded anew before that is an error.
	maxForgets = 2
	// shards that follow the sets have changed within lagPatience; they are asked again every lagPause.
	lagPause    = 20 * time.Millisecond
	lagPatience = 5 * time.Second
)

// Match implements triage.Matcher. Everything is looked up again when the sets change meanwhile.
func (m *Mirror) Match(ctx context.Context, probes []triage.Probe) ([][]triage.Match, triage.Epoch, error) {
	asked := lookups(probes)
	for forgets, late := 0, time.Duration(0); ; {
		v, err := m.current(ctx)
		if err != nil {
			return nil, 0, err
		}
		near, err := m.nearAt(ctx, v, asked)
		if triage.IsKind(err, triage.Stale) && late < lagPatience { // it follows, or the sets have just changed
			pause(ctx, lagPause)
			late += lagPause
			continue
		}
		if err != nil {
			return nil, 0, unavailable(err)
		}
		exact, err := m.exact(ctx, v, probes)
		if err != nil {
			return nil, 0, err
		}
		confirmed, err := m.confirm(ctx, probes, near)
		if err == nil && confirmed {
			confirmed, err = m.shares(ctx, probes, near)
		}
		if err != nil {
			return nil, 0, err
		}
		now, err := m.sets.moment(ctx)
		if err != nil {
			return nil, 0, err
		}
		switch {
		case now != v.moment: // the sets changed
		case confirmed:
			return merge(v, probes, exact, near), now.Epoch, nil
		case forgets == maxForgets:
			return nil, 0, triage.E(triage.Unavailable, "match", "", "the hash sets in Redis are incomplete: import or restore them", nil)
		default: // Redis holds other sets than those that were mirrored
			forgets++
			m.Forget()
		}
	}
}

// nearAt returns the nearest entries to each lookup at the moment of v, from memory or from shards.
func (m *Mirror) nearAt(ctx context.Context, v *view, lookups []Lookup) ([]Nearest, error) {
	if m.shards == nil {
		return v.near(lookups), nil
	}
	near, err := m.shards.Near(ctx, v.moment, lookups)
	for i := range near {
		for _, h := range near[i].Hits {
			if v.active[h.Set] == nil {
				return nil, triage.E(triage.Stale, "match", "", staleHint, nil)
			}
		}
	}
	return near, err
}

// unavailable makes of shards that stay behind what a use case knows.
func unavailable(err error) error {
	if e, ok := errors.AsType[*triage.Error](err); ok && e.Kind == triage.Stale {
		return triage.E(triage.Unavailable, e.Op, e.Object, e.Hint, e.Err)
	}
	return err
}

// confirm reads every hit's entry in Redis and reports whether all of them are what was mirrored.
func (m *Mirror) confirm(ctx context.Context, probes []triage.Probe, found []Nearest) (bool, error) {
	type question struct {
		probe  int
		hit    Hit
		answer *redis.StringCmd
	}
	var asked []question
	for i := range found {
		for _, h := range found[i].Hits {
			asked = append(asked, question{probe: i, hit: h})
		}
	}
	for some := range slices.Chunk(asked, confirmations) {
		pipe := m.sets.rdb.Pipeline()
		for i := range some {
			key, size := m.place(some[i].hit)
			from := int64(some[i].hit.Place.Position) / chunkEntries * int64(sealedChunk(size))
			some[i].answer = pipe.GetRange(ctx, key, from, from+int64(sealedChunk(size))-1)
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return false, fault("known.confirm", "", err)
		}
		for _, q := range some {
			e, err := m.entry(q.hit, q.answer.Val())
			if err != nil || !q.hit.is(e, &probes[q.probe]) {
				return false, err
			}
		}
	}
	return true, nil
}

// place returns the segment of a hit's entry, and the size of its entries.
func (m *Mirror) place(h Hit) (key string, size int) {
	if h.Method == triage.ByPHash {
		return m.sets.segment(keyPHash, h.Set, int(h.Place.Segment)), phashSize
	}
	return m.sets.segment(keyPDQ, h.Set, int(h.Place.Segment)), pdqSize
}

// entry opens the chunk that should hold a hit's entry; nil: it does not.
func (m *Mirror) entry(h Hit, chunk string) ([]byte, error) {
	if chunk == "" {
		return nil, nil
	}
	key, size := m.place(h)
	clear, err := m.sets.sealer.open(chunkPlace(key, int(h.Place.Position/chunkEntries)), chunk)
	from := int(h.Place.Position%chunkEntries) * size
	if err != nil || from+size > len(clear) {
		return nil, err
	}
	return clear[from : from+size], nil
}

// is reports whether e, an entry as Redis has it, is the entry of the hit, as far from the probe.
func (h Hit) is(e []byte, p *triage.Probe) bool {
	switch {
	case h.Method == triage.ByPDQ && len(e) == pdqSize:
		there := refAt(h.Place.Segment, int(h.Place.Position), e)
		there.Frame = h.Place.Frame // of which shares sees to
		return there == h.Place && pdq.Hash(e[6:]).Distance(lookAt(p, h.Look).pdq[h.Transform]) == h.Distance
	case h.Method == triage.ByPHash && len(e) == phashSize:
		return refAt(h.Place.Segment, int(h.Place.Position), e) == h.Place && parsePHash(e[6:]).Distance(*lookAt(p, h.Look).phash) == h.Distance
	}
	return false
}

// exact looks the digests of probes up. What belongs to a set that is not active is left out.
func (m *Mirror) exact(ctx context.Context, v *view, probes []triage.Probe) ([][]triage.Match, error) {
	type question struct {
		probe  int
		method triage.Method
	}
	var asked []question
	var keys []triage.DigestKey
	ask := func(probe int, method triage.Method, key triage.DigestKey) {
		if key != (triage.DigestKey{}) {
			asked, keys = append(asked, question{probe, method}), append(keys, key)
		}
	}
	for i := range probes {
		k := probes[i].Keys
		ask(i, triage.BySHA256, k.SHA256)
		ask(i, triage.BySHA1, k.SHA1)
		ask(i, triage.ByMD5, k.MD5)
	}
	refs, err := m.sets.lookExact(ctx, keys)
	if err != nil {
		return nil, err
	}
	matches := make([][]triage.Match, len(probes))
	for i, q := range asked {
		for _, r := range refs[i] {
			if set := v.active[r.set]; set != nil {
				match := set.match(r.entry, r.category, q.method)
				match.State = v.said[r.set].exact(keys[i])
				matches[q.probe] = append(matches[q.probe], match)
			}
		}
	}
	return matches, nil
}

func (m *mirrored) match(entry uint32, category uint16, method triage.Method) triage.Match {
	return triage.Match{
		Set: m.ID, Source: m.Source, Version: m.Version, Kind: m.Kind, Entry: entry, Category: m.category(category), Method: method,
	}
}

// merge adds the near entries to the exact matches, the best first, keeps MaxMatches of them, and says how many more there are.
func merge(v *view, probes []triage.Probe, exact [][]triage.Match, near []Nearest) [][]triage.Match {
	for i := range exact {
		all := standing(exact[i]) + near[i].All
		for _, h := range near[i].Hits {
			match := v.active[h.Set].match(h.Place.Entry, h.Place.Category, h.Method)
			l := lookAt(&probes[i], h.Look)
			match.Distance, match.Transform, match.View, match.State = h.Distance, h.Transform, l.view, h.State
			match.Frame, match.At, match.Film = l.frame, l.at.Truncate(time.Millisecond), h.shares
			if h.Method == triage.ByPDQ {
				match.Quality = l.quality
			}
			exact[i] = append(exact[i], match)
		}
		slices.SortStableFunc(exact[i], func(a, b triage.Match) int {
			return cmp.Or(
				cmp.Compare(weight(a), weight(b)), cmp.Compare(a.Distance, b.Distance),
				cmp.Compare(a.Set, b.Set), cmp.Compare(a.Entry, b.Entry),
			)
		})
		exact[i] = exact[i][:min(len(exact[i]), MaxMatches)]
		if len(exact[i]) > 0 {
			exact[i][0].More = all - standing(exact[i])
		}
	}
	return exact
}

// standing returns how many of matches are with entries that are not withdrawn.
func standing(matches []triage.Match) (n int) {
	for i := range matches {
		if matches[i].State != triage.EntryWithdrawn {
			n++
		}
	}
	return n
}

// weight orders matches as findings win over each other, so that what is cut off never changes a finding.
func weight(m triage.Match) int {
	switch {
	case m.State == triage.EntryWithdrawn:
		return 4
	case m.Kind == triage.KnownSet && m.Method.Exact():
		return 0
	case m.Method == triage.ByPDQ:
		return 1
	case m.Method.Exact():
		return 2
	}
	return 3
}
