package wire

import (
	"strconv"
	"time"

	"vigie/api/i18n"
	"vigie/triage"
	"vigie/triage/signals"
)

// Queue is a stretch of the reviewers' queue: groups of running custodies first, then the others, the highest score first.
type Queue struct {
	Total  int     `json:"total"` // of the whole queue
	Groups []Group `json:"groups"`
	// Next is the place at which the queue goes on, for "after"; absent at its end.
	Next string `json:"next,omitempty"`
	// Looked is how many groups a filter was held against; where it goes on, others may be let through.
	Looked int `json:"looked"`
	// Gathering: the groups of the case that is asked for are being gathered; ask again in a moment.
	Gathering bool `json:"gathering,omitempty"`
}

// NewQueue converts a stretch of the queue.
func NewQueue(s triage.Stretch) Queue {
	w := Queue{Total: s.Total, Looked: s.Looked, Gathering: s.Gathering, Groups: make([]Group, len(s.Groups))}
	if !s.End {
		w.Next = s.Last.String()
	}
	for i, g := range s.Groups {
		w.Groups[i] = NewGroup(g)
	}
	return w
}

// Group is media that look alike, decided together.
type Group struct {
	ID       string    `json:"id"`
	Score    int       `json:"score"`
	Finding  string    `json:"finding"` // of its open members
	Reasons  []Reason  `json:"reasons"`
	Members  int       `json:"members"`  // media
	Open     int       `json:"open"`     // members in no set
	Exhibits int       `json:"exhibits"` // in which members lie
	Cases    int       `json:"cases"`
	Videos   int       `json:"videos"`
	Claim    *Claim    `json:"claim,omitempty"`
	Decision *Decision `json:"decision,omitempty"`
	Proposal *Proposal `json:"proposal,omitempty"`
	Custody  *Custody  `json:"custody,omitempty"`  // why it comes before others, in the queue and in a sheet
	Assigned string    `json:"assigned,omitempty"` // account whose it is, while it is in the queue; absent: nobody's
}

