package decode_test

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
)

var interop = exifTag{0xa005, []exifTag{{1, "R98"}, {2, []byte("0100")}}}

func TestFactsOfEXIF(t *testing.T) {
	picture := encode(t, "jpeg", scene(64, 48))
	position := exifTag{0x8825, []exifTag{
		{1, "N"}, {2, []uint32{48, 1, 51, 1, 30, 1}}, {3, "E"}, {4, []uint32{2, 1, 21, 1, 3, 1}},
	}}
	full := []exifTag{
		{0x010f, "Lookout "}, {0x0110, "L-1"}, {0x0112, uint16(6)}, {0x0131, "firm\tware"},
		{0x8769, []exifTag{{0x9003, "2024:03:09 18:07:01"}, {0x9011, "+02:00"}, interop, {0xa431, "SN 0042"}}}, position,
	}
	for name, c := range map[string]struct {
		tags []exifTag
		want hashing.Facts
	}{
		"none": {nil, hashing.Facts{}},
		"all": {full, hashing.Facts{
			Make: "Lookout", Model: "L-1", Software: "firmware", Serial: "SN 0042", Orientation: 6, GPS: true,
			Taken: time.Date(2024, 3, 9, 16, 7, 1, 0, time.UTC), TakenFrom: "DateTimeOriginal", Zone: "+02:00",
		}},
		"time without a zone": {
			[]exifTag{{0x8769, []exifTag{{0x9003, "2024:03:09 18:07:01"}}}},
			hashing.Facts{Taken: time.Date(2024, 3, 9, 18, 7, 1, 0, time.UTC), TakenFrom: "DateTimeOriginal"},
		},
		"no time":                       {[]exifTag{{0x8769, []exifTag{{0x9003, "0000:00:00 00:00:00"}}}}, hashing.Facts{}},
		"an interop version, no GPS":    {[]exifTag{{0x8769, []exifTag{interop}}}, hashing.Facts{}},
		"a GPS directory without a fix": {[]exifTag{{0x8825, []exifTag{{0, []byte{2, 3, 0, 0}}, {1, "N"}}}}, hashing.Facts{}},
		"position zero": {
			[]exifTag{{0x8825, []exifTag{{1, "N"}, {2, []uint32{0, 1, 0, 1, 0, 1}}, {3, "E"}, {4, []uint32{0, 1, 0, 1, 0, 1}}}}},
			hashing.Facts{},
		},
		"an orientation that does not exist": {[]exifTag{{0x0112, uint16(9)}}, hashing.Facts{}},
		"a long name":                        {[]exifTag{{0x010f, strings.Repeat("é", 300)}}, hashing.Facts{Make: strings.Repeat("é", 64)}},
	} {
		data := picture
		if c.tags != nil {
			data = withEXIF(picture, exif(c.tags...))
		}
		ex := decode.Examine(data, decode.Limits{})
		if ex.Fingerprint == nil {
			t.Errorf("%s: %s", name, ex.Unreadable)
		}
		c.want.Kind, c.want.Format, c.want.Width, c.want.Height = hashing.KindPicture, "jpeg", 64, 48
		got := ex.Facts
		got.Tables, got.JPEGQuality, got.Subsampling, got.TablesOf = "", 0, "", "" // see TestCompression
		if !got.Taken.Equal(c.want.Taken) {
			t.Errorf("%s: taken %v, not %v", name, got.Taken, c.want.Taken)
		}
		got.Taken, c.want.Taken = time.Time{}, time.Time{}
		if got != c.want {
			t.Errorf("%s:\n%+v, not\n%+v", name, got, c.want)
		}
	}
}

// exiftool is what exiftool says of one file of the corpus.
type exiftool struct {
	SourceFile, FileType                       string
	Make, Model, DateTimeOriginal, Orientation any // some cameras are called by a number
	GPSLatitude, GPSLongitude                  any
	ThumbnailLength, SerialNumber              any
	InternalSerialNumber                       any
}

// minAgreement is the share of files, for each fact, on which we and exiftool must agree: exiftool also reads times
// from makers' notes and IPTC, and some of these files are broken.
const minAgreement = 0.92

// minSerials is that share for serial numbers: some makers' notes are not read here.
const minSerials = 0.7

func TestFactsAgreeWithExiftool(t *testing.T) {
	const folder = "../../../shared/corpus/exif"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("../shared/corpus/exif is not here: facts are not compared with exiftool's")
	}
	var all []exiftool
	if err := json.Unmarshal(read(t, filepath.Join(folder, "EXPECTED.json")), &all); err != nil {
		t.Fatal(err)
	}
	agree, total := map[string]int{}, map[string]int{}
	for _, want := range all {
		if !slices.Contains([]string{"JPEG", "PNG", "TIFF", "WEBP", "HEIC", "AVIF", "DNG", "CR2", "NEF", "ARW"}, want.FileType) {
			continue
		}
		got := decode.Examine(read(t, filepath.Join(folder, want.SourceFile)), decode.Limits{}).Facts
		compare := func(fact, ours, theirs string) {
			if ours == "" && theirs == "" {
				return
			}
			total[fact]++
			if ours == theirs {
				agree[fact]++
			} else {
				t.Logf("%s: %s %q, exiftool %q", want.SourceFile, fact, ours, theirs)
			}
		}
		compare("make", got.Make, strings.TrimSpace(text(want.Make)))
		compare("model", got.Model, strings.TrimSpace(text(want.Model)))
		if got.TakenFrom != "DateTimeOriginal" {
			got.Taken = time.Time{} // from the next best tag
		}
		compare("taken", date(got.Taken), known(text(want.DateTimeOriginal)))
		if want.FileType == "JPEG" && got.Thumbnail != "" { // it is judged where the picture can be compared
			compare("thumbnail", "yes", yes(text(want.ThumbnailLength) != ""))
		}
		if serial := cmp.Or(text(want.SerialNumber), text(want.InternalSerialNumber)); serial != "" {
			compare("serial", strings.TrimLeft(got.Serial, "0"), strings.TrimLeft(strings.TrimSpace(strings.TrimPrefix(serial, "No=")), "0"))
		}
		compare("orientation", text(float64(got.Orientation)), orZero(want.Orientation))
		compare("gps", yes(got.GPS), yes(text(want.GPSLatitude) != "" && text(want.GPSLongitude) != "" && text(want.GPSLatitude)+text(want.GPSLongitude) != "00"))
	}
	for fact, n := range total {
		t.Logf("%s: %d of %d agree", fact, agree[fact], n)
		least := minAgreement
		if fact == "serial" {
			least = minSerials
		}
		if float64(agree[fact]) < least*float64(n) {
			t.Errorf("%s: only %d of %d agree with exiftool", fact, agree[fact], n)
		}
	}
}

func text(v any) string {
	if v == nil {
		return ""
	}
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func orZero(v any) string {
	if v == nil {
		return "0"
	}
	return text(v)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006:01:02 15:04:05")
}

// known drops exiftool's times that are none, and what follows the seconds.
func known(s string) string {
	if t, err := time.Parse("2006:01:02 15:04:05", s[:min(len(s), 19)]); err != nil || t.IsZero() {
		return ""
	}
	return s[:19]
}
