package setfile

import (
	"bufio"
	"bytes"
	"io"

	"vigie/triage"
)

// maxLine bounds one line, in bytes. The longest fields that partners send beside hashes are comments and tags; an
// INTERPOL line with its PhotoDNA has some 500 bytes.
const maxLine = 64 << 10

var (
	utf8Mark = []byte("\xef\xbb\xbf")
	wideMark = []string{"\xff\xfe", "\xfe\xff"} // UTF-16; UTF-32 begins with the first, or with a NUL
)

// notText ends the reading of a file that holds UTF-16 or no text.
func notText() error {
	return triage.E(triage.Corrupt, op, "", "this is not a text file in UTF-8 or ASCII (it may be UTF-16, compressed or encrypted): save it as UTF-8 text", nil)
}

// lines reads lines of bounded length, and counts them as an editor does.
type lines struct {
	r       *bufio.Reader
	number  uint32 // of the line that next returned last, from 1
	ahead   []line // looked at, and still to be returned
	started bool
}

// line is what was read for one line.
type line struct {
	text []byte
	err  error
}

func newLines(r io.Reader) *lines { return &lines{r: bufio.NewReaderSize(r, maxLine)} }

// next returns the next line without its end; it is valid until the call after. The error is a problem when the line
// is too long (the next call goes on after it), io.EOF after the last one.
func (l *lines) next() ([]byte, error) {
	l.number++
	if len(l.ahead) > 0 {
		first := l.ahead[0]
		l.ahead = l.ahead[1:]
		return first.text, first.err
	}
	return l.read()
}

// peek returns the i-th line (0 is the first) after the one that next returned last. It ends what next returned.
func (l *lines) peek(i int) ([]byte, error) {
	for len(l.ahead) <= i {
		text, err := l.read()
		l.ahead = append(l.ahead, line{bytes.Clone(text), err})
	}
	return l.ahead[i].text, l.ahead[i].err
}

// skip drops the n lines that were looked at.
func (l *lines) skip(n int) {
	l.ahead = l.ahead[n:]
	l.number += uint32(n)
}

func (l *lines) read() ([]byte, error) {
	text, err := l.r.ReadSlice('\n')
	if !l.started {
		l.started = true
		for _, mark := range wideMark {
			if bytes.HasPrefix(text, []byte(mark)) {
				return nil, notText()
			}
		}
		text = bytes.TrimPrefix(text, utf8Mark)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, notText()
	}
	switch {
	case err == bufio.ErrBufferFull:
		return nil, l.drop()
	case err == io.EOF && len(text) > 0:
		err = nil
	}
	if err != nil {
		return nil, err
	}
	text = bytes.TrimSuffix(text, []byte("\n"))
	return bytes.TrimSuffix(text, []byte("\r")), nil
}

// drop reads the rest of a line that is too long.
func (l *lines) drop() error {
	for {
		text, err := l.r.ReadSlice('\n')
		if bytes.IndexByte(text, 0) >= 0 {
			return notText()
		}
		switch err {
		case bufio.ErrBufferFull:
		case nil, io.EOF:
			return problem("the line is longer than 64 KiB: it holds no hash that can be read")
		default:
			return err
		}
	}
}