// Proposal is what a group's decision proposes for media that have joined since.
type Proposal struct {
	Verdict string    `json:"verdict" enum:"illegal,not-illegal,unsure"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Media   int       `json:"media"` // that have joined since, and are in no set
}

// Reason is one signal that raised or lowered a group's score.
type Reason struct {
	Signal string `json:"signal"`
	Points int    `json:"points"`
	Detail string `json:"detail,omitempty"` // the camera's model, where the signal names it
	Text   string `json:"text"`             // in English
}

// NewGroup converts a group.
func NewGroup(g triage.Group) Group {
	shown := signals.Shown(g.Reasons)
	w := Group{
		ID: string(g.ID), Score: g.Score, Finding: string(g.Finding), Reasons: make([]Reason, len(shown)),
		Members: g.Members, Open: g.Open, Exhibits: g.Exhibits, Cases: g.Cases, Videos: g.Videos, Custody: newCustody(g.Custody), Assigned: g.Assigned,
	}
	for i, r := range shown {
		w.Reasons[i] = Reason{Signal: string(r.Signal), Points: r.Points, Detail: r.Detail, Text: i18n.Signal(i18n.EN, r)}
	}
	if g.Claim != nil {
		c := NewClaim(*g.Claim)
		w.Claim = &c
	}
	if g.Decision != nil {
		d := NewDecision(*g.Decision)
		w.Decision = &d
	}
	if p := g.Proposal(); p != nil {
		w.Proposal = &Proposal{Verdict: string(p.Verdict), By: p.By, At: p.At, Media: g.New}
	}
	return w
}

// Sheet is what a reviewer knows of a group before anything is shown: facts, no names, no content.
type Sheet struct {
	Group Group         `json:"group"`
	Media []MediumFacts `json:"media"`
	Cases []string      `json:"cases"` // case numbers, where members lie
	// Precedents are decided groups that share something with it: what was concluded of one can be taken over.
	Precedents []Precedent `json:"precedents,omitempty"`
}

// MediumFacts are what is told of one medium. What is not known is absent; numbers that name a device or a picture are
// not told.
type MediumFacts struct {
	Kind        string      `json:"kind" enum:"picture,video,other"`
	Format      string      `json:"format,omitempty"`
	Size        int64       `json:"size"`            // bytes
	Width       int         `json:"width,omitempty"` // pixels
	Height      int         `json:"height,omitempty"`
	Taken       *time.Time  `json:"taken,omitempty"`
	Make        string      `json:"make,omitempty"`
	Model       string      `json:"model,omitempty"`
	GPS         bool        `json:"gps"` // a position is present; never its value
	Lens        string      `json:"lens,omitempty"`
	Software    string      `json:"software,omitempty"`
	Zone        string      `json:"zone,omitempty"`         // of taken, where one is stated; else it is the camera's clock
	TakenFrom   string      `json:"taken_from,omitempty"`   // tag of taken
	Pictures    int         `json:"pictures,omitempty"`     // in the file, where there are several
	Tables      string      `json:"tables,omitempty"`       // names a JPEG's quantisation tables
	JPEGQuality int         `json:"jpeg_quality,omitempty"` // 1 to 100
	Subsampling string      `json:"subsampling,omitempty"`
	Progressive bool        `json:"progressive,omitempty"`
	Profile     string      `json:"profile,omitempty"` // name of the colour profile
	Thumbnail   string      `json:"thumbnail,omitempty" enum:"same,other,unreadable,"`
	Editors     string      `json:"editors,omitempty"`
	Saves       int         `json:"saves,omitempty"`
	Provenance  bool        `json:"provenance,omitempty"`  // a C2PA record is present, not verified
	Generated   string      `json:"generated,omitempty"`   // generator named by the metadata
	LivePhoto   bool        `json:"live_photo,omitempty"`  // the still or the film of an Apple live photo
	DurationMS  int64       `json:"duration_ms,omitempty"` // of a film, as its container tells it, in milliseconds
	Codec       string      `json:"codec,omitempty"`       // of its pictures, as ffmpeg names it
	Sound       string      `json:"sound,omitempty"`       // the codec of its sound; absent: it has none
	MilliRate   int         `json:"milli_rate,omitempty"`  // frames in a thousand seconds
	Looked      int         `json:"looked,omitempty"`      // what share of its duration was looked at, in thousandths
	FilmAt      int64       `json:"film_at,omitempty"`     // where a motion photo has its film, in bytes
	FilmBytes   int64       `json:"film_bytes,omitempty"`
	Quality     *int        `json:"quality,omitempty"` // of its PDQ, 0 to 100
	Finding     string      `json:"finding"`
	Unreadable  string      `json:"unreadable,omitempty"` // stable code
	Limit       int64       `json:"limit,omitempty"`      // that unreadable names: pixels, bytes, pixels a byte, seconds, bytes of memory
	Note        string      `json:"note,omitempty"`       // stable code
	Matches     []Match     `json:"matches,omitempty"`    // the nearest
	Modified    []time.Time `json:"modified"`             // of the file system, one an exhibit
	Proposed    bool        `json:"proposed,omitempty"`   // it joined after the group was decided
}

// NewSheet converts a sheet.
func NewSheet(s triage.Sheet) Sheet {
	w := Sheet{Group: NewGroup(s.Group), Media: make([]MediumFacts, len(s.Media)), Cases: s.Cases}
	if w.Cases == nil {
		w.Cases = []string{}
	}
	for i, m := range s.Media {
		w.Media[i] = newMediumFacts(m)
		w.Media[i].Proposed = s.Group.Proposes(m)
	}
	for _, p := range s.Precedents {
		w.Precedents = append(w.Precedents, newPrecedent(p))
	}
	return w
}

func newMediumFacts(m triage.Medium) MediumFacts {
	f := m.Facts
	w := MediumFacts{
		Kind: string(m.Kind), Format: f.Format, Size: m.Size, Width: f.Width, Height: f.Height, Make: f.Make, Model: f.Model,
		Lens: f.Lens, Software: f.Software, Zone: f.Zone, TakenFrom: f.TakenFrom, Pictures: f.Pictures,
		Tables: f.Tables, JPEGQuality: f.JPEGQuality, Subsampling: f.Subsampling, Progressive: f.Progressive, Profile: f.Profile,
		Thumbnail: string(f.Thumbnail), Editors: f.Editors, Saves: f.Saves, Provenance: f.Provenance, Generated: f.Generated, LivePhoto: f.LivePhoto != "",
		FilmAt: f.FilmAt, FilmBytes: f.FilmBytes,
		DurationMS: f.Film.Duration.Milliseconds(), Codec: f.Film.Codec, Sound: f.Film.Sound, MilliRate: f.Film.MilliRate, Looked: f.Film.Looked,
		GPS: f.GPS, Finding: string(m.Finding), Unreadable: m.Unreadable, Limit: m.Limit, Note: m.Note, Modified: []time.Time{},
	}
	if m.Finding == triage.Pending {
		w.Finding = pending
	}
	if m.Hashed {
		w.Quality = &m.Quality
	}
	if !f.Taken.IsZero() {
		w.Taken = &f.Taken
	}
	for _, p := range m.Places {
		if !p.Modified.IsZero() {
			w.Modified = append(w.Modified, p.Modified)
		}
	}
	for _, match := range m.Matches[:min(len(m.Matches), maxMatchesTold)] {
		w.Matches = append(w.Matches, newMatch(match))
	}
	return w
}

// maxMatchesTold is how many matches of a medium are told: the nearest. Lists of several partners hold the same picture.
const maxMatchesTold = 5

// Match is one entry of a set that a medium is like, and how.
type Match struct {
	Set       string `json:"set"`                                       // source and version
	Kind      string `json:"kind" enum:"known,benign"`                  // of the set
	Entry     uint32 `json:"entry"`                                     // its line in the set
	Method    string `json:"method" enum:"md5,sha1,sha256,pdq,phash"`   //
	Distance  int    `json:"distance"`                                  // bits; 0 for exact methods
	Transform string `json:"transform,omitempty"`                       // of the medium, under which it is near; PDQ only
	View      string `json:"view,omitempty" enum:"trimmed,screen,tile"` // the part of the picture that is near; absent: all of it
	Frame     int    `json:"frame,omitempty"`                           // which picture of the file is near, from 0 on; absent: the first
	AtMS      int64  `json:"at_ms,omitempty"`                           // of a film: where that picture is, in milliseconds
	Quality   int    `json:"quality,omitempty"`                         // of what is near, 0 to 100; PDQ only. Lists do not tell their entries'
	Film      *Film  `json:"film,omitempty"`                            // what a film has in common with the entry, where that is a film
	Likeness  string `json:"likeness" enum:"identical,same,edited,part,possible"`
	State     string `json:"state,omitempty" enum:"disputed,withdrawn"` // of the entry; absent: it counts
}

func newMatch(m triage.Match) Match {
	w := Match{
		Set: m.Source + " v" + strconv.Itoa(m.Version), Kind: string(m.Kind), Entry: m.Entry, Method: string(m.Method), Distance: m.Distance,
		View: string(m.View), Frame: m.Frame, AtMS: m.At.Milliseconds(), Quality: m.Quality, Likeness: string(m.Likeness()),
		State: string(m.State),
	}
	if m.Method == triage.ByPDQ {
		w.Transform, w.Film = m.Transform.String(), newFilm(m.Film)
	}
	return w
}

// Claim is a reviewer's lease on a group.
type Claim struct {
	By    string    `json:"by"`
	Until time.Time `json:"until"`
}

// NewClaim converts a claim.
func NewClaim(c triage.Claim) Claim { return Claim(c) }
