package index

import (
	"math/bits"
	"slices"

	"vigie/hashing/pdq"
)

const (
	// FewCodes is how many codes a Few takes: with as many it has 110 MB, for each is listed under 17 values of each band.
	FewCodes = 1 << 16
	// FewRadius is the radius of a Few, in bits: up to it a band that differs by one bit at most begins a run.
	FewRadius = 2*maxRing - 1
	// fewTouched is how many buckets are fetched at once: their lines fill a quarter of the processor's first cache.
	fewTouched = 64
	// fewNext is how many bits the band after one that begins a run may differ by.
	fewNext = 3
)

// Few tells of very many queries whether anything of a few codes is near, at FewRadius bits or less: the other way round to PDQ, what
// is few is listed under every value that a query's band may have, so that a query looks at one bucket of each band instead of 17. It never
// changes. Its bands are the code's own words of 16 bits, unshuffled: shuffling would cost more than looking.
type Few struct {
	codes [][4]uint64
	bands [maxRing]fewBand
}

// fewBand lists the codes of which one band is a value, or one bit from it.
type fewBand struct {
	some   [bandValues / 64]uint64 // the values that have any
	starts []uint32                // where the bucket of each value starts, and the end of the last
	next   []uint16                // the value that the code's next band has, with the bit that this one differs by
	rows   []uint16
}

// NewFew takes at most FewCodes codes.
func NewFew(codes []pdq.Hash) *Few {
	x := &Few{codes: make([][4]uint64, len(codes))}
	for i := range codes {
		x.codes[i] = words(&codes[i])
	}
	for i := range x.bands {
		x.bands[i] = x.newBand(i)
	}
	return x
}

// bandOf returns a band of a code in words.
func bandOf(w *[4]uint64, band int) uint16 { return uint16(w[band/4] >> (16 * (band % 4))) }

func (x *Few) newBand(band int) fewBand {
	near := masks[:masksUpTo[1]]
	n := len(x.codes) * len(near)
	b := fewBand{starts: make([]uint32, bandValues+1), next: make([]uint16, n), rows: make([]uint16, n)}
	for i := range x.codes {
		for _, mask := range near {
			value := bandOf(&x.codes[i], band) ^ mask
			b.starts[int(value)+1]++
			b.some[value/64] |= 1 << (value % 64)
		}
	}
	for v := range bandValues {
		b.starts[v+1] += b.starts[v]
	}
	at := make([]uint32, bandValues)
	copy(at, b.starts)
	for i := range x.codes {
		value, next := bandOf(&x.codes[i], band), bandOf(&x.codes[i], (band+1)%maxRing)
		for _, mask := range near {
			to := at[value^mask]
			at[value^mask]++
			b.next[to], b.rows[to] = next, uint16(i) //nolint:gosec // FewCodes is not more
		}
	}
	return b
}

// fewAtOnce is how many queries go through a band together: one band's lists stay in the processor's caches meanwhile.
const fewAtOnce = 1 << 15

const fewDone = 1<<32 - 1

// fewWork is what searching some queries at once needs.
type fewWork struct {
	looked  [fewAtOnce]uint32 // how many codes of its buckets each query was compared with; fewDone: it was with all codes
	values  [maxRing][fewAtOnce]uint16
	hits    [fewAtOnce]uint16
	sorted  [fewAtOnce]uint16
	touched uint16 // what touching added up, so that it is not left out
}

// Near calls found for codes at FewRadius bits or less from a query, with the query's place in queries: for each at least once, in
// no particular order.
func (x *Few) Near(queries []pdq.Hash, found func(query, distance int)) {
	w := new(fewWork)
	for from := 0; from < len(queries); from += fewAtOnce {
		some := queries[from:min(from+fewAtOnce, len(queries))]
		clear(w.looked[:])
		for i := range some {
			q := words(&some[i])
			for band := range maxRing {
				w.values[band][i] = bandOf(&q, band)
			}
		}
		for band := range maxRing {
			x.nearBy(band, w, some, func(query, distance int) { found(from+query, distance) })
		}
	}
}

// nearBy is Near for those of which one band begins a run.
func (x *Few) nearBy(band int, w *fewWork, queries []pdq.Hash, found func(query, distance int)) {
	b, values, nexts := &x.bands[band], &w.values[band], &w.values[(band+1)%maxRing]
	hits := 0
	for i, v := range values[:len(queries)] { // without a branch: whether there is a bucket cannot be foretold
		w.hits[hits] = uint16(i)
		hits += int(b.some[v/64] >> (v % 64) & 1)
	}
	w.sortHits(hits, values)
	for some := range slices.Chunk(w.sorted[:hits], fewTouched) {
		var spans [fewTouched][2]uint32
		for k, i := range some { // memory fetches the buckets of all of them at once
			from, to := b.starts[values[i]], b.starts[int(values[i])+1]
			spans[k] = [2]uint32{from, to}
			w.touched += b.next[from] + b.next[to-1]
		}
		for k, i := range some {
			report := func(distance int) { found(int(i), distance) }
			if w.dense(int(i), spans[k], len(x.codes)) {
				x.scan(&queries[i], report)
			} else if w.looked[i] != fewDone {
				x.compare(b, spans[k], nexts[i], &queries[i], report)
			}
		}
	}
}

// sortHits puts the first n hits in order of the upper half of their values, so that a band's lists are gone through from one end
// to the other.
func (w *fewWork) sortHits(n int, values *[fewAtOnce]uint16) {
	var at [257]int
	for _, i := range w.hits[:n] {
		at[values[i]>>8+1]++
	}
	for v := range 256 {
		at[v+1] += at[v]
	}
	for _, i := range w.hits[:n] {
		v := values[i] >> 8
		w.sorted[at[v]] = i
		at[v]++
	}
}

// dense reports whether a query has met so many codes, where the set is dense around it, that it takes less time to compare it
// with all of them, once.
func (w *fewWork) dense(query int, span [2]uint32, codes int) bool {
	if w.looked[query] == fewDone {
		return false
	}
	w.looked[query] += span[1] - span[0]
	if int(w.looked[query]) <= max(codes/scanShare, fewTouched) {
		return false
	}
	w.looked[query] = fewDone
	return true
}

// scan calls found for all codes that are near query.
func (x *Few) scan(query *pdq.Hash, found func(distance int)) {
	q := words(query)
	for row := range x.codes {
		if d := x.distance(uint16(row), q); d <= FewRadius { //nolint:gosec // FewCodes is not more
			found(d)
		}
	}
}

// compare calls found for the codes of a bucket that are near query, whose next band is next.
func (x *Few) compare(b *fewBand, span [2]uint32, next uint16, query *pdq.Hash, found func(distance int)) {
	for k, other := range b.next[span[0]:span[1]] {
		if bits.OnesCount16(other^next) > fewNext {
			continue
		}
		if d := x.distance(b.rows[int(span[0])+k], words(query)); d <= FewRadius {
			found(d)
		}
	}
}

func (x *Few) distance(row uint16, q [4]uint64) int {
	c := &x.codes[row]
	return bits.OnesCount64(c[0]^q[0]) + bits.OnesCount64(c[1]^q[1]) + bits.OnesCount64(c[2]^q[2]) + bits.OnesCount64(c[3]^q[3])
}
