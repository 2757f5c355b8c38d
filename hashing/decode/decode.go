// Package decode tells what some bytes are, decodes pictures within limits, and makes of them what the rest of
// the program needs: fingerprints, facts, and small re-encoded views. It is meant to run in the jail: its input
// is hostile, and a decoder that loops or grows is stopped from outside.
//
// Formats: JPEG, PNG and GIF by the standard library; WebP and TIFF by golang.org/x/image; HEIC, AVIF, JPEG XL and JPEG 2000
// in a sandbox within the process (wasm.go, jp2.go); BMP (bmp.go), Photoshop's (psd.go) and icons (ico.go) here; raw pictures by the JPEG that
// they bring (raw.go). Others are recognised, and reported as not supported.
package decode

import (
	"bytes"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"strings"

	"golang.org/x/image/tiff"

	"vigie/hashing/openjpeg"
)

// Unreadable is the reason why bytes could not be decoded: a stable English code.
type Unreadable string

// The reasons. The last three are found by whoever watches the decoder.
const (
	Empty              Unreadable = "empty"
	Truncated          Unreadable = "truncated" // the file ends before its picture does
	Corrupt            Unreadable = "corrupt"
	TooManyPixels      Unreadable = "too-many-pixels"
	TooManyBytes       Unreadable = "too-many-bytes"
	RatioTooHigh       Unreadable = "ratio-too-high"       // more pixels for its bytes than a picture has that shows anything
	FormatNotSupported Unreadable = "format-not-supported" // recognised, but nothing here decodes it
	NoPreview          Unreadable = "no-preview"           // a raw picture without a JPEG that shows it
	Crashed            Unreadable = "crashed"              // the decoder itself failed
	TimeLimit          Unreadable = "time-limit"
	MemoryLimit        Unreadable = "memory-limit"
)

// Error returns the code.
func (u Unreadable) Error() string { return string(u) }

// codec decodes one format.
type codec struct {
	library string // import path, for Fingerprint.Decoder
	config  func(io.Reader) (image.Config, error)
	decode  func(io.Reader) (image.Image, error)
	more    furtherPictures // nil where the first picture is all there is, or all that is looked at
}

var codecs = map[string]codec{
	"jpeg": {"image/jpeg", jpegConfig, decodeJPEG, mpoPictures},
	"png":  {"image/png", png.DecodeConfig, png.Decode, apngFrames},
	"gif":  {"image/gif", gif.DecodeConfig, gif.Decode, gifFrames},
	"webp": {"golang.org/x/image/webp", configWebP, decodeWebP, playWebP},
	"bmp":  {"vigie/bmp", bmpConfig, decodeBMP, nil},
	"tiff": {"golang.org/x/image/tiff", tiff.DecodeConfig, tiff.Decode, tiffPages},
	"heic": {"github.com/gen2brain/heic", heifConfig, decodeHEIC, nil},
	"heif": {"github.com/gen2brain/heic", heifConfig, decodeHEIC, nil},
	"avif": {"github.com/gen2brain/avif", heifConfig, decodeAVIF, avifFrames},
	"jxl":  {"github.com/gen2brain/jpegxl", jxlConfig, decodeJXL, jxlFrames},
	"jp2":  {"vigie/openjpeg", jp2Config, decodeJP2, nil},
	"psd":  {"vigie/psd", psdConfig, decodePSD, nil},
	"ico":  {"vigie/bmp", icoConfig, decodeICO, icoPictures},
	"cur":  {"vigie/bmp", icoConfig, decodeICO, icoPictures},

	"bigtiff": {"golang.org/x/image/tiff", bigTIFFConfig, decodeBigTIFF, bigTIFFPages},

	"cr2": rawCodec("cr2"), "cr3": rawCodec("cr3"), "nef": rawCodec("nef"), "arw": rawCodec("arw"), "dng": rawCodec("dng"),
	"rw2": rawCodec("rw2"), "orf": rawCodec("orf"), "raf": rawCodec("raf"), "pef": rawCodec("pef"), "srw": rawCodec("srw"),
}

// picture decodes data, which Sniff called format. The configuration is there whenever the header could be
// read, also beside an error. Every error is an Unreadable.
func picture(data []byte, format string, limits Limits) (img image.Image, config image.Config, err error) {
	defer func() {
		if recover() != nil { // golang.org/x/image/tiff is known to panic on crafted files
			img, err = nil, Crashed
		}
	}()
	if len(data) == 0 {
		return nil, config, Empty
	}
	if int64(len(data)) > limits.MaxBytes {
		return nil, config, TooManyBytes
	}
	codec, ok := codecs[format]
	if !ok {
		return nil, config, FormatNotSupported
	}
	config, err = codec.config(bytes.NewReader(data))
	if err != nil {
		return nil, image.Config{}, reason(err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return nil, image.Config{}, Corrupt
	}
	if err := limits.check(config.Width, config.Height, len(data)); err != nil {
		return nil, config, err
	}
	img, err = codec.decode(bytes.NewReader(data))
	if err != nil {
		if img = salvaged(data, format, reason(err)); img == nil {
			return nil, config, reason(err)
		}
	}
	bounds := img.Bounds()
	if bounds.Empty() {
		return nil, config, Corrupt
	}
	config.Width, config.Height = bounds.Dx(), bounds.Dy()
	return img, config, nil
}

// reason names what a decoder complains about.
func reason(err error) Unreadable {
	var (
		jpegUnsupported jpeg.UnsupportedError
		pngUnsupported  png.UnsupportedError
		tiffUnsupported tiff.UnsupportedError
		ours            Unreadable
	)
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &jpegUnsupported), errors.As(err, &pngUnsupported), errors.As(err, &tiffUnsupported):
		return FormatNotSupported
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return Truncated
	}
	// image/jpeg, image/gif, image/png and riff report a file that ends early by words of their own.
	for _, words := range []string{"unexpected EOF", "short Huffman data", "not enough", "short chunk"} {
		if strings.Contains(err.Error(), words) {
			return Truncated
		}
	}
	return Corrupt
}

// modules are the versions that go.mod asks for (a test compares them), by the beginning of a codec's library.
var modules = map[string]string{
	"golang.org/x/image":          "v0.47.0",
	"github.com/gen2brain/heic":   "v0.4.9",
	"github.com/gen2brain/avif":   "v0.6.0",
	"github.com/gen2brain/jpegxl": "v0.4.5",
	"vigie/openjpeg":              openjpeg.Version,
	"vigie/psd":                   "1",
	"vigie/bmp":                   "1",
}

// decoderName names the code that decodes a format, with its version: the same bytes may get other pixels from
// another version.
func decoderName(format string) string {
	library := codecs[format].library
	for module, version := range modules {
		if strings.HasPrefix(library, module) {
			return strings.TrimPrefix(strings.TrimPrefix(library, "golang.org/"), "github.com/") + " " + version
		}
	}
	return library + " " + runtime.Version()
}
