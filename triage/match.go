package triage

import (
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
)

// Method is the hash by which a medium and an entry are alike.
type Method string

// The methods.
const (
	ByMD5    Method = "md5"
	BySHA1   Method = "sha1"
	BySHA256 Method = "sha256"
	ByPDQ    Method = "pdq"
	ByPHash  Method = "phash"
	// ByVPDQ counts films of lists. They match by the PDQs of their frames.
	ByVPDQ Method = "vpdq"
)

// Exact reports whether the method compares the bytes themselves.
func (m Method) Exact() bool { return m == ByMD5 || m == BySHA1 || m == BySHA256 }

// PHashDistance is the largest distance, of 64 bits, at which two pHashes are a vote for likeness. At 8, random
// 64-bit codes give 0.003 false hits a query at 10 million entries (measured); a vote never makes a finding.
const PHashDistance = 8

// The largest distances, in bits of 256, at which a part of a picture that is looked at by itself is an entry's picture
// (docs/matching.md has what each finds and what it takes for one).
const (
	// TrimmedDistance is smaller than plain PDQ's: where only one side of a wide border was cut, the other is the most that a page of
	// text shows, and such pages came within 22 to 30 bits of a listed test picture that is nothing but one step of light.
	TrimmedDistance = 20
	ScreenDistance  = pdq.MatchDistance
	TileDistance    = pdq.MatchDistance
)

// ViewDistance returns the largest distance for a part of that name. What has no name, or one of another version of Vigie, is
// a picture like any other.
func ViewDistance(name hashing.ViewName) int {
	switch name {
	case hashing.ViewTrimmed:
		return TrimmedDistance
	case hashing.ViewScreen:
		return ScreenDistance
	case hashing.ViewTile:
		return TileDistance
	}
	return pdq.MatchDistance
}

// Match is one medium × one entry.
type Match struct {
	Set       SetID         `json:"set"`
	Source    string        `json:"source"`
	Version   int           `json:"version"`
	Kind      SetKind       `json:"kind"`
	Entry     uint32        `json:"entry"`
	Category  string        `json:"category,omitempty"`
	Method    Method        `json:"method"`
	Distance  int           `json:"distance"`            // bits; 0 for exact methods
	Transform pdq.Transform `json:"transform,omitempty"` // of the medium, under which it is near
	Frame     int           `json:"frame,omitempty"`     // of the medium, that is near: its index in the file
	At        time.Duration `json:"at,omitempty"`        // of a film: where that frame is, in whole milliseconds
	// Film says how much a film, or a picture as a film of one frame, has in common with the entry, where that is a film; nil: it is a picture.
	Film *vpdq.Shares `json:"film,omitempty"`
	// View is the part of the medium's picture that is near; empty: all of it.
	View    hashing.ViewName `json:"view,omitempty"`
	Quality int              `json:"quality,omitempty"` // of what is near of the medium, 0 to 100; PDQ only. Lists do not tell their entries'
	State   EntryState       `json:"state,omitempty"`   // of the entry. One that is withdrawn makes no finding
	// More is how many further entries match that a medium's list of matches leaves out: it stands with the first of them.
	More int `json:"more,omitempty"`
}

// Likeness says in a word how sure a match is.
type Likeness string

// The degrees of likeness.
const (
	IdenticalFile Likeness = "identical" // the very bytes
	SamePicture   Likeness = "same"      // the whole picture, as near as two programs' hashes of one picture are; of films, most frames of both
	PartOfFilm    Likeness = "part"      // one film, or a stretch of it, is within the other
	EditedPicture Likeness = "edited"    // the picture after an edit: turned, framed, recompressed hard, written over
	PossiblySame  Likeness = "possible"  // a vote, no more
)

// SameDistance is the largest distance, in bits of 256, between what two conforming programs make of one picture (the
// reference's published rule).
const SameDistance = 10

// Vote reports whether m makes no finding by itself.
func (m *Match) Vote() bool { return m.Method == ByPHash || m.SharesTooLittle() }

// SharesTooLittle reports whether both are films and have too little in common for one to be in the other: a title, a logo between scenes.
// That is a vote, no more.
func (m *Match) SharesTooLittle() bool {
	return m.Film != nil && m.Film.OfFilm && !m.Film.Same() && !m.Film.Part()
}

