package decode_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"slices"
	"testing"

	"vigie/hashing/decode"
	"vigie/hashing/pdq"
)

// TestDamaged: what is left of a picture that was cut off counts from its half on, and is said to be damaged.
func TestDamaged(t *testing.T) {
	img := scene(320, 240)
	for _, format := range []string{"jpeg", "png", "gif"} {
		data := encode(t, format, img)
		whole := decode.Examine(data, decode.Limits{})
		last := pdq.Bits
		for _, c := range []struct{ percent, distance int }{{60, 130}, {80, 90}, {95, 40}} {
			cut := data[:len(data)*c.percent/100]
			got := decode.Examine(cut, decode.Limits{})
			if got.Fingerprint == nil || got.Note != decode.NoteDamaged || got.Unreadable != "" || got.Facts.Width != 320 {
				t.Errorf("%s, %d %%: %q, %q", format, c.percent, got.Unreadable, got.Note)
				continue
			}
			d := got.Fingerprint.PDQ[0].Distance(whole.Fingerprint.PDQ[0])
			if d > c.distance || d > last {
				t.Errorf("%s, %d %%: %d bits from the whole, %d with less", format, c.percent, d, last)
			}
			last = d
			if _, err := decode.Preview(cut, decode.View{Step: decode.PreviewFull}, decode.Limits{}); err != nil {
				t.Errorf("%s, %d %%: cannot be shown: %v", format, c.percent, err)
			}
		}
		if got := decode.Examine(data[:len(data)*30/100], decode.Limits{}); got.Fingerprint != nil || got.Unreadable != string(decode.Truncated) {
			t.Errorf("%s, 30 %%: %q, %q", format, got.Unreadable, got.Note)
		}
	}
	// A check sum that is wrong leaves all pixels.
	png := encode(t, "png", img)
	whole := decode.Examine(png, decode.Limits{})
	spoilt := slices.Clone(png)
	spoilt[bytes.LastIndex(spoilt, []byte("IEND"))-5] ^= 1
	if got := decode.Examine(spoilt, decode.Limits{}); got.Fingerprint == nil || got.Fingerprint.PDQ != whole.Fingerprint.PDQ || got.Note != decode.NoteDamaged {
		t.Errorf("a wrong check sum: %q, %q", got.Unreadable, got.Note)
	}
	// One that claims more pixels than it has is bounded by the limit all the same.
	if got := decode.Examine(png[:len(png)*80/100], decode.Limits{MaxPixels: 320*240 - 1}); got.Unreadable != string(decode.TooManyPixels) {
		t.Errorf("over the limit: %q", got.Unreadable)
	}
	// Interlaced, each pass is counted.
	if got := decode.Examine(read(t, "testdata/interlaced.png"), decode.Limits{}); got.Fingerprint == nil {
		t.Errorf("interlaced: %q", got.Unreadable)
	} else if data := read(t, "testdata/interlaced.png"); true {
		cut := decode.Examine(data[:len(data)*97/100], decode.Limits{})
		if cut.Fingerprint == nil || cut.Note != decode.NoteDamaged || cut.Fingerprint.PDQ[0].Distance(got.Fingerprint.PDQ[0]) > 40 {
			t.Errorf("interlaced and cut: %q", cut.Unreadable)
		}
	}
	// A GIF of a small first image on a large canvas.
	palette := color.Palette{color.Black, color.White, color.Gray{Y: 100}}
	small := image.NewPaletted(image.Rect(5, 5, 15, 15), palette)
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, &gif.GIF{Image: []*image.Paletted{small}, Delay: []int{0}, Config: image.Config{Width: 400, Height: 300, ColorModel: palette}}); err != nil {
		t.Fatal(err)
	}
	huge := out.Bytes()
	at := bytes.LastIndexByte(huge, 0x2c)
	binary.LittleEndian.PutUint16(huge[at+5:], 60_000) // the image is larger than its canvas
	binary.LittleEndian.PutUint16(huge[at+7:], 60_000)
	if got := decode.Examine(huge[:len(huge)-4], decode.Limits{MaxPixels: 1 << 20}); got.Fingerprint != nil {
		t.Errorf("an image beyond its canvas was decoded: %+v", got.Facts)
	}
}
