package container

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/image/ccitt"
)

// image is a picture: a JPEG or JPEG 2000 as it is; fax as a TIFF around it; samples as a TIFF that is not packed, with
// grey and colours as they are, palettes looked up, and CMYK made RGB in the plainest way.
func (p *pdfPass) image(o pdfObject, d pdfDict) *entry {
	name := "image"
	if p.file.masks[o.ref.number] {
		name = "mask"
	}
	name = fmt.Sprintf("%s-%d", name, o.ref.number)
	e := &entry{name: name + ".bin", size: UnknownSize}
	r, left, reason := p.file.decoded(o, d)
	if e.reason = reason; reason != "" {
		return e
	}
	switch {
	case left == nil:
		e.name = name + ".tif"
		shape, reason := p.file.shape(d, pdfOwner{ref: o.ref})
		if e.reason = reason; reason == "" {
			head := shape.head(shape.outRow()*int64(shape.height), 1)
			e.size = int64(len(head)) + shape.outRow()*int64(shape.height)
			p.content = func() (io.Reader, error) {
				return io.MultiReader(bytes.NewReader(head), &pdfRows{in: whole(r, o), shape: shape}), nil
			}
		}
	case left.name == "DCTDecode":
		e.name = name + ".jpg"
		p.content = func() (io.Reader, error) { return whole(r, o), nil }
	case left.name == "JPXDecode":
		e.name = name + ".jp2"
		p.content = func() (io.Reader, error) { return whole(r, o), nil }
	case left.name == "CCITTFaxDecode":
		e.name = name + ".tif"
		e.reason = p.fax(d, *left, whole(r, o))
	default:
		e.reason = ReasonMethod // JBIG2: no file but a PDF has it like this
	}
	return e
}

// pdfShape is how the samples of a picture lie.
type pdfShape struct {
	width, height int
	bits          int // of a sample
	space         pdfSpace
	invert        bool
}

// pdfSpace is what samples mean.
type pdfSpace struct {
	samples int    // of a pixel: 1, 3 or 4
	palette []byte // RGB, where samples are numbers of it
	ink     bool   // 0 is white
}

// shape reads what is said of samples, or tells why they mean nothing here.
func (p *pdfFile) shape(d pdfDict, owner pdfOwner) (s pdfShape, reason string) {
	number := func(long, short pdfName) int {
		n, ok := p.resolve(d[long]).(float64)
		if !ok {
			n, _ = p.resolve(d[short]).(float64)
		}
		return int(max(min(n, 1<<24), 0))
	}
	s.width, s.height, s.bits = number("Width", "W"), number("Height", "H"), number("BitsPerComponent", "BPC")
	space := d["ColorSpace"]
	if space == nil {
		space = d["CS"]
	}
	if mask, _ := p.resolve(d["ImageMask"]).(bool); mask {
		s.bits, s.space = 1, pdfSpace{samples: 1}
	} else {
		var ok bool
		if s.space, ok = p.space(space, owner, 0); !ok {
			return s, ReasonMethod
		}
	}
	decode, _ := p.resolve(d["Decode"]).(pdfArray)
	if len(decode) >= 2 && s.space.palette == nil {
		from, _ := p.resolve(decode[0]).(float64)
		to, _ := p.resolve(decode[1]).(float64)
		s.invert = from > to
	}
	s.invert = s.invert != s.space.ink
	switch s.bits {
	case 1, 2, 4, 8:
	case 16:
		if s.space.palette != nil || s.space.samples == 4 {
			return s, ReasonMethod
		}
	default:
		return s, ReasonBroken
	}
	switch {
	case s.width == 0 || s.height == 0:
		return s, ReasonBroken
	case s.inRow() > pdfMaxRow || s.outRow() > pdfMaxRow || s.outRow()*int64(s.height) > 1<<32-1<<10:
		return s, ReasonWindow
	}
	return s, ""
}

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

// space reads a colour space.
func (p *pdfFile) space(value any, owner pdfOwner, depth int) (pdfSpace, bool) {
	const deep = 4
	value, owner = p.owned(value, owner)
	list, _ := value.(pdfArray)
	name, _ := value.(pdfName)
	if len(list) > 0 {
		name, _ = p.resolve(list[0]).(pdfName)
	}
	if depth > deep {
		return pdfSpace{}, false
	}
	switch name {
	case "DeviceGray", "G", "CalGray":
		return pdfSpace{samples: 1}, true
	case "DeviceRGB", "RGB", "CalRGB":
		return pdfSpace{samples: 3}, true
	case "DeviceCMYK", "CMYK":
		return pdfSpace{samples: 4}, true
	case "ICCBased":
		if len(list) < 2 {
			return pdfSpace{}, false
		}
		profile, _ := p.resolve(list[1]).(pdfDict)
		n, _ := p.resolve(profile["N"]).(float64)
		return pdfSpace{samples: int(n)}, n == 1 || n == 3 || n == 4
	case "Separation":
		return pdfSpace{samples: 1, ink: true}, true
	case "Indexed", "I":
		if len(list) < 4 {
			return pdfSpace{}, false
		}
		return p.indexed(list, owner, depth)
	}
	return pdfSpace{}, false
}

