package jail

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
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
