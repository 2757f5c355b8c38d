package index

import (
	"math/bits"
	"slices"
)

const (
	// bandValues is how many values a band has: 16 bits, so that with 16 bands and radius 31 a search reads 17 buckets a
	// band. (Bands of other widths read more buckets, or longer ones: see docs/matching.md.)
	bandValues = 1 << 16
	// maxRows is how many rows a part may have: a row takes 3 bytes in a bucket.
	maxRows = 1 << 24
	// lineValues is how many values of a band memory hands over at once: 64 bytes.
	lineValues = 32
)

// band lists the rows of a part by the value of one band.
type band struct {
	starts []uint32  // where the bucket of each value starts, and the end of the last
	next   []uint16  // the value that the row's next band has
	rows   [][3]byte // little endian
}

// newBands makes the bands of n codes; column writes one band of every code.
func newBands(n, ring int, column func(band int, out []uint16)) []band {
	values, next := make([]uint16, n), make([]uint16, n)
	first := make([]uint16, n)
	column(0, first)
	copy(values, first)
	list := make([]band, ring)
	for i := range list {
		if i+1 < ring {
			column(i+1, next)
		} else {
			next = first
		}
		list[i] = newBand(values, next)
		values, next = next, values
	}
	return list
}

func newBand(values, next []uint16) band {
	b := band{
		starts: make([]uint32, bandValues+1), next: make([]uint16, len(values)+overRead), rows: make([][3]byte, len(values)),
	}
	for _, v := range values {
		b.starts[int(v)+1]++
	}
	for v := range bandValues {
		b.starts[v+1] += b.starts[v]
	}
	at := slices.Clone(b.starts)
	for row, v := range values {
		i := at[v]
		at[v]++
		b.next[i] = next[row]
		b.rows[i] = [3]byte{byte(row), byte(row >> 8), byte(row >> 16)}
	}
	return b
}

func (b *band) row(i uint32) uint32 {
	r := b.rows[i]
	return uint32(r[0]) | uint32(r[1])<<8 | uint32(r[2])<<16
}

// share is what a ring of bands allows at a radius: a run's first band may differ by one bits, its first two by two.
type share struct{ one, two int }

func shareOf(radius, ring int) share { return share{radius / ring, 2 * radius / ring} }

// begins reports whether bands that differ by a and b bits begin a run.
func (s share) begins(a, b int) bool { return a <= s.one && a+b <= s.two }

// maxFlips is the largest share of one band that masks go up to.
const maxFlips = 2

// masks are the ways to turn up to maxFlips bits of a band, the fewest first.
var masks = func() (list []uint16) {
	for flips := range maxFlips + 1 {
		for m := range bandValues {
			if bits.OnesCount16(uint16(m)) == flips {
				list = append(list, uint16(m))
			}
		}
	}
	return list
}()

// masksUpTo is how many masks turn at most so many bits.
var masksUpTo = [maxFlips + 1]int{1, 1 + 16, 1 + 16 + 120}

// span is one bucket to read, and how many bits the next band may differ by.
type span struct {
	from, to uint32
	limit    uint32
}

// spans appends the buckets of a band that hold codes within the share of value, without the empty ones.
func (b *band) spans(list []span, value uint16, s share) []span {
	for _, mask := range masks[:masksUpTo[s.one]] {
		from, to := b.starts[value^mask], b.starts[int(value^mask)+1]
		if from < to {
			list = append(list, span{from, to, uint32(s.two - bits.OnesCount16(mask))})
		}
	}
	return list
}

// touch reads one byte of every line of the spans, so that memory fetches them all at once.
func (b *band) touch(spans []span) (sum uint16) {
	for _, s := range spans {
		for i := s.from; i < s.to; i += lineValues {
			sum += b.next[i]
		}
	}
	return sum
}
