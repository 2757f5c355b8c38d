package container

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"
	"golang.org/x/image/tiff/lzw"
)

// pdfFilter is one step of how a stream is packed.
type pdfFilter struct {
	name pdfName
	with pdfDict
}

// The names of filters, also as they are in short.
var pdfShort = map[pdfName]pdfName{
	"AHx": "ASCIIHexDecode", "A85": "ASCII85Decode", "LZW": "LZWDecode", "Fl": "FlateDecode", "RL": "RunLengthDecode",
	"CCF": "CCITTFaxDecode", "DCT": "DCTDecode",
}

const pdfMaxFilters = 8

// filters returns the steps, the outermost first.
func (p *pdfFile) filters(d pdfDict) (all []pdfFilter) {
	list := func(value any) pdfArray {
		switch v := p.resolve(value).(type) {
		case pdfArray:
			return v
		case nil:
			return nil
		default:
			return pdfArray{v}
		}
	}
	names, with := list(d["Filter"]), list(d["DecodeParms"])
	if with == nil {
		with = list(d["DP"])
	}
	for i, one := range names[:min(len(names), pdfMaxFilters)] {
		name, _ := p.resolve(one).(pdfName)
		if long, ok := pdfShort[name]; ok {
			name = long
		}
		f := pdfFilter{name: name}
		if i < len(with) {
			f.with, _ = p.resolve(with[i]).(pdfDict)
		}
		all = append(all, f)
	}
	return all
}

// decoded returns the bytes of a stream, as far as it can be unpacked without knowing pictures, and the step at which
// that ended; or the reason why there are none.
func (p *pdfFile) decoded(o pdfObject, d pdfDict) (io.Reader, *pdfFilter, string) {
	var r io.Reader = io.NewSectionReader(p.source, o.data, o.end-o.data)
	if p.crypt != nil && d["Type"] != pdfName("XRef") {
		how := p.crypt.streams
		if d["Type"] == pdfName("EmbeddedFile") {
			how = p.crypt.files
		}
		var reason string
		if r, reason = p.crypt.decrypt(r, o.ref, how); reason != "" {
			return nil, nil, reason
		}
	}
	for _, f := range p.filters(d) {
		switch f.name {
		case "Crypt":
			continue
		case "DCTDecode", "JPXDecode", "CCITTFaxDecode", "JBIG2Decode":
			return r, &f, ""
		}
		next, err := p.unfiltered(r, f)
		if err != nil {
			return failing{err}, nil, ""
		}
		if next == nil {
			return nil, nil, ReasonMethod
		}
		r = next
	}
	return r, nil, ""
}

// unfiltered undoes one step; it returns nothing where the step is not known.
func (p *pdfFile) unfiltered(r io.Reader, f pdfFilter) (io.Reader, error) {
	switch f.name {
	case "FlateDecode":
		return p.unpredicted(&pdfInflater{in: bufio.NewReader(r)}, f.with)
	case "LZWDecode":
		if early, ok := p.resolve(f.with["EarlyChange"]).(float64); ok && early == 0 {
			return nil, nil
		}
		return p.unpredicted(lzw.NewReader(r, lzw.MSB, 8), f.with)
	case "ASCIIHexDecode":
		return &pdfHex{in: bufio.NewReader(r)}, nil
	case "ASCII85Decode":
		return &pdfBase85{in: bufio.NewReader(r)}, nil
	case "RunLengthDecode":
		return &pdfRuns{in: bufio.NewReader(r)}, nil
	}
	return nil, nil
}

// pdfInflater opens its decoder when it is read: a header that is damaged is damage, and no reason to stop.
type pdfInflater struct {
	in *bufio.Reader
	z  io.Reader
}

// Read implements io.Reader.
func (i *pdfInflater) Read(p []byte) (n int, err error) {
	if i.z == nil {
		if i.z, err = zlib.NewReader(i.in); err != nil {
			if errors.Is(err, io.EOF) {
				err = broken("there is nothing to unpack")
			}
			return 0, err
		}
	}
	return i.z.Read(p)
}

// unpredicted undoes the prediction that PNG or TIFF use before they pack.
func (p *pdfFile) unpredicted(r io.Reader, with pdfDict) (io.Reader, error) {
	number := func(key pdfName, otherwise int) int {
		if n, ok := p.resolve(with[key]).(float64); ok {
			return int(max(min(n, 1<<24), 0))
		}
		return otherwise
	}
	predictor, colours, bits, columns := number("Predictor", 1), number("Colors", 1), number("BitsPerComponent", 8), number("Columns", 1)
	if predictor <= 1 {
		return r, nil
	}
	if colours < 1 || colours > 32 || bits < 1 || bits > 16 || columns < 1 {
		return nil, broken("a picture has no size")
	}
	if predictor == 2 && bits != 8 {
		return nil, nil
	}
	row := (columns*colours*bits + 7) / 8
	if row > pdfMaxRow {
		return nil, &Error{Reason: ReasonWindow}
	}
	return &pdfPredicted{in: r, png: predictor >= 10, row: make([]byte, row), before: make([]byte, row), pixel: max(colours*bits/8, 1)}, nil
}

