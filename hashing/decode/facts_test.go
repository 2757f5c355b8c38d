package decode_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
)

// withSegment puts a segment into a JPEG, before all others.
func withSegment(file []byte, marker byte, body []byte) []byte {
	head := append([]byte{0xff, marker}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	return slices.Concat(file[:2], head, body, file[2:])
}

// withChunk puts a chunk into a PNG, after its header.
func withChunk(file []byte, kind string, body ...string) []byte {
	var all []byte
	for _, b := range body {
		all = append(all, b...)
	}
	const header = 8 + 12 + 13
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(all))), kind...)
	chunk = append(chunk, all...)
	return slices.Concat(file[:header], binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:])), file[header:])
}

func facts(t testing.TB, data []byte) hashing.Facts {
	t.Helper()
	ex := decode.Examine(data, decode.Limits{})
	if ex.Fingerprint == nil {
		t.Errorf("the picture is %q", ex.Unreadable)
	}
	return ex.Facts
}

// TestCompression: what a JPEG's headers tell of its encoder. Go's encoder scales its tables as the IJG's does.
func TestCompression(t *testing.T) {
	seen := map[string]int{}
	for _, quality := range []int{1, 10, 37, 50, 51, 75, 90, 92, 95, 99, 100} {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, scene(64, 48), &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		f := facts(t, out.Bytes())
		if f.JPEGQuality != quality || f.Subsampling != "4:2:0" || f.Progressive || len(f.Tables) != 16 {
			t.Errorf("quality %d: %+v", quality, f)
		}
		if other, ok := seen[f.Tables]; ok {
			t.Errorf("qualities %d and %d have the same tables", other, quality)
		}
		seen[f.Tables] = quality
	}
	var grey bytes.Buffer
	if err := jpeg.Encode(&grey, image.NewGray(image.Rect(0, 0, 32, 32)), nil); err != nil {
		t.Fatal(err)
	}
	if f := facts(t, grey.Bytes()); f.Subsampling != "" || f.JPEGQuality != 75 {
		t.Errorf("grey: %+v", f)
	}
	// A file of libjpeg, progressive and with whole chroma.
	if f := facts(t, read(t, "testdata/progressive.jpg")); !f.Progressive || f.Subsampling != "4:4:4" || f.JPEGQuality != 83 {
		t.Errorf("progressive: %+v", f)
	}
}

