package setfile

import (
	"bytes"
	"fmt"
	"strings"

	"vigie/triage"
)

const (
	// maxRecordLines bounds how many lines one quoted field may span. A quote that somebody forgot to close must
	// not swallow the rest of the file.
	maxRecordLines = 64
	maxCategory    = 200 // bytes

	category triage.Method = "category"
	anyHash  triage.Method = "hash" // a column of hashes told apart by their length
	ignore   triage.Method = ""

	filmName     triage.Method = "film"    // which film a row is of: rows that follow each other and name the same one are one entry
	frameQuality triage.Method = "quality" // of the PDQ, where a row is of a film
)

// columnNames are what partners call the columns that matter, in lower case without spaces, "-" and "_".
var columnNames = map[string]triage.Method{
	"md5": triage.ByMD5, "md5hash": triage.ByMD5, "hashmd5": triage.ByMD5, "md5sum": triage.ByMD5,
	"sha1": triage.BySHA1, "sha1hash": triage.BySHA1, "hashsha1": triage.BySHA1, "sha1sum": triage.BySHA1,
	"sha256": triage.BySHA256, "sha256hash": triage.BySHA256, "hashsha256": triage.BySHA256, "sha256sum": triage.BySHA256, "sha2256": triage.BySHA256,
	"pdq": triage.ByPDQ, "pdqhash": triage.ByPDQ, "hashpdq": triage.ByPDQ, "imagepdq": triage.ByPDQ,
	"phash": triage.ByPHash, "phash64": triage.ByPHash, "perceptualhash": triage.ByPHash,
	"hash": anyHash, "hashvalue": anyHash,
	"film": filmName, "filmid": filmName, "video": filmName, "videoid": filmName, "vidéo": filmName,
	"quality": frameQuality, "pdqquality": frameQuality, "qualité": frameQuality, "qualite": frameQuality,
	"category": category, "catégorie": category, "categorie": category, "cat": category,
}

// table is a CSV file with a header.
type table struct {
	separator byte
	columns   []triage.Method
}

// newTable reads a header line; nil when the line names no column of hashes.
func newTable(header []byte) *table {
	for _, separator := range []byte{',', ';', '\t'} {
		fields, _ := split(nil, header, separator)
		t := table{separator: separator}
		hashes := 0
		for _, f := range fields {
			m := columnNames[normal(f)]
			switch m {
			case ignore, category, filmName, frameQuality:
			default:
				hashes++
			}
			t.columns = append(t.columns, m)
		}
		if hashes > 0 {
			return &t
		}
	}
	return nil
}

func normal(name []byte) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '_', '.':
			return -1
		}
		return r
	}, strings.ToLower(string(name)))
}

// line reads the row that begins with text. It is a lineReader.
func (t *table) line(l *lines, text []byte, o triage.ParseOptions) (triage.RawEntry, error) {
	fields, err := t.row(l, text)
	if err != nil {
		return triage.RawEntry{}, err
	}
	return t.entry(fields, o)
}

// entry returns what the fields of a row say.
func (t *table) entry(fields [][]byte, o triage.ParseOptions) (triage.RawEntry, error) {
	var e triage.RawEntry
	var err error
	hashes := 0
	for i, f := range fields {
		switch {
		case len(f) == 0:
			continue
		case i >= len(t.columns):
			return e, problem(fmt.Sprintf("the row has %d fields, the header %d", len(fields), len(t.columns)))
		case t.columns[i] == ignore, t.columns[i] == filmName, t.columns[i] == frameQuality:
			continue
		case t.columns[i] == category:
			if len(f) > maxCategory {
				return e, problem("the category is longer than 200 bytes")
			}
			e.Category = strings.ToValidUTF8(string(f), "\uFFFD")
			continue
		case t.columns[i] == anyHash:
			err = setAny(&e, f, o.Hash)
		default:
			err = set(&e, t.columns[i], f)
		}
		if err != nil {
			return triage.RawEntry{}, err
		}
		hashes++
	}
	if hashes == 0 {
		return triage.RawEntry{}, problem("the row holds no hash")
	}
	return e, notEmptyFile(&e)
}

// row splits a row, which goes on over the next lines while a quoted field is open.
func (t *table) row(l *lines, text []byte) ([][]byte, error) {
	fields, closed := split(make([][]byte, 0, len(t.columns)), text, t.separator)
	if closed {
		return fields, nil
	}
	whole := bytes.Clone(text)
	for i := range maxRecordLines {
		more, err := l.peek(i)
		if err != nil || len(whole)+len(more) > maxLine {
			break // next returns it again
		}
		whole = append(append(whole, '\n'), more...)
		if bytes.IndexByte(more, '"') < 0 {
			continue
		}
		if fields, closed = split(fields[:0], whole, t.separator); closed {
			l.skip(i + 1)
			return fields, nil
		}
	}
	return nil, problem("a quoted field is not closed")
}

// split appends the fields of a row to fields, without the spaces around them. It reports false when the last one is
// quoted and not closed. Within quotes a doubled quote stands for one (RFC 4180).
func split(fields [][]byte, row []byte, separator byte) ([][]byte, bool) {
	for {
		row = bytes.TrimLeft(row, " ")
		if len(row) > 0 && row[0] == '"' {
			field, rest, closed := quoted(row[1:])
			if !closed {
				return fields, false
			}
			fields, row = append(fields, bytes.TrimSpace(field)), rest
			end := bytes.IndexByte(row, separator) // what stands between a closing quote and the separator is dropped
			if end < 0 {
				return fields, true
			}
			row = row[end+1:]
			continue
		}
		end := bytes.IndexByte(row, separator)
		if end < 0 {
			return append(fields, bytes.TrimSpace(row)), true
		}
		fields, row = append(fields, bytes.TrimSpace(row[:end])), row[end+1:]
	}
}

// quoted returns the field that row begins with, after its opening quote, and what follows its closing one.
func quoted(row []byte) (field, rest []byte, closed bool) {
	for i := 0; i < len(row); i++ {
		if row[i] != '"' {
			continue
		}
		if i+1 < len(row) && row[i+1] == '"' {
			i++
			continue
		}
		return bytes.ReplaceAll(row[:i], []byte(`""`), []byte(`"`)), row[i+1:], true
	}
	return nil, nil, false
}
