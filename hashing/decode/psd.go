package decode

import (
	"encoding/binary"
	"image"
	"io"
)

// Colour modes of Photoshop files (Adobe Photoshop File Formats Specification, 2019).
const (
	psdBitmap       = 0
	psdGrey         = 1
	psdIndexed      = 2
	psdRGB          = 3
	psdCMYK         = 4
	psdMultichannel = 7
	psdDuotone      = 8
	psdLab          = 9
)

// psdFile is what is read of a Photoshop file (PSD) or a large one (PSB): the picture of all layers together, which
// programs that know no layers show.
type psdFile struct {
	large           bool // PSB: some lengths have twice as many bytes
	channels, depth int
	width, height   int
	mode            int
	palette         []byte
	compression     int
	pixels          []byte // to the end of the file
}

// openPSD reads the header; with it alone, whole is false.
func openPSD(data []byte) (f psdFile, whole bool, err error) {
	const header = 26
	if len(data) < header {
		return f, false, io.ErrUnexpectedEOF
	}
	f = psdFile{
		large: data[5] == 2, channels: int(binary.BigEndian.Uint16(data[12:])), depth: int(binary.BigEndian.Uint16(data[22:])),
		height: int(binary.BigEndian.Uint32(data[14:])), width: int(binary.BigEndian.Uint32(data[18:])),
		mode: int(binary.BigEndian.Uint16(data[24:])),
	}
	if f.channels < 1 || f.channels > 56 {
		return f, false, Corrupt
	}
	rest := data[header:]
	for section := range 3 { // colours, resources, layers
		wide := f.large && section == 2
		size, n := uint64(0), 4
		switch {
		case wide && len(rest) >= 8:
			size, n = binary.BigEndian.Uint64(rest), 8
		case !wide && len(rest) >= 4:
			size = uint64(binary.BigEndian.Uint32(rest))
		default:
			return f, false, nil
		}
		if size > uint64(len(rest)-n) {
			return f, false, nil
		}
		if section == 0 {
			f.palette = rest[n : n+int(size)] //nolint:gosec // within rest
		}
		rest = rest[n+int(size):] //nolint:gosec // within rest
	}
	if len(rest) < 2 {
		return f, false, nil
	}
	f.compression, f.pixels = int(binary.BigEndian.Uint16(rest)), rest[2:]
	return f, true, nil
}

func psdConfig(r io.Reader) (image.Config, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return image.Config{}, err
	}
	f, _, err := openPSD(data)
	return image.Config{Width: f.width, Height: f.height}, err
}

func decodePSD(r io.Reader) (image.Image, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	f, whole, err := openPSD(data)
	switch {
	case err != nil:
		return nil, err
	case !whole:
		return nil, io.ErrUnexpectedEOF
	case f.compression > 1, f.depth != 1 && f.depth != 8 && f.depth != 16, (f.depth == 1) != (f.mode == psdBitmap):
		return nil, FormatNotSupported
	}
	needed := map[int]int{psdBitmap: 1, psdGrey: 1, psdIndexed: 1, psdRGB: 3, psdCMYK: 4, psdMultichannel: 1, psdDuotone: 1, psdLab: 1}[f.mode]
	if needed == 0 || f.channels < needed || f.mode == psdIndexed && len(f.palette) < 768 {
		return nil, FormatNotSupported
	}
	planes := make([][]byte, needed)
	for i := range planes {
		if planes[i], err = f.plane(i); err != nil {
			return nil, err
		}
	}
	return f.paint(planes), nil
}

// rowBytes is the length of a row of one channel, before compression.
func (f psdFile) rowBytes() int { return (f.width*f.depth + 7) / 8 }

// plane returns one channel, 8 bits a pixel.
func (f psdFile) plane(channel int) ([]byte, error) {
	row := f.rowBytes()
	out := make([]byte, f.width*f.height)
	line := make([]byte, row)
	rows, err := f.rows(channel)
	if err != nil {
		return nil, err
	}
	for y := range f.height {
		if f.compression == 0 {
			line, rows = rows[:row], rows[row:]
		} else {
			n := f.packed(channel*f.height + y)
			if n > len(rows) {
				return nil, io.ErrUnexpectedEOF
			}
			unpackBits(line, rows[:n])
			rows = rows[n:]
		}
		to := out[y*f.width : (y+1)*f.width]
		switch f.depth {
		case 8:
			copy(to, line)
		case 16:
			for x := range to {
				to[x] = line[2*x]
			}
		default:
			for x := range to {
				to[x] = line[x/8] >> (7 - x%8) & 1
			}
		}
	}
	return out, nil
}

// rows returns the pixels from a channel's first row on.
func (f psdFile) rows(channel int) ([]byte, error) {
	if f.compression == 0 {
		from, size := channel*f.height*f.rowBytes(), f.height*f.rowBytes()
		if from+size > len(f.pixels) {
			return nil, io.ErrUnexpectedEOF
		}
		return f.pixels[from:], nil
	}
	from := f.channels * f.height * f.countBytes()
	if from > len(f.pixels) {
		return nil, io.ErrUnexpectedEOF
	}
	for i := range channel * f.height {
		from += f.packed(i)
	}
	if from > len(f.pixels) {
		return nil, io.ErrUnexpectedEOF
	}
	return f.pixels[from:], nil
}

// countBytes is the length of the length of a packed row.
func (f psdFile) countBytes() int {
	if f.large {
		return 4
	}
	return 2
}

// packed returns the length of the i-th packed row of all channels. The table of them is there: see rows.
func (f psdFile) packed(i int) int {
	if f.large {
		return int(binary.BigEndian.Uint32(f.pixels[4*i:]))
	}
	return int(binary.BigEndian.Uint16(f.pixels[2*i:]))
}

// unpackBits fills a row from its PackBits form (TIFF 6.0, section 9); what is missing stays as it is.
func unpackBits(to, from []byte) {
	for len(from) > 0 && len(to) > 0 {
		n := int(int8(from[0]))
		from = from[1:]
		switch {
		case n >= 0:
			n = min(n+1, len(from), len(to))
			copy(to, from[:n])
			from, to = from[n:], to[n:]
		case n > -128 && len(from) > 0:
			n = min(1-n, len(to))
			for i := range n {
				to[i] = from[0]
			}
			from, to = from[1:], to[n:]
		}
	}
}

// paint makes a picture of the planes.
func (f psdFile) paint(planes [][]byte) image.Image {
	rect := image.Rect(0, 0, f.width, f.height)
	switch f.mode {
	case psdRGB, psdCMYK, psdIndexed:
	case psdBitmap:
		for i, v := range planes[0] {
			planes[0][i] = 255 * (1 - v) // ink is 1
		}
		fallthrough
	default: // grey, and of Lab the lightness alone
		return &image.Gray{Pix: planes[0], Stride: f.width, Rect: rect}
	}
	out := image.NewRGBA(rect)
	for i := range f.width * f.height {
		to := out.Pix[4*i : 4*i+4]
		to[3] = 255
		switch f.mode {
		case psdIndexed:
			v := int(planes[0][i])
			to[0], to[1], to[2] = f.palette[v], f.palette[256+v], f.palette[512+v]
		case psdRGB:
			to[0], to[1], to[2] = planes[0][i], planes[1][i], planes[2][i]
		default: // CMYK is stored as the absence of ink
			k := int(planes[3][i])
			for c := range 3 {
				to[c] = uint8(int(planes[c][i]) * k / 255) //nolint:gosec // at most 255
			}
		}
	}
	return out
}
