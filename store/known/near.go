package known

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
	"vigie/triage"
)

// maxDistance is the largest distance, in bits, at which any PDQ is looked up.
const maxDistance = max(pdq.MatchDistance, triage.TrimmedDistance, triage.ScreenDistance, triage.TileDistance)

// look is one picture of a probe, or a part of one.
type look struct {
	frame    int           // its index in the file
	at       time.Duration // of a film: where it is
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
		return look{at: p.At, pdq: p.PDQ, quality: p.Quality, phash: p.PHash, distance: pdq.MatchDistance}
	}
	if n -= 1; n < len(p.Frames) {
		f := &p.Frames[n]
		if f.View != "" {
			return look{frame: f.Index, at: f.At, view: f.View, pdq: f.PDQ[:], quality: f.Quality, distance: triage.ViewDistance(f.View)}
		}
		return look{frame: f.Index, at: f.At, pdq: f.PDQ[:], quality: f.Quality, phash: &f.PHash, distance: pdq.MatchDistance}
	}
	v := &p.Views[n-len(p.Frames)]
	return look{at: p.At, view: v.Name, pdq: v.PDQ[:], quality: v.Quality, distance: triage.ViewDistance(v.Name)}
}

// Look is one picture that is looked up, or a part of one.
type Look struct {
	PDQ      []pdq.Hash      // by transform; none: not looked up
	Distance int             // the largest, of its PDQ
	PHash    *hashing.Hash64 // nil: not looked up
}

// Lookup is what of one medium is looked up among perceptual entries.
type Lookup []Look

// lookups returns what of each probe is looked up. The places of looks are those of lookAt.
func lookups(probes []triage.Probe) []Lookup {
	all := make([]Lookup, len(probes))
	for i := range probes {
		all[i] = make(Lookup, looks(&probes[i]))
		for n := range all[i] {
			l := lookAt(&probes[i], n)
			all[i][n] = Look{Distance: l.distance, PHash: l.phash}
			if l.quality >= pdq.MinQuality {
				all[i][n].PDQ = l.pdq
			}
		}
	}
	return all
}

// Hit is one near entry.
type Hit struct {
	Look      int // which of the lookup
	Set       triage.SetID
	Method    triage.Method // triage.ByPDQ or triage.ByPHash
	Place     Place
	Distance  int           // bits
	Transform pdq.Transform // of the look, under which it is near
	State     triage.EntryState
	Frames    int // how many PDQs the entry has: of a film more than one

	number uint32       // in the index of its method; of a film the first frame's
	shares *vpdq.Shares // with the entry, where that is a film and was compared
}

// NearAtOnce is how many lookups are searched at once: what counts the entries near each of them takes an eighth of a byte an
// entry where there are more than MaxMatches, 40 MB at 10 million.
const NearAtOnce = 32

// near returns the nearest entries of the active sets to each lookup.
func (v *view) near(lookups []Lookup) []Nearest {
	found := make([]Nearest, len(lookups))
	for from := 0; from < len(lookups); from += NearAtOnce {
		to := min(from+NearAtOnce, len(lookups))
		v.nearSome(lookups[from:to], found[from:to])
		for i := range found[from:to] {
			found[from+i].seen = nil
		}
	}
	return found
}

func (v *view) nearSome(lookups []Lookup, found []Nearest) {
	var codes []pdq.Hash
	type asked struct {
		lookup, look int
		transform    pdq.Transform
		distance     int
	}
	var questions []asked // of each code
	for i := range lookups {
		for n, l := range lookups[i] {
			for t, code := range l.PDQ {
				codes, questions = append(codes, code), append(questions, asked{i, n, pdq.Transform(t), l.Distance})
			}
			if l.PHash == nil {
				continue
			}
			v.phash.Search(*l.PHash, triage.PHashDistance, func(number uint32, distance int) {
				if set, place := v.phashRef(number); set != nil {
					found[i].offer(Hit{Look: n, Set: set.ID, Method: triage.ByPHash, number: number, Place: place, Distance: distance, State: v.votesSaid[number]})
				}
			})
		}
	}
	v.search(codes, func(query int, number uint32, distance int) {
		q := &questions[query]
		if set, place := v.pdqRef(number); set != nil && distance <= q.distance {
			found[q.lookup].offer(Hit{
				Look: q.look, Set: set.ID, Method: triage.ByPDQ, number: number - uint32(place.Frame), Place: place,
				Distance: distance, Transform: q.transform, State: v.pdqSaid[number],
			})
		}
	})
	for i := range found {
		for h := range found[i].Hits {
			found[i].Hits[h].Frames = v.frames(&found[i].Hits[h])
		}
	}
}

