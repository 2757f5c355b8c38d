package views

import (
	"cmp"
	"encoding/binary"
	"strings"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
	"vigie/triage"
)

// letters are the codes of one domain value; both ways, for what is stored stays when the words change.
type letters[T ~string] struct {
	of map[T]string
	to map[string]T
}

func newLetters[T ~string](of map[T]string) letters[T] {
	to := make(map[string]T, len(of))
	for value, letter := range of {
		to[letter] = value
	}
	return letters[T]{of, to}
}

var (
	findings = newLetters(map[triage.Finding]string{
		triage.Pending: "?", triage.Known: "K", triage.NearKnown: "N", triage.Benign: "B", triage.ProbableNew: "P",
		triage.Unranked: "U", triage.Unreadable: "R", triage.NoFinding: "-",
	})
	states = newLetters(map[triage.MediumState]string{
		triage.Listed: "l", triage.Wanted: "w", triage.Queued: "q", triage.Examined: "e",
	})
	kinds = newLetters(map[hashing.Kind]string{
		hashing.KindPicture: "p", hashing.KindVideo: "v", hashing.KindOther: "o",
	})
	classes = newLetters(map[triage.PlaceClass]string{
		triage.PlaceCamera: "c", triage.PlaceSent: "s", triage.PlaceMessenger: "m", triage.PlacePeer: "2", triage.PlaceCache: "b",
		triage.PlaceProgram: "p", triage.PlaceScreenshot: "x", triage.PlaceRecording: "r", triage.PlaceStock: "k", triage.PlaceOther: "o",
	})
	setKinds    = newLetters(map[triage.SetKind]string{triage.KnownSet: "k", triage.BenignSet: "b"})
	entryStates = newLetters(map[triage.EntryState]string{
		triage.EntryCounts: "", triage.EntryDisputed: "d", triage.EntryWithdrawn: "w",
	})
	methods = newLetters(map[triage.Method]string{
		triage.ByMD5: "m", triage.BySHA1: "1", triage.BySHA256: "2", triage.ByPDQ: "p", triage.ByPHash: "h",
	})
)

func packKeys(k triage.DigestKeys) string {
	return string(k.MD5[:]) + string(k.SHA1[:]) + string(k.SHA256[:])
}

func unpackKeys(s string) (k triage.DigestKeys) {
	if len(s) == 48 {
		copy(k.MD5[:], s)
		copy(k.SHA1[:], s[16:])
		copy(k.SHA256[:], s[32:])
	}
	return k
}

// packPlace returns folder, parent and day, which scripts use, the sealed rest, and keys of the number that the name has, if any.
func (d db) packPlace(id triage.MediumID, p triage.Place) string {
	class, ok := classes.of[p.Class]
	if !ok {
		class = classes.of[triage.PlaceOther]
	}
	var flags byte
	for i, is := range []bool{p.Deleted, p.Hidden, p.Archived} {
		if is {
			flags |= 1 << i
		}
	}
	rest := binary.BigEndian.AppendUint64(append([]byte(class), flags), uint64(packTime(p.Modified)))
	return packFolder(p.Folder) + packFolder(p.Parent) + packDay(p.Day) + d.sealer.sealBlock(d.mediumPlace(id, packExhibit(p.Exhibit)), rest) + packNumbers(p.Numbers)
}

// unpackPlace reads an exhibit and what packPlace wrote.
func (d db) unpackPlace(id triage.MediumID, s string) (triage.Place, error) {
	exhibit, s := s[:8], s[8:]
	p := triage.Place{Exhibit: unpackExhibit(exhibit)}
	s, p.Numbers = s[:placeSize], unpackNumbers(s[placeSize:])
	rest, err := d.sealer.openBlock(d.mediumPlace(id, exhibit), s[2*folderSize+daySize:])
	if err != nil {
		return p, err
	}
	p.Folder, p.Parent = unpackFolder(s[:folderSize]), unpackFolder(s[folderSize:2*folderSize])
	p.Day = unpackDay(s[2*folderSize : 2*folderSize+daySize])
	p.Class = classes.to[string(rest[:1])]
	for i, is := range []*bool{&p.Deleted, &p.Hidden, &p.Archived} {
		*is = rest[1]&(1<<i) != 0
	}
	p.Modified = unpackTime(int64(binary.BigEndian.Uint64(rest[2:])))
	return p, nil
}

// placeSize is the length of what packPlace returns of a name without a number.
const placeSize = 2*folderSize + daySize + 16

