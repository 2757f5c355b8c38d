// Package edits makes what people and programs make of pictures before they pass them on, and draws hard negatives.
package edits

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"os/exec"
	"slices"

	"github.com/disintegration/imaging"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// change is what becomes of the pixels of a picture, and where all of it lies in that: nowhere (empty) when it was turned or cut,
// or fills everything.
type change func(img *image.NRGBA, rng *rand.Rand) (out image.Image, at image.Rectangle)

// Edit is something that people and programs do to pictures before they pass them on.
type Edit struct {
	Name    string
	WebP    bool // made by ffmpeg
	Several bool // the picture is one of several
	apply   change
	quality int // of the JPEG that is made of it; 0: a PNG
}

// Make returns an edited copy of img, as a file, and where in it all of img lies: nowhere (empty) when it was turned or cut, or
// fills everything.
func (e Edit) Make(ctx context.Context, img *image.NRGBA, rng *rand.Rand) (data []byte, at image.Rectangle, err error) {
	out, at := e.apply(img, rng)
	if data, err = Encode(out, e.quality); err == nil && e.WebP {
		data, err = webp(ctx, data)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", e.Name, err)
	}
	return data, at, err
}

// All returns every edit that can be made here, and whether that is all of them: WebP wants ffmpeg.
func All() (list []Edit, whole bool) {
	list = edits()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		return slices.DeleteFunc(list, func(e Edit) bool { return e.WebP }), false
	}
	return list, true
}

func edits() []Edit {
	var list []Edit
	add := func(name string, apply change) { list = append(list, Edit{Name: name, apply: apply, quality: 90}) }
	add("none", same)
	for _, percent := range []int{10, 25, 50, 200} {
		add(fmt.Sprintf("resize %d %%", percent), resized(float64(percent)/100))
	}
	for _, q := range []int{10, 30, 50, 70, 90} {
		list = append(list, Edit{Name: fmt.Sprintf("JPEG quality %d", q), apply: same, quality: q})
	}
	list = append(list, Edit{Name: "WebP", apply: same, quality: 95, WebP: true})
	add("grey", plain(func(img *image.NRGBA) image.Image { return imaging.Grayscale(img) }))
	add("gamma 0.6", plain(func(img *image.NRGBA) image.Image { return imaging.AdjustGamma(img, 0.6) }))
	add("gamma 1.6", plain(func(img *image.NRGBA) image.Image { return imaging.AdjustGamma(img, 1.6) }))
	add("blur", plain(func(img *image.NRGBA) image.Image { return imaging.Blur(img, 3) }))
	add("noise", noise)
	for _, percent := range []int{2, 5, 10, 20} {
		add(fmt.Sprintf("crop %d %%", percent), cropped(float64(percent)/100))
	}
	for _, percent := range []int{5, 10, 20} {
		add(fmt.Sprintf("border %d %%", percent), bordered(float64(percent)/100))
	}
	add("border, uneven", uneven)
	add("letterbox", letterbox)
	add("bars at the sides", sideBars)
	add("text overlay", texted)
	add("logo", logo)
	add("rotate 90°", plain(func(img *image.NRGBA) image.Image { return imaging.Rotate90(img) }))
	add("rotate 180°", plain(func(img *image.NRGBA) image.Image { return imaging.Rotate180(img) }))
	add("rotate 270°", plain(func(img *image.NRGBA) image.Image { return imaging.Rotate270(img) }))
	add("mirror", plain(func(img *image.NRGBA) image.Image { return imaging.FlipH(img) }))
	for _, degrees := range []float64{1, 2, 5} {
		add(fmt.Sprintf("rotate %g°", degrees), plain(func(img *image.NRGBA) image.Image {
			return imaging.Rotate(img, degrees, color.Black)
		}))
	}
	add("screenshot, dark", screenshot(true))
	add("screenshot, light", screenshot(false))
	list = append(list, Edit{Name: "screen of a viewer, PNG", apply: viewer})
	add("screen of a chat", chat)
	add("screen of a post", post)
	list = append(list, Edit{Name: "messenger", apply: resizedTo(800), quality: 65})
	list = append(list, Edit{Name: "collage 2×2", Several: true, apply: collage(0), quality: 90})
	list = append(list, Edit{Name: "collage 2×2, gutters", Several: true, apply: collage(0.02), quality: 90})
	return list
}

func same(img *image.NRGBA, _ *rand.Rand) (out image.Image, at image.Rectangle) { return img, at }

func plain(apply func(*image.NRGBA) image.Image) change {
	return func(img *image.NRGBA, _ *rand.Rand) (out image.Image, at image.Rectangle) { return apply(img), at }
}

