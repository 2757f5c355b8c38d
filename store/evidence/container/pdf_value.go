package container

import (
	"bytes"
	"strconv"
)

// The values of a PDF (ISO 32000-1, 7.3): nil, bool, float64, pdfName, pdfString, pdfArray, pdfDict, pdfRef.
type (
	pdfName   string
	pdfString string
	pdfArray  []any
	pdfDict   map[pdfName]any
	pdfRef    struct{ number, generation uint32 }
	// pdfWord is what is none of these: "obj", "stream", …
	pdfWord string
)

const pdfDepth = 24 // of arrays and dictionaries within each other; what lies deeper is nil

// pdfReader reads values of what is in memory.
type pdfReader struct {
	b     []byte
	at    int
	depth int
	over  bool // another object began: this one has no end
}

func isPDFSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isPDFDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// space passes over white space and comments.
func (r *pdfReader) space() {
	for r.at < len(r.b) {
		switch c := r.b[r.at]; {
		case isPDFSpace(c):
			r.at++
		case c == '%':
			for r.at < len(r.b) && r.b[r.at] != '\n' && r.b[r.at] != '\r' {
				r.at++
			}
		default:
			return
		}
	}
}

// value reads the next value, and a word at the end.
func (r *pdfReader) value() any {
	r.space()
	rest := r.b[r.at:]
	switch {
	case len(rest) == 0 || r.over:
		return pdfWord("")
	case bytes.HasPrefix(rest, []byte("<<")):
		r.at += 2
		return r.dict()
	case rest[0] == '[':
		r.at++
		return r.array()
	case rest[0] == '<':
		return r.hex()
	case rest[0] == '(':
		return r.literal()
	case rest[0] == '/':
		r.at++
		return r.name()
	case bytes.HasPrefix(rest, []byte(">>")):
		r.at += 2
		return pdfWord(">>")
	case isPDFDelimiter(rest[0]):
		r.at++
		return pdfWord(rest[:1])
	}
	return r.word()
}

// word reads a number, a reference, or a word.
func (r *pdfReader) word() any {
	from := r.at
	for r.at < len(r.b) && !isPDFSpace(r.b[r.at]) && !isPDFDelimiter(r.b[r.at]) {
		r.at++
	}
	word := string(r.b[from:r.at])
	switch word {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	n, err := strconv.ParseFloat(word, 64)
	if err != nil {
		r.over = word == "obj" || word == "endobj"
		return pdfWord(word)
	}
	if number, err := strconv.ParseUint(word, 10, 32); err == nil { // "12 0 R"?
		behind := pdfReader{b: r.b, at: r.at}
		if generation, ok := behind.digits(); ok {
			if behind.space(); behind.at < len(behind.b) && behind.b[behind.at] == 'R' {
				r.at = behind.at + 1
				return pdfRef{uint32(number), generation}
			}
		}
	}
	return n
}

// digits reads a number of digits alone.
func (r *pdfReader) digits() (uint32, bool) {
	r.space()
	from := r.at
	for r.at < len(r.b) && r.b[r.at] >= '0' && r.b[r.at] <= '9' {
		r.at++
	}
	n, err := strconv.ParseUint(string(r.b[from:r.at]), 10, 32)
	return uint32(n), err == nil //nolint:gosec // 32 bits were asked for
}

func (r *pdfReader) dict() any {
	if r.depth++; r.depth > pdfDepth {
		r.at = len(r.b)
		return nil
	}
	defer func() { r.depth-- }()
	d := make(pdfDict)
	for {
		switch key := r.value().(type) {
		case pdfName:
			v := r.value()
			if w, ok := v.(pdfWord); !ok {
				d[key] = v
			} else if w.ends(">>") {
				return d
			}
		case pdfWord:
			if key.ends(">>") {
				return d
			}
		}
	}
}

// ends reports whether a word ends what mark would: so do the end, and another object.
func (w pdfWord) ends(mark pdfWord) bool { return w == mark || w == "" || w == "obj" || w == "endobj" }

func (r *pdfReader) array() any {
	if r.depth++; r.depth > pdfDepth {
		r.at = len(r.b)
		return nil
	}
	defer func() { r.depth-- }()
	var a pdfArray
	for {
		v := r.value()
		if w, ok := v.(pdfWord); ok {
			if w.ends("]") {
				return a
			}
			continue
		}
		a = append(a, v)
	}
}

func (r *pdfReader) name() pdfName {
	var name []byte
	for r.at < len(r.b) && !isPDFSpace(r.b[r.at]) && !isPDFDelimiter(r.b[r.at]) {
		c := r.b[r.at]
		if c == '#' && r.at+2 < len(r.b) && hexDigit(r.b[r.at+1]) < 16 && hexDigit(r.b[r.at+2]) < 16 {
			c = hexDigit(r.b[r.at+1])<<4 | hexDigit(r.b[r.at+2])
			r.at += 2
		}
		name = append(name, c)
		r.at++
	}
	return pdfName(name)
}

func (r *pdfReader) hex() pdfString {
	var s []byte
	half, high := false, byte(0)
	for r.at++; r.at < len(r.b) && r.b[r.at] != '>'; r.at++ {
		switch d := hexDigit(r.b[r.at]); {
		case d > 15:
		case half:
			s, half = append(s, high<<4|d), false
		default:
			high, half = d, true
		}
	}
	r.at = min(r.at+1, len(r.b))
	if half {
		s = append(s, high<<4)
	}
	return pdfString(s)
}

func (r *pdfReader) literal() pdfString {
	var s []byte
	open := 0
	for ; r.at < len(r.b); r.at++ {
		c := r.b[r.at]
		switch {
		case c == '\\':
			s = r.escaped(s)
			continue
		case c == '(':
			if open++; open == 1 {
				continue
			}
		case c == ')':
			if open--; open == 0 {
				r.at++
				return pdfString(s)
			}
		}
		s = append(s, c)
	}
	return pdfString(s)
}

// escaped reads what is behind a backslash, and leaves at on its last byte.
func (r *pdfReader) escaped(s []byte) []byte {
	r.at++
	if r.at >= len(r.b) {
		return s
	}
	c := r.b[r.at]
	switch c {
	case 'n':
		return append(s, '\n')
	case 'r':
		return append(s, '\r')
	case 't':
		return append(s, '\t')
	case 'b':
		return append(s, '\b')
	case 'f':
		return append(s, '\f')
	case '\n':
		return s
	case '\r':
		if r.at+1 < len(r.b) && r.b[r.at+1] == '\n' {
			r.at++
		}
		return s
	}
	if c < '0' || c > '7' {
		return append(s, c)
	}
	n := 0
	for i := 0; i < 3 && r.at < len(r.b) && r.b[r.at] >= '0' && r.b[r.at] <= '7'; i++ {
		n = n<<3 | int(r.b[r.at]-'0')
		r.at++
	}
	r.at--
	return append(s, byte(n)) //nolint:gosec // the upper bit is to be ignored
}
