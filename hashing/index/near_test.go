package index

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestNear compares both ways to read buckets with the definition, at every length and place.
func TestNear(t *testing.T) {
	if !vectors {
		t.Log("this processor has no AVX-512: only words are tested")
	}
	rng := rand.New(rand.NewPCG(16, 4))
	for range 2000 {
		values := make([]uint16, 1+rng.IntN(300))
		query := uint16(rng.Uint32())
		for i := range values {
			values[i] = query ^ uint16(rng.Uint32()&rng.Uint32()&rng.Uint32())
		}
		var spans []span
		var want []uint32
		for range 1 + rng.IntN(6) {
			s := span{from: rng.Uint32N(uint32(len(values))), limit: rng.Uint32N(6)}
			s.to = s.from + 1 + rng.Uint32N(uint32(len(values))-s.from)
			spans = append(spans, s)
			for at := s.from; at < s.to; at++ {
				if differ(values[at], query) <= int(s.limit) {
					want = append(want, at)
				}
			}
		}
		values = append(values, make([]uint16, overRead)...)
		before := []uint32{7, 7, 7}[:rng.IntN(4)]
		want = append(slices.Clone(before), want...)
		most := len(want) + rng.IntN(3)
		if got := near(slices.Clone(before), values, spans, query, most); !slices.Equal(got, want) {
			t.Fatalf("near: %v, want %v", got, want)
		}
		if got := nearWords(slices.Clone(before), values, spans, query, most); !slices.Equal(got, want) {
			t.Fatalf("in words: %v, want %v", got, want)
		}
		if most = len(want) - 1; most >= len(before) {
			if got := near(slices.Clone(before), values, spans, query, most); len(got) <= most {
				t.Fatalf("near ended with %d places, of %d, and may not have before there are more than %d", len(got), len(want), most)
			}
		}
	}
}

func differ(a, b uint16) (n int) {
	for x := a ^ b; x != 0; x &= x - 1 {
		n++
	}
	return n
}

// TestShuffleKeepsDistances: every bit of a code has one place of its own.
func TestShuffleKeepsDistances(t *testing.T) {
	var seen [4]uint64
	for bit := range 256 {
		var words [4]uint64
		words[bit/64] = 1 << (bit % 64)
		out, ones := shuffled(words), 0
		for i := range out {
			if seen[i]&out[i] != 0 {
				t.Fatalf("bit %d has the place of another", bit)
			}
			seen[i] |= out[i]
			for x := out[i]; x != 0; x &= x - 1 {
				ones++
			}
		}
		if ones != 1 {
			t.Fatalf("bit %d has %d places", bit, ones)
		}
	}
}
