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
// medium had before, so that who relied on one sees what became of it: by its record as it is now, or by had, which is what
// media had when they left the projections. One that is not known as an earlier one yet goes into the journal first.
func (p *Projector) keepEarlier(ctx context.Context, media MediumStore, outcomes []Outcome, had map[MediumID][]Match) error {
	var found []EarlierMatch
	for i := range outcomes {
		o := &outcomes[i]
		for _, m := range o.Matches {
			if m.State == EntryWithdrawn {
				found = append(found, EarlierMatch{o.Medium, max(1, o.Generation), m.Set, m.Entry, m.Method, m.Distance})
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	earlier, err := p.Earlier.HadEarlier(ctx, found)
	if err == nil {
		err = p.noteEarlier(ctx, media, found, earlier, had)
	}
	if err != nil {
		return err
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

// noteEarlier puts on record those of found that are not known as earlier matches yet, and are, and says so in earlier. What is
// read of media after they were matched tells all that they ever had: no match with these entries is recorded any more.
func (p *Projector) noteEarlier(ctx context.Context, media MediumStore, found []EarlierMatch, earlier []bool, had map[MediumID][]Match) error {
	var ids []MediumID
	for i := range found {
		if !earlier[i] {
			ids = append(ids, found[i].Medium)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	now, err := media.Media(ctx, slices.Compact(ids))
	if err != nil {
		return err
	}
	var news []EarlierMatch
	for i, m := range found {
		same := func(h Match) bool { return h.Set == m.Set && h.Entry == m.Entry }
		if !earlier[i] && (slices.ContainsFunc(now[m.Medium].Matches, same) || slices.ContainsFunc(had[m.Medium], same)) {
			earlier[i], news = true, append(news, m)
		}
	}
	for some := range slices.Chunk(news, withdrawnAtOnce) {
		if err := p.act(ctx, Service, MatchesWithdrawn, "", withdrawnMatches{some}); err != nil {
			return err
		}
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
