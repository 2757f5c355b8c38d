package lanes

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// The vectors' samples and sums are those of the rows one by one, to the bit.
func TestAsOneByOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable on purpose
	for range 2000 {
		width, rows := 1+rng.IntN(100), 1+rng.IntN(Rows)
		stride := width + rng.IntN(20)
		pix := make([]byte, (rows-1)*stride+width)
		for i := range pix {
			pix[i] = byte(rng.Uint32())
		}
		line := make([]Sample, width)
		Gather(line, pix, stride, rows)
		for x := range line {
			for r := range Rows {
				if want := float32(pix[min(r, rows-1)*stride+x]); line[x][r] != want {
					t.Fatalf("%d×%d: place %d of row %d is %v, not %v", width, rows, x, r, line[x][r], want)
				}
			}
		}
		from := rng.IntN(width)
		weights := make([]float32, rng.IntN(width-from+1))
		for i := range weights {
			weights[i] = rng.Float32() - 0.25
		}
		var want Sample
		for r := range Rows {
			for i, w := range weights {
				want[r] += float32(w * line[from+i][r])
			}
		}
		if got := Sum(line[from:], weights); got != want {
			t.Fatalf("%d weights: %v, not %v", len(weights), got, want)
		}
		if got := sumOf(line[from:], weights); got != want {
			t.Fatalf("%d weights, without vectors: %v, not %v", len(weights), got, want)
		}
		one := slices.Clone(line)
		gather(one, pix, stride, rows)
		if !slices.Equal(one, line) {
			t.Fatal("gathered without vectors, they are others")
		}
	}
}

// A row that ends before the line does is not read beyond its end.
func TestTooShort(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("bytes were read that are not there")
		}
	}()
	Gather(make([]Sample, 16), make([]byte, 7*20+15), 20, Rows)
}
