package wire

import (
	"time"

	"vigie/triage"
)

// RecordOutcome says what came of a case.
type RecordOutcome struct {
	What []string `json:"what"` // victim-identified, victim-safe, producer-identified, arrest, conviction, no-lead
	Note string   `json:"note,omitempty"`
}

// Codes are the outcomes as the domain has them.
func (r RecordOutcome) Codes() []triage.OutcomeCode {
	codes := make([]triage.OutcomeCode, len(r.What))
	for i, what := range r.What {
		codes[i] = triage.OutcomeCode(what)
	}
	return codes
}

// OutcomeRecorded tells to how many people an outcome is told.
type OutcomeRecorded struct {
	Told int `json:"told"`
}

// CaseOutcomes are what came of a case, or of all that the caller worked on, the latest first.
type CaseOutcomes struct {
	Outcomes []CaseOutcome `json:"outcomes"`
}

// CaseOutcome is what came of a case.
type CaseOutcome struct {
	ID   uint64     `json:"id"`
	Case string     `json:"case"` // its number
	What []string   `json:"what"`
	Note string     `json:"note,omitempty"`
	By   string     `json:"by"` // account
	At   time.Time  `json:"at"`
	Read *time.Time `json:"read,omitempty"` // when the caller took note
}

func newCaseOutcome(o triage.CaseOutcome) CaseOutcome {
	w := CaseOutcome{ID: o.Event, Case: o.Number, What: make([]string, len(o.What)), Note: o.Note, By: o.By, At: o.At}
	for i, what := range o.What {
		w.What[i] = string(what)
	}
	return w
}

// NewCaseOutcomes converts what came of a case.
func NewCaseOutcomes(list []triage.CaseOutcome) CaseOutcomes {
	w := CaseOutcomes{Outcomes: make([]CaseOutcome, len(list))}
	for i, o := range list {
		w.Outcomes[i] = newCaseOutcome(o)
	}
	return w
}

// NewOutcomeNotices converts what came of somebody's cases.
func NewOutcomeNotices(list []triage.OutcomeNotice) CaseOutcomes {
	w := CaseOutcomes{Outcomes: make([]CaseOutcome, len(list))}
	for i, n := range list {
		w.Outcomes[i] = newCaseOutcome(n.CaseOutcome)
		if !n.Read.IsZero() {
			w.Outcomes[i].Read = &n.Read
		}
	}
	return w
}
