package jpegluma_test

import (
	"bytes"
	"errors"
	"flag"
	"image"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"testing"

	"vigie/hashing/jpegluma"
)

var scales = []jpegluma.Scale{jpegluma.Full, jpegluma.Half, jpegluma.Quarter, jpegluma.Eighth}

// tolerance is by how many levels a sample may differ from the average of what image/jpeg decodes, where that did not
// have to cut pixels off at black or white: both round, and image/jpeg transforms in whole numbers.
const tolerance = 1

// everyPhoto makes TestPhotographs take all of them, which takes half a minute.
var everyPhoto = flag.Bool("every-photo", false, "compare all photographs, not every eighth")

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// lumaOf is the luma of what image/jpeg decoded: rows of stride bytes.
func lumaOf(t testing.TB, img image.Image) (pix []byte, stride int) {
	t.Helper()
	switch img := img.(type) {
	case *image.Gray:
		return img.Pix, img.Stride
	case *image.YCbCr:
		return img.Y, img.YStride
	}
	t.Fatalf("image/jpeg made a %T", img)
	return nil, 0
}

// difference compares a plane with the averages of img, in blocks that lie inside the picture. cutOff counts samples
// that were left out because img was cut off at black or white near them.
func difference(t testing.TB, p jpegluma.Plane, img image.Image) (mean, worst float64, compared, cutOff int) {
	t.Helper()
	pix, stride := lumaOf(t, img)
	bounds := img.Bounds()
	var sum float64
	for y := range bounds.Dy() / p.StepY {
		for x := range bounds.Dx() / p.StepX {
			total, cut := 0, false
			for j := range p.StepY {
				for _, v := range pix[(y*p.StepY+j)*stride+x*p.StepX:][:p.StepX] {
					total += int(v)
					cut = cut || v == 0 || v == 255
				}
			}
			if cut {
				cutOff++
				continue
			}
			d := math.Abs(float64(total)/float64(p.StepX*p.StepY) - float64(p.Pix[y*p.Stride+x]))
			sum, worst, compared = sum+d, max(worst, d), compared+1
		}
	}
	return sum / float64(max(compared, 1)), worst, compared, cutOff
}

