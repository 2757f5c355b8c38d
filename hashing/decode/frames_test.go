package decode_test

import (
	"bytes"
	"encoding/csv"
	"image"
	"image/color"
	"image/gif"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/pdq"
)

// referenceOf returns the C++ reference's hash of one of the pictures of package pdq's tests.
func referenceOf(t testing.TB, name string) pdq.Hash {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(read(t, "../pdq/testdata/expected.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row[0] == name {
			hash, err := pdq.Parse(row[2])
			if err != nil {
				t.Fatal(err)
			}
			return hash
		}
	}
	t.Fatalf("the reference has no %s", name)
	return pdq.Hash{}
}

// TestFrames: files of three pictures, as ImageMagick and FFmpeg wrote them, have a fingerprint for each.
func TestFrames(t *testing.T) {
	want := []pdq.Hash{referenceOf(t, "02-landscape-128x128.png"), referenceOf(t, "14-shapes-128x128.png"), referenceOf(t, "38-text-128x128.png")}
	for name, c := range map[string]struct {
		distance int           // at most, in bits
		pause    time.Duration // between the pictures
	}{
		"frames.gif": {16, 500 * time.Millisecond}, "frames.png": {0, 500 * time.Millisecond}, "frames.webp": {12, 500 * time.Millisecond}, "pages.tiff": {0, 0},
		"frames.avif": {16, 500 * time.Millisecond}, "frames.jxl": {16, 500 * time.Millisecond}, // by libavif and libjxl
		"pages.btf": {0, 0}, "swapped.btf": {0, 0}, // by libtiff, little- and big-endian
	} {
		ex := decode.Examine(read(t, filepath.Join("testdata", name)), decode.Limits{})
		if ex.Fingerprint == nil || len(ex.Frames) != 2 || ex.Facts.Pictures != 3 || ex.Note != "" {
			t.Errorf("%s: %d frames of %d pictures, %q, %q", name, len(ex.Frames), ex.Facts.Pictures, ex.Unreadable, ex.Note)
			continue
		}
		got := []pdq.Hash{ex.Fingerprint.PDQ[0], ex.Frames[0].PDQ[0], ex.Frames[1].PDQ[0]}
		for i := range want {
			if d := got[i].Distance(want[i]); d > c.distance {
				t.Errorf("%s: picture %d is %d bits from the reference", name, i, d)
			}
		}
		for i, f := range ex.Frames {
			if f.Index != i+1 || f.At != time.Duration(i+1)*c.pause {
				t.Errorf("%s: picture %d has index %d and is at %v", name, i+1, f.Index, f.At)
			}
		}
	}
}

// TestEarly: what is known before the second picture is decoded is told, and says that the others are left out; of a file
// of one picture nothing is told early.
func TestEarly(t *testing.T) {
	for name, pictures := range map[string]int{"frames.gif": 3, "frames.png": 3, "frames.webp": 3, "pages.tiff": 2, "frames.avif": 3, "progressive.jpg": 0} {
		var early []hashing.Examination
		examiner := decode.Examiner{Early: func(ex hashing.Examination) { early = append(early, ex) }}
		ex := examiner.Examine(read(t, filepath.Join("testdata", name)), decode.Limits{})
		if pictures == 0 {
			if len(early) != 0 {
				t.Errorf("%s: told %+v early", name, early)
			}
			continue
		}
		if len(early) != 1 || early[0].Note != decode.NoteFramesLeftOut || len(early[0].Frames) != 0 ||
			early[0].Facts.Pictures != pictures || !reflect.DeepEqual(early[0].Fingerprint, ex.Fingerprint) {
			t.Errorf("%s: told %+v early", name, early)
		}
	}
}

