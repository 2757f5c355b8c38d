package index_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"vigie/hashing/index"
	"vigie/hashing/pdq"
)

// TestFew compares a Few with the linear scan: codes of every shape, at sizes up to what it takes, and queries at every distance
// up to some bits beyond its radius.
func TestFew(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 16))
	all := collections(rng)
	for shape := range shapes {
		all[shapes[shape].name] = shaped(20_000, shape)
	}
	all["full"] = shaped(index.FewCodes, 0)
	for name, codes := range all {
		t.Run(name, func(t *testing.T) {
			queries := []pdq.Hash{{}, randomCode(rng)}
			for i := range 400 {
				if len(codes) > 0 {
					queries = append(queries, turned(rng, codes[rng.IntN(len(codes))], i%36))
				}
			}
			columns := newColumns(codes)
			want, got := make([]hit, len(queries)), make([]hit, len(queries)) // the nearest of each
			for i, q := range queries {
				want[i].distance, got[i].distance = pdq.Bits, pdq.Bits
				columns.search(q, pdq.MatchDistance, func(_ uint32, d int) { want[i].distance = min(want[i].distance, d) })
			}
			index.NewFew(codes).Near(queries, func(query, d int) { got[query].distance = min(got[query].distance, d) })
			if !slices.Equal(got, want) {
				t.Errorf("found %v, want %v", got, want)
			}
		})
	}
}

// turned returns h with n different bits turned.
func turned(rng *rand.Rand, h pdq.Hash, n int) pdq.Hash {
	for _, bit := range rng.Perm(pdq.Bits)[:n] {
		h[bit/8] ^= 1 << (bit % 8)
	}
	return h
}

// TestCodes: what went in comes out, less what was removed.
func TestCodes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 31))
	var x index.PDQ
	var want []string
	codes := make([]pdq.Hash, 40_000) // a part, and the tail
	for i := range codes {
		codes[i] = randomCode(rng)
	}
	x.AddAll(codes, numbers(len(codes)))
	for i := range codes[:100] {
		x.Add(codes[i], uint32(i))
	}
	for i := range codes {
		if i%3 == 0 {
			x.Remove(codes[i], uint32(i))
		}
	}
	for i, c := range append(codes, codes[:100]...) {
		if i%3 > 0 && i < len(codes) || i >= len(codes) && (i-len(codes)) < 100 {
			want = append(want, c.String())
		}
	}
	var got []string
	for _, c := range x.Codes() {
		got = append(got, c.String())
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d codes, want %d", len(got), len(want))
	}
	if none := new(index.PDQ).Codes(); len(none) > 0 {
		t.Errorf("an empty index has %d", len(none))
	}
}

// BenchmarkFew is what a picture's eight hashes cost, among codes drawn at random, of the processor, next to the index:
//
//	go test -run '^$' -bench Few -cpu 1 ./hashing/index
func BenchmarkFew(b *testing.B) {
	const pictures = 4096
	rng := rand.New(rand.NewPCG(1, 1))
	queries := make([]pdq.Hash, 8*pictures)
	for i := range queries {
		queries[i] = randomCode(rng)
	}
	measure := func(b *testing.B, search func()) {
		start := processorTime()
		for b.Loop() {
			search()
		}
		b.ReportMetric(1e9*(processorTime()-start)/float64(b.N)/pictures, "cpu-ns/picture")
		b.ReportMetric(0, "ns/op")
	}
	for _, n := range []int{1000, 10_000, index.FewCodes} {
		codes := make([]pdq.Hash, n)
		for i := range codes {
			codes[i] = randomCode(rng)
		}
		var x index.PDQ
		x.AddAll(codes, numbers(n))
		x.Settle()
		b.Run(fmt.Sprint("index-", n), func(b *testing.B) {
			measure(b, func() { x.SearchAll(queries, pdq.MatchDistance, func(int, uint32, int) {}) })
		})
		few := index.NewFew(codes)
		b.Run(fmt.Sprint("few-", n), func(b *testing.B) { measure(b, func() { few.Near(queries, func(int, int) {}) }) })
	}
}