// TestWhen: the best of a picture's times is told, with where it is from, and its zone.
func TestWhen(t *testing.T) {
	base := encode(t, "jpeg", scene(64, 48))
	lens := exifTag{0xa434, "iPhone 15 back camera 6.86mm f/1.78"}
	for name, c := range map[string]struct {
		tags []exifTag
		want hashing.Facts
	}{
		"original, with a zone": {[]exifTag{{0x0132, "2024:05:09 10:00:00"}, {0x8769, []exifTag{{0x9003, "2024:05:06 07:08:09"}, {0x9004, "2024:05:07 01:01:01"}, {0x9011, "+02:00"}, lens}}},
			hashing.Facts{TakenFrom: "DateTimeOriginal", Zone: "+02:00", Lens: "iPhone 15 back camera 6.86mm f/1.78", Taken: time.Date(2024, 5, 6, 5, 8, 9, 0, time.UTC)}},
		"digitised":      {[]exifTag{{0x0132, "2024:05:09 10:00:00"}, {0x8769, []exifTag{{0x9004, "2024:05:07 01:01:01"}}}}, hashing.Facts{TakenFrom: "CreateDate", Taken: time.Date(2024, 5, 7, 1, 1, 1, 0, time.UTC)}},
		"only modified":  {[]exifTag{{0x0132, "2024:05:09 10:00:00"}}, hashing.Facts{}},
		"a foolish zone": {[]exifTag{{0x8769, []exifTag{{0x9003, "2024:05:06 07:08:09"}, {0x9011, "noon"}}}}, hashing.Facts{TakenFrom: "DateTimeOriginal", Taken: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)}},
	} {
		got := facts(t, withEXIF(base, exif(c.tags...)))
		if got.TakenFrom != c.want.TakenFrom || got.Zone != c.want.Zone || got.Lens != c.want.Lens || !got.Taken.Equal(c.want.Taken) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestThumbnail: a thumbnail of the picture is told from one of another, also where bars fill it up.
func TestThumbnail(t *testing.T) {
	whole := scene(320, 180)
	with := func(thumbnail []byte) []byte {
		// The second directory follows the first; the thumbnail follows both.
		tiff := exif(exifTag{0x010f, "maker"})
		second := len(tiff)
		binary.BigEndian.PutUint32(tiff[8+2+12:], uint32(second))
		tiff = directory(tiff, []exifTag{{0x0201, uint32(4096)}, {0x0202, uint32(len(thumbnail))}})
		tiff = append(tiff, make([]byte, 4096-len(tiff))...)
		return withEXIF(encode(t, "jpeg", whole), append(tiff, thumbnail...))
	}
	barred := image.NewNRGBA(image.Rect(0, 0, 160, 120))
	for i := range barred.Pix {
		barred.Pix[i] = []uint8{0, 0, 0, 255}[i%4]
	}
	small := scene(160, 90)
	for y := range 90 {
		copy(barred.Pix[barred.PixOffset(0, y+15):], small.Pix[small.PixOffset(0, y):small.PixOffset(0, y)+160*4])
	}
	for name, c := range map[string]struct {
		thumbnail []byte
		want      hashing.ThumbnailVerdict
	}{
		"its own": {encode(t, "jpeg", small), hashing.ThumbnailSame}, "with bars": {encode(t, "jpeg", barred), hashing.ThumbnailSame},
		"another": {read(t, "testdata/progressive.jpg"), hashing.ThumbnailOther}, "broken": {[]byte("\xff\xd8\xff\xd9 no picture"), hashing.ThumbnailUnreadable},
		"none": {nil, ""},
	} {
		if got := facts(t, with(c.thumbnail)); got.Thumbnail != c.want {
			t.Errorf("%s: %q, not %q", name, got.Thumbnail, c.want)
		}
	}
}

const history = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmp:CreatorTool="Adobe Photoshop 25.1 (Windows)"><xmpMM:History><rdf:Seq>
<rdf:li stEvt:action="created" stEvt:softwareAgent="Adobe Photoshop 25.1 (Windows)"/>
<rdf:li stEvt:action="saved" stEvt:softwareAgent="Adobe Photoshop Lightroom 7.0"/>
<rdf:li rdf:parseType="Resource"><stEvt:action>saved</stEvt:action><stEvt:softwareAgent>Adobe Photoshop 25.1 (Windows)</stEvt:softwareAgent></rdf:li>
</rdf:Seq></xmpMM:History></rdf:Description></rdf:RDF></x:xmpmeta>`

const generated = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/></x:xmpmeta>`

func packed(text string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}

// TestOrigin: the programs that made and changed a picture, and the marks of generators.
func TestOrigin(t *testing.T) {
	jpg, png := encode(t, "jpeg", scene(64, 48)), encode(t, "png", scene(64, 48))
	const xap = "http://ns.adobe.com/xap/1.0/\x00"
	jumbf := []byte("JP\x00\x01\x00\x00\x00\x01\x00\x00\x00\x40jumb....c2pa ... digitalSourceType trainedAlgorithmicMedia")
	for name, c := range map[string]struct {
		data []byte
		want hashing.Facts // as far as is compared
	}{
		"plain":               {jpg, hashing.Facts{}},
		"a history":           {withSegment(jpg, 0xe1, []byte(xap+history)), hashing.Facts{Software: "Adobe Photoshop 25.1 (Windows)", Editors: "Adobe Photoshop 25.1 (Windows); Adobe Photoshop Lightroom 7.0", Saves: 2}},
		"the IPTC's word":     {withSegment(jpg, 0xe1, []byte(xap+generated)), hashing.Facts{Generated: "trainedAlgorithmicMedia"}},
		"a broken packet":     {withSegment(jpg, 0xe1, []byte(xap+history[:strings.Index(history, "<rdf:li rdf:parseType")])), hashing.Facts{Software: "Adobe Photoshop 25.1 (Windows)", Editors: "Adobe Photoshop 25.1 (Windows); Adobe Photoshop Lightroom 7.0", Saves: 1}},
		"provenance":          {withSegment(jpg, 0xeb, jumbf), hashing.Facts{Provenance: true, Generated: "trainedAlgorithmicMedia"}},
		"a PNG's program":     {withChunk(png, "tEXt", "Software\x00GIMP 2.10"), hashing.Facts{Software: "GIMP 2.10"}},
		"parameters":          {withChunk(png, "tEXt", "parameters\x00a lighthouse\nSteps: 20, Sampler: Euler a, CFG scale: 7"), hashing.Facts{Generated: "Stable Diffusion"}},
		"packed parameters":   {withChunk(png, "zTXt", "parameters\x00\x00", packed("Steps: 20, Sampler: Euler a")), hashing.Facts{Generated: "Stable Diffusion"}},
		"a workflow":          {withChunk(png, "iTXt", "prompt\x00\x00\x00\x00\x00", `{"3": {"class_type": "KSampler"}}`), hashing.Facts{Generated: "ComfyUI"}},
		"a prompt of a shell": {withChunk(png, "tEXt", "prompt\x00$ "), hashing.Facts{}},
		"a PNG's history":     {withChunk(png, "iTXt", "XML:com.adobe.xmp\x00\x01\x00\x00\x00", packed(history)), hashing.Facts{Software: "Adobe Photoshop 25.1 (Windows)", Editors: "Adobe Photoshop 25.1 (Windows); Adobe Photoshop Lightroom 7.0", Saves: 2}},
		"a PNG's provenance":  {withChunk(png, "caBX", "jumb"), hashing.Facts{Provenance: true}},
		"a program's name":    {withEXIF(jpg, exif(exifTag{0x0131, "Midjourney v6"})), hashing.Facts{Software: "Midjourney v6", Generated: "Midjourney"}},
	} {
		got := facts(t, c.data)
		got = hashing.Facts{Software: got.Software, Editors: got.Editors, Saves: got.Saves, Provenance: got.Provenance, Generated: got.Generated}
		if got != c.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, got, c.want)
		}
	}
}

