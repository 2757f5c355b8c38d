package jail

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vigie/hashing"
	"vigie/hashing/decode"
)

// The protocol, over the child's standard input and output, all numbers big-endian:
//
//	parent: settings     length u32, JSON
//	child:  'R' and 3 bytes, its Layers: it has locked itself in
//	then for each job
//	parent: job          op u8, size i64 (negative: not known), length u16, JSON of a view
//	        chunks       length u32, bytes; a length of 0 ends them
//	child:  answer       outcome u8, replace u8, decoding and hashing u64 each (nanoseconds), length u32, payload
//
// The child may send an early answer before, which counts if no other comes.
//
// Neither side reads more than these bounds allow, whatever length it is told.
const (
	maxSettings    = 4 << 10  // bytes
	maxChunk       = 64 << 10 // bytes: what a pipe holds
	maxExamination = 64 << 10 // bytes of JSON
	maxView        = 16 << 20 // bytes: a JPEG of decode.PreviewFullSide squared, at its worst
	maxOrder       = 2 << 10  // bytes of JSON: a decode.View
	maxCode        = 64       // bytes of an Unreadable
	maxEditors     = 4 << 10  // bytes of the programs of a history
)

// errChild marks errors for which the child, and not the source of the bytes, is to blame.
var errChild = errors.New("the child failed")

// settings are what a child is told before its first job.
type settings struct {
	Limits      decode.Limits `json:"limits"`
	MemoryBytes int64         `json:"memory_bytes"`
	CPUSeconds  int           `json:"cpu_seconds"`
}

func writeSettings(w io.Writer, s settings) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)) //nolint:gosec // short
	return err
}

