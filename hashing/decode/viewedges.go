package decode

import (
	"image"
	"slices"
)

// edge is a side of a rectangle. Its lines are counted from it to the other side.
type edge int

const (
	top edge = iota
	bottom
	left
	right
)

var edges = [...]edge{top, bottom, left, right}

// lines returns how many lines r has.
func (e edge) lines(r image.Rectangle) int {
	if e == top || e == bottom {
		return r.Dy()
	}
	return r.Dx()
}

// line returns the n-th line of r, 0 being at the edge: a row or a column.
func (e edge) line(r image.Rectangle, n int) image.Rectangle {
	r = e.cut(r, n)
	switch e {
	case top:
		r.Max.Y = r.Min.Y + 1
	case bottom:
		r.Min.Y = r.Max.Y - 1
	case left:
		r.Max.X = r.Min.X + 1
	case right:
		r.Min.X = r.Max.X - 1
	}
	return r
}

// cut returns r without its first n lines; with further ones when n is negative.
func (e edge) cut(r image.Rectangle, n int) image.Rectangle {
	switch e {
	case top:
		r.Min.Y += n
	case bottom:
		r.Max.Y -= n
	case left:
		r.Min.X += n
	case right:
		r.Max.X -= n
	}
	return r
}

// between returns how many lines outer has before inner begins.
func (e edge) between(outer, inner image.Rectangle) int {
	switch e {
	case top:
		return inner.Min.Y - outer.Min.Y
	case bottom:
		return outer.Max.Y - inner.Max.Y
	case left:
		return inner.Min.X - outer.Min.X
	}
	return outer.Max.X - inner.Max.X
}

// colourOf returns the luma that most pixels of a line have.
func colourOf(g *image.Gray, line image.Rectangle) (most int) {
	var count [256]int32
	for y := line.Min.Y; y < line.Max.Y; y++ {
		for _, v := range g.Pix[g.PixOffset(line.Min.X, y):][:line.Dx()] {
			count[v]++
		}
	}
	for v, n := range count {
		if n > count[most] {
			most = v
		}
	}
	return most
}

// shareOf returns the share of a line's pixels that are in a set.
func shareOf(g *image.Gray, line image.Rectangle, in *palette) float64 {
	n := 0
	for y := line.Min.Y; y < line.Max.Y; y++ {
		for _, v := range g.Pix[g.PixOffset(line.Min.X, y):][:line.Dx()] {
			n += int(in[v])
		}
	}
	return float64(n) / float64(max(line.Dx()*line.Dy(), 1))
}

// palette is a set of luma values: 1 for those in it.
type palette [256]byte

// put adds the values within tolerance of colour.
func (p *palette) put(colour, tolerance int) {
	for v := max(colour-tolerance, 0); v <= min(colour+tolerance, 255); v++ {
		p[v] = 1
	}
}

const (
	// jpegBlock is how many pixels wide the blocks are that a JPEG is made of: in the block that an edge crosses, the plain
	// side of it is not plain any more.
	jpegBlock = 8
	// edgeRise is the share of the difference between a picture and its border that a line must have to be the picture's
	// first: what rings has less, and a line that is half picture and half border has more.
	edgeRise = 0.25
	// edgeSamples is at how many places a line is looked at.
	edgeSamples = 256
)

// settled returns inner, which was found within outer on the small picture, in pixels of the whole one, each of its sides
// where the whole picture begins to differ from the colour of its surroundings on that side.
func (s *sheet) settled(outer, inner image.Rectangle, colours [len(edges)]int) image.Rectangle {
	slack := [len(edges)]int{top: s.whole.Bounds().Dy() / s.small.Rect.Dy(), left: s.whole.Bounds().Dx() / s.small.Rect.Dx()}
	slack[bottom], slack[right] = slack[top], slack[left]
	outer, inner = s.scaled(outer), s.scaled(inner)
	for _, e := range edges {
		n := e.between(outer, inner)
		if n == 0 {
			continue
		}
		reach := e.cut(inner, -n)
		first := max(n-slack[e]-1, 0)
		var rise []float64
		for i := first; i < min(n+slack[e]+s.block, e.lines(reach)); i++ {
			rise = append(rise, difference(s.whole, e.line(reach, i), colours[e]))
		}
		if len(rise) == 0 {
			continue
		}
		enough := edgeRise * slices.Max(rise)
		inner = e.cut(inner, first+slices.IndexFunc(rise, func(d float64) bool { return d >= enough })-n)
	}
	return inner
}

// difference returns how far, of 255, the pixels of a line are from a colour on average.
func difference(g *image.Gray, line image.Rectangle, colour int) float64 {
	step := max(line.Dx(), line.Dy())/edgeSamples + 1
	sum, n := 0, 0
	for y := line.Min.Y; y < line.Max.Y; y += step {
		for x := line.Min.X; x < line.Max.X; x += step {
			d := int(g.GrayAt(x, y).Y) - colour
			sum += max(d, -d)
			n++
		}
	}
	return float64(sum) / float64(max(n, 1))
}
