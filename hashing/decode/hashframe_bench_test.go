package decode_test

import (
	"image"
	"math/rand/v2"
	"testing"

	"vigie/hashing/decode"
)

// go test ./hashing/decode -run "^$" -bench HashFrame
func BenchmarkHashFrame(b *testing.B) {
	img := image.NewGray(image.Rect(0, 0, 512, 288))
	for y := range 288 {
		for x := range 512 {
			img.Pix[y*512+x] = byte((x*x/300+y*y/200+x*y/150)%256) + byte(rand.IntN(6))
		}
	}
	for b.Loop() {
		decode.HashFrame(img)
	}
}
