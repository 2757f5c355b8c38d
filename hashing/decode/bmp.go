package decode

import (
	"encoding/binary"
	"image"
	"io"
	"math/bits"
)

// Ways in which a BMP stores its pixels (Microsoft, BITMAPINFOHEADER).
const (
	bmpPlain      = 0
	bmpRuns8      = 1 // run-length encoded, 8 bits a pixel
	bmpRuns4      = 2 // likewise, 4 bits
	bmpMasks      = 3 // 16 or 32 bits, with a mask for each colour
	bmpAlphaMasks = 6
)

// bitmap is the header of a BMP, of whatever age: OS/2's of 12 bytes to version 5's of 124.
type bitmap struct {
	width, height int
	topDown       bool
	bits          int
	compression   uint32
	masks         [3]uint32 // red, green, blue
	palette       [256][3]byte
	pixels        []byte
}

// openBMP reads the header and finds the pixels.
func openBMP(data []byte) (b bitmap, err error) {
	const fileHeader, coreHeader = 14, 12
	order := binary.LittleEndian
	if len(data) < fileHeader+coreHeader {
		return b, io.ErrUnexpectedEOF
	}
	size := int(order.Uint32(data[14:]))
	if size < coreHeader || size > 124 || size > coreHeader && size < 16 {
		return b, Corrupt
	}
	if len(data) < fileHeader+size {
		return b, io.ErrUnexpectedEOF
	}
	used, colour := 0, 4
	if size == coreHeader {
		colour = 3
		b.width, b.height, b.bits = int(order.Uint16(data[18:])), int(order.Uint16(data[20:])), int(order.Uint16(data[24:]))
	} else {
		header := make([]byte, 124) // what an old header has not is 0
		copy(header, data[fileHeader:fileHeader+size])
		b.width, b.height = int(int32(order.Uint32(header[4:]))), int(int32(order.Uint32(header[8:]))) //nolint:gosec // signed there
		b.bits, b.compression, used = int(order.Uint16(header[14:])), order.Uint32(header[16:]), int(order.Uint32(header[32:]))
	}
	if b.height < 0 {
		b.height, b.topDown = -b.height, true
	}
	at := fileHeader + size
	switch b.bits {
	case 16:
		b.masks = [3]uint32{0x7c00, 0x03e0, 0x001f}
	case 32:
		b.masks = [3]uint32{0xff0000, 0x00ff00, 0x0000ff}
	}
	if b.compression == bmpMasks || b.compression == bmpAlphaMasks {
		if len(data) < fileHeader+40+12 {
			return b, io.ErrUnexpectedEOF
		}
		for i := range b.masks {
			b.masks[i] = order.Uint32(data[fileHeader+40+4*i:])
		}
		if size == 40 {
			at += 12
		}
	}
	start := min(int(order.Uint32(data[10:])), len(data))
	if b.bits <= 8 {
		if used <= 0 || used > 1<<b.bits {
			used = 1 << b.bits
		}
		for i := range used {
			if from := at + i*colour; from+colour <= min(max(start, at), len(data)) {
				b.palette[i] = [3]byte{data[from+2], data[from+1], data[from]}
			}
		}
	}
	if start < at && b.bits <= 8 { // no room for a palette: grey
		for i := range used {
			v := byte(i * 255 / max(used-1, 1)) //nolint:gosec // at most 255
			b.palette[i] = [3]byte{v, v, v}
		}
	}
	b.pixels = data[start:]
	return b, nil
}

// supported reports whether the pixels are stored in a way that is decoded here.
func (b *bitmap) supported() bool {
	switch b.compression {
	case bmpPlain:
		return b.bits == 1 || b.bits == 2 || b.bits == 4 || b.bits == 8 || b.bits == 16 || b.bits == 24 || b.bits == 32
	case bmpRuns8:
		return b.bits == 8
	case bmpRuns4:
		return b.bits == 4
	case bmpMasks, bmpAlphaMasks:
		return b.bits == 16 || b.bits == 32
	}
	return false
}

