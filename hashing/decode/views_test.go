package decode_test

import (
	"image"
	"image/color"
	"image/draw"
	"testing"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/pdq"
)

// TestViews: what lies within a border, in a letterbox or on a screen is found by the hash of the picture without it,
// whichever way it is decoded.
func TestViews(t *testing.T) {
	picture := scene(640, 480)
	entry := decode.ExamineReference(encode(t, "jpeg", picture), decode.Limits{}).Fingerprint
	framed := func(background color.Color, left, top, right, bottom int) *image.NRGBA {
		out := image.NewNRGBA(image.Rect(0, 0, 640+left+right, 480+top+bottom))
		draw.Draw(out, out.Rect, image.NewUniform(background), image.Point{}, draw.Src)
		draw.Draw(out, image.Rect(left, top, left+640, top+480), picture, image.Point{}, draw.Src)
		return out
	}
	screen := framed(color.NRGBA{250, 250, 250, 255}, 0, 500, 0, 500)
	for i := range 40 { // a line of text, and buttons
		draw.Draw(screen, image.Rect(20+8*i, 30, 24+8*i, 50), image.Black, image.Point{}, draw.Src)
		draw.Draw(screen, image.Rect(100*(i%5), 1400, 100*(i%5)+40, 1440), image.Black, image.Point{}, draw.Src)
	}
	bubble := framed(color.NRGBA{12, 12, 12, 255}, 40, 500, 200, 600)
	for _, y := range []int{100, 200, 300, 400, 1100, 1200, 1300, 1400} { // bubbles of text
		draw.Draw(bubble, image.Rect(20, y, 420, y+60), image.NewUniform(color.Gray{90}), image.Point{}, draw.Src)
	}
	draw.Draw(bubble, image.Rect(30, 490, 690, 1030), image.NewUniform(color.Gray{90}), image.Point{}, draw.Src)
	draw.Draw(bubble, image.Rect(40, 500, 680, 980), picture, image.Point{}, draw.Src)
	collage := framed(color.White, 640, 480, 0, 0)
	for i := range 3 { // checks of other sizes, beside the picture
		at := image.Pt(i%2*640, i/2*480)
		for n := range 300 {
			square := image.Rect(0, 0, 32, 32).Add(at).Add(image.Pt(n%20*32, n/20*32))
			draw.Draw(collage, square, image.NewUniform(color.Gray{byte((n*n*(i+3) + n/7*91) % 256)}), image.Point{}, draw.Src)
		}
	}
	margins := framed(color.Black, 100, 100, 100, 100)
	draw.Draw(margins, image.Rect(90, 90, 750, 590), image.White, image.Point{}, draw.Src)
	draw.Draw(margins, image.Rect(100, 100, 740, 580), picture, image.Point{}, draw.Src)
	for name, test := range map[string]struct {
		img  image.Image
		view hashing.ViewName
	}{
		"in a bubble":       {bubble, hashing.ViewScreen},
		"collage":           {collage, hashing.ViewTile},
		"border in another": {margins, hashing.ViewTrimmed},
		"border":            {framed(color.White, 60, 60, 60, 60), hashing.ViewTrimmed},
		"letterbox":         {framed(color.Black, 0, 120, 0, 120), hashing.ViewTrimmed},
		"pillarbox":         {framed(color.Black, 200, 0, 200, 0), hashing.ViewTrimmed},
		"one side":          {framed(color.Gray{128}, 0, 0, 150, 0), hashing.ViewTrimmed},
		"screenshot":        {screen, hashing.ViewScreen},
	} {
		for _, format := range []string{"jpeg", "png"} { // decoded the fast way, and the reference way
			fp := decode.Examine(encode(t, format, test.img), decode.Limits{}).Fingerprint
			if whole := fp.PDQ[pdq.Original].Distance(entry.PDQ[pdq.Original]); whole <= pdq.MatchDistance {
				t.Errorf("%s, %s: the whole is near already, at %d", name, format, whole)
			}
			best := pdq.Bits
			for _, v := range fp.Views {
				if v.Name == test.view && v.Quality >= pdq.MinQuality {
					best = min(best, v.PDQ[pdq.Original].Distance(entry.PDQ[pdq.Original]))
				}
			}
			if best > pdq.MatchDistance {
				t.Errorf("%s, %s: %d parts, the nearest at %d", name, format, len(fp.Views), best)
			}
		}
	}
}

// TestNoViews: what has no border, or nothing beside it, has no part that is looked at by itself.
func TestNoViews(t *testing.T) {
	textured := image.NewGray(image.Rect(0, 0, 400, 300))
	for i := range textured.Pix {
		textured.Pix[i] = byte(i*i/7 + i/300)
	}
	little := image.NewGray(image.Rect(0, 0, 400, 300))
	draw.Draw(little, image.Rect(180, 130, 240, 180), textured, image.Point{}, draw.Src)
	for name, img := range map[string]image.Image{"textured": textured, "plain": image.NewGray(textured.Rect), "little": little} {
		if fp := decode.Examine(encode(t, "png", img), decode.Limits{}).Fingerprint; len(fp.Views) != 0 {
			t.Errorf("%s: %d parts", name, len(fp.Views))
		}
	}
}
