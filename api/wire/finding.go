package wire

import (
	"encoding/base64"
	"strconv"
	"time"
	"unicode/utf8"

	"vigie/triage"
)

// Finding is one item of an exhibit with what became of it: one line of newline-delimited JSON, or of CSV.
type Finding struct {
	Path        string `json:"path"`               // where the name is not UTF-8, its wrong bytes are U+FFFD
	PathB64     string `json:"path_b64,omitempty"` // the name's bytes, where it is not UTF-8
	SHA256      string `json:"sha256"`             // empty when there are no bytes
	Disposition string `json:"disposition" enum:"media,not-media,empty,unreadable,refused"`
	Finding     string `json:"finding" enum:"known,near-known,benign,probable-new,unranked,unreadable,pending,"` // empty: nothing to say
	Set         string `json:"set,omitempty"`                                                                    // source and version of the set that matched
	Entry       uint32 `json:"entry,omitempty"`                                                                  // its line in that set
	Disputed    bool   `json:"disputed,omitempty"`                                                               // somebody doubts that entry
	Method      string `json:"method,omitempty" enum:"md5,sha1,sha256,pdq"`
	Distance    *int   `json:"distance,omitempty"`                        // bits; 0 for exact methods
	Transform   string `json:"transform,omitempty"`                       // under which it is near; PDQ only
	View        string `json:"view,omitempty" enum:"trimmed,screen,tile"` // the part of the picture that is near; absent: all of it
	Frame       int    `json:"frame,omitempty"`                           // which picture of the file is near, from 0 on; absent: the first
	AtMS        int64  `json:"at_ms,omitempty"`                           // of a film: where that picture is, in milliseconds
	Quality     int    `json:"quality,omitempty"`                         // of what is near, 0 to 100; PDQ only. Lists do not tell their entries'
	DurationMS  int64  `json:"duration_ms,omitempty"`                     // of a film, as its container tells it, in milliseconds
	Looked      int    `json:"looked,omitempty"`                          // of a film: what share of that was looked at, in thousandths
	Still       bool   `json:"still,omitempty"`                           // what is near of the entry is a frame of a film, of the medium a picture
	FilmShare   int    `json:"film_share,omitempty"`                      // of a film's frames that are near the entry's, in thousandths, where that is a film
	EntryShare  int    `json:"entry_share,omitempty"`                     // of the entry's frames that are near the film's, in thousandths
	FromMS      int64  `json:"from_ms,omitempty"`                         // the longest stretch of the film that has such frames throughout, in milliseconds
	ToMS        int64  `json:"to_ms,omitempty"`
	Likeness    string `json:"likeness,omitempty" enum:"identical,same,edited,part,possible"`
	More        int    `json:"more,omitempty"`       // how many further entries match, by any hash
	Withdrawn   string `json:"withdrawn,omitempty"`  // source, version and line of an entry that matched, and was withdrawn since
	Reason      string `json:"reason,omitempty"`     // stable code
	Limit       int64  `json:"limit,omitempty"`      // that the reason names: pixels, bytes, pixels a byte, seconds, bytes of memory
	Modified    string `json:"modified,omitempty"`   // by the file system or the archive, RFC 3339 in UTC
	LocalTime   bool   `json:"local_time,omitempty"` // modified is what a clock showed in a zone that nobody noted
	Deleted     bool   `json:"deleted,omitempty"`    // and recovered from a drive image
}

// pending is how a finding that is not settled is told.
const pending = "pending"

// NewFinding converts an item's finding.
func NewFinding(f triage.ItemFinding) Finding {
	w := Finding{DurationMS: f.Film.Duration.Milliseconds(), Looked: f.Film.Looked, Path: f.Item.Path, Disposition: string(f.Item.Disposition), Finding: string(f.Finding), Reason: f.Reason, Limit: f.Limit, LocalTime: f.Item.LocalTime, Deleted: f.Item.Deleted}
	if !f.Item.Modified.IsZero() {
		w.Modified = f.Item.Modified.UTC().Format(time.RFC3339Nano)
	}
	if len(f.Item.PathB64) > 0 {
		w.PathB64 = base64.StdEncoding.EncodeToString(f.Item.PathB64)
	}
	if f.Item.Digests != nil {
		w.SHA256 = f.Item.Digests.SHA256.String()
	}
	switch f.Finding {
	case triage.NoFinding:
		w.Finding = ""
	case triage.Pending:
		w.Finding = pending
	}
	if m := f.Match; m != nil {
		w.Set, w.Entry, w.Disputed = setName(m), m.Entry, m.State == triage.EntryDisputed
		w.Method, w.Distance, w.Likeness = string(m.Method), &m.Distance, string(m.Likeness())
		w.More = m.More
		if m.Method == triage.ByPDQ {
			w.Transform, w.View, w.Frame, w.AtMS, w.Quality = m.Transform.String(), string(m.View), m.Frame, m.At.Milliseconds(), m.Quality
			w.addFilm(m.Film)
		}
	}
	if m := f.Earlier; m != nil {
		w.Withdrawn = setName(m) + " " + strconv.FormatUint(uint64(m.Entry), 10)
	}
	return w
}

func setName(m *triage.Match) string { return m.Source + " v" + strconv.Itoa(m.Version) }

// FindingColumns are the columns of findings as CSV.
var FindingColumns = []string{
	"path", "path_b64", "sha256", "disposition", "finding", "set", "entry", "disputed", "method", "distance", "transform", "view",
	"frame", "at_ms", "quality", "duration_ms", "looked", "still", "film_share", "entry_share", "from_ms", "to_ms", "likeness", "more", "withdrawn", "reason", "limit",
	"modified", "local_time", "deleted",
}

// Record returns f as one line of CSV that a spreadsheet may open: no cell of it is taken for a formula.
func (f Finding) Record() []string {
	distance := ""
	if f.Distance != nil {
		distance = strconv.Itoa(*f.Distance)
	}
	cells := []string{
		f.Path, f.PathB64, f.SHA256, f.Disposition, f.Finding, f.Set, unlessZero(int64(f.Entry)), ifTrue(f.Disputed), f.Method, distance,
		f.Transform, f.View, unlessZero(int64(f.Frame)), unlessZero(f.AtMS), unlessZero(int64(f.Quality)), unlessZero(f.DurationMS), unlessZero(int64(f.Looked)),
		ifTrue(f.Still), unlessZero(int64(f.FilmShare)),
		unlessZero(int64(f.EntryShare)), unlessZero(f.FromMS), unlessZero(f.ToMS), f.Likeness, unlessZero(int64(f.More)), f.Withdrawn,
		f.Reason, unlessZero(f.Limit), f.Modified, ifTrue(f.LocalTime), ifTrue(f.Deleted),
	}
	for i := range cells {
		cells[i] = noFormula(cells[i])
	}
	return cells
}

// ifTrue writes true; false is an empty cell.
func ifTrue(b bool) string {
	if b {
		return "true"
	}
	return ""
}

// unlessZero writes a number; 0 is an empty cell.
func unlessZero(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// noFormula puts an apostrophe before what a spreadsheet would take for a formula, and before an apostrophe, so that
// taking one away gives back the cell: a file's name is chosen by whoever owned the drive. The names as they are stand
// in the JSON. Some spreadsheets read the full-width signs as well.
func noFormula(cell string) string {
	switch first, _ := utf8.DecodeRuneInString(cell); first {
	case '=', '+', '-', '@', '\t', '\r', '\n', '\'', '＝', '＋', '－', '＠':
		return "'" + cell
	}
	return cell
}
