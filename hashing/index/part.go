package index

import (
	"math/bits"
	"sync/atomic"
)

const (
	// A search by bands reads at most one row in scanShare of a part, and compares at most one code in checkShare: with
	// more, reading all codes takes less time. Both together keep the worst search under 1.2 times that.
	scanShare, checkShare = 8, 64
	// together is how many queries are answered at once, so that memory works for all of them: their lines fill half of
	// the processor's first cache.
	together = 4
)

// part is a number of codes and, when it is large and does not grow, their bands.
type part[C codes[C, Q], Q any] struct {
	codes C
	ids   []uint32
	dead  *rowSet // what was removed
	bands []band  // nil: all codes are read
}

// rowSet is a set of rows that grows while it is read.
type rowSet struct {
	bits []uint64
	n    atomic.Int64
}

func newRowSet(rows int) *rowSet { return &rowSet{bits: make([]uint64, (rows+63)/64)} }

func (s *rowSet) has(row int) bool { return atomic.LoadUint64(&s.bits[row/64])>>(row%64)&1 == 1 }

// add adds a row that it does not have.
func (s *rowSet) add(row int) {
	atomic.OrUint64(&s.bits[row/64], 1<<(row%64))
	s.n.Add(1)
}

func (s *rowSet) len() int { return int(s.n.Load()) }

// search calls found for every living row within radius of a query.
func (p *part[C, Q]) search(queries []Q, radius int, work *scratch, found func(query, row, distance int)) {
	s := shareOf(max(radius, 0), p.codes.ring())
	for n, q := range queries {
		w := &work[n]
		w.ok = p.bands != nil && s.one <= maxFlips && w.plan(p.bands, func(band int) uint16 { return p.codes.bandOf(q, band) }, s, len(p.ids)/scanShare)
	}
	for i := range p.bands {
		for n := range queries {
			if work[n].ok {
				work[n].touched += p.bands[i].touch(work[n].of(i))
			}
		}
		for n := range queries {
			work[n].read(p.bands, i, len(p.ids)/checkShare)
		}
	}
	for n, q := range queries {
		report := func(row, distance int) {
			if !p.dead.has(row) {
				found(n, row, distance)
			}
		}
		if work[n].ok {
			p.check(&work[n], q, radius, s, report)
		} else {
			p.codes.scan(q, radius, report)
		}
	}
}

// check calls report for the rows that were read and are within radius of q: once, although several bands have them.
func (p *part[C, Q]) check(w *reading, q Q, radius int, s share, report func(row, distance int)) {
	from := 0
	for i, to := range w.rowEnds[:len(p.bands)] {
		p.codes.check(w.rows[from:to], q, radius, func(row, distance int) {
			if !p.beginsBefore(i, row, w, s) {
				report(row, distance)
			}
		})
		from = to
	}
}

// beginsBefore reports whether a band before the i-th has the row too.
func (p *part[C, Q]) beginsBefore(i, row int, w *reading, s share) bool {
	code := p.codes.at(row)
	differ := func(band int) int { return bits.OnesCount16(p.codes.bandOf(code, band) ^ w.values[band]) }
	for band := range i {
		if s.begins(differ(band), differ((band+1)%len(p.bands))) {
			return true
		}
	}
	return false
}

// scratch is what searching some queries at once needs.
type scratch [together]reading

// maxRing is the largest number of bands.
const maxRing = 16

// reading is one query on its way through the bands of a part.
type reading struct {
	ok       bool // the bands serve this query
	values   [maxRing]uint16
	spans    []span
	spanEnds [maxRing]int
	rows     []uint32
	rowEnds  [maxRing]int
	touched  uint16 // what touch added up, so that it is not left out
}

// plan lists the buckets to read, and reports false when there are more than most rows in them.
func (w *reading) plan(bands []band, value func(band int) uint16, s share, most int) bool {
	w.spans, w.rows = w.spans[:0], w.rows[:0]
	for i := range bands {
		w.values[i] = value(i)
		w.spans = bands[i].spans(w.spans, w.values[i], s)
		w.spanEnds[i] = len(w.spans)
	}
	for _, s := range w.spans {
		most -= int(s.to - s.from)
	}
	return most >= 0
}

// of returns the spans of one band.
func (w *reading) of(band int) []span {
	if band == 0 {
		return w.spans[:w.spanEnds[0]]
	}
	return w.spans[w.spanEnds[band-1]:w.spanEnds[band]]
}

// read collects the rows of one band that the next band does not refuse; with more than most it gives up.
func (w *reading) read(bands []band, band, most int) {
	if !w.ok {
		return
	}
	b, from := &bands[band], len(w.rows)
	w.rows = near(w.rows, b.next, w.of(band), w.values[(band+1)%len(bands)], most)
	if w.ok = len(w.rows) <= most; !w.ok {
		return
	}
	for i, at := range w.rows[from:] {
		w.rows[from+i] = b.row(at)
	}
	w.rowEnds[band] = len(w.rows)
}