// packTime keeps microseconds; 0 is no time at all.
func packTime(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func unpackTime(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// packExamination returns what a decoder learned, sealed; "" for nil. What many media have in common is a word.
func (d db) packExamination(id triage.MediumID, x *hashing.Examination, news *newWords) string {
	if x == nil {
		return ""
	}
	f := x.Facts
	var common packer
	common.text(x.Unreadable)
	common.number(x.Limit)
	common.text(x.Note)
	common.commonFacts(f)
	w := packer(news.add(common))
	w.flag(x.Fingerprint != nil)
	if x.Fingerprint != nil {
		w.number(int64(x.Fingerprint.Quality))
	}
	w.facts(f)
	return d.sealer.seal(d.mediumPlace(id, string(fieldExamination)), w)
}

// unpackExamination gives m what packExamination kept of it.
func unpackExamination(m *triage.Medium, r unpacker, known words) {
	common := known[r.take(wordSize)]
	f := &m.Facts
	m.Unreadable, m.Limit, m.Note = common.text(), common.number(), common.text()
	common.commonFacts(f)
	if m.Hashed = r.flag(); m.Hashed {
		m.Quality = int(r.number())
	}
	r.facts(f)
}

// frameBits are those of a frame's index, behind which stands where it is in its film, in milliseconds.
const frameBits = 24

// packMatches returns matches, sealed; "" for none. A set and its category are a word.
func (d db) packMatches(id triage.MediumID, matches []triage.Match, news *newWords) string {
	if len(matches) == 0 {
		return ""
	}
	var w packer
	for _, m := range matches {
		var set packer
		set.number(int64(m.Set))
		set.text(m.Source)
		set.number(int64(m.Version))
		set.text(setKinds.of[m.Kind])
		set.text(m.Category)
		set.text(methods.of[m.Method])
		w = append(w, news.add(set)...)
		w.number(int64(m.Entry))
		w.number(int64(m.Distance))
		w.number(int64(m.Transform))
		w.number(int64(m.Frame) | m.At.Milliseconds()<<frameBits)
		w.number(int64(m.Quality))
		w.number(int64(m.More))
		w.text(string(m.View))
		w.text(packState(m.State, m.Film))
	}
	return d.sealer.seal(d.mediumPlace(id, string(fieldMatches)), w)
}

func unpackMatches(r unpacker, known words) []triage.Match {
	var matches []triage.Match
	for len(r) > 0 {
		set := known[r.take(wordSize)]
		m := triage.Match{
			Set: triage.SetID(set.number()), Source: set.text(), Version: int(set.number()),
			Kind: setKinds.to[set.text()], Category: set.text(), Method: methods.to[set.text()],
		}
		m.Entry, m.Distance = uint32(r.number()), int(r.number())
		m.Transform = pdq.Transform(r.number())
		place := r.number()
		m.Frame, m.At = int(place&(1<<frameBits-1)), time.Duration(place>>frameBits)*time.Millisecond
		m.Quality, m.More, m.View = int(r.number()), int(r.number()), hashing.ViewName(r.text())
		m.State, m.Film = unpackState(r.text())
		matches = append(matches, m)
	}
	return matches
}

// packState returns the letter of an entry's state; behind it, or a space, the shares of two films, where there are some.
func packState(state triage.EntryState, s *vpdq.Shares) string {
	letter := entryStates.of[state]
	if s == nil {
		return letter
	}
	var w packer
	for _, n := range []int{s.Query, s.Known, s.Near, s.Frames, int(s.Transform)} {
		w.number(int64(n))
	}
	w.number(s.From.Milliseconds())
	w.number(s.To.Milliseconds())
	w.flag(s.OfFilm)
	return cmp.Or(letter, " ") + string(w)
}

func unpackState(text string) (triage.EntryState, *vpdq.Shares) {
	if len(text) < 2 {
		return entryStates.to[text], nil
	}
	r := unpacker(text[1:])
	s := &vpdq.Shares{Query: int(r.number()), Known: int(r.number()), Near: int(r.number()), Frames: int(r.number())}
	s.Transform = pdq.Transform(r.number()) //nolint:gosec // as it was written
	s.From, s.To = time.Duration(r.number())*time.Millisecond, time.Duration(r.number())*time.Millisecond
	s.OfFilm = r.flag()
	return entryStates.to[strings.TrimSpace(text[:1])], s
}

// matchWords returns what stands for the words of matches.
func matchWords(r unpacker) (refs []string) {
	for len(r) > 0 {
		refs = append(refs, r.take(wordSize))
		for range 6 {
			r.number()
		}
		r.text()
		r.text()
	}
	return refs
}

// packer writes numbers as varints and texts after their length.
type packer []byte

func (w *packer) number(n int64) { *w = binary.AppendVarint(*w, n) }
func (w *packer) text(s string)  { w.number(int64(len(s))); *w = append(*w, s...) }
func (w *packer) flag(b bool) {
	if b {
		w.number(1)
	} else {
		w.number(0)
	}
}

// unpacker reads what packer wrote. What is cut short reads as zeros, to the end.
type unpacker []byte

func (r *unpacker) number() int64 {
	n, size := binary.Varint(*r)
	if size <= 0 {
		*r = nil
		return 0
	}
	*r = (*r)[size:]
	return n
}

// take reads n bytes as they are.
func (r *unpacker) take(n int) string {
	s := string((*r)[:min(n, len(*r))])
	*r = (*r)[len(s):]
	return s
}

func (r *unpacker) text() string {
	n := r.number()
	if n < 0 || n > int64(len(*r)) {
		*r = nil
		return ""
	}
	s := string((*r)[:n])
	*r = (*r)[n:]
	return s
}

func (r *unpacker) flag() bool { return r.number() != 0 }
