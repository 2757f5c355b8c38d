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
	view, err := decode.Preview(data, decode.View{Step: step}, decode.Limits{})
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
	for _, c := range []struct{ source, blurred, small, full, model image.Point }{
		{image.Pt(2400, 1800), image.Pt(320, 240), image.Pt(320, 240), image.Pt(2000, 1500), image.Pt(448, 336)},
		{image.Pt(300, 600), image.Pt(160, 320), image.Pt(160, 320), image.Pt(300, 600), image.Pt(224, 448)},
		{image.Pt(40, 30), image.Pt(80, 60), image.Pt(40, 30), image.Pt(40, 30), image.Pt(40, 30)},
		{image.Pt(3000, 6), image.Pt(320, 2), image.Pt(320, 1), image.Pt(2000, 4), image.Pt(448, 1)},
	} {
		data := encode(t, "bmp", scene(c.source.X, c.source.Y))
		for step, want := range map[decode.PreviewStep]image.Point{
			decode.PreviewBlurred: c.blurred, decode.PreviewGrey: c.small, decode.PreviewColour: c.small, decode.PreviewFull: c.full,
			decode.PreviewModel: c.model, 0: c.blurred, 77: c.blurred, -1: c.blurred,
		} {
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
	for _, step := range []decode.PreviewStep{decode.PreviewBlurred, decode.PreviewGrey, decode.PreviewColour, decode.PreviewFull, decode.PreviewTiles, decode.PreviewModel} {
		view, err := decode.Preview(source, decode.View{Step: step, Tiles: 0xffff, Mark: "a7 2026-01-02 03:04:05Z"}, decode.Limits{})
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

// TestSteps measures what each step shows of a picture whose halves differ in colour and whose lower half has stripes: colour from
// the third on, detail from the second on.
func TestSteps(t *testing.T) {
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
	for _, c := range []struct {
		view           decode.View
		colour, detail bool
	}{
		{decode.View{Step: decode.PreviewBlurred}, false, false},
		{decode.View{Step: decode.PreviewGrey}, false, true},
		{decode.View{Step: decode.PreviewColour}, true, true},
		{decode.View{Step: decode.PreviewColour, Grey: true}, false, true},
		{decode.View{Step: decode.PreviewFull}, true, true},
		{decode.View{Step: decode.PreviewFull, Grey: true}, false, true},
		{decode.View{Step: decode.PreviewTiles, Tiles: 0xffff}, true, true},
		{decode.View{Step: decode.PreviewTiles, Tiles: 0xffff, Grey: true}, false, true},
		{decode.View{Step: decode.PreviewModel}, true, true},
	} {
		view, err := decode.Preview(data, c.view, decode.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		shown, err := jpeg.Decode(bytes.NewReader(view))
		if err != nil {
			t.Fatal(err)
		}
		at := func(x, y float64) color.Color { n := float64(shown.Bounds().Dx()); return shown.At(int(x*n), int(y*n)) }
		if _, grey := shown.(*image.Gray); grey == c.colour {
			t.Errorf("%+v: grey is %t", c.view, grey)
		}
		if r, g, _, _ := at(0.2, 0.2).RGBA(); (r > 2*g) != c.colour {
			t.Errorf("%+v: red is %d, green %d", c.view, r>>8, g>>8)
		}
		luma := func(x, y float64) int { return int(color.GrayModel.Convert(at(x, y)).(color.Gray).Y) }
		if luma(0.8, 0.25)-luma(0.2, 0.25) < 60 {
			t.Errorf("%+v: the halves are alike: nothing is to be seen", c.view)
		}
		low, high := 255, 0
		for x := 0.65; x < 0.95; x += 0.001 { // within the right half, across the stripes
			v := luma(x, 0.8)
			low, high = min(low, v), max(high, v)
		}
		if c.detail && high-low < 60 || !c.detail && high-low > 12 {
			t.Errorf("%+v: stripes of a fortieth of the picture go from %d to %d", c.view, low, high)
		}
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
		if view, err := decode.Preview(c.data, decode.View{Step: decode.PreviewFull}, decode.Limits{}); !errors.Is(err, c.want) || view != nil {
			t.Errorf("%s: %d bytes, error %v and not %v", name, len(view), err, c.want)
		}
	}
}
