package decode

import (
	"image"
	"image/draw"
	"slices"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

const (
	// viewMinSide is the shortest side, in pixels of the reduced picture, of what is looked at by itself: PDQ's grid.
	viewMinSide = 64
	// viewMinLoss is the smallest share of the width or height that must fall away: with less, the whole picture's hash is
	// near enough.
	viewMinLoss = 0.015
	// viewMinLeft is the smallest share of the area that must be left: less is more likely a detail than a picture.
	viewMinLeft = 0.1

	// borderShare is the share of a line's pixels that must have the border's colour: a corner of a logo may reach into it.
	borderShare = 0.98
	// pageTolerance is how far, of 255, a page's pixels may be from its colour, which programs paint evenly, and pageShare
	// the share of a line's pixels that must be so: text and icons stand on it.
	pageTolerance = 2
	pageShare     = 0.6
	// pageColourShare is the share of a screen's lines that must have one colour for it to be the page's.
	pageColourShare = 0.04
	// pageGap is how much of the height may look like page within the picture on a screen.
	pageGap = 0.03
	// maxViews bounds what is looked up of one picture.
	maxViews = 5
)

// borderTolerances are how far, of 255, a border's pixels may be from its colour: little, so that a plain part of the picture
// of nearly that colour stays, and what is left of a border that was scanned or compressed hard.
var borderTolerances = [...]int{3, 12}

// region is a part of a picture that is looked at by itself.
type region struct {
	view hashing.ViewName
	rect image.Rectangle
}

// regions returns the parts of a reduced picture that may be another picture: what is within a plain border, and what a
// screen shows beside its text. Where a border goes over into a plain part of the picture, its other side tells how wide it
// is: borders are mostly as wide on both.
func regions(g *image.Gray) (list []region) {
	add := func(view hashing.ViewName, r image.Rectangle) {
		if len(list) < maxViews && worth(g.Rect, r) && !slices.ContainsFunc(list, func(other region) bool { return nearly(other.rect, r) }) {
			list = append(list, region{view, r})
		}
	}
	for _, tolerance := range borderTolerances {
		inner := withoutBorder(g, g.Rect, tolerance)
		add(hashing.ViewTrimmed, inner)
		add(hashing.ViewTrimmed, even(g.Rect, inner))
	}
	add(hashing.ViewScreen, shownOnScreen(g))
	return list
}

// even returns outer without borders that are as wide on two sides as the narrower one of inner's.
func even(outer, inner image.Rectangle) image.Rectangle {
	x := min(inner.Min.X-outer.Min.X, outer.Max.X-inner.Max.X)
	y := min(inner.Min.Y-outer.Min.Y, outer.Max.Y-inner.Max.Y)
	return image.Rect(outer.Min.X+x, outer.Min.Y+y, outer.Max.X-x, outer.Max.Y-y)
}

// nearly reports whether two parts differ by so little that they have nearly one hash.
func nearly(a, b image.Rectangle) bool {
	far := func(u, v, of int) bool { return float64(max(u-v, v-u)) > viewMinLoss/2*float64(of) }
	return !far(a.Min.X, b.Min.X, a.Dx()) && !far(a.Max.X, b.Max.X, a.Dx()) && !far(a.Min.Y, b.Min.Y, a.Dy()) && !far(a.Max.Y, b.Max.Y, a.Dy())
}

// worth reports whether inner is smaller than outer, and still a picture.
func worth(outer, inner image.Rectangle) bool {
	if min(inner.Dx(), inner.Dy()) < viewMinSide || float64(inner.Dx()*inner.Dy()) < viewMinLeft*float64(outer.Dx()*outer.Dy()) {
		return false
	}
	return float64(outer.Dx()-inner.Dx()) >= viewMinLoss*float64(outer.Dx()) ||
		float64(outer.Dy()-inner.Dy()) >= viewMinLoss*float64(outer.Dy())
}

// withoutBorder cuts plain lines off each side of r. Each side has a colour of its own. A line at the edge of what is left
// may be half border, so one more is cut.
func withoutBorder(g *image.Gray, r image.Rectangle, tolerance int) image.Rectangle {
	whole := r
	for range 2 { // what lies beside a border may be plain only within it
		r.Min.Y += plainLines(r.Dy(), tolerance, func(i int) line { return row(g, r, r.Min.Y+i) })
		r.Max.Y -= plainLines(r.Dy(), tolerance, func(i int) line { return row(g, r, r.Max.Y-1-i) })
		r.Min.X += plainLines(r.Dx(), tolerance, func(i int) line { return column(g, r, r.Min.X+i) })
		r.Max.X -= plainLines(r.Dx(), tolerance, func(i int) line { return column(g, r, r.Max.X-1-i) })
	}
	if r.Min.Y > whole.Min.Y {
		r.Min.Y++
	}
	if r.Max.Y < whole.Max.Y {
		r.Max.Y--
	}
	if r.Min.X > whole.Min.X {
		r.Min.X++
	}
	if r.Max.X < whole.Max.X {
		r.Max.X--
	}
	return r
}

// plainLines counts the lines, from the first on, that have the colour of the first. All of them: none is a border.
func plainLines(n, tolerance int, at func(i int) line) int {
	if n == 0 {
		return 0
	}
	l := at(0)
	colour := l.colour()
	for i := range n {
		if l = at(i); l.share(colour, tolerance) < borderShare {
			return i
		}
	}
	return 0
}

// shownOnScreen returns the highest part of g whose rows are not the page around it: text, icons and bars on few plain
// colours. It returns all of g when there is no such page.
func shownOnScreen(g *image.Gray) image.Rectangle {
	height := g.Rect.Dy()
	colours := make([]int, height) // of the rows that may be page; -1: of others
	var lines [256]int
	for y := range colours {
		colours[y] = -1
		l := row(g, g.Rect, y)
		if c := l.colour(); l.share(c, pageTolerance) >= pageShare {
			colours[y] = c
			lines[c]++
		}
	}
	from, to := longestRun(height, func(y int) bool {
		c := colours[y]
		return c >= 0 && float64(lines[c]+lines[max(c-1, 0)]+lines[min(c+1, 255)]) >= pageColourShare*float64(height)
	}, int(pageGap*float64(height)))
	if to-from < viewMinSide || to-from == height {
		return g.Rect
	}
	shown := image.Rect(0, from, g.Rect.Dx(), to)
	sides := even(shown, withoutBorder(g, shown, pageTolerance))
	return image.Rect(sides.Min.X, from+1, sides.Max.X, to-1)
}

// longestRun returns the longest run of lines that are not out, across gaps of at most gap lines that are.
func longestRun(n int, out func(i int) bool, gap int) (from, to int) {
	start, end := -1, 0 // of the run at hand
	for i := range n {
		if out(i) {
			continue
		}
		if start < 0 || i-end > gap {
			start = i
		}
		if end = i + 1; end-start > to-from {
			from, to = start, end
		}
	}
	return from, to
}

// line is how often each luma value occurs in a row or a column.
type line struct {
	n     int
	count [256]int
}

func row(g *image.Gray, r image.Rectangle, y int) (l line) {
	l.n = r.Dx()
	for _, v := range g.Pix[g.PixOffset(r.Min.X, y):][:r.Dx()] {
		l.count[v]++
	}
	return l
}

func column(g *image.Gray, r image.Rectangle, x int) (l line) {
	l.n = r.Dy()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		l.count[g.Pix[g.PixOffset(x, y)]]++
	}
	return l
}

