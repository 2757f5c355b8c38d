package index_test

import (
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"vigie/hashing"
	"vigie/hashing/index"
	"vigie/hashing/pdq"
)

func numbers(n int) []uint32 {
	ids := make([]uint32, n)
	for i := range ids {
		ids[i] = uint32(i)
	}
	return ids
}

// equal compares searches of the index with a linear scan of codes.
func equal(t *testing.T, x *index.PDQ, codes []pdq.Hash, queries []pdq.Hash, radii ...int) {
	t.Helper()
	columns := newColumns(codes)
	for _, radius := range radii {
		want, together := make([][]hit, len(queries)), make([][]hit, len(queries))
		for i, query := range queries {
			columns.search(query, radius, func(id uint32, d int) { want[i] = append(want[i], hit{id, d}) })
			var got []hit
			x.Search(query, radius, func(id uint32, d int) { got = append(got, hit{id, d}) })
			if !slices.Equal(byID(got), byID(want[i])) {
				t.Fatalf("radius %d: found %d entries, there are %d", radius, len(got), len(want[i]))
			}
		}
		x.SearchAll(queries, radius, func(query int, id uint32, d int) {
			together[query] = append(together[query], hit{id, d})
		})
		for i := range queries {
			if !slices.Equal(byID(together[i]), want[i]) {
				t.Fatalf("radius %d, together: found %d entries, there are %d", radius, len(together[i]), len(want[i]))
			}
		}
	}
}

// TestShapes compares the index with the linear scan on every shape, at a size that has bands, at every radius that makes
// a difference.
func TestShapes(t *testing.T) {
	for shape := range shapes {
		t.Run(shapes[shape].name, func(t *testing.T) {
			t.Parallel()
			codes := shaped(100_000, shape)
			var x index.PDQ
			x.AddAll(codes, numbers(len(codes)))
			x.Settle()
			rng := rand.New(rand.NewPCG(9, uint64(shape)))
			queries := make([]pdq.Hash, 61)
			for i := range queries {
				queries[i] = flipped(rng, codes[rng.IntN(len(codes))], rng.IntN(60))
			}
			equal(t, &x, codes, queries, 0, 1, 15, 16, 30, pdq.MatchDistance, 32, index.MaxRadius, index.MaxRadius+1, 90)
		})
	}
}

// TestAlike has more equal codes than a search by bands may compare: all are found, and once.
func TestAlike(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	codes := make([]pdq.Hash, 150_000)
	for i := range codes {
		if codes[i] = codes[0]; i >= 100_000 || i == 0 {
			codes[i] = randomCode(rng)
		}
	}
	var x index.PDQ
	x.AddAll(codes, numbers(len(codes)))
	x.Settle()
	equal(t, &x, codes, []pdq.Hash{codes[0], flipped(rng, codes[0], 20), codes[149_999]}, 0, pdq.MatchDistance)
}

// TestPhotographs uses fingerprints of real pictures, whose bits depend on each other, and edits of them.
func TestPhotographs(t *testing.T) {
	const list = "../../../shared/corpus/photos/EXPECTED-PDQ.csv"
	f, err := os.Open(list)
	if err != nil {
		t.Skip("../shared/corpus/photos is not here: searches among fingerprints of real photographs are not compared")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(8, 8))
	var photographs, codes []pdq.Hash
	for _, row := range rows {
		for _, cell := range row {
			var h pdq.Hash
			if len(cell) == 2*len(h) {
				if _, err := hex.Decode(h[:], []byte(cell)); err == nil {
					photographs = append(photographs, h)
				}
			}
		}
	}
	if len(photographs) < 200 {
		t.Fatalf("%d fingerprints in %s", len(photographs), list)
	}
	for range 60_000 {
		codes = append(codes, flipped(rng, photographs[rng.IntN(len(photographs))], rng.IntN(70)))
	}
	var x index.PDQ
	x.AddAll(codes, numbers(len(codes)))
	x.Settle()
	equal(t, &x, codes, photographs, 10, pdq.MatchDistance, 45)
}

// TestShortCodes is TestShapes for 64 bits.
func TestShortCodes(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 4))
	codes := make([]hashing.Hash64, 120_000)
	for i := range codes {
		codes[i] = hashing.Hash64(rng.Uint64())
		if i%3 > 0 {
			codes[i] = codes[rng.IntN(i)] ^ 1<<rng.IntN(64) ^ 1<<rng.IntN(64)
		}
	}
	var x index.Hash64
	x.AddAll(codes, numbers(len(codes)))
	x.Settle()
	for range 100 {
		query := codes[rng.IntN(len(codes))] ^ 1<<rng.IntN(64)
		for _, radius := range []int{-1, 0, 3, 4, 7, 8, 11, 12, 20} {
			var want, got []hit
			for i, code := range codes {
				if d := code.Distance(query); d <= radius {
					want = append(want, hit{uint32(i), d})
				}
			}
			x.Search(query, radius, func(id uint32, d int) { got = append(got, hit{id, d}) })
			if !slices.Equal(byID(got), want) {
				t.Fatalf("radius %d: found %d entries, there are %d", radius, len(got), len(want))
			}
		}
	}
}

