package pdq_test

import (
	"encoding/csv"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"vigie/hashing/pdq"
)

// transformColumns are the columns of expected.csv after file and quality, in the order of pdq.Dihedrals.
var transformColumns = []string{"hash", "rotate90", "rotate180", "rotate270", "flipX", "flipY", "flipPlus1", "flipMinus1"}

// maxDecoderDistance is how far, in bits, two decoders may take the same JPEG apart (../shared/PDQ.md).
const maxDecoderDistance = 10

func readCSV(t *testing.T, path string) []map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := make(map[string]string)
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func decodePNG(t testing.TB, path string) image.Image {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func parse(t *testing.T, s string) pdq.Hash {
	t.Helper()
	h, err := pdq.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestVectors holds our hashes against those that the C++ reference computed from the same pixels.
func TestVectors(t *testing.T) {
	rows := readCSV(t, "testdata/expected.csv")
	if len(rows) != 48 {
		t.Fatalf("%d vectors, not 48", len(rows))
	}
	exact := 0
	for _, row := range rows {
		t.Run(row["file"], func(t *testing.T) {
			got, quality := pdq.FromImage(decodePNG(t, filepath.Join("testdata", row["file"])))
			want, err := strconv.Atoi(row["quality"])
			if err != nil {
				t.Fatal(err)
			}
			matchable := want >= pdq.MinQuality
			if matchable && quality != want || quality < want-1 || quality > want+1 {
				t.Errorf("quality %d, the reference has %d", quality, want)
			}
			worst := 0
			for i, name := range transformColumns {
				distance := got[i].Distance(parse(t, row[name]))
				if matchable && distance != 0 {
					t.Errorf("%s is %d bits off at quality %d", name, distance, want)
				}
				worst = max(worst, distance)
			}
			if worst == 0 && quality == want {
				exact++
			}
			if !matchable {
				t.Logf("quality %d (reference %d): largest distance of the eight %d bits", quality, want, worst)
			}
		})
	}
	t.Logf("%d of %d identical in hash, dihedrals and quality", exact, len(rows))
}

// TestPhotographs bounds what our JPEG decoder does to the hash: the expected ones come from libjpeg's pixels.
func TestPhotographs(t *testing.T) {
	const folder = "../../../shared/corpus/photos"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("../shared/corpus/photos is not here: the comparison on real photographs is not made")
	}
	sum, worst, compared := 0, 0, 0
	for i, row := range readCSV(t, filepath.Join(folder, "EXPECTED-PDQ.csv")) {
		if testing.Short() && i%8 != 0 {
			continue
		}
		file, err := os.Open(filepath.Join(folder, row["file"]))
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(file)
		file.Close()
		if err != nil {
			t.Fatalf("%s: %v", row["file"], err)
		}
		got, quality := pdq.FromImage(img)
		if want, _ := strconv.Atoi(row["quality"]); want < 80 {
			t.Logf("quality %d (reference %d): not compared", quality, want)
			continue
		}
		distance := got[pdq.Original].Distance(parse(t, row["hash"]))
		if distance > maxDecoderDistance {
			t.Errorf("%s is %d bits from the reference", row["file"], distance)
		}
		sum, worst, compared = sum+distance, max(worst, distance), compared+1
	}
	t.Logf("%d photographs: mean distance %.2f bits, largest %d", compared, float64(sum)/float64(compared), worst)
}

// TestImageTypes gives the same pixels to every path of FromImage.
func TestImageTypes(t *testing.T) {
	source := decodePNG(t, "testdata/07-clouds-640x480.png")
	bounds := source.Bounds()
	want, quality := pdq.FromImage(source)

	type anything struct{ image.Image } // hides the type, so that no fast path is taken
	// The same pixels at another place of the plane: a fast path must not count from the origin.
	moved := image.NewNRGBA(bounds.Add(image.Pt(30, 50)))
	draw.Draw(moved, moved.Rect, source, bounds.Min, draw.Src)
	big := image.NewRGBA(image.Rect(0, 0, bounds.Dx()+8, bounds.Dy()+8))
	draw.Draw(big, bounds.Add(image.Pt(3, 5)), source, bounds.Min, draw.Src)
	transparent := image.NewNRGBA(bounds)
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			c := moved.NRGBAAt(30+x, 50+y)
			c.A = uint8(x)
			transparent.SetNRGBA(x, y, c)
		}
	}
	for name, img := range map[string]image.Image{
		"NRGBA elsewhere":           moved,
		"part of an RGBA":           big.SubImage(bounds.Add(image.Pt(3, 5))),
		"an unknown type":           anything{source},
		"alpha dropped, as stored":  transparent,
		"alpha dropped, slow route": anything{transparent},
	} {
		got, q := pdq.FromImage(img)
		if got != want || q != quality {
			t.Errorf("%s: %d bits away, quality %d and not %d", name, got[0].Distance(want[0]), q, quality)
		}
	}
}

