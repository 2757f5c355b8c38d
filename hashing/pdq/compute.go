package pdq

import (
	"image"
	"math"
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
		for j := 0; j < side; j += 4 { // four sums at a time stay in registers
			var s0, s1, s2, s3 float32
			for k, d := range cosines[i] {
				row := s[k][j : j+4 : j+4]
				s0 += float32(d * row[0])
				s1 += float32(d * row[1])
				s2 += float32(d * row[2])
				s3 += float32(d * row[3])
			}
			half[i][j], half[i][j+1], half[i][j+2], half[i][j+3] = s0, s1, s2, s3
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
// only changes its sign, by the parity of its frequency. A transposed one has the same coefficients, and so their median.
func (b *spectrum) dihedrals() (all Dihedrals) {
	for _, turn := range [...]struct {
		straight, transposed Transform
		rows, columns        int // the parity of the index at which a sign changes, or never
	}{
		{Original, FlipPlus1, never, never},
		{FlipY, Rotate90, never, 0},
		{FlipX, Rotate270, 0, never},
		{Rotate180, FlipMinus1, 0, 0},
	} {
		turned := *b
		for i := range turned {
			for j := range turned[i] {
				if (i%2 == turn.rows) != (j%2 == turn.columns) {
					turned[i][j] = -turned[i][j]
				}
			}
		}
		all[turn.straight], all[turn.transposed] = turned.hash()
	}
	return all
}

const never = -1

// hash sets the bits of the coefficients above their lower median, of b and of b transposed.
func (b *spectrum) hash() (h, transposed Hash) {
	set := func(h *Hash, k int) { h[len(h)-1-k/8] |= 1 << (k % 8) }
	median := b.lowerMedian()
	for i := range b {
		for j, v := range b[i] {
			if v > median {
				set(&h, i*frequencies+j)
				set(&transposed, j*frequencies+i)
			}
		}
	}
	return h, transposed
}

// lowerMedian returns the value at Bits/2-1 of the sorted coefficients, by Hoare's selection: it sorts only what it must.
func (b *spectrum) lowerMedian() float32 {
	var values [Bits]float32
	for i := range b {
		copy(values[i*frequencies:], b[i][:])
	}
	const wanted = Bits/2 - 1
	for low, high := 0, Bits-1; low < high; {
		pivot := values[(low+high)/2]
		i, j := low, high
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i++
				j--
			}
		}
		if wanted <= j {
			high = j
		} else if wanted >= i {
			low = i
		} else {
			break
		}
	}
	return values[wanted]
}