// searchAtOnce is how many codes one processor looks up while others look up more: a film has thousands, which nobody should wait for.
const searchAtOnce = 2048

// search looks codes up, many of them on all processors. found is called by one at a time.
func (v *view) search(codes []pdq.Hash, found func(query int, number uint32, distance int)) {
	if len(codes) <= searchAtOnce {
		v.pdq.SearchAll(codes, maxDistance, found)
		return
	}
	var one sync.Mutex
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for from := 0; from < len(codes); from += searchAtOnce {
		g.Go(func() error {
			v.pdq.SearchAll(codes[from:min(from+searchAtOnce, len(codes))], maxDistance, func(query int, number uint32, distance int) {
				one.Lock()
				defer one.Unlock()
				found(from+query, number, distance)
			})
			return nil
		})
	}
	_ = g.Wait() // no search fails
}

// frames returns how many PDQs the entry of a hit has.
func (v *view) frames(h *Hit) int {
	if h.Method != triage.ByPDQ {
		return 0
	}
	n := 0
	for {
		set, place := v.pdqRef(h.number + uint32(n))
		if set == nil || set.ID != h.Set || place.Segment != h.Place.Segment || place.Entry != h.Place.Entry {
			return n
		}
		n++
	}
}

// Nearest are the best hits so far, in order, one an entry and method, at most MaxMatches, and how many entries were
// offered in all. However many are near, what is kept of them takes no more memory.
type Nearest struct {
	Hits []Hit
	All  int // entries that are not withdrawn, by method; each once, however many of the lookup's hashes are near it

	seen map[triage.Method]*numbers // which, once there are more than Hits holds
}

func (n *Nearest) offer(h Hit) {
	if h.State != triage.EntryWithdrawn && n.isNew(h) {
		n.All++
	}
	n.keep(h)
}

// has reports whether the entry of h is among the hits.
func (n *Nearest) has(h Hit) bool { return slices.ContainsFunc(n.Hits, h.sameEntry) }

// isNew reports whether the entry of h is offered for the first time.
func (n *Nearest) isNew(h Hit) bool {
	if n.seen == nil && len(n.Hits) < MaxMatches {
		return !n.has(h)
	}
	if n.seen == nil {
		n.seen = map[triage.Method]*numbers{triage.ByPDQ: {}, triage.ByPHash: {}}
		for _, kept := range n.Hits {
			n.seen[kept.Method].add(kept.number)
		}
	}
	return n.seen[h.Method].add(h.number)
}

// keep puts h in its place, unless there are better ones enough, or its entry is there and as near.
func (n *Nearest) keep(h Hit) {
	if len(n.Hits) == MaxMatches && compare(h, n.Hits[MaxMatches-1]) >= 0 {
		return
	}
	if i := slices.IndexFunc(n.Hits, h.sameEntry); i >= 0 {
		if compare(h, n.Hits[i]) >= 0 {
			return
		}
		n.Hits = slices.Delete(n.Hits, i, i+1)
	}
	at, _ := slices.BinarySearchFunc(n.Hits, h, compare)
	n.Hits = slices.Insert(n.Hits, at, h)
	n.Hits = n.Hits[:min(len(n.Hits), MaxMatches)]
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

func (h Hit) sameEntry(other Hit) bool {
	return h.Set == other.Set && h.Place.Entry == other.Place.Entry && h.Method == other.Method
}

// compare orders hits, the best first: whatever order they are found in, the same ones are kept.
func compare(a, b Hit) int {
	return cmp.Or(
		last(a.State == triage.EntryWithdrawn, b.State == triage.EntryWithdrawn),
		cmp.Compare(a.Method, b.Method), // "pdq" before "phash"
		cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Set, b.Set),
		cmp.Compare(a.Place.Entry, b.Place.Entry), cmp.Compare(a.Look, b.Look), cmp.Compare(a.Transform, b.Transform),
	)
}
