package known

import (
	"cmp"
	"context"
	"slices"

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
)

// Match implements triage.Matcher. Everything is looked up again when the sets change meanwhile.
func (m *Mirror) Match(ctx context.Context, probes []triage.Probe) ([][]triage.Match, triage.Epoch, error) {
	for forgets := 0; ; {
		v, err := m.current(ctx)
		if err != nil {
			return nil, 0, err
		}
		near := v.near(probes)
		exact, err := m.exact(ctx, v, probes)
		if err != nil {
			return nil, 0, err
		}
		confirmed, err := m.confirm(ctx, probes, near)
		if err != nil {
			return nil, 0, err
		}
		epoch, err := m.epoch(ctx)
		if err != nil {
			return nil, 0, err
		}
		switch {
		case epoch != v.epoch: // the sets changed
		case confirmed:
			return merge(v, probes, exact, near), epoch, nil
		case forgets == maxForgets:
			return nil, 0, triage.E(triage.Unavailable, "match", "", "the hash sets in Redis are incomplete: import or restore them", nil)
		default: // Redis holds other sets than those that were mirrored
			forgets++
			m.Forget()
		}
	}
}

// confirm reads every hit's entry in Redis and reports whether all of them are what was mirrored.
func (m *Mirror) confirm(ctx context.Context, probes []triage.Probe, found []nearest) (bool, error) {
	type question struct {
		probe  int
		hit    hit
		answer *redis.StringCmd
	}
	var asked []question
	for i := range found {
		for _, h := range found[i].hits {
			asked = append(asked, question{probe: i, hit: h})
		}
	}
	for some := range slices.Chunk(asked, confirmations) {
		pipe := m.sets.rdb.Pipeline()
		for i := range some {
			key, size := m.place(some[i].hit)
			from := int64(some[i].hit.ref.position) / chunkEntries * int64(sealedChunk(size))
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
func (m *Mirror) place(h hit) (key string, size int) {
	if h.method == triage.ByPHash {
		return m.sets.segment(keyPHash, h.set, int(h.ref.segment)), phashSize
	}
	return m.sets.segment(keyPDQ, h.set, int(h.ref.segment)), pdqSize
}

// entry opens the chunk that should hold a hit's entry; nil: it does not.
func (m *Mirror) entry(h hit, chunk string) ([]byte, error) {
	if chunk == "" {
		return nil, nil
	}
	key, size := m.place(h)
	clear, err := m.sets.sealer.open(chunkPlace(key, int(h.ref.position/chunkEntries)), chunk)
	from := int(h.ref.position%chunkEntries) * size
	if err != nil || from+size > len(clear) {
		return nil, err
	}
	return clear[from : from+size], nil
}

// is reports whether e, an entry as Redis has it, is the entry of the hit, as far from the probe.
func (h hit) is(e []byte, p *triage.Probe) bool {
	switch {
	case h.method == triage.ByPDQ && len(e) == pdqSize:
		return refAt(h.ref.segment, int(h.ref.position), e) == h.ref && pdq.Hash(e[6:]).Distance(lookAt(p, h.look).pdq[h.transform]) == h.distance
	case h.method == triage.ByPHash && len(e) == phashSize:
		return refAt(h.ref.segment, int(h.ref.position), e) == h.ref && parsePHash(e[6:]).Distance(*lookAt(p, h.look).phash) == h.distance
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
func merge(v *view, probes []triage.Probe, exact [][]triage.Match, near []nearest) [][]triage.Match {
	for i := range exact {
		all := standing(exact[i]) + near[i].all
		for _, h := range near[i].hits {
			match := v.active[h.set].match(h.ref.entry, h.ref.category, h.method)
			l := lookAt(&probes[i], h.look)
			match.Distance, match.Transform, match.Frame, match.View, match.State = h.distance, h.transform, l.frame, l.view, h.state
			if h.method == triage.ByPDQ {
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
