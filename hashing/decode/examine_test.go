package decode_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"hash/crc32"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/corona10/goimagehash"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/pdq"
)

// TestExamineFormats: the same picture has the same hashes in every format, as far as the format keeps it.
func TestExamineFormats(t *testing.T) {
	img := scene(320, 240)
	want, quality := pdq.FromImage(img)
	if quality < pdq.MinQuality {
		t.Fatalf("the test's picture has quality %d", quality)
	}
	phash, err := goimagehash.PerceptionHash(img)
	if err != nil {
		t.Fatal(err)
	}
	dhash, err := goimagehash.DifferenceHash(img)
	if err != nil {
		t.Fatal(err)
	}
	lossless := map[string]bool{"png": true, "bmp": true, "tiff": true}
	for format := range encoders {
		got := decode.Examine(encode(t, format, img), decode.Limits{})
		got.Facts.Tables, got.Facts.JPEGQuality, got.Facts.Subsampling, got.Facts.TablesOf = "", 0, "", "" // see TestCompression
		if got.Facts != (hashing.Facts{Kind: hashing.KindPicture, Format: format, Width: 320, Height: 240}) {
			t.Errorf("%s: facts %+v", format, got.Facts)
		}
		fp := got.Fingerprint
		if fp == nil {
			t.Errorf("%s: %s", format, got.Unreadable)
			continue
		}
		if fp.Version != hashing.FingerprintVersion || !strings.Contains(fp.Decoder, format) || !strings.ContainsAny(fp.Decoder, "0123456789") {
			t.Errorf("%s: version %d, decoder %q", format, fp.Version, fp.Decoder)
		}
		distance, pDistance, dDistance := fp.PDQ[0].Distance(want[0]), fp.PHash.Distance(hashing.Hash64(phash.GetHash())), fp.DHash.Distance(hashing.Hash64(dhash.GetHash()))
		if lossless[format] && (fp.PDQ != want || fp.Quality != quality || pDistance+dDistance != 0) {
			t.Errorf("%s keeps every pixel and is %d, %d, %d bits away", format, distance, pDistance, dDistance)
		}
		if distance > 20 || pDistance > 4 || dDistance > 4 {
			t.Errorf("%s: PDQ %d, pHash %d, dHash %d bits away", format, distance, pDistance, dDistance)
		}
	}
}

// TestDecoderVersion: the versions in fingerprints are those that are built in.
func TestDecoderVersion(t *testing.T) {
	required := string(read(t, "../../go.mod"))
	for want, data := range map[string][]byte{
		"x/image/tiff": encode(t, "tiff", scene(16, 16)), "gen2brain/heic": read(t, "testdata/picture.heic"),
		"gen2brain/avif": read(t, "testdata/picture.avif"), "gen2brain/jpegxl": read(t, "testdata/picture.jxl"),
	} {
		ex := decode.Examine(data, decode.Limits{})
		if ex.Fingerprint == nil {
			t.Errorf("%s: %+v", want, ex)
			continue
		}
		name, version, _ := strings.Cut(ex.Fingerprint.Decoder, " ")
		if name != want || !strings.Contains(required, strings.TrimSuffix(name, "/tiff")+" "+version) {
			t.Errorf("the decoder is %q, which go.mod does not ask for", ex.Fingerprint.Decoder)
		}
	}
}

