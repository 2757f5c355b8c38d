package wire

import (
	"time"

	"vigie/triage"
)

// Me is who the caller is.
type Me struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role" enum:"examiner,reviewer,supervisor,unit,admin"`
	Unit string `json:"unit,omitempty"` // where they work
}

// NewMe converts an actor.
func NewMe(a triage.Actor) Me { return Me{ID: a.ID, Name: a.Name, Role: string(a.Role), Unit: a.Unit} }

// Link is a one-use sign-in link: a path under the service's own address.
type Link struct {
	URLPath string    `json:"url_path"`
	Expires time.Time `json:"expires"`
}

// Health is the answer of a service that lives: Status is "ok".
type Health struct {
	Status  string `json:"status"`
	Version string `json:"version"`
}

// Readiness says whether the service answers, and how its parts fare. Its status is the worst of theirs.
type Readiness struct {
	Status     string      `json:"status" enum:"ok,degraded,waiting,down"`
	Version    string      `json:"version"`
	Conditions []Condition `json:"conditions"`
}

// Condition is how one part of the service fares.
type Condition struct {
	Name   string `json:"name"`
	State  string `json:"state" enum:"ok,degraded,waiting,down"`
	Reason string `json:"reason,omitempty"` // what is wrong and the way out
	// Advance is how far catching up has come, while that is the reason.
	Advance *Advance `json:"advance,omitempty"`
}

// NewReadiness converts conditions.
func NewReadiness(version string, conditions []triage.Condition) Readiness {
	r := Readiness{Status: string(triage.Worst(conditions)), Version: version, Conditions: make([]Condition, len(conditions))}
	for i, c := range conditions {
		r.Conditions[i] = Condition{c.Name, string(c.State), c.Reason, newAdvance(c.Advance)}
	}
	return r
}
