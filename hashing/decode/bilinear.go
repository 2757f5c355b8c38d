package decode

import (
	"image"
	"math"

	"vigie/hashing/lanes"
)

// pHash and dHash are goimagehash's, which has nfnt/resize reduce a picture to 64×64 and to 9×8 samples. Of grey pictures they
// are made here instead, the same samples bit for bit: a third of an examination went there.

// bilinear returns img in each of the sizes, as nfnt/resize's Bilinear makes it: means over triangles, in whole numbers,
// along the rows first.
func bilinear(img *image.Gray, sizes ...image.Point) (list []*image.Gray) {
	var widths []triangle
	for _, size := range sizes {
		widths = append(widths, triangles(img.Rect.Dx(), size.X)...)
	}
	turned := resampled(img, widths)
	for _, size := range sizes {
		columns := &image.Gray{Pix: turned.Pix, Stride: turned.Stride, Rect: image.Rect(0, 0, turned.Stride, size.X)}
		list = append(list, resampled(columns, triangles(img.Rect.Dy(), size.Y)))
		turned.Pix = turned.Pix[size.X*turned.Stride:]
	}
	return list
}

// resampled makes a column of each row of img: its samples, one below the other.
func resampled(img *image.Gray, samples []triangle) *image.Gray {
	width, height := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, height, len(samples)))
	line := make([]lanes.Sample, width)
	for y := 0; y < height; y += lanes.Rows {
		rows := min(lanes.Rows, height-y)
		lanes.Gather(line, img.Pix[y*img.Stride:], img.Stride, rows)
		for i := range samples {
			s := &samples[i]
			sums := lanes.Sum(line[s.from:], s.weights)
			column := out.Pix[i*out.Stride+y:][:rows]
			for r := range column {
				column[r] = byte(sums[r] / s.sum)
			}
		}
	}
	return out
}

// triangle is what one sample is made of: the weights of the values from from on, of which there is at least one. They are whole
// numbers, and so are the sums of weighted bytes, which stay below 2^24 for lines of reducedSide: a float32 has them all. The quotient
// of two of them is no nearer to a whole number from below than 1/sum, which its rounding does not bridge.
type triangle struct {
	from    int
	weights []float32
	sum     float32
}

// triangles returns how each of count samples depends on a line of n values, by nfnt/resize's weights in 256ths. What would
// lie beyond an end is the value at that end.
func triangles(n, count int) []triangle {
	const one = 256
	scale := float64(n) / float64(count)
	reach, slope := max(int(math.Ceil(scale)), 1), min(1/scale, 1)
	all := make([]triangle, count)
	weights := make([]float32, 2*reach*count)
	for i := range all {
		center := scale*(float64(i)+0.5) - 0.5
		start := int(center) - reach + 1
		from, to := max(start, 0), min(start+2*reach, n)
		t := triangle{from: from, weights: weights[2*reach*i:][:to-from]}
		for k := range 2 * reach {
			distance := math.Abs((center - float64(start) - float64(k)) * slope)
			weight := uint32(max(1-distance, 0) * one)
			t.weights[min(max(start+k, 0), n-1)-from] += float32(weight)
			t.sum += float32(weight)
		}
		all[i] = t
	}
	return all
}
