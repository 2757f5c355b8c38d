package triage

import (
	"path"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
)

func TestClue(t *testing.T) {
	names := NewNames([32]byte{1})
	noon := time.Date(2026, 5, 1, 12, 30, 0, 0, time.UTC)
	base := hashing.Facts{Make: "Maker", Model: "One", Serial: "AB1234", Taken: noon}
	with := func(change func(f *hashing.Facts)) Clue {
		f := base
		change(&f)
		return names.Clue(&f)
	}
	one := names.Clue(&base)
	if len(one.Camera) != 16 || !one.Serial || len(one.Hours) != 24 {
		t.Fatalf("%+v", one)
	}
	for name, c := range map[string]struct {
		change       func(f *hashing.Facts)
		camera, hour bool // the same
	}{
		"nothing":           {func(*hashing.Facts) {}, true, true},
		"spelling":          {func(f *hashing.Facts) { f.Make, f.Model, f.Serial = " MAKER", "one ", "ab1234 " }, true, true},
		"software and lens": {func(f *hashing.Facts) { f.Software, f.Lens = "2.0", "35 mm" }, true, true},
		"within the hour":   {func(f *hashing.Facts) { f.Taken = f.Taken.Add(29 * time.Minute) }, true, true},
		"the next hour":     {func(f *hashing.Facts) { f.Taken = f.Taken.Add(31 * time.Minute) }, true, false},
		"a zone stated":     {func(f *hashing.Facts) { f.Taken, f.Zone = f.Taken.Add(-2*time.Hour), "+02:00" }, true, true},
		"another serial":    {func(f *hashing.Facts) { f.Serial = "AB1235" }, false, false},
		"no serial":         {func(f *hashing.Facts) { f.Serial = "" }, false, false},
		"another model":     {func(f *hashing.Facts) { f.Model = "Two" }, false, false},
	} {
		got := with(c.change)
		if (got.Camera == one.Camera) != c.camera || got.Camera == one.Camera && (got.Hours == one.Hours) != c.hour {
			t.Errorf("%s: %+v beside %+v", name, got, one)
		}
	}
	for _, serial := range []string{"", " ", "0000000", "unknown", "none", "12", "----", "1 1 1 1"} {
		got := with(func(f *hashing.Facts) { f.Serial = serial })
		if got.Serial || got.Camera != with(func(f *hashing.Facts) { f.Serial = "" }).Camera {
			t.Errorf("%q is taken for a serial number: %+v", serial, got)
		}
	}
	if got := with(func(f *hashing.Facts) { f.Taken = time.Time{} }); got.Hours != "" || got.Camera != one.Camera {
		t.Errorf("no time: %+v", got)
	}
	if got := names.Clue(&hashing.Facts{Taken: noon, Software: "a program"}); got != (Clue{}) {
		t.Errorf("no camera: %+v", got)
	}
}

// TestShootHour: what is taken within an hour is one shoot, whatever the clock shows, and what is two hours apart is not.
func TestShootHour(t *testing.T) {
	names := NewNames([32]byte{1})
	at := func(d time.Duration) Clue {
		return names.Clue(&hashing.Facts{Serial: "AB1234", Taken: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC).Add(d)})
	}
	for first := time.Duration(0); first < 2*time.Hour; first += 7 * time.Minute {
		for apart := time.Duration(0); apart < 3*time.Hour; apart += 5 * time.Minute {
			a, b := at(first), at(first+apart)
			one := strings.Contains(a.Hours, b.Hours[:8])
			if other := strings.Contains(b.Hours, a.Hours[:8]); one != other {
				t.Fatalf("%v and %v later: one way alone", first, apart)
			}
			if apart <= time.Hour && !one || apart >= 2*time.Hour && one {
				t.Errorf("%v and %v later: one shoot is %v", first, apart, one)
			}
		}
	}
}