// colour returns the value that most pixels have.
func (l *line) colour() (most int) {
	for v, n := range l.count {
		if n > l.count[most] {
			most = v
		}
	}
	return most
}

// share returns the share of pixels that are within tolerance of a value.
func (l *line) share(value, tolerance int) float64 {
	n := 0
	for _, count := range l.count[max(value-tolerance, 0) : min(value+tolerance, 255)+1] {
		n += count
	}
	return float64(n) / float64(max(l.n, 1))
}

// views hashes the parts of img that may be pictures of their own; small is img, reduced.
func views(img, small image.Image) (list []hashing.View) {
	cropper, ok := img.(interface {
		SubImage(image.Rectangle) image.Image
	})
	if !ok {
		return nil
	}
	defer func() { _ = recover() }() // as of fingerprint; the picture's own hashes stand
	bounds := img.Bounds()
	return viewsOf(greyOf(small), bounds, func(part image.Rectangle) (pdq.Dihedrals, int) {
		return pdq.FromImage(cropper.SubImage(part.Add(bounds.Min)))
	})
}

// viewsOf finds the parts on a small version of a picture, and has them hashed where they lie in the whole one, whose size
// is that of whole, from its corner on.
func viewsOf(small *image.Gray, whole image.Rectangle, hash func(part image.Rectangle) (pdq.Dihedrals, int)) (list []hashing.View) {
	for _, r := range regions(small) {
		x, y := scaleOf(whole.Dx(), small.Rect.Dx()), scaleOf(whole.Dy(), small.Rect.Dy())
		part := image.Rect(x(r.rect.Min.X), y(r.rect.Min.Y), x(r.rect.Max.X), y(r.rect.Max.Y))
		if codes, quality := hash(part); quality >= pdq.MinQuality {
			list = append(list, hashing.View{Name: r.view, PDQ: codes, Quality: quality})
		}
	}
	return list
}

func scaleOf(whole, small int) func(int) int {
	return func(v int) int { return v * whole / small }
}

// greyOf returns the luma of a small picture.
func greyOf(img image.Image) *image.Gray {
	bounds := img.Bounds()
	grey := image.NewGray(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	draw.Draw(grey, grey.Rect, img, bounds.Min, draw.Src)
	return grey
}
