package sample

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
)

// A point lies on a canvas: 0 to 1 from left to right and from top to bottom, whatever the size in pixels.
type point struct{ x, y float64 }

// A tint is red, green and blue, 0 to 255.
type tint [3]float64

// painter draws simple shapes on a canvas, at places its source of chance chooses. All measures are fractions
// of the canvas, so that the same chance gives the same picture at every size.
type painter struct {
	*rand.Rand
	w, h int
	rgb  []uint8 // three a pixel
}

func newPainter(r *rand.Rand, w, h int) *painter {
	return &painter{Rand: r, w: w, h: h, rgb: make([]uint8, 3*w*h)}
}

// between draws a number from lo to hi.
func (p *painter) between(lo, hi float64) float64 { return lo + p.Float64()*(hi-lo) }

// count draws a whole number from lo to hi, both included.
func (p *painter) count(lo, hi int) int { return lo + p.IntN(hi-lo+1) }

// colour draws a tint of any hue whose lightness lies between lo and hi (0 to 1).
func (p *painter) colour(lo, hi float64) tint {
	return hue(p.Float64(), p.between(0.1, 0.6)).scale(p.between(lo, hi))
}

// hue returns the bright tint of an angle (0 to 1) and a saturation (0 to 1).
func hue(angle, saturation float64) tint {
	var t tint
	for i := range t {
		wave := 0.5 + 0.5*math.Cos(2*math.Pi*(angle-float64(i)/3))
		t[i] = 255 * (1 - saturation*(1-wave))
	}
	return t
}

func (t tint) scale(f float64) tint {
	for i := range t {
		t[i] = min(255, max(0, t[i]*f))
	}
	return t
}

// towards returns t mixed with a share (0 to 1) of u.
func (t tint) towards(u tint, share float64) tint {
	for i := range t {
		t[i] += (u[i] - t[i]) * share
	}
	return t
}

func (p *painter) span(y, x0, x1 int, t tint) {
	x0, x1 = max(x0, 0), min(x1, p.w)
	if y < 0 || y >= p.h || x0 >= x1 {
		return
	}
	r, g, b := uint8(t[0]), uint8(t[1]), uint8(t[2])
	row := p.rgb[3*(y*p.w+x0) : 3*(y*p.w+x1)]
	for i := 0; i < len(row); i += 3 {
		row[i], row[i+1], row[i+2] = r, g, b
	}
}

// fade fills the rows from y0 to y1, from one tint to another.
func (p *painter) fade(y0, y1 float64, top, bottom tint) {
	first, last := int(y0*float64(p.h)), int(math.Ceil(y1*float64(p.h)))
	for y := first; y < last; y++ {
		p.span(y, 0, p.w, top.towards(bottom, float64(y-first)/float64(max(1, last-first))))
	}
}

// rect fills a rectangle given by two corners.
func (p *painter) rect(x0, y0, x1, y1 float64, t tint) {
	for y := int(y0 * float64(p.h)); y < int(math.Ceil(y1*float64(p.h))); y++ {
		p.span(y, int(x0*float64(p.w)), int(math.Ceil(x1*float64(p.w))), t)
	}
}

// disc fills a circle whose radius is a fraction of the width.
func (p *painter) disc(x, y, r float64, t tint) {
	p.ellipse(x, y, r, r*float64(p.w)/float64(p.h), t)
}

// ellipse fills an upright ellipse; rx is a fraction of the width, ry of the height.
func (p *painter) ellipse(x, y, rx, ry float64, t tint) {
	for row := int((y - ry) * float64(p.h)); row <= int((y+ry)*float64(p.h)); row++ {
		d := ((float64(row)+0.5)/float64(p.h) - y) / ry
		if d*d > 1 {
			continue
		}
		half := rx * math.Sqrt(1-d*d)
		p.span(row, int((x-half)*float64(p.w)), int((x+half)*float64(p.w)), t)
	}
}

// polygon fills the inside (even-odd) of a closed line.
func (p *painter) polygon(t tint, corners ...point) {
	top, bottom := 1.0, 0.0
	for _, c := range corners {
		top, bottom = min(top, c.y), max(bottom, c.y)
	}
	var crossings []float64
	for row := max(0, int(top*float64(p.h))); row < min(p.h, int(math.Ceil(bottom*float64(p.h)))); row++ {
		y := (float64(row) + 0.5) / float64(p.h)
		crossings = crossings[:0]
		for i, a := range corners {
			b := corners[(i+1)%len(corners)]
			if (a.y <= y) != (b.y <= y) {
				crossings = append(crossings, a.x+(y-a.y)/(b.y-a.y)*(b.x-a.x))
			}
		}
		slices.Sort(crossings)
		for i := 0; i+1 < len(crossings); i += 2 {
			p.span(row, int(crossings[i]*float64(p.w)+0.5), int(crossings[i+1]*float64(p.w)+0.5), t)
		}
	}
}

