package wire

import (
	"time"

	"vigie/triage"
)

// ChangeCase says on what a closing or reopening rests.
type ChangeCase struct {
	Reference string `json:"reference"` // of the decision
}

// HoldCase says until when a custody runs.
type HoldCase struct {
	Until time.Time `json:"until,omitzero"` // absent: it has ended
}

// Custody is until when somebody is in custody for a case: until then its groups come first.
type Custody struct {
	Case  string    `json:"case"` // its number
	Until time.Time `json:"until"`
}

func newCustody(c *triage.Custody) *Custody {
	if c == nil {
		return nil
	}
	return &Custody{c.Number, c.Until}
}

// Case is one legal procedure, with the exhibits that the account may see.
type Case struct {
	ID       string        `json:"id"`
	Case     string        `json:"case"` // its number
	State    string        `json:"state" enum:"open,closing,closed,reopening"`
	Closed   *CaseChange   `json:"closed,omitempty"`   // the last time
	Reopened *CaseChange   `json:"reopened,omitempty"` // the last time
	Custody  *Custody      `json:"custody,omitempty"`  // that runs
	Present  int           `json:"present"`            // while it is closing or reopening: items that are there
	Exhibits []CaseExhibit `json:"exhibits"`           // the newest first
	Counts   Counts        `json:"counts"`             // of its exhibits together; a medium of two counts twice
}

// CaseChange is one closing or reopening.
type CaseChange struct {
	By        string    `json:"by"` // identifier of the account
	At        time.Time `json:"at"`
	Reference string    `json:"reference"`
}

// CaseExhibit is an exhibit of a case, and what was counted of it: of a closed case, when it was closed.
type CaseExhibit struct {
	Exhibit
	Counts Counts `json:"counts"`
}

// Counts say what exhibits hold.
type Counts struct {
	Items   map[string]int `json:"items"`   // by disposition; every disposition is there
	Media   map[string]int `json:"media"`   // distinct contents by finding; every finding is there
	Pending int            `json:"pending"` // contents without a finding
	Wanted  int            `json:"wanted"`  // of these: their bytes have not arrived
}

// Cases is a list of cases, that with the newest exhibit first.
type Cases struct {
	Cases []Case `json:"cases"`
}

// NewCase converts a case.
func NewCase(k triage.Case) Case {
	w := Case{
		ID: string(k.ID), Case: k.Number, State: string(k.State), Closed: newCaseChange(k.Closed), Reopened: newCaseChange(k.Reopened),
		Custody: newCustody(k.Custody), Present: k.Present, Exhibits: make([]CaseExhibit, len(k.Exhibits)), Counts: newCounts(k.Totals()),
	}
	for i, x := range k.Exhibits {
		w.Exhibits[i] = CaseExhibit{NewExhibit(x.Exhibit), newCounts(x.Progress)}
	}
	return w
}

func newCounts(p triage.Progress) Counts {
	all := NewProgress(p)
	return Counts{all.Items, all.Media, all.Pending, all.Wanted}
}

func newCaseChange(c triage.CaseChange) *CaseChange {
	if c.At.IsZero() {
		return nil
	}
	return &CaseChange{c.By, c.At, c.Reference}
}

// NewCases converts a list.
func NewCases(list []triage.Case) Cases {
	w := Cases{Cases: make([]Case, len(list))}
	for i, k := range list {
		w.Cases[i] = NewCase(k)
	}
	return w
}
