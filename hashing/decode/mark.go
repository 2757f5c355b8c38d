package decode

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

const (
	// MaxComment bounds the comment of a view, in bytes.
	MaxComment = 1 << 10

	markMargin = 3 // pixels beside the text of a mark
	// markWidth is for how many pixels of a picture's width the letters of its mark grow by one size: on a screen, where a large
	// picture is shown smaller than it is, they can still be read.
	markWidth = 640
	// markAgain is how far apart, in heights of a line, a mark is repeated over a large picture, so that no half of it is without.
	markAgain = 12
)

var (
	markFace  = basicfont.Face7x13
	markBand  = color.NRGBA{A: 150}                         // under the line at the edge
	markInk   = color.NRGBA{R: 255, G: 255, B: 255, A: 230} // of that line
	markFaint = color.NRGBA{R: 255, G: 255, B: 255, A: 56}  // of the repetitions, over as faint a shadow
	markShade = color.NRGBA{A: 56}
)

// marked returns the picture with a text of printable ASCII along its lower edge and, where there is room, faintly over all of it.
// A picture that is too small for the words is laid on a ground that is not.
func marked(img *image.NRGBA, text string) *image.NRGBA {
	words := strings.Fields(text)
	if len(words) == 0 {
		return img
	}
	size := max(1, img.Rect.Dx()/markWidth)
	img = roomFor(img, words)
	lines := wrap(words, (img.Rect.Dx()-2*markMargin)/(size*markFace.Advance))
	height := size * markFace.Height
	band := image.Rect(0, img.Rect.Dy()-height*len(lines), img.Rect.Dx(), img.Rect.Dy())
	whole := lettering(strings.Join(words, " "), size)
	for y, odd := band.Min.Y-markAgain*height, false; y >= 0; y, odd = y-markAgain*height, !odd {
		from := markMargin
		if odd {
			from -= whole.Rect.Dx() / 2
		}
		for x := from; x < img.Rect.Dx(); x += whole.Rect.Dx() * 3 / 2 {
			stamp(img, whole, image.Pt(x+size, y+size), markShade)
			stamp(img, whole, image.Pt(x, y), markFaint)
		}
	}
	draw.Draw(img, band, image.NewUniform(markBand), image.Point{}, draw.Over)
	for i, line := range lines {
		stamp(img, lettering(line, size), image.Pt(markMargin, band.Min.Y+i*height), markInk)
	}
	return img
}

// roomFor returns an image of img that is large enough for the words one below the other: beneath the picture, where that stays
// within the size of every view, as they would hide most of it.
func roomFor(img *image.NRGBA, words []string) *image.NRGBA {
	least := image.Pt(0, len(words)*markFace.Height)
	for _, w := range words {
		least.X = max(least.X, len(w)*markFace.Advance+2*markMargin)
	}
	size := image.Pt(max(img.Rect.Dx(), least.X), max(img.Rect.Dy(), least.Y))
	if size == img.Rect.Size() {
		return img
	}
	beneath := img.Rect.Dy()+least.Y <= PreviewSmallSide
	if beneath {
		size.Y = img.Rect.Dy() + least.Y
	}
	out := image.NewNRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Rect, image.NewUniform(midGrey), image.Point{}, draw.Src)
	at := size.Sub(img.Rect.Size()).Div(2)
	if beneath {
		at.Y = 0
	}
	draw.Draw(out, img.Rect.Add(at), img, image.Point{}, draw.Src)
	return out
}

// wrap lays words into lines of at most so many letters; a longer word has a line of its own.
func wrap(words []string, most int) []string {
	lines := []string{words[0]}
	for _, w := range words[1:] {
		if last := &lines[len(lines)-1]; len(*last)+1+len(w) <= most {
			*last += " " + w
		} else {
			lines = append(lines, w)
		}
	}
	return lines
}

// lettering is a text, each pixel of its letters size pixels wide and high.
func lettering(text string, size int) *image.Alpha {
	small := image.NewAlpha(image.Rect(0, 0, len(text)*markFace.Advance, markFace.Height))
	d := font.Drawer{Dst: small, Src: image.Opaque, Face: markFace, Dot: fixed.P(0, markFace.Ascent)}
	d.DrawString(text)
	large := image.NewAlpha(image.Rect(0, 0, size*small.Rect.Dx(), size*small.Rect.Dy()))
	for y := range large.Rect.Dy() {
		for x := range large.Rect.Dx() {
			large.SetAlpha(x, y, small.AlphaAt(x/size, y/size))
		}
	}
	return large
}

func stamp(img *image.NRGBA, letters *image.Alpha, at image.Point, ink color.Color) {
	draw.DrawMask(img, letters.Rect.Add(at), image.NewUniform(ink), image.Point{}, letters, image.Point{}, draw.Over)
}

// CommentSegment returns a comment as the segment of a JPEG that it is: the first after the two bytes of its beginning.
func CommentSegment(comment string) []byte {
	if comment == "" {
		return nil
	}
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(2+len(comment))) //nolint:gosec // at most MaxComment
	return append(head, comment...)
}

// commented returns a JPEG with a comment.
func commented(jpeg []byte, comment string) ([]byte, error) {
	if len(comment) > MaxComment {
		return nil, Crashed
	}
	const start = 2 // bytes: the marker with which it begins
	segment := CommentSegment(comment)
	out := make([]byte, 0, len(jpeg)+len(segment))
	out = append(out, jpeg[:start]...)
	return append(append(out, segment...), jpeg[start:]...), nil
}
