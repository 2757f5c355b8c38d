package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// heldFor is how far ahead the end of a custody is set: no round takes as long.
const heldFor = 24 * time.Hour

// custody has custodies run in the cases of an examiner, and end, until ctx ends. What fails is not insisted on.
func (r *round) custody(ctx context.Context, random *rand.Rand) {
	c := r.as("examiner")
	for pause(ctx, 2*someTime(random)) {
		cases, err := c.Cases(ctx)
		if err != nil || len(cases) == 0 {
			continue
		}
		until := time.Now().Add(heldFor + time.Duration(random.IntN(60))*time.Minute)
		if random.IntN(3) == 0 {
			until = time.Time{}
		}
		_, _ = c.HoldCase(ctx, cases[random.IntN(len(cases))].ID, until)
	}
}

// verifyCustody looks whether just those groups come first that have media in a case whose custody runs.
func (r *round) verifyCustody(ctx context.Context) (wrong []string, err error) {
	cases, err := r.as("examiner").Cases(ctx)
	if err != nil {
		return nil, err
	}
	runs := make(map[string]bool)
	for _, k := range cases {
		runs[k.Case] = k.Custody != nil
	}
	c, rest := r.as("reviewer"), false
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
			lifted := g.Custody != nil
			if want := slices.ContainsFunc(sheet.Cases, func(number string) bool { return runs[number] }); lifted != want {
				wrong = append(wrong, fmt.Sprintf("group %s of %q comes first: %v", g.ID, sheet.Cases, lifted))
			}
			if lifted && rest {
				wrong = append(wrong, fmt.Sprintf("group %s comes behind others without a custody", g.ID))
			}
			rest = rest || !lifted
		}
		if after = q.Next; after == "" {
			return wrong, nil
		}
	}
}
