package decode

import (
	"bytes"
	"errors"
	"image"
	"io"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/heic"
	"github.com/gen2brain/jpegxl"
)

// HEIC, AVIF and JPEG XL are decoded by libheif with libde265, libavif with libaom, and libjxl, compiled to
// WebAssembly and run by wazero: what a file does to them stays within their own memory. The libraries that wrap them
// would rather load shared libraries of the machine; the build tag nodynamic forbids that, and WASMOnly tells.

// errDynamic says that the program was built in a way that lets others' code into the decoder.
var errDynamic = errors.New("a picture library of this machine was loaded: build with -tags nodynamic")

// WASMOnly fails when a shared library of the machine would decode what is to be decoded in the sandbox.
func WASMOnly() error {
	if heic.Dynamic() == nil || avif.Dynamic() == nil || jpegxl.Dynamic() == nil {
		return errDynamic
	}
	return nil
}

// heifConfig bounds the pictures of a HEIF file (HEIC, AVIF) by their sizes in its header: the largest of them is, or
// is larger than, the one that is decoded.
func heifConfig(r io.Reader) (image.Config, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return image.Config{}, err
	}
	width, height, err := heifSize(data)
	return image.Config{Width: width, Height: height}, err
}

// decodeHEIC returns the primary picture, turned and mirrored as the file says (its EXIF orientation then says
// nothing). libheif is only offered files whose first brand names the codec; general ones (mif1) may hold the same.
func decodeHEIC(r io.Reader) (image.Image, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if len(data) >= 12 && string(data[4:8]) == "ftyp" {
		copy(data[8:12], "heic")
	}
	img, err := heic.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, cutShort(data, err)
	}
	return heifRows(img), nil
}

// decodeAVIF returns the first frame, turned and mirrored as the file says.
func decodeAVIF(r io.Reader) (image.Image, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	img, err := avif.Decode(bytes.NewReader(data), avif.Options{AutoRotate: true})
	return img, cutShort(data, err)
}

// jxlConfig reads the size. Of an animation, the library counts the frames first, and at some 256 of them overwrites what
// it needs itself (jpegxl v0.4.5, decode.c writes their times where nothing was reserved): such a file is in order.
func jxlConfig(r io.Reader) (image.Config, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return image.Config{}, err
	}
	config, err := jpegxl.DecodeConfig(bytes.NewReader(data))
	if _, animated := jxlTick(data); err != nil && animated {
		err = FormatNotSupported
	}
	return config, err
}

// decodeJXL returns the first frame.
func decodeJXL(r io.Reader) (image.Image, error) { return jpegxl.Decode(r) }

// cutShort says of an error what the libraries do not: that it comes from the end of the file.
func cutShort(data []byte, err error) error {
	if err != nil && !complete(data) {
		return io.ErrUnexpectedEOF
	}
	return err
}
