package wire

import (
	"time"

	"vigie/triage"
)

// Set is one version of one partner's list.
type Set struct {
	ID        uint32         `json:"id"`
	Source    string         `json:"source"`
	Version   int            `json:"version"`
	Kind      string         `json:"kind" enum:"known,benign"`
	Category  string         `json:"category,omitempty"`
	State     string         `json:"state" enum:"importing,active,withdrawn,failed"`
	Entries   int            `json:"entries"`
	ByMethod  map[string]int `json:"by_method"` // hashes, by method
	Rejected  int            `json:"rejected"`  // lines that were wrong
	Conflicts []SetConflict  `json:"conflicts"` // entries that a set of the other kind holds too
	Imported  time.Time      `json:"imported"`
	Withdrawn *time.Time     `json:"withdrawn,omitempty"`
	Failure   string         `json:"failure,omitempty"` // why its import failed
	Epoch     uint64         `json:"epoch"`
	Additions int            `json:"additions,omitempty"` // to the office's own set, which grows
	Extended  *time.Time     `json:"extended,omitempty"`  // when the last one was made
}

// SetConflict is an entry that stands in a known set and in a benign set.
type SetConflict struct {
	Entry      uint32 `json:"entry"` // its line in this set
	OtherSet   uint32 `json:"other_set"`
	OtherEntry uint32 `json:"other_entry"`
}

// NewSet converts a set.
func NewSet(s triage.HashSet) Set {
	w := Set{
		ID: uint32(s.ID), Source: s.Source, Version: s.Version, Kind: string(s.Kind), Category: s.Category,
		State: string(s.State), Entries: s.Entries, ByMethod: make(map[string]int, len(s.ByMethod)), Rejected: s.Rejected,
		Conflicts: make([]SetConflict, len(s.Conflicts)), Imported: s.Imported, Failure: s.Failure, Epoch: uint64(s.Epoch), Additions: s.Additions,
	}
	for m, n := range s.ByMethod {
		w.ByMethod[string(m)] = n
	}
	for i, c := range s.Conflicts {
		w.Conflicts[i] = SetConflict{Entry: c.Entry, OtherSet: uint32(c.OtherSet), OtherEntry: c.OtherEntry}
	}
	if !s.Extended.IsZero() {
		w.Extended = &s.Extended
	}
	if !s.Withdrawn.IsZero() {
		w.Withdrawn = &s.Withdrawn
	}
	return w
}

// Sets is a list of sets, the newest first.
type Sets struct {
	Sets []Set `json:"sets"`
}

// NewSets converts a list.
func NewSets(list []triage.HashSet) Sets {
	w := Sets{Sets: make([]Set, len(list))}
	for i, s := range list {
		w.Sets[i] = NewSet(s)
	}
	return w
}

// ImportReport says what became of a list.
type ImportReport struct {
	Set       Set      `json:"set"`
	Errors    []string `json:"errors"`    // the first wrong lines; set.rejected counts all
	Withdrawn []uint32 `json:"withdrawn"` // earlier versions that it replaced
}

// NewImportReport converts a report.
func NewImportReport(r triage.ImportReport) ImportReport {
	w := ImportReport{Set: NewSet(r.Set), Errors: r.Errors, Withdrawn: make([]uint32, len(r.Withdrawn))}
	if w.Errors == nil {
		w.Errors = []string{}
	}
	for i, id := range r.Withdrawn {
		w.Withdrawn[i] = uint32(id)
	}
	return w
}

// Withdrawal is a set that is withdrawn.
type Withdrawal struct {
	Set

	Already bool `json:"already"` // it was before: nothing changed, and the reason is not recorded
}

// NewWithdrawal converts a withdrawal.
func NewWithdrawal(w triage.Withdrawal) Withdrawal { return Withdrawal{NewSet(w.Set), w.Already} }

// WithdrawSet says why a set is withdrawn.
type WithdrawSet struct {
	Reason string `json:"reason"`
}
