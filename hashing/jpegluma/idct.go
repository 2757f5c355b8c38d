package jpegluma

import "math"

// folded are the coefficients that a block of side² samples is drawn from, row after row.
type folded [64]float32

// term is what a coefficient adds: its value times weight, to the folded coefficient at to.
type term struct {
	to     uint8
	weight float32
}

// fold makes samples of coefficients, for one scale and one quantization table.
//
// The mean of two neighbouring samples of a cosine of frequency u over 8 points is cos(πu/16) times the cosine of
// frequency u over 4 points; and over 4 points the frequencies 5, 6 and 7 are those of 3, 2 and 1 with the other sign,
// and 4 is nothing. So all 64 coefficients fold into 16 before a transform of 4×4 points, and again into 4 before one
// of 2×2, and the result is exactly the mean of the samples of the whole transform.
type fold struct {
	side  int
	terms [64]term // by position in zigzag order, with the quantization step in the weight
}

// zigzag maps positions in the order of the data to those in the block, row after row.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10,
	17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34,
	27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36,
	29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46,
	53, 60, 61, 54, 47, 55, 62, 63,
}

func newFold(side int, quant *[64]uint16) *fold {
	f := &fold{side: side}
	for k, at := range zigzag {
		x, wx := foldFrequency(int(at&7), side)
		y, wy := foldFrequency(int(at>>3), side)
		f.terms[k] = term{uint8(y*side + x), float32(wx * wy * float64(quant[k]))}
		if wx*wy == 0 { // to a place that is not drawn, and seldom the last one: additions to one place wait for each other
			f.terms[k].to = uint8(side*side + k%(64-side*side))
		}
	}
	return f
}

// foldFrequency returns the frequency over side points that frequency u over 8 points becomes when neighbours are
// averaged, and its weight, which has the factors of the 8-point transform (T.81 A.3.3) and those that line4 and
// line8 expect to have been applied.
func foldFrequency(u, side int) (to int, weight float64) {
	weight = 0.5
	if u == 0 {
		weight = math.Sqrt(0.125)
	}
	points := 8
	for ; points > side; points /= 2 {
		weight *= math.Cos(math.Pi * float64(u) / float64(2*points))
		switch half := points / 2; {
		case u == half:
			return 0, 0
		case u > half:
			u, weight = points-u, -weight
		}
	}
	switch {
	case u == 0:
	case 2*u == points || points == 2:
		weight *= math.Cos(math.Pi / 4)
	case points == 4 || u%2 == 0:
		weight *= math.Cos(math.Pi / 8)
	}
	return u, weight
}

// constant returns the folded constant coefficient: the mean of the block on the scale of 0 to 255, and a half, so
// that cutting off the fraction rounds.
func (f *fold) constant(v int) float32 { return float32(float32(v)*f.terms[0].weight) + 128.5 }

// draw writes the samples of a block to pix. flat says that all coefficients but the constant one are zero.
func (f *fold) draw(c *folded, flat bool, pix []byte, stride int) {
	switch {
	case flat:
		v := sample(c[0])
		for y := range f.side {
			line := pix[y*stride:][:f.side]
			for x := range line {
				line[x] = v
			}
		}
	case f.side == 2:
		draw2(c, pix, stride)
	case f.side == 4:
		draw4(c, pix, stride)
	default:
		draw8(c, pix, stride)
	}
}

// sample cuts v to a byte.
func sample(v float32) byte { return byte(max(0, min(int(v), 255))) }

func draw2(c *folded, pix []byte, stride int) {
	upper, lower := pix[:2], pix[stride:][:2]
	top0, top1 := c[0]+c[2], c[1]+c[3]
	low0, low1 := c[0]-c[2], c[1]-c[3]
	upper[0], upper[1] = sample(top0+top1), sample(top0-top1)
	lower[0], lower[1] = sample(low0+low1), sample(low0-low1)
}

func draw4(c *folded, pix []byte, stride int) {
	for x := range 4 {
		c[x], c[4+x], c[8+x], c[12+x] = line4(c[x], c[4+x], c[8+x], c[12+x])
	}
	for y := range 4 {
		a, b, d, e := line4(c[4*y], c[4*y+1], c[4*y+2], c[4*y+3])
		line := pix[y*stride:][:4]
		line[0], line[1], line[2], line[3] = sample(a), sample(b), sample(d), sample(e)
	}
}

func draw8(c *folded, pix []byte, stride int) {
	if pix = pix[:7*stride+8]; vectors {
		draw8Vectors(c, &pix[0], stride)
		return
	}
	draw8Lines(c, pix, stride)
}

// draw8Lines is draw8, one line after the other. It overwrites c.
func draw8Lines(c *folded, pix []byte, stride int) {
	var column [8]float32
	for x := range 8 {
		for y := range column {
			column[y] = c[8*y+x]
		}
		line8(&column)
		for y, v := range column {
			c[8*y+x] = v
		}
	}
	for y := range 8 {
		row := (*[8]float32)(c[8*y : 8*y+8])
		line8(row)
		line := pix[y*stride:][:8]
		for x, v := range row {
			line[x] = sample(v)
		}
	}
}

// Cosines of multiples of π/16, and the ratio of those of 3π/8 and π/8.
const (
	cos1  = 0.98078528040323044912618223613424
	cos3  = 0.83146961230254523707878837761791
	cos5  = 0.55557023301960222474283081394853
	cos7  = 0.19509032201612826784828486847702
	ratio = 0.41421356237309504880168872420970
)

// line4 transforms 4 frequencies to 4 samples. Those but the constant one come multiplied by cos(π/8), cos(π/4) and
// cos(π/8).
func line4(f0, f1, f2, f3 float32) (a, b, c, d float32) {
	even0, even1 := f0+f2, f0-f2
	odd0, odd1 := f1+float32(ratio*f3), float32(ratio*f1)-f3
	return even0 + odd0, even1 + odd1, even1 - odd1, even0 - odd0
}

// line8 transforms 8 frequencies to 8 samples in place. The even ones come as line4 wants its four.
func line8(f *[8]float32) {
	e0, e1, e2, e3 := line4(f[0], f[2], f[4], f[6])
	f1, f3, f5, f7 := f[1], f[3], f[5], f[7]
	o0 := float32(cos1*f1) + float32(cos3*f3) + float32(cos5*f5) + float32(cos7*f7)
	o1 := float32(cos3*f1) - float32(cos7*f3) - float32(cos1*f5) - float32(cos5*f7)
	o2 := float32(cos5*f1) - float32(cos1*f3) + float32(cos7*f5) + float32(cos3*f7)
	o3 := float32(cos7*f1) - float32(cos5*f3) + float32(cos3*f5) - float32(cos1*f7)
	f[0], f[1], f[2], f[3] = e0+o0, e1+o1, e2+o2, e3+o3
	f[4], f[5], f[6], f[7] = e3-o3, e2-o2, e1-o1, e0-o0
}
