package decode_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"vigie/hashing/decode"
	"vigie/hashing/pdq"
)

// TestBMP: the kinds of BMP that are rare, as ImageMagick wrote them from a picture whose hash the reference computed.
func TestBMP(t *testing.T) {
	want := referenceOf(t, "02-landscape-128x128.png")
	for _, name := range []string{"runs.bmp", "core.bmp", "sixteen.bmp"} {
		got := decode.Examine(read(t, "testdata/"+name), decode.Limits{})
		if got.Fingerprint == nil || got.Facts.Width != 64 || got.Facts.Height != 64 {
			t.Errorf("%s: %q", name, got.Unreadable)
			continue
		}
		if d := got.Fingerprint.PDQ[0].Distance(want); d > pdq.MatchDistance {
			t.Errorf("%s is %d bits from the reference", name, d)
		}
	}
	runs := read(t, "testdata/runs.bmp")
	for name, c := range map[string]struct {
		at    int
		value uint32
		want  decode.Unreadable
	}{
		"an embedded JPEG": {30, 4, decode.FormatNotSupported}, "a huge one": {18, 1 << 20, decode.TooManyPixels}, "no width": {18, 0, decode.Corrupt},
		"a header too long": {14, 10_000, decode.Corrupt},
	} {
		data := slices.Clone(runs)
		binary.LittleEndian.PutUint32(data[c.at:], c.value)
		if name == "a huge one" {
			binary.LittleEndian.PutUint32(data[22:], 1<<20)
		}
		if name == "a header too long" { // Sniff would not take it for a BMP
			data = slices.Clone(read(t, "testdata/two.ico"))
			binary.LittleEndian.PutUint32(data[binary.LittleEndian.Uint32(data[18:]):], c.value)
			binary.LittleEndian.PutUint16(data[4:], 1)
			c.want = decode.Truncated
		}
		if got := decode.Examine(data, decode.Limits{}); got.Unreadable != string(c.want) {
			t.Errorf("%s is %q, not %q", name, got.Unreadable, c.want)
		}
	}
}
