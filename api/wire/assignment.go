package wire

import (
	"time"

	"vigie/triage"
)

// Assign says whose a group or a case is to be.
type Assign struct {
	To string `json:"to"` // a reviewer or supervisor: identifier of the account, or its name
}

// Assignees are those who review, by name, with what is theirs.
type Assignees struct {
	Assignees []Assignee `json:"assignees"`
}

// Assignee is one of them.
type Assignee struct {
	ID     string         `json:"id"` // of the account
	Name   string         `json:"name"`
	Role   string         `json:"role" enum:"reviewer,supervisor"`
	Groups int            `json:"groups"` // of the queue that are theirs
	Cases  []AssignedCase `json:"cases"`  // that are, in the order in which they were assigned
}

// AssignedCase is a case that is somebody's.
type AssignedCase struct {
	ID   string    `json:"id"`
	Case string    `json:"case"` // its number
	By   string    `json:"by"`   // account
	At   time.Time `json:"at"`
}

// NewAssignees converts a list.
func NewAssignees(list []triage.Assignee) Assignees {
	w := Assignees{Assignees: make([]Assignee, len(list))}
	for i, a := range list {
		one := Assignee{ID: a.ID, Name: a.Name, Role: string(a.Role), Groups: a.Groups, Cases: make([]AssignedCase, len(a.Cases))}
		for j, c := range a.Cases {
			one.Cases[j] = AssignedCase{ID: string(c.Case), Case: c.Number, By: c.By, At: c.At}
		}
		w.Assignees[i] = one
	}
	return w
}
