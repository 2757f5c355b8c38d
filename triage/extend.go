package triage

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// officePause is how long who wants the office's set waits for another who makes it.
const officePause = 50 * time.Millisecond

// extendedSet are the details of SetExtended. What the entries say is in the archive.
type extendedSet struct {
	Number  int    `json:"number"`
	Name    string `json:"name"`
	Entries int    `json:"entries"`
}

// Extend adds entries to the office's set: they match within seconds everywhere, and what was submitted before is matched
// with them. Of each the Line is ignored: its number is given here (AdditionID). name is the same whenever a call is repeated, and
// tells, in the journal too, what is added, never a hash: who repeats a call that did not return, or failed, gets the
// addition that was made, with the entries that it was made with, even if its set was withdrawn since.
func (s *Sets) Extend(ctx context.Context, by Actor, name string, entries []RawEntry) (AdditionID, error) {
	const op = "extend set"
	if by.Role == Examiner || by.Role == Unit {
		return AdditionID{}, forbidden(op, by)
	}
	if err := checkLabel("name", name); err != nil {
		return AdditionID{}, err
	}
	if err := checkAddition(entries); err != nil {
		return AdditionID{}, err
	}
	if there, err := s.Store.Added(ctx, name); err != nil || there.Number > 0 { // before a set that was withdrawn is made anew
		return there, err
	}
	// Nobody needs to be kept out: the archive gives a number once, and what is kept under it tells the name.
	set, err := s.Office(ctx)
	if err != nil {
		return AdditionID{}, err
	}
	taken, err := s.Store.Additions(ctx, set.ID) // before it is asked for the name: one that comes in between is not overlooked
	if err != nil {
		return AdditionID{}, err
	}
	if there, err := s.Store.Added(ctx, name); err != nil || there.Number > 0 {
		return there, err
	}
	a, err := s.keepAddition(ctx, Addition{AdditionID{Set: set.ID}, name, s.Now().UTC(), entries}, taken)
	if err != nil {
		return AdditionID{}, err
	}
	err = s.Events.act(ctx, by, SetExtended, a.Set.String(), extendedSet{a.Number, name, len(a.Entries)})
	return a.AdditionID, err
}

// checkAddition refuses entries that no addition can have.
func checkAddition(entries []RawEntry) error {
	const op = "extend set"
	if len(entries) == 0 || len(entries) > MaxAddition {
		return E(Invalid, op, "", "an addition has 1 to 999 entries", nil)
	}
	frames := 0
	for i := range entries {
		if entries[i].empty() {
			return E(Invalid, op, "", "an entry without any hash can match nothing", nil)
		}
		frames += len(entries[i].Film)
	}
	if frames > MaxAdditionFrames {
		return E(Invalid, op, "", "the films of an addition have at most 20,000 frames", nil)
	}
	return nil
}

// keepAddition puts a into the archive, under the first number that is not taken. Under some of them what calls left may lie that
// ended before they were on record: what has this name is taken up again, the others stay unused.
func (s *Sets) keepAddition(ctx context.Context, a Addition, taken []int) (Addition, error) {
	for a.Number = 1; ; a.Number++ {
		if _, is := slices.BinarySearch(taken, a.Number); is {
			continue
		}
		a.Entries = slices.Clone(a.Entries)
		for i := range a.Entries {
			a.Entries[i].Line = a.line(i + 1)
		}
		err := s.Archive.PutAddition(ctx, a)
		if !IsKind(err, Exists) {
			return a, err
		}
		if kept, err := s.Archive.Addition(ctx, a.AdditionID); err != nil || kept.Name == a.Name {
			return kept, err
		}
	}
}

// setExtended makes an addition match.
func (p *Projector) setExtended(ctx context.Context, ev Event, d extendedSet) error {
	id, err := ParseSetID(ev.Subject)
	if err != nil {
		return err
	}
	addition := AdditionID{id, d.Number}
	if there, err := p.Sets.Added(ctx, d.Name); err != nil || there == addition {
		return err // it does
	}
	a, err := p.SetFiles.Addition(ctx, addition)
	if err != nil {
		return err
	}
	x := Extension{AdditionID: addition, Name: d.Name, At: a.At, ByMethod: make(map[Method]int)}
	var batch entryBatch
	for _, raw := range a.Entries {
		batch.add(p.Names, raw, x.ByMethod)
	}
	x.Entries = batch.entries
	_, err = p.Sets.Extend(ctx, x)
	return err
}

// addedEntry returns an entry of an addition that is on record.
func (s *Sets) addedEntry(ctx context.Context, set SetID, line uint32) (RawEntry, error) {
	id, position := additionOf(set, line)
	numbers, err := s.Store.Additions(ctx, set)
	if err != nil {
		return RawEntry{}, err
	}
	var a Addition
	if _, is := slices.BinarySearch(numbers, id.Number); is {
		if a, err = s.Archive.Addition(ctx, id); err != nil {
			return RawEntry{}, err
		}
	}
	if position == 0 || position > len(a.Entries) {
		return RawEntry{}, E(NotFound, "object to entry", entryName(set, line), "the office's set has no such entry: findings name it", nil)
	}
	return a.Entries[position-1], nil
}

// office reports whether s is a set of the office's own, which grows: no list was imported into it.
func (s *HashSet) office() bool {
	return s.Source == OfficeSource && s.Kind == KnownSet && (s.Additions > 0 || s.Entries == 0)
}

// Office returns the office's set that matches, and makes one where there is none, or it was withdrawn.
func (s *Sets) Office(ctx context.Context) (HashSet, error) {
	for {
		set, err := s.activeOffice(ctx)
		if err != nil || set.ID > 0 {
			return set, err
		}
		var making error // apart, so that the lease is given back whatever becomes of it
		held, err := holding(ctx, s.Lease, "office-set", importLease, func(ctx context.Context) error {
			set, making = s.makeOffice(ctx)
			return nil
		})
		switch {
		case making != nil:
			return HashSet{}, making
		case set.ID > 0:
			return set, nil
		case err != nil || held:
			return HashSet{}, err
		}
		if !sleep(ctx, officePause) {
			return HashSet{}, ctx.Err()
		}
	}
}

// makeOffice makes the office's set, unless somebody has.
func (s *Sets) makeOffice(ctx context.Context) (HashSet, error) {
	if set, err := s.activeOffice(ctx); err != nil || set.ID > 0 {
		return set, err
	}
	report, err := s.start(ctx, Service, ImportOptions{Kind: KnownSet, Source: OfficeSource}, strings.NewReader(""), 0)
	return report.Set, err
}

// activeOffice returns the office's set; ID is 0 where there is none. Of two, which a lease that was lost can leave, it is the first.
func (s *Sets) activeOffice(ctx context.Context) (HashSet, error) {
	sets, err := s.Store.Sets(ctx)
	sets = slices.DeleteFunc(sets, func(set HashSet) bool { return !set.office() || set.State != Active })
	if err != nil || len(sets) == 0 {
		return HashSet{}, err
	}
	return slices.MinFunc(sets, func(a, b HashSet) int { return cmp.Compare(a.ID, b.ID) }), nil
}
