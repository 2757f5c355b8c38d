package decode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"os"
	"path/filepath"
	"testing"

	"vigie/hashing"
	"vigie/hashing/openjpeg"
)

// The targets below hold each parser of ours to not panicking, to staying within its bounds, and to yielding only parts
// of what it was given. Seeds are the files of the other tests.

func seeds(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(files) == 0 {
		f.Fatalf("no %s: %v", pattern, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
}

// fuzzLimits keep a fuzzer from spending its time in libraries.
var fuzzLimits = Limits{MaxPixels: 40_000, MaxBytes: 1 << 20}

// drain decodes the further pictures of a file and checks their bounds.
func drain(t *testing.T, more furtherPictures, data []byte) {
	b := newBudget(fuzzLimits)
	pixels, last := int64(0), 0
	for p := range more(data, b) {
		size := p.img.Bounds().Size()
		pixels += int64(size.X) * int64(size.Y)
		if p.index <= last || p.at < 0 {
			t.Errorf("picture %d at %v after picture %d", p.index, p.at, last)
		}
		last = p.index
	}
	if pixels > frameBudget*fuzzLimits.MaxPixels || b.pictures < 0 {
		t.Errorf("%d pixels of %d pictures", pixels, b.pictures)
	}
}

func FuzzGIF(f *testing.F) {
	seeds(f, "*.gif")
	f.Fuzz(func(t *testing.T, data []byte) {
		drain(t, gifFrames, data)
		if config, err := codecs["gif"].config(bytes.NewReader(data)); err == nil && config.Width*config.Height < 40_000 {
			salvageGIF(data)
		}
	})
}

func FuzzAPNG(f *testing.F) {
	seeds(f, "*.png")
	f.Fuzz(func(t *testing.T, data []byte) {
		drain(t, apngFrames, data)
		if config, err := codecs["png"].config(bytes.NewReader(data)); err == nil && config.Width*config.Height < 40_000 {
			salvagePNG(data)
		}
	})
}

func FuzzWebP(f *testing.F) {
	seeds(f, "*.webp")
	f.Fuzz(func(t *testing.T, data []byte) {
		defer func() {
			if recover() != nil {
				t.Skip("the library's: further recovers it")
			}
		}()
		drain(t, playWebP, data)
	})
}

func FuzzTIFF(f *testing.F) {
	seeds(f, "*.tiff")
	f.Fuzz(func(t *testing.T, data []byte) {
		drain(t, tiffPages, data)
		tiffFacts(data, new(hashing.Facts))
	})
}

func FuzzBigTIFF(f *testing.F) {
	seeds(f, "*.btf")
	f.Fuzz(func(t *testing.T, data []byte) {
		classic, err := classicTIFF(data)
		if err != nil {
			return
		}
		if len(classic) > 5*len(data)+8*maxEntries*sizeOfTIFF {
			t.Errorf("%d bytes grew to %d", len(data), len(classic))
		}
		tiffFacts(classic, new(hashing.Facts)) // tiffPages has a target of its own
	})
}

// FuzzViews: whatever a plane shows, its parts lie within it, are large enough, and are few.
func FuzzViews(f *testing.F) {
	f.Add([]byte{0}, uint16(1), uint16(1), uint8(0))
	f.Add([]byte{255, 255, 0}, uint16(300), uint16(200), uint8(1))
	f.Add(bytes.Repeat([]byte{9, 9, 9, 200, 3}, 900), uint16(90), uint16(140), uint8(3))
	f.Fuzz(func(t *testing.T, pix []byte, width, height uint16, less uint8) {
		if len(pix) == 0 {
			return
		}
		plane := image.NewGray(image.Rect(0, 0, 1+int(width)%400, 1+int(height)%400))
		for y := range plane.Rect.Dy() { // each byte of the input is a square
			for x := range plane.Rect.Dx() {
				plane.Pix[y*plane.Stride+x] = pix[(y/8*(plane.Rect.Dx()/8+1)+x/8)%len(pix)]
			}
		}
		s := sheet{whole: plane, small: plane, block: jpegBlock}
		for range less % 3 {
			s.small = halved(s.small)
		}
		list := s.regions()
		if len(list) > maxViews {
			t.Errorf("%d parts", len(list))
		}
		for _, r := range list {
			if !r.rect.In(plane.Rect) || !s.worth(r.rect) {
				t.Errorf("%s: %v of %v", r.view, r.rect, plane.Rect)
			}
		}
	})
}

// FuzzSequences: what is counted before the sandbox plays it.
func FuzzSequences(f *testing.F) {
	seeds(f, "frames.avif")
	seeds(f, "*.jxl")
	f.Fuzz(func(t *testing.T, data []byte) {
		if n := avifCount(data); n < 0 || n > maxCount {
			t.Errorf("%d frames", n)
		}
		if tick, animated := jxlTick(data); animated && (tick <= 0 || tick > 1e13) {
			t.Errorf("a tick of %v ns", tick)
		}
	})
}

func FuzzIcon(f *testing.F) {
	seeds(f, "*.ico")
	f.Fuzz(func(t *testing.T, data []byte) {
		drain(t, icoPictures, data)
		if files := icons(data); len(files) > maxIcons {
			t.Errorf("%d pictures", len(files))
		}
	})
}

func FuzzPSD(f *testing.F) {
	seeds(f, "*.psd")
	f.Fuzz(func(t *testing.T, data []byte) {
		config, err := psdConfig(bytes.NewReader(data))
		if err != nil || config.Width <= 0 || config.Height <= 0 || config.Width > 40_000/config.Height {
			return
		}
		img, err := decodePSD(bytes.NewReader(data))
		if err == nil && img.Bounds() != image.Rect(0, 0, config.Width, config.Height) {
			t.Errorf("%v of %d × %d", img.Bounds(), config.Width, config.Height)
		}
	})
}

func FuzzBMP(f *testing.F) {
	seeds(f, "*.bmp")
	f.Fuzz(func(t *testing.T, data []byte) {
		config, err := bmpConfig(bytes.NewReader(data))
		if err != nil || config.Width <= 0 || config.Height <= 0 || config.Width > 40_000/config.Height {
			return
		}
		img, err := decodeBMP(bytes.NewReader(data))
		if err == nil && img.Bounds() != image.Rect(0, 0, config.Width, config.Height) {
			t.Errorf("%v of %d × %d", img.Bounds(), config.Width, config.Height)
		}
	})
}

func FuzzJPEG2000(f *testing.F) {
	seeds(f, "*.jp2")
	seeds(f, "*.j2k")
	// Once before, for a fuzzer takes the time that compiling the decoder takes for a hang.
	if _, err := openjpeg.Decode(nil, false, 0); !errors.Is(err, openjpeg.ErrDecode) {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tiffFacts(jp2EXIF(data), new(hashing.Facts))
		profileName(iccProfile(data, "jp2"))
		h, err := readJ2K(data)
		if err != nil {
			return
		}
		if h.width <= 0 || h.height <= 0 || h.largest.X < h.width || h.largest.Y < h.height || h.components > jp2MaxComponents {
			t.Errorf("%+v", h)
		}
		there, all, lacks := h.share()
		if there < 0 || there > all || there > int64(len(data)) || lacks < 0 || lacks > all-there {
			t.Errorf("%d bytes of %d, %d lack", there, all, lacks)
		}
		if h.width > 64 || h.height > 64 { // the rest is OpenJPEG's
			return
		}
		img, err := decodeJP2(bytes.NewReader(data))
		if err == nil && img.Bounds() != image.Rect(0, 0, h.width, h.height) {
			t.Errorf("%v of %d × %d", img.Bounds(), h.width, h.height)
		}
	})
}

func FuzzJPEGParts(f *testing.F) {
	seeds(f, "*.jpg")
	f.Add([]byte("\xff\xd8\xff\xe2\x00\x2cMPF\x00MM\x00*\x00\x00\x00\x08\x00\x01\xb0\x02\x00\x07\x00\x00\x00\x20\x00\x00\x00\x00"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x2aExif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\x0e\x00\x00\x00\x02\x00\x01\x02\x04\x00\x01\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var facts hashing.Facts
		jpegFacts(data, &facts)
		if facts.JPEGQuality < 0 || facts.JPEGQuality > 100 || len(facts.Tables) != 0 && len(facts.Tables) != 16 {
			t.Errorf("%+v", facts)
		}
		if len(exifThumbnail(data)) > len(data) || len(mpoParts(data)) > maxIcons {
			t.Error("parts are larger than the whole")
		}
		profileName(iccProfile(data, "jpeg"))
	})
}

func FuzzRaw(f *testing.F) {
	seeds(f, "*.tiff")
	f.Add([]byte("FUJIFILMCCD-RAW 0201FF383501"))
	f.Add([]byte("\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom\x00\x00\x00\x30moov\x00\x00\x00\x28trak\x00\x00\x00\x20mdia\x00\x00\x00\x18minf\x00\x00\x00\x10stbl\x00\x00\x00\x08stsz"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for format := range map[string]bool{"cr3": true, "raf": true, "orf": true, "dng": true} {
			if list := previews(data, format); len(list) > maxPreviews {
				t.Errorf("%d previews", len(list))
			}
			rawMetadata(data, &hashing.Facts{Format: format})
		}
	})
}

func FuzzBoxes(f *testing.F) {
	seeds(f, "picture.[hajp]*")
	f.Fuzz(func(t *testing.T, data []byte) {
		width, height, err := heifSize(data)
		if err == nil && (width <= 0 || height <= 0) {
			t.Errorf("%d × %d", width, height)
		}
		for _, format := range []string{"heic", "avif", "jxl"} {
			manifest(data, format)
			profileName(iccProfile(data, format))
		}
		liveIdentifier(data)
	})
}

func FuzzFilms(f *testing.F) {
	keys := "\x00\x00\x00\x26keys\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x16mdta" + keyContent[:14]
	list := "\x00\x00\x00\x2eilst\x00\x00\x00\x26\x00\x00\x00\x01\x00\x00\x00\x1edata\x00\x00\x00\x01\x00\x00\x00\x006D6C1B26-2C9D4"
	f.Add([]byte("\x00\x00\x00\x64moov\x00\x00\x00\x5cmeta" + keys + list))
	f.Add([]byte(`<x:xmpmeta><rdf:li Item:Semantic="MotionPhoto" Item:Length="24"/></x:xmpmeta>` + "\x00\x00\x00\x10ftypmp42\x00\x00\x00\x00\x00\x00\x00\x08free"))
	f.Add([]byte(`<x:xmpmeta GCamera:MicroVideoOffset="-1"/>MotionPhoto_Data` + "\x00\x00\x00\x10ftypmp42\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		movie := hashing.Facts{Kind: hashing.KindVideo, Format: "mov"}
		readMetadata(data, &movie)
		if len(movie.LivePhoto) > 4*maxText || len(movie.Make) > 4*maxText {
			t.Errorf("%+v", movie)
		}
		for _, format := range []string{"jpeg", "heic"} {
			facts := hashing.Facts{Format: format}
			motionFacts(data, &facts)
			if facts.FilmAt < 0 || facts.FilmBytes < 0 || facts.FilmAt+facts.FilmBytes > int64(len(data)) {
				t.Errorf("%d bytes at %d of %d", facts.FilmBytes, facts.FilmAt, len(data))
			}
		}
	})
}

func FuzzMakerNote(f *testing.F) {
	for _, l := range append([]noteLayout{{begin: "Nikon\x00\x02\x10\x00\x00MM\x00*"}, {begin: fujiMark}}, noteLayouts...) {
		f.Add([]byte(l.begin + "II\x1a\x00\x02\x00\x01\x01\x02\x00\x04\x00\x00\x00123\x00\x0c\x00\x04\x00\x01\x00\x00\x00\x01\x02\x03\x04\x00\x00\x00\x00"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) <= 16 {
			return
		}
		for _, maker := range []string{"Canon", "other"} {
			facts := hashing.Facts{Make: maker}
			readNote(tiffFile{data: data, order: binary.BigEndian}, tiffEntry{value: data}, &facts)
			if len(facts.Serial) > 4*maxText || len(facts.Lens) > 4*maxText {
				t.Errorf("%+v", facts)
			}
		}
		makerFacts(data, &hashing.Facts{Format: "tiff"})
		makerFacts(data, &hashing.Facts{Format: "heic"})
	})
}

func FuzzTexts(f *testing.F) {
	seeds(f, "frames.png")
	for _, s := range []string{
		"<x:xmpmeta><rdf:li stEvt:action=\"saved\" stEvt:softwareAgent=\"a\"/></x:xmpmeta>", "<x:xmpmeta><a", "<x:xmpmeta><stEvt:action>saved</",
		"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dtEXtSoftware\x00GIMPabcd", "\x89PNG\r\n\x1a\n\x00\x00\x00\x10iTXtparameters\x00\x00\x00\x00\x00xabcd",
		"RIFF\x00\x00\x00\x00WEBPC2PA\x04\x00\x00\x00jumb",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var facts hashing.Facts
		pngTexts(data, &facts)
		xmpFacts(xmpPacket(data), &facts)
		for _, format := range []string{"jpeg", "png", "webp", "tiff"} {
			provenanceFacts(data, format, &facts)
			profileName(iccProfile(data, format))
		}
		if len(facts.Editors) > maxEditors*(4*maxText+2) || len(facts.Software) > 4*maxText || facts.Saves < 0 {
			t.Errorf("%+v", facts)
		}
	})
}
