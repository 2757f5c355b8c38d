package pdq

// filter blurs a picture with the reference's Jarosz filter (two passes of a box along rows, then along
// columns) and returns the 64×64 values that are sampled from it.
//
// The reference filters the whole picture four times over. Here rows stream through the passes, two at a time: a
// column box keeps one running sum a column and the few rows under its window, and the second pass computes only the
// 64 columns that are sampled. Each value is still the same chain of float32 additions, subtractions and one
// division, so the result is the same to the last bit.
func filter(width, height int, row func(y int, line []float32)) *samples {
	var grid samples
	columns, rows := sampled(width), sampled(height)
	next := 0 // sample; a picture under 64 rows gives some rows to several
	second := newColumnBox(side, height, func(y int, line []float32) {
		for ; next < side && rows[next] == y; next++ {
			copy(grid[next][:], line)
		}
	})
	window := windowSize(width)
	var upper []float32 // waits for the row below
	var narrow [2][side]float32
	first := newColumnBox(width, height, func(y int, line []float32) {
		if upper == nil {
			if upper = line; y+1 < height {
				return
			}
		}
		sampledMeans(upper, line, window, &columns, &narrow[0], &narrow[1])
		second.push(narrow[0][:])
		if y%2 != 0 {
			second.push(narrow[1][:])
		}
		upper = nil
	})
	var line, blurred [2][]float32
	for i := range line {
		line[i], blurred[i] = make([]float32, width), make([]float32, width)
	}
	for y := 0; y < height; y += 2 {
		row(y, line[0])
		if y+1 < height {
			row(y+1, line[1])
		}
		means(line[0], line[1], blurred[0], blurred[1], window)
		first.push(blurred[0])
		if y+1 < height {
			first.push(blurred[1])
		}
	}
	first.finish()
	second.finish()
	return &grid
}

// windowSize is the width of the box for a side of n pixels: a 128th of it, rounded up.
func windowSize(n int) int { return (n + 2*side - 1) / (2 * side) }

// lead is how many values a box of the given window takes in before it gives out its first.
func lead(window int) int { return (window+2)/2 - 1 }

// sampled returns the positions among n that the 64 samples are taken from.
func sampled(n int) (at [side]int) {
	for i := range at {
		at[i] = int((float64(i) + 0.5) * float64(n) / side)
	}
	return at
}

// columnBox does to every column at once what means does to a row, as the rows come in.
type columnBox struct {
	window, height int
	in, out        int // rows taken in, rows given out
	under          int // rows under the window
	sums           []float32
	mean           [2][]float32                // the last two rows given out
	ring           []float32                   // the last window+1 rows taken in
	emit           func(y int, line []float32) // line stays as it is until the next but one
}

func newColumnBox(width, height int, emit func(y int, line []float32)) *columnBox {
	window := windowSize(height)
	return &columnBox{
		window: window, height: height,
		sums: make([]float32, width), mean: [2][]float32{make([]float32, width), make([]float32, width)},
		ring: make([]float32, (window+1)*width), emit: emit,
	}
}

func (b *columnBox) row(y int) []float32 {
	width := len(b.sums)
	slot := y % (b.window + 1)
	return b.ring[slot*width : (slot+1)*width]
}

// push takes one row in and gives out the row that is complete with it, once there is one.
func (b *columnBox) push(line []float32) {
	sums := b.sums
	line = line[:len(sums)]
	copy(b.row(b.in), line)
	if b.in < b.window {
		for x, v := range line {
			sums[x] += v
		}
		b.under++
	} else {
		old := b.row(b.in - b.window)[:len(sums)]
		for x, v := range line {
			sums[x] = sums[x] + v - old[x]
		}
	}
	b.in++
	if b.in > lead(b.window) {
		b.give()
	}
}

// finish gives out the rows at the lower edge, where the window runs out of the picture.
func (b *columnBox) finish() {
	for b.out < b.height {
		old := b.row(b.in - b.under)[:len(b.sums)]
		for x, v := range old {
			b.sums[x] -= v
		}
		b.under--
		b.give()
	}
}

func (b *columnBox) give() {
	count := float32(b.under)
	mean := b.mean[b.out%2][:len(b.sums)]
	for x, v := range b.sums {
		mean[x] = v / count
	}
	b.emit(b.out, mean)
	b.out++
}
