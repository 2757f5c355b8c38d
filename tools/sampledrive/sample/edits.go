package sample

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"github.com/disintegration/imaging"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// JPEG qualities, of 100: of a camera, and of what a messenger or a careless editor saves again.
const (
	cameraQuality = 90
	savedQuality  = 60
)

// An edit is what happened to a copy of a picture.
type edit string

// The edits. All but truncated leave a picture alike its original.
const (
	asIs      edit = "original"
	resaved   edit = "re-saved at lower quality"
	smaller   edit = "resized to 70 %"
	grey      edit = "grey"
	turned    edit = "rotated by 90°"
	mirrored  edit = "mirrored"
	truncated edit = "truncated"
)

// apply returns the bytes of an edited copy of a JPEG or other picture. Edited copies are JPEGs without Exif, as
// messengers make them.
func (e edit) apply(original []byte) ([]byte, error) {
	switch e {
	case asIs:
		return original, nil
	case truncated:
		return original[:len(original)*2/5], nil
	}
	img, _, err := image.Decode(bytes.NewReader(original))
	if err != nil {
		return nil, fmt.Errorf("edit %q: %w", e, err)
	}
	switch e {
	case smaller:
		img = opaque(imaging.Resize(img, img.Bounds().Dx()*7/10, 0, imaging.Linear))
	case grey:
		if y, ok := img.(*image.YCbCr); ok {
			img = &image.Gray{Pix: y.Y, Stride: y.YStride, Rect: y.Rect}
		}
	case turned:
		img = opaque(imaging.Rotate90(img))
	case mirrored:
		img = opaque(imaging.FlipH(img))
	}
	return encode("jpeg", img, savedQuality)
}

// opaque shows img to the JPEG encoder as a type that it is fast on: without transparency the two are the same bytes.
func opaque(img *image.NRGBA) *image.RGBA {
	return &image.RGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect}
}

// encode returns img in a format; quality is a JPEG's.
func encode(format string, img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch format {
	case "jpeg":
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	case "png":
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img)
	case "gif":
		err = gif.Encode(&b, img, nil)
	case "bmp":
		err = bmp.Encode(&b, img)
	case "tiff":
		err = tiff.Encode(&b, img, &tiff.Options{Compression: tiff.Deflate})
	default:
		err = fmt.Errorf("no encoder for %q", format)
	}
	return b.Bytes(), err
}
