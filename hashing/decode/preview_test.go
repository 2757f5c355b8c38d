package decode_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"vigie/hashing/decode"
)

func preview(t *testing.T, data []byte, step decode.PreviewStep) image.Image {
	t.Helper()
	view, err := decode.Preview(data, step, decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(view))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestPreviewSizes(t *testing.T) {
	for _, c := range []struct{ source, first, full, model image.Point }{
		{image.Pt(2400, 1800), image.Pt(160, 120), image.Pt(2000, 1500), image.Pt(448, 336)},
		{image.Pt(300, 600), image.Pt(80, 160), image.Pt(300, 600), image.Pt(224, 448)},
		{image.Pt(40, 30), image.Pt(40, 30), image.Pt(40, 30), image.Pt(40, 30)},
		{image.Pt(3000, 6), image.Pt(160, 1), image.Pt(2000, 4), image.Pt(448, 1)},
	} {
		data := encode(t, "bmp", scene(c.source.X, c.source.Y))
		for step, want := range map[decode.PreviewStep]image.Point{decode.PreviewFirst: c.first, decode.PreviewFull: c.full, decode.PreviewModel: c.model, 0: c.first, 77: c.first} {
			if got := preview(t, data, step).Bounds().Size(); got != want {
				t.Errorf("step %d of %v is %v, not %v", step, c.source, got, want)
			}
		}
	}
}

// TestPreviewHoldsNothingOfTheFile: a view is a new file, without metadata and without a run of the source's bytes.
func TestPreviewHoldsNothingOfTheFile(t *testing.T) {
	tags := exif(exifTag{0x010f, "Lookout"}, exifTag{0x0110, "secret model"}, exifTag{0x0112, uint16(1)})
	source := withEXIF(encode(t, "jpeg", scene(320, 240)), tags)
	source = append(source, "trailing secret"...)
	for _, step := range []decode.PreviewStep{decode.PreviewFirst, decode.PreviewFull, decode.PreviewModel} {
		view, err := decode.Preview(source, step, decode.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"Exif", "Lookout", "secret", "http://ns.adobe.com", "ICC_PROFILE", "Photoshop"} {
			if bytes.Contains(view, []byte(word)) {
				t.Errorf("step %d holds %q", step, word)
			}
		}
		for rest := view[2:]; len(rest) > 4 && rest[0] == 0xff && rest[1] != 0xda; rest = rest[2+int(rest[2])<<8+int(rest[3]):] {
			if marker := rest[1]; marker >= 0xe0 && marker <= 0xef || marker == 0xfe {
				t.Errorf("step %d has a segment %#x, which is no picture data", step, marker)
			}
		}
		// The entropy-coded data of the source must not be passed on: no run of it, however cut.
		const run = 48
		scan := bytes.Index(source, []byte{0xff, 0xda}) + 14
		for at := scan; at+run < len(source); at += run {
			if bytes.Contains(view, source[at:at+run]) {
				t.Fatalf("step %d holds bytes %d to %d of the source", step, at, at+run)
			}
		}
	}
}

// TestFirstStep: the first step has no colour and no fine detail, and still shows what is large.
func TestFirstStep(t *testing.T) {
	const side = 1600
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			c := color.NRGBA{200, 30, 30, 255} // a red half and a blue-green one
			if x >= side/2 {
				c = color.NRGBA{20, 220, 220, 255}
			}
			if y >= side/2 && x/40%2 == 0 { // below, stripes of a fortieth of the width
				c = color.NRGBA{0, 0, 0, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	data := encode(t, "png", img)
	grey, ok := preview(t, data, decode.PreviewFirst).(*image.Gray)
	if !ok {
		t.Fatal("the first step has colour")
	}
	left, right := grey.GrayAt(20, 40).Y, grey.GrayAt(140, 40).Y
	if int(right)-int(left) < 60 {
		t.Errorf("the halves are %d and %d: nothing is to be seen", left, right)
	}
	low, high := uint8(255), uint8(0)
	for x := 100; x < 150; x++ { // within the right half, across the stripes
		v := grey.GrayAt(x, 130).Y
		low, high = min(low, v), max(high, v)
	}
	if high-low > 12 {
		t.Errorf("stripes of a fortieth of the picture are still there: %d to %d", low, high)
	}
	full := preview(t, data, decode.PreviewFull)
	if r, g, _, _ := full.At(200, 200).RGBA(); r < 2*g {
		t.Error("the second step has lost its colour")
	}
	if r, g, _, _ := preview(t, data, decode.PreviewModel).At(60, 60).RGBA(); r < 2*g {
		t.Error("what a classifier is given has lost its colour")
	}
	near, far := color.GrayModel.Convert(full.At(1220, 1400)).(color.Gray).Y, color.GrayModel.Convert(full.At(1260, 1400)).(color.Gray).Y
	if max(near, far)-min(near, far) < 60 {
		t.Error("the second step has lost its detail")
	}
}

// TestPreviewIsUpright draws a mark into the corner that each orientation brings to the top left.
func TestPreviewIsUpright(t *testing.T) {
	const width, height, mark = 96, 64, 16
	// The place of the first pixel as stored when the picture is upright, by EXIF 2.3, tag 0x0112.
	for orientation, corner := range map[uint16]image.Point{
		1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1},
	} {
		img := image.NewNRGBA(image.Rect(0, 0, width, height))
		for y := range height {
			for x := range width {
				c := color.NRGBA{30, 30, 30, 255}
				if x < mark && y < mark {
					c = color.NRGBA{250, 250, 250, 255}
				}
				if x >= width/2 && y < mark { // a second mark, along the first row
					c = color.NRGBA{250, 20, 20, 255}
				}
				img.SetNRGBA(x, y, c)
			}
		}
		got := preview(t, withEXIF(encode(t, "jpeg", img), exif(exifTag{0x0112, orientation})), decode.PreviewFull)
		size := got.Bounds().Size()
		if want := (image.Point{width, height}); orientation < 5 && size != want || orientation >= 5 && size != (image.Point{height, width}) {
			t.Errorf("orientation %d: size %v", orientation, size)
			continue
		}
		at := image.Pt(corner.X*(size.X-1), corner.Y*(size.Y-1))
		inside := func(n, limit int) int { return min(max(n, mark/2), limit-mark/2) }
		if g := color.GrayModel.Convert(got.At(inside(at.X, size.X), inside(at.Y, size.Y))).(color.Gray).Y; g < 200 {
			t.Errorf("orientation %d: the first pixel is not at %v", orientation, at)
		}
		// The first row lies along an edge: the top or bottom one, or, for the turned ones, the left or right one.
		second := image.Pt(size.X-1-at.X, at.Y)
		if orientation >= 5 {
			second = image.Pt(at.X, size.Y-1-at.Y)
		}
		if r, g, _, _ := got.At(inside(second.X, size.X), inside(second.Y, size.Y)).RGBA(); r < 2*g {
			t.Errorf("orientation %d: the first row does not run to %v", orientation, second)
		}
	}
}

// TestPreviewOfTransparency: what is transparent is shown over mid grey.
func TestPreviewOfTransparency(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 60, 60))
	for y := range 60 {
		for x := range 60 {
			img.SetNRGBA(x, y, color.NRGBA{255, 255, 255, 0})
		}
	}
	got := color.GrayModel.Convert(preview(t, encode(t, "png", img), decode.PreviewFull).At(30, 30)).(color.Gray).Y
	if got < 120 || got > 136 {
		t.Errorf("the transparent part is %d", got)
	}
}

func TestPreviewRefuses(t *testing.T) {
	good := encode(t, "png", scene(64, 48))
	for name, c := range map[string]struct {
		data []byte
		want decode.Unreadable
	}{
		"nothing": {nil, decode.Empty}, "a film": {[]byte(boxes("isom")), decode.FormatNotSupported}, "text": {[]byte("hello"), decode.FormatNotSupported},
		"a cut picture": {good[:len(good)/3], decode.Truncated}, "a bomb": {bomb(1<<20, 1<<20), decode.TooManyPixels},
		"JPEG XR": {[]byte("II\xbc\x01\x20\x00\x00\x00"), decode.FormatNotSupported},
	} {
		if view, err := decode.Preview(c.data, decode.PreviewFull, decode.Limits{}); !errors.Is(err, c.want) || view != nil {
			t.Errorf("%s: %d bytes, error %v and not %v", name, len(view), err, c.want)
		}
	}
}
