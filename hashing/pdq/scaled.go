package pdq

import (
	"image"

	"vigie/hashing/lanes"
)

// Scaled is the luma of a picture, reduced: Rows rows of Columns samples on the scale of 0 to 255, each row Stride
// bytes after the one before. A sample is the mean of StepX × StepY pixels of the picture, which has Width × Height.
type Scaled struct {
	Pix           []byte
	Stride        int
	Columns, Rows int
	StepX, StepY  int
	Width, Height int
}

// Reduced returns the luma of img as means over step × step pixels. The pixels of a last column or row that are fewer are
// left out.
func Reduced(img image.Image, step int) Scaled {
	bounds := img.Bounds()
	s := Scaled{
		Columns: bounds.Dx() / step, Rows: bounds.Dy() / step, StepX: step, StepY: step,
	}
	s.Stride, s.Width, s.Height = s.Columns, s.Columns*step, s.Rows*step
	s.Pix = make([]byte, s.Columns*s.Rows)
	row := lumaRows(img)
	line, sums := make([]float32, bounds.Dx()), make([]float32, s.Columns)
	for y := range s.Height {
		row(y, line)
		for x := range sums {
			for _, v := range line[x*step:][:step] {
				sums[x] += v
			}
		}
		if (y+1)%step > 0 {
			continue
		}
		for x, sum := range sums {
			s.Pix[y/step*s.Stride+x] = byte(sum/float32(step*step) + 0.5)
		}
		clear(sums)
	}
	return s
}

// FromScaled is the fast way: it returns nearly what FromLuma returns of the whole picture. The filter keeps the
// windows and the positions that the picture's own size asks for, in its pixels, and takes the samples as what these
// pixels are: within a sample, luma runs straight on from the one before to the one behind. (To filter the small plane
// as if it were the picture would be other windows and other positions, and 11 bits off on average.)
//
// The whole filter is linear, so each of the 64×64 values is a weighted sum of samples, with weights that are products
// of one for the column and one for the row. It panics when Pix is too short.
func FromScaled(s Scaled) (Dihedrals, int) {
	if s.Width < minSide || s.Height < minSide {
		return Dihedrals{}, 0
	}
	across, down := newTaps(s.Width, s.StepX, s.Columns), newTaps(s.Height, s.StepY, s.Rows)
	var grid samples
	line := make([]lanes.Sample, s.Columns)
	first := 0 // of the 64 rows of grid, the first that may still need samples
	for y := down[0].from; y < s.Rows && first < side; y += lanes.Rows {
		rows := min(lanes.Rows, s.Rows-y)
		lanes.Gather(line, s.Pix[y*s.Stride:], s.Stride, rows)
		var narrow [lanes.Rows][side]float32
		for j := range side {
			for r, v := range lanes.Sum(line[across[j].from:], across[j].weights) {
				narrow[r][j] = v
			}
		}
		for r := range rows {
			first = grid.add(&narrow[r], y+r, &down, first)
		}
	}
	return grid.transform().dihedrals(), grid.quality()
}

// add adds a row of samples to the rows of the grid that it belongs to, none of which is before first. It returns the first to which a
// later row may belong.
func (grid *samples) add(row *[side]float32, y int, down *[side]taps, first int) int {
	for first < side && down[first].end() <= y {
		first++
	}
	for i := first; i < side && down[i].from <= y; i++ {
		if y >= down[i].end() {
			continue
		}
		w := down[i].weights[y-down[i].from]
		for j, v := range row {
			grid[i][j] += float32(w * v)
		}
	}
	return first
}

// taps are the samples of a line that one of the 64 values is made of: those from from on, by their weights.
type taps struct {
	from    int
	weights []float32
}

func (t *taps) end() int { return t.from + len(t.weights) }

// newTaps returns how each of the 64 values depends on the samples of a line of n pixels, of which a sample is the mean
// of step. There are count samples.
func newTaps(n, step, count int) (all [side]taps) {
	weights := make([]float64, n)
	for i, at := range sampled(n) {
		low, high := filterWeights(n, at, weights)
		from, to := max(low/step-1, 0), min(high/step+1, count-1)
		t := taps{from, make([]float32, to-from+1)}
		for sample := low / step; sample <= min(high/step, count-1); sample++ {
			center := float64(sample*step) + float64(step-1)/2
			var sum, slope float64
			for p := max(sample*step, low); p <= min(sample*step+step-1, high); p++ {
				sum += weights[p]
				slope += weights[p] * (float64(p) - center)
			}
			t.weights[sample-from] += float32(sum)
			if sample > 0 && sample < count-1 {
				t.weights[sample-1-from] -= float32(slope / float64(2*step))
				t.weights[sample+1-from] += float32(slope / float64(2*step))
			}
		}
		all[i] = t
	}
	return all
}

// filterWeights writes to weights, for each pixel of a line of n, what it adds to the value that both passes of the
// filter give at the pixel at: a mean of means. Only those from low to high are written; others add nothing.
func filterWeights(n, at int, weights []float64) (low, high int) {
	window := windowSize(n)
	under := func(o int) (int, int) { // what output o of means is the mean of
		return max(0, o+lead(window)+1-window), min(n-1, o+lead(window))
	}
	left, right := under(at)
	low, _ = under(left)
	_, high = under(right)
	clear(weights[low : high+1])
	for o := left; o <= right; o++ {
		a, b := under(o)
		share := 1 / float64((right-left+1)*(b-a+1))
		for p := a; p <= b; p++ {
			weights[p] += share
		}
	}
	return low, high
}
