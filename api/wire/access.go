package wire

import (
	"time"

	"vigie/triage"
)

// Me is who the caller is.
type Me struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role" enum:"examiner,reviewer,unit,admin"`
}

// NewMe converts an actor.
func NewMe(a triage.Actor) Me { return Me{ID: a.ID, Name: a.Name, Role: string(a.Role)} }

// Link is a one-use sign-in link: a path under the service's own address.
type Link struct {
	URLPath string    `json:"url_path"`
	Expires time.Time `json:"expires"`
}

// Health is the answer of a service that lives, or is ready.
type Health struct {
	Status  string `json:"status"` // "ok"
	Version string `json:"version"`
	Waiting string `json:"waiting,omitempty"` // why submissions wait, while they do
}
