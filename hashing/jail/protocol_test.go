package jail

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/jpeg"
	"reflect"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
)

func TestAnswers(t *testing.T) {
	for _, want := range []answer{
		{payload: []byte("something"), effort: hashing.Effort{Decode: time.Second, Hash: 1}}, {payload: []byte{}, replace: true}, {unreadable: decode.Corrupt},
		{payload: []byte("so far"), early: true},
	} {
		var wire bytes.Buffer
		if err := writeAnswer(&wire, want); err != nil {
			t.Fatal(err)
		}
		if got, err := readAnswer(&wire); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("sent %+v, received %+v, %v", want, got, err)
		}
	}
	took := string(make([]byte, 16))
	for name, wire := range map[string]string{
		"nothing":           "",
		"a huge length":     "\x00\x00" + took + "\xff\xff\xff\xff",
		"an unknown kind":   "\x07\x00" + took + "\x00\x00\x00\x01x",
		"a long code":       "\x01\x00" + took + "\x00\x00\x00\x41" + string(make([]byte, 65)),
		"a code that is no": "\x01\x00" + took + "\x00\x00\x00\x03A<b",
		"the end too early": "\x00\x00" + took + "\x00\x00\x00\x05abc",
	} {
		if a, err := readAnswer(strings.NewReader(wire)); err == nil {
			t.Errorf("%s was taken: %+v", name, a)
		}
	}
}

