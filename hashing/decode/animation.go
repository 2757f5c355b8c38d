package decode

import (
	"image"
	"image/color"
	"image/draw"

	"github.com/disintegration/imaging"
)

// disposal is what becomes of a frame before the next one is shown.
type disposal byte

const (
	keep disposal = iota
	clearFrame
	restore
)

// patch is a frame of an animation as the file has it: often only the part that changes.
type patch struct {
	img      image.Image
	at       image.Point // where its top left corner goes
	over     bool        // it is blended with what is below; else it replaces that
	disposal disposal
}

// canvas is where an animation is played.
type canvas struct {
	img   *image.NRGBA
	spoil image.Rectangle // of the last frame
	then  disposal        // of the last frame
	saved *image.NRGBA    // what was below the last frame, where it is to be restored
}

func newCanvas(width, height int) *canvas {
	return &canvas{img: image.NewNRGBA(image.Rect(0, 0, width, height))}
}

// show draws the next frame and returns the whole picture, which the next call changes.
func (c *canvas) show(p patch) image.Image {
	switch c.then {
	case clearFrame:
		draw.Draw(c.img, c.spoil, image.NewUniform(color.Transparent), image.Point{}, draw.Src)
	case restore:
		draw.Draw(c.img, c.spoil, c.saved, c.spoil.Min, draw.Src)
	}
	part := imaging.Clone(p.img) // at (0, 0), without premultiplied alpha
	c.spoil = part.Rect.Add(p.at).Intersect(c.img.Rect)
	c.then = p.disposal
	if p.disposal == restore {
		if c.saved == nil {
			c.saved = image.NewNRGBA(c.img.Rect)
		}
		draw.Draw(c.saved, c.spoil, c.img, c.spoil.Min, draw.Src)
	}
	for y := c.spoil.Min.Y; y < c.spoil.Max.Y; y++ {
		from := part.Pix[part.PixOffset(c.spoil.Min.X-p.at.X, y-p.at.Y):]
		to := c.img.Pix[c.img.PixOffset(c.spoil.Min.X, y):]
		lay(to[:4*c.spoil.Dx()], from, p.over)
	}
	return c.img
}

// lay puts a row of pixels over another, or in its place.
func lay(to, from []uint8, over bool) {
	if !over {
		copy(to, from)
		return
	}
	for i := 0; i < len(to); i += 4 {
		switch from[i+3] {
		case 0:
		case 255:
			copy(to[i:i+4], from[i:])
		default:
			blend(to[i:i+4], from[i:])
		}
	}
}

// blend lays one half-transparent pixel over another.
func blend(to, from []uint8) {
	a := uint32(from[3])
	below := uint32(to[3]) * (255 - a) / 255
	sum := a + below
	for i := range 3 {
		to[i] = uint8((uint32(from[i])*a + uint32(to[i])*below) / sum) //nolint:gosec // a mean of bytes
	}
	to[3] = uint8(sum) //nolint:gosec // at most 255
}
