package decode

import (
	"image"

	"vigie/hashing"
)

const (
	// tileStep is how far, of 255, two pixels on both sides of the line between two pictures are apart, tileShare the share of
	// such pairs along the line, and tileExcess how many times as many they are as beside the line.
	tileStep   = 24
	tileShare  = 0.5
	tileExcess = 2
	// tileBeside is how many pixels of the small picture away that is.
	tileBeside = 6
)

// tiles adds the halves and the quarters of a picture that was put together from so many: those that the lines through the
// middle part from what is beside them.
func (s *sheet) tiles() {
	g := s.small.Rect
	middle := image.Pt(g.Dx()/2, g.Dy()/2)
	upright, across := [...]image.Rectangle{
		image.Rect(0, 0, middle.X, g.Max.Y), image.Rect(middle.X, 0, g.Max.X, g.Max.Y),
	}, [...]image.Rectangle{
		image.Rect(0, 0, g.Max.X, middle.Y), image.Rect(0, middle.Y, g.Max.X, g.Max.Y),
	}
	var columns, rows [2]parting // of the upper and the lower half, of the left and the right one
	for i := range 2 {
		columns[i], rows[i] = s.parting(across[i], left), s.parting(upright[i], top)
	}
	for i := range 4 {
		if columns[i/2] != unparted && rows[i%2] != unparted {
			s.tile(upright[i%2].Intersect(across[i/2]))
		}
	}
	for i := range 2 {
		if columns == [2]parting{edged, edged} && rows[i] == unparted {
			s.tile(upright[i])
		}
		if rows == [2]parting{edged, edged} && columns[i] == unparted {
			s.tile(across[i])
		}
	}
}

// tile adds a part of the small picture, as it is and without a gutter.
func (s *sheet) tile(part image.Rectangle) {
	s.add(hashing.ViewTile, s.scaled(part))
	s.borderWithin(hashing.ViewTile, part)
}

// parting is what the line through the middle of a picture looks like.
type parting int

const (
	unparted parting = iota // like the rest
	edged                   // the edge of two pictures
	gutter                  // plain
)

// parting looks at the line of r, a part of the small picture, that is as far from e as from the other side.
func (s *sheet) parting(r image.Rectangle, e edge) parting {
	middle := e.lines(r) / 2
	line := e.line(r, middle)
	var one palette
	one.put(colourOf(s.small, line), borderTolerances[0])
	if shareOf(s.small, line, &one) >= borderShare {
		return gutter
	}
	beside := max(s.stepsAt(r, e, middle-tileBeside), s.stepsAt(r, e, middle+tileBeside))
	if steps := s.stepsAt(r, e, middle); steps >= tileShare && steps >= tileExcess*beside {
		return edged
	}
	return unparted
}

// stepsAt returns the share of the pixels on one side of a line that are another luma than those on the other side.
func (s *sheet) stepsAt(r image.Rectangle, e edge, at int) float64 {
	before, behind := e.line(r, at-2), e.line(r, at+1) // the line itself may be half of both
	n, beyond := 0, behind.Min.Sub(before.Min)
	for y := before.Min.Y; y < before.Max.Y; y++ {
		for x := before.Min.X; x < before.Max.X; x++ {
			d := int(s.small.GrayAt(x, y).Y) - int(s.small.GrayAt(x+beyond.X, y+beyond.Y).Y)
			if max(d, -d) > tileStep {
				n++
			}
		}
	}
	return float64(n) / float64(before.Dx()*before.Dy())
}