// TestSandboxed: HEIC, AVIF, JPEG XL and JPEG 2000 as others wrote them from a picture whose hash the reference computed.
func TestSandboxed(t *testing.T) {
	if err := decode.WASMOnly(); err != nil {
		t.Fatal(err)
	}
	want, _ := reference(t)
	for format, c := range map[string]struct {
		size     image.Point
		distance int // at most, in bits
	}{
		"heic": {image.Pt(96, 72), pdq.MatchDistance}, "avif": {image.Pt(96, 72), pdq.MatchDistance}, "jxl": {image.Pt(320, 240), 6},
		"jp2": {image.Pt(96, 72), pdq.MatchDistance},
	} {
		data := read(t, "testdata/picture."+format)
		got := decode.Examine(data, decode.Limits{})
		if got.Fingerprint == nil || got.Facts.Format != format || got.Facts.Width != c.size.X || got.Facts.Height != c.size.Y {
			t.Errorf("%s: %+v", format, got)
			continue
		}
		if d := got.Fingerprint.PDQ[0].Distance(want); d > c.distance {
			t.Errorf("%s is %d bits from the reference", format, d)
		}
		// The colours are right too: the sky above is blue, the ground below is brown.
		view := preview(t, data, decode.PreviewFull)
		red, _, blue, _ := view.At(c.size.X/2, c.size.Y/6).RGBA()
		red2, _, blue2, _ := view.At(c.size.X/2, c.size.Y*5/6).RGBA()
		if blue < red || red2 < blue2 {
			t.Errorf("%s: red %d and blue %d above, %d and %d below", format, red>>8, blue>>8, red2>>8, blue2>>8)
		}
	}
	// A file whose first brand is a general one, as libheif's own writer has it.
	general := bytes.Replace(read(t, "testdata/picture.heic"), []byte("ftypheic"), []byte("ftypmif1"), 1)
	if got := decode.Examine(general, decode.Limits{}); got.Fingerprint == nil {
		t.Errorf("a general brand: %+v", got)
	}
}

// reference returns the C++ reference's hash of the picture of which testdata has other encodings.
func reference(t *testing.T) (pdq.Hash, int) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(read(t, "../pdq/testdata/expected.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row[0] == "04-landscape-320x240.png" {
			quality, err1 := strconv.Atoi(row[1])
			hash, err2 := pdq.Parse(row[2])
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			return hash, quality
		}
	}
	t.Fatal("the reference's picture is missing")
	return pdq.Hash{}, 0
}