func readSettings(r io.Reader) (s settings, err error) {
	var length uint32
	if err := binary.Read(r, binary.BigEndian, &length); err != nil {
		return s, err
	}
	if length > maxSettings {
		return s, fmt.Errorf("settings of %d bytes", length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

// op is what a child is to do.
type op byte

const (
	opExamine   op = 'E'
	opReference op = 'R'
	opPreview   op = 'P'
)

type job struct {
	op   op
	view decode.View // of opPreview
	size int64       // bytes, negative when not known; the child only uses it to make room
}

func writeJob(w io.Writer, j job) error {
	view, err := json.Marshal(j.view)
	if err != nil {
		return err
	}
	if len(view) > maxOrder {
		return fmt.Errorf("a view of %d bytes", len(view))
	}
	head := binary.BigEndian.AppendUint64([]byte{byte(j.op)}, uint64(j.size)) //nolint:gosec // bits
	head = binary.BigEndian.AppendUint16(head, uint16(len(view)))             //nolint:gosec // at most maxOrder
	_, err = w.Write(append(head, view...))
	return err
}

// readJob returns io.EOF when there are no more jobs.
func readJob(r io.Reader) (j job, err error) {
	var head [11]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return j, err
	}
	j = job{op: op(head[0]), size: int64(binary.BigEndian.Uint64(head[1:]))} //nolint:gosec // bits
	length := binary.BigEndian.Uint16(head[9:])
	if length > maxOrder {
		return j, fmt.Errorf("a view of %d bytes", length)
	}
	view := make([]byte, length)
	if _, err := io.ReadFull(r, view); err != nil {
		return j, err
	}
	return j, json.Unmarshal(view, &j.view)
}

// chunk is a buffer with room for the length before the bytes, so that each chunk is one write.
type chunk []byte

func newChunk() chunk { return make(chunk, 4+maxChunk) }

func (c chunk) space() []byte { return c[4:] }

func (c chunk) write(w io.Writer, n int) error {
	binary.BigEndian.PutUint32(c, uint32(n)) //nolint:gosec // at most maxChunk
	_, err := w.Write(c[:4+n])
	return err
}

// readChunks appends the chunks of one job to data, up to limit bytes.
func readChunks(r io.Reader, data []byte, limit int64) ([]byte, error) {
	for {
		var length uint32
		if err := binary.Read(r, binary.BigEndian, &length); err != nil {
			return nil, err
		}
		if length == 0 {
			return data, nil
		}
		if length > maxChunk || int64(len(data))+int64(length) > limit {
			return nil, fmt.Errorf("a chunk of %d bytes after %d", length, len(data))
		}
		start := len(data)
		data = append(data, make([]byte, length)...)
		if _, err := io.ReadFull(r, data[start:]); err != nil {
			return nil, err
		}
	}
}

// answer is what a child made of a job.
type answer struct {
	payload    []byte
	unreadable decode.Unreadable // instead of a payload
	replace    bool              // the child has grown, and asks for its successor
	early      bool              // another one follows, if the child lives
	effort     hashing.Effort
}

// answerHead is what an answer begins with, in bytes, before its payload.
const answerHead = 1 + 1 + 8 + 8 + 4

// duration reads what a child measured, or says that it measured: nobody decides by it.
func duration(b []byte) time.Duration {
	return time.Duration(min(binary.BigEndian.Uint64(b), uint64(time.Hour))) //nolint:gosec // bounded
}

const (
	outcomeDone byte = iota
	outcomeUnreadable
	outcomeEarly
)

func writeAnswer(w io.Writer, a answer) error {
	head := make([]byte, 2, answerHead)
	head[0] = outcomeDone
	switch {
	case a.unreadable != "":
		head[0], a.payload = outcomeUnreadable, []byte(a.unreadable)
	case a.early:
		head[0] = outcomeEarly
	}
	if a.replace {
		head[1] = 1
	}
	for _, took := range []time.Duration{a.effort.Decode, a.effort.Hash} {
		head = binary.BigEndian.AppendUint64(head, uint64(took)) //nolint:gosec // bits
	}
	head = binary.BigEndian.AppendUint32(head, uint32(len(a.payload))) //nolint:gosec // bounded by what decode returns
	_, err := w.Write(append(head, a.payload...))
	return err
}

func readAnswer(r io.Reader) (a answer, err error) {
	var head [answerHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return a, err
	}
	length := binary.BigEndian.Uint32(head[18:])
	limit := uint32(maxView)
	if head[0] == outcomeUnreadable {
		limit = maxCode
	}
	if head[0] > outcomeEarly || length > limit {
		return a, fmt.Errorf("an answer of kind %d and %d bytes", head[0], length)
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(r, payload); err != nil {
		return a, err
	}
	a.replace = head[1] != 0
	a.effort = hashing.Effort{Decode: duration(head[2:]), Hash: duration(head[10:])}
	if head[0] == outcomeUnreadable {
		if !isCode(string(payload)) {
			return answer{}, errors.New("an answer that is no code")
		}
		a.unreadable = decode.Unreadable(payload)
		return a, nil
	}
	a.payload, a.early = payload, head[0] == outcomeEarly
	return a, nil
}

// parseExamination checks what a child says of a medium, for it may have been taken over by one. The kind and the
// format are what we saw ourselves.
func parseExamination(payload []byte, seen hashing.Facts) (hashing.Examination, error) {
	var ex hashing.Examination
	if len(payload) > maxExamination || json.Unmarshal(payload, &ex) != nil {
		return ex, decode.Crashed
	}
	ex.Facts.Kind, ex.Facts.Format = seen.Kind, seen.Format
	f, fp := ex.Facts, ex.Fingerprint
	const maxSide = math.MaxInt32 // what a PNG may claim
	ok := f.Width >= 0 && f.Width <= maxSide && f.Height >= 0 && f.Height <= maxSide && f.Orientation >= 0 && f.Orientation <= 8
	for _, s := range []string{
		f.Make, f.Model, f.Serial, f.Lens, f.Software, f.Zone, f.TakenFrom, f.Tables, f.Subsampling, f.Profile, string(f.Thumbnail),
		string(f.TablesOf), f.Generated, f.LivePhoto,
	} {
		ok = ok && isPlain(s)
	}
	ok = ok && isPrintable(f.Editors, maxEditors) && f.Saves >= 0 && f.JPEGQuality >= 0 && f.JPEGQuality <= 100
	ok = ok && (ex.Note == "" || isCode(ex.Note)) && (fp == nil || ex.Unreadable == "")
	if seen.Kind == hashing.KindPicture {
		ok = ok && (fp == nil) == isCode(ex.Unreadable)
	} else {
		ok = ok && fp == nil && ex.Unreadable == "" // a film has facts and nothing else
	}
	ok = ok && (fp == nil || fp.Way == hashing.WayReference || fp.Way == hashing.WayFast)
	ok = ok && (fp == nil || fp.Quality >= 0 && fp.Quality <= 100 && isPlain(fp.Decoder))
	ok = ok && f.FilmAt >= 0 && f.FilmBytes >= 0 && f.Pictures >= 0 && len(ex.Frames) <= decode.MaxFrames && (fp != nil || len(ex.Frames) == 0)
	for _, frame := range ex.Frames {
		ok = ok && frame.Index > 0 && frame.At >= 0 && frame.Quality >= 0 && frame.Quality <= 100
	}
	if !ok {
		return hashing.Examination{}, decode.Crashed
	}
	return ex, nil
}

// checkPreview makes sure that what a child returns is a JPEG of the size that was asked for, and that nothing but its
// pictures' data and the comment of the view is in it.
func checkPreview(jpg []byte, v decode.View) error {
	config, err := jpeg.DecodeConfig(bytes.NewReader(jpg))
	if err != nil || max(config.Width, config.Height) > v.Side() {
		return decode.Crashed
	}
	const start = 2 // bytes: the marker with which a JPEG begins
	rest, ok := bytes.CutPrefix(jpg[start:], decode.CommentSegment(v.Comment))
	if !ok || !onlyPicture(rest) {
		return decode.Crashed
	}
	return nil
}

// onlyPicture reports whether the segments of a JPEG, up to its one scan, are tables and the frame.
func onlyPicture(segments []byte) bool {
	const dqt, sof0, dht, sos = 0xdb, 0xc0, 0xc4, 0xda
	for len(segments) >= 4 && segments[0] == 0xff {
		switch segments[1] {
		case sos:
			end := len(segments) - 2
			return end >= 0 && bytes.Index(segments, []byte{0xff, 0xd9}) == end // nothing after it
		case dqt, sof0, dht:
		default:
			return false
		}
		segments = segments[min(len(segments), 2+int(binary.BigEndian.Uint16(segments[2:]))):]
	}
	return false
}

// isCode reports whether s looks like one of decode's codes.
func isCode(s string) bool {
	return s != "" && len(s) <= maxCode && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == ""
}

// isPlain reports whether s is a short text that prints on one line.
func isPlain(s string) bool {
	const maxText = 256 // bytes
	return isPrintable(s, maxText)
}

// isPrintable reports whether s is a text of at most so many bytes that prints on one line.
func isPrintable(s string, most int) bool {
	return len(s) <= most && utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
