package jpegluma_test

import (
	"bytes"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"image/jpeg"

	"vigie/hashing/jpegluma"
)

// restarts returns the positions of the restart markers in data.
func restarts(data []byte) (at []int) {
	scan := bytes.Index(data, []byte{0xff, 0xda})
	for i := scan; i+1 < len(data); i++ {
		if data[i] == 0xff && data[i+1] >= 0xd0 && data[i+1] <= 0xd7 {
			at = append(at, i)
		}
	}
	return at
}

// differing counts the samples in which two planes of the same size differ.
func differing(a, b jpegluma.Plane) (n int) {
	for y := range a.Height {
		for x := range a.Width {
			if a.Pix[y*a.Stride+x] != b.Pix[y*b.Stride+x] {
				n++
			}
		}
	}
	return n
}

// TestRestartMarkers: a restart marker that is missing or has a wrong number costs at most its neighbourhood.
func TestRestartMarkers(t *testing.T) {
	good := fixture(t, "restart") // 24 MCUs of 16×16 in intervals of 3
	markers := restarts(good)
	if len(markers) != 7 {
		t.Fatalf("%d restart markers", len(markers))
	}
	want, _ := decode(t, good, jpegluma.Eighth)
	edited := func(edit func(data []byte) []byte) []byte { return edit(bytes.Clone(good)) }
	for name, c := range map[string]struct {
		data []byte
		lost int // samples that may differ
	}{
		"one missing":        {edited(func(d []byte) []byte { return append(d[:markers[2]], d[markers[2]+2:]...) }), 0},
		"the last missing":   {edited(func(d []byte) []byte { return append(d[:markers[6]], d[markers[6]+2:]...) }), 0},
		"one misnumbered":    {edited(func(d []byte) []byte { d[markers[3]+1] = 0xd6; return d }), 0},
		"one by one too far": {edited(func(d []byte) []byte { d[markers[3]+1]++; return d }), 0},
		"all numbered from 1": {edited(func(d []byte) []byte {
			for i, at := range markers {
				d[at+1] = 0xd0 + byte(i+1)%8
			}
			return d
		}), 0},
		"all alike": {edited(func(d []byte) []byte {
			for _, at := range markers {
				d[at+1] = 0xd5
			}
			return d
		}), 0},
		"an interval lost":      {edited(func(d []byte) []byte { return append(d[:markers[1]], d[markers[2]:]...) }), 12},
		"two intervals lost":    {edited(func(d []byte) []byte { return append(d[:markers[1]], d[markers[3]:]...) }), 24},
		"an interval cut short": {edited(func(d []byte) []byte { return append(d[:markers[1]+20], d[markers[2]:]...) }), 12},
		"an interval too long": {edited(func(d []byte) []byte {
			return append(bytes.Clone(d[:markers[2]]), append([]byte{1, 2, 3, 4}, d[markers[2]:]...)...)
		}), 0},
		"an interval destroyed": {edited(func(d []byte) []byte {
			for i := markers[1] + 2; i < markers[2]; i++ {
				d[i] = 0x55
			}
			return d
		}), 12},
	} {
		got, info := decode(t, c.data, jpegluma.Eighth)
		if n := differing(got, want); n > c.lost || !info.Damaged {
			t.Errorf("%s: %d samples differ, %d may; damaged: %v", name, n, c.lost, info.Damaged)
		}
	}
}

// TestLateHeight: the number of lines may stand behind the first scan.
func TestLateHeight(t *testing.T) {
	for _, name := range []string{"baseline-420", "restart", "progressive-420"} {
		good := fixture(t, name)
		want, _ := decode(t, good, jpegluma.Eighth)
		late := bytes.Replace(good, []byte{0, 61, 0, 83}, []byte{0, 0, 0, 83}, 1)
		if _, _, err := jpegluma.Decode(late, jpegluma.Eighth, jpegluma.Options{}); err == nil {
			t.Errorf("%s: no number of lines was accepted", name)
		}
		scan := bytes.Index(late, []byte{0xff, 0xda})
		end := scan + 4
		for late[end] != 0xff || late[end+1] == 0 || late[end+1] >= 0xd0 && late[end+1] <= 0xd7 {
			end++
		}
		late = append(bytes.Clone(late[:end]), append([]byte{0xff, 0xdc, 0, 4, 0, 61}, late[end:]...)...)
		got, info := decode(t, late, jpegluma.Eighth)
		if info.Height != 61 || differing(got, want) != 0 {
			t.Errorf("%s: height %d, %d samples differ", name, info.Height, differing(got, want))
		}
	}
}