func TestChunksAreBounded(t *testing.T) {
	var wire bytes.Buffer
	c := newChunk()
	for range 3 {
		copy(c.space(), "12345")
		if err := c.write(&wire, 5); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.write(&wire, 0); err != nil {
		t.Fatal(err)
	}
	if got, err := readChunks(bytes.NewReader(wire.Bytes()), nil, 15); err != nil || string(got) != "123451234512345" {
		t.Errorf("received %q, %v", got, err)
	}
	if _, err := readChunks(bytes.NewReader(wire.Bytes()), nil, 14); err == nil {
		t.Error("more bytes than the limit were taken")
	}
	if _, err := readChunks(bytes.NewReader(binary.BigEndian.AppendUint32(nil, maxChunk+1)), nil, 1<<40); err == nil {
		t.Error("a chunk larger than any was taken")
	}
}

func TestJobs(t *testing.T) {
	want := job{op: opPreview, size: -1, view: decode.View{Step: decode.PreviewTiles, Tiles: 0x8001, Small: true, Grey: true, Mark: "a7", Comment: "vigie"}}
	var wire bytes.Buffer
	if err := writeJob(&wire, want); err != nil {
		t.Fatal(err)
	}
	sent := wire.String()
	if got, err := readJob(&wire); err != nil || got != want {
		t.Errorf("sent %+v, received %+v, %v", want, got, err)
	}
	for name, wire := range map[string]string{
		"a view cut short": sent[:len(sent)-1], "no view": sent[:11], "a view that is none": "P" + string(make([]byte, 8)) + "\x00\x01x",
		"a huge view": "P" + string(make([]byte, 8)) + "\xff\xff" + strings.Repeat(" ", 1<<16),
	} {
		if j, err := readJob(strings.NewReader(wire)); err == nil {
			t.Errorf("%s was taken: %+v", name, j)
		}
	}
	want.view.Comment = strings.Repeat("x", maxOrder)
	if err := writeJob(&wire, want); err == nil {
		t.Error("a comment longer than any was sent")
	}
}

// TestCheckPreview has a child that was taken over return more than a view.
func TestCheckPreview(t *testing.T) {
	var coded bytes.Buffer
	if err := jpeg.Encode(&coded, image.NewGray(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	plain := coded.String()
	segment := func(s string) string { return plain[:2] + s + plain[2:] }
	comment, app, other := "\xff\xfe\x00\x04a7", "\xff\xe1\x00\x06Exif", "\xff\xfe\x00\x04a8"
	for _, c := range []struct {
		name, view, comment string
		good                bool
	}{
		{"a view", plain, "", true}, {"with its comment", segment(comment), "a7", true}, {"without it", plain, "a7", false},
		{"a comment nobody asked for", segment(comment), "", false}, {"another's comment", segment(other), "a7", false},
		{"two comments", segment(comment + other), "a7", false}, {"metadata", segment(app), "", false}, {"metadata after the comment", segment(comment + app), "a7", false},
		{"more after its end", plain + "secret", "", false}, {"a second picture", plain + plain, "", false}, {"no end", plain[:len(plain)-2], "", false}, {"nothing", "", "", false},
	} {
		if err := checkPreview([]byte(c.view), decode.View{Step: decode.PreviewGrey, Comment: c.comment}); (err == nil) != c.good {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	coded.Reset()
	if err := jpeg.Encode(&coded, image.NewGray(image.Rect(0, 0, decode.PreviewSmallSide+1, 8)), nil); err != nil {
		t.Fatal(err)
	}
	if err := checkPreview(coded.Bytes(), decode.View{Step: decode.PreviewGrey}); err == nil {
		t.Error("a small step of more than its size was taken")
	}
}

func FuzzCheckPreview(f *testing.F) {
	var coded bytes.Buffer
	if err := jpeg.Encode(&coded, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(coded.Bytes())
	f.Add([]byte("\xff\xd8\xff\xfe\x00\x02"))
	f.Fuzz(func(t *testing.T, view []byte) {
		if checkPreview(view, decode.View{}) == nil && (bytes.Contains(view, []byte("Exif\x00")) && bytes.Contains(view, []byte("\xff\xe1")) && bytes.Index(view, []byte("\xff\xe1")) < bytes.Index(view, []byte("\xff\xda"))) {
			t.Error("a view with metadata was taken")
		}
	})
}

func FuzzParseExamination(f *testing.F) {
	good, err := json.Marshal(hashing.Examination{Facts: hashing.Facts{Make: "Canon", Width: 3}, Fingerprint: &hashing.Fingerprint{Way: hashing.WayFast, Quality: 9}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"unreadable":"corrupt","note":"x"}`))
	f.Add([]byte(`{"unreadable":"<b>"}`))
	f.Add([]byte(`{}`))
	seen := hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg"}
	f.Fuzz(func(t *testing.T, payload []byte) {
		film, err := parseExamination(payload, hashing.Facts{Kind: hashing.KindVideo, Format: "mov"})
		if err == nil && (film.Fingerprint != nil || film.Unreadable != "") {
			t.Errorf("taken of a film: %+v", film)
		}
		ex, err := parseExamination(payload, seen)
		if err != nil {
			return
		}
		if ex.Facts.Kind != seen.Kind || ex.Facts.Format != seen.Format || (ex.Fingerprint == nil) != (ex.Unreadable != "") {
			t.Errorf("taken: %+v", ex)
		}
		if ex.Unreadable != "" && !isCode(ex.Unreadable) || !isPlain(ex.Facts.Make) {
			t.Errorf("taken: %+v", ex)
		}
	})
}

func FuzzReadAnswer(f *testing.F) {
	f.Add([]byte("\x00\x00" + string(make([]byte, 16)) + "\x00\x00\x00\x05abcde"))
	f.Add([]byte("\x01\x01" + string(make([]byte, 16)) + "\x00\x00\x00\x07corrupt"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		a, err := readAnswer(bytes.NewReader(wire))
		if err == nil && len(a.payload) > len(wire) {
			t.Errorf("%d bytes out of %d", len(a.payload), len(wire))
		}
	})
}

// TestFullExamination: an examination of as many frames as there may be fits into what the parent reads.
func TestFullExamination(t *testing.T) {
	ex := hashing.Examination{
		Facts:       hashing.Facts{Kind: hashing.KindPicture, Format: "gif", Software: strings.Repeat("é", 64), Pictures: 1000},
		Fingerprint: &hashing.Fingerprint{Way: hashing.WayReference, Decoder: "image/gif go1.26.4", Quality: 100},
	}
	for i := range decode.MaxFrames {
		f := hashing.Frame{Index: 500 + i, At: time.Hour, Quality: 100, PHash: 1 << 63, DHash: 1 << 62}
		for d := range f.PDQ {
			f.PDQ[d][0] = 0xff
		}
		ex.Frames = append(ex.Frames, f)
	}
	text, err := json.Marshal(ex)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := parseExamination(text, ex.Facts); err != nil || !reflect.DeepEqual(got, ex) {
		t.Errorf("%d bytes: %v", len(text), err)
	}
	if len(text) > maxExamination/2 {
		t.Errorf("%d bytes are more than half of what is taken", len(text))
	}
	ex.Frames = append(ex.Frames, ex.Frames[0])
	if text, err = json.Marshal(ex); err != nil {
		t.Fatal(err)
	}
	if _, err := parseExamination(text, ex.Facts); err == nil {
		t.Error("too many frames were believed")
	}
}
