package container

import (
	"bytes"
	"io"
)

// mailBody reads one part. The end of the line before a boundary is the boundary's.
type mailBody struct {
	pass    *mailPass
	ahead   []byte // was read already
	ending  []byte // of the line before: it is known later whether it counts
	piece   []byte // waits for ending to be given
	ended   bool
	coded   bool // a file in a text
	decoder mailDecoder
	decoded []byte
	out     []byte // what of decoded is not read yet
	err     error  // after out
}

// mailDecoder undoes a transfer encoding.
type mailDecoder interface {
	// decode appends to out what in says.
	decode(out, in []byte) ([]byte, error)
	// finish appends what is left at the end.
	finish(out []byte) ([]byte, error)
}

// decode prepares for a transfer encoding and returns the reason why it cannot.
func (b *mailBody) decode(encoding string) (reason string) {
	switch encoding {
	case "base64":
		b.decoder = new(base64Decoder)
	case "quoted-printable":
		b.decoder = new(quotedDecoder)
	case "", "7bit", "8bit", "binary":
		b.decoder = plainDecoder{}
	default:
		return ReasonMethod // uuencode, yEnc, and what somebody invented
	}
	return ""
}

// raw returns the next bytes of the part as they are, or false at its end.
func (b *mailBody) raw() ([]byte, bool) {
	if p := b.piece; p != nil {
		b.piece = nil
		return p, true
	}
	if b.ended || b.pass.event != mailNothing {
		return nil, false
	}
	p, event := b.pass.line()
	if event != mailNothing {
		b.ended, b.pass.event = true, event
		if event == mailEnd && len(b.ending) > 0 {
			return b.ending, true
		}
		return nil, false
	}
	text := bytes.TrimSuffix(bytes.TrimSuffix(p, []byte("\n")), []byte("\r"))
	before := b.ending
	b.ending = lineEnds[string(p[len(text):])]
	switch {
	case len(before) == 0:
		return text, true
	case len(text) > 0:
		b.piece = text
	}
	return before, true
}

// lineEnds are the ways to end a line, in memory that stays. A piece of a longer line has none, or half of one.
var lineEnds = map[string][]byte{"\n": []byte("\n"), "\r\n": []byte("\r\n"), "\r": []byte("\r")}

// Read implements io.Reader.
func (b *mailBody) Read(p []byte) (int, error) {
	if len(b.out) == 0 {
		const enough = 8 << 10 // bytes: lines are short
		b.decoded = b.decoded[:0]
		for b.err == nil && len(b.decoded) < enough {
			b.fill()
		}
		if b.out = b.decoded; len(b.out) == 0 {
			return 0, b.err
		}
	}
	n := copy(p, b.out)
	b.out = b.out[n:]
	return n, nil
}

// fill decodes more.
func (b *mailBody) fill() {
	in := b.ahead
	b.ahead = nil
	if in == nil {
		var ok bool
		if in, ok = b.raw(); !ok {
			b.decoded, b.err = b.decoder.finish(b.decoded)
			switch {
			case b.pass.lines.err != nil:
				b.err = b.pass.lines.err
			case b.err != nil:
			case b.coded && b.pass.event != mailRest, b.cut():
				b.err = broken("the message ends before its parts do")
			default:
				b.err = io.EOF
			}
			return
		}
	}
	b.decoded, b.err = b.decoder.decode(b.decoded, in)
}

// cut says that the part ended because the message did, and more was to come.
func (b *mailBody) cut() bool {
	return (b.pass.event == mailEnd || b.pass.event == mailMessage) && b.pass.unfinished()
}

// skip goes to the part's end.
func (b *mailBody) skip() {
	for b.pass.event == mailNothing {
		_, b.pass.event = b.pass.line()
	}
}

// plainDecoder is for what is not encoded.
type plainDecoder struct{}

func (plainDecoder) decode(out, in []byte) ([]byte, error) { return append(out, in...), nil }
func (plainDecoder) finish(out []byte) ([]byte, error)     { return out, nil }

// base64Decoder takes pieces that each end in padding, and what lacks it.
type base64Decoder struct {
	bits  uint32
	count int // of characters in bits
}

// sextets are the values of base64's alphabet; notBase64 and blank64 stand for what is none.
var sextets = func() (t [256]byte) {
	for i := range t {
		t[i] = notBase64
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i) //nolint:gosec // below 64
	}
	for _, c := range []byte(" \t\r\n") {
		t[c] = blank64
	}
	return t
}()

const (
	notBase64 = 0xff
	blank64   = 0xfe
)

func (d *base64Decoder) decode(out, in []byte) ([]byte, error) {
	var err error
	for _, c := range in {
		v := sextets[c]
		switch {
		case v < 64:
			d.bits, d.count = d.bits<<6|uint32(v), d.count+1
			if d.count == 4 {
				out = append(out, byte(d.bits>>16), byte(d.bits>>8), byte(d.bits)) //nolint:gosec // these bits
				d.bits, d.count = 0, 0
			}
		case v == blank64:
		case c == '=':
			if out, err = d.finish(out); err != nil {
				return out, err
			}
		default:
			return out, broken("what is encoded has bytes that no encoder writes")
		}
	}
	return out, nil
}

func (d *base64Decoder) finish(out []byte) ([]byte, error) {
	count, bits := d.count, d.bits
	d.bits, d.count = 0, 0
	switch count {
	case 1:
		return out, broken("what is encoded is cut off")
	case 2:
		out = append(out, byte(bits>>4)) //nolint:gosec // these bits
	case 3:
		out = append(out, byte(bits>>10), byte(bits>>2)) //nolint:gosec // these bits
	}
	return out, nil
}

// quotedDecoder leaves what is no code as it is.
type quotedDecoder struct{ held []byte } // from "=" on

func (d *quotedDecoder) decode(out, in []byte) ([]byte, error) {
	for _, c := range in {
		switch {
		case c == '=':
			out = append(out, d.held...)
			d.held = append(d.held[:0], c)
		case len(d.held) == 0:
			out = append(out, c)
		case c == '\n' && (len(d.held) == 1 || d.held[1] == '\r'):
			d.held = d.held[:0] // the line goes on
		default:
			out = d.code(out, c)
		}
	}
	return out, nil
}

// code takes a character behind "=".
func (d *quotedDecoder) code(out []byte, c byte) []byte {
	d.held = append(d.held, c)
	if len(d.held) == 3 {
		high, low := hexDigit(d.held[1]), hexDigit(d.held[2])
		if high < 16 && low < 16 {
			out = append(out, high<<4|low)
		} else {
			out = append(out, d.held...)
		}
		d.held = d.held[:0]
	}
	return out
}

func (d *quotedDecoder) finish(out []byte) ([]byte, error) { return append(out, d.held...), nil }

// hexDigit returns a digit's value, or 16.
func hexDigit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 16
}
