package container

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// mailEvent is what ends a part.
type mailEvent int

const (
	mailNothing  mailEvent = iota
	mailBoundary           // a part follows
	mailClosed             // the last part was before
	mailMessage            // a message follows
	mailFile               // a file that is encoded in a text
	mailRest               // what follows such a file
	mailEnd
)

// mailLine is the longest piece of a line that is looked at as one, in bytes; RFC 5322 allows 998.
const mailLine = 64 << 10

// mailLines are the lines of a message or a box, in pieces where they are longer than mailLine.
type mailLines struct {
	in     *bufio.Reader
	box    bool
	offset int64 // of what follows
	mark   int64 // offset of the last From_ line
	whole  bool  // the last piece begins a line
	blank  bool  // the line before was empty
	ended  bool  // the last piece ended its line
	again  []byte
	err    error // of the source
}

func (l *mailLines) reset(r io.Reader, offset int64) {
	if l.in == nil {
		l.in = bufio.NewReaderSize(r, mailLine)
	} else {
		l.in.Reset(r)
	}
	l.offset, l.mark, l.blank, l.ended, l.again, l.err = offset, offset, true, true, nil, nil
}

// next returns the next piece, good until the call after. In a box it finds where messages begin, and takes the quoting
// away from lines that began like that.
func (l *mailLines) next() ([]byte, mailEvent) {
	if b := l.again; b != nil {
		l.again = nil
		return b, mailNothing
	}
	at := l.offset
	b, err := l.in.ReadSlice('\n')
	l.offset += int64(len(b))
	if len(b) == 0 {
		if !isEnd(err) {
			l.err = err
		}
		return nil, mailEnd
	}
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !isEnd(err) {
		l.err = err
		return nil, mailEnd
	}
	l.whole, l.ended = l.ended, b[len(b)-1] == '\n'
	if !l.box || !l.whole {
		return b, mailNothing
	}
	afterBlank := l.blank
	l.blank = len(b) <= 2 && (b[0] == '\n' || b[0] == '\r')
	switch b[0] {
	case 'F':
		if !bytes.HasPrefix(b, []byte(fromMark)) {
			break
		}
		line := string(b) // peeking moves b
		following, _ := l.in.Peek(headerPeek)
		if beginsMessage(line, following, afterBlank) {
			l.mark = at
			return nil, mailMessage
		}
		b = []byte(line)
	case '>':
		if bytes.HasPrefix(bytes.TrimLeft(b, ">"), []byte(fromMark)) {
			b = b[1:]
		}
	}
	return b, mailNothing
}

// unread makes next return b again.
func (l *mailLines) unread(b []byte) { l.again = b }

const (
	fromMark   = "From "
	headerPeek = 100 // bytes; names of headers are shorter
)

// beginsMessage reports whether line is a From_ line: with a date, or with nothing behind an empty line (as Thunderbird
// has come to write it), and a header must follow. "From then on" begins many a sentence.
func beginsMessage(line string, following []byte, afterBlank bool) bool {
	if bytes.HasPrefix(following, []byte(">"+fromMark)) {
		return isDated(line)
	}
	return headerName(following) != "" && (isDated(line) || afterBlank && strings.TrimSpace(line) == "From")
}

// isDated looks for a month, a time of day and a year, in whatever order.
func isDated(line string) bool {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	var month, clock, year bool
	for word := range strings.FieldsSeq(line) {
		switch {
		case len(word) == 3 && strings.Index(months, word)%3 == 0:
			month = true
		case len(word) >= 4 && len(word) <= 8 && strings.Trim(word, "0123456789:") == "" && strings.Contains(word, ":"):
			clock = true
		case len(word) == 4 && strings.Trim(word, "0123456789") == "":
			year = true
		}
	}
	return month && clock && year
}

// headerName returns the name of the header that line begins with, or "".
func headerName(line []byte) string {
	for i, b := range line {
		switch {
		case b == ':' && i > 0:
			return string(line[:i])
		case b <= ' ' || b >= 0x7f || b == ':' || i >= headerPeek:
			return ""
		}
	}
	return ""
}
