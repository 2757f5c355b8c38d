package pdq_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"vigie/hashing/pdq"
)

// TestReduced: what is hashed from means over several pixels is what is hashed from all of them, but for a few bits, whatever
// remains at the end of a line.
func TestReduced(t *testing.T) {
	img := image.NewNRGBA(image.Rect(3, 5, 3+1003, 5+802))
	for y := range 802 {
		for x := range 1003 {
			u, v := float64(x)/100, float64(y)/90
			img.SetNRGBA(3+x, 5+y, color.NRGBA{
				byte(127 + 120*math.Sin(u*v)), byte(127 + 120*math.Sin(3*u+v*v)), byte(127 + 120*math.Cos(2*v-u)), 255,
			})
		}
	}
	want, quality := pdq.FromImage(img)
	for step, most := range map[int]int{1: 2, 2: 10, 3: 10} { // 10 is the published rule of what counts as equal
		s := pdq.Reduced(img, step)
		got, q := pdq.FromScaled(s)
		if d := got[pdq.Original].Distance(want[pdq.Original]); d > most || max(q-quality, quality-q) > 3 {
			t.Errorf("step %d: %d bits off, quality %d, want %d", step, d, q, quality)
		}
		if s.Columns != 1003/step || s.Rows != 802/step {
			t.Errorf("step %d: %d × %d samples", step, s.Columns, s.Rows)
		}
	}
}
