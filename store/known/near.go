package known

import (
	"cmp"
	"slices"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// look is one picture of a probe.
type look struct {
	frame   int // its index in the file
	pdq     []pdq.Hash
	quality int
	phash   *hashing.Hash64
}

// lookAt returns the n-th picture of p, the first is 0.
func lookAt(p *triage.Probe, n int) look {
	if n == 0 {
		return look{0, p.PDQ, p.Quality, p.PHash}
	}
	f := &p.Frames[n-1]
	return look{f.Index, f.PDQ[:], f.Quality, &f.PHash}
}

// hit is one near entry.
type hit struct {
	look      int // which picture of the probe
	set       triage.SetID
	method    triage.Method
	ref       nearRef
	distance  int
	transform pdq.Transform
}

// near returns the nearest entries of the active sets to each probe, one an entry and method, the best first, at most
// MaxMatches.
func (v *view) near(probes []triage.Probe) [][]hit {
	found := make([]nearest, len(probes))
	var codes []pdq.Hash
	type asked struct {
		probe, look int
		transform   pdq.Transform
	}
	var questions []asked // of each code
	for i := range probes {
		for n := range 1 + len(probes[i].Frames) {
			l := lookAt(&probes[i], n)
			if l.quality >= pdq.MinQuality {
				for t, code := range l.pdq {
					codes, questions = append(codes, code), append(questions, asked{i, n, pdq.Transform(t)})
				}
			}
			if l.phash == nil {
				continue
			}
			v.phash.Search(*l.phash, triage.PHashDistance, func(number uint32, distance int) {
				if set, ref := v.phashRef(number); set != nil {
					found[i].offer(hit{look: n, set: set.ID, method: triage.ByPHash, ref: ref, distance: distance})
				}
			})
		}
	}
	v.pdq.SearchAll(codes, pdq.MatchDistance, func(query int, number uint32, distance int) {
		if set, ref := v.pdqRef(number); set != nil {
			q := questions[query]
			found[q.probe].offer(hit{look: q.look, set: set.ID, method: triage.ByPDQ, ref: ref, distance: distance, transform: q.transform})
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
		cmp.Compare(a.method, b.method), // "pdq" before "phash"
		cmp.Compare(a.distance, b.distance), cmp.Compare(a.set, b.set),
		cmp.Compare(a.ref.entry, b.ref.entry), cmp.Compare(a.look, b.look), cmp.Compare(a.transform, b.transform),
	)
}
