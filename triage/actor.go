package triage

import (
	"slices"
	"time"
)

// Role is what somebody may do. Each role does its own part and nothing else; a supervisor does a reviewer's too.
type Role string

// The roles.
const (
	Examiner   Role = "examiner"   // submits exhibits and reads the findings of their own
	Reviewer   Role = "reviewer"   // works the queue of new content
	Supervisor Role = "supervisor" // leads a section: all that a reviewer may
	Unit       Role = "unit"       // checks hashes
	Admin      Role = "admin"      // keeps sets and tokens
)

// Roles are all roles, in the order in which they are shown.
var Roles = []Role{Examiner, Reviewer, Supervisor, Unit, Admin}

// Reviewing are the roles that work the queue of new content.
var Reviewing = []Role{Reviewer, Supervisor}

// Reviews reports whether somebody of this role works the queue of new content.
func (r Role) Reviews() bool { return slices.Contains(Reviewing, r) }

// ParseRole returns the role named s.
func ParseRole(s string) (Role, error) {
	for _, r := range Roles {
		if s == string(r) {
			return r, nil
		}
	}
	return "", E(Invalid, "parse role", s, "a role is one of examiner, reviewer, supervisor, unit, admin", nil)
}

// Actor is whoever does something: a person with a token, or the service itself.
type Actor struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role Role   `json:"role"`
	Unit string `json:"unit,omitempty"` // where they work; empty: nobody said
}

// Service is the actor of what nobody asked for by hand: takeovers, repairs, matching again.
var Service = Actor{ID: "service", Name: "vigie"}

// Operator is the actor of the commands run on the service's own machine.
var Operator = Actor{ID: "operator", Name: "operator", Role: Admin}

// Account is an actor's standing right to sign in, by one bearer token.
type Account struct {
	Actor
	Token   SecretHash `json:"token"`
	Created time.Time  `json:"created"`
	Revoked time.Time  `json:"revoked,omitzero"`
}
