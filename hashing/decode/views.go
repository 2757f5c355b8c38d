package decode

import (
	"image"
	"image/draw"
	"slices"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

const (
	// viewMinSide is the shortest side, in pixels of the reduced picture, of what is looked at by itself: half of PDQ's grid.
	viewMinSide = 32
	// viewMinLoss is the smallest share of the width or height that must fall away: with less, the whole picture's hash is
	// near enough.
	viewMinLoss = 0.015
	// viewMinLeft is the smallest share of the area that must be left: less is more likely a detail than a picture.
	viewMinLeft = 0.1
	// viewNearly is the share of the width or height by which the sides of two parts may differ that are looked up as one.
	viewNearly = 0.002
	// viewSamples is how many samples the shorter side of a picture is reduced to, or a little more, in which parts are hashed:
	// twice as many as the fast way's whole picture has at least.
	viewSamples = 2 * fastMinSide
	// viewMinDetail is the least detail of a part's hash (pdq.Hash.Detail): the 231 photographs of the corpus have 165 or more,
	// while pages of text in a border have come within 20 bits of a listed step of light, which has 23 (docs/matching.md); of
	// two hashes 20 bits apart, one has at most 80 more.
	viewMinDetail = 120
	// maxViews bounds what is looked up of one picture: each part costs a hash and eight searches.
	maxViews = 8
)

// region is a part of a picture that is looked at by itself.
type region struct {
	view hashing.ViewName
	rect image.Rectangle
}

// sheet is a picture whose parts are looked for.
type sheet struct {
	whole *image.Gray // its luma, reduced or not
	small *image.Gray // whole, reduced further or not
	block int         // how many lines of whole the blocks of a JPEG have, in which sharp edges ring
	list  []region    // what was found, in pixels of whole
}

// regions returns the parts of a picture that may be another picture: what is within a plain border, what a screen shows beside
// its text, and the tiles of a collage.
func (s *sheet) regions() []region {
	if min(s.small.Rect.Dx(), s.small.Rect.Dy()) >= viewMinSide {
		s.borders()
		s.screens()
		s.tiles()
	}
	return s.list
}

// add keeps a part, in pixels of whole, unless it is too little, nearly all, or nearly one that is there already.
func (s *sheet) add(view hashing.ViewName, r image.Rectangle) {
	if len(s.list) < maxViews && s.worth(r) && !slices.ContainsFunc(s.list, func(other region) bool { return nearly(other.rect, r) }) {
		s.list = append(s.list, region{view, r})
	}
}

// worth reports whether r is smaller than the whole picture, and still a picture.
func (s *sheet) worth(r image.Rectangle) bool {
	whole := s.whole.Bounds()
	width, height := float64(r.Dx())/float64(whole.Dx()), float64(r.Dy())/float64(whole.Dy())
	if min(width*float64(s.small.Rect.Dx()), height*float64(s.small.Rect.Dy())) < viewMinSide || width*height < viewMinLeft {
		return false
	}
	return width <= 1-viewMinLoss || height <= 1-viewMinLoss
}

// nearly reports whether two parts differ by so little that they have nearly one hash.
func nearly(a, b image.Rectangle) bool {
	for _, e := range edges {
		if d := e.between(a, b); float64(max(d, -d)) > viewNearly*float64(e.lines(a)) {
			return false
		}
	}
	return true
}

// scaled returns a part of small in pixels of whole.
func (s *sheet) scaled(r image.Rectangle) image.Rectangle {
	whole, small := s.whole.Bounds(), s.small.Rect
	return image.Rect(
		r.Min.X*whole.Dx()/small.Dx(), r.Min.Y*whole.Dy()/small.Dy(), r.Max.X*whole.Dx()/small.Dx(), r.Max.Y*whole.Dy()/small.Dy(),
	).Add(whole.Min)
}

// views hashes the parts of img that may be pictures of their own; small is img, reduced.
func views(img, small image.Image) (list []hashing.View) {
	defer func() { _ = recover() }() // as of fingerprint; the picture's own hashes stand
	grey := greyOf(small)
	rough := sheet{whole: grey, small: grey, block: jpegBlock}
	if len(rough.regions()) == 0 {
		return nil
	}
	bounds := img.Bounds()
	return parts(pdq.Reduced(img, max(min(bounds.Dx(), bounds.Dy())/viewSamples, 1)))
}

// parts finds and hashes the parts of a plane of luma.
func parts(plane pdq.Scaled) (list []hashing.View) {
	whole := &image.Gray{Pix: plane.Pix, Stride: plane.Stride, Rect: image.Rect(0, 0, plane.Columns, plane.Rows)}
	s := sheet{whole: whole, small: whole, block: max(jpegBlock/max(plane.StepX, 1), 1)}
	for max(s.small.Rect.Dx(), s.small.Rect.Dy()) > 2*reducedSide {
		s.small = halved(s.small)
	}
	for _, r := range s.regions() {
		part := plane
		part.Pix, part.Columns, part.Rows = whole.Pix[whole.PixOffset(r.rect.Min.X, r.rect.Min.Y):], r.rect.Dx(), r.rect.Dy()
		part.Width, part.Height = part.Columns*plane.StepX, part.Rows*plane.StepY
		if codes, quality := pdq.FromScaled(part); quality >= pdq.MinQuality && codes[pdq.Original].Detail() >= viewMinDetail {
			list = append(list, hashing.View{Name: r.view, PDQ: codes, Quality: quality})
		}
	}
	return list
}

// greyOf returns the luma of a small picture.
func greyOf(img image.Image) *image.Gray {
	bounds := img.Bounds()
	if grey, is := img.(*image.Gray); is && bounds.Min == (image.Point{}) { // a frame of a film
		return grey
	}
	grey := image.NewGray(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	draw.Draw(grey, grey.Rect, img, bounds.Min, draw.Src)
	return grey
}
