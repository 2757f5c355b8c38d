package views

import (
	"encoding/binary"
	"strconv"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// A medium is a hash with one-letter fields; absent ones are empty. Redis keeps a hash whose values are all short
// (64 bytes) in one compact piece, hence the two fields for what a decoder learned.
//
//	s  state, one letter            f  facts, packed        F  finding, one letter; absent: Pending
//	k  kind, one letter             c  camera, packed       m  matches, packed
//	z  size in bytes                q  quality of its PDQ   e  epoch of the last match
//	d  keys of its three digests    u  why unreadable       g  its group, 16 raw bytes
//	t  when it was wanted (µs)      n  note                 h  failures counted
//
// and one field "x"+<exhibit> a place: folder, parent (8 bytes each), class (1), time of change (µs, 8).
const (
	fieldState      = "s"
	fieldKind       = "k"
	fieldSize       = "z"
	fieldKeys       = "d"
	fieldWanted     = "t"
	fieldFacts      = "f"
	fieldCamera     = "c"
	fieldQuality    = "q"
	fieldUnreadable = "u"
	fieldNote       = "n"
	fieldFinding    = "F"
	fieldMatches    = "m"
	fieldEpoch      = "e"
	fieldGroup      = "g"
	fieldPlace      = 'x'
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

func decodeMedium(id triage.MediumID, f map[string]string) triage.Medium {
	m := triage.Medium{
		ID: id, State: states.to[f[fieldState]], Kind: kinds.to[f[fieldKind]], Keys: unpackKeys(f[fieldKeys]),
		Unreadable: f[fieldUnreadable], Note: f[fieldNote], Finding: findings.to[f[fieldFinding]],
		Matches: unpackMatches(f[fieldMatches]),
	}
	m.Size, _ = strconv.ParseInt(f[fieldSize], 10, 64)
	epoch, _ := strconv.ParseUint(f[fieldEpoch], 10, 64)
	m.Epoch = triage.Epoch(epoch)
	if q, hashed := f[fieldQuality]; hashed {
		m.Hashed = true
		m.Quality, _ = strconv.Atoi(q)
	}
	if g := f[fieldGroup]; g != "" {
		m.Group = triage.GroupID(unpackID(g))
	}
	if facts := f[fieldFacts]; facts != "" {
		m.Facts = unpackFacts(facts, f[fieldCamera])
	}
	for field, value := range f {
		if len(field) == 9 && field[0] == fieldPlace {
			m.Places = append(m.Places, unpackPlace(field[1:], value))
		}
	}
	return m
}

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

func packPlace(p triage.Place) string {
	class, ok := classes.of[p.Class]
	if !ok {
		class = classes.of[triage.PlaceOther]
	}
	b := []byte(packFolder(p.Folder) + packFolder(p.Parent) + class)
	return string(binary.BigEndian.AppendUint64(b, uint64(packTime(p.Modified))))
}

func unpackPlace(exhibit, s string) triage.Place {
	p := triage.Place{Exhibit: unpackExhibit(exhibit)}
	if len(s) == 25 {
		p.Folder, p.Parent = unpackFolder(s[:8]), unpackFolder(s[8:16])
		p.Class = classes.to[s[16:17]]
		p.Modified = unpackTime(int64(binary.BigEndian.Uint64([]byte(s[17:]))))
	}
	return p
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

// packFacts returns the two fields of what a decoder learned. The time of capture keeps its instant, not its zone.
func packFacts(f hashing.Facts) (facts, camera string) {
	var w packer
	w.text(kinds.of[f.Kind])
	w.text(f.Format)
	w.number(int64(f.Width))
	w.number(int64(f.Height))
	w.number(int64(f.Orientation))
	w.number(packTime(f.Taken))
	w.flag(f.GPS)
	facts = string(w)
	if f.Make+f.Model+f.Serial+f.Software == "" {
		return facts, ""
	}
	w = nil
	for _, s := range []string{f.Make, f.Model, f.Serial, f.Software} {
		w.text(s)
	}
	return facts, string(w)
}

func unpackFacts(facts, camera string) hashing.Facts {
	r := unpacker(facts)
	f := hashing.Facts{Kind: kinds.to[r.text()], Format: r.text()}
	f.Width, f.Height, f.Orientation = int(r.number()), int(r.number()), int(r.number())
	f.Taken = unpackTime(r.number())
	f.GPS = r.flag()
	r = unpacker(camera)
	f.Make, f.Model, f.Serial, f.Software = r.text(), r.text(), r.text(), r.text()
	return f
}

func packMatches(matches []triage.Match) string {
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
	}
	return string(w)
}

func unpackMatches(s string) []triage.Match {
	var matches []triage.Match
	for r := unpacker(s); len(r) > 0; {
		matches = append(matches, triage.Match{
			Set: triage.SetID(r.number()), Source: r.text(), Version: int(r.number()),
			Kind: setKinds.to[r.text()], Entry: uint32(r.number()), Category: r.text(),
			Method: methods.to[r.text()], Distance: int(r.number()), Transform: pdq.Transform(r.number()),
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
