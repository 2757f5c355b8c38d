package wire

import (
	"time"

	"vigie/triage"
)

// Notices is a stretch of the notices that an account is to have, the latest first.
type Notices struct {
	Total   int      `json:"total"`
	Notices []Notice `json:"notices"`
}

// Notice says that an exhibit has what two reviewers decided to be illegal, and where else the same was found.
type Notice struct {
	Exhibit    string     `json:"exhibit"`
	Link       string     `json:"link"` // names it among those of the exhibit
	Case       string     `json:"case"` // its number; empty: it was closed or destroyed
	Seal       string     `json:"seal"`
	Category   string     `json:"category,omitempty"` // in the office's scheme
	Found      time.Time  `json:"found"`
	Read       *time.Time `json:"read,omitempty"`        // when its examiner took note
	Others     int        `json:"others"`                // other exhibits that have the same
	CasesElse  int        `json:"cases_else"`            // of how many other cases
	OtherCases []string   `json:"other_cases,omitempty"` // their numbers, for who works the queue
}

// NewNotices converts a stretch of notices.
func NewNotices(total int, list []triage.Notice) Notices {
	w := Notices{Total: total, Notices: make([]Notice, len(list))}
	for i := range list {
		n := &list[i]
		w.Notices[i] = Notice{
			Exhibit: string(n.Exhibit), Link: n.AdditionID.String(), Case: n.Case, Seal: n.Seal, Category: string(n.Category), Found: n.At, Others: n.Others,
			CasesElse: n.CasesElse, OtherCases: n.OtherCases,
		}
		if !n.Read.IsZero() {
			w.Notices[i].Read = &n.Read
		}
	}
	return w
}
