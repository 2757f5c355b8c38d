package decode

import (
	"image"

	"vigie/hashing"
)

// borderShare is the share of a line's pixels that must have the border's colour: a corner of a logo may reach into it.
const borderShare = 0.98

// borderTolerances are how far, of 255, a border's pixels may be from its colour: little, so that a plain part of the picture
// of nearly that colour stays, and what is left of a border that was scanned or compressed hard.
var borderTolerances = [...]int{2, 12}

// borders adds what is within plain borders, and what is within borders of that. Where a border goes over into a plain part of
// the picture, the other sides tell how wide it is: borders are mostly as wide on two sides, or on all four.
func (s *sheet) borders() {
	whole := s.whole.Bounds()
	var inside []image.Rectangle
	for _, tolerance := range borderTolerances {
		inner, colours := withoutBorder(s.small, s.small.Rect, tolerance)
		r := s.settled(s.small.Rect, inner, colours)
		s.add(hashing.ViewTrimmed, r)
		s.add(hashing.ViewTrimmed, even(whole, r))
		s.add(hashing.ViewTrimmed, uniform(whole, r))
		inside = append(inside, inner)
	}
	for _, outer := range inside {
		if outer != s.small.Rect && outer.Inset(1).Dx() > 0 && outer.Inset(1).Dy() > 0 {
			s.borderWithin(hashing.ViewTrimmed, outer)
		}
	}
}

// borderWithin adds a part, of the small picture, without the plain border that it has itself.
func (s *sheet) borderWithin(view hashing.ViewName, part image.Rectangle) {
	part = part.Inset(1) // its edge may be half of what surrounds it
	if part.Empty() {
		return
	}
	inner, colours := withoutBorder(s.small, part, borderTolerances[0])
	if inner != part {
		s.add(view, s.settled(part, inner, colours))
	}
}

// withoutBorder cuts the plain lines off each side of r, and returns the colours of the sides.
func withoutBorder(g *image.Gray, r image.Rectangle, tolerance int) (inner image.Rectangle, colours [len(edges)]int) {
	inner = r
	for _, e := range edges {
		colours[e] = colourOf(g, e.line(r, 0))
	}
	for range 2 { // what lies beside a border may be plain only within it
		for _, e := range edges {
			inner = e.cut(inner, plainLines(g, inner, e, colours[e], tolerance))
		}
	}
	return inner, colours
}

// plainLines counts the lines of r, from the edge on, that have a colour. All of them: none is a border.
func plainLines(g *image.Gray, r image.Rectangle, e edge, colour, tolerance int) int {
	var border palette
	border.put(colour, tolerance)
	for i := range e.lines(r) {
		if shareOf(g, e.line(r, i), &border) < borderShare {
			return i
		}
	}
	return 0
}

// even returns outer without borders that are as wide on two sides as the narrower one of inner's.
func even(outer, inner image.Rectangle) image.Rectangle {
	x := min(left.between(outer, inner), right.between(outer, inner))
	y := min(top.between(outer, inner), bottom.between(outer, inner))
	return image.Rect(outer.Min.X+x, outer.Min.Y+y, outer.Max.X-x, outer.Max.Y-y)
}

// uniform returns outer without a border that is as wide on all four sides as the narrowest of inner's.
func uniform(outer, inner image.Rectangle) image.Rectangle {
	width := top.between(outer, inner)
	for _, e := range edges {
		width = min(width, e.between(outer, inner))
	}
	return outer.Inset(width)
}
