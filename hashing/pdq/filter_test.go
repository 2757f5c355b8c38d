package pdq

import (
	"math/rand/v2"
	"testing"
)

// slowBox is the running mean of a line as the reference computes it, one value after the other.
func slowBox(in []float32, window int) []float32 {
	out := make([]float32, 0, len(in))
	var sum, count float32
	for right := range len(in) + lead(window) {
		if right < len(in) {
			sum += in[right]
			count++
		}
		if right >= window {
			sum -= in[right-window]
			count--
		}
		if right >= lead(window) {
			out = append(out, sum/count)
		}
	}
	return out
}

// slowFilter filters the whole picture along rows, columns, rows and columns.
func slowFilter(luma []float32, width, height int) (grid samples) {
	lines := func(n, length, step, from int) {
		line := make([]float32, length)
		for i := range n {
			for k := range line {
				line[k] = luma[i*from+k*step]
			}
			for k, v := range slowBox(line, windowSize(length)) {
				luma[i*from+k*step] = v
			}
		}
	}
	for range passes {
		lines(height, width, 1, width)
		lines(width, height, width, 1)
	}
	columns, rows := sampled(width), sampled(height)
	for i, y := range rows {
		for j, x := range columns {
			grid[i][j] = luma[y*width+x]
		}
	}
	return grid
}

// TestFilter: two rows at a time, and 64 columns only, give the same values to the last bit, of every shape.
func TestFilter(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	sizes := [][2]int{{5, 5}, {5, 300}, {300, 5}, {63, 64}, {64, 65}, {127, 129}, {128, 128}, {129, 257}, {1000, 777}}
	for range 20 {
		sizes = append(sizes, [2]int{minSide + rng.IntN(400), minSide + rng.IntN(400)})
	}
	for _, size := range sizes {
		width, height := size[0], size[1]
		luma := make([]float32, width*height)
		for i := range luma {
			luma[i] = rng.Float32() * 255
		}
		got := filter(width, height, func(y int, line []float32) { copy(line, luma[y*width:]) })
		if want := slowFilter(luma, width, height); *got != want {
			t.Errorf("%d × %d: not the same values", width, height)
		}
	}
}
