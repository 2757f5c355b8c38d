package wire

import (
	"time"

	"vigie/hashing"
	"vigie/triage"
)

// OpenExhibit asks for the exhibit of a seal under a case.
type OpenExhibit struct {
	Case    string `json:"case"`
	Exhibit string `json:"exhibit"`
	Seized  string `json:"seized,omitempty"` // the day of the seizure, 2006-01-02; what was taken shortly before it stands higher
}

// SeizedOn reads the day of the seizure; zero where there is none.
func (o *OpenExhibit) SeizedOn() (time.Time, error) {
	if o.Seized == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, o.Seized)
	if err != nil {
		err = triage.E(triage.Invalid, "read the day of the seizure", "", "a day is written 2026-01-31: year, month, day", nil)
	}
	return day, err
}

// Exhibit is one seal submitted under a case.
type Exhibit struct {
	ID              string    `json:"id"`
	Case            string    `json:"case"`
	Exhibit         string    `json:"exhibit"`
	Unit            string    `json:"unit,omitempty"` // of its examiner, when they opened it
	Opened          time.Time `json:"opened"`
	Seized          string    `json:"seized,omitempty"` // the day, where it was said
	ManifestVersion int       `json:"manifest_version"` // 0 before it is sealed
	Sealed          bool      `json:"sealed"`
}

// NewExhibit converts an exhibit.
func NewExhibit(x triage.Exhibit) Exhibit {
	w := Exhibit{ID: string(x.ID), Case: x.Case, Exhibit: x.Seal, Unit: x.Unit, Opened: x.Opened}
	if !x.Seized.IsZero() {
		w.Seized = x.Seized.Format(time.DateOnly)
	}
	if x.Manifest != nil {
		w.ManifestVersion, w.Sealed = x.Manifest.Version, true
	}
	return w
}

// Exhibits is a list of exhibits, the newest first.
type Exhibits struct {
	Exhibits []Exhibit `json:"exhibits"`
}

// NewExhibits converts a list.
func NewExhibits(list []triage.Exhibit) Exhibits {
	w := Exhibits{Exhibits: make([]Exhibit, len(list))}
	for i, x := range list {
		w.Exhibits[i] = NewExhibit(x)
	}
	return w
}

// ExhibitProgress is an exhibit and how far it has come.
type ExhibitProgress struct {
	Exhibit
	Progress Progress `json:"progress"`
}

// Progress is how far an exhibit has come.
type Progress struct {
	Items   map[string]int `json:"items"`   // by disposition; every disposition is there
	Media   map[string]int `json:"media"`   // distinct contents by finding, every finding is there: media, and other files that a set lists
	Pending int            `json:"pending"` // contents without a finding
	Wanted  int            `json:"wanted"`  // of these: their bytes have not arrived
	Sealed  bool           `json:"sealed"`
	Settled bool           `json:"settled"` // sealed, nothing pending, no group waiting for its rank
	Epoch   uint64         `json:"epoch"`   // of the sets
	Rematch int            `json:"rematch"` // media, of all exhibits, to be matched again under that epoch
	// Stages are seconds that workers spent on the exhibit's media, by stage; every stage is there. Several media are worked
	// on at once: they add up to more than the time that passed.
	Stages map[string]float64 `json:"stages"`
}

// NewProgress converts progress.
func NewProgress(p triage.Progress) Progress {
	w := Progress{
		Items: make(map[string]int, len(triage.Dispositions)), Media: make(map[string]int, len(triage.Findings)),
		Stages: make(map[string]float64, len(triage.Stages)), Pending: p.Pending, Wanted: p.Wanted, Sealed: p.Sealed, Settled: p.Settled, Epoch: uint64(p.Epoch), Rematch: p.Rematch,
	}
	for _, d := range triage.Dispositions {
		w.Items[string(d)] = p.Items[d]
	}
	for _, f := range triage.Findings {
		w.Media[string(f)] = p.Media[f]
	}
	for _, s := range triage.Stages {
		w.Stages[string(s)] = p.Spent[s].Seconds()
	}
	return w
}

// PartAnswer names the media whose bytes the service wants.
type PartAnswer struct {
	Wanted []hashing.SHA256 `json:"wanted"`
}

// CompleteParts are parts of the submission under way, in their order from a place on.
type CompleteParts struct {
	Parts []string `json:"parts"`
	More  bool     `json:"more"` // ask again, behind these
}

// NewCompleteParts converts parts.
func NewCompleteParts(parts []triage.PartID, more bool) CompleteParts {
	w := CompleteParts{Parts: make([]string, len(parts)), More: more}
	for i, p := range parts {
		w.Parts[i] = string(p)
	}
	return w
}

// SealExhibit declares that parts, in order, are the whole exhibit.
type SealExhibit struct {
	Parts []string `json:"parts"`
}

// PartIDs converts the parts.
func (s SealExhibit) PartIDs() []triage.PartID {
	ids := make([]triage.PartID, len(s.Parts))
	for i, p := range s.Parts {
		ids[i] = triage.PartID(p)
	}
	return ids
}

// SignManifest is an examiner's word on a version of a manifest.
type SignManifest struct {
	Version   int    `json:"version"`
	Statement string `json:"statement"` // signed, as golang.org/x/mod/sumdb/note writes it
	Key       string `json:"key"`       // public
}

// Signature is the one that is kept: the first of a version stays.
type Signature struct {
	Statement string `json:"statement"`
	Key       string `json:"key"`
}

// Manifest lists the parts of a sealed exhibit.
type Manifest struct {
	Version   int        `json:"version"`
	Items     int        `json:"items"`
	Sealed    time.Time  `json:"sealed"`
	Parts     []string   `json:"parts"`
	Signature *Signature `json:"signature,omitempty"`
}

// NewManifest converts a manifest and its signature.
func NewManifest(m triage.Manifest, sig triage.Signature) Manifest {
	w := Manifest{Version: m.Version, Items: m.Items, Sealed: m.Sealed, Parts: make([]string, len(m.Parts))}
	for i, p := range m.Parts {
		w.Parts[i] = string(p)
	}
	if sig != (triage.Signature{}) {
		w.Signature = &Signature{sig.Statement, sig.Key}
	}
	return w
}

// PartIDs converts the parts.
func (m *Manifest) PartIDs() []triage.PartID { return SealExhibit{Parts: m.Parts}.PartIDs() }

// Sealed is the manifest that sealing made.
type Sealed struct {
	Version int `json:"version"`
	Items   int `json:"items"`
}

// NewSealed converts a manifest.
func NewSealed(m triage.Manifest) Sealed { return Sealed{Version: m.Version, Items: m.Items} }
