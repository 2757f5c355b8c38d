package pdq

import (
	"image"
	"math"
	"slices"
)

const (
	side        = 64 // of the grid that is transformed, in samples
	frequencies = 16 // kept in each direction; the constant one is left out
	minSide     = 5  // pixels: the reference gives smaller pictures the zero hash and quality 0
	passes      = 2  // of the box filter in each direction; two of them make a tent
)

// samples are the 64×64 filtered luma values that everything else is computed from.
type samples [side][side]float32

// spectrum holds the lowest DCT coefficients: rows are vertical frequencies.
type spectrum [frequencies][frequencies]float32

// FromLuma returns the hash, its dihedrals and the quality (0 to 100) of a picture given as width×height luma
// values, row after row, on the scale of 0 to 255. A picture with a side under 5 pixels has the zero hash and
// quality 0. It panics when luma is shorter than width×height.
func FromLuma(luma []float32, width, height int) (Dihedrals, int) {
	return fromRows(width, height, func(y int, line []float32) {
		copy(line, luma[y*width:(y+1)*width])
	})
}

// FromImage is FromLuma of the luma of img: 0.299 R + 0.587 G + 0.114 B of its 8-bit colours, as stored (alpha
// is dropped, not blended); grey passes through.
func FromImage(img image.Image) (Dihedrals, int) {
	bounds := img.Bounds()
	return fromRows(bounds.Dx(), bounds.Dy(), lumaRows(img))
}

// fromRows computes everything from rows of luma, which it asks for once each and in order, so that no picture
// is ever held as floating point.
func fromRows(width, height int, row func(y int, line []float32)) (Dihedrals, int) {
	if width < minSide || height < minSide {
		return Dihedrals{}, 0
	}
	grid := filter(width, height, row)
	return grid.transform().dihedrals(), grid.quality()
}

// quality is the reference's measure of how much there is to see: the sum of the differences between
// neighbours, each in whole hundredths of the full scale, over an empirical 90.
func (s *samples) quality() int {
	sum := 0
	add := func(u, v float32) {
		d := int(float32(float32(u-v)*100) / 255)
		sum += max(d, -d)
	}
	for i := range side {
		for j := range side {
			if i+1 < side {
				add(s[i][j], s[i+1][j])
			}
			if j+1 < side {
				add(s[i][j], s[i][j+1])
			}
		}
	}
	return min(sum/90, 100)
}

// cosines is the matrix D of the transform D·A·Dᵀ.
var cosines = func() (d [frequencies][side]float32) {
	scale := math.Sqrt(2.0 / side)
	for i := range d {
		for j := range d[i] {
			d[i][j] = float32(scale * math.Cos(math.Pi/2/side*float64(i+1)*float64(2*j+1)))
		}
	}
	return d
}()

// transform returns the lowest DCT coefficients of s. The sums run in the reference's order, and each product
// is rounded before it is added (the conversions keep compilers from fusing the two), because the hash is
// compared bit for bit.
func (s *samples) transform() *spectrum {
	var half [frequencies][side]float32
	for i := range half {
		for k := range side {
			d := cosines[i][k]
			for j := range side {
				half[i][j] += float32(d * s[k][j])
			}
		}
	}
	var b spectrum
	for i := range b {
		for j := range b[i] {
			var sum float32
			for k := range side {
				sum += float32(half[i][k] * cosines[j][k])
			}
			b[i][j] = sum
		}
	}
	return &b
}

// dihedrals hashes b as it is and as each rotation and mirror of the picture would make it: a mirrored cosine
// only changes its sign, by the parity of its frequency.
func (b *spectrum) dihedrals() (all Dihedrals) {
	variants := [len(all)]struct {
		transpose bool
		negative  func(i, j int) bool // by the indices in b
	}{
		Original:   {false, func(i, j int) bool { return false }},
		Rotate90:   {true, func(i, j int) bool { return j%2 == 0 }},
		Rotate180:  {false, func(i, j int) bool { return (i+j)%2 != 0 }},
		Rotate270:  {true, func(i, j int) bool { return i%2 == 0 }},
		FlipX:      {false, func(i, j int) bool { return i%2 == 0 }},
		FlipY:      {false, func(i, j int) bool { return j%2 == 0 }},
		FlipPlus1:  {true, func(i, j int) bool { return false }},
		FlipMinus1: {true, func(i, j int) bool { return (i+j)%2 != 0 }},
	}
	for t, variant := range variants {
		var turned spectrum
		for i := range b {
			for j, v := range b[i] {
				if variant.negative(i, j) {
					v = -v
				}
				if variant.transpose {
					turned[j][i] = v
				} else {
					turned[i][j] = v
				}
			}
		}
		all[t] = turned.hash()
	}
	return all
}

// hash sets the bits of the coefficients above their lower median.
func (b *spectrum) hash() (h Hash) {
	sorted := make([]float32, 0, Bits)
	for i := range b {
		sorted = append(sorted, b[i][:]...)
	}
	slices.Sort(sorted)
	median := sorted[Bits/2-1]
	for i := range b {
		for j, v := range b[i] {
			if v > median {
				k := i*frequencies + j
				h[len(h)-1-k/8] |= 1 << (k % 8)
			}
		}
	}
	return h
}