// pdfMaxRow is the longest row of a picture, in bytes.
const pdfMaxRow = 16 << 20

// pdfPredicted undoes a prediction, row by row.
type pdfPredicted struct {
	in          io.Reader
	png         bool
	row, before []byte
	pixel       int // bytes
	out         []byte
	err         error
}

// Read implements io.Reader.
func (p *pdfPredicted) Read(b []byte) (int, error) {
	for len(p.out) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		p.fill()
	}
	n := copy(b, p.out)
	p.out = p.out[n:]
	return n, nil
}

func (p *pdfPredicted) fill() {
	how := [1]byte{1} // TIFF's is PNG's first
	if p.png {
		if _, p.err = io.ReadFull(p.in, how[:]); p.err != nil {
			return
		}
	}
	p.row, p.before = p.before, p.row
	n, err := io.ReadFull(p.in, p.row)
	if p.err = err; errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		p.err = io.EOF
	}
	clear(p.row[n:])
	if how[0] > 4 {
		p.err = broken("a row is predicted in no known way")
		return
	}
	for i := range p.row[:n] {
		var left, corner byte
		if i >= p.pixel {
			left, corner = p.row[i-p.pixel], p.before[i-p.pixel]
		}
		up := p.before[i]
		switch how[0] {
		case 1:
			p.row[i] += left
		case 2:
			p.row[i] += up
		case 3:
			p.row[i] += byte((int(left) + int(up)) / 2) //nolint:gosec // below 256
		case 4:
			p.row[i] += paeth(left, up, corner)
		}
	}
	p.out = p.row[:n]
}

// paeth is PNG's fourth predictor.
func paeth(a, b, c byte) byte {
	distance := func(x, y int) int { return max(x-y, y-x) }
	at := int(a) + int(b) - int(c)
	da, db, dc := distance(at, int(a)), distance(at, int(b)), distance(at, int(c))
	switch {
	case da <= db && da <= dc:
		return a
	case db <= dc:
		return b
	}
	return c
}

// pdfHex decodes digits.
type pdfHex struct{ in *bufio.Reader }

// Read implements io.Reader.
func (h *pdfHex) Read(p []byte) (n int, err error) {
	for n < len(p) {
		var digits []byte
		for len(digits) < 2 {
			c, err := h.in.ReadByte()
			if err != nil || c == '>' {
				if len(digits) == 1 {
					p[n], n = digits[0]<<4, n+1
				}
				return n, io.EOF
			}
			if d := hexDigit(c); d < 16 {
				digits = append(digits, d)
			}
		}
		p[n], n = digits[0]<<4|digits[1], n+1
	}
	return n, nil
}

// pdfBase85 decodes five characters to four bytes.
type pdfBase85 struct {
	in  *bufio.Reader
	out []byte
	err error
}

// Read implements io.Reader.
func (d *pdfBase85) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.fill()
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

func (d *pdfBase85) fill() {
	var value uint64
	count := 0
	for count < 5 {
		c, err := d.in.ReadByte()
		switch {
		case err != nil || c == '~':
			d.err = io.EOF
			if count > 1 {
				for i := count; i < 5; i++ {
					value = value*85 + 84
				}
				d.out = []byte{byte(value >> 24), byte(value >> 16), byte(value >> 8)}[:count-1] //nolint:gosec // these bits
			}
			return
		case c == 'z' && count == 0:
			d.out = make([]byte, 4)
			return
		case isPDFSpace(c):
		case c < '!' || c > 'u':
			d.err = broken("what is encoded has bytes that no encoder writes")
			return
		default:
			value, count = value*85+uint64(c-'!'), count+1
		}
	}
	d.out = []byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)} //nolint:gosec // these bits
}

// pdfRuns decodes run lengths.
type pdfRuns struct {
	in  *bufio.Reader
	out []byte
}

// Read implements io.Reader.
func (d *pdfRuns) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		length, err := d.in.ReadByte()
		switch {
		case err != nil || length == 128:
			return 0, io.EOF
		case length < 128:
			d.out = make([]byte, int(length)+1)
			n, _ := io.ReadFull(d.in, d.out)
			if d.out = d.out[:n]; n == 0 {
				return 0, io.EOF
			}
		default:
			c, err := d.in.ReadByte()
			if err != nil {
				return 0, io.EOF
			}
			d.out = bytes.Repeat([]byte{c}, 257-int(length))
		}
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}