// TestGrowing adds and removes while parts are merged: one at a time, in heaps, by number, from many parts.
func TestGrowing(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 11))
	var x index.PDQ
	codes := shaped(200_000, 3)
	gone := make([]bool, len(codes))
	for from := 0; from < len(codes); {
		n := min(1+rng.IntN(50_000), len(codes)-from)
		if rng.IntN(2) == 0 {
			x.AddAll(codes[from:from+n], numbers(len(codes))[from:from+n])
		} else {
			for i := from; i < from+n; i++ {
				x.Add(codes[i], uint32(i))
			}
		}
		from += n
		for range 2000 {
			i := rng.IntN(from)
			if x.Remove(codes[i], uint32(i)) == gone[i] {
				t.Fatalf("entry %d, removed before: %v", i, gone[i])
			}
			gone[i] = true
		}
		third := uint32(rng.IntN(3))
		if rng.IntN(3) == 0 {
			x.RemoveFunc(func(id uint32) bool { return id%3 == third })
			for i := range from {
				gone[i] = gone[i] || uint32(i)%3 == third
			}
		}
		if rng.IntN(2) == 0 {
			x.Settle()
		}
		var kept []pdq.Hash
		var ids []uint32
		for i := range from {
			if !gone[i] {
				kept, ids = append(kept, codes[i]), append(ids, uint32(i))
			}
		}
		if x.Len() != len(kept) {
			t.Fatalf("%d entries, there should be %d", x.Len(), len(kept))
		}
		compareKept(t, &x, kept, ids, codes[rng.IntN(from)])
	}
}

func compareKept(t *testing.T, x *index.PDQ, kept []pdq.Hash, ids []uint32, query pdq.Hash) {
	t.Helper()
	var want, got []hit
	newColumns(kept).search(query, pdq.MatchDistance, func(row uint32, d int) { want = append(want, hit{ids[row], d}) })
	x.Search(query, pdq.MatchDistance, func(id uint32, d int) { got = append(got, hit{id, d}) })
	if !slices.Equal(byID(got), byID(want)) {
		t.Fatalf("found %d entries, there are %d", len(got), len(want))
	}
}

// TestRemovedIsGone searches while entries are added, removed and merged: what was added before a search began is found,
// what was removed before it began is not.
func TestRemovedIsGone(t *testing.T) {
	codes := shaped(120_000, 0)
	var x index.PDQ
	var added, removing, removed atomic.Int64 // entries below were added, are or were removed, were removed
	var all sync.WaitGroup
	all.Go(func() {
		for i := range codes {
			x.Add(codes[i], uint32(i))
			added.Store(int64(i + 1))
			if i >= 20_000 && i%2 == 0 {
				n := removed.Load()
				removing.Store(n + 1)
				if !x.Remove(codes[n], uint32(n)) {
					t.Errorf("entry %d was not there", n)
					return
				}
				removed.Store(n + 1)
			}
		}
	})
	for reader := range 2 {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(reader), 1))
			for added.Load() < int64(len(codes)) && !t.Failed() {
				there, gone := added.Load(), removed.Load()
				if there == 0 {
					continue
				}
				want := rng.Int64N(there)
				found := 0
				x.Search(codes[want], 0, func(id uint32, _ int) {
					if int64(id) == want {
						found++
					}
				})
				stays := want >= removing.Load()
				if stays && found != 1 || want < gone && found != 0 {
					t.Errorf("entry %d was found %d times", want, found)
				}
			}
		})
	}
	all.Wait()
	x.Settle()
	if want := len(codes) - int(removed.Load()); x.Len() != want {
		t.Errorf("%d entries, there should be %d", x.Len(), want)
	}
}

// BenchmarkAdd is one more entry in an index of that many.
func BenchmarkAdd(b *testing.B) {
	x := builds[0]()
	rng := rand.New(rand.NewPCG(3, 3))
	b.Run(fmt.Sprint(benchCodes()), func(b *testing.B) {
		for i := uint32(0); b.Loop(); i++ {
			x.index.Add(randomCode(rng), i)
		}
	})
	x.index.Settle()
}
