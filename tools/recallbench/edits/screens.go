package edits

import (
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"

	"github.com/disintegration/imaging"
)

// screenshot shows the picture as wide as a telephone's screen, between a status bar, a line of text and a row of buttons.
func screenshot(dark bool) change {
	return func(img *image.NRGBA, rng *rand.Rand) (image.Image, image.Rectangle) {
		const w, h = 540, 1170
		page, ink := color.NRGBA{250, 250, 250, 255}, color.NRGBA{30, 30, 30, 255}
		if dark {
			page, ink = color.NRGBA{12, 12, 12, 255}, color.NRGBA{235, 235, 235, 255}
		}
		out := imaging.New(w, h, page)
		shown := imaging.Fit(imaging.Resize(img, w, 0, imaging.Linear), w, h-320, imaging.Linear)
		at := image.Pt((w-shown.Rect.Dx())/2, 160+(h-320-shown.Rect.Dy())/2)
		out = imaging.Paste(out, shown, at)
		write(out, fmt.Sprintf("%02d:%02d", rng.IntN(24), rng.IntN(60)), image.Pt(24, 32), 2, ink)
		write(out, "4G  87 %", image.Pt(w-130, 32), 2, ink)
		write(out, fmt.Sprintf("photo %d of 100", 1+rng.IntN(90)), image.Pt(60, 110), 2, ink)
		for i := range 4 {
			fill(out, image.Rect(60+i*130, h-90, 90+i*130, h-60), ink)
		}
		return out, shown.Rect.Add(at)
	}
}

// screen is a telephone's, with what programs draw on it.
type screen struct {
	*image.NRGBA
	page, ink color.NRGBA
	dp        float64 // pixels that a 360th of the width has
}

// newScreen is of a random size and of a random page colour, with a status bar of random height.
func newScreen(rng *rand.Rand) *screen {
	sizes := []image.Point{{1080, 2400}, {1170, 2532}, {750, 1334}, {720, 1600}, {828, 1792}, {1080, 1920}}
	size := sizes[rng.IntN(len(sizes))]
	pages := []byte{0, 12, 18, 32, 242, 250, 255}
	v := pages[rng.IntN(len(pages))]
	page, ink := color.NRGBA{v, v, v, 255}, color.NRGBA{235, 235, 235, 255}
	if v > 128 {
		ink = color.NRGBA{30, 30, 30, 255}
	}
	return &screen{imaging.New(size.X, size.Y, page), page, ink, float64(size.X) / 360}
}

// px returns so many 360ths of the screen's width, in pixels.
func (s *screen) px(n int) int { return int(float64(n) * s.dp) }

func (s *screen) status(rng *rand.Rand) {
	y := s.px(18 + rng.IntN(14))
	s.text(fmt.Sprintf("%02d:%02d", rng.IntN(24), rng.IntN(60)), 16, y)
	s.text(fmt.Sprintf("4G %d %%", 1+rng.IntN(99)), 280, y)
}

// text writes at x, in 360ths of the width, and y, in pixels.
func (s *screen) text(text string, x, y int) {
	write(s.NRGBA, text, image.Pt(s.px(x), y), max(int(s.dp), 1), s.ink)
}

// icons draws n buttons in a row.
func (s *screen) icons(n, y int) {
	for i := range n {
		x := s.px(30 + i*300/max(n-1, 1))
		fill(s.NRGBA, image.Rect(x-s.px(9), y, x+s.px(9), y+s.px(3)), s.ink)
		fill(s.NRGBA, image.Rect(x-s.px(2), y, x+s.px(2), y+s.px(16)), s.ink)
	}
}

// show puts a picture there, with corners rounded by radius, and returns where it lies.
func (s *screen) show(img *image.NRGBA, at image.Point, radius int, behind color.NRGBA) image.Rectangle {
	r := img.Rect.Add(at)
	s.NRGBA = imaging.Paste(s.NRGBA, img, at)
	for y := range radius {
		for x := range radius {
			if (radius-x)*(radius-x)+(radius-y)*(radius-y) > radius*radius {
				for _, p := range []image.Point{{r.Min.X + x, r.Min.Y + y}, {r.Max.X - 1 - x, r.Min.Y + y}, {r.Min.X + x, r.Max.Y - 1 - y}, {r.Max.X - 1 - x, r.Max.Y - 1 - y}} {
					s.SetNRGBA(p.X, p.Y, behind)
				}
			}
		}
	}
	return r
}

