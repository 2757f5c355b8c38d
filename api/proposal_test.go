package api_test

import (
	"bytes"
	"slices"
	"testing"

	"vigie/api/wire"
	"vigie/triage"
)

// alike are the bytes of a picture with others behind it that show nothing: another medium of the same group.
func alike(picture []byte, n int) []byte {
	return append(slices.Clone(picture), bytes.Repeat([]byte{0}, n)...)
}

// TestConfirmation decides a group, and takes the decision over for what joins: as its reader was told, or not at all.
func TestConfirmation(t *testing.T) {
	s := start(t, nil)
	ctx, examiner, c := t.Context(), s.as(triage.Examiner), s.as(triage.Reviewer)
	first := picture(t, 1)
	s.submit(examiner, "2026/1", "S-1", first)
	q, err := c.Queue(ctx, "", 10)
	if err != nil || len(q.Groups) != 1 {
		t.Fatalf("%+v, %v", q, err)
	}
	group := q.Groups[0].ID
	if _, err := c.Confirm(ctx, group, triage.Illegal, 1); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("confirmed what nobody decided: %v", err)
	}
	if _, err := c.Claim(ctx, group); err != nil {
		t.Fatal(err)
	}
	decided, err := c.Decide(ctx, group, wire.DecisionRequest{Verdict: string(triage.Illegal), Category: "A1", Note: "seen"})
	if err != nil {
		t.Fatal(err)
	}
	s.submit(examiner, "2026/1", "S-2", alike(first, 1))
	sheet, err := c.Group(ctx, group)
	if p := sheet.Group.Proposal; err != nil || p == nil || p.Media != 1 || p.Verdict != string(triage.Illegal) || !p.At.Equal(decided.At) {
		t.Fatalf("%+v, %v", sheet.Group, err)
	}
	told := *sheet.Group.Proposal
	s.submit(examiner, "2026/1", "S-3", alike(first, 2)) // after it was told
	if _, err := c.Confirm(ctx, group, triage.Verdict(told.Verdict), told.Media); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("confirmed for more than was told: %v", err)
	}
	if _, err := c.Confirm(ctx, group, triage.NotIllegal, 2); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("confirmed what was not proposed: %v", err)
	}
	d, err := c.Confirm(ctx, group, triage.Verdict(told.Verdict), 2)
	if err != nil || d.Verdict != told.Verdict || d.Members != 3 || d.Note != "seen" || d.Confirms == nil || !d.Confirms.Equal(decided.At) {
		t.Fatalf("%+v, %v", d, err)
	}
	sheet, err = c.Group(ctx, group)
	g := sheet.Group
	if err != nil || g.Proposal != nil || g.Claim != nil || g.Decision == nil || !g.Decision.At.Equal(d.At) || g.Decision.Members != 3 {
		t.Errorf("after the confirmation: %+v, %v", g, err)
	}
	if q, err := c.Queue(ctx, "", 10); err != nil || q.Total != 0 {
		t.Errorf("the queue still has %+v, %v", q, err)
	}
	if _, err := c.Confirm(ctx, group, triage.Illegal, 2); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("confirmed twice: %v", err)
	}
}
