package decode_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"slices"
	"testing"

	"vigie/hashing/decode"
	"vigie/hashing/pdq"
)

// previewAt is where the JPEGs of the raw pictures below begin.
const previewAt = 4096

// rawFile lays directories out as a TIFF structure, with JPEGs from previewAt on.
func rawFile(magic string, tags []exifTag, jpegs ...[]byte) []byte {
	tiff := exif(tags...)
	copy(tiff, magic)
	file := append(tiff, make([]byte, previewAt-len(tiff))...)
	for _, j := range jpegs {
		file = append(file, j...)
	}
	return append(file, bytes.Repeat([]byte{0x55}, 1000)...) // the sensor's data
}

func boxOf(kind string, body ...[]byte) []byte {
	all := slices.Concat(body...)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(all))), kind...), all...)
}

// rawFiles are raw pictures of all makers, as far as their structure leads to the preview. Each has a large and a small
// one where the maker has both.
func rawFiles(t testing.TB) (files map[string][]byte, large []byte) {
	large, small := encode(t, "jpeg", scene(320, 240)), encode(t, "jpeg", scene(80, 60))
	at, length := exifTag{0x0201, uint32(previewAt)}, exifTag{0x0202, uint32(len(large))}
	thumb := []exifTag{{0x0201, uint32(previewAt + len(large))}, {0x0202, uint32(len(small))}}
	reduced := exifTag{0x00fe, uint32(1)}
	strips := []exifTag{{0x0103, uint16(7)}, {0x0111, uint32(previewAt)}, {0x0117, uint32(len(large))}}
	sub := func(tags ...exifTag) exifTag { return exifTag{0x014a, tags} }
	big := func(n ...uint32) (out []byte) {
		for _, v := range n {
			out = binary.BigEndian.AppendUint32(out, v)
		}
		return out
	}
	raf := append([]byte("FUJIFILMCCD-RAW 0201FF383501"), make([]byte, 200)...)
	binary.BigEndian.PutUint32(raf[84:], uint32(len(raf)))
	binary.BigEndian.PutUint32(raf[88:], uint32(len(large)))

	ftyp := boxOf("ftyp", []byte("crx \x00\x00\x00\x01crx isom"))
	cr3 := func(offset uint32) []byte {
		table := boxOf("stbl", boxOf("stsz", big(0, uint32(len(large)), 1)), boxOf("co64", big(0, 1, 0, offset)))
		preview := boxOf("uuid", []byte("\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16"), make([]byte, 8), boxOf("PRVW", make([]byte, 16), small))
		head := slices.Concat(ftyp, boxOf("moov", boxOf("trak", boxOf("mdia", boxOf("minf", table)))), preview)
		return slices.Concat(head, boxOf("mdat", large))
	}
	return map[string][]byte{
		"nef": rawFile("MM\x00*", []exifTag{reduced, {0x010f, "NIKON CORPORATION"}, sub(at, length)}, large, small),
		"arw": rawFile("MM\x00*", []exifTag{reduced, {0x010f, "SONY"}, sub(thumb...), at, length}, large, small),
		"dng": rawFile("MM\x00*", []exifTag{reduced, sub(strips...), {0xc612, []byte{1, 4, 0, 0}}}, large, small),
		"pef": rawFile("MM\x00*", append([]exifTag{reduced, {0x010f, "PENTAX"}, sub(reduced)}, thumb...), large, small),
		"orf": rawFile("MMOR", []exifTag{{0x010f, "OLYMPUS"}}, large),
		"cr2": func() []byte {
			file := rawFile("MM\x00*", []exifTag{{0x0103, uint16(6)}, strips[1], strips[2], {0x010f, "Canon"}}, large, small)
			// Its first directory comes after a second header.
			moved := append(slices.Clone(file[:8]), "CR\x02\x00\x00\x00\x00\x00"...)
			binary.BigEndian.PutUint32(moved[4:], previewAt+uint32(len(large)+len(small)))
			moved = append(moved, file[16:]...)
			moved = moved[:previewAt+len(large)+len(small)]
			return directory(moved, []exifTag{{0x0103, uint16(6)}, strips[1], strips[2]})
		}(),
		"rw2": rawPanasonic(large),
		"raf": append(raf, large...),
		"cr3": cr3(uint32(len(cr3(0)) - len(large))),
	}, large
}

// rawPanasonic has the preview as the value of a tag, and little-endian numbers.
func rawPanasonic(jpeg []byte) []byte {
	order := binary.LittleEndian
	out := order.AppendUint32([]byte("IIU\x00"), 8)
	out = order.AppendUint16(out, 1)
	out = order.AppendUint16(order.AppendUint16(out, 0x002e), 7)
	out = order.AppendUint32(order.AppendUint32(out, uint32(len(jpeg))), uint32(len(out)+4+4+4))
	return append(order.AppendUint32(out, 0), jpeg...)
}

