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
	near, err := s.nearKnown(ctx, media)
	if err != nil {
		return 0, err
	}
	groups := make([]Group, len(marked))
	for i, m := range marked {
		groups[i] = s.ranked(m.Group, media[i], near)
	}
	err = s.Groups.SaveRankings(ctx, s.rankedBy, marked, groups)
	if IsKind(err, Stale) { // the next round sees the other weights
		s.rankedBy, err = WeightsSum{}, nil
	}
	return len(marked), err
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
	if s.exhibits == nil {
		s.exhibits = make(map[ExhibitID]Exhibit)
	}
	for _, members := range media {
		for i := range members {
			for _, p := range members[i].Places {
				if _, known := s.exhibits[p.Exhibit]; known {
					continue
				}
				x, err := s.Exhibits.Exhibit(ctx, p.Exhibit)
				if err != nil {
					return nil, err
				}
				x.Manifest = nil // long, and not needed
				s.exhibits[p.Exhibit] = x
			}
		}
	}
	return media, nil
}

// nearby is a folder of an exhibit, with the folder that it lies in.
type nearby struct {
	exhibit        ExhibitID
	folder, parent FolderKey
}

func nearbyOf(p *Place) nearby { return nearby{p.Exhibit, p.Folder, p.Parent} }

// nearKnown tells of each folder of the members whether known or near-known media lie in it, or around it.
func (s *Steward) nearKnown(ctx context.Context, media [][]Medium) (map[nearby]bool, error) {
	near := make(map[nearby]bool)
	var places []Place
	for _, members := range media {
		for i := range members {
			for j := range members[i].Places {
				p := &members[i].Places[j]
				if _, asked := near[nearbyOf(p)]; !asked {
					near[nearbyOf(p)] = false
					places = append(places, *p)
				}
			}
		}
	}
	answers, err := s.Groups.NearKnown(ctx, places)
	for i := range answers {
		near[nearbyOf(&places[i])] = answers[i]
	}
	return near, err
}

// ranked counts and ranks one group by its members that are in no set.
func (s *Steward) ranked(id GroupID, members []Medium, near map[nearby]bool) Group {
	g := Group{ID: id, Members: len(members)}
	seen, cases := make(map[ExhibitID]bool), make(map[string]bool)
	var evidence signals.Group
	for i := range members {
		m := &members[i]
		for _, p := range m.Places {
			seen[p.Exhibit] = true
			cases[s.exhibits[p.Exhibit].Case] = true
		}
		switch m.Finding {
		case Pending, ProbableNew, Unranked:
			evidence.Members = append(evidence.Members, s.member(m, near))
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

// member is what ranking knows of one medium.
func (s *Steward) member(m *Medium, near map[nearby]bool) signals.Member {
	member := signals.Member{Facts: m.Facts, Quality: m.Quality}
	member.Facts.Kind = m.Kind // declared, where nothing could be decoded
	for i := range m.Places {
		p := &m.Places[i]
		place := signals.Place{
			Class: string(p.Class), Deleted: p.Deleted, Hidden: p.Hidden, Archived: p.Archived,
			Modified: p.Modified, Submitted: s.exhibits[p.Exhibit].Opened,
		}
		if near[nearbyOf(p)] {
			place.Near = signals.NearSame
		}
		member.Places = append(member.Places, place)
	}
	for _, match := range m.Matches {
		if match.Kind != KnownSet {
			continue
		}
		member.Matched = true
		member.Possible = member.Possible || match.Method == ByPHash && match.State != EntryWithdrawn
	}
	return member
}