// TestWebP: testdata was written by libwebp from a picture whose hash the reference computed.
func TestWebP(t *testing.T) {
	want, quality := reference(t)
	for name, c := range map[string]struct {
		size     image.Point
		distance int // at most, in bits
	}{
		"lossy": {image.Pt(320, 240), 8}, "lossless": {image.Pt(96, 72), pdq.MatchDistance}, "alpha": {image.Pt(96, 72), pdq.MatchDistance},
	} {
		got := decode.Examine(read(t, filepath.Join("testdata", name+".webp")), decode.Limits{})
		if got.Fingerprint == nil || got.Facts.Format != "webp" || got.Facts.Width != c.size.X || got.Facts.Height != c.size.Y {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		distance := got.Fingerprint.PDQ[0].Distance(want)
		if distance > c.distance {
			t.Errorf("%s is %d bits from the reference", name, distance)
		}
		if name == "lossy" && (got.Fingerprint.Quality < quality-1 || got.Fingerprint.Quality > quality+1) {
			t.Errorf("quality %d, the reference has %d: is the range of the colours right?", got.Fingerprint.Quality, quality)
		}
		t.Logf("%s: %d bits, quality %d (reference %d)", name, distance, got.Fingerprint.Quality, quality)
	}
	piped := read(t, "testdata/lossy.webp") // written to a pipe: its length is not known when its header is written
	whole := decode.Examine(piped, decode.Limits{})
	copy(piped[4:8], "\x00\x00\x00\x00")
	if got := decode.Examine(append(piped, "more"...), decode.Limits{}); !reflect.DeepEqual(got, whole) {
		t.Errorf("piped: %+v", got)
	}
	animated := decode.Examine(read(t, "testdata/animated.webp"), decode.Limits{})
	if animated.Fingerprint == nil || animated.Facts.Width != 96 || animated.Facts.Height != 72 {
		t.Errorf("animated: %+v", animated)
	}
}

// TestLargePictures: pHash and dHash of a large picture are those of the reduced one, close to those of the full one.
func TestLargePictures(t *testing.T) {
	img := scene(2400, 1800)
	got := decode.Examine(encode(t, "bmp", img), decode.Limits{}).Fingerprint
	phash, err := goimagehash.PerceptionHash(img)
	if err != nil {
		t.Fatal(err)
	}
	dhash, err := goimagehash.DifferenceHash(img)
	if err != nil {
		t.Fatal(err)
	}
	if d := got.PHash.Distance(hashing.Hash64(phash.GetHash())); d > 2 {
		t.Errorf("pHash is %d bits from that of the full picture", d)
	}
	if d := got.DHash.Distance(hashing.Hash64(dhash.GetHash())); d > 2 {
		t.Errorf("dHash is %d bits from that of the full picture", d)
	}
}

// TestOrientationIsNotApplied: PDQ is of the pixels as stored.
func TestOrientationIsNotApplied(t *testing.T) {
	plain := encode(t, "jpeg", scene(320, 240))
	turned := withEXIF(plain, exif(exifTag{0x0112, uint16(6)}))
	a, b := decode.Examine(plain, decode.Limits{}), decode.Examine(turned, decode.Limits{})
	if b.Facts.Orientation != 6 || b.Facts.Width != 320 || !reflect.DeepEqual(a.Fingerprint, b.Fingerprint) {
		t.Errorf("turned: %+v", b.Facts)
	}
}

// bomb is a PNG of a few bytes that claims so many pixels.
func bomb(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	header = append(binary.BigEndian.AppendUint32(header, height), 8, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(header))
}

// corruptJPEG has a table of codes of a class that does not exist.
func corruptJPEG(t *testing.T) []byte {
	data := encode(t, "jpeg", scene(64, 48))
	data[bytes.Index(data, []byte{0xff, 0xc4})+4] = 0xee
	return data
}

func TestUnreadable(t *testing.T) {
	type cases map[string]struct {
		data   []byte
		limits decode.Limits
		want   decode.Unreadable
	}
	heic := read(t, "testdata/picture.heic")
	all := cases{
		"nothing":        {nil, decode.Limits{}, decode.Empty},
		"cut heic":       {heic[:len(heic)-100], decode.Limits{}, decode.Truncated},
		"heic's header":  {heic[:40], decode.Limits{}, decode.Truncated},
		"a heic bomb":    {bytes.ReplaceAll(heic, []byte("ispe\x00\x00\x00\x00\x00\x00"), []byte("ispe\x00\x00\x00\x00\x40\x00")), decode.Limits{}, decode.TooManyPixels},
		"jpeg xr":        {[]byte("II\xbc\x01\x20\x00\x00\x00"), decode.Limits{}, decode.FormatNotSupported},
		"a bomb":         {bomb(100_000, 100_000), decode.Limits{}, decode.TooManyPixels},
		"a long bomb":    {bomb(1<<31-1, 1), decode.Limits{}, decode.TooManyPixels},
		"over the bytes": {encode(t, "png", scene(64, 48)), decode.Limits{MaxBytes: 100}, decode.TooManyBytes},
		"over the limit": {encode(t, "png", scene(64, 48)), decode.Limits{MaxPixels: 64*48 - 1}, decode.TooManyPixels},
		"only a header":  {[]byte("\xff\xd8\xff\xe0"), decode.Limits{}, decode.Truncated},
		"corrupt jpeg":   {corruptJPEG(t), decode.Limits{}, decode.Corrupt},
		"corrupt png":    {append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 64)...), decode.Limits{}, decode.Corrupt},
	}
	for format := range encoders {
		data := encode(t, format, scene(320, 240))
		if format == "tiff" { // its directory is at the end
			continue
		}
		all[format+" cut"] = struct {
			data   []byte
			limits decode.Limits
			want   decode.Unreadable
		}{data[:len(data)*2/5], decode.Limits{}, decode.Truncated}
	}
	webp := read(t, "testdata/lossy.webp")
	all["webp cut"] = struct {
		data   []byte
		limits decode.Limits
		want   decode.Unreadable
	}{webp[:len(webp)*2/3], decode.Limits{}, decode.Truncated}
	for name, c := range all {
		got := decode.Examine(c.data, c.limits)
		if got.Unreadable != c.want.Error() || got.Fingerprint != nil {
			t.Errorf("%s is %q, not %q", name, got.Unreadable, c.want)
		}
	}
	if got := decode.Examine(all["png cut"].data, decode.Limits{}); got.Facts.Width != 320 {
		t.Errorf("the size of a truncated picture is lost: %+v", got.Facts)
	}
	// A smaller limit must not refuse what fits exactly.
	if got := decode.Examine(encode(t, "png", scene(64, 48)), decode.Limits{MaxPixels: 64 * 48}); got.Fingerprint == nil {
		t.Errorf("a picture of exactly the limit is %q", got.Unreadable)
	}
}