// indexed reads a palette.
func (p *pdfFile) indexed(list pdfArray, owner pdfOwner, depth int) (pdfSpace, bool) {
	base, ok := p.space(list[1], owner, depth+1)
	if !ok || base.palette != nil {
		return pdfSpace{}, false
	}
	var table []byte
	value, owner := p.owned(list[3], owner)
	switch v := value.(type) {
	case pdfString:
		table = []byte(p.plainText(v, owner))
	case pdfDict:
		ref, _ := list[3].(pdfRef)
		place, found := p.lookup(ref)
		if !found {
			return pdfSpace{}, false
		}
		o, _ := p.next(place.at)
		r, left, reason := p.decoded(o, v)
		if reason != "" || left != nil {
			return pdfSpace{}, false
		}
		table, _ = io.ReadAll(io.LimitReader(metered{r, p.meter}, 1<<10))
	}
	palette := make([]byte, 0, 256*3)
	for n := base.samples; len(table) >= n && len(palette) < cap(palette); table = table[n:] {
		palette = append(palette, rgbOf(table[:n], base.ink)...)
	}
	return pdfSpace{samples: 1, palette: palette}, len(palette) > 0
}

// rgbOf returns a colour of 1, 3 or 4 samples as RGB.
func rgbOf(c []byte, ink bool) []byte {
	switch len(c) {
	case 1:
		if ink {
			return []byte{^c[0], ^c[0], ^c[0]}
		}
		return []byte{c[0], c[0], c[0]}
	case 4:
		left := 255 - int(c[3])
		rgb := make([]byte, 3)
		for i := range rgb {
			rgb[i] = byte((255 - int(c[i])) * left / 255) //nolint:gosec // below 256
		}
		return rgb
	}
	return c
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

// fax makes a TIFF of what a fax has sent; its bytes are few, and are kept.
func (p *pdfPass) fax(d pdfDict, f pdfFilter, r io.Reader) (reason string) {
	const most = 16 << 20 // bytes; a page has some 50,000
	number := func(key pdfName, otherwise float64) float64 {
		if n, ok := p.file.resolve(f.with[key]).(float64); ok {
			return n
		}
		return otherwise
	}
	flag := func(key pdfName) bool {
		v, _ := p.file.resolve(f.with[key]).(bool)
		return v
	}
	sized := pdfDict{"Width": d["Width"], "Height": d["Height"], "ImageMask": true, "Decode": d["Decode"]}
	shape, reason := p.file.shape(sized, pdfOwner{})
	switch {
	case reason != "":
		return reason
	case number("Columns", 1728) != float64(shape.width):
		return ReasonMethod
	}
	shape.invert = shape.invert != flag("BlackIs1")
	if flag("EncodedByteAlign") { // as no TIFF has it: it comes unpacked
		if number("K", 0) > 0 {
			return ReasonMethod
		}
		group := ccitt.Group3
		if number("K", 0) < 0 {
			group = ccitt.Group4
		}
		p.content = func() (io.Reader, error) {
			rows := ccitt.NewReader(r, ccitt.MSB, group, shape.width, shape.height, &ccitt.Options{Align: true})
			return io.MultiReader(bytes.NewReader(shape.head(shape.outRow()*int64(shape.height), 1)), &pdfRows{in: rows, shape: shape}), nil
		}
		return ""
	}
	compression, more := 4, [][2]int(nil)
	if k := number("K", 0); k >= 0 {
		compression = 3
		more = [][2]int{{292, int(min(k, 1))}}
	}
	p.content = func() (io.Reader, error) {
		b, err := io.ReadAll(io.LimitReader(metered{r, p.file.meter}, most+1))
		switch {
		case err != nil && len(b) == 0:
			return nil, err
		case len(b) > most:
			return nil, &Error{Reason: ReasonWindow}
		}
		in := io.MultiReader(bytes.NewReader(shape.head(int64(len(b)), compression, more...)), bytes.NewReader(b))
		if err != nil {
			in = io.MultiReader(in, failing{err})
		}
		return in, nil
	}
	return ""
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