// TestProfile: the name of a colour profile, of either version.
func TestProfile(t *testing.T) {
	profile := func(tag []byte) []byte {
		p := make([]byte, 128)
		p = binary.BigEndian.AppendUint32(p, 1)
		p = append(p, "desc"...)
		p = binary.BigEndian.AppendUint32(p, 144)
		return append(binary.BigEndian.AppendUint32(p, uint32(len(tag))), tag...)
	}
	second := append([]byte("desc\x00\x00\x00\x00\x00\x00\x00\x12"), "sRGB IEC61966-2.1\x00"...)
	fourth := []byte("mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS\x00\x00\x00\x14\x00\x00\x00\x1c")
	for _, c := range "Display P3" {
		fourth = append(fourth, 0, byte(c))
	}
	jpg, png := encode(t, "jpeg", scene(64, 48)), encode(t, "png", scene(64, 48))
	const head = "ICC_PROFILE\x00\x01\x01"
	for want, data := range map[string][]byte{
		"sRGB IEC61966-2.1": withSegment(jpg, 0xe2, append([]byte(head), profile(second)...)),
		"Display P3":        withChunk(png, "iCCP", "a name\x00\x00", packed(string(profile(fourth)))),
		"":                  withSegment(jpg, 0xe2, []byte(head+"short")),
	} {
		if got := facts(t, data).Profile; got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
