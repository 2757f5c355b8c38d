package decode_test

import (
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"testing"

	"vigie/hashing/decode"
)

// BenchmarkParts tells what a medium costs that is examined whole, with and without parts to look at by themselves.
//
//	go test ./hashing/decode -run '^$' -bench Parts -benchtime 40x -count 6
func BenchmarkParts(b *testing.B) {
	picture := scene(1600, 1200)
	framed := func(width, height int, background color.Color, at image.Point) *image.NRGBA {
		out := image.NewNRGBA(image.Rect(0, 0, width, height))
		draw.Draw(out, out.Rect, image.NewUniform(background), image.Point{}, draw.Src)
		draw.Draw(out, picture.Rect.Add(at), picture, image.Point{}, draw.Src)
		return out
	}
	screen := framed(1600, 3400, color.Gray{250}, image.Pt(0, 900))
	for i := range 40 { // a line of text, and buttons
		draw.Draw(screen, image.Rect(20+8*i, 60, 24+8*i, 100), image.Black, image.Point{}, draw.Src)
		draw.Draw(screen, image.Rect(300*(i%5), 3000, 300*(i%5)+90, 3090), image.Black, image.Point{}, draw.Src)
	}
	for _, bench := range []struct {
		name string
		img  image.Image
	}{
		{"picture", picture},
		{"border", framed(1800, 1400, color.White, image.Pt(100, 100))},
		{"letterbox", framed(1600, 1700, color.Black, image.Pt(0, 250))},
		{"screenshot", screen},
	} {
		for _, format := range []string{"jpeg", "png"} {
			data := encode(b, format, bench.img)
			b.Run(bench.name+"/"+format, func(b *testing.B) {
				examiner, parts := new(decode.Examiner), 0
				for b.Loop() {
					parts = len(examiner.Examine(data, decode.Limits{}).Fingerprint.Views)
				}
				b.ReportMetric(float64(parts), "parts")
			})
		}
	}
}

// BenchmarkPhotographs examines the photographs of the corpus, of some 500 × 375 pixels, one after the other.
//
//	go test ./hashing/decode -run '^$' -bench Photographs -benchtime 2000x -cpu 1 -count 6
func BenchmarkPhotographs(b *testing.B) {
	files, _ := filepath.Glob("../../../shared/corpus/photos/*.JPEG")
	if len(files) == 0 {
		b.Skip("../shared/corpus is not here")
	}
	var all [][]byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, data)
	}
	examiner, next := new(decode.Examiner), 0
	for b.Loop() {
		examiner.Examine(all[next%len(all)], decode.Limits{})
		next++
	}
}