func TestNumbered(t *testing.T) {
	for name, want := range map[string]struct {
		pattern string
		number  int
	}{
		"IMG_0012.JPG": {"img_/", 12}, "img_0013.mov": {"img_/", 13}, "DSC00123.ARW": {"dsc/", 123}, "IMG_0012 (2).jpg": {"img_/ (2)", 12},
		"IMG-20230512-WA0013.jpg": {"img-20230512-wa/", 13}, "20230512_143022.jpg": {"20230512_/", 143022}, "100.0400": {"/", 100},
		"IMG_12.jpg": {}, "holiday.jpg": {}, "": {}, ".": {}, "1683895822123.jpg": {}, "x1683895822123y001.jpg": {"x1683895822123y/", 1},
	} {
		pattern, number, ok := numbered(name)
		if ok != (want.pattern != "") || ok && (pattern != want.pattern || number != want.number) {
			t.Errorf("%q: %q and %d, %v", name, pattern, number, ok)
		}
	}
	names := NewNames([32]byte{1})
	one := names.numbers("x1", "DCIM/100CANON/IMG_0017.JPG")
	for path, want := range map[string]bool{
		"DCIM/100CANON/IMG_0031.JPG": true, "DCIM/100CANON/IMG_0002.JPG": true, "DCIM/100CANON/IMG_0047.MP4": true,
		"DCIM/100CANON/IMG_0049.JPG": false, "DCIM/101CANON/IMG_0017.JPG": false, "DCIM/100CANON/DSC_0017.JPG": false,
	} {
		if got := strings.Contains(string(one), string(names.numbers("x1", path)[:6])); got != want {
			t.Errorf("%s beside number 17: %v", path, got)
		}
	}
	if one == names.numbers("x2", "DCIM/100CANON/IMG_0017.JPG") {
		t.Error("the same keys in another exhibit")
	}
}

// TestNumbersOfPlaces: what a program numbers is no shoot; and what lies in the root of an exhibit is nobody's neighbour.
func TestNumbersOfPlaces(t *testing.T) {
	names := NewNames([32]byte{1})
	at := func(path string) Place { return names.place("x1", &Item{Path: path, Kind: hashing.KindPicture}) }
	for path, numbered := range map[string]bool{
		"DCIM/100CANON/IMG_0017.JPG": true, "phone/WhatsApp Images/IMG-20230512-WA0013.jpg": true, "home/.cache/mozilla/cache2/f_000123.jpg": false,
		"Program Files/x/icon_0017.png": false, "DCIM/100CANON/holiday.jpg": false,
	} {
		if p := at(path); (p.Numbers != "") != numbered {
			t.Errorf("%s, %s: numbers %q", path, p.Class, p.Numbers)
		}
	}
	for path, parent := range map[string]string{"a.jpg": ".", "one/a.jpg": "one", "one/two/a.jpg": "one"} {
		if p := at(path); p.Parent != names.Folder("x1", parent) {
			t.Errorf("%s has another parent than %s", path, parent)
		}
	}
}

// FuzzNumbered: the pattern and the number are the name again, whatever it is.
func FuzzNumbered(f *testing.F) {
	for _, name := range []string{"IMG_0012.JPG", "a 007 b 12.x", "\xff123\xfe.y", "000000000000.jpg", "İ123"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		pattern, number, ok := numbered(name)
		if !ok {
			return
		}
		before, after, one := strings.Cut(pattern, "/")
		stem := strings.ToLower(strings.TrimSuffix(name, path.Ext(name)))
		digits := strings.TrimSuffix(strings.TrimPrefix(stem, before), after)
		if strings.Contains(name, "/") || !one {
			return // no name of a file
		}
		if len(digits) < leastDigits || len(digits) > mostDigits || strings.Trim(digits, "0123456789") != "" || number < 0 || before+digits+after != stem {
			t.Errorf("%q: %q and %d", name, pattern, number)
		}
	})
}