// fit scales img to a width, or less where it would be higher than height.
func fit(img *image.NRGBA, width, height int) *image.NRGBA {
	if scaled := img.Rect.Dy() * width / img.Rect.Dx(); scaled > height {
		return imaging.Resize(img, 0, height, imaging.Linear)
	}
	return imaging.Resize(img, width, 0, imaging.Linear)
}

// viewer shows a picture in the middle of the screen, as wide or as high as that, with a status bar and buttons over it.
func viewer(img *image.NRGBA, rng *rand.Rand) (image.Image, image.Rectangle) {
	s := newScreen(rng)
	shown := fit(img, s.Rect.Dx(), s.Rect.Dy())
	at := s.show(shown, image.Pt((s.Rect.Dx()-shown.Rect.Dx())/2, (s.Rect.Dy()-shown.Rect.Dy())/2), 0, s.page)
	s.status(rng)
	s.icons(3+rng.IntN(3), s.Rect.Dy()-s.px(40))
	return s.NRGBA, at
}

// chat shows a picture in a bubble among others: with a margin, and rounded corners.
func chat(img *image.NRGBA, rng *rand.Rand) (image.Image, image.Rectangle) {
	s := newScreen(rng)
	bubble := color.NRGBA{s.page.R/2 + 60, s.page.G/2 + 75, s.page.B/2 + 65, 255}
	margin := s.px(3 + rng.IntN(4))
	shown := fit(img, s.px(200+rng.IntN(60)), s.Rect.Dy()/2)
	x := s.px(12)
	if rng.IntN(2) == 0 {
		x = s.Rect.Dx() - s.px(12) - shown.Rect.Dx() - 2*margin
	}
	said := func(y int) int { // a bubble of text
		w := 90 + rng.IntN(150)
		fill(s.NRGBA, image.Rect(s.px(12), y, s.px(12+w), y+s.px(36)), bubble)
		s.text(words(rng, w/9), 20, y+s.px(22))
		return y + s.px(46)
	}
	y := said(said(s.px(90)))
	frame := image.Rect(x, y, x+shown.Rect.Dx()+2*margin, y+shown.Rect.Dy()+2*margin+s.px(18))
	fill(s.NRGBA, frame, bubble)
	s.text(fmt.Sprintf("%02d:%02d", rng.IntN(24), rng.IntN(60)), int(float64(frame.Max.X)/s.dp)-45, frame.Max.Y-s.px(4))
	at := s.show(shown, frame.Min.Add(image.Pt(margin, margin)), s.px(rng.IntN(13)), bubble)
	for y = frame.Max.Y + s.px(10); y < s.Rect.Dy()-s.px(110); {
		y = said(y)
	}
	fill(s.NRGBA, image.Rect(0, 0, s.Rect.Dx(), s.px(76)), color.NRGBA{20, 80, 90, 255})
	s.status(rng)
	s.text(words(rng, 12), 60, s.px(62))
	return s.NRGBA, at
}

// post shows a picture between the name of who posted it, buttons, and what was written to it.
func post(img *image.NRGBA, rng *rand.Rand) (image.Image, image.Rectangle) {
	s := newScreen(rng)
	margin := s.px([]int{0, 0, 8, 16}[rng.IntN(4)])
	shown := fit(img, s.Rect.Dx()-2*margin, s.Rect.Dy()*6/10)
	s.status(rng)
	s.text(words(rng, 10), 16, s.px(64))
	fill(s.NRGBA, image.Rect(s.px(16), s.px(84), s.px(48), s.px(116)), anyColour(rng))
	s.text(words(rng, 14), 58, s.px(104))
	at := s.show(shown, image.Pt((s.Rect.Dx()-shown.Rect.Dx())/2, s.px(126)), min(margin, s.px(8)), s.page)
	s.icons(4, at.Max.Y+s.px(12))
	for y := at.Max.Y + s.px(54); y < s.Rect.Dy()-s.px(70); y += s.px(20) {
		s.text(words(rng, 10+rng.IntN(32)), 16, y)
	}
	s.icons(5, s.Rect.Dy()-s.px(36))
	return s.NRGBA, at
}