func bmpConfig(r io.Reader) (image.Config, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return image.Config{}, err
	}
	b, err := openBMP(data)
	return image.Config{Width: b.width, Height: b.height}, err
}

// decodeBMP decodes a BMP. Transparency is left out, as hashes leave it out: most programs that write it leave it 0.
func decodeBMP(r io.Reader) (image.Image, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	b, err := openBMP(data)
	switch {
	case err != nil:
		return nil, err
	case !b.supported():
		return nil, FormatNotSupported
	case b.width <= 0 || b.height <= 0:
		return nil, Corrupt
	}
	out := image.NewRGBA(image.Rect(0, 0, b.width, b.height))
	stride := (b.width*b.bits + 31) / 32 * 4
	var indices []byte
	if b.compression == bmpRuns8 || b.compression == bmpRuns4 {
		indices, stride = b.unpackRuns(), b.width
	} else if len(b.pixels) < stride*(b.height-1)+(b.width*b.bits+7)/8 {
		return nil, io.ErrUnexpectedEOF
	}
	for y := range b.height {
		line := y
		if !b.topDown {
			line = b.height - 1 - y
		}
		to := out.Pix[line*out.Stride:][:4*b.width]
		if indices != nil {
			for x, index := range indices[y*stride:][:b.width] {
				setPixel(to[4*x:], b.palette[index])
			}
			continue
		}
		b.paintRow(to, b.pixels[y*stride:])
	}
	return out, nil
}

func setPixel(to []uint8, c [3]byte) { to[0], to[1], to[2], to[3] = c[0], c[1], c[2], 255 }

// paintRow paints one row that is not compressed.
func (b *bitmap) paintRow(to, from []byte) {
	for x := range b.width {
		var c [3]byte
		switch b.bits {
		case 24:
			c = [3]byte{from[3*x+2], from[3*x+1], from[3*x]}
		case 16:
			c = b.masked(uint32(binary.LittleEndian.Uint16(from[2*x:])))
		case 32:
			c = b.masked(binary.LittleEndian.Uint32(from[4*x:]))
		default:
			first := x * b.bits
			c = b.palette[from[first/8]>>(8-b.bits-first%8)&(1<<b.bits-1)]
		}
		setPixel(to[4*x:], c)
	}
}

// masked takes a pixel apart by the masks.
func (b *bitmap) masked(v uint32) (c [3]byte) {
	for i, mask := range b.masks {
		if mask == 0 {
			continue
		}
		shift := bits.TrailingZeros32(mask)
		most := uint64(mask >> shift)
		c[i] = byte(uint64(v&mask>>shift) * 255 / most) //nolint:gosec // at most 255
	}
	return c
}

// unpackRuns returns the indices of a run-length encoded picture, row after row as they are stored. What is left out, or
// cut off, is the first colour.
func (b *bitmap) unpackRuns() []byte {
	out := make([]byte, b.width*b.height)
	x, y := 0, 0
	put := func(v byte) {
		if x < b.width && y < b.height {
			out[y*b.width+x] = v
		}
		x++
	}
	nibble := func(v byte, i int) byte { return v >> (4 * (1 - i%2)) & 15 }
	for p := b.pixels; len(p) >= 2 && y < b.height; {
		n, v := int(p[0]), p[1]
		p = p[2:]
		switch {
		case n > 0:
			for i := range n {
				if b.bits == 4 {
					put(nibble(v, i))
				} else {
					put(v)
				}
			}
		case v == 0:
			x, y = 0, y+1
		case v == 1:
			return out
		case v == 2:
			if len(p) < 2 {
				return out
			}
			x, y, p = x+int(p[0]), y+int(p[1]), p[2:]
		default:
			size := int(v)
			if b.bits == 4 {
				size = (size + 1) / 2
			}
			if len(p) < size {
				return out
			}
			for i := range int(v) {
				if b.bits == 4 {
					put(nibble(p[i/2], i))
				} else {
					put(p[i])
				}
			}
			p = p[min(size+size%2, len(p)):]
		}
	}
	return out
}
