package wire

import (
	"time"

	"vigie/triage"
)

// ProposeDestruction says on what ground an exhibit is to be destroyed.
type ProposeDestruction struct {
	Reference string `json:"reference"` // of the order or procedure
}

// Destruction is the end of an exhibit: proposed by one administrator, confirmed by another.
type Destruction struct {
	Exhibit         string     `json:"exhibit"`
	State           string     `json:"state" enum:"proposed,confirmed,destroying,destroyed"`
	Reference       string     `json:"reference"`
	ProposedBy      string     `json:"proposed_by"` // identifier of the account
	Proposed        time.Time  `json:"proposed"`
	Expires         time.Time  `json:"expires"` // of the proposal
	ConfirmedBy     string     `json:"confirmed_by,omitempty"`
	Confirmed       *time.Time `json:"confirmed,omitempty"`
	Done            *time.Time `json:"done,omitempty"` // when all keys were gone
	ManifestVersion int        `json:"manifest_version"`
	MediaDestroyed  int        `json:"media_destroyed"` // of a proposal: would be, as things are
	MediaKept       int        `json:"media_kept"`      // another exhibit holds them
}

// Destructions is a list of destructions, the newest first.
type Destructions struct {
	Destructions []Destruction `json:"destructions"`
}

// NewDestruction converts a destruction.
func NewDestruction(d triage.Destruction) Destruction {
	w := Destruction{
		Exhibit: string(d.Exhibit), State: string(d.State), Reference: d.Reference, ProposedBy: d.ProposedBy, Proposed: d.Proposed,
		Expires: d.Proposed.Add(triage.ProposalLife), ConfirmedBy: d.ConfirmedBy, ManifestVersion: d.Manifest,
		MediaDestroyed: d.Destroyed, MediaKept: d.Kept,
	}
	if !d.Confirmed.IsZero() {
		w.Confirmed = &d.Confirmed
	}
	if !d.Done.IsZero() {
		w.Done = &d.Done
	}
	return w
}

// NewDestructions converts a list.
func NewDestructions(list []triage.Destruction) Destructions {
	w := Destructions{Destructions: make([]Destruction, len(list))}
	for i, d := range list {
		w.Destructions[i] = NewDestruction(d)
	}
	return w
}
