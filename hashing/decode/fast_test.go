package decode_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/disintegration/imaging"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/pdq"
)

// The marks of the fast way, against the reference way on the same bytes.
const (
	fastMaxBits  = 10  // of 256, at quality 80 and above: the published rule of what counts as equal
	fastMeanBits = 1.5 // of 256, on average
	smallMaxBits = 8   // of 64, pHash and dHash
)

// everyNth makes the tests take every nth picture of the corpus. Below the default the edits are more too; for the table
// of docs/performance.md:
//
//	go test ./hashing/decode -run 'TestTwoWays|TestExpected' -v -every 4 -timeout 60m
var everyNth = flag.Int("every", usualNth, "compare the two ways on every nth picture, edited in more ways")

const usualNth = 29

// ways are the two examinations of the same bytes, which must both give a fingerprint.
func ways(t *testing.T, examiner *decode.Examiner, name string, data []byte) (fast, reference *hashing.Fingerprint) {
	t.Helper()
	fast = examiner.Examine(data, decode.Limits{}).Fingerprint
	reference = decode.ExamineReference(data, decode.Limits{}).Fingerprint
	if fast == nil || reference == nil {
		t.Fatalf("%s was not decoded", name)
	}
	if reference.Way != hashing.WayReference || reference.Version != hashing.FingerprintVersion {
		t.Fatalf("%s: the reference way says %+v", name, reference)
	}
	return fast, reference
}

// edits of a picture, as they come back on a drive: saved again, smaller or larger, a little lighter or darker.
func edits(img image.Image, every, large bool) map[string][]byte {
	made := make(map[string][]byte)
	save := func(name string, img image.Image, quality int) {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err == nil {
			made[name] = out.Bytes()
		}
	}
	width := img.Bounds().Dx()
	qualities, widths, lights := []int{30, 75}, []int{max(width/2, 300)}, []float64{8}
	if every {
		qualities, lights = []int{30, 40, 50, 60, 70, 80, 90, 95}, []float64{-12, -6, 6, 12}
		widths = []int{200, 320, 640, 1024, 1600}
	}
	if large {
		widths = append(widths, 2048, 2600, 4000)
	}
	for _, q := range qualities {
		save(fmt.Sprintf("quality %d", q), img, q)
	}
	for _, w := range widths {
		save(fmt.Sprintf("%d wide", w), imaging.Resize(img, w, 0, imaging.Lanczos), 85)
	}
	for _, by := range lights {
		save(fmt.Sprintf("brightness %+.0f %%", by), imaging.AdjustBrightness(img, by), 90)
	}
	return made
}

// tally collects distances of one kind of picture.
type tally struct{ bits []int }

func (y *tally) add(bits int) { y.bits = append(y.bits, bits) }

func (y *tally) mean() float64 {
	sum := 0
	for _, b := range y.bits {
		sum += b
	}
	return float64(sum) / float64(max(len(y.bits), 1))
}

func (y *tally) String() string {
	if len(y.bits) == 0 {
		return "none"
	}
	slices.Sort(y.bits)
	return fmt.Sprintf("%d pictures: mean %.2f, p99 %d, largest %d bits", len(y.bits), y.mean(), y.bits[(len(y.bits)*99-1)/100], y.bits[len(y.bits)-1])
}

// wilson is the upper end of the 95 % interval of a share that was seen hits times in n.
func wilson(hits, n int) float64 {
	const z = 1.96
	p, m := float64(hits)/float64(n), float64(n)
	return (p + z*z/(2*m) + z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))) / (1 + z*z/m)
}

