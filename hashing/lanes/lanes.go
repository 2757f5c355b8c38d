// Package lanes makes weighted sums of samples of eight rows of a picture at a time, a row in each lane of a vector register. What
// comes out is what the rows give one by one: the same products and sums of the same numbers, each rounded to a float32.
package lanes

// Rows is how many rows are summed up at a time.
const Rows = 8

// Sample is what is at one place of eight rows, or their sums there.
type Sample = [Rows]float32

// Gather fills line, from left to right, with the samples of eight rows of pix, of which the first begins at its start and each
// other one stride bytes after the one before. Only the first rows are there (1 to 8): the last of them stands for those that are not.
func Gather(line []Sample, pix []byte, stride, rows int) {
	if vectors && rows == Rows && len(line) >= Rows {
		_ = pix[(Rows-1)*stride+len(line)-1]
		gatherVectors(&line[0], &pix[0], stride, len(line)/Rows)
		if whole := len(line) / Rows * Rows; whole < len(line) {
			gather(line[whole:], pix[whole:], stride, rows)
		}
		return
	}
	gather(line, pix, stride, rows)
}

func gather(line []Sample, pix []byte, stride, rows int) {
	for r := range Rows {
		row := pix[min(r, rows-1)*stride:][:len(line)]
		for x, v := range row {
			line[x][r] = float32(v)
		}
	}
}

// Sum returns the sum of the samples of line times their weights, of which there are as many, in their order.
func Sum(line []Sample, weights []float32) (sum Sample) {
	line = line[:len(weights)]
	if vectors && len(weights) > 0 {
		sumVectors(&sum, &line[0], &weights[0], len(weights))
		return sum
	}
	return sumOf(line, weights)
}

func sumOf(line []Sample, weights []float32) (sum Sample) {
	for i, w := range weights {
		for r := range sum {
			sum[r] += float32(w * line[i][r])
		}
	}
	return sum
}
