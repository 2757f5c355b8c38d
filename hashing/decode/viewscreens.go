package decode

import (
	"cmp"
	"encoding/binary"
	"image"
	"slices"

	"vigie/hashing"
)

const (
	// pageTolerance is how far, of 255, a page's pixels may be from its colour, which programs paint evenly, and pageShare
	// the share of a row's pixels that must be so: text and icons stand on it.
	pageTolerance = 2
	pageShare     = 0.6
	// pageColourShare is the share of a screen's rows that must have one colour for it to be the page's.
	pageColourShare = 0.04
	// pageInk is the share of a line's pixels that are not the page's where a picture goes on.
	pageInk = 0.02

	// cellSide is how many pixels of the small picture wide the cells are in which it is decided whether there is page or
	// picture: letters fill less than half of them.
	cellSide = 4
	// flatShare is the share of a screen's cells that must be of one colour for that to be a bubble's or a bar's.
	flatShare = 0.015
	// maxShown is how many pictures on one screen are looked at.
	maxShown = 2
	// fullWidth is the share of a screen's width from which on a picture may be as wide as the screen, and its sides of the
	// page's colour.
	fullWidth = 0.6
	// midway is the share of a screen's height that the margins above and below a picture in the middle may differ by, where a
	// part of it has the page's colour.
	midway = 0.15
)

// screens adds the pictures that a screen shows beside text, icons and bars on few plain colours: once with what lies on
// the page, and once with what lies on bubbles and bars of other colours.
func (s *sheet) screens() {
	page, ok := pageOf(s.small)
	if !ok {
		return
	}
	plain := withFlat(s.small, *page)
	onPage, onAny := shownOn(s.small, page), shownOn(s.small, &plain)
	for i := range maxShown {
		if i < len(onPage) {
			s.shown(onPage[i], page)
		}
		if i < len(onAny) {
			s.add(hashing.ViewScreen, s.settledOn(fitted(s.small, onAny[i], &plain)))
		}
	}
}

// shown adds a part of the small picture that lies on the page, as it may have been before parts of it had the page's colour.
func (s *sheet) shown(part image.Rectangle, page *palette) {
	whole := s.whole.Bounds()
	part = fitted(s.small, part, page)
	shown := s.settledOn(part)
	s.add(hashing.ViewScreen, shown)
	middle := even(whole, shown)
	if float64(middle.Dy()-shown.Dy()) <= midway*float64(whole.Dy()) {
		s.add(hashing.ViewScreen, middle)
	}
	if float64(shown.Dx()) >= fullWidth*float64(whole.Dx()) {
		s.add(hashing.ViewScreen, image.Rect(whole.Min.X, shown.Min.Y, whole.Max.X, shown.Max.Y))
	}
	s.borderWithin(hashing.ViewScreen, part)
}

// settledOn settles a part by the colours around it.
func (s *sheet) settledOn(part image.Rectangle) image.Rectangle {
	var colours [len(edges)]int
	for _, e := range edges {
		if e.between(s.small.Rect, part) > 0 {
			colours[e] = colourOf(s.small, e.line(e.cut(part, -1), 0))
		}
	}
	return s.settled(s.small.Rect, part, colours)
}

// pageOf returns the colours on which a screen shows what it shows, and whether there are any.
func pageOf(g *image.Gray) (page *palette, ok bool) {
	var rows [256]int
	for y := range g.Rect.Dy() {
		line := top.line(g.Rect, y)
		if !mayBePlain(g, line) {
			continue
		}
		var one palette
		colour := colourOf(g, line)
		if one.put(colour, pageTolerance); shareOf(g, line, &one) >= pageShare {
			rows[colour]++
		}
	}
	page = new(palette)
	for v, n := range rows {
		if n > 0 && float64(n+rows[max(v-1, 0)]+rows[min(v+1, 255)]) >= pageColourShare*float64(g.Rect.Dy()) {
			page.put(v, pageTolerance)
			ok = true
		}
	}
	return page, ok
}