// film is a GIF whose pictures show a bright disc that wanders over squares.
func film(t testing.TB, pictures int, disc func(i int) image.Point) []byte {
	t.Helper()
	palette := color.Palette{color.Transparent, color.Black, color.White, color.Gray{Y: 90}, color.RGBA{200, 40, 40, 255}}
	g := gif.GIF{Config: image.Config{Width: 96, Height: 96, ColorModel: palette}}
	for i := range pictures {
		img := image.NewPaletted(image.Rect(0, 0, 96, 96), palette)
		at := disc(i)
		for y := range 96 {
			for x := range 96 {
				c := uint8(1 + (x/12+y/16)%3)
				if dx, dy := x-at.X, y-at.Y; dx*dx+dy*dy < 30*30 {
					c = uint8(2 + 2*((x/5)%2))
				}
				img.SetColorIndex(x, y, c)
			}
		}
		g.Image, g.Delay, g.Disposal = append(g.Image, img), append(g.Delay, 10), append(g.Disposal, gif.DisposalNone)
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, &g); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestFrameBounds: equal pictures count once, many are thinned out over the whole film, and too many are said so.
func TestFrameBounds(t *testing.T) {
	still := decode.Examine(film(t, 20, func(int) image.Point { return image.Pt(40, 40) }), decode.Limits{})
	if len(still.Frames) != 0 || still.Facts.Pictures != 20 || still.Note != "" {
		t.Errorf("twenty times the same: %d frames, note %q", len(still.Frames), still.Note)
	}
	wandering := film(t, 400, func(i int) image.Point { return image.Pt(i*7%96, i*11/40) })
	long := decode.Examine(wandering, decode.Limits{})
	if n := len(long.Frames); n > decode.MaxFrames || n < 5 || long.Note != decode.NoteFramesLeftOut {
		t.Errorf("a long film: %d frames, note %q", n, long.Note)
	} else if last := long.Frames[n-1]; last.Index < 200 {
		t.Errorf("the last of a long film is number %d of 400", last.Index)
	}
	for i, f := range long.Frames {
		for _, g := range append([]hashing.Frame{{PDQ: long.Fingerprint.PDQ}}, long.Frames[:i]...) {
			if d := f.PDQ[0].Distance(g.PDQ[0]); d <= 10 {
				t.Errorf("frames %d and %d are %d bits apart", f.Index, g.Index, d)
			}
		}
	}
	poor := decode.Examine(wandering, decode.Limits{MaxPixels: 96 * 96})
	if poor.Fingerprint == nil || poor.Note != decode.NoteFramesLeftOut || len(poor.Frames) > 1 {
		t.Errorf("with few pixels to spend: %d frames, note %q", len(poor.Frames), poor.Note)
	}
	cut := decode.Examine(wandering[:len(wandering)/2], decode.Limits{})
	if cut.Fingerprint == nil || len(cut.Frames) == 0 {
		t.Errorf("half a film: %+v", cut)
	}
}

// TestComposition: a frame that changes a part is seen on the whole, and leaves behind what it says.
func TestComposition(t *testing.T) {
	palette := color.Palette{color.Transparent, color.Black, color.White, color.RGBA{220, 0, 0, 255}}
	base := image.NewPaletted(image.Rect(0, 0, 80, 80), palette)
	for y := range 80 {
		for x := range 80 {
			base.SetColorIndex(x, y, uint8(1+(x/8+y/13)%2))
		}
	}
	part := image.NewPaletted(image.Rect(10, 10, 60, 50), palette)
	for i := range part.Pix {
		part.Pix[i] = uint8(3 * (i / 9 % 2)) // transparent stripes
	}
	third := image.NewPaletted(image.Rect(50, 50, 80, 80), palette)
	for i := range third.Pix {
		third.Pix[i] = 3
	}
	lay := func(canvas *image.NRGBA, p *image.Paletted) *image.NRGBA {
		out := image.NewNRGBA(canvas.Rect)
		copy(out.Pix, canvas.Pix)
		for y := p.Rect.Min.Y; y < p.Rect.Max.Y; y++ {
			for x := p.Rect.Min.X; x < p.Rect.Max.X; x++ {
				if p.ColorIndexAt(x, y) != 0 {
					out.Set(x, y, p.At(x, y))
				}
			}
		}
		return out
	}
	cleared := func(canvas *image.NRGBA, r image.Rectangle) *image.NRGBA {
		out := lay(canvas, image.NewPaletted(image.Rectangle{}, palette))
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				out.Set(x, y, color.Transparent)
			}
		}
		return out
	}
	first := lay(image.NewNRGBA(base.Rect), base)
	second := lay(first, part)
	for disposal, last := range map[byte]*image.NRGBA{
		gif.DisposalNone: lay(second, third), gif.DisposalBackground: lay(cleared(second, part.Rect), third), gif.DisposalPrevious: lay(first, third),
	} {
		g := gif.GIF{
			Image: []*image.Paletted{base, part, third}, Delay: []int{1, 2, 3}, Disposal: []byte{gif.DisposalNone, disposal, gif.DisposalNone},
			Config: image.Config{Width: 80, Height: 80, ColorModel: palette},
		}
		var out bytes.Buffer
		if err := gif.EncodeAll(&out, &g); err != nil {
			t.Fatal(err)
		}
		ex := decode.Examine(out.Bytes(), decode.Limits{})
		if len(ex.Frames) != 2 {
			t.Errorf("disposal %d: %d frames", disposal, len(ex.Frames))
			continue
		}
		for i, want := range []*image.NRGBA{second, last} {
			code, _ := pdq.FromImage(want)
			if d := ex.Frames[i].PDQ[0].Distance(code[0]); d != 0 || ex.Frames[i].At != [2]time.Duration{10 * time.Millisecond, 30 * time.Millisecond}[i] {
				t.Errorf("disposal %d: frame %d, at %v, is %d bits away", disposal, i+1, ex.Frames[i].At, d)
			}
		}
	}
}
