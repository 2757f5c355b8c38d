package decode_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"vigie/hashing/decode"
)

// TestSequenceBounds: a sequence that is too large to be played at once is one picture, and is said to be more.
func TestSequenceBounds(t *testing.T) {
	data := read(t, "testdata/frames.avif")
	few := decode.Examine(data, decode.Limits{MaxPixels: 2 * 128 * 128})
	if few.Fingerprint == nil || len(few.Frames) != 0 || few.Facts.Pictures != 3 || few.Note != decode.NoteFramesLeftOut {
		t.Errorf("with few pixels to spend: %d frames of %d, %q, %q", len(few.Frames), few.Facts.Pictures, few.Note, few.Unreadable)
	}
	one := decode.Examine(data, decode.Limits{MaxFrames: 2})
	if one.Fingerprint == nil || len(one.Frames) != 1 || one.Note != decode.NoteFramesLeftOut {
		t.Errorf("with one frame to spend: %d frames, %q, %q", len(one.Frames), one.Note, one.Unreadable)
	}
	// A track that says that its picture is larger than the file's first one does.
	wide := slices.Clone(data)
	header := bytes.Index(wide, []byte("tkhd"))
	size := int(binary.BigEndian.Uint32(wide[header-4:]))
	binary.BigEndian.PutUint16(wide[header-4+size-8:], 60_000)
	binary.BigEndian.PutUint16(wide[header-4+size-4:], 60_000)
	if ex := decode.Examine(wide, decode.Limits{}); ex.Unreadable != string(decode.TooManyPixels) {
		t.Errorf("60,000 × 60,000: %q", ex.Unreadable)
	}
	animation := decode.Examine(read(t, "testdata/frames.jxl"), decode.Limits{MaxFrames: 2})
	if animation.Fingerprint == nil || len(animation.Frames) != 1 || animation.Facts.Pictures != 3 || animation.Note != decode.NoteFramesLeftOut {
		t.Errorf("JPEG XL with one frame to spend: %d frames, %q, %q", len(animation.Frames), animation.Note, animation.Unreadable)
	}
}

// TestBigTIFFHostile: what a header or a directory claims costs nothing.
func TestBigTIFFHostile(t *testing.T) {
	whole := read(t, "testdata/pages.btf")
	first := int(binary.LittleEndian.Uint64(whole[8:]))
	put := func(at int, value uint64) []byte {
		data := slices.Clone(whole)
		binary.LittleEndian.PutUint64(data[at:], value)
		return data
	}
	for name, c := range map[string]struct {
		data []byte
		want decode.Unreadable
	}{
		"its header alone":           {whole[:10], decode.Truncated},
		"no directory":               {put(8, 0), decode.Corrupt},
		"a directory far away":       {put(8, 1<<63), decode.Truncated},
		"a directory beyond the end": {put(8, uint64(len(whole)-4)), decode.Truncated},
		"very many entries":          {put(first, 1<<40), decode.Corrupt},
		"more entries than bytes":    {put(first, 4000), decode.Truncated},
		"offsets of another size":    {slices.Concat(whole[:4], []byte{16}, whole[5:]), decode.FormatNotSupported},
	} {
		if ex := decode.Examine(c.data, decode.Limits{}); ex.Unreadable != string(c.want) {
			t.Errorf("%s: %q and not %q", name, ex.Unreadable, c.want)
		}
	}
	entries := int(binary.LittleEndian.Uint64(whole[first:]))
	ring := decode.Examine(put(first+8+20*entries, uint64(first)), decode.Limits{})
	if ring.Fingerprint == nil || len(ring.Frames) != 0 {
		t.Errorf("pages in a ring: %+v", ring)
	}
}
