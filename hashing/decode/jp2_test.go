package decode_test

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"slices"
	"testing"

	"vigie/hashing/decode"
	"vigie/hashing/openjpeg"
)

// TestJPEG2000: one picture as OpenJPEG's and FFmpeg's encoders write it.
func TestJPEG2000(t *testing.T) {
	want := referenceOf(t, "02-landscape-128x128.png")
	for name, distance := range map[string]int{
		"lossless.jp2": 0, "tiles.j2k": 10, // 9/7, in tiles that begin beside the picture
		"chroma.jp2": 28, "palette.jp2": 12, // 4:2:0, 1,172 bytes; 64 colours
		"uneven.jp2": 12, // a chroma of a quarter of the width and height, which is left aside
	} {
		ex := decode.Examine(read(t, filepath.Join("testdata", name)), decode.Limits{})
		if ex.Fingerprint == nil || ex.Note != "" || ex.Facts.Width != 128 || ex.Facts.Height != 128 || ex.Fingerprint.Decoder != "vigie/openjpeg "+openjpeg.Version {
			t.Errorf("%s: %+v", name, ex)
			continue
		}
		if d := ex.Fingerprint.PDQ[0].Distance(want); d > distance {
			t.Errorf("%s is %d bits from the reference", name, d)
		}
	}
}

// siz changes the sizes in the header of a codestream: word n is 4 bytes long.
func siz(data []byte, word int, value uint32) []byte {
	data = slices.Clone(data)
	at := bytes.Index(data, []byte{0xff, 0x4f, 0xff, 0x51})
	binary.BigEndian.PutUint32(data[at+8+4*word:], value)
	return data
}

// TestJPEG2000Limits: what the header says is judged before anything is decoded.
func TestJPEG2000Limits(t *testing.T) {
	whole := read(t, "testdata/lossless.jp2")
	tiles := read(t, "testdata/tiles.j2k")
	components := bytes.Index(whole, []byte{0xff, 0x4f, 0xff, 0x51}) + 40
	many := slices.Concat(whole[:components-36], []byte{0, 38 + 9*3}, whole[components-34:components], []byte{0, 9}, bytes.Repeat([]byte{7, 1, 1}, 9), whole[components+11:])
	for name, c := range map[string]struct {
		data []byte
		want decode.Unreadable
	}{
		"too wide":             {siz(siz(whole, 0, 1<<20), 4, 1<<20), decode.TooManyPixels},
		"beyond its memory":    {siz(siz(siz(siz(whole, 0, 10_000), 1, 10_000), 4, 10_000), 5, 10_000), decode.MemoryLimit},
		"nothing in it":        {siz(whole, 2, 128), decode.Corrupt},
		"tiles of no size":     {siz(tiles, 4, 0), decode.Corrupt},
		"too many tiles":       {siz(siz(siz(siz(whole, 0, 4000), 1, 4000), 4, 1), 5, 1), decode.Corrupt},
		"nine components":      {many, decode.FormatNotSupported},
		"no codestream":        {whole[:bytes.Index(whole, []byte("jp2c"))-4], decode.FormatNotSupported},
		"its sizes alone":      {tiles[:60], decode.Truncated},
		"half of its sizes":    {tiles[:20], decode.Truncated},
		"a third of it":        {whole[:len(whole)/3], decode.Truncated},
		"a third of its tiles": {tiles[:len(tiles)/3], decode.Truncated},
	} {
		if ex := decode.Examine(c.data, decode.Limits{}); ex.Unreadable != string(c.want) {
			t.Errorf("%s: %q and not %q", name, ex.Unreadable, c.want)
		}
	}
	for name, data := range map[string][]byte{"three quarters": whole[:len(whole)*3/4], "most of its tiles": tiles[:len(tiles)*4/5]} {
		if ex := decode.Examine(data, decode.Limits{}); ex.Fingerprint == nil || ex.Note != decode.NoteDamaged {
			t.Errorf("%s: %q, %q", name, ex.Unreadable, ex.Note)
		}
	}
}

// TestJPEG2000Facts: what boxes before the codestream say of the picture.
func TestJPEG2000Facts(t *testing.T) {
	whole := read(t, "testdata/lossless.jp2")
	body := slices.Concat([]byte("uuidJpgTiffExif->JP2"), exif(exifTag{0x10f, "Nikon"}, exifTag{0x110, "COOLSCAN"}, exifTag{0x112, uint16(6)}))
	box := slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body)
	at := bytes.Index(whole, []byte("jp2c")) - 4
	ex := decode.Examine(slices.Concat(whole[:at], box, whole[at:]), decode.Limits{})
	if f := ex.Facts; ex.Fingerprint == nil || f.Make != "Nikon" || f.Model != "COOLSCAN" || f.Orientation != 6 {
		t.Errorf("%+v", ex)
	}
}