func TestNotPictures(t *testing.T) {
	film := decode.Examine([]byte(boxes("isom")), decode.Limits{})
	if film.Note != decode.NoteFramesNotExamined || film.Unreadable != "" || film.Fingerprint != nil || film.Facts.Kind != hashing.KindVideo {
		t.Errorf("a film: %+v", film)
	}
	if got, want := decode.Examine([]byte("%PDF-1.4"), decode.Limits{}), (hashing.Examination{Facts: hashing.Facts{Kind: hashing.KindOther, Format: "pdf"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("a document: %+v", got)
	}
}

// TestHostileCorpus examines and previews fuzzers' finds and broken files: none may panic.
func TestHostileCorpus(t *testing.T) {
	const folder = "../../../shared/corpus/hostile"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("../shared/corpus/hostile is not here: hostile files are not tried")
	}
	counts := map[string]int{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data := read(t, path)
		limits := decode.Limits{MaxPixels: 4_000_000} // to keep the test short
		ex := decode.Examine(data, limits)
		counts[ex.Facts.Format+" "+ex.Unreadable]++
		if ex.Facts.Kind == hashing.KindPicture && (ex.Fingerprint == nil) == (ex.Unreadable == "") {
			t.Errorf("%s: %+v", path, ex)
		}
		if ex.Unreadable == decode.Crashed.Error() {
			t.Logf("%s: the decoder of %s panicked", path, ex.Facts.Format)
		}
		if _, err := decode.Preview(data, decode.View{Step: decode.PreviewBlurred}, limits); (err == nil) != (ex.Fingerprint != nil) {
			t.Errorf("%s: examined %q, previewed %v", path, ex.Unreadable, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v", counts)
}

func FuzzExamine(f *testing.F) {
	for format := range encoders {
		f.Add(encode(f, format, scene(24, 18)))
	}
	f.Add(read(f, "testdata/animated.webp"))
	f.Add(read(f, "testdata/alpha.webp"))
	for _, format := range []string{"heic", "avif", "jxl", "jp2"} {
		picture := read(f, "testdata/picture."+format)
		f.Add(picture)
		decode.Examine(picture, decode.Limits{}) // a fuzzer takes the time that compiling a decoder takes for a hang
	}
	f.Add(withEXIF(encode(f, "jpeg", scene(16, 16)), exif(exifTag{0x8769, []exifTag{interop}})))
	limits := decode.Limits{MaxPixels: 100_000, MaxBytes: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		ex := decode.Examine(data, limits)
		if ex.Fingerprint != nil && ex.Unreadable != "" {
			t.Errorf("both read and unreadable: %+v", ex)
		}
		if _, err := decode.Preview(data, decode.View{Step: decode.PreviewFull}, limits); (err == nil) != (ex.Fingerprint != nil) {
			t.Errorf("examined %q, previewed %v", ex.Unreadable, err)
		}
	})
}

// go test -run=^$ -bench=. -count=6 ./hashing/decode | tee new.txt; benchstat old.txt new.txt
func BenchmarkExamine(b *testing.B) {
	data := encode(b, "jpeg", scene(4000, 3000))
	for b.Loop() {
		decode.Examine(data, decode.Limits{})
	}
}
