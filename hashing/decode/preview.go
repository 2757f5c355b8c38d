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

// The steps of a reveal, what is shown beside them, and what a program is shown.
const (
	PreviewBlurred PreviewStep = iota + 1 // small, grey and blurred: enough to decide whether to look at all
	PreviewGrey                           // small and grey
	PreviewColour                         // small, in colour
	PreviewFull                           // in colour, at most PreviewFullSide
	PreviewTiles                          // some tiles, in colour, together at most PreviewFullSide, or small: nothing of the others
	PreviewModel                          // in colour, at most PreviewModelSide: for a classifier, and no step of a reveal
)

// Side returns the longest side that the view has, in pixels.
func (v View) Side() int {
	switch v.Step {
	case PreviewTiles:
		if v.Small {
			return PreviewSmallSide
		}
		return PreviewFullSide
	case PreviewFull:
		return PreviewFullSide
	case PreviewModel:
		return PreviewModelSide
	}
	return PreviewSmallSide
}

// View says what is made of a picture.
type View struct {
	Step    PreviewStep `json:"step"`              // one that is not known is PreviewBlurred
	Tiles   Tiles       `json:"tiles,omitempty"`   // of PreviewTiles alone
	Small   bool        `json:"small,omitempty"`   // of PreviewTiles alone: together at most PreviewSmallSide
	Grey    bool        `json:"grey,omitempty"`    // whatever the step
	Mark    string      `json:"mark,omitempty"`    // printable ASCII that is drawn into it; empty: none
	Comment string      `json:"comment,omitempty"` // in a JPEG comment, at most MaxComment bytes; empty: none
}

// RevealView is the view of one of the four steps of a reveal, from 1 on: of the whole picture, or of some tiles, which are never
// blurred.
func RevealView(step int, tiles Tiles, grey bool, mark, comment string) View {
	v := View{Step: PreviewStep(step), Grey: grey, Mark: mark, Comment: comment}
	if tiles != 0 {
		v.Grey, v.Small = grey || v.Step < PreviewColour, v.Step < PreviewFull
		v.Step, v.Tiles = PreviewTiles, tiles
	}
	return v
}

// plain reports whether a view has no colour.
func (v View) plain() bool {
	return v.Grey || v.Step != PreviewColour && v.Step != PreviewFull && v.Step != PreviewTiles && v.Step != PreviewModel
}

// blurred reports whether a view has no detail: unless it is known to be another.
func (v View) blurred() bool { return v.Step < PreviewGrey || v.Step > PreviewModel }

const (
	// PreviewSmallSide is the longer side, in pixels, of the small steps.
	PreviewSmallSide = 320
	// previewBlurSide is the longer side, in pixels, to which a picture is reduced before it is blurred; what comes of it is
	// enlarged, so that the mark can be read.
	previewBlurSide = PreviewSmallSide / 2
	// previewBlur is the standard deviation, in pixels of previewBlurSide, of the blur of the first step: what is
	// finer than about a twentieth of the picture is gone.
	previewBlur = 4.0
	// PreviewFullSide is the longer side, in pixels, of the last step: more than a screen shows.
	PreviewFullSide = 2000
	// PreviewModelSide is the longer side, in pixels, of what a classifier is given: common models look at 224 to 448.
	PreviewModelSide = 448

	previewQuality = 88 // of 100, of the JPEG encoder
)

// turnedByDecoder are the formats that say by other means than EXIF how they are to be turned, which the decoder obeys.
var turnedByDecoder = map[string]bool{"heic": true, "heif": true, "avif": true, "jxl": true}

// Preview decodes the picture in data and returns a view of it as a new JPEG that has nothing of the file but
// what can be seen: upright (EXIF orientation is applied), reduced, transparent parts over mid grey, no metadata but the
// comment that the view asks for. Every error is an Unreadable.
func Preview(data []byte, v View, limits Limits) (view []byte, err error) {
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
	shown := marked(laidOut(img, v, facts.Orientation), v.Mark)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, opaque(shown, v), &jpeg.Options{Quality: previewQuality}); err != nil {
		return nil, Crashed
	}
	return commented(out.Bytes(), v.Comment)
}

// laidOut returns what a view shows of a picture, upright. It is reduced before it is turned, so that turning costs little.
func laidOut(img image.Image, v View, orientation int) *image.NRGBA {
	if v.Step == PreviewTiles {
		return upright(flatten(cutTiles(img, v.Tiles.stored(orientation), v.Side())), orientation)
	}
	side := v.Side()
	if v.blurred() {
		side = previewBlurSide
	}
	small := upright(flatten(imaging.Fit(img, side, side, imaging.Box)), orientation)
	if v.blurred() {
		small = imaging.Blur(imaging.Grayscale(small), previewBlur)
		small = imaging.Resize(small, 2*small.Rect.Dx(), 0, imaging.Linear)
	}
	return small
}

// opaque gives the encoder a type that it knows: one without colour for a plain view, so that there is none.
func opaque(img *image.NRGBA, v View) image.Image {
	var out draw.Image = image.NewRGBA(img.Rect)
	if v.plain() {
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
	draw.Draw(out, out.Rect, image.NewUniform(midGrey), image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, img.Rect.Min, draw.Over)
	return out
}

// midGrey is what stands where a view has nothing of the picture.
var midGrey = color.Gray{Y: 128}

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
