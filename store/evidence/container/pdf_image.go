package container

import (
	"bytes"
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
