package triage

import (
	"slices"
	"strings"
	"time"
)

// Victim says what is known of the victim that a group shows.
type Victim string

// What may be known of a victim.
const (
	VictimUnstated     Victim = ""
	VictimUnidentified Victim = "unidentified"
	VictimIdentified   Victim = "identified"
	VictimSeries       Victim = "known-series" // of a series that is known, whoever it is
)

// Victims are all that can be said of a victim, in the order in which they are shown.
var Victims = []Victim{VictimUnidentified, VictimIdentified, VictimSeries}

// Lead says how much a group tells of who made it.
type Lead string

// How strong a lead is.
const (
	LeadUnstated Lead = ""
	LeadNone     Lead = "none"
	LeadPossible Lead = "possible"
	LeadStrong   Lead = "strong"
)

// Leads are all strengths of a lead, in the order in which they are shown.
var Leads = []Lead{LeadNone, LeadPossible, LeadStrong}

// Opinion is what one person concluded of a group.
type Opinion struct {
	Verdict  Verdict      `json:"verdict"`
	Category CategoryCode `json:"category,omitempty"` // in the office's scheme; of what is illegal
	Violent  bool         `json:"violent,omitempty"`  // whoever opens it next is warned before
	Victim   Victim       `json:"victim,omitempty"`
	Producer Lead         `json:"producer,omitempty"`
	Series   string       `json:"series,omitempty"` // the name under which the office knows what belongs together
	Note     string       `json:"note,omitempty"`
	SameAs   Basis        `json:"same_as,omitzero"` // what it was taken over from; zero: nothing
	By       string       `json:"by"`
	At       time.Time    `json:"at"`
}

// check returns o as it is kept, or says what is wrong with it. Only what is illegal has a category, a victim and a producer.
func (o Opinion) check(id GroupID, scheme *Scheme) (Opinion, error) {
	const op = "decide a group"
	invalid := func(hint string) (Opinion, error) { return o, E(Invalid, op, string(id), hint, nil) }
	o.Note, o.Series = strings.TrimSpace(o.Note), strings.TrimSpace(o.Series)
	if _, err := ParseVerdict(string(o.Verdict)); err != nil {
		return o, err
	}
	switch {
	case len(o.Note) > MaxNote:
		return invalid("the note is longer than 2,000 bytes: shorten it")
	case o.Verdict != Illegal:
		return Opinion{Verdict: o.Verdict, Note: o.Note, SameAs: o.SameAs}, nil
	case o.Category == "":
		return invalid("state the category of what is illegal")
	case !scheme.Has(o.Category):
		return invalid("the office's scheme has no such category: choose one of those listed")
	case o.Victim != VictimUnstated && !slices.Contains(Victims, o.Victim):
		return invalid("a victim is unidentified, identified or known-series")
	case o.Producer != LeadUnstated && !slices.Contains(Leads, o.Producer):
		return invalid("a producer lead is none, possible or strong")
	case o.Series != "":
		return o, checkLabel("series", o.Series)
	}
	return o, nil
}

// agrees reports whether two people concluded the same: where it is illegal, of the same category too.
func (o *Opinion) agrees(other *Opinion) bool {
	return o.Verdict == other.Verdict && (o.Verdict != Illegal || o.Category == other.Category)
}
