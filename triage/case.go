package triage

import (
	"context"
	"time"
)

// CaseID names a case: "k" and 16 hexadecimal digits, the same for the same number.
type CaseID string

// ClosedHint is what everybody is told who asks for an exhibit of a closed case, or would add to it.
const ClosedHint = "its case is closed: an administrator reopens it with vigie case reopen"

// CaseState says whether a case is worked on.
type CaseState string

// The states of a case.
const (
	CaseOpen      CaseState = "open"
	CaseClosing   CaseState = "closing"   // nothing comes in any more; its exhibits are being put away
	CaseClosed    CaseState = "closed"    // no projection holds anything of its media
	CaseReopening CaseState = "reopening" // its exhibits are being brought back
)

// CaseStates are all states.
var CaseStates = []CaseState{CaseOpen, CaseClosing, CaseClosed, CaseReopening}

// Case is one legal procedure of one unit, with its exhibits, the newest first.
type Case struct {
	CaseRecord
	Exhibits []CaseExhibit
	Custody  *Custody // that runs, or nil
	Present  int      // items that the projections hold, while it is closing or reopening
}

// CaseExhibit is an exhibit of a case with what was counted of it: of a closed case, when it was closed.
type CaseExhibit struct {
	Exhibit
	Progress Progress
}

// CaseChange is one closing or reopening.
type CaseChange struct {
	By        string    `json:"by"` // account
	At        time.Time `json:"at"`
	Reference string    `json:"reference"` // of the decision that it rests on
}

// CaseRecord is what is kept of a case that was closed once.
type CaseRecord struct {
	ID       CaseID
	Number   string
	State    CaseState
	Event    uint64     // number of the last event that changed its state: what came before has no effect any more
	Shelf    uint64     // number of the event that closed it, by which its shelves are found; 0 while it is open
	PutAway  bool       // it is on record that all shelves are complete
	Closed   CaseChange // the last
	Reopened CaseChange // the last; zero: never
}

// ClosedExhibit is an exhibit of a closed case as it was when that was closed.
type ClosedExhibit struct {
	Exhibit                     // its manifest without parts
	Items   map[Disposition]int `json:"items,omitempty"`
	Media   map[Finding]int     `json:"media,omitempty"`
	Pending int                 `json:"pending,omitempty"`
	Wanted  int                 `json:"wanted,omitempty"`
	// Resealed: this version of the manifest is on record, but was not counted when the case was closed.
	Resealed bool `json:"resealed,omitempty"`
}

// newClosedExhibit is x without what its manifest lists, and what was counted of it.
func newClosedExhibit(x Exhibit, p Progress) ClosedExhibit {
	if m := x.Manifest; m != nil {
		x.Manifest = &Manifest{Version: m.Version, Items: m.Items, Sealed: m.Sealed}
	}
	return ClosedExhibit{Exhibit: x, Items: counted(p.Items), Media: counted(p.Media), Pending: p.Pending, Wanted: p.Wanted}
}

// counted leaves out what is none.
func counted[K comparable](counts map[K]int) map[K]int {
	some := make(map[K]int)
	for k, n := range counts {
		if n != 0 {
			some[k] = n
		}
	}
	return some
}

// progress is what was counted of the exhibit.
func (x *ClosedExhibit) progress() Progress {
	p := Progress{Exhibit: x.ID, Items: x.Items, Media: x.Media, Pending: x.Pending, Wanted: x.Wanted}
	if x.Manifest != nil {
		p.Sealed, p.Manifest = true, x.Manifest.Version
	}
	return p
}

// CaseStore keeps cases that were closed once.
type CaseStore interface {
	// ChangeCase keeps a case in the place of what was kept of it (zero: nothing); Conflict means that this was something
	// else. From Closing on, until it is Open, nobody can open an exhibit of it: SaveExhibit fails with Conflict, of
	// ErrClosed.
	ChangeCase(ctx context.Context, from, to CaseRecord) error
	// CaseRecord returns one, or NotFound.
	CaseRecord(ctx context.Context, id CaseID) (CaseRecord, error)
	CaseRecords(ctx context.Context) ([]CaseRecord, error)
	// Reopening tells whether any case is being reopened.
	Reopening(ctx context.Context) (bool, error)
}

// ClosedStore keeps the exhibits of closed cases.
type ClosedStore interface {
	// Shut keeps exhibits as those of a closed case, in the place of what was kept of them or, without replace, unless
	// anything is. From then on, whoever would add to one fails with Conflict, of ErrClosed. One that is being destroyed
	// is left out.
	Shut(ctx context.Context, replace bool, exhibits ...ClosedExhibit) error
	// ClosedExhibit returns one, or NotFound.
	ClosedExhibit(ctx context.Context, id ExhibitID) (ClosedExhibit, error)
	// ClosedExhibits returns all, the newest first.
	ClosedExhibits(ctx context.Context) ([]ClosedExhibit, error)
}
