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
	ref       nearRef
	distance  int
	transform pdq.Transform
	state     triage.EntryState
}

// near returns the nearest entries of the active sets to each probe, one an entry and method, the best first, at most
// MaxMatches.
func (v *view) near(probes []triage.Probe) [][]hit {
	found := make([]nearest, len(probes))
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
					found[i].offer(hit{look: n, set: set.ID, method: triage.ByPHash, ref: ref, distance: distance, state: v.votesSaid[number]})
				}
			})
		}
	}
	v.pdq.SearchAll(codes, maxDistance, func(query int, number uint32, distance int) {
		q := &questions[query]
		if set, ref := v.pdqRef(number); set != nil && distance <= q.distance {
			found[q.probe].offer(hit{look: q.look, set: set.ID, method: triage.ByPDQ, ref: ref, distance: distance, transform: q.transform, state: v.pdqSaid[number]})
		}
	})
	hits := make([][]hit, len(probes))
	for i := range found {
		hits[i] = found[i]
	}
	return hits
}

// nearest are the best hits so far, in order, one an entry and method, at most MaxMatches: however many entries are near,
// it takes no more memory.
type nearest []hit

func (n *nearest) offer(h hit) {
	list := *n
	if len(list) == MaxMatches && compare(h, list[len(list)-1]) >= 0 {
		return
	}
	if i := slices.IndexFunc(list, h.sameEntry); i >= 0 {
		if compare(h, list[i]) >= 0 {
			return
		}
		list = slices.Delete(list, i, i+1)
	}
	at, _ := slices.BinarySearchFunc(list, h, compare)
	list = slices.Insert(list, at, h)
	*n = list[:min(len(list), MaxMatches)]
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
