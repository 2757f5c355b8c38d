package decode_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"slices"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// scene draws something with shapes, slopes and colours, so that every hash has enough to hold on to.
func scene(width, height int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			u, v := float64(x)/float64(width), float64(y)/float64(height)
			c := color.NRGBA{uint8(255 * u), uint8(200*v*v + 30*u), uint8(120 + 100*u*v), 255}
			for _, disc := range [][3]float64{{.25, .3, .16}, {.7, .2, .1}, {.62, .7, .22}, {.15, .8, .09}} {
				if dx, dy := u-disc[0], v-disc[1]; dx*dx+dy*dy < disc[2]*disc[2] {
					c.R, c.G, c.B = 255-c.R, c.G/3, uint8(255*disc[0])
				}
			}
			if v > .45 && v < .5 || u > .85 && u < .9 {
				c = color.NRGBA{240, 235, 20, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

type encoder func(io.Writer, image.Image) error

// encoders make a file of each format that the standard library or x/image can write.
var encoders = map[string]encoder{
	"jpeg": func(w io.Writer, img image.Image) error { return jpeg.Encode(w, img, &jpeg.Options{Quality: 95}) },
	"png":  png.Encode,
	"gif":  func(w io.Writer, img image.Image) error { return gif.Encode(w, img, nil) },
	"bmp":  bmp.Encode,
	"tiff": func(w io.Writer, img image.Image) error {
		return tiff.Encode(w, img, &tiff.Options{Compression: tiff.Deflate})
	},
}

func encode(t testing.TB, format string, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := encoders[format](&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// exifTag is one entry of an EXIF directory; value is a string (ASCII), a uint16, a uint32, a []uint32 of rationals, bytes
// (undefined) or another directory.
type exifTag struct {
	number uint16
	value  any
}

// exif lays directories out as a big-endian TIFF structure.
func exif(tags ...exifTag) []byte {
	out := []byte("MM\x00*\x00\x00\x00\x08")
	return directory(out, tags)
}

func directory(out []byte, tags []exifTag) []byte {
	order := binary.BigEndian
	start := len(out)
	out = append(order.AppendUint16(out, uint16(len(tags))), make([]byte, 12*len(tags)+4)...)
	for i, tag := range tags {
		var kind uint16
		var count int
		var value []byte
		switch v := tag.value.(type) {
		case string:
			kind, value = 2, append([]byte(v), 0)
			count = len(value)
		case uint16:
			kind, count, value = 3, 1, order.AppendUint16(nil, v)
		case uint32:
			kind, count, value = 4, 1, order.AppendUint32(nil, v)
		case []uint32:
			kind, count = 5, len(v)/2
			for _, n := range v {
				value = order.AppendUint32(value, n)
			}
		case []byte:
			kind, count, value = 7, len(v), v
		case []exifTag:
			kind, count, value = 4, 1, order.AppendUint32(nil, uint32(len(out)))
			out = directory(out, v)
		}
		if len(value) > 4 {
			offset := len(out)
			out = append(out, value...)
			value = order.AppendUint32(nil, uint32(offset))
		}
		entry := out[start+2+12*i:]
		order.PutUint16(entry, tag.number)
		order.PutUint16(entry[2:], kind)
		order.PutUint32(entry[4:], uint32(count))
		copy(entry[8:12], append(value, 0, 0, 0, 0))
	}
	return out
}

// withEXIF puts a TIFF structure into a JPEG, as its first segment.
func withEXIF(file, tiff []byte) []byte {
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2)), body...)
	return slices.Concat(file[:2], segment, file[2:])
}