func resized(factor float64) change {
	return plain(func(img *image.NRGBA) image.Image {
		return imaging.Resize(img, max(int(float64(img.Rect.Dx())*factor), 8), 0, imaging.Linear)
	})
}

func resizedTo(side int) change {
	return plain(func(img *image.NRGBA) image.Image { return imaging.Fit(img, side, side, imaging.Linear) })
}

// noise adds to each channel what is normally distributed, 12 of 255 wide.
func noise(img *image.NRGBA, rng *rand.Rand) (image.Image, image.Rectangle) {
	out := imaging.Clone(img)
	for i := range out.Pix {
		if i%4 != 3 {
			out.Pix[i] = byte(min(max(float64(out.Pix[i])+12*rng.NormFloat64(), 0), 255))
		}
	}
	return out, image.Rectangle{}
}

// cropped cuts a share of the width and of the height away, at random sides.
func cropped(share float64) change {
	return func(img *image.NRGBA, rng *rand.Rand) (image.Image, image.Rectangle) {
		w, h := int(float64(img.Rect.Dx())*(1-share)), int(float64(img.Rect.Dy())*(1-share))
		x, y := rng.IntN(img.Rect.Dx()-w+1), rng.IntN(img.Rect.Dy()-h+1)
		return imaging.Crop(img, image.Rect(x, y, x+w, y+h)), image.Rectangle{}
	}
}

func anyColour(rng *rand.Rand) color.NRGBA {
	return color.NRGBA{byte(rng.IntN(256)), byte(rng.IntN(256)), byte(rng.IntN(256)), 255}
}

func texted(img *image.NRGBA, _ *rand.Rand) (image.Image, image.Rectangle) {
	out := imaging.Clone(img)
	write(out, "not for sale - 2026 - example", image.Pt(out.Rect.Dx()/20, out.Rect.Dy()*9/10), max(out.Rect.Dx()/300, 1), color.White)
	return out, image.Rectangle{}
}

// logo covers a corner: a sixth of the width.
func logo(img *image.NRGBA, _ *rand.Rand) (image.Image, image.Rectangle) {
	out := imaging.Clone(img)
	side := out.Rect.Dx() / 6
	corner := image.Rect(out.Rect.Dx()-side-8, 8, out.Rect.Dx()-8, 8+side/2)
	fill(out, corner, color.NRGBA{200, 30, 40, 255})
	write(out, "LOGO", image.Pt(corner.Min.X+side/8, corner.Min.Y+side/3), max(side/48, 1), color.White)
	return out, image.Rectangle{}
}

// collage is a tile of four, in a random corner, beside three of other things, with a gutter between them, a share of the width.
func collage(gutter float64) change {
	return func(img *image.NRGBA, rng *rand.Rand) (image.Image, image.Rectangle) {
		w, h, g := img.Rect.Dx()/2, img.Rect.Dy()/2, int(gutter*float64(img.Rect.Dx()))
		out := imaging.New(2*w+g, 2*h+g, borderColour(rng))
		corner := rng.IntN(4)
		var at image.Rectangle
		for i := range 4 {
			other := []func(*rand.Rand) *image.NRGBA{dots, sky, chart}[rng.IntN(3)]
			place := image.Pt(i%2*(w+g), i/2*(h+g))
			tile := img
			if i == corner {
				at = image.Rect(0, 0, w, h).Add(place)
			} else {
				tile = other(rng)
			}
			out = imaging.Paste(out, imaging.Resize(tile, w, h, imaging.Linear), place)
		}
		return out, at
	}
}

func dots(rng *rand.Rand) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 12, 12))
	for i := range img.Pix {
		if img.Pix[i] = byte(rng.IntN(256)); i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

// write draws text, each dot of the font scale × scale pixels.
func write(img *image.NRGBA, text string, at image.Point, scale int, ink color.Color) {
	const w, h = 7, 13
	mask := image.NewAlpha(image.Rect(0, 0, w*len(text), h))
	d := font.Drawer{Dst: mask, Src: image.Opaque, Face: basicfont.Face7x13, Dot: fixed.P(0, h-2)}
	d.DrawString(text)
	for y := range mask.Rect.Dy() {
		for x := range mask.Rect.Dx() {
			if mask.AlphaAt(x, y).A > 0 {
				dot := image.Rect(0, 0, scale, scale).Add(at).Add(image.Pt(x*scale, (y-h)*scale))
				draw.Draw(img, dot, image.NewUniform(ink), image.Point{}, draw.Src)
			}
		}
	}
}

func fill(img *image.NRGBA, r image.Rectangle, c color.NRGBA) {
	draw.Draw(img, r, image.NewUniform(c), image.Point{}, draw.Src)
}
