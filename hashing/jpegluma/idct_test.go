package jpegluma

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestDraw8: eight lines at a time give the same samples as one after the other, and write nothing beside them.
func TestDraw8(t *testing.T) {
	if !vectors {
		t.Skip("this processor has no AVX2")
	}
	rng := rand.New(rand.NewPCG(7, 8))
	const stride = 11
	for n := range 20_000 {
		var c folded
		c[0] = rng.Float32()*512 - 128
		for range rng.IntN(40) {
			c[rng.IntN(64)] = (rng.Float32() - 0.5) * []float32{1, 30, 1000, 1e12}[n%4]
		}
		want, got := make([]byte, 8*stride), make([]byte, 8*stride)
		draw8Vectors(&c, &got[0], stride)
		draw8Lines(&c, want, stride)
		if !slices.Equal(got, want) {
			t.Fatalf("block %d: %v, want %v", n, got, want)
		}
	}
}

// go test ./hashing/jpegluma -run '^$' -bench Draw8 -cpu 1 -count 6
func BenchmarkDraw8(b *testing.B) {
	var c folded
	rng := rand.New(rand.NewPCG(7, 8))
	for i := range 20 {
		c[i*3] = rng.Float32()*100 - 50
	}
	pix := make([]byte, 64)
	b.Run("lines", func(b *testing.B) {
		for b.Loop() {
			one := c
			draw8Lines(&one, pix, 8)
		}
	})
	b.Run("vectors", func(b *testing.B) {
		if !vectors {
			b.Skip("this processor has no AVX2")
		}
		for b.Loop() {
			one := c
			draw8Vectors(&one, &pix[0], 8)
		}
	})
}