// mayBePlain tells, by 16 of its pixels, most of the rows that are not page from those that may be: it spares counting them.
// Six must lie within a page's range. How many lie in the range that begins at each value is counted in bytes, five at a time.
func mayBePlain(g *image.Gray, row image.Rectangle) bool {
	const looked, alike, each = 16, 6, 0x01_0101_0101 // 2*pageTolerance+1 values
	var within [256 + 8]byte
	for i := range looked {
		begin := within[g.Pix[g.PixOffset(row.Min.X+(2*i+1)*row.Dx()/(2*looked), row.Min.Y)]:]
		counts := binary.LittleEndian.Uint64(begin) + each
		if binary.LittleEndian.PutUint64(begin, counts); (counts+(0x80-alike)*each)&(0x80*each) != 0 {
			return true
		}
	}
	return false
}

// cells is the grid of cells of a picture, one behind the other, row after row.
func cells(g *image.Gray) image.Rectangle {
	return image.Rect(0, 0, g.Rect.Dx()/cellSide, g.Rect.Dy()/cellSide)
}

// cell returns the i-th cell, in pixels.
func cell(grid image.Rectangle, i int) image.Rectangle {
	at := image.Pt(i%grid.Dx(), i/grid.Dx()).Mul(cellSide)
	return image.Rectangle{at, at.Add(image.Pt(cellSide, cellSide))}
}

// withFlat returns a page and the colours of which there are many cells without anything in them.
func withFlat(g *image.Gray, page palette) palette {
	grid := cells(g)
	var flat [256]int
	for i := range grid.Dx() * grid.Dy() {
		r := cell(grid, i)
		colour := int(g.GrayAt(r.Min.X, r.Min.Y).Y)
		var one palette
		if one.put(colour, 1); shareOf(g, r, &one) == 1 {
			flat[colour]++
		}
	}
	for v, n := range flat {
		if float64(n) >= flatShare*float64(grid.Dx()*grid.Dy()) {
			page.put(v, pageTolerance)
		}
	}
	return page
}

// shownOn returns the largest connected parts of g that are not page, in pixels, the largest first.
func shownOn(g *image.Gray, page *palette) []image.Rectangle {
	grid := cells(g)
	inked := make([]bool, grid.Dx()*grid.Dy())
	for i := range inked {
		inked[i] = shareOf(g, cell(grid, i), page) <= 0.5
	}
	type part struct {
		rect  image.Rectangle
		cells int
	}
	var parts []part
	for i := range inked {
		if rect, cells := connected(inked, grid, i); cells > 0 {
			parts = append(parts, part{rect, cells})
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.cells, a.cells) })
	var list []image.Rectangle
	for _, p := range parts[:min(len(parts), maxShown)] {
		list = append(list, image.Rectangle{p.rect.Min.Mul(cellSide), p.rect.Max.Mul(cellSide)})
	}
	return list
}

// connected returns what encloses the inked cells that touch each other around one, and how many they are, and takes their
// ink away.
func connected(inked []bool, grid image.Rectangle, start int) (rect image.Rectangle, cells int) {
	if !inked[start] {
		return rect, 0
	}
	inked[start] = false
	waiting := []int{start}
	for len(waiting) > 0 {
		at := image.Pt(waiting[len(waiting)-1]%grid.Dx(), waiting[len(waiting)-1]/grid.Dx())
		waiting = waiting[:len(waiting)-1]
		here := image.Rectangle{at, at.Add(image.Pt(1, 1))}
		rect, cells = rect.Union(here), cells+1
		around := here.Inset(-1).Intersect(grid)
		for y := around.Min.Y; y < around.Max.Y; y++ {
			for x := around.Min.X; x < around.Max.X; x++ {
				if i := y*grid.Dx() + x; inked[i] {
					inked[i] = false
					waiting = append(waiting, i)
				}
			}
		}
	}
	return rect, cells
}

// fitted returns r with its sides moved in or out to where the page begins. A line in front of one of the page is what the
// colours of two pages were reduced to.
func fitted(g *image.Gray, r image.Rectangle, page *palette) image.Rectangle {
	isPage := func(line image.Rectangle) bool { return shareOf(g, line, page) > 1-pageInk }
	for range 2 { // a wider part may be higher, and a higher one wider
		for _, e := range edges {
			for e.lines(r) > 2 && (isPage(e.line(r, 0)) || isPage(e.line(r, 1))) {
				r = e.cut(r, 1)
			}
			for e.between(g.Rect, r) > 0 && !isPage(e.line(e.cut(r, -1), 0)) {
				r = e.cut(r, -1)
			}
		}
	}
	return r
}
