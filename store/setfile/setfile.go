// Package setfile reads partners' hash lists: plain lists of one hash a line, CSV with a header, and vPDQ lists of films. It streams: a
// list of several gigabytes needs no more memory than its longest line or film, and these are bounded.
package setfile

import (
	"bytes"
	"fmt"
	"io"
	"iter"

	"vigie/triage"
)

var _ triage.SetParser = Parse

const op = "read list"

// Parse implements triage.SetParser. A line that is wrong yields an Invalid error that names the line and never
// repeats the hash. A file that is no text at all yields one Corrupt error and ends; a reader that fails yields its
// own error.
//
// Hashes are told apart by their length: MD5 32 digits, SHA-1 40, pHash 16. A line of 64 digits is what o.Hash says,
// triage.BySHA256 or triage.ByPDQ, and wrong without it. A list whose first line is one of a vPDQ list holds films, and so may a table
// with a column that names them: each is one entry of many lines.
func Parse(r io.Reader, o triage.ParseOptions) iter.Seq2[triage.RawEntry, error] {
	return func(yield func(triage.RawEntry, error) bool) {
		l := newLines(r)
		read := plainLine
		for first := true; ; {
			text, err := l.next()
			if err == io.EOF {
				return
			}
			if err == nil && ignored(text) {
				continue
			}
			var entry triage.RawEntry
			if err == nil && first {
				first = false
				if isVPDQ(text) {
					read = vpdqLine
				} else if t := newTable(text); t != nil {
					read = t.reader()
					continue
				}
			}
			line := l.number
			if err == nil {
				entry, err = read(l, text, o)
				entry.Line = line
			}
			if p, isProblem := err.(problem); isProblem {
				err = triage.E(triage.Invalid, op, fmt.Sprintf("line %d", line), string(p), nil)
			}
			if !yield(entry, err) || err != nil && !triage.IsKind(err, triage.Invalid) {
				return
			}
		}
	}
}

// problem is what is wrong with one line.
type problem string

func (p problem) Error() string { return string(p) }

// lineReader reads the entry that begins with text; a table's may go on over the lines that follow.
type lineReader func(l *lines, text []byte, o triage.ParseOptions) (triage.RawEntry, error)

// ignored reports whether a line is blank or a comment.
func ignored(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) == 0 || text[0] == '#'
}

// plainLine reads a line that holds one hash.
func plainLine(_ *lines, text []byte, o triage.ParseOptions) (triage.RawEntry, error) {
	var e triage.RawEntry
	if err := setAny(&e, bytes.TrimSpace(text), o.Hash); err != nil {
		return triage.RawEntry{}, err
	}
	return e, notEmptyFile(&e)
}
