package edits

import (
	"image"
	"image/color"
	"math/rand/v2"

	"github.com/disintegration/imaging"
)

// pasted puts a picture on a ground of one colour.
func pasted(img *image.NRGBA, width, height int, at image.Point, ground color.Color) (image.Image, image.Rectangle) {
	return imaging.Paste(imaging.New(width, height, ground), img, at), img.Rect.Add(at)
}

// borderColour is black, white or any.
func borderColour(rng *rand.Rand) color.Color {
	return []color.Color{color.Black, color.White, anyColour(rng)}[rng.IntN(3)]
}

// bordered puts a plain border around, a share of the width on each side.
func bordered(share float64) change {
	return func(img *image.NRGBA, rng *rand.Rand) (image.Image, image.Rectangle) {
		b := int(float64(img.Rect.Dx()) * share)
		return pasted(img, img.Rect.Dx()+2*b, img.Rect.Dy()+2*b, image.Pt(b, b), borderColour(rng))
	}
}

// uneven puts a plain border around whose sides are 2 to 25 % of the width each.
func uneven(img *image.NRGBA, rng *rand.Rand) (image.Image, image.Rectangle) {
	side := func() int { return img.Rect.Dx() * (2 + rng.IntN(24)) / 100 }
	before, after := image.Pt(side(), side()), image.Pt(side(), side())
	return pasted(img, before.X+img.Rect.Dx()+after.X, before.Y+img.Rect.Dy()+after.Y, before, borderColour(rng))
}

// letterbox puts black bars above and below, or at the sides of what is very wide: a third more.
func letterbox(img *image.NRGBA, _ *rand.Rand) (image.Image, image.Rectangle) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if w*9 >= h*16 {
		w = w * 4 / 3
	} else {
		h = h * 4 / 3
	}
	return pasted(img, w, h, image.Pt((w-img.Rect.Dx())/2, (h-img.Rect.Dy())/2), color.Black)
}

// sideBars puts bars at both sides, 10 to 50 % of the width each, as programs do that make things square or 16:9.
func sideBars(img *image.NRGBA, rng *rand.Rand) (image.Image, image.Rectangle) {
	bar := img.Rect.Dx() * (10 + rng.IntN(41)) / 100
	return pasted(img, img.Rect.Dx()+2*bar, img.Rect.Dy(), image.Pt(bar, 0), borderColour(rng))
}
