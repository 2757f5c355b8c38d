package triage

import "time"

// Verdict is what a reviewer concluded of a group.
type Verdict string

// The verdicts.
const (
	Illegal    Verdict = "illegal"
	NotIllegal Verdict = "not-illegal"
	Unsure     Verdict = "unsure" // stays in the queue's reach, with its note
)

// ParseVerdict returns the verdict named s.
func ParseVerdict(s string) (Verdict, error) {
	switch v := Verdict(s); v {
	case Illegal, NotIllegal, Unsure:
		return v, nil
	}
	return "", E(Invalid, "parse verdict", s, "a verdict is illegal, not-illegal or unsure", nil)
}

// Decision is a reviewer's conclusion about a group.
type Decision struct {
	Verdict Verdict   `json:"verdict"`
	Note    string    `json:"note,omitempty"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	// Members is how many media the group had when it was decided; more now means that new ones joined since.
	Members int `json:"members"`
}
