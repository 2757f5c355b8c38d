// Package signals ranks a group of alike media that is in no set: named, additive, explained signals, each a
// number of points and one sentence. Ranking orders; it never hides anything.
package signals

import (
	"slices"
	"strings"
	"time"
)

// Signal names one ranking signal.
type Signal string

// Reason is one signal that applied, with its points. Model is the camera's, where the sentence names it.
type Reason struct {
	Signal Signal `json:"signal"`
	Points int    `json:"points"`
	Detail string `json:"detail,omitempty"`
}

// Group is what ranking knows of a group.
type Group struct {
	Members []Member
	Cases   int // legal procedures in which members were found
}

// Member is what ranking knows of one medium.
type Member struct {
	Video         bool
	Width, Height int // pixels; 0 when not known
	Quality       int // of its PDQ, 0 to 100
	Make, Model   string
	Serial        string
	Software      string
	Taken         time.Time // capture time, zero when not known
	Possible      bool      // near a known entry by pHash alone
	Places        []Place
}

// Place is where a member lay.
type Place struct {
	Class     string    // a triage.PlaceClass
	NearKnown bool      // known or near-known media lie in the same folder, or in its parent
	Submitted time.Time // when the exhibit was opened
}

// Rank adds up the signals that apply to g. The reasons stand in the order of their weight, the heaviest first.
func Rank(g Group) (score int, reasons []Reason) {
	for _, s := range weighted {
		if detail, applies := s.applies(g); applies {
			score += s.points
			reasons = append(reasons, Reason{s.name, s.points, detail})
		}
	}
	return score, reasons
}

func anyMember(g Group, test func(Member) bool) bool { return slices.ContainsFunc(g.Members, test) }

func allMembers(g Group, test func(Member) bool) bool {
	return len(g.Members) > 0 && !slices.ContainsFunc(g.Members, func(m Member) bool { return !test(m) })
}

func anyPlace(test func(Place) bool) func(Member) bool {
	return func(m Member) bool { return slices.ContainsFunc(m.Places, test) }
}

func allPlaces(test func(Place) bool) func(Member) bool {
	return func(m Member) bool {
		return len(m.Places) > 0 && !slices.ContainsFunc(m.Places, func(p Place) bool { return !test(p) })
	}
}

func inClass(class string) func(Place) bool { return func(p Place) bool { return p.Class == class } }

// original reports whether the metadata are those of a camera and name no editor.
func (m Member) original() bool {
	if m.Make == "" || m.Model == "" {
		return false
	}
	software := strings.ToLower(m.Software)
	return !slices.ContainsFunc(editors, func(e string) bool { return strings.Contains(software, e) })
}

func cameraOriginal(g Group) (string, bool) {
	for _, m := range g.Members {
		if m.original() {
			return m.Model, true
		}
	}
	return "", false
}

func recent(m Member) bool {
	return anyPlace(func(p Place) bool {
		age := p.Submitted.Sub(m.Taken)
		return !m.Taken.IsZero() && age > -ClockTolerance && age < RecentAge
	})(m)
}

func icon(m Member) bool {
	return m.Width > 0 && m.Height > 0 && m.Width <= IconSide && m.Height <= IconSide
}
