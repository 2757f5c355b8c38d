package container

import (
	"bytes"
	"strconv"
	"strings"
)

// Before MIME, and in newsgroups still, files stand in the text of a message: between "begin 644 name" and "end"
// (uuencode), or "=ybegin" and "=yend" (yEnc).

type mailCoding int

const (
	notCoded mailCoding = iota
	uuCoded
	yCoded
)

// codedFile is one that begins in a text.
type codedFile struct {
	coding mailCoding
	name   string
}

// beginsFile reads the line before an encoded file; following is what comes behind it.
func beginsFile(line string, following []byte) (f codedFile) {
	line = strings.TrimRight(line, "\r\n")
	if rest, ok := strings.CutPrefix(line, "=ybegin "); ok {
		if _, name, named := strings.Cut(rest, " name="); named && strings.Contains(rest, "size=") {
			return codedFile{yCoded, name}
		}
		return f
	}
	rest, ok := strings.CutPrefix(line, "begin ")
	mode, name, named := strings.Cut(rest, " ")
	if _, err := strconv.ParseUint(mode, 8, 16); !ok || !named || err != nil || len(mode) < 3 || len(mode) > 4 || strings.TrimSpace(name) == "" {
		return f
	}
	if first, _, _ := bytes.Cut(following, []byte("\n")); uuFits(bytes.TrimRight(first, "\r")) {
		return codedFile{uuCoded, name}
	}
	return f
}

// uuFits reports whether a line is as long as its first character says; some add one for a checksum, some have cut spaces off.
func uuFits(line []byte) bool {
	if len(line) == 0 || line[0] < ' ' || line[0] > '`' {
		return false
	}
	want := 1 + (int(line[0]-' ')&63+2)/3*4
	return len(line) <= want+2 && len(line) >= want-2
}

// ends reports whether a line ends the file.
func (c mailCoding) ends(line []byte) bool {
	switch c {
	case uuCoded:
		return string(bytes.TrimRight(line, " \t\r\n")) == "end"
	case yCoded:
		return bytes.HasPrefix(line, []byte("=yend"))
	}
	return false
}

// decoder returns what undoes the coding.
func (c mailCoding) decoder() mailDecoder {
	if c == yCoded {
		return new(yDecoder)
	}
	return uuDecoder{}
}

// uuDecoder is given whole lines, and their ends.
type uuDecoder struct{}

func (uuDecoder) decode(out, in []byte) ([]byte, error) {
	if len(bytes.TrimRight(in, "\r\n")) == 0 {
		return out, nil
	}
	if !uuFits(in) {
		return out, broken("what is encoded has lines that no encoder writes")
	}
	length := int(in[0]-' ') & 63
	for at := 1; length > 0; at += 4 {
		var bits uint32
		for i := range 4 {
			c := byte(' ')
			if at+i < len(in) {
				c = in[at+i]
			}
			if c < ' ' || c > '`' {
				return out, broken("what is encoded has bytes that no encoder writes")
			}
			bits = bits<<6 | uint32(c-' ')&63
		}
		three := []byte{byte(bits >> 16), byte(bits >> 8), byte(bits)} //nolint:gosec // these bits
		out = append(out, three[:min(length, 3)]...)
		length -= 3
	}
	return out, nil
}

func (uuDecoder) finish(out []byte) ([]byte, error) { return out, nil }

// yDecoder passes over the line that says which part of a file this is.
type yDecoder struct{ escaped bool }

func (d *yDecoder) decode(out, in []byte) ([]byte, error) {
	if bytes.HasPrefix(in, []byte("=ypart ")) {
		return out, nil
	}
	const shift, escape = 42, 64
	for _, c := range in {
		switch {
		case c == '\r' || c == '\n':
		case d.escaped:
			out, d.escaped = append(out, c-escape-shift), false
		case c == '=':
			d.escaped = true
		default:
			out = append(out, c-shift)
		}
	}
	return out, nil
}

func (d *yDecoder) finish(out []byte) ([]byte, error) { return out, nil }
