package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// assigner has a supervisor assign cases to people, and take them back, until ctx ends. What fails is not insisted on.
func (r *round) assigner(ctx context.Context, random *rand.Rand) {
	c := r.as("supervisor")
	for pause(ctx, 2*someTime(random)) {
		cases, err := c.Cases(ctx)
		if err != nil || len(cases) == 0 {
			continue
		}
		to := []string{"reviewer", "supervisor", ""}[random.IntN(3)]
		_ = c.AssignCase(ctx, cases[random.IntN(len(cases))].ID, to)
	}
}

// verifyAssignments looks whether each group of the queue is whose the first of its cases was assigned to.
func (r *round) verifyAssignments(ctx context.Context) (wrong []string, err error) {
	c := r.as("supervisor")
	people, err := c.Assignees(ctx)
	if err != nil {
		return nil, err
	}
	type assigned struct {
		to string
		at time.Time
	}
	whose, counts := make(map[string]assigned), make(map[string]int)
	for _, a := range people {
		counts[a.ID] = a.Groups
		for _, k := range a.Cases {
			whose[k.Case] = assigned{a.ID, k.At}
		}
	}
	for after := ""; ; {
		q, err := c.Queue(ctx, after, 50)
		if err != nil {
			return wrong, err
		}
		for _, g := range q.Groups {
			sheet, err := c.Group(ctx, g.ID)
			if err != nil {
				return wrong, err
			}
			var want assigned
			for _, number := range sheet.Cases {
				if a, is := whose[number]; is && (want.to == "" || a.at.Before(want.at)) {
					want = a
				}
			}
			if counts[g.Assigned]--; g.Assigned != want.to {
				wrong = append(wrong, fmt.Sprintf("group %s of %q is %q's, not %q's", g.ID, sheet.Cases, g.Assigned, want.to))
			}
		}
		if after = q.Next; after == "" {
			break
		}
	}
	for account, left := range counts {
		if account != "" && left != 0 {
			wrong = append(wrong, fmt.Sprintf("%d groups more are counted as %s's than there are", left, account))
		}
	}
	return wrong, nil
}