// line draws a straight line; its width is a fraction of the canvas's width.
func (p *painter) line(a, b point, width float64, t tint) {
	aspect := float64(p.w) / float64(p.h)
	dx, dy := b.x-a.x, (b.y-a.y)/aspect
	length := math.Hypot(dx, dy)
	if length == 0 {
		return
	}
	nx, ny := -dy/length*width/2, dx/length*width/2*aspect
	p.polygon(t, point{a.x + nx, a.y + ny}, point{b.x + nx, b.y + ny}, point{b.x - nx, b.y - ny}, point{a.x - nx, a.y - ny})
}

// below fills everything under the curve y = f(x), shading downwards from one tint to another.
func (p *painter) below(f func(x float64) float64, top, bottom tint) {
	for x := range p.w {
		edge := f(float64(x) / float64(p.w))
		first := max(0, int(edge*float64(p.h)))
		for y := first; y < p.h; y++ {
			t := top.towards(bottom, float64(y-first)/float64(p.h-first))
			i := 3 * (y*p.w + x)
			p.rgb[i], p.rgb[i+1], p.rgb[i+2] = uint8(t[0]), uint8(t[1]), uint8(t[2])
		}
	}
}

// light multiplies every pixel by a smooth random field: cells is the number of its coarsest cells along the
// width, depth how far it goes (0 to 1) each way. It stands for cloud shadows, foliage, uneven lamps.
func (p *painter) light(cells int, depth float64) {
	field := newNoise(p.Rand)
	step := float64(cells) / float64(p.w)
	const block = 4 // the field is smooth: one sample for 4×4 pixels is enough
	for y := 0; y < p.h; y += block {
		for x := 0; x < p.w; x += block {
			f := int(256 * (1 + depth*field.fractal(float64(x)*step, float64(y)*step)))
			for yy := y; yy < min(y+block, p.h); yy++ {
				row := p.rgb[3*(yy*p.w+x) : 3*(yy*p.w+min(x+block, p.w))]
				for i, v := range row {
					row[i] = uint8(min(255, int(v)*f>>8))
				}
			}
		}
	}
}

// image returns the canvas as a picture of its own size, for graphics that no camera took.
func (p *painter) image() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, p.w, p.h))
	for i := range p.w * p.h {
		img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2], img.Pix[4*i+3] = p.rgb[3*i], p.rgb[3*i+1], p.rgb[3*i+2], 255
	}
	return img
}

// photograph returns the canvas as a camera of twice its width and height would have recorded it: luma blurred
// to twice the size with sensor grain of the given amplitude (grey levels), chroma as it is (4:2:0).
func (p *painter) photograph(grain int) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, 2*p.w, 2*p.h), image.YCbCrSubsampleRatio420)
	luma := make([]uint8, p.w*p.h)
	for i := range luma {
		luma[i], img.Cb[i], img.Cr[i] = color.RGBToYCbCr(p.rgb[3*i], p.rgb[3*i+1], p.rgb[3*i+2])
	}
	noise := p.Uint64() | 1
	for y := range 2 * p.h {
		// Twice the size with sample centres kept: each new pixel is 3/4 of its own and 1/4 of the next old one, both ways.
		near := y / 2
		far := min(p.h-1, max(0, near+2*(y&1)-1))
		a, b := luma[near*p.w:(near+1)*p.w], luma[far*p.w:(far+1)*p.w]
		row := img.Y[y*img.YStride : y*img.YStride+2*p.w]
		for x := range row {
			n := x / 2
			f := min(p.w-1, max(0, n+2*(x&1)-1))
			v := (9*int(a[n]) + 3*int(a[f]) + 3*int(b[n]) + int(b[f]) + 8) >> 4
			noise ^= noise << 13
			noise ^= noise >> 7
			noise ^= noise << 17
			v += (int(noise&15) + int(noise>>8&15) - 15) * grain >> 4
			row[x] = uint8(min(255, max(0, v)))
		}
	}
	return img
}
