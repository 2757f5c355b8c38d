package index

import (
	"iter"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// tailRows is when the tail becomes a part: reading so many codes takes about as long as a search by bands in a
	// million, and the bands of fewer would cost more memory than the codes.
	tailRows = 1 << 15
	// growth is how much larger than what is merged into it a part must be to be left alone: a code is merged a few times
	// in its life, and there are a few parts.
	growth = 4
)

// parts is what an index consists of. The zero value is empty and ready.
type parts[C codes[C, Q], Q any] struct {
	now  atomic.Pointer[state[C, Q]] // what searches read; nil: empty
	free sync.Pool                   // of *scratch

	mu      sync.Mutex // held by whoever changes now
	merging bool       // a goroutine merges
	merged  *sync.Cond // told when it ends
	alive   atomic.Int64
}

// state never changes, but for what is marked dead in its parts.
type state[C codes[C, Q], Q any] struct {
	fixed []*part[C, Q] // the oldest first
	tail  part[C, Q]
}

func (s *state[C, Q]) all() iter.Seq[*part[C, Q]] {
	return func(yield func(*part[C, Q]) bool) {
		if s == nil {
			return
		}
		for _, p := range s.fixed {
			if !yield(p) {
				return
			}
		}
		yield(&s.tail)
	}
}

func (x *parts[C, Q]) len() int { return int(x.alive.Load()) }

func (x *parts[C, Q]) search(queries []Q, radius int, found func(query int, id uint32, distance int)) {
	if radius < 0 {
		return
	}
	work, _ := x.free.Get().(*scratch)
	if work == nil {
		work = new(scratch)
	}
	defer x.free.Put(work)
	for p := range x.now.Load().all() {
		for from := 0; from < len(queries); from += together {
			some := queries[from:min(from+together, len(queries))]
			p.search(some, radius, work, func(query, row, distance int) { found(from+query, p.ids[row], distance) })
		}
	}
}

func (x *parts[C, Q]) add(q Q, id uint32) {
	x.addAll(1, func(int) (Q, uint32) { return q, id })
}

// addAll adds n entries. Many become a part of their own, few go to the tail.
func (x *parts[C, Q]) addAll(n int, entry func(i int) (Q, uint32)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var s state[C, Q]
	if old := x.now.Load(); old != nil {
		s = *old
	}
	for i := 0; i < n; {
		if n-i > tailRows {
			some := min(n-i, maxRows)
			s.fixed = append(slices.Clip(s.fixed), newPart[C](some, func(k int) (Q, uint32) { return entry(i + k) }))
			i += some
			continue
		}
		if len(s.tail.ids) == 0 {
			s.tail = part[C, Q]{dead: newRowSet(tailRows)}
		}
		q, id := entry(i)
		s.tail.codes, s.tail.ids = s.tail.codes.appended(q), append(s.tail.ids, id)
		i++
		if len(s.tail.ids) == tailRows {
			full := s.tail
			s.fixed, s.tail = append(slices.Clip(s.fixed), &full), part[C, Q]{}
		}
	}
	x.now.Store(&s)
	x.alive.Add(int64(n))
	x.startMerging()
}

func newPart[C codes[C, Q], Q any](n int, entry func(i int) (Q, uint32)) *part[C, Q] {
	p := &part[C, Q]{ids: make([]uint32, n), dead: newRowSet(n)}
	p.codes = p.codes.empty(n)
	for i := range n {
		q, id := entry(i)
		p.codes, p.ids[i] = p.codes.appended(q), id
	}
	return p
}

func (x *parts[C, Q]) remove(q Q, id uint32) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	var work scratch
	for p := range x.now.Load().all() {
		removed := false
		p.search([]Q{q}, 0, &work, func(_, row, _ int) {
			if !removed && p.ids[row] == id {
				p.dead.add(row)
				removed = true
			}
		})
		if removed {
			x.alive.Add(-1)
			x.startMerging()
			return true
		}
	}
	return false
}

func (x *parts[C, Q]) removeFunc(gone func(id uint32) bool) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	removed := 0
	for p := range x.now.Load().all() {
		for row, id := range p.ids {
			if !p.dead.has(row) && gone(id) {
				p.dead.add(row)
				removed++
			}
		}
	}
	x.alive.Add(-int64(removed))
	x.startMerging()
	return removed
}
