package setfile

import (
	"fmt"
	"strconv"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
	"vigie/triage"
)

// A film is an entry of many lines: the frames that a vPDQ list has of it, or the rows of a table that name it.

// maxFilmLines is how many lines one film may have: two days of a frame a second. Programs that take every frame have those of two hours.
const maxFilmLines = 200_000

// film is what is read of one.
type film struct {
	entry  triage.RawEntry
	frames []hashing.Frame // those that show enough and something else than the one before
	shown  bool            // a line had a frame, whatever its quality
	lines  int
}

// add takes a frame.
func (f *film) add(frame hashing.Frame) {
	f.shown = true
	if frame.Quality < pdq.MinQuality {
		return
	}
	if n := len(f.frames); n > 0 && f.frames[n-1].PDQ[pdq.Original].Distance(frame.PDQ[pdq.Original]) <= vpdq.SameFrame {
		return
	}
	f.frames = append(f.frames, frame)
}

// whole returns the entry of all lines.
func (f *film) whole() (triage.RawEntry, error) {
	kept, _ := vpdq.Distinct(f.frames)
	f.entry.Film = vpdq.Codes(kept)
	digests := f.entry.MD5 != nil || f.entry.SHA1 != nil || f.entry.SHA256 != nil
	if f.shown && len(f.entry.Film) == 0 && !digests {
		return triage.RawEntry{}, problem("no frame of this film shows enough to be compared: all have a quality below 50")
	}
	return f.entry, nil
}

// of says where in a film a line is wrong; the whole film is refused then.
func (f *film) of(line uint32, err error) error {
	if p, is := err.(problem); is && f.lines > 0 {
		return problem(fmt.Sprintf("in the film that begins here, line %d: %s", line, string(p)))
	}
	return err
}

// vpdqLine reads the film that begins with a line of a vPDQ list: it goes on while numbers of frames and times grow, up to a blank line or a
// comment. It is a lineReader.
func vpdqLine(l *lines, text []byte, _ triage.ParseOptions) (triage.RawEntry, error) {
	var f film
	last, err := vpdqFrame(text)
	if err != nil {
		return triage.RawEntry{}, err
	}
	f.add(last)
	var wrong error
	for f.lines = 1; ; f.lines++ {
		text, err := l.peek(0)
		if _, is := err.(problem); err != nil && !is || err == nil && ignored(text) {
			break
		}
		var next hashing.Frame
		if err == nil {
			next, err = vpdqFrame(text)
		}
		if err == nil && (next.Index <= last.Index || next.At < last.At) {
			break
		}
		l.skip(1)
		switch {
		case wrong != nil:
		case err != nil:
			wrong = f.of(l.number, err)
		case f.lines == maxFilmLines:
			wrong = problem("a film has at most 200,000 frames: list one a second")
		default:
			f.add(next)
		}
		if err == nil {
			last = next
		}
	}
	if wrong != nil {
		return triage.RawEntry{}, wrong
	}
	return f.whole()
}

func vpdqFrame(text []byte) (hashing.Frame, error) {
	f, ok := vpdq.ParseLine(string(text))
	if !ok {
		return f, problem("this is no line of a vPDQ list (number of the frame, quality, 64 digits, seconds)")
	}
	return f, nil
}

// isVPDQ reports whether a line is one of a vPDQ list.
func isVPDQ(text []byte) bool {
	_, ok := vpdq.ParseLine(string(text))
	return ok
}

// reader returns what reads the rows of t.
func (t *table) reader() lineReader {
	if _, there := t.films(); there {
		return t.filmLine
	}
	return t.line
}

// films returns the number of the column that names films; false: the table has none.
func (t *table) films() (column int, there bool) {
	for i, m := range t.columns {
		if m == filmName {
			return i, true
		}
	}
	return 0, false
}

// filmLine reads the row that begins with text, and those that follow and name the same film. It is a lineReader.
func (t *table) filmLine(l *lines, text []byte, o triage.ParseOptions) (triage.RawEntry, error) {
	var f film
	first, err := t.filmRow(l, text, o)
	if err != nil || first.film == "" {
		return first.entry, err
	}
	wrong := f.take(first)
	for f.lines = 1; ; {
		text, err := l.peek(0)
		if err != nil {
			break
		}
		if ignored(text) {
			l.skip(1)
			continue
		}
		if t.nameIn(text) != first.film {
			break
		}
		l.skip(1)
		number := l.number
		row, err := t.filmRow(l, text, o)
		f.lines++
		if err == nil {
			err = f.take(row)
		}
		if err == nil && f.lines > maxFilmLines {
			err = problem("a film has at most 200,000 frames: list one a second")
		}
		if err != nil && wrong == nil {
			wrong = f.of(number, err)
		}
	}
	if wrong != nil {
		return triage.RawEntry{}, wrong
	}
	return f.whole()
}

// filmRow is one row of a table with films.
type filmRow struct {
	film    string // empty: the row is an entry of its own
	quality int
	entry   triage.RawEntry
}

func (t *table) filmRow(l *lines, text []byte, o triage.ParseOptions) (row filmRow, err error) {
	fields, err := t.row(l, text)
	if err != nil {
		return row, err
	}
	row.quality = 100
	for i, field := range fields {
		if i >= len(t.columns) || len(field) == 0 {
			continue
		}
		switch t.columns[i] {
		case filmName:
			row.film = string(field)
		case frameQuality:
			if row.quality, err = grade(field); err != nil {
				return row, err
			}
		}
	}
	row.entry, err = t.entry(fields, o)
	return row, err
}

// nameIn returns which film a row names that has not been read yet.
func (t *table) nameIn(text []byte) string {
	column, _ := t.films()
	if fields, _ := split(nil, text, t.separator); column < len(fields) {
		return string(fields[column])
	}
	return ""
}

// take adds what a row says of the film.
func (f *film) take(row filmRow) error {
	if f.lines == 0 {
		f.entry.Category = row.entry.Category
	}
	if code := row.entry.PDQ; code != nil {
		frame := hashing.Frame{Quality: row.quality}
		frame.PDQ[pdq.Original] = *code
		f.add(frame)
	}
	if !agree(&f.entry.MD5, row.entry.MD5) || !agree(&f.entry.SHA1, row.entry.SHA1) || !agree(&f.entry.SHA256, row.entry.SHA256) {
		return problem("the rows of one film have different digests")
	}
	return nil
}

// agree keeps a digest, and reports whether it is the one that was there.
func agree[D comparable](kept **D, said *D) bool {
	if *kept == nil {
		*kept = said
	}
	return said == nil || **kept == *said
}

func grade(text []byte) (int, error) {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 0 || n > 100 {
		return 0, problem("a quality is a number from 0 to 100")
	}
	return n, nil
}
