package wire

import (
	"slices"

	"vigie/triage"
)

// Folder is a program's folder of an exhibit, in which a group lies wholly: no name of it.
type Folder struct {
	Class  string         `json:"class" enum:"program,cache"`
	Groups []FolderGroup  `json:"groups"`         // that may be decided together, at most 200, the highest score first
	Left   map[string]int `json:"left"`           // how many may not, by reason: held, decided, ranked, near
	More   bool           `json:"more,omitempty"` // the folder has more
}

// FolderGroup is what is told of one of its groups.
type FolderGroup struct {
	Group string        `json:"group"`
	Score int           `json:"score"`
	Media []MediumFacts `json:"media"`
}

// NewFolder converts a folder.
func NewFolder(v triage.FolderView) Folder {
	w := Folder{Class: string(v.Class), Groups: make([]FolderGroup, len(v.Groups)), Left: left(v.Left), More: v.More}
	for i, g := range v.Groups {
		w.Groups[i] = FolderGroup{Group: string(g.Group.ID), Score: g.Group.Score, Media: make([]MediumFacts, len(g.Media))}
		for j, m := range g.Media {
			w.Groups[i].Media[j] = newMediumFacts(m)
		}
	}
	return w
}

// FolderRequest decides groups of a program's folder together.
type FolderRequest struct {
	Verdict string   `json:"verdict" enum:"not-illegal,unsure"`
	Note    string   `json:"note,omitempty"`
	Groups  []string `json:"groups"` // as the folder told them, at most 200
}

// IDs are its groups.
func (r FolderRequest) IDs() []triage.GroupID {
	ids := make([]triage.GroupID, len(r.Groups))
	for i, g := range r.Groups {
		ids[i] = triage.GroupID(g)
	}
	return ids
}

// FolderOutcome is what became of them.
type FolderOutcome struct {
	Decided []string       `json:"decided"`
	Left    map[string]int `json:"left"` // how many were left out, by reason: held, decided, ranked, near, gone
}

// NewFolderOutcome converts an outcome.
func NewFolderOutcome(o triage.FolderOutcome) FolderOutcome {
	w := FolderOutcome{Decided: []string{}, Left: left(o.Left)}
	for _, g := range o.Decided {
		w.Decided = append(w.Decided, string(g))
	}
	slices.Sort(w.Decided)
	return w
}

func left(by map[triage.LeftOut]int) map[string]int {
	w := make(map[string]int)
	for why, n := range by {
		w[string(why)] = n
	}
	return w
}