// TestRaw: a raw picture has the fingerprint of its largest preview.
func TestRaw(t *testing.T) {
	files, large := rawFiles(t)
	want := decode.Examine(large, decode.Limits{}).Fingerprint
	for format, data := range files {
		got := decode.Examine(data, decode.Limits{})
		if got.Facts.Format != format || got.Fingerprint == nil || got.Fingerprint.PDQ != want.PDQ || got.Facts.Width != 320 {
			t.Errorf("%s: %+v", format, got)
		}
		if bomb := decode.Examine(data, decode.Limits{MaxPixels: 320*240 - 1}); bomb.Unreadable != string(decode.TooManyPixels) {
			t.Errorf("%s over the limit is %q", format, bomb.Unreadable)
		}
	}
	empty := rawFile("MM\x00*", []exifTag{{0x00fe, uint32(1)}, {0x010f, "NIKON"}, {0x014a, []exifTag{{0x0201, uint32(1 << 30)}, {0x0202, uint32(9)}}}})
	if got := decode.Examine(empty, decode.Limits{}); got.Facts.Format != "nef" || got.Unreadable != string(decode.NoPreview) {
		t.Errorf("without a preview: %+v", got)
	}
}

// TestMultiPicture: all pictures of a multi-picture JPEG have fingerprints.
func TestMultiPicture(t *testing.T) {
	first, second := encode(t, "jpeg", scene(160, 120)), encode(t, "jpeg", flip(scene(160, 120)))
	index := func(offset uint32) []byte {
		entries := make([]byte, 32)
		binary.BigEndian.PutUint32(entries[20:], uint32(len(second)))
		binary.BigEndian.PutUint32(entries[24:], offset)
		body := append([]byte("MPF\x00"), exif(exifTag{0xb002, entries})...)
		return slices.Concat(first[:2], []byte{0xff, 0xe2}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2)), body, first[2:])
	}
	length := len(index(0))
	got := decode.Examine(append(index(uint32(length-2-4-4)), second...), decode.Limits{})
	want := decode.ExamineReference(second, decode.Limits{}).Fingerprint
	if got.Facts.Pictures != 2 || len(got.Frames) != 1 || got.Frames[0].PDQ != want.PDQ || got.Frames[0].Index != 1 {
		t.Errorf("%d pictures, %d frames, %q", got.Facts.Pictures, len(got.Frames), got.Unreadable)
	}
}

// flip draws a picture upside down, so that it is another one.
func flip(img *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	rows := img.Rect.Dy()
	for y := range rows {
		copy(out.Pix[y*out.Stride:(y+1)*out.Stride], img.Pix[(rows-1-y)*img.Stride:])
	}
	return out
}

// TestPhotoshopAndIcons: files of ImageMagick, from pictures whose hash the reference computed.
func TestPhotoshopAndIcons(t *testing.T) {
	tiny, landscape, shapes := referenceOf(t, "00-landscape-64x64.png"), referenceOf(t, "02-landscape-128x128.png"), referenceOf(t, "14-shapes-128x128.png")
	for name, c := range map[string]struct {
		want     pdq.Hash
		format   string
		side     int
		distance int // at most, in bits
	}{
		"deep.psd": {tiny, "psd", 64, 2}, "cmyk.psd": {shapes, "psd", 128, 8}, "two.ico": {landscape, "ico", 48, pdq.MatchDistance},
	} {
		got := decode.Examine(read(t, "testdata/"+name), decode.Limits{})
		if got.Fingerprint == nil || got.Facts.Width != c.side || got.Facts.Format != c.format {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		if d := got.Fingerprint.PDQ[0].Distance(c.want); d > c.distance {
			t.Errorf("%s is %d bits from the reference", name, d)
		}
		if name == "two.ico" && (len(got.Frames) != 1 || got.Facts.Pictures != 2 || got.Frames[0].PDQ[0].Distance(shapes) > pdq.MatchDistance) {
			t.Errorf("%s: %+v", name, got.Frames)
		}
	}
	huge := slices.Clone(read(t, "testdata/deep.psd"))
	binary.BigEndian.PutUint32(huge[14:], 200_000)
	binary.BigEndian.PutUint32(huge[18:], 200_000)
	if got := decode.Examine(huge, decode.Limits{}); got.Unreadable != string(decode.TooManyPixels) {
		t.Errorf("a huge PSD is %q", got.Unreadable)
	}
	if got := decode.Examine(read(t, "testdata/cmyk.psd")[:6000], decode.Limits{}); got.Unreadable != string(decode.Truncated) {
		t.Errorf("a cut PSD is %q", got.Unreadable)
	}
	cursor := slices.Clone(read(t, "testdata/two.ico"))
	cursor[2] = 2
	if got := decode.Examine(cursor, decode.Limits{}); got.Facts.Format != "cur" || got.Fingerprint == nil {
		t.Errorf("a cursor: %+v", got)
	}
}
