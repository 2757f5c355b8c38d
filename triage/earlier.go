package triage

import (
	"context"
	"slices"
)

// EarlierMatch is a match that a medium had with an entry before that was withdrawn.
type EarlierMatch struct {
	Medium     MediumID `json:"medium"`
	Generation int      `json:"generation"` // of its bytes
	Set        SetID    `json:"set"`
	Entry      uint32   `json:"entry"`
	Method     Method   `json:"method"`
	Distance   int      `json:"distance"`
}

// EarlierStore remembers earlier matches. Restoring an entry forgets none: what was once, was.
type EarlierStore interface {
	KeepEarlier(ctx context.Context, matches []EarlierMatch) error // idempotent
	// HadEarlier tells of each match whether that medium, of that generation, had one with that entry.
	HadEarlier(ctx context.Context, matches []EarlierMatch) ([]bool, error)
}

// withdrawnMatches are the details of MatchesWithdrawn.
type withdrawnMatches struct {
	Matches []EarlierMatch `json:"matches"`
}

// withdrawnAtOnce bounds how many matches one event tells of: about 130 bytes each.
const withdrawnAtOnce = 1000

// keepEarlier leaves in outcomes, of the matches that were found, those that count, and of withdrawn entries those that the
// medium had before, so that who relied on one sees what became of it. had are the matches on record of each outcome's
// medium: one that is not known as an earlier one yet goes into the journal first.
func (p *Projector) keepEarlier(ctx context.Context, outcomes []Outcome, had [][]Match) error {
	var found []EarlierMatch
	var of []int // the outcome of each
	for i := range outcomes {
		o := &outcomes[i]
		for _, m := range o.Matches {
			if m.State == EntryWithdrawn {
				found = append(found, EarlierMatch{o.Medium, max(1, o.Generation), m.Set, m.Entry, m.Method, m.Distance})
				of = append(of, i)
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	earlier, err := p.Earlier.HadEarlier(ctx, found)
	if err != nil {
		return err
	}
	var news []EarlierMatch
	for i, m := range found {
		same := func(h Match) bool { return h.Set == m.Set && h.Entry == m.Entry }
		if !earlier[i] && slices.ContainsFunc(had[of[i]], same) {
			earlier[i], news = true, append(news, m)
		}
	}
	for some := range slices.Chunk(news, withdrawnAtOnce) {
		if err := p.act(ctx, Service, MatchesWithdrawn, "", withdrawnMatches{some}); err != nil {
			return err
		}
	}
	next := 0 // of found, in the order in which they were
	for i := range outcomes {
		outcomes[i].Matches = slices.DeleteFunc(outcomes[i].Matches, func(m Match) bool {
			if m.State != EntryWithdrawn {
				return false
			}
			next++
			return !earlier[next-1]
		})
	}
	return nil
}

// withdrawnMatch returns the first match with an entry that was withdrawn since, or nil.
func withdrawnMatch(matches []Match) *Match {
	i := slices.IndexFunc(matches, func(m Match) bool { return m.State == EntryWithdrawn })
	if i < 0 {
		return nil
	}
	return &matches[i]
}
