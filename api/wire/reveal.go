package wire

import (
	"time"

	"vigie/triage"
)

// RevealRequest asks to see something of a group, and says why.
type RevealRequest struct {
	Sight   string `json:"sight,omitempty" enum:"pictures,tiles,frames,names,"` // absent: pictures
	Step    string `json:"step,omitempty" enum:"blurred,grey,colour,full,"`     // of pictures and tiles; tiles are not blurred
	Picture int    `json:"picture,omitempty"`                                   // of tiles and frames: which of the group's media, from 1, in the order of its facts
	Media   int    `json:"media,omitempty"`                                     // of tiles and frames: how many media these told of
	FromMS  int64  `json:"from_ms,omitempty"`                                   // of frames: the beginning of a stretch of the film, in milliseconds
	ToMS    *int64 `json:"to_ms,omitempty"`                                     // its end, which may be its beginning; absent: that of the film
	Tiles   []int  `json:"tiles,omitempty"`                                     // 1 to 4 of them: 1 is the upper left, 4 the upper right, 16 the lower right
	Reason  string `json:"reason,omitempty"`                                    // may be absent for a step of pictures further, or back, but for the full one
}

// Reveal is a live permission to see something: pictures, numbered from 0, or names.
type Reveal struct {
	ID       string    `json:"id"`
	Sight    string    `json:"sight" enum:"pictures,tiles,frames,names"`
	Step     string    `json:"step,omitempty" enum:"blurred,grey,colour,full,"`
	Tiles    []int     `json:"tiles,omitempty"`
	Expires  time.Time `json:"expires"`
	Pictures int       `json:"pictures"`
	Shown    []Shot    `json:"shown"` // what each of them is
}

// Shot is one picture of a reveal.
type Shot struct {
	Number int    `json:"number"`          // of its medium among the group's, from 1, in the order of its facts
	AtMS   *int64 `json:"at_ms,omitempty"` // where in its film it is; absent: it is a picture
}

// NewReveal converts a grant.
func NewReveal(g triage.Grant) Reveal {
	w := Reveal{
		ID: g.ID, Sight: string(g.Sight), Step: string(g.Step), Tiles: g.Tiles.Numbers(), Expires: g.Expires, Pictures: len(g.Media),
		Shown: make([]Shot, len(g.Media)),
	}
	for i := range g.Media {
		w.Shown[i].Number = g.Numbers[i]
		if at, is := g.Still(i); is {
			ms := at.Milliseconds()
			w.Shown[i].AtMS = &ms
		}
	}
	return w
}

// Names are the files of a group's media.
type Names struct {
	Names []Named `json:"names"` // at most 200
	Total int     `json:"total"` // how many there are; where not all of them were counted, at least
	All   bool    `json:"all"`   // all were counted
}

// Named is one file.
type Named struct {
	Number   int        `json:"number"` // of its medium, from 1, in the order of the group's facts
	Case     string     `json:"case"`
	Exhibit  string     `json:"exhibit"`
	Path     string     `json:"path"`
	Modified *time.Time `json:"modified,omitempty"` // of the file system
}

// NewNames converts a list.
func NewNames(l triage.NameList) Names {
	w := Names{Names: make([]Named, len(l.Items)), Total: l.Total, All: l.All}
	for i, it := range l.Items {
		w.Names[i] = Named{Number: it.Number, Case: it.Exhibit.Case, Exhibit: it.Exhibit.Seal, Path: it.Path}
		if !it.Modified.IsZero() {
			w.Names[i].Modified = &it.Modified
		}
	}
	return w
}

// Limits are what somebody does not want to be shown.
type Limits struct {
	First   string `json:"first,omitempty" enum:"blurred,grey,colour,full,"`         // the highest step that may be the first; absent: as the role has it
	Highest string `json:"highest,omitempty" enum:"facts,blurred,grey,colour,full,"` // of all; absent: as the role has it
	Grey    bool   `json:"grey"`                                                     // nothing in colour
	NoJumps bool   `json:"no_jumps"`
	NoTiles bool   `json:"no_tiles"`
	NoNames bool   `json:"no_names"`
	Break   int    `json:"break_after,omitempty"` // minutes of work after which to be reminded of a break; absent: as the organisation has it
}

// Limits returns them as the domain has them.
func (l Limits) Limits() triage.RevealLimits {
	return triage.RevealLimits{
		First: triage.RevealStep(l.First), Highest: triage.RevealStep(l.Highest), Grey: l.Grey, NoJumps: l.NoJumps, NoTiles: l.NoTiles, NoNames: l.NoNames,
		BreakAfter: l.Break,
	}
}

// Rules are what counts for somebody.
type Rules struct {
	First   string `json:"first" enum:"blurred,grey,colour,full,facts"`
	Highest string `json:"highest" enum:"facts,blurred,grey,colour,full"`
	Grey    bool   `json:"grey"`
	Jumps   bool   `json:"jumps"`
	Tiles   bool   `json:"tiles"`
	Names   bool   `json:"names"`
}

// OwnRules are one's own limits, and what counts.
type OwnRules struct {
	Limits Limits     `json:"limits"`
	Role   Rules      `json:"role"`            // what the organisation allows the role
	Rules  Rules      `json:"rules"`           // what counts now
	Until  *time.Time `json:"until,omitempty"` // when earlier, stricter limits end
}

// NewOwnRules converts somebody's rules.
func NewOwnRules(o triage.OwnRules) OwnRules {
	w := OwnRules{
		Limits: Limits{string(o.Set.First), string(o.Set.Highest), o.Set.Grey, o.Set.NoJumps, o.Set.NoTiles, o.Set.NoNames, o.Set.BreakAfter},
		Role:   newRules(o.Role), Rules: newRules(o.Rules),
	}
	if !o.Until.IsZero() {
		w.Until = &o.Until
	}
	return w
}

func newRules(r triage.RevealRules) Rules {
	r = r.Within(triage.RevealLimits{}) // says what an empty step stands for
	return Rules{string(r.First), string(r.Highest), r.Grey, r.Jumps, r.Tiles, r.Names}
}
