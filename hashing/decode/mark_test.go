package decode_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"vigie/hashing/decode"
)

const mark = "a0123456789ab 2026-01-02 03:04:05Z"

// TestMark compares views with and without a mark: it is at the lower edge, in letters that stand out on any ground, and of a large
// picture every stretch has some of it.
func TestMark(t *testing.T) {
	for _, ground := range []color.Color{color.White, color.Black, color.Gray{128}} {
		img := image.NewNRGBA(image.Rect(0, 0, 1300, 800))
		for y := range 800 {
			for x := range 1300 {
				img.Set(x, y, ground)
			}
		}
		data := encode(t, "png", img)
		for step, height := range map[decode.PreviewStep]int{decode.PreviewBlurred: 13, decode.PreviewGrey: 13, decode.PreviewColour: 13, decode.PreviewFull: 26, decode.PreviewTiles: 26} {
			view, err := decode.Preview(data, decode.View{Step: step, Tiles: 0xffff, Mark: mark}, decode.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			shown, err := jpeg.Decode(bytes.NewReader(view))
			if err != nil {
				t.Fatal(err)
			}
			b := shown.Bounds()
			if low, high := tones(shown, image.Rect(0, b.Max.Y-height, b.Max.X, b.Max.Y)); high-low < 80 {
				t.Errorf("step %d over %v: the line at the edge goes from %d to %d", step, ground, low, high)
			}
			if step != decode.PreviewFull {
				continue
			}
			for top := 0; top+15*height <= b.Max.Y; top += height {
				if low, high := tones(shown, image.Rect(0, top, b.Max.X, top+14*height)); high-low < 20 || high-low > 120 {
					t.Errorf("over %v, from line %d on: the mark goes from %d to %d", ground, top, low, high)
				}
			}
		}
	}
}

// tones returns the darkest and the lightest of a part of a picture.
func tones(img image.Image, part image.Rectangle) (low, high int) {
	low = 255
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			v := int(color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y)
			low, high = min(low, v), max(high, v)
		}
	}
	return low, high
}

// TestMarkOfTheSmallest: a picture too small for the words is laid into a larger one, and stays within the size of its step.
func TestMarkOfTheSmallest(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {3000, 6}, {6, 3000}, {40, 30}} {
		for _, step := range []decode.PreviewStep{decode.PreviewBlurred, decode.PreviewGrey, decode.PreviewFull, decode.PreviewTiles} {
			v := decode.View{Step: step, Tiles: 1, Mark: mark}
			view, err := decode.Preview(encode(t, "png", scene(size.X, size.Y)), v, decode.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			config, err := jpeg.DecodeConfig(bytes.NewReader(view))
			if err != nil || config.Width < 13*7 || config.Height < 3*13 || max(config.Width, config.Height) > v.Side() {
				t.Errorf("step %d of %v: %+v, %v", step, size, config, err)
			}
		}
	}
}

func TestComment(t *testing.T) {
	data := encode(t, "png", scene(64, 48))
	said := "vigie; group=g1; person=a7"
	view, err := decode.Preview(data, decode.View{Step: decode.PreviewGrey, Comment: said}, decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "\xff\xd8\xff\xfe\x00\x1c" + said + "\xff"; !strings.HasPrefix(string(view), want) {
		t.Errorf("it begins with %q", view[:len(want)])
	}
	if _, err := jpeg.Decode(bytes.NewReader(view)); err != nil {
		t.Error(err)
	}
	if _, err := decode.Preview(data, decode.View{Comment: strings.Repeat("x", decode.MaxComment+1)}, decode.Limits{}); err == nil {
		t.Error("a comment longer than any was written")
	}
}
