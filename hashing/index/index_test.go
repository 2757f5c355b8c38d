package index_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"vigie/hashing"
	"vigie/hashing/index"
	"vigie/hashing/pdq"
)

type hit struct {
	id       uint32
	distance int
}

// byID sorts what a search found, so that two searches compare.
func byID(hits []hit) []hit {
	slices.SortFunc(hits, func(a, b hit) int {
		if a.id != b.id {
			return int(a.id) - int(b.id)
		}
		return a.distance - b.distance
	})
	return hits
}

func randomCode(rng *rand.Rand) (h pdq.Hash) {
	for i := 0; i < len(h); i += 8 {
		binary.BigEndian.PutUint64(h[i:], rng.Uint64())
	}
	return h
}

// flipped returns h with n random bits turned (some of them perhaps back again).
func flipped(rng *rand.Rand, h pdq.Hash, n int) pdq.Hash {
	for range n {
		bit := rng.IntN(pdq.Bits)
		h[bit/8] ^= 1 << (bit % 8)
	}
	return h
}

// low64 takes a 64-bit code from a long one, so that both indexes are tested by the same data.
func low64(h pdq.Hash) hashing.Hash64 { return hashing.Hash64(binary.BigEndian.Uint64(h[24:])) }

// collections are codes of the shapes that real sets have: spread out, in dense clusters, all alike, sharing a
// prefix; and of sizes around powers of two, where indexes of others lost entries.
func collections(rng *rand.Rand) map[string][]pdq.Hash {
	all := map[string][]pdq.Hash{"empty": nil}
	for _, n := range []int{1, 2, 255, 256, 257, 3000} {
		codes := make([]pdq.Hash, n)
		for i := range codes {
			codes[i] = randomCode(rng)
		}
		all[fmt.Sprintf("%d random", n)] = codes
	}
	clustered, alike, prefixed := make([]pdq.Hash, 2048), make([]pdq.Hash, 300), make([]pdq.Hash, 1500)
	centres := []pdq.Hash{{}, randomCode(rng), randomCode(rng)}
	for i := range clustered {
		clustered[i] = flipped(rng, centres[rng.IntN(len(centres))], rng.IntN(64))
	}
	for i := range alike {
		alike[i] = centres[1]
	}
	for i := range prefixed {
		prefixed[i] = randomCode(rng)
		copy(prefixed[i][:16], centres[2][:])
	}
	all["clustered"], all["alike"], all["sharing a prefix"] = clustered, alike, prefixed
	return all
}

func TestSearchIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 26))
	for name, codes := range collections(rng) {
		var long index.PDQ
		var short index.Hash64
		for i, code := range codes {
			long.Add(code, uint32(i))
			short.Add(low64(code), uint32(i))
		}
		queries := []pdq.Hash{{}, randomCode(rng)}
		for range min(len(codes), 20) {
			queries = append(queries, flipped(rng, codes[rng.IntN(len(codes))], rng.IntN(40)))
		}
		for _, query := range queries {
			for _, radius := range []int{-1, 0, 1, 10, pdq.MatchDistance, pdq.MatchDistance + 1, 64, 128, pdq.Bits} {
				check(t, name, codes, &long, &short, query, radius)
			}
		}
	}
}

// check compares both indexes with the definition.
func check(t *testing.T, name string, codes []pdq.Hash, long *index.PDQ, short *index.Hash64, query pdq.Hash, radius int) {
	t.Helper()
	var want, want64, got, got64 []hit
	for i, code := range codes {
		if d := code.Distance(query); d <= radius {
			want = append(want, hit{uint32(i), d})
		}
		if d := low64(code).Distance(low64(query)); d <= radius {
			want64 = append(want64, hit{uint32(i), d})
		}
	}
	long.Search(query, radius, func(id uint32, d int) { got = append(got, hit{id, d}) })
	short.Search(low64(query), radius, func(id uint32, d int) { got64 = append(got64, hit{id, d}) })
	if !slices.Equal(byID(got), want) {
		t.Errorf("%s, radius %d: found %d entries, there are %d", name, radius, len(got), len(want))
	}
	if !slices.Equal(byID(got64), want64) {
		t.Errorf("%s, radius %d, 64 bits: found %d entries, there are %d", name, radius, len(got64), len(want64))
	}
}

// TestChanges adds and removes at random beside a plain map, and compares after every few steps.
func TestChanges(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	var long index.PDQ
	var short index.Hash64
	model := map[uint32]pdq.Hash{}
	verify := func(step int) {
		t.Helper()
		var got, got64, want, want64 []hit
		for id, code := range model {
			want = append(want, hit{id, code.Distance(pdq.Hash{})})
			want64 = append(want64, hit{id, low64(code).Distance(0)})
		}
		long.Search(pdq.Hash{}, pdq.Bits, func(id uint32, d int) { got = append(got, hit{id, d}) })
		short.Search(0, 64, func(id uint32, d int) { got64 = append(got64, hit{id, d}) })
		if !slices.Equal(byID(got), byID(want)) || !slices.Equal(byID(got64), byID(want64)) {
			t.Fatalf("step %d: %d and %d entries, there should be %d", step, long.Len(), short.Len(), len(model))
		}
	}
	for step := range uint32(2000) {
		switch rng.IntN(5) {
		case 0, 1, 2:
			model[step] = randomCode(rng)
			long.Add(model[step], step)
			short.Add(low64(model[step]), step)
		case 3:
			for id, code := range model {
				if long.Remove(code, id+1_000_000) || short.Remove(low64(code), id+1_000_000) {
					t.Fatal("removed an entry that was not there")
				}
				if !long.Remove(code, id) || !short.Remove(low64(code), id) {
					t.Fatal("did not find an entry that is there")
				}
				delete(model, id)
				break
			}
		case 4:
			if step%50 != 0 {
				continue
			}
			gone := func(id uint32) bool { return id%3 == step%3 }
			before := len(model)
			for id := range model {
				if gone(id) {
					delete(model, id)
				}
			}
			if n, n64 := long.RemoveFunc(gone), short.RemoveFunc(gone); n != before-len(model) || n64 != n {
				t.Fatalf("removed %d and %d entries, not %d", n, n64, before-len(model))
			}
		}
		if step%97 == 0 {
			verify(int(step))
		}
	}
	verify(2000)
}
