package api_test

import (
	"testing"

	"vigie/api/wire"
	"vigie/triage"
)

// TestNextOverREST claims one group after the other, until there is none.
func TestNextOverREST(t *testing.T) {
	s := start(t, nil)
	ctx, c := t.Context(), s.as(triage.Reviewer)
	if _, err := c.Next(ctx); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("of an empty queue: %v", err)
	}
	s.submit(s.as(triage.Examiner), "2026/1", "S-1", picture(t, 1))
	q, err := c.Queue(ctx, "", 10)
	if err != nil || len(q.Groups) != 1 {
		t.Fatalf("%+v, %v", q, err)
	}
	for range 2 {
		if g, err := c.Next(ctx); err != nil || g.ID != q.Groups[0].ID || g.Claim == nil || g.Score != q.Groups[0].Score {
			t.Errorf("%+v, %v", g, err)
		}
	}
	if _, err := c.Decide(ctx, q.Groups[0].ID, wire.DecisionRequest{Verdict: string(triage.NotIllegal)}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Next(ctx); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("all is decided: %v", err)
	}
}
