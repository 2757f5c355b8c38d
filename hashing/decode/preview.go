package decode

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"

	"github.com/disintegration/imaging"

	"vigie/hashing"
)

// PreviewStep is how much of a picture is shown, and to whom.
type PreviewStep int

// The steps of a reveal, and what a program is shown.
const (
	PreviewFirst PreviewStep = iota + 1 // small, grey and blurred: enough to decide whether to look at all
	PreviewFull                         // in colour, at most PreviewFullSide
	PreviewModel                        // in colour, at most PreviewModelSide: for a classifier, and no step of a reveal
)

// Side returns the longest side that a view of this step has, in pixels.
func (s PreviewStep) Side() int {
	switch s {
	case PreviewFull:
		return PreviewFullSide
	case PreviewModel:
		return PreviewModelSide
	}
	return PreviewFirstSide
}

// plain reports whether a view of this step has neither colour nor detail: unless it is known to be another.
func (s PreviewStep) plain() bool { return s != PreviewFull && s != PreviewModel }

const (
	// PreviewFirstSide is the longer side, in pixels, of the first step.
	PreviewFirstSide = 160
	// PreviewFirstBlur is the standard deviation, in pixels, of the blur of the first step: what is finer than
	// about a twentieth of the picture is gone.
	PreviewFirstBlur = 4.0
	// PreviewFullSide is the longer side, in pixels, of the second step: more than a screen shows.
	PreviewFullSide = 2000
	// PreviewModelSide is the longer side, in pixels, of what a classifier is given: common models look at 224 to 448.
	PreviewModelSide = 448

	previewQuality = 88 // of 100, of the JPEG encoder
)

// turnedByDecoder are the formats that say by other means than EXIF how they are to be turned, which the decoder obeys.
var turnedByDecoder = map[string]bool{"heic": true, "heif": true, "avif": true, "jxl": true}

// Preview decodes the picture in data and returns a view of it as a new JPEG that has nothing of the file but
// what can be seen: upright (EXIF orientation is applied), reduced, transparent parts over mid grey, no metadata.
// Every error is an Unreadable.
func Preview(data []byte, step PreviewStep, limits Limits) (view []byte, err error) {
	defer func() {
		if recover() != nil {
			view, err = nil, Crashed
		}
	}()
	limits = limits.WithDefaults()
	ex, done := Glance(data, int64(len(data)), limits)
	if done {
		if ex.Unreadable != "" {
			return nil, Unreadable(ex.Unreadable)
		}
		return nil, FormatNotSupported
	}
	img, _, err := picture(data, ex.Facts.Format, limits)
	if err != nil {
		return nil, err
	}
	if part, ok := img.(damagedPicture); ok {
		img = part.Image
	}
	facts := hashing.Facts{Format: ex.Facts.Format}
	readMetadata(data, &facts)
	if turnedByDecoder[facts.Format] {
		facts.Orientation = 1
	}
	side := step.Side()
	// Reduced before it is turned, so that turning costs little.
	small := upright(flatten(imaging.Fit(img, side, side, imaging.Box)), facts.Orientation)
	if step.plain() {
		small = imaging.Blur(imaging.Grayscale(small), PreviewFirstBlur)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, opaque(small, step), &jpeg.Options{Quality: previewQuality}); err != nil {
		return nil, Crashed
	}
	return out.Bytes(), nil
}

// opaque gives the encoder a type that it knows: one without colour for a plain step, so that there is none.
func opaque(img *image.NRGBA, step PreviewStep) image.Image {
	var out draw.Image = image.NewRGBA(img.Rect)
	if step.plain() {
		out = image.NewGray(img.Rect)
	}
	draw.Draw(out, img.Rect, img, img.Rect.Min, draw.Src)
	return out
}

// flatten lays img over mid grey, on which both white and black drawings show.
func flatten(img *image.NRGBA) *image.NRGBA {
	if img.Opaque() {
		return img
	}
	out := image.NewNRGBA(img.Rect)
	draw.Draw(out, out.Rect, image.NewUniform(color.Gray{Y: 128}), image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, img.Rect.Min, draw.Over)
	return out
}

// upright undoes what EXIF orientation (1 to 8) says of how the camera was held. Others are left alone.
func upright(img *image.NRGBA, orientation int) *image.NRGBA {
	switch orientation {
	case 2:
		return imaging.FlipH(img)
	case 3:
		return imaging.Rotate180(img)
	case 4:
		return imaging.FlipV(img)
	case 5:
		return imaging.Transpose(img)
	case 6:
		return imaging.Rotate270(img) // counter-clockwise, in imaging's terms
	case 7:
		return imaging.Transverse(img)
	case 8:
		return imaging.Rotate90(img)
	}
	return img
}