// corpusJPEGs are real pictures: photographs, wallpapers, and camera files.
func corpusJPEGs(t *testing.T) (files []string) {
	t.Helper()
	const corpus = "../../../shared/corpus"
	for _, folder := range []string{"photos", "wallpapers", "exif/ianare", "pdq"} {
		err := filepath.WalkDir(filepath.Join(corpus, folder), func(path string, entry fs.DirEntry, err error) error {
			if ext := strings.ToLower(filepath.Ext(path)); err == nil && (ext == ".jpg" || ext == ".jpeg") {
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// comparison is what TestTwoWays learns.
type comparison struct {
	byScale                  map[string]*tally
	all, reference, pHash    tally
	dHash                    tally
	verdicts, changed, pairs int
	others                   []pdq.Hash // of other pictures, as a list would have them
}

// take compares the two ways on one file, and their verdicts on it: is it the original, is it another picture?
func (c *comparison) take(t *testing.T, examiner *decode.Examiner, name string, data []byte, original pdq.Hash) {
	fast, reference := ways(t, examiner, name, data)
	if fast.Way != hashing.WayFast {
		return
	}
	distance := fast.PDQ[pdq.Original].Distance(reference.PDQ[pdq.Original])
	if distance > fastMaxBits {
		t.Errorf("%s: %d bits from the reference way, by %s, quality %d", name, distance, fast.Decoder, fast.Quality)
	}
	if c.byScale[fast.Decoder] == nil {
		c.byScale[fast.Decoder] = new(tally)
	}
	c.byScale[fast.Decoder].add(distance)
	c.all.add(distance)
	c.pHash.add(fast.PHash.Distance(reference.PHash))
	c.dHash.add(fast.DHash.Distance(reference.DHash))
	for _, entry := range append(c.others, original) {
		c.verdicts++
		one := fast.PDQ[pdq.Original].Distance(entry) <= pdq.MatchDistance
		other := reference.PDQ[pdq.Original].Distance(entry) <= pdq.MatchDistance
		if one || other {
			c.pairs++
		}
		if one != other {
			c.changed++
		}
	}
}

// TestTwoWays holds the fast way to its marks on real pictures and on edits of them.
func TestTwoWays(t *testing.T) {
	files := corpusJPEGs(t)
	if len(files) == 0 {
		t.Skip("../shared/corpus is not here: the two ways are not compared on real pictures")
	}
	var examiner decode.Examiner
	c := comparison{byScale: make(map[string]*tally)}
	for i, file := range files {
		if i%*everyNth != 0 {
			continue
		}
		data := read(t, file)
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil || min(img.Bounds().Dx(), img.Bounds().Dy()) < 64 {
			continue
		}
		hashes, _ := pdq.FromImage(img)
		c.take(t, &examiner, file, data, hashes[pdq.Original])
		for name, edited := range edits(img, *everyNth < usualNth, *everyNth < usualNth && i%(4**everyNth) == 0) {
			c.take(t, &examiner, file+", "+name, edited, hashes[pdq.Original])
		}
		c.others = append(c.others, hashes[pdq.Original])
	}
	if mean := c.all.mean(); mean > fastMeanBits || len(c.all.bits) < 40 {
		t.Errorf("the fast way is %.2f bits off on average, in %d pictures", mean, len(c.all.bits))
	}
	if worst := max(slices.Max(c.pHash.bits), slices.Max(c.dHash.bits)); worst > smallMaxBits {
		t.Errorf("pHash and dHash are up to %d bits off", worst)
	}
	for scale, tally := range c.byScale {
		t.Logf("%s: %s", scale, tally)
	}
	t.Logf("all: %s", &c.all)
	t.Logf("pHash: %s", &c.pHash)
	t.Logf("dHash: %s", &c.dHash)
	t.Logf("verdicts at %d: %d of %d with an original differ (95 %%: at most %.2g), %d of all %d", pdq.MatchDistance, c.changed, c.pairs, wilson(c.changed, c.pairs), c.changed, c.verdicts)
}

// TestExpected compares both ways with what the C++ reference computed from libjpeg's pixels.
func TestExpected(t *testing.T) {
	const folder = "../../../shared/corpus/photos"
	file, err := os.Open(filepath.Join(folder, "EXPECTED-PDQ.csv"))
	if err != nil {
		t.Skip("../shared/corpus/photos is not here: the two ways are not compared with the C++ reference")
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var examiner decode.Examiner
	var byFast, byReference tally
	for i, line := range lines[1:] {
		if i%min(*everyNth, 23) != 0 {
			continue
		}
		want, err := pdq.Parse(line[2])
		if err != nil {
			t.Fatal(err)
		}
		fast, reference := ways(t, &examiner, line[0], read(t, filepath.Join(folder, line[0])))
		if reference.Quality < 80 || fast.Way != hashing.WayFast {
			continue
		}
		byFast.add(fast.PDQ[pdq.Original].Distance(want))
		byReference.add(reference.PDQ[pdq.Original].Distance(want))
	}
	for name, y := range map[string]*tally{"fast": &byFast, "reference": &byReference} {
		t.Logf("%s way: %s from the C++ reference", name, y)
		if slices.Max(y.bits) > fastMaxBits || len(y.bits) < 8 {
			t.Errorf("%s way: %s", name, y)
		}
	}
}

// TestLumaOnly: a JPEG that image/jpeg does not know is hashed by the reference way too, and shown in grey.
func TestLumaOnly(t *testing.T) {
	data := read(t, "../jpegluma/testdata/luma-below-wide.jpg")
	ex := decode.ExamineReference(data, decode.Limits{})
	if fp := ex.Fingerprint; fp == nil || fp.Way != hashing.WayReference || fp.Decoder != "jpegluma 1 at 1:1" || ex.Facts.Width != 83 {
		t.Fatalf("%+v", ex)
	}
	if fast := decode.Examine(data, decode.Limits{}).Fingerprint; fast.PDQ[0].Distance(ex.Fingerprint.PDQ[0]) > fastMaxBits {
		t.Errorf("the two ways are %d bits apart", fast.PDQ[0].Distance(ex.Fingerprint.PDQ[0]))
	}
	view, err := decode.Preview(data, decode.View{Step: decode.PreviewFull}, decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if config, err := jpeg.DecodeConfig(bytes.NewReader(view)); err != nil || config.Width != 83 || config.Height != 61 {
		t.Errorf("%+v, %v", config, err)
	}
	if ex := decode.ExamineReference(data[:len(data)/3], decode.Limits{}); ex.Unreadable != string(decode.Truncated) {
		t.Errorf("a third of it: %+v", ex)
	}
}

// TestWayChosen: the fast way is taken for what it is good for, and for nothing else.
func TestWayChosen(t *testing.T) {
	var examiner decode.Examiner
	noise := rand.New(rand.NewPCG(3, 4))
	flat := image.NewGray(image.Rect(0, 0, 400, 300))
	for i := range flat.Pix {
		flat.Pix[i] = 100 + byte(noise.IntN(3))
	}
	cmyk := image.NewPaletted(image.Rect(0, 0, 300, 300), color.Palette{color.Black, color.White})
	for name, c := range map[string]struct {
		data    []byte
		way     hashing.Way
		decoder string
	}{
		"large":             {encode(t, "jpeg", scene(2000, 1600)), hashing.WayFast, "jpegluma 1 at 1:8"},
		"middling":          {encode(t, "jpeg", scene(1100, 800)), hashing.WayFast, "jpegluma 1 at 1:4"},
		"small":             {encode(t, "jpeg", scene(500, 400)), hashing.WayFast, "jpegluma 1 at 1:2"},
		"a strip":           {encode(t, "jpeg", scene(3000, 200)), hashing.WayFast, "jpegluma 1 at 1:1"},
		"little to see":     {encode(t, "jpeg", flat), hashing.WayReference, ""},
		"another format":    {encode(t, "png", scene(500, 400)), hashing.WayReference, ""},
		"a format of two":   {encode(t, "gif", cmyk), hashing.WayReference, ""},
		"unknown to it":     {read(t, "../jpegluma/testdata/rgb.jpg"), hashing.WayReference, ""},
		"progressive":       {read(t, "../jpegluma/testdata/progressive-420.jpg"), hashing.WayFast, "jpegluma 1 at 1:1"},
		"luma subsampled":   {read(t, "../jpegluma/testdata/luma-below.jpg"), hashing.WayFast, "jpegluma 1 at 1:1"},
		"several scans":     {read(t, "../jpegluma/testdata/apart.jpg"), hashing.WayFast, "jpegluma 1 at 1:1"},
		"restart intervals": {read(t, "../jpegluma/testdata/restart.jpg"), hashing.WayFast, "jpegluma 1 at 1:1"},
	} {
		ex := examiner.Examine(c.data, decode.Limits{})
		if ex.Fingerprint == nil {
			t.Errorf("%s: %s", name, ex.Unreadable)
			continue
		}
		if fp := ex.Fingerprint; fp.Way != c.way || c.decoder != "" && fp.Decoder != c.decoder {
			t.Errorf("%s: %s way, %s, quality %d", name, fp.Way, fp.Decoder, fp.Quality)
		}
		if ex.Facts.Width == 0 || ex.Facts.Height == 0 {
			t.Errorf("%s: %d×%d", name, ex.Facts.Width, ex.Facts.Height)
		}
	}
}
