package triage

import (
	"context"
	"slices"
)

// group gives a batch of media their groups: on record first, by whoever is the first to write the next record.
func (s *Steward) group(ctx context.Context) (int, error) {
	ids, err := s.Groups.Ungrouped(ctx, stewardBatch)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	media, err := s.Media.Media(ctx, ids)
	if err != nil {
		return 0, err
	}
	kept, err := s.examinations(ctx, ids, media)
	if err != nil {
		return 0, err
	}
	joins, err := s.Founders.Assign(ctx, ids, kept)
	if err != nil {
		return 0, err
	}
	_, err = s.keepJoins(ctx, joins)
	return len(joins), err
}

// keepJoins writes the next record of groups, unless another steward did, gives whichever was written its effect, and
// reports whether it was this one.
func (s *Steward) keepJoins(ctx context.Context, joins []Join) (kept bool, err error) {
	number, err := s.nextRecord(ctx)
	if err != nil {
		return false, err
	}
	err = s.Records.PutJoins(ctx, number, joins)
	kept = err == nil
	if IsKind(err, Exists) { // another steward's, or our own from before a crash
		joins, err = s.Records.Joins(ctx, number)
	}
	if err != nil {
		return false, err
	}
	return kept, applyJoins(ctx, s.Groups, number, joins)
}

// heirs lets another member stand for each group whose founder has left, and ends those that nobody is left of.
func (s *Steward) heirs(ctx context.Context) (int, error) {
	groups, err := s.Groups.Orphans(ctx, stewardBatch)
	if err != nil || len(groups) == 0 {
		return 0, err
	}
	if busy, err := s.Cases.Reopening(ctx); err != nil || busy { // who stands for one may be on its way back
		return 0, err
	}
	if err := s.pending(ctx); err != nil { // who is on record as joining one keeps it alive
		return 0, err
	}
	members, err := s.Groups.GroupsMedia(ctx, groups)
	if err != nil {
		return 0, err
	}
	var joins []Join
	var ended []GroupID
	for i, g := range groups {
		if len(members[i]) == 0 {
			ended = append(ended, g)
			continue
		}
		heir, err := s.heir(ctx, g, members[i])
		if err != nil {
			return 0, err
		}
		joins = append(joins, heir)
	}
	if err := s.Groups.Bury(ctx, ended...); err != nil || len(joins) == 0 {
		return len(groups), err
	}
	_, err = s.keepJoins(ctx, joins)
	return len(groups), err
}

// pending gives the record its effect, if there is one, that a steward wrote and died before it had.
func (s *Steward) pending(ctx context.Context) error {
	number, err := s.nextRecord(ctx)
	if err != nil {
		return err
	}
	joins, err := s.Records.Joins(ctx, number)
	if err != nil {
		return unlessMissing(err)
	}
	return applyJoins(ctx, s.Groups, number, joins)
}

// nextRecord numbers the record of groups after the last that had its effect.
func (s *Steward) nextRecord(ctx context.Context) (uint64, error) {
	marks, err := s.Marks.Marks(ctx)
	if err == nil && marks.By != s.builder { // a record stays, and must not tell of projections that lack something
		err = lostAgain()
	}
	return marks.Groups + 1, err
}

// heir is the first member with a hash that others can be near to, else the first: the same whoever asks.
func (s *Steward) heir(ctx context.Context, g GroupID, members []Medium) (Join, error) {
	born := &Founder{Group: g, Medium: members[0].ID}
	for _, m := range members {
		kept, err := s.examinations(ctx, []MediumID{m.ID}, map[MediumID]Medium{m.ID: m})
		if err != nil {
			return Join{}, err
		}
		if f := newFounder(g, m.ID, kept[0].Examination); f.PDQ != nil {
			born = f
			break
		}
	}
	return Join{Medium: born.Medium, Group: g, Born: born}, nil
}

// applyJoins gives a record of groups its effect.
func applyJoins(ctx context.Context, groups GroupStore, number uint64, joins []Join) error {
	var births []Founder
	for _, j := range joins {
		if j.Born != nil {
			births = append(births, *j.Born)
		}
	}
	if err := groups.Bear(ctx, births); err != nil {
		return err
	}
	live := slices.DeleteFunc(slices.Clone(joins), func(j Join) bool { return j.Medium == "" }) // destroyed
	if err := groups.JoinGroups(ctx, live); err != nil {
		return err
	}
	return groups.MarkJoins(ctx, number)
}
