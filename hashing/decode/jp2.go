package decode

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
	"slices"

	"vigie/hashing/openjpeg"
)

// Markers of a JPEG 2000 codestream (ITU-T T.800, annex A).
const (
	j2kSOC = 0xff4f // the codestream begins
	j2kSIZ = 0xff51 // sizes
	j2kSOT = 0xff90 // a part of a tile begins
	j2kSOD = 0xff93 // its data begin
	j2kEOC = 0xffd9 // the codestream ends
)

const (
	// jp2MaxComponents is how many components a picture may have. Four are in use, some more where there is transparency;
	// the format allows 16,384, each of which costs the decoder as much as a picture in grey.
	jp2MaxComponents = 8
	// jp2Memory is what OpenJPEG takes for itself, in bytes, and jp2PixelBytes what it takes for a pixel beside four for
	// each component: 17.9 in all were measured of three components in tiles, 15.5 without tiles.
	jp2Memory, jp2PixelBytes = 16 << 20, 8
	// jp2MaxTiles is how many tiles the format allows.
	jp2MaxTiles = 65_535
)

// j2kHeader is what the sizes of a codestream say.
type j2kHeader struct {
	width, height int         // of the first component, in samples
	largest       image.Point // of all components, each side for itself
	components    int
	firstAlone    bool // the others are of sizes that do not fit
	tiles         int64
	rest          []byte // the codestream behind the sizes
}

// jp2Stream returns the codestream of a JP2, JPX or JPH file, or of one that is nothing else.
func jp2Stream(data []byte) []byte {
	if bytes.HasPrefix(data, []byte{0xff, 0x4f, 0xff, 0x51}) {
		return data
	}
	return find(data, "jp2c")
}

// readJ2K reads the sizes. Files whose pictures are not in one codestream (JPM, some JPX) are not supported.
func readJ2K(data []byte) (j2kHeader, error) {
	const fixed = 38 // bytes of the segment before its components
	var h j2kHeader
	stream := jp2Stream(data)
	if stream == nil {
		return h, cutShort(data, FormatNotSupported)
	}
	if len(stream) < 4+fixed {
		return h, io.ErrUnexpectedEOF
	}
	long := func(at int) int64 { return int64(binary.BigEndian.Uint32(stream[4+at:])) }
	length := int(binary.BigEndian.Uint16(stream[4:]))
	h.components = int(binary.BigEndian.Uint16(stream[4+36:]))
	if binary.BigEndian.Uint16(stream) != j2kSOC || binary.BigEndian.Uint16(stream[2:]) != j2kSIZ || length != fixed+3*h.components {
		return h, Corrupt
	}
	if len(stream) < 4+length {
		return h, io.ErrUnexpectedEOF
	}
	if h.components == 0 {
		return h, Corrupt
	}
	if h.components > jp2MaxComponents {
		return h, FormatNotSupported
	}
	right, bottom, left, top := long(4), long(8), long(12), long(16)
	tileWidth, tileHeight, tileLeft, tileTop := long(20), long(24), long(28), long(32)
	if left >= right || top >= bottom || tileWidth == 0 || tileHeight == 0 || tileLeft > left || tileTop > top {
		return h, Corrupt
	}
	var steps []image.Point // in pixels, from one sample to the next, of each component
	for i := range h.components {
		step := stream[4+fixed+3*i+1:]
		stepX, stepY := int64(step[0]), int64(step[1])
		if stepX == 0 || stepY == 0 {
			return h, Corrupt
		}
		width, height := int(ceilDiv(right, stepX)-ceilDiv(left, stepX)), int(ceilDiv(bottom, stepY)-ceilDiv(top, stepY))
		if i == 0 {
			h.width, h.height = width, height
		}
		h.largest = image.Pt(max(h.largest.X, width), max(h.largest.Y, height))
		steps = append(steps, image.Pt(int(stepX), int(stepY)))
	}
	if h.width == 0 || h.height == 0 {
		return h, Corrupt
	}
	if h.tiles = ceilDiv(right-tileLeft, tileWidth) * ceilDiv(bottom-tileTop, tileHeight); h.tiles > jp2MaxTiles {
		return h, Corrupt
	}
	h.firstAlone = !fitting(steps)
	h.rest = stream[4+length:]
	return h, nil
}