// Likeness returns how sure m is.
func (m *Match) Likeness() Likeness {
	switch {
	case m.Method.Exact():
		return IdenticalFile
	case m.Vote():
		return PossiblySame
	case m.Film != nil && m.Film.OfFilm && m.Film.Part():
		return PartOfFilm
	case m.Film != nil && m.Film.OfFilm && m.Film.Transform == pdq.Original:
		return SamePicture
	case m.Film != nil && m.Film.OfFilm:
		return EditedPicture
	case m.Distance <= SameDistance && m.Transform == pdq.Original && m.View == "":
		return SamePicture
	}
	return EditedPicture
}

// Probe is what of a medium is looked up.
type Probe struct {
	Keys    DigestKeys      // zero keys are not looked up
	PDQ     []pdq.Hash      // indexed by pdq.Transform; the first alone where the others are not known
	Quality int             // of the PDQ: below pdq.MinQuality it is not looked up
	PHash   *hashing.Hash64 // nil: not looked up
	At      time.Duration   // of a film: where the frame of the PDQ is
	Views   []hashing.View  // parts of the picture, looked up as well
	Film    bool            // the medium is a film: all of it is compared with films
	Frames  []hashing.Frame // further pictures of the medium, looked up as well
}

// NewProbe looks a medium up by its digests and by all its pictures.
func NewProbe(keys DigestKeys, x hashing.Examination) Probe {
	p := Probe{Keys: keys, Frames: x.Frames, Film: x.Facts.Kind == hashing.KindVideo}
	if fp := x.Fingerprint; fp != nil {
		p.PDQ, p.Quality, p.PHash, p.At, p.Views = fp.PDQ[:], fp.Quality, &fp.PHash, fp.At, fp.Views
	}
	return p
}

// Finding is what a medium turned out to be.
type Finding string

// The findings. Known wins over near-known, near-known over benign, benign over the rest.
const (
	Pending     Finding = "" // not yet, or to be ranked
	Known       Finding = "known"
	NearKnown   Finding = "near-known"
	Benign      Finding = "benign"
	ProbableNew Finding = "probable-new"
	Unranked    Finding = "unranked"
	Unreadable  Finding = "unreadable"
	NoFinding   Finding = "none" // not media and in no set
)

// Findings are the findings a medium can end with, in the order in which they are shown.
var Findings = []Finding{Known, NearKnown, Benign, ProbableNew, Unranked, Unreadable}

// Conclude says what matches and an examination make of a medium. Pending means that ranking decides between
// probable-new and unranked. A pHash match alone never makes a finding.
func Conclude(kind hashing.Kind, unreadable string, matches []Match) Finding {
	var near, benign bool
	for _, m := range matches {
		switch {
		case m.State == EntryWithdrawn:
		case m.Kind == KnownSet && m.Method.Exact():
			return Known
		case m.Kind == KnownSet && !m.Vote():
			near = true
		case m.Kind == BenignSet && m.Method.Exact():
			benign = true
		}
	}
	switch {
	case near:
		return NearKnown
	case benign:
		return Benign
	case kind == hashing.KindOther:
		return NoFinding
	case unreadable != "":
		return Unreadable
	}
	return Pending
}

// Deciding returns the match that made the finding, the nearest first, one that nobody disputes if there is one, or nil.
func Deciding(f Finding, matches []Match) *Match {
	var best *Match
	for i := range matches {
		m := &matches[i]
		decides := f == Known && m.Kind == KnownSet && m.Method.Exact() ||
			f == NearKnown && m.Kind == KnownSet && !m.Method.Exact() && !m.Vote() ||
			f == Benign && m.Kind == BenignSet && m.Method.Exact()
		if !decides || m.State == EntryWithdrawn {
			continue
		}
		disputed := m.State == EntryDisputed
		if best == nil || best.State == EntryDisputed && !disputed || best.State == m.State && m.Distance < best.Distance {
			best = m
		}
	}
	if best == nil {
		return nil
	}
	decided := *best
	decided.More = matches[0].More
	return &decided
}