func decode(t testing.TB, data []byte, scale jpegluma.Scale) (jpegluma.Plane, jpegluma.Info) {
	t.Helper()
	plane, info, err := jpegluma.Decode(data, scale, jpegluma.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return plane, info
}

// TestFixtures decodes each kind of file at each scale and compares it with the averages of a full decode.
func TestFixtures(t *testing.T) {
	names := []string{
		"baseline-444", "baseline-420", "baseline-440", "baseline-411", "baseline-q100", "optimized", "quant16", "grey",
		"restart", "apart", "chroma-first", "progressive-444", "progressive-420", "progressive-q100",
		"progressive-restart", "progressive-grey", "progressive-steps",
	}
	for _, name := range names {
		data := fixture(t, name)
		same := data
		if name == "progressive-restart" { // which image/jpeg refuses; the coefficients are those of the other
			same = fixture(t, "progressive-420")
		}
		img, err := jpeg.Decode(bytes.NewReader(same))
		if err != nil {
			t.Fatalf("%s: image/jpeg: %v", name, err)
		}
		for _, scale := range scales {
			plane, info := decode(t, data, scale)
			if info.Damaged || info.Width != 83 || info.Height != 61 || info.LumaWidth != 83 || info.LumaHeight != 61 {
				t.Errorf("%s: %+v", name, info)
			}
			if want := (83 + int(scale) - 1) / int(scale); plane.Width != want || plane.StepX != int(scale) || plane.StepY != int(scale) {
				t.Errorf("%s at 1/%d: %d samples of %d×%d pixels in a row", name, scale, plane.Width, plane.StepX, plane.StepY)
			}
			mean, worst, compared, _ := difference(t, plane, img)
			if worst > tolerance || compared < 40 {
				t.Errorf("%s at 1/%d: up to %.2f levels off, mean %.3f, in %d samples", name, scale, worst, mean, compared)
			}
		}
	}
}

// TestPhotographs is TestFixtures on real pictures.
func TestPhotographs(t *testing.T) {
	files, err := filepath.Glob("../../../shared/corpus/photos/*.JPEG")
	if err != nil || len(files) == 0 {
		t.Skip("../shared/corpus/photos is not here: the comparison on real photographs is not made")
	}
	var decoder jpegluma.Decoder
	for i, file := range files {
		if i%8 != 0 && !*everyPhoto {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, scale := range scales {
			plane, info, err := decoder.Decode(data, scale, jpegluma.Options{})
			if err != nil || info.Damaged {
				t.Fatalf("%s: %v, %+v", file, err, info)
			}
			mean, worst, compared, cutOff := difference(t, plane, img)
			if worst > tolerance {
				t.Errorf("%s at 1/%d: up to %.2f levels off, mean %.3f, in %d samples, %d cut off", file, scale, worst, mean, compared, cutOff)
			}
		}
	}
}

// TestSubsampledLuma: the luma of a picture whose chroma is finer than its luma is that of the grey picture that its
// first scan makes alone.
func TestSubsampledLuma(t *testing.T) {
	data := fixture(t, "luma-below-apart")
	sof := bytes.Index(data, []byte{0xff, 0xc0, 0, 17})
	second := bytes.LastIndex(data[:bytes.LastIndex(data, []byte{0xff, 0xda})], []byte{0xff, 0xda})
	alone := bytes.Clone(data[:sof])
	alone = append(alone, 0xff, 0xc0, 0, 11, 8, 0, 31, 0, 42, 1, 1, 0x11, 0)
	alone = append(alone, data[sof+19:second]...)
	alone = append(alone, 0xff, 0xd9)
	img, err := jpeg.Decode(bytes.NewReader(alone))
	if err != nil {
		t.Fatal(err)
	}
	pix, stride := lumaOf(t, img)
	plane, info := decode(t, data, jpegluma.Full)
	if info.LumaWidth != 42 || info.LumaHeight != 31 || plane.StepX != 2 || plane.StepY != 2 || plane.Width != 42 {
		t.Fatalf("%+v, samples of %d×%d", info, plane.StepX, plane.StepY)
	}
	for y := range 31 {
		for x := range 42 {
			if d := int(pix[y*stride+x]) - int(plane.Pix[y*plane.Stride+x]); d < -tolerance || d > tolerance {
				t.Fatalf("sample %d,%d is %d levels off", x, y, d)
			}
		}
	}
	for _, name := range []string{"luma-below", "luma-below-wide"} {
		interleaved, info := decode(t, fixture(t, name), jpegluma.Quarter)
		if info.Damaged || interleaved.StepX != 8 {
			t.Errorf("%s: %+v, samples of %d", name, info, interleaved.StepX)
		}
	}
}

// TestUnsupported: the caller is told what it must give to a library.
func TestUnsupported(t *testing.T) {
	deep := fixture(t, "baseline-444")
	deep[bytes.Index(deep, []byte{0xff, 0xc0})+4] = 12
	broken := bytes.Clone(fixture(t, "baseline-444"))
	sof := bytes.Index(broken, []byte{0xff, 0xc0})
	broken[sof+11], broken[sof+14] = 0x21, 0x31 // luma is 1½ pixels wide
	lossless := bytes.Replace(fixture(t, "baseline-444"), []byte{0xff, 0xc0}, []byte{0xff, 0xc3}, 1)
	for name, data := range map[string][]byte{
		"arithmetic": fixture(t, "arithmetic"), "RGB": fixture(t, "rgb"), "12 bits": deep, "broken steps": broken, "lossless": lossless,
	} {
		if _, _, err := jpegluma.Decode(data, jpegluma.Eighth, jpegluma.Options{}); !errors.Is(err, jpegluma.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := jpegluma.Config(data); !errors.Is(err, jpegluma.ErrUnsupported) {
			t.Errorf("%s: header: %v", name, err)
		}
	}
}

func TestRefused(t *testing.T) {
	good := fixture(t, "baseline-444")
	scan := bytes.Index(good, []byte{0xff, 0xda})
	without := func(marker byte) []byte { // the first segment with that marker left out
		at := bytes.Index(good, []byte{0xff, marker})
		length := int(good[at+2])<<8 | int(good[at+3])
		return append(bytes.Clone(good[:at]), good[at+2+length:]...)
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":                {nil, jpegluma.ErrTruncated},
		"not a JPEG":             {[]byte("GIF89a"), jpegluma.ErrCorrupt},
		"ends in the header":     {good[:100], jpegluma.ErrTruncated},
		"ends before the scan":   {good[:scan], jpegluma.ErrTruncated},
		"no frame":               {without(0xc0), jpegluma.ErrCorrupt},
		"no picture":             {[]byte{0xff, 0xd8, 0xff, 0xd9}, jpegluma.ErrCorrupt},
		"no quantization":        {without(0xdb), jpegluma.ErrCorrupt},
		"no Huffman table":       {without(0xc4), jpegluma.ErrCorrupt},
		"too many pixels":        {good, jpegluma.ErrTooLarge},
		"too many, by its frame": {bytes.Replace(good, []byte{0, 61, 0, 83}, []byte{0xff, 0xff, 0xff, 0xff}, 1), jpegluma.ErrTooLarge},
	} {
		options := jpegluma.Options{}
		if name == "too many pixels" {
			options.MaxPixels = 83*61 - 1
		}
		if _, _, err := jpegluma.Decode(c.data, jpegluma.Eighth, options); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, not %v", name, err, c.want)
		}
	}
	if _, _, err := jpegluma.Decode(good, 3, jpegluma.Options{}); err == nil {
		t.Error("a scale of 1/3 was accepted")
	}
}

// TestOrientation reads it from both byte orders, and nothing from what is not EXIF.
func TestOrientation(t *testing.T) {
	good := fixture(t, "baseline-444")
	little := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00")
	big := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x08\x00\x00\x00\x00\x00\x00")
	for name, c := range map[string]struct {
		app1 []byte
		want int
	}{"little endian": {little, 6}, "big endian": {big, 8}, "cut off": {little[:20], 0}, "other": {[]byte("http://ns.adobe.com/xap/1.0/"), 0}} {
		data := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(2 + len(c.app1))}, c.app1...)
		info, err := jpegluma.Config(append(data, good[2:]...))
		if err != nil || info.Orientation != c.want || info.Width != 83 || info.Height != 61 {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
}

// TestReuse: what a Decoder keeps from one picture does not show in the next.
func TestReuse(t *testing.T) {
	var decoder jpegluma.Decoder
	for range 2 {
		for _, name := range []string{"progressive-q100", "baseline-420", "optimized", "progressive-grey", "grey", "restart"} {
			for _, scale := range scales {
				data := fixture(t, name)
				got, _, err := decoder.Decode(data, scale, jpegluma.Options{})
				want, _ := decode(t, data, scale)
				if err != nil || !bytes.Equal(got.Pix, want.Pix) {
					t.Errorf("%s at 1/%d is another picture after others: %v", name, scale, err)
				}
			}
		}
	}
}
