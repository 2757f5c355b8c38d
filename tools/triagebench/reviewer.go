package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"time"

	"vigie/triage"
)

// workedShare is the part of the groups that the reviewer opens: the tables end there.
const workedShare = .20

// page is how many groups, or media, are read at a time.
const page = 500

var reviewer = triage.Actor{ID: "a2", Name: "office", Role: triage.Reviewer}

// workedOf is how many of some groups the reviewer opens.
func workedOf(groups int) int { return int(math.Ceil(workedShare * float64(groups))) }

// illegal is what a reviewer who does not err decides of a group: whether anything in it was planted, traced or not.
func (g *group) illegal() bool { return g.scene.Context != "" }

// work has a reviewer open the first groups of the queue and decide them truthfully, and go on with the queue as it is then.
// It returns the groups in the order in which they were opened, each as the queue had it then; what stays comes behind, in the
// queue's last order.
func (s *service) work(ctx context.Context, before []*group) ([]*group, error) {
	known := make(map[triage.GroupID]*group, len(before))
	for _, g := range before {
		known[g.ID] = g
	}
	worked, begin := make([]*group, 0, len(before)), time.Now()
	add := func(listed []triage.Group) error {
		for i := range listed {
			g := known[listed[i].ID]
			if g == nil {
				return fmt.Errorf("group %s was decided before, or was not there before any decision", listed[i].ID)
			}
			delete(known, listed[i].ID)
			now := *g
			now.Group = listed[i]
			worked = append(worked, &now)
		}
		return nil
	}
	for limit := workedOf(len(before)); len(worked) < limit; {
		first, _, err := s.review.List(ctx, reviewer, 0, 1)
		if err != nil {
			return nil, err
		}
		if len(first) == 0 {
			return nil, fmt.Errorf("the queue is empty after %d of %d groups", len(worked), len(before))
		}
		if err := add(first); err != nil {
			return nil, err
		}
		if err := s.decide(ctx, worked[len(worked)-1]); err != nil {
			return nil, err
		}
		fmt.Fprintf(os.Stderr, "\r%d of %d groups decided", len(worked), limit)
	}
	fmt.Fprintf(os.Stderr, " in %s\n", time.Since(begin).Round(time.Second))
	rest, err := s.listed(ctx)
	if err != nil {
		return nil, err
	}
	return worked, add(rest)
}

// decide is what a reviewer does with a group, but for looking. It returns when the queue is what the decision makes of it.
func (s *service) decide(ctx context.Context, g *group) error {
	if _, err := s.review.Claim(ctx, reviewer, g.ID); err != nil {
		return err
	}
	opinion := triage.Opinion{Verdict: triage.NotIllegal}
	if g.illegal() {
		opinion = triage.Opinion{Verdict: triage.Illegal, Category: triage.DefaultScheme().Categories[0].Code}
	}
	if _, err := s.review.Decide(ctx, reviewer, g.ID, opinion); err != nil {
		return err
	}
	return s.settle(ctx, s.exhibits[0])
}

// listed reads the queue, whole.
func (s *service) listed(ctx context.Context) (all []triage.Group, err error) {
	for {
		some, total, err := s.review.List(ctx, reviewer, len(all), page)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if len(all) >= total || len(some) == 0 {
			return all, nil
		}
	}
}

// queue reads the queue, whole, with what the simulation knows of each group.
func (s *service) queue(ctx context.Context, spots map[triage.MediumID][]spot) ([]*group, error) {
	all, err := s.listed(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]triage.GroupID, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	members, err := s.groups.GroupsMedia(ctx, ids)
	if err != nil {
		return nil, err
	}
	queue := make([]*group, len(all))
	for i := range all {
		if queue[i], err = withTruth(all[i], members[i], spots); err != nil {
			return nil, err
		}
	}
	return queue, nil
}

// known counts the known and near-known media of cells where they count as if they had been decided to be illegal.
func (s *service) known(ctx context.Context, spots map[triage.MediumID][]spot) (map[cell]int, error) {
	known := make(map[cell]int)
	for some := range slices.Chunk(slices.Collect(maps.Keys(spots)), page) {
		media, err := s.submit.Media.Media(ctx, some)
		if err != nil {
			return nil, err
		}
		for _, m := range media {
			if m.Finding != triage.Known && m.Finding != triage.NearKnown {
				continue
			}
			for i := range m.Places {
				own, _ := cellsOf(&m, &m.Places[i])
				for _, c := range own {
					if knownCount(c.kind) {
						known[c]++
					}
				}
			}
		}
	}
	return known, nil
}
