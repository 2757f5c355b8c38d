package wire

import (
	"time"

	"vigie/triage"
)

// Objection is what was said last of one entry of a set. It is against what the entry says, in every list of this source
// and kind.
type Objection struct {
	Set    uint32    `json:"set"`
	Entry  uint32    `json:"entry"` // its line
	Source string    `json:"source"`
	Kind   string    `json:"kind" enum:"known,benign"`
	State  string    `json:"state" enum:"withdrawn,disputed,restored"`
	Reason string    `json:"reason"`
	By     string    `json:"by"` // identifier of the account
	At     time.Time `json:"at"`
}

// restored is how an entry is told that counts again.
const restored = "restored"

// NewObjection converts what was said of an entry.
func NewObjection(o triage.Objection) Objection {
	w := Objection{
		Set: uint32(o.Set), Entry: o.Entry.Number, Source: o.Source, Kind: string(o.Kind), State: string(o.State),
		Reason: o.Reason, By: o.By, At: o.At,
	}
	if o.State == triage.EntryCounts {
		w.State = restored
	}
	return w
}

// Objections are what is in force against entries of a set's lists, the latest first.
type Objections struct {
	Objections []Objection `json:"objections"`
}

// NewObjections converts a list.
func NewObjections(list []triage.Objection) Objections {
	w := Objections{Objections: make([]Objection, len(list))}
	for i, o := range list {
		w.Objections[i] = NewObjection(o)
	}
	return w
}

// Objected is an entry that was given a state.
type Objected struct {
	Objection

	Already bool `json:"already"` // it had it before: nothing changed, and the reason is not recorded
}

// NewObjected converts what became of it.
func NewObjected(o triage.Objected) Objected { return Objected{NewObjection(o.Objection), o.Already} }

// ObjectToEntry gives an entry a state.
type ObjectToEntry struct {
	State  string `json:"state" enum:"withdrawn,disputed,restored"`
	Reason string `json:"reason"`
}

// EntryState reads the state.
func (o ObjectToEntry) EntryState() triage.EntryState {
	switch o.State {
	case restored:
		return triage.EntryCounts
	case "":
		return "none" // which is no state
	}
	return triage.EntryState(o.State)
}
