package triage

import (
	"context"

	"vigie/hashing"
	"vigie/triage/signals"
)

// rank ranks a batch of groups.
func (s *Steward) rank(ctx context.Context) (int, error) {
	marked, err := s.Groups.ToRank(ctx, stewardBatch)
	if err != nil || len(marked) == 0 {
		return 0, err
	}
	media, err := s.members(ctx, marked)
	if err != nil {
		return 0, err
	}
	ties, err := s.tied(ctx, media)
	if err != nil {
		return 0, err
	}
	groups := make([]Group, len(marked))
	for i, m := range marked {
		groups[i] = s.ranked(m.Group, media[i], ties[i])
	}
	if err := s.noteUnscored(ctx, groups, media); err != nil {
		return 0, err
	}
	err = s.Groups.SaveRankings(ctx, s.rankedBy, marked, groups)
	if IsKind(err, Stale) { // the next round sees the other weights
		s.rankedBy, err = WeightsSum{}, nil
	}
	return len(marked), err
}

// noteUnscored notes which groups lack a score of the model that answers, before they count as ranked. Where none ever answered
// there is nothing to note.
func (s *Steward) noteUnscored(ctx context.Context, groups []Group, media [][]Medium) error {
	if s.Scores == nil {
		return nil
	}
	model, err := s.Scores.Model(ctx)
	if err != nil || model == (Model{}) {
		return err
	}
	noted := make([]Unscored, len(groups))
	for i := range groups {
		_, lacks := lacksScore(model, media[i])
		noted[i] = Unscored{groups[i].ID, groups[i].Score, lacks}
	}
	return s.Scores.NoteUnscored(ctx, noted...)
}

// members returns the members of groups, and learns the exhibits in which they lie.
func (s *Steward) members(ctx context.Context, marked []Marked) ([][]Medium, error) {
	ids := make([]GroupID, len(marked))
	for i, m := range marked {
		ids[i] = m.Group
	}
	media, err := s.Groups.GroupsMedia(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, members := range media {
		for i := range members {
			for _, p := range members[i].Places {
				if err := s.learn(ctx, p.Exhibit); err != nil {
					return nil, err
				}
			}
		}
	}
	return media, nil
}

// learn has exhibits known, for ranking. One that is not there is left out and told: what lies in it is ranked by all the rest, and
// no group waits for it. A case that is being closed is such for a moment; its media are marked again when they leave it.
func (s *Steward) learn(ctx context.Context, exhibits ...ExhibitID) error {
	if s.exhibits == nil {
		s.exhibits = make(map[ExhibitID]Exhibit)
	}
	for _, id := range exhibits {
		if _, known := s.exhibits[id]; known {
			continue
		}
		x, err := s.Exhibits.Exhibit(ctx, id)
		if IsKind(err, NotFound) {
			s.Log.Warn("groups are ranked without an exhibit that is not there", "exhibit", id)
			continue
		}
		if err != nil {
			return err
		}
		x.Manifest = nil // long, and not needed
		s.exhibits[id] = x
	}
	return nil
}

// tied is what others have in common with the members of groups, of each. It learns the exhibits in which these lie.
func (s *Steward) tied(ctx context.Context, media [][]Medium) ([][]Tied, error) {
	var all []*Medium
	for _, members := range media {
		for i := range members {
			all = append(all, &members[i])
		}
	}
	ties, err := s.Groups.Ties(ctx, all)
	if err != nil {
		return nil, err
	}
	for i := range ties {
		if err := s.learn(ctx, ties[i].CameraSeen...); err != nil {
			return nil, err
		}
	}
	of := make([][]Tied, len(media))
	for i, members := range media {
		of[i], ties = ties[:len(members)], ties[len(members):]
	}
	return of, nil
}

// ranked counts and ranks one group by its members that are in no set.
func (s *Steward) ranked(id GroupID, members []Medium, ties []Tied) Group {
	g := Group{ID: id, Members: len(members)}
	seen, cases := make(map[ExhibitID]bool), make(map[string]bool)
	var evidence signals.Group
	for i := range members {
		m := &members[i]
		for _, p := range m.Places {
			seen[p.Exhibit] = true
			if x, there := s.exhibits[p.Exhibit]; there {
				cases[x.Case] = true
			}
		}
		if m.open() {
			evidence.Members = append(evidence.Members, s.member(m, &ties[i]))
		}
		if m.Kind == hashing.KindVideo {
			g.Videos++
		}
	}
	evidence.Cases = len(cases)
	g.Open, g.Exhibits, g.Cases = len(evidence.Members), len(seen), len(cases)
	evidence.Exhibits = len(seen)
	g.Score, g.Reasons = s.weights.Rank(evidence)
	g.Finding = findingOf(&s.weights, g.Score)
	return g
}

// casesOf counts the cases of exhibits.
func (s *Steward) casesOf(exhibits []ExhibitID) int {
	cases := make(map[string]bool)
	for _, id := range exhibits {
		if x, there := s.exhibits[id]; there {
			cases[x.Case] = true
		}
	}
	return len(cases)
}

// member is what ranking knows of one medium.
func (s *Steward) member(m *Medium, tied *Tied) signals.Member {
	member := signals.Member{
		Facts: m.Facts, Quality: m.Quality, CameraKnown: tied.CameraKnown, ShootKnown: tied.ShootKnown,
		CameraCases: s.casesOf(tied.CameraSeen), ShootCases: s.casesOf(tied.ShootSeen),
	}
	member.Facts.Kind = m.Kind // declared, where nothing could be decoded
	if m.Score != nil {
		member.Scored, member.Score = true, m.Score.Value
	}
	for i := range m.Places {
		p := &m.Places[i]
		member.Places = append(member.Places, signals.Place{
			Class: string(p.Class), Deleted: p.Deleted, Hidden: p.Hidden, Archived: p.Archived,
			Near: tied.Near[i], Decided: tied.Decided[i], Modified: p.Modified, Submitted: s.exhibits[p.Exhibit].Opened, Seized: s.exhibits[p.Exhibit].Seized,
		})
	}
	for _, match := range m.Matches {
		if match.Kind != KnownSet {
			continue
		}
		member.Matched = true
		member.Possible = member.Possible || match.Vote() && match.State != EntryWithdrawn
	}
	return member
}
