package views

import (
	"encoding/binary"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
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
		triage.PlaceCamera: "c", triage.PlaceMessenger: "m", triage.PlaceCache: "b", triage.PlaceProgram: "p",
		triage.PlaceOther: "o",
	})
	setKinds = newLetters(map[triage.SetKind]string{triage.KnownSet: "k", triage.BenignSet: "b"})
	methods  = newLetters(map[triage.Method]string{
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

// packPlace returns folder and parent, which scripts use, and the sealed rest.
func (d db) packPlace(id triage.MediumID, p triage.Place) string {
	class, ok := classes.of[p.Class]
	if !ok {
		class = classes.of[triage.PlaceOther]
	}
	rest := binary.BigEndian.AppendUint64([]byte(class), uint64(packTime(p.Modified)))
	return packFolder(p.Folder) + packFolder(p.Parent) + d.sealer.sealBlock(d.mediumPlace(id, packExhibit(p.Exhibit)), rest)
}

// unpackPlace reads an exhibit and what packPlace wrote.
func (d db) unpackPlace(id triage.MediumID, s string) (triage.Place, error) {
	exhibit, s := s[:8], s[8:]
	p := triage.Place{Exhibit: unpackExhibit(exhibit)}
	rest, err := d.sealer.openBlock(d.mediumPlace(id, exhibit), s[16:])
	if err != nil {
		return p, err
	}
	p.Folder, p.Parent = unpackFolder(s[:8]), unpackFolder(s[8:16])
	p.Class = classes.to[string(rest[:1])]
	p.Modified = unpackTime(int64(binary.BigEndian.Uint64(rest[1:])))
	return p, nil
}

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

// packExamination returns what a decoder learned, sealed; "" for nil. The time of capture keeps its instant, not its
// zone.
func (d db) packExamination(id triage.MediumID, x *hashing.Examination) string {
	if x == nil {
		return ""
	}
	var w packer
	w.text(x.Unreadable)
	w.text(x.Note)
	w.flag(x.Fingerprint != nil)
	if x.Fingerprint != nil {
		w.number(int64(x.Fingerprint.Quality))
	}
	f := x.Facts
	w.text(kinds.of[f.Kind])
	w.text(f.Format)
	w.number(int64(f.Width))
	w.number(int64(f.Height))
	w.number(int64(f.Orientation))
	w.number(packTime(f.Taken))
	w.flag(f.GPS)
	w.number(int64(f.Pictures))
	for _, s := range []string{f.Make, f.Model, f.Serial, f.Software} {
		w.text(s)
	}
	return d.sealer.seal(d.mediumPlace(id, string(fieldExamination)), w)
}

// openExamination gives m what packExamination kept of it.
func (d db) openExamination(m *triage.Medium, sealed string) error {
	if sealed == "" {
		return nil
	}
	clear, err := d.sealer.open(d.mediumPlace(m.ID, string(fieldExamination)), sealed)
	if err != nil {
		return err
	}
	unpackExamination(m, clear)
	return nil
}

func unpackExamination(m *triage.Medium, r unpacker) {
	m.Unreadable, m.Note = r.text(), r.text()
	if m.Hashed = r.flag(); m.Hashed {
		m.Quality = int(r.number())
	}
	f := &m.Facts
	f.Kind, f.Format = kinds.to[r.text()], r.text()
	f.Width, f.Height, f.Orientation = int(r.number()), int(r.number()), int(r.number())
	f.Taken = unpackTime(r.number())
	f.GPS = r.flag()
	f.Pictures = int(r.number())
	f.Make, f.Model, f.Serial, f.Software = r.text(), r.text(), r.text(), r.text()
}

// packMatches returns matches, sealed; "" for none.
func (d db) packMatches(id triage.MediumID, matches []triage.Match) string {
	if len(matches) == 0 {
		return ""
	}
	var w packer
	for _, m := range matches {
		w.number(int64(m.Set))
		w.text(m.Source)
		w.number(int64(m.Version))
		w.text(setKinds.of[m.Kind])
		w.number(int64(m.Entry))
		w.text(m.Category)
		w.text(methods.of[m.Method])
		w.number(int64(m.Distance))
		w.number(int64(m.Transform))
		w.number(int64(m.Frame))
	}
	return d.sealer.seal(d.mediumPlace(id, string(fieldMatches)), w)
}

func (d db) openMatches(id triage.MediumID, sealed string) ([]triage.Match, error) {
	if sealed == "" {
		return nil, nil
	}
	clear, err := d.sealer.open(d.mediumPlace(id, string(fieldMatches)), sealed)
	return unpackMatches(clear), err
}

func unpackMatches(r unpacker) []triage.Match {
	var matches []triage.Match
	for len(r) > 0 {
		matches = append(matches, triage.Match{
			Set: triage.SetID(r.number()), Source: r.text(), Version: int(r.number()),
			Kind: setKinds.to[r.text()], Entry: uint32(r.number()), Category: r.text(),
			Method: methods.to[r.text()], Distance: int(r.number()), Transform: pdq.Transform(r.number()), Frame: int(r.number()),
		})
	}
	return matches
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
