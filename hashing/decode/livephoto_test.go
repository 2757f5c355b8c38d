package decode_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
)

const liveID = "6D6C1B26-2C9D-4D5C-8A4A-1F9E5E3B0A01"

// atom is a box of a QuickTime file.
func atom(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), []byte(kind), body)
}

// movie is a film without pictures that says so much of itself, with Apple's kind of "meta" or with ISO's.
func movie(brand string, iso bool, metadata ...[2]string) []byte {
	var keys, values []byte
	for i, m := range metadata {
		keys = append(keys, atom("mdta", []byte(m[0]))...)
		value := atom("data", []byte{0, 0, 0, 1, 0, 0, 0, 0}, []byte(m[1]))
		values = append(values, atom(string(binary.BigEndian.AppendUint32(nil, uint32(i+1))), value)...)
	}
	count := binary.BigEndian.AppendUint32(make([]byte, 4), uint32(len(metadata)))
	var version []byte
	if iso {
		version = make([]byte, 4)
	}
	meta := atom("meta", version, atom("hdlr", make([]byte, 24)), atom("keys", count, keys), atom("ilst", values))
	return slices.Concat(atom("ftyp", []byte(brand+"\x00\x00\x00\x00"+brand)), atom("mdat", make([]byte, 6000)), atom("moov", atom("mvhd", make([]byte, 100)), meta))
}

// TestLivePhoto: the still and the film of a live photo tell the same identifier.
func TestLivePhoto(t *testing.T) {
	note := []byte("Apple iOS\x00\x00\x01MM\x00\x01\x00\x11\x00\x02\x00\x00\x00\x25\x00\x00\x00\x20\x00\x00\x00\x00")
	note = append(note, liveID+"\x00"...)
	still := withEXIF(encode(t, "jpeg", scene(64, 48)), exif(exifTag{0x010f, "Apple"}, exifTag{0x8769, []exifTag{{0x927c, note}}}))
	if got := facts(t, still); got.LivePhoto != liveID {
		t.Errorf("the still: %+v", got)
	}
	const apple = "com.apple.quicktime."
	for _, iso := range []bool{false, true} {
		film := movie("qt  ", iso, [2]string{apple + "make", "Apple"}, [2]string{apple + "content.identifier", liveID}, [2]string{apple + "model", "iPhone 15"},
			[2]string{apple + "creationdate", "2024-05-01T10:11:12+0200"}, [2]string{apple + "location.ISO6709", "+48.8584+002.2945+035/"}, [2]string{apple + "software", "17.4"})
		ex := decode.Examine(film, decode.Limits{})
		want := hashing.Facts{
			Kind: hashing.KindVideo, Format: "mov", Make: "Apple", Model: "iPhone 15", Software: "17.4", GPS: true, LivePhoto: liveID,
			Zone: "+02:00", TakenFrom: "creationdate",
		}
		taken := ex.Facts.Taken
		ex.Facts.Taken = time.Time{}
		if ex.Facts != want || ex.Note != decode.NoteFramesNotExamined || ex.Fingerprint != nil || ex.Unreadable != "" ||
			!taken.Equal(time.Date(2024, 5, 1, 8, 11, 12, 0, time.UTC)) {
			t.Errorf("the film: %+v, taken %v", ex, taken)
		}
	}
	for name, film := range map[string][]byte{
		"no identifier": movie("qt  ", false, [2]string{apple + "content.identifier", "<script>"}),
		"no place":      movie("mp42", true, [2]string{apple + "location.ISO6709", "+00.0000+000.0000/"}),
		"nothing":       movie("qt  ", false),
		"cut":           movie("qt  ", false, [2]string{apple + "content.identifier", liveID})[:6080],
	} {
		if ex := decode.Examine(film, decode.Limits{}); ex.Facts.LivePhoto != "" || ex.Facts.GPS || ex.Unreadable != "" {
			t.Errorf("%s: %+v", name, ex)
		}
	}
}

// TestGlanceFilms: a film is read when it is short.
func TestGlanceFilms(t *testing.T) {
	head := movie("qt  ", false)[:4096]
	for size, want := range map[int64]bool{4 << 20: false, 1 << 30: true, -1: true} {
		if _, done := decode.Glance(head, size, decode.Limits{}); done != want {
			t.Errorf("%d bytes: done %v", size, done)
		}
	}
}

// TestMotionPhoto: the film behind a picture is found where its maker says that it is.
func TestMotionPhoto(t *testing.T) {
	film := movie("mp42", true)
	xmp := func(properties string) []byte {
		packet := "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><rdf:RDF><rdf:Description " + properties + "</rdf:Description></rdf:RDF></x:xmpmeta>"
		return withSegment(encode(t, "jpeg", scene(64, 48)), 0xe1, []byte(packet))
	}
	item := `<rdf:li><Container:Item Item:Mime="%s" Item:Length="%d" Item:Semantic="%s" Item:Padding="0"/></rdf:li>`
	list := func(tail string) []byte {
		return xmp(`GCamera:MotionPhoto="1"><Container:Directory><rdf:Seq>` + fmt.Sprintf(item, "image/jpeg", 0, "Primary") +
			fmt.Sprintf(item, "image/jpeg", 500, "GainMap") + fmt.Sprintf(item, "video/mp4", len(film), "MotionPhoto") + tail + "</rdf:Seq></Container:Directory>")
	}
	gain := make([]byte, 500)
	plain := encode(t, "jpeg", scene(64, 48))
	old := xmp(fmt.Sprintf(`GCamera:MicroVideo="1" GCamera:MicroVideoOffset="%d">`, len(film)))
	heic := read(t, "testdata/picture.heic")
	for name, c := range map[string]struct {
		before, after []byte
		found         bool
	}{
		"by offset":            {old, nil, true},
		"listed last":          {slices.Concat(list(""), gain), nil, true},
		"listed before others": {slices.Concat(list(fmt.Sprintf(item, "image/jpeg", 70, "Other")), gain), make([]byte, 70), true},
		"marked":               {slices.Concat(plain, []byte("MotionPhoto_Data")), []byte("SEFH\x6b\x00\x00\x00SEFT"), true},
		"in a box":             {slices.Concat(heic, binary.BigEndian.AppendUint32(nil, uint32(8+len(film))), []byte("mpvd")), nil, true},
		"not where it is said": {old, make([]byte, 10), false},
		"not said":             {plain, nil, false},
	} {
		data := slices.Concat(c.before, film, c.after)
		got := facts(t, data)
		at, size := int64(len(c.before)), int64(len(film))
		if !c.found {
			at, size = 0, 0
		}
		if got.FilmAt != at || got.FilmBytes != size {
			t.Errorf("%s: %d bytes at %d, not %d at %d", name, got.FilmBytes, got.FilmAt, size, at)
		}
		if got.Width == 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