// TestTruncated: a file cut anywhere is decoded as far as it goes, and what is missing is mid grey.
func TestTruncated(t *testing.T) {
	var decoder jpegluma.Decoder
	for _, name := range []string{"baseline-444", "restart", "progressive-420", "apart"} {
		good := fixture(t, name)
		for _, scale := range scales {
			whole, _ := decode(t, good, scale)
			for cut := 0; cut < len(good); cut += 3 {
				got, info, err := decoder.Decode(good[:cut], scale, jpegluma.Options{})
				if err == nil && !info.Damaged && differing(got, whole) != 0 {
					t.Fatalf("%s at 1/%d, cut at %d: another picture, and not called damaged", name, scale, cut)
				}
			}
		}
	}
	good := fixture(t, "baseline-444")
	whole, _ := decode(t, good, jpegluma.Full)
	half, info := decode(t, good[:len(good)*2/3], jpegluma.Full)
	if !info.Damaged {
		t.Error("half a file is not called damaged")
	}
	for x := range 83 {
		if half.Pix[x] != whole.Pix[x] {
			t.Fatalf("the first row differs at %d", x)
		}
		if v := half.Pix[60*half.Stride+x]; v != 128 {
			t.Fatalf("the last row is %d at %d", v, x)
		}
	}
}

// TestHostile decodes files made to break decoders.
func TestHostile(t *testing.T) {
	const folder = "../../../shared/corpus/hostile"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("../shared/corpus/hostile is not here: files made to break decoders are not tried")
	}
	var decoder jpegluma.Decoder
	tried := 0
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(strings.ToLower(path), "jp") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		tried++
		for _, scale := range scales {
			checkAgainstLibrary(t, &decoder, data, scale)
		}
		return nil
	})
	if err != nil || tried == 0 {
		t.Fatal(tried, err)
	}
	t.Logf("%d files", tried)
}

// fuzzPixels bounds the pictures of the fuzz test, so that they are decoded at once.
const fuzzPixels = 1 << 20

// checkAgainstLibrary fails when data that both decode are different pictures. A block of ours without black and white
// has small coefficients, which image/jpeg transforms without overflow; others are not compared.
func checkAgainstLibrary(t *testing.T, decoder *jpegluma.Decoder, data []byte, scale jpegluma.Scale) {
	t.Helper()
	plane, info, err := decoder.Decode(data, scale, jpegluma.Options{MaxPixels: fuzzPixels})
	if err != nil {
		return
	}
	if info.Width*info.Height > fuzzPixels || plane.Width < 1 || plane.Height < 1 || plane.Stride < plane.Width ||
		len(plane.Pix) < (plane.Height-1)*plane.Stride+plane.Width {
		t.Fatalf("%+v: %d×%d samples, %d a row, in %d bytes", info, plane.Width, plane.Height, plane.Stride, len(plane.Pix))
	}
	// image/jpeg carries a run of empty blocks that is too long from one progressive scan into the next: damage to
	// chroma, which is not looked at here, comes out in its luma.
	if info.Damaged || scale != jpegluma.Full || info.Progressive && info.Components > 1 {
		return
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return
	}
	compareBlocks(t, plane, img)
}

func compareBlocks(t *testing.T, plane jpegluma.Plane, img image.Image) {
	t.Helper()
	pix, stride := lumaOf(t, img)
	for y := 0; y+8 <= plane.Height; y += 8 {
	blocks:
		for x := 0; x+8 <= plane.Width; x += 8 {
			worst := 0
			for j := range 8 {
				for i := range 8 {
					v := plane.Pix[(y+j)*plane.Stride+x+i]
					if v == 0 || v == 255 {
						continue blocks
					}
					d := int(v) - int(pix[(y+j)*stride+x+i])
					worst = max(worst, d, -d)
				}
			}
			if worst > tolerance {
				t.Fatalf("block at %d,%d is up to %d levels off", x, y, worst)
			}
		}
	}
}

// FuzzDecode: no data make it panic, and where image/jpeg decodes them too it is the same picture.
//
//	go test -run '^$' -fuzz FuzzDecode ./hashing/jpegluma
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.jpg")
	if err != nil || len(files) == 0 {
		f.Fatal("no fixtures", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for scale := range scales {
			f.Add(data, uint8(scale))
		}
	}
	var decoder jpegluma.Decoder
	f.Fuzz(func(t *testing.T, data []byte, scale uint8) {
		checkAgainstLibrary(t, &decoder, data, scales[int(scale)%len(scales)])
	})
}
