package decode

import (
	"image"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nfnt/resize"
)

// TestBilinear: the samples are the library's, bit for bit, of every shape.
func TestBilinear(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	sizes := []image.Point{{1, 1}, {1, 1000}, {1000, 1}, {2, 3}, {8, 9}, {9, 9}, {63, 65}, {64, 63}, {65, 64}, {128, 512}, {500, 375}, {1024, 767}}
	for range 40 {
		sizes = append(sizes, image.Pt(1+rng.IntN(1100), 1+rng.IntN(1100)))
	}
	for _, size := range sizes {
		frame := image.NewGray(image.Rect(0, 0, size.X+5, size.Y+3))
		for i := range frame.Pix {
			frame.Pix[i] = byte(rng.Uint32())
		}
		img := frame.SubImage(image.Rect(0, 0, size.X, size.Y)).(*image.Gray) // rows with something behind them
		sizes := []image.Point{{64, 64}, {9, 8}}
		for i, got := range bilinear(img, sizes...) {
			want := resize.Resize(uint(sizes[i].X), uint(sizes[i].Y), img, resize.Bilinear).(*image.Gray)
			if got.Rect != want.Rect || !slices.Equal(got.Pix, want.Pix) {
				t.Errorf("%v to %v: not the library's samples", size, sizes[i])
			}
		}
	}
}

// go test ./hashing/decode -run '^$' -bench Bilinear -cpu 1 -count 6
func BenchmarkBilinear(b *testing.B) {
	img := image.NewGray(image.Rect(0, 0, 500, 375))
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			bilinear(img, image.Pt(64, 64), image.Pt(9, 8))
		}
	})
	b.Run("library", func(b *testing.B) {
		for b.Loop() {
			resize.Resize(64, 64, img, resize.Bilinear)
			resize.Resize(9, 8, img, resize.Bilinear)
		}
	})
}
