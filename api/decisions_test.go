package api_test

import (
	"testing"

	"vigie/api/wire"
	"vigie/triage"
)

// TestSecondPersonOverREST: what one person concludes to be illegal is offered to another, and to nobody who gave an opinion.
func TestSecondPersonOverREST(t *testing.T) {
	s := start(t, nil)
	ctx, one, two := t.Context(), s.as(triage.Reviewer), s.as(triage.Supervisor)
	s.submit(s.as(triage.Examiner), "2026/1", "S-1", picture(t, 1))
	scheme, err := one.Categories(ctx)
	if err != nil || len(scheme.Categories) == 0 || scheme.Categories[0].Name["fr"] == "" {
		t.Fatalf("%+v, %v", scheme, err)
	}
	illegal := wire.DecisionRequest{Verdict: string(triage.Illegal), Category: scheme.Categories[0].Code, Victim: "unidentified", Producer: "possible", Series: "boxes", Violent: true, Note: "seen"}
	g, err := one.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := two.NextAwaiting(ctx); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("nothing awaits: %v", err)
	}
	wrong := illegal
	wrong.Category = ""
	if _, err := one.Decide(ctx, g.ID, wrong); !triage.IsKind(err, triage.Invalid) {
		t.Errorf("without a category: %v", err)
	}
	d, err := one.Decide(ctx, g.ID, illegal)
	if err != nil || d.Awaits != "second" || d.Conclusion != nil || d.DecisionRequest != illegal {
		t.Fatalf("%+v, %v", d, err)
	}
	if _, err := one.NextAwaiting(ctx); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("who decided is offered it: %v", err)
	}
	if q, err := two.Awaiting(ctx, 0, 10); err != nil || q.Total != 1 || q.Groups[0].ID != g.ID {
		t.Errorf("%+v, %v", q, err)
	}
	offered, err := two.NextAwaiting(ctx)
	if err != nil || offered.ID != g.ID || offered.Decision == nil || offered.Decision.Note != "seen" {
		t.Fatalf("%+v, %v", offered, err)
	}
	if d, err = two.Decide(ctx, g.ID, illegal); err != nil || d.Awaits != "" || d.Conclusion == nil || len(d.Before) != 1 || d.By == d.Before[0].By {
		t.Fatalf("%+v, %v", d, err)
	}
	if err := two.Undecide(ctx, g.ID); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("what two agreed on is taken back: %v", err)
	}
	if q, err := two.Awaiting(ctx, 0, 10); err != nil || q.Total != 0 {
		t.Errorf("%+v, %v", q, err)
	}
}
