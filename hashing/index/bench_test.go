package index_test

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"vigie/hashing/index"
	"vigie/hashing/pdq"
)

// make bench-match; or, quicker,
// go test -run '^$' -bench . -cpu 1 -count 6 ./hashing/index
//
// VIGIE_BENCH_CODES=10000000 sets the number of codes (1,000,000 without it).

func benchCodes() int {
	if n, err := strconv.Atoi(os.Getenv("VIGIE_BENCH_CODES")); err == nil {
		return n
	}
	return 1_000_000
}

// shapes are sets as they may come: spread evenly; a tenth with one 64-bit prefix; a tenth within an eighth of the
// bits of one centre; pictures of which each has nine edits.
var shapes = []struct {
	name string
	code func(rng *rand.Rand, i int, before []pdq.Hash) pdq.Hash
}{
	{"uniform", func(rng *rand.Rand, _ int, _ []pdq.Hash) pdq.Hash { return randomCode(rng) }},
	{"prefix", func(rng *rand.Rand, i int, before []pdq.Hash) pdq.Hash {
		c := randomCode(rng)
		if i%10 == 0 && i > 0 {
			copy(c[:8], before[0][:8])
		}
		return c
	}},
	{"centre", func(rng *rand.Rand, i int, before []pdq.Hash) pdq.Hash {
		if i%10 != 0 || i == 0 {
			return randomCode(rng)
		}
		return sparse(rng, before[0])
	}},
	{"edits", func(rng *rand.Rand, i int, before []pdq.Hash) pdq.Hash {
		if i%10 == 0 {
			return randomCode(rng)
		}
		return flipped(rng, before[i/10*10], rng.IntN(24))
	}},
}

// sparse turns each bit with a chance of one in eight.
func sparse(rng *rand.Rand, c pdq.Hash) pdq.Hash {
	for i := range c {
		c[i] ^= byte(rng.Uint64() & rng.Uint64() & rng.Uint64())
	}
	return c
}

func shaped(n, shape int) []pdq.Hash {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(shape)))
	codes := make([]pdq.Hash, n)
	for i := range codes {
		codes[i] = shapes[shape].code(rng, i, codes)
	}
	return codes
}

// built is an index for the benchmarks, made once.
type built struct {
	codes   []pdq.Hash
	queries []pdq.Hash // half of them near a code
	index   index.PDQ
	seconds float64 // of processor time, to build
	bytes   float64 // a code
}

var builds = func() (all []func() *built) {
	for shape := range shapes {
		all = append(all, sync.OnceValue(func() *built { return build(shape) }))
	}
	return all
}()

func build(shape int) *built {
	b := &built{codes: shaped(benchCodes(), shape)}
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range 4096 {
		q := randomCode(rng)
		if i%2 == 0 {
			q = flipped(rng, b.codes[rng.IntN(len(b.codes))], rng.IntN(32))
		}
		b.queries = append(b.queries, q)
	}
	ids := make([]uint32, len(b.codes))
	for i := range ids {
		ids[i] = uint32(i)
	}
	before := heap()
	start := processorTime()
	b.index.AddAll(b.codes, ids)
	b.index.Settle()
	b.seconds = processorTime() - start
	b.bytes = float64(heap()-before) / float64(len(b.codes))
	return b
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkMatch reports searches a second of wall time and of processor time, one at a time and a thousand together; by a
// plain linear scan in the same run, and how many times faster the index is; the processor time to build and the bytes a
// code, all told.
func BenchmarkMatch(b *testing.B) {
	for shape := range shapes {
		name := fmt.Sprintf("%s/%d", shapes[shape].name, benchCodes())
		linear := 0.0
		b.Run(name+"/linear", func(b *testing.B) {
			x := builds[shape]()
			columns := newColumns(x.codes)
			spent := processorTime()
			for n := 0; b.Loop(); n++ {
				columns.search(x.queries[n%len(x.queries)], pdq.MatchDistance, func(uint32, int) {})
			}
			linear = (processorTime() - spent) / float64(b.N)
			report(b, b.N, spent)
		})
		b.Run(name+"/one", func(b *testing.B) {
			x := builds[shape]()
			spent := processorTime()
			for n := 0; b.Loop(); n++ {
				x.index.Search(x.queries[n%len(x.queries)], pdq.MatchDistance, func(uint32, int) {})
			}
			b.ReportMetric(linear*float64(b.N)/(processorTime()-spent), "times-linear")
			report(b, b.N, spent)
			b.ReportMetric(x.seconds, "cpu-s/build")
			b.ReportMetric(x.bytes, "B/code")
		})
		b.Run(name+"/thousand", func(b *testing.B) {
			x := builds[shape]()
			spent := processorTime()
			for n := 0; b.Loop(); n++ {
				x.index.SearchAll(x.queries[n%4*1000:][:1000], pdq.MatchDistance, func(int, uint32, int) {})
			}
			report(b, 1000*b.N, spent)
		})
	}
}

func report(b *testing.B, searches int, spent float64) {
	b.ReportMetric(float64(searches)/(processorTime()-spent), "searches/cpu-s")
	b.ReportMetric(float64(searches)/b.Elapsed().Seconds(), "searches/s")
}

// columns is the plain linear scan that the index is compared with: 64 bits a column, left after two.
type columns [4][]uint64

func newColumns(codes []pdq.Hash) *columns {
	var c columns
	for k := range c {
		c[k] = make([]uint64, len(codes))
		for i := range codes {
			for _, octet := range codes[i][8*k : 8*k+8] {
				c[k][i] = c[k][i]<<8 | uint64(octet)
			}
		}
	}
	return &c
}

func (c *columns) search(query pdq.Hash, radius int, found func(id uint32, distance int)) {
	q := newColumns([]pdq.Hash{query})
	second := c[1][:len(c[0])]
	for i, word := range c[0] {
		distance := bits.OnesCount64(word^q[0][0]) + bits.OnesCount64(second[i]^q[1][0])
		if distance > radius {
			continue
		}
		distance += bits.OnesCount64(c[2][i]^q[2][0]) + bits.OnesCount64(c[3][i]^q[3][0])
		if distance <= radius {
			found(uint32(i), distance)
		}
	}
}
