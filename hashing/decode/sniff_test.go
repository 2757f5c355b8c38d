package decode_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/hashing"
	"vigie/hashing/decode"
)

// boxes makes the first box of an ISO base media file.
func boxes(brands ...string) string {
	size := byte(12 + 4*len(brands))
	return "\x00\x00\x00" + string(size) + "ftyp" + brands[0] + "\x00\x00\x00\x00" + strings.Join(brands[1:], "") + "\x00\x00\x00\x08free"
}

// transport makes packets of a transport stream, with so many bytes before each.
func transport(before int) string {
	return strings.Repeat(strings.Repeat("\x00", before)+"\x47"+strings.Repeat("\xff", 187), 6)
}

// tiffHead makes a little-endian TIFF whose first directory has these entries of one long each.
func tiffHead(entries ...[2]uint32) string {
	out := []byte("II*\x00\x08\x00\x00\x00")
	out = append(out, byte(len(entries)), 0)
	for _, e := range entries {
		out = append(out, byte(e[0]), byte(e[0]>>8), 4, 0, 1, 0, 0, 0, byte(e[1]), byte(e[1]>>8), 0, 0)
	}
	return string(append(out, 0, 0, 0, 0))
}

func TestSniff(t *testing.T) {
	maker := func(name string) string { // its Make points behind the directory
		head := tiffHead([2]uint32{0xfe, 1}, [2]uint32{0x10f, 50}, [2]uint32{0x14a, 200})
		return head + name
	}
	const picture, video, other = hashing.KindPicture, hashing.KindVideo, hashing.KindOther
	for _, c := range []struct {
		head   string
		kind   hashing.Kind
		format string
	}{
		{"", other, ""}, {"x", other, ""}, {"hello, world: nothing special", other, ""},
		{strings.Repeat("\x00", 5000), other, ""}, {strings.Repeat("\xff", 5000), other, ""},
		{"\xff\xd8\xff\xe0", picture, "jpeg"}, {"\x89PNG\r\n\x1a\n", picture, "png"}, {"GIF89a", picture, "gif"},
		{"RIFF\x00\x00\x00\x00WEBPVP8 ", picture, "webp"}, {"RIFF\x00\x00\x00\x00AVI LIST", video, "avi"}, {"RIFF\x00\x00\x00\x00WAVEfmt ", other, "wav"},
		{"BM" + strings.Repeat("\x00", 12) + "\x28\x00\x00\x00", picture, "bmp"}, {"BM is also how a sentence begins", other, ""},
		{"II*\x00", picture, "tiff"}, {"MM\x00*\x00\x00\x00\x08", picture, "tiff"}, {tiffHead(), picture, "tiff"},
		{"II*\x00\x10\x00\x00\x00CR\x02\x00", picture, "cr2"}, {tiffHead([2]uint32{0xc612, 4}), picture, "dng"},
		{maker("NIKON CORPORATION"), picture, "nef"}, {maker("SONY"), picture, "arw"}, {maker("Scanner"), picture, "tiff"},
		{"IIU\x00", picture, "rw2"}, {"IIRO", picture, "orf"}, {"FUJIFILMCCD-RAW 0201", picture, "raf"}, {boxes("crx "), picture, "cr3"},
		{boxes("heic", "mif1"), picture, "heic"}, {boxes("mif1", "heic"), picture, "heic"}, {boxes("mif1", "avif"), picture, "avif"}, {boxes("mif1", "xxxx"), picture, "heif"},
		{boxes("avif"), picture, "avif"}, {"\x00\x00\x00\x0cJXL \r\n\x87\n", picture, "jxl"}, {"\xff\x0a\x00", picture, "jxl"},
		{"\x00\x00\x00\x0cjP  \r\n\x87\n", picture, "jp2"}, {"\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00\x00\x14ftypmjp2", video, "mj2"}, {"8BPS\x00\x01", picture, "psd"},
		{"\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00\x01\x00\x20\x00\x68\x04\x00\x00\x16\x00\x00\x00", picture, "ico"}, {"\x00\x00\x01\x00\x00\x00", other, ""},
		{boxes("isom", "mp42"), video, "mp4"}, {boxes("qt  "), video, "mov"}, {boxes("3gp4"), video, "3gp"}, {boxes("3g2a"), video, "3gp"}, {boxes("M4A "), other, "m4a"},
		{"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat", video, "mov"}, {"\x00\x00\x10\x00moovmvhd", video, "mov"},
		{"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", video, "webm"}, {"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska", video, "mkv"},
		{"FLV\x01\x05", video, "flv"}, {"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", video, "asf"},
		{transport(0), video, "mpeg-ts"}, {transport(4), video, "mpeg-ts"}, {"\x00\x00\x01\xba\x44", video, "mpeg-ps"},
		{"OggS" + strings.Repeat("\x00", 24) + "\x80theora\x03", video, "ogv"}, {"OggS" + strings.Repeat("\x00", 24) + "\x01vorbis\x03", other, "ogg"},
		{"%PDF-1.7", other, "pdf"}, {"PK\x03\x04", other, "zip"}, {"SQLite format 3\x00", other, "sqlite"},
	} {
		kind, format := decode.Sniff([]byte(c.head))
		if kind != c.kind || format != c.format {
			t.Errorf("%.24q is %s %q, not %s %q", c.head, kind, format, c.kind, c.format)
		}
	}
}

// TestSniffCorpus: files of the corpus are what their names say.
func TestSniffCorpus(t *testing.T) {
	const folder = "../../../shared/corpus"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("../shared/corpus is not here: sniffing is not tried on real files")
	}
	for pattern, want := range map[string]string{
		"video/*/*.mkv": "mkv", "video/*/*/*/*.mkv": "mkv", "video/*/*/*/*.avi": "avi", "video/mdn/accessibility/multimedia/*.webm": "webm", "video/go-mp4/testdata/sample.mp4": "mp4",
		"formats/libheif/examples/*.heic": "heic", "formats/libheif/examples/*.avif": "avif", "formats/libheif/fuzzing/data/corpus/colors*.heic": "heic",
		"photos/n01*.JPEG": "jpeg", "exif/exiftool/images/*.cr2": "cr2", "exif/exiftool/images/*.dng": "dng",
		"exif/exiftool/images/*.raf": "raf", "exif/exiftool/images/*.rw2": "rw2", "exif/exiftool/images/*.psd": "psd", "exif/exiftool/images/*.flv": "flv",
		"exif/exiftool/images/*.mov": "mov", "exif/exiftool/images/*.m2ts": "mpeg-ts", "exif/exiftool/images/*.wmv": "asf", "exif/exiftool/images/*.pdf": "pdf",
	} {
		paths, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if _, format := decode.Sniff(read(t, path)); format != want {
				t.Errorf("%s is %q, not %q", path, format, want)
			}
		}
	}
}

func FuzzSniff(f *testing.F) {
	for _, s := range []string{"", "II*\x00\x08\x00\x00\x00\xff\xff", "MM\x00*\xff\xff\xff\xff", boxes("mif1"), "\x00\x00\x00\x00ftypmif1", "\x1a\x45\xdf\xa3\x42\x82", transport(4), tiffHead([2]uint32{0x10f, 4096})} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, format := decode.Sniff(data)
		if kind != hashing.KindOther && format == "" {
			t.Errorf("a %s of no format", kind)
		}
		if len(data) > decode.SniffLen {
			if k, f := decode.Sniff(data[:decode.SniffLen]); k != kind || f != format {
				t.Errorf("%s %q of the first bytes, %s %q of all", k, f, kind, format)
			}
		}
	})
}
