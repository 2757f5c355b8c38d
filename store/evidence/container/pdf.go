package container

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// pdfPass walks a PDF: its pictures and the files inside it, as they lie there. What an earlier version of the document
// had, and the last has not, is told too.
type pdfPass struct {
	file    *pdfFile
	at      int64 // where the next object is looked for
	content func() (io.Reader, error)
}

func (c *Container) beginPDF(s *source) (pass, error) {
	file := &pdfFile{source: s, size: c.size, meter: c.meter()}
	if err := file.survey(); err != nil {
		return nil, err
	}
	if len(file.index) == 0 {
		return nil, broken("there is no object")
	}
	return &pdfPass{file: file}, nil
}

// isPDF knows a PDF by its mark, in the first 1,024 bytes as readers have come to accept it, and with nothing but text
// before: no picture begins like that.
func isPDF(head []byte) bool {
	const most = 1024
	head = bytes.TrimPrefix(head[:min(len(head), most)], []byte("\xef\xbb\xbf"))
	for i, c := range head {
		switch {
		case bytes.HasPrefix(head[i:], []byte(pdfMark)):
			return true
		case c >= 0x7f, c < ' ' && !isPDFSpace(c):
			return false
		}
	}
	return false
}

// jump implements jumper.
func (p *pdfPass) jump(ref Ref) error {
	if ref.offset < 0 || ref.offset > p.file.size {
		return broken("there is no such member")
	}
	p.at = ref.offset
	return nil
}

// next implements pass.
func (p *pdfPass) next() (*entry, error) {
	for {
		o, ok := p.file.next(p.at)
		switch {
		case p.file.meter.fault != nil:
			return nil, p.file.meter.fault
		case p.file.source.err != nil:
			return nil, p.file.source.err
		case p.file.source.ctx.Err() != nil:
			return nil, p.file.source.ctx.Err()
		case !ok:
			return nil, io.EOF
		}
		p.at = o.end
		d, isDict := o.value.(pdfDict)
		if !isDict || !o.stream {
			continue
		}
		if e := p.member(o, d); e != nil {
			e.offset = o.at
			return e, nil
		}
	}
}

// member returns what a stream is, if it is a picture or a file.
func (p *pdfPass) member(o pdfObject, d pdfDict) *entry {
	title, named := p.file.names[o.ref.number]
	_, wide := d["Width"]
	_, deep := d["BitsPerComponent"]
	switch {
	case named || d["Type"] == pdfName("EmbeddedFile"):
		return p.attachment(o, d, title)
	case d["Subtype"] == pdfName("Image") || wide && deep && d["Subtype"] == nil:
		return p.image(o, d)
	}
	return nil
}

// attachment is a file inside.
func (p *pdfPass) attachment(o pdfObject, d pdfDict, title pdfTitle) *entry {
	name := mailName(p.file.title(title))
	if name == "" {
		name = fmt.Sprintf("attachment-%d.bin", o.ref.number)
	}
	r, left, reason := p.file.decoded(o, d)
	if left != nil {
		switch left.name {
		case "DCTDecode", "JPXDecode": // a picture as a file is itself
		default:
			reason = ReasonMethod
		}
	}
	p.content = func() (io.Reader, error) { return whole(r, o), nil }
	return &entry{name: name, size: UnknownSize, reason: reason}
}

// whole tells at the end that the file ended before the stream did.
func whole(r io.Reader, o pdfObject) io.Reader {
	if !o.cut {
		return r
	}
	return io.MultiReader(r, failing{broken("a stream is cut off")})
}

// title returns the name of a file inside, decrypted and decoded.
func (p *pdfFile) title(t pdfTitle) string {
	text := p.plainText(t.text, t.owner)
	if rest, ok := strings.CutPrefix(text, "\xfe\xff"); ok {
		var units []uint16
		for i := 0; i+1 < len(rest); i += 2 {
			units = append(units, uint16(rest[i])<<8|uint16(rest[i+1]))
		}
		return string(utf16.Decode(units))
	}
	if !utf8.ValidString(text) { // PDFDocEncoding, which has the letters of Latin 1
		text = string([]rune(latin1(text)))
	}
	return strings.TrimPrefix(text, "\xef\xbb\xbf")
}

// latin1 returns the characters that bytes stand for.
func latin1(s string) (all []rune) {
	for _, c := range []byte(s) {
		all = append(all, rune(c))
	}
	return all
}

func (p *pdfPass) open() (io.Reader, error) { return p.content() }

func (p *pdfPass) close() {}
