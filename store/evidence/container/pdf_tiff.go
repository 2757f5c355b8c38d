package container

import (
	"encoding/binary"
	"errors"
	"io"
)

func (s pdfShape) inRow() int64 { return (int64(s.width)*int64(s.bits)*int64(s.space.samples) + 7) / 8 }

// outSamples returns the samples and bits of a pixel in the TIFF.
func (s pdfShape) outSamples() (samples, bits int) {
	samples, bits = 1, s.bits
	if s.space.palette != nil || s.space.samples > 1 {
		samples = 3
	}
	if bits < 8 && (bits > 1 || samples > 1) {
		bits = 8
	}
	return samples, bits
}

func (s pdfShape) outRow() int64 {
	samples, bits := s.outSamples()
	return (int64(s.width)*int64(samples)*int64(bits) + 7) / 8
}

// head returns the beginning of a TIFF of one strip of so many bytes, up to the strip.
func (s pdfShape) head(strip int64, compression int, more ...[2]int) []byte {
	samples, bits := s.outSamples()
	photometric := 1
	if samples == 3 {
		photometric = 2
	}
	if compression != 1 { // fax: black is 1
		photometric = 0
		if s.invert {
			photometric = 1
		}
	}
	tags := [][2]int{{256, s.width}, {257, s.height}, {258, bits}, {259, compression}, {262, photometric}, {273, 0}, {277, samples}, {278, s.height}, {279, int(strip)}}
	tags = append(tags, more...)
	const field, long = 12, 4
	at := 8 + 2 + field*len(tags) + long
	b := binary.LittleEndian.AppendUint32([]byte("II*\x00"), 8)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(tags))) //nolint:gosec // ten
	for _, t := range tags {
		tag, value, count := t[0], t[1], 1
		switch {
		case tag == 258 && samples == 3:
			value, count = at, 3
		case tag == 273:
			value = at + 6
		}
		sort := uint16(4)
		if tag == 258 {
			sort = 3
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(tag)) //nolint:gosec // below 2^16
		b = binary.LittleEndian.AppendUint16(b, sort)
		b = binary.LittleEndian.AppendUint32(b, uint32(count))
		b = binary.LittleEndian.AppendUint32(b, uint32(value)) //nolint:gosec // below 2^32
	}
	b = append(b, 0, 0, 0, 0)
	for range 3 {
		b = binary.LittleEndian.AppendUint16(b, uint16(bits)) //nolint:gosec // at most 16
	}
	return b
}

// pdfRows gives the rows of a picture as the TIFF has them.
type pdfRows struct {
	in    io.Reader
	shape pdfShape
	done  int // rows
	row   []byte
	made  []byte
	out   []byte
	err   error
}

// Read implements io.Reader.
func (r *pdfRows) Read(p []byte) (int, error) {
	for len(r.out) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.fill()
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	return n, nil
}

func (r *pdfRows) fill() {
	if r.row == nil {
		r.row, r.made = make([]byte, r.shape.inRow()), make([]byte, r.shape.outRow())
	}
	if r.done == r.shape.height {
		r.err = io.EOF
		return
	}
	if _, err := io.ReadFull(r.in, r.row); err != nil {
		if r.err = err; errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			r.err = broken("a picture is shorter than it says")
		}
		return
	}
	r.done++
	r.shape.convert(r.made, r.row)
	r.out = r.made
}

// convert makes a row of the TIFF of one of the PDF.
func (s pdfShape) convert(out, in []byte) {
	if s.invert {
		for i := range in {
			in[i] = ^in[i]
		}
	}
	samples, bits := s.outSamples()
	switch {
	case bits == 16:
		for i := 0; i+1 < len(in); i += 2 { // the TIFF's small end comes first
			out[i], out[i+1] = in[i+1], in[i]
		}
	case s.bits == bits && s.space.samples == samples:
		copy(out, in)
	default:
		s.expand(out, in)
	}
}

// expand makes whole bytes of samples, looks them up, and mixes inks.
func (s pdfShape) expand(out, in []byte) {
	top := 1<<s.bits - 1
	sample := func(i int) int {
		at := i * s.bits
		return int(in[at/8]) >> (8 - s.bits - at%8) & top
	}
	var ink [4]byte
	for x := range s.width {
		switch {
		case s.space.palette != nil:
			if i := 3 * sample(x); i+3 <= len(s.space.palette) {
				copy(out[3*x:], s.space.palette[i:i+3])
			} else {
				clear(out[3*x : 3*x+3])
			}
		default:
			n := s.space.samples
			for k := range n {
				ink[k] = byte(sample(n*x+k) * 255 / top) //nolint:gosec // below 256
			}
			if n == 1 {
				out[x] = ink[0]
			} else {
				copy(out[3*x:], rgbOf(ink[:n], false))
			}
		}
	}
}
