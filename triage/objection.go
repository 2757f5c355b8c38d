package triage

import (
	"context"
	"time"
)

// EntryState says what an entry of an active set is worth.
type EntryState string

// The states of an entry.
const (
	EntryCounts    EntryState = ""          // as its partner sent it
	EntryDisputed  EntryState = "disputed"  // somebody doubts it: it matches, and each of its matches says so
	EntryWithdrawn EntryState = "withdrawn" // it matches no more
)

// Objection is what was said last of one entry of a set. It is against what the entry says, each of its digests and
// hashes, in every list of this kind that its source sent or will send. Where several are against one hash, withdrawn
// goes before disputed. Other sources' entries stay as they are: each partner answers for its own.
type Objection struct {
	Set    SetID
	Entry  Entry   // its number, and what it says
	Source string  // of the set
	Kind   SetKind // likewise
	State  EntryState
	Reason string
	By     string // identifier of who said so
	At     time.Time
	Event  uint64 // its number in the journal: of two, the later one counts
	Epoch  Epoch  // that it made
}

// against reports whether o is in force, and against entries of the lists that set belongs to.
func (o *Objection) against(set HashSet) bool {
	return o.State != EntryCounts && o.Source == set.Source && o.Kind == set.Kind
}

// ObjectionStore keeps the last word on entries.
type ObjectionStore interface {
	// Object keeps o, in a new epoch, unless a later word on the entry is kept. When it returns, no outcome is applied that
	// rests on what was true of the entry before.
	Object(ctx context.Context, o Objection) (Epoch, error)
	// Objections returns the last word on each entry that there was one on, the latest first.
	Objections(ctx context.Context) ([]Objection, error)
}
