package jpegluma_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"vigie/hashing/jpegluma"
)

// photograph draws slopes and shapes with the noise of a sensor, which is what makes a file of a camera large.
func photograph(width, height int) image.Image {
	rng := rand.New(rand.NewPCG(1, 2))
	img := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for y := range height {
		for x := range width {
			u, v := float64(x)/float64(width), float64(y)/float64(height)
			light := 120 + 60*math.Sin(9*u+4*v*v) + 25*math.Sin(140*u*v) + 12*math.Sin(float64(x)/3)*math.Sin(float64(y)/4)*v
			img.Y[y*img.YStride+x] = byte(max(0, min(light+rng.NormFloat64()*4, 255)))
		}
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = byte(120+i%img.CStride*16/img.CStride+rng.IntN(3)), byte(132+rng.IntN(3))
	}
	return img
}

// BenchmarkDecode decodes a drawn photograph of 12 million pixels, or the file that VIGIE_JPEG names.
//
//	go test -run '^$' -bench Decode -count 6 ./hashing/jpegluma | tee new.txt; benchstat old.txt new.txt
func BenchmarkDecode(b *testing.B) {
	var data []byte
	if path := os.Getenv("VIGIE_JPEG"); path != "" {
		data, _ = os.ReadFile(path)
	} else {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, photograph(4000, 3000), &jpeg.Options{Quality: 85}); err != nil {
			b.Fatal(err)
		}
		data = out.Bytes()
	}
	for _, scale := range scales {
		b.Run(fmt.Sprintf("1:%d", scale), func(b *testing.B) {
			var decoder jpegluma.Decoder
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, _, err := decoder.Decode(data, scale, jpegluma.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