// TestGreyAndChroma holds the fast paths of grey, palette and YCbCr pictures against the plain one.
func TestGreyAndChroma(t *testing.T) {
	type anything struct{ image.Image }
	source := decodePNG(t, "testdata/05-landscape-333x517.png")
	bounds := source.Bounds()
	grey, deep := image.NewGray(bounds), image.NewGray16(bounds)
	draw.Draw(grey, bounds, source, bounds.Min, draw.Src)
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			v := grey.GrayAt(x, y).Y
			deep.SetGray16(x, y, color.Gray16{Y: uint16(v)<<8 | 0x7f})
		}
	}
	want, quality := pdq.FromImage(grey)
	luma := make([]float32, 0, bounds.Dx()*bounds.Dy())
	for _, v := range grey.Pix {
		luma = append(luma, float32(v))
	}
	if got, q := pdq.FromLuma(luma, bounds.Dx(), bounds.Dy()); got != want || q != quality {
		t.Errorf("FromLuma differs from FromImage on grey by %d bits", got[0].Distance(want[0]))
	}
	if got, q := pdq.FromImage(deep); got != want || q != quality {
		t.Errorf("16-bit grey differs from 8-bit grey by %d bits", got[0].Distance(want[0]))
	}

	palette := image.NewPaletted(bounds, color.Palette{color.Black, color.White, color.NRGBA{200, 30, 10, 90}, color.Gray{99}})
	draw.FloydSteinberg.Draw(palette, bounds, source, bounds.Min)
	pictures := map[string]image.Image{"palette": palette}
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410} {
		pictures[ratio.String()] = randomYCbCr(image.Rect(3, 4, 211, 167), ratio)
	}
	for name, img := range pictures {
		fast, fastQuality := pdq.FromImage(img)
		slow, slowQuality := pdq.FromImage(anything{img})
		if fast != slow || fastQuality != slowQuality {
			t.Errorf("%s: the fast path differs by %d bits", name, fast[0].Distance(slow[0]))
		}
	}
}

func randomYCbCr(r image.Rectangle, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	rng := rand.New(rand.NewPCG(1, 2))
	img := image.NewYCbCr(r, ratio)
	for _, plane := range [][]uint8{img.Y, img.Cb, img.Cr} {
		for i := range plane {
			plane[i] = uint8(rng.Uint32())
		}
	}
	return img
}

// TestTiny: the reference gives pictures with a side under five pixels the zero hash.
func TestTiny(t *testing.T) {
	for _, size := range [][2]int{{0, 0}, {1, 1}, {4, 400}, {400, 4}} {
		got, quality := pdq.FromImage(image.NewGray(image.Rect(0, 0, size[0], size[1])))
		if got != (pdq.Dihedrals{}) || quality != 0 {
			t.Errorf("%d×%d has hash %s and quality %d", size[0], size[1], got[0], quality)
		}
	}
	for _, size := range [][2]int{{5, 5}, {5, 1000}, {1000, 5}, {127, 129}, {63, 65}} {
		pdq.FromImage(randomYCbCr(image.Rect(0, 0, size[0], size[1]), image.YCbCrSubsampleRatio444)) // must not panic
	}
}

// go test -run=^$ -bench=. -count=6 ./hashing/pdq | tee new.txt; benchstat old.txt new.txt
func BenchmarkFromImage(b *testing.B) {
	for _, size := range []struct {
		name          string
		width, height int
	}{{"512x512", 512, 512}, {"12MP", 4000, 3000}} {
		img := randomYCbCr(image.Rect(0, 0, size.width, size.height), image.YCbCrSubsampleRatio420)
		b.Run(size.name, func(b *testing.B) {
			for b.Loop() {
				pdq.FromImage(img)
			}
		})
	}
}
