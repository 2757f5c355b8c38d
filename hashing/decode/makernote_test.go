package decode_test

import (
	"encoding/binary"
	"slices"
	"testing"
)

// TestMakerNotes: serial numbers and lenses as makers write them, each in its layout.
func TestMakerNotes(t *testing.T) {
	rationals := []uint32{18, 1, 70, 1, 35, 10, 45, 10}
	own := func(begin string, tags ...exifTag) []byte { return directory([]byte(begin), tags) }
	fuji := append([]byte("FUJIFILM\x0c\x00\x00\x00\x01\x00\x10\x00\x02\x00\x04\x00\x00\x00A42\x00"), make([]byte, 8)...)
	lens := exif(exifTag{0x0084, rationals}, exifTag{0x001d, "3001006"})
	for name, c := range map[string]struct {
		maker        string
		note         []byte
		serial, lens string
	}{
		"Canon":      {"Canon", directory(nil, []exifTag{{0x000c, uint32(560018150)}}), "0560018150", ""},
		"Nikon":      {"NIKON CORPORATION", slices.Concat([]byte("Nikon\x00\x02\x10\x00\x00"), lens), "3001006", "18-70mm f/3.5-4.5"},
		"Nikon, old": {"NIKON", slices.Concat([]byte("Nikon\x00\x02\x10\x00\x00"), exif(exifTag{0x00a0, "No= 20025585"})), "20025585", ""},
		"Olympus":    {"OLYMPUS", own("OLYMPUS\x00MM\x03\x00", exifTag{0x2010, []exifTag{{0x0101, "J45500001   "}, {0x0203, "M.12mm F2.0"}}}), "J45500001", "M.12mm F2.0"},
		"Pentax":     {"PENTAX", own("PENTAX \x00MM", exifTag{0x0229, "3430417"}), "3430417", ""},
		"Fujifilm":   {"FUJIFILM", fuji, "A42", ""},
		"Panasonic":  {"Panasonic", own("Panasonic\x00\x00\x00", exifTag{0x0025, []byte("F35\x00")}), "F35", ""},
		"nothing":    {"Nikon", slices.Concat([]byte("Nikon\x00\x02\x10\x00\x00"), exif(exifTag{0x001d, "0000000"})), "", ""},
		"a riddle":   {"Ricoh", binary.BigEndian.AppendUint64([]byte("a note of some maker"), 1), "", ""},
	} {
		tags := []exifTag{{0x010f, c.maker}, {0x8769, []exifTag{{0x927c, c.note}}}}
		got := facts(t, withEXIF(encode(t, "jpeg", scene(64, 48)), exif(tags...)))
		if got.Serial != c.serial || got.Lens != c.lens || got.Make != c.maker {
			t.Errorf("%s: serial %q, lens %q", name, got.Serial, got.Lens)
		}
		tags[1].value = []exifTag{{0x927c, c.note}, {0xa431, "in EXIF"}, {0xa434, "a lens of EXIF"}}
		got = facts(t, withEXIF(encode(t, "jpeg", scene(64, 48)), exif(tags...)))
		if got.Serial != "in EXIF" || got.Lens != "a lens of EXIF" {
			t.Errorf("%s: EXIF's own: serial %q, lens %q", name, got.Serial, got.Lens)
		}
	}
}