// jp2EXIF returns the EXIF data of a JP2 file, which are in a box that is known by its first 16 bytes.
func jp2EXIF(data []byte) []byte {
	const begin = "JpgTiffExif->JP2"
	for b := range boxes(data) {
		if b.kind == "uuid" && bytes.HasPrefix(b.body, []byte(begin)) {
			return b.body[len(begin):]
		}
	}
	return nil
}

// fitting reports whether components can be put together: all have the same size, or those of the chroma are half as wide
// (4:2:2), or half as wide and high (4:2:0), as OpenJPEG knows them.
func fitting(steps []image.Point) bool {
	full, half, quarter := image.Pt(1, 1), image.Pt(2, 1), image.Pt(2, 2)
	if len(steps) == 3 && steps[0] == full && steps[1] == steps[2] && (steps[1] == half || steps[1] == quarter) {
		return true
	}
	return !slices.ContainsFunc(steps, func(p image.Point) bool { return p != steps[0] })
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }

// jp2Config bounds the components of a picture by the largest of them.
func jp2Config(r io.Reader) (image.Config, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return image.Config{}, err
	}
	h, err := readJ2K(data)
	return image.Config{Width: h.largest.X, Height: h.largest.Y}, err
}

// share returns how many bytes of the tiles there are, and how many there should be: each part of a tile says how long it
// is, and tiles that are not there at all count as long as the others. The last part lacks so many bytes.
func (h j2kHeader) share() (there, all, lacks int64) {
	const headerOfPart = 12
	tiles := make(map[uint16]bool)
	for rest := h.rest; len(rest) >= 4 && binary.BigEndian.Uint16(rest) != j2kEOC; {
		left := int64(len(rest))
		length := 2 + int64(binary.BigEndian.Uint16(rest[2:]))
		if binary.BigEndian.Uint16(rest) == j2kSOT && left >= headerOfPart {
			tiles[binary.BigEndian.Uint16(rest[4:])] = true
			if length = int64(binary.BigEndian.Uint32(rest[6:])); length == 0 { // it is the last
				length = left
				if binary.BigEndian.Uint16(rest[left-2:]) != j2kEOC {
					all++ // or many more: nobody knows
				}
			}
			there, all = there+min(length, left), all+length
			lacks = max(length-left, 0)
		}
		if length < 2 {
			break
		}
		rest = rest[min(length, left):]
	}
	if n := int64(len(tiles)); n > 0 && n < h.tiles {
		all = all / n * h.tiles
	}
	return there, all, lacks
}

// mended returns a file that ends early with an end. What its last part lacks is filled with zeros, which say of every
// packet that nothing is in it.
func mended(data []byte, lacks int64) []byte {
	whole := make([]byte, int64(len(data))+lacks+2)
	copy(whole, data)
	binary.BigEndian.PutUint16(whole[len(whole)-2:], j2kEOC)
	return whole
}

// decodeJP2 decodes with OpenJPEG.
func decodeJP2(r io.Reader) (image.Image, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	h, err := readJ2K(data)
	if err != nil {
		return nil, err
	}
	memory := jp2Memory + int64(len(data)) + int64(h.width)*int64(h.height)*int64(jp2PixelBytes+4*max(h.components, 3))
	if memory > openjpeg.MaxMemory {
		return nil, MemoryLimit
	}
	there, all, lacks := h.share()
	if !wholeEnough(int(there), int(all)) {
		return nil, Truncated
	}
	if there < all {
		data = mended(data, lacks)
	}
	samples, err := openjpeg.Decode(data, h.firstAlone, memory)
	if err != nil {
		return nil, err
	}
	img, err := h.picture(samples)
	if err == nil && there < all {
		return damagedPicture{img}, nil
	}
	return img, err
}

// picture makes a picture of samples: one for each pixel, or four.
func (h j2kHeader) picture(samples []byte) (image.Image, error) {
	rect := image.Rect(0, 0, h.width, h.height)
	switch n := h.width * h.height; len(samples) {
	case n:
		return &image.Gray{Pix: samples, Stride: h.width, Rect: rect}, nil
	case 4 * n:
		return &image.NRGBA{Pix: samples, Stride: 4 * h.width, Rect: rect}, nil
	}
	return nil, Corrupt
}
