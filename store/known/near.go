package known

import (
	"cmp"
	"slices"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// maxDistance is the largest distance, in bits, at which any PDQ is looked up.
const maxDistance = max(pdq.MatchDistance, triage.TrimmedDistance, triage.ScreenDistance, triage.TileDistance)

// look is one picture of a probe, or a part of one.
type look struct {
	frame    int // its index in the file
	view     hashing.ViewName
	pdq      []pdq.Hash
	quality  int
	phash    *hashing.Hash64 // nil: not looked up
	distance int             // the largest, of its PDQ
}

// looks returns how many there are of p.
func looks(p *triage.Probe) int { return 1 + len(p.Frames) + len(p.Views) }

// lookAt returns the n-th of p: the first picture is 0, then come further ones, then parts of the first.
func lookAt(p *triage.Probe, n int) look {
	if n == 0 {
		return look{pdq: p.PDQ, quality: p.Quality, phash: p.PHash, distance: pdq.MatchDistance}
	}
	if n -= 1; n < len(p.Frames) {
		f := &p.Frames[n]
		return look{frame: f.Index, pdq: f.PDQ[:], quality: f.Quality, phash: &f.PHash, distance: pdq.MatchDistance}
	}
	v := &p.Views[n-len(p.Frames)]
	return look{view: v.Name, pdq: v.PDQ[:], quality: v.Quality, distance: triage.ViewDistance(v.Name)}
}

// hit is one near entry.
type hit struct {
	look      int // which picture of the probe
	set       triage.SetID
	method    triage.Method
	number    uint32 // in the index of its method
	ref       nearRef
	distance  int
	transform pdq.Transform
	state     triage.EntryState
}

// nearAtOnce is how many probes are searched at once: what counts the entries near each of them takes an eighth of a byte an
// entry where there are more than MaxMatches, 40 MB at 10 million.
const nearAtOnce = 32

// near returns the nearest entries of the active sets to each probe, one an entry and method, the best first, at most
// MaxMatches, and how many there are.
func (v *view) near(probes []triage.Probe) []nearest {
	found := make([]nearest, len(probes))
	for from := 0; from < len(probes); from += nearAtOnce {
		to := min(from+nearAtOnce, len(probes))
		v.nearSome(probes[from:to], found[from:to])
		for i := range found[from:to] {
			found[from+i].seen = nil
		}
	}
	return found
}

func (v *view) nearSome(probes []triage.Probe, found []nearest) {
	var codes []pdq.Hash
	type asked struct {
		probe, look int
		transform   pdq.Transform
		distance    int
	}
	var questions []asked // of each code
	for i := range probes {
		for n := range looks(&probes[i]) {
			l := lookAt(&probes[i], n)
			if l.quality >= pdq.MinQuality {
				for t, code := range l.pdq {
					codes, questions = append(codes, code), append(questions, asked{i, n, pdq.Transform(t), l.distance})
				}
			}
			if l.phash == nil {
				continue
			}
			v.phash.Search(*l.phash, triage.PHashDistance, func(number uint32, distance int) {
				if set, ref := v.phashRef(number); set != nil {
					found[i].offer(hit{look: n, set: set.ID, method: triage.ByPHash, number: number, ref: ref, distance: distance, state: v.votesSaid[number]})
				}
			})
		}
	}
	v.pdq.SearchAll(codes, maxDistance, func(query int, number uint32, distance int) {
		q := &questions[query]
		if set, ref := v.pdqRef(number); set != nil && distance <= q.distance {
			found[q.probe].offer(hit{look: q.look, set: set.ID, method: triage.ByPDQ, number: number, ref: ref, distance: distance, transform: q.transform, state: v.pdqSaid[number]})
		}
	})
}

// nearest are the best hits so far, in order, one an entry and method, at most MaxMatches, and how many entries were
// offered in all. However many are near, what is kept of them takes no more memory.
type nearest struct {
	hits []hit
	all  int                        // entries that are not withdrawn, by method; each once, however many of the probe's hashes are near it
	seen map[triage.Method]*numbers // which, once there are more than hits holds
}

func (n *nearest) offer(h hit) {
	if h.state != triage.EntryWithdrawn && n.isNew(h) {
		n.all++
	}
	if len(n.hits) < MaxMatches || compare(h, n.hits[len(n.hits)-1]) < 0 {
		n.keep(h)
	}
}

// isNew reports whether the entry of h is offered for the first time.
func (n *nearest) isNew(h hit) bool {
	if n.seen == nil && len(n.hits) < MaxMatches {
		return !slices.ContainsFunc(n.hits, h.sameEntry)
	}
	if n.seen == nil {
		n.seen = map[triage.Method]*numbers{triage.ByPDQ: {}, triage.ByPHash: {}}
		for _, kept := range n.hits {
			n.seen[kept.method].add(kept.number)
		}
	}
	return n.seen[h.method].add(h.number)
}

// keep puts h in its place, unless its entry is there and as near.
func (n *nearest) keep(h hit) {
	if i := slices.IndexFunc(n.hits, h.sameEntry); i >= 0 {
		if compare(h, n.hits[i]) >= 0 {
			return
		}
		n.hits = slices.Delete(n.hits, i, i+1)
	}
	at, _ := slices.BinarySearchFunc(n.hits, h, compare)
	n.hits = slices.Insert(n.hits, at, h)
	n.hits = n.hits[:min(len(n.hits), MaxMatches)]
}

// numbers is a set of numbers of an index.
type numbers struct{ bits []uint64 }

// add puts number in, and reports whether it was not there.
func (s *numbers) add(number uint32) bool {
	word, bit := int(number/64), uint64(1)<<(number%64)
	if word >= len(s.bits) {
		s.bits = append(s.bits, make([]uint64, word+1-len(s.bits))...)
	}
	fresh := s.bits[word]&bit == 0
	s.bits[word] |= bit
	return fresh
}

func (h hit) sameEntry(other hit) bool {
	return h.set == other.set && h.ref.entry == other.ref.entry && h.method == other.method
}

// compare orders hits, the best first: whatever order they are found in, the same ones are kept.
func compare(a, b hit) int {
	return cmp.Or(
		last(a.state == triage.EntryWithdrawn, b.state == triage.EntryWithdrawn),
		cmp.Compare(a.method, b.method), // "pdq" before "phash"
		cmp.Compare(a.distance, b.distance), cmp.Compare(a.set, b.set),
		cmp.Compare(a.ref.entry, b.ref.entry), cmp.Compare(a.look, b.look), cmp.Compare(a.transform, b.transform),
	)
}
