package jail

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"testing"
)

// go test -run=^$ -bench=. -count=6 ./hashing/jail | tee new.txt; benchstat old.txt new.txt
func BenchmarkExamine(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	img := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = uint8(i*i>>9 ^ i>>4)
	}
	var large bytes.Buffer
	if err := jpeg.Encode(&large, img, nil); err != nil {
		b.Fatal(err)
	}
	for name, data := range map[string][]byte{"200x150": pngPicture(b), "12MP": large.Bytes()} {
		b.Run(name, func(b *testing.B) {
			p := New(Options{Command: []string{self, childArgument}, Children: 1})
			defer p.Close()
			for b.Loop() {
				if ex, err := p.Examine(b.Context(), bytes.NewReader(data), int64(len(data))); err != nil || ex.Fingerprint == nil {
					b.Fatal(ex, err)
				}
			}
			b.SetBytes(int64(len(data)))
		})
	}
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			p := New(Options{Command: []string{self, childArgument}, Children: 1})
			if _, err := p.Examine(b.Context(), bytes.NewReader(magic("forge kind")), -1); err != nil {
				b.Fatal(err)
			}
			p.Close()
		}
	})
}
