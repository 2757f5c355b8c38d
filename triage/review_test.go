package triage_test

import (
	"context"
	"testing"
	"time"

	"vigie/triage"
)

// queued submits one picture and returns its group.
func queued(t *testing.T, h *house) (picture, triage.GroupID) {
	t.Helper()
	p := newPicture(t, "a.jpg", 1)
	h.settle(h.mustSubmit("Q", p))
	groups, total, err := h.review.List(t.Context(), h.reviewer.Actor, 0, 10)
	if err != nil || total != 1 || len(groups) != 1 {
		t.Fatalf("the queue holds %d groups: %v, %v", total, groups, err)
	}
	return p, groups[0].ID
}

func TestDecision(t *testing.T) {
	h := newHouse(t)
	h.run()
	_, g := queued(t, h)
	ctx := t.Context()
	if _, err := h.review.Decide(ctx, h.reviewer.Actor, g, opinion(triage.NotIllegal, "")); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("decided without a claim: %v", err)
	}
	if _, err := h.review.Claim(ctx, h.reviewer.Actor, g); err != nil {
		t.Fatal(err)
	}
	if _, err := h.review.Decide(ctx, h.reviewer.Actor, g, opinion(triage.NotIllegal, "a landscape")); err != nil {
		t.Fatal(err)
	}
	if _, total, _ := h.review.List(ctx, h.reviewer.Actor, 0, 10); total != 0 {
		t.Errorf("%d groups are left in the queue", total)
	}
	events := h.recorded(triage.DecisionMade)
	if len(events) != 1 || events[0].Subject != string(g) || events[0].Actor != h.reviewer.Actor.ID {
		t.Errorf("the journal holds %v", events)
	}
}

// TestDecidedAfterOneLeft decides a group that a member left a moment ago, before it was ranked again: who joins next is to be
// looked at, and does not take the place of the one who left.
func TestDecidedAfterOneLeft(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	stop := h.run()
	p := newPicture(t, "a.jpg", 1)
	h.settle(h.mustSubmit("ONE", p))
	two := h.mustSubmit("TWO", near(t, p, "b.jpg", 1))
	h.settle(two)
	stop()
	h.work()
	id := triage.GroupID(h.names.Medium(p.item.Digests.SHA256))
	if groups, _, err := h.review.List(ctx, h.reviewer.Actor, 0, 9); err != nil || len(groups) != 1 || groups[0].Members != 2 {
		t.Fatalf("%+v, %v", groups, err)
	}
	if _, err := h.review.Claim(ctx, h.reviewer.Actor, id); err != nil {
		t.Fatal(err)
	}
	h.destroy(two)
	if d, err := h.review.Decide(ctx, h.reviewer.Actor, id, opinion(triage.NotIllegal, "")); err != nil || d.Members != 1 {
		t.Errorf("%+v, %v", d, err)
	}
	if err := h.submitOnce(ctx, "THREE", near(t, p, "c.jpg", 2)); err != nil {
		t.Fatal(err)
	}
	h.work()
	if groups, n, err := h.review.List(ctx, h.reviewer.Actor, 0, 9); err != nil || n != 1 || groups[0].ID != id {
		t.Errorf("%d groups in the queue: %+v, %v", n, groups, err)
	}
	h.rebuilt(c, "one left, one joined")
}

// TestProposal has a medium join a decided group: the decision is a proposal for it, that one act takes over for as many as its
// reader was told, or that another decision takes the place of; and a rebuild says the same.
func TestProposal(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	p := newPicture(t, "a.jpg", 1)
	id := triage.GroupID(h.names.Medium(p.item.Digests.SHA256))
	by := h.reviewer.Actor
	group := func() triage.Group {
		t.Helper()
		h.work()
		g, err := h.views.Queue.Group(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	submit := func(seal string, n int) {
		t.Helper()
		if err := h.submitOnce(ctx, seal, near(t, p, seal+".jpg", n)); err != nil {
			t.Fatal(err)
		}
	}
	submit("ONE", 0)
	group()
	if _, err := h.review.Confirm(ctx, by, id, triage.Illegal, 1); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("confirmed what nobody decided: %v", err)
	}
	if _, err := h.review.Claim(ctx, by, id); err != nil {
		t.Fatal(err)
	}
	first, err := h.review.Decide(ctx, by, id, opinion(triage.Illegal, "seen"))
	if err != nil {
		t.Fatal(err)
	}
	if g := group(); g.New != 0 || g.Proposal() != nil {
		t.Errorf("decided a moment ago: %+v", g)
	}
	submit("TWO", 2)
	submit("THREE", 3)
	g := group()
	if d := g.Proposal(); g.New != 2 || d == nil || d.Verdict != triage.Illegal || d.By != by.ID || !d.At.Equal(first.At) || g.Decision.Members != 1 {
		t.Errorf("two joined: %+v", g)
	}
	if _, n, err := h.review.List(ctx, by, 0, 9); err != nil || n != 1 {
		t.Errorf("%d groups wait, %v", n, err)
	}
	h.rebuilt(c, "two are proposed")
	for _, wrong := range []struct {
		verdict triage.Verdict
		media   int
	}{{triage.NotIllegal, 2}, {triage.Illegal, 1}, {triage.Illegal, 3}, {triage.Illegal, 0}} {
		if _, err := h.review.Confirm(ctx, by, id, wrong.verdict, wrong.media); !triage.IsKind(err, triage.Conflict) {
			t.Errorf("%s for %d media: %v", wrong.verdict, wrong.media, err)
		}
	}
	other := triage.Actor{ID: "a7", Role: triage.Reviewer}
	if _, err := h.review.Claim(ctx, other, id); err != nil { // the refusals gave it back
		t.Fatal(err)
	}
	if _, err := h.review.Confirm(ctx, by, id, triage.Illegal, 2); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("another works on it: %v", err)
	}
	d, err := h.review.Confirm(ctx, other, id, triage.Illegal, 2)
	if err != nil || d.Members != 3 || d.By != other.ID || !d.Confirms.Equal(first.At) {
		t.Errorf("%+v, %v", d, err)
	}
	if g := group(); g.New != 0 || g.Claim != nil || g.Decision.Members != 3 {
		t.Errorf("confirmed: %+v", g)
	}
	h.rebuilt(c, "confirmed")
	for _, role := range []triage.Role{triage.Examiner, triage.Unit, triage.Admin} {
		if _, err := h.review.Confirm(ctx, triage.Actor{ID: "a9", Role: role}, id, triage.Illegal, 1); !triage.IsKind(err, triage.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// TestUnrankedIsNotCovered decides a group that a medium joined a moment ago, before it was ranked: nobody was told of it.
func TestUnrankedIsNotCovered(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	p := newPicture(t, "a.jpg", 1)
	if err := h.submitOnce(ctx, "ONE", p); err != nil {
		t.Fatal(err)
	}
	h.work()
	if err := h.submitOnce(ctx, "TWO", near(t, p, "b.jpg", 2)); err != nil {
		t.Fatal(err)
	}
	id := triage.GroupID(h.names.Medium(p.item.Digests.SHA256))
	worked, stop := context.WithCancel(context.Background())
	go func() { _ = h.worker.Run(worked) }()
	defer stop()
	late := h.names.Medium(near(t, p, "b.jpg", 2).item.Digests.SHA256)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if m, err := h.views.Media.Medium(ctx, late); err == nil && m.State == triage.Examined {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it was not examined")
		}
	}
	if err := h.views.Groups.JoinGroups(ctx, []triage.Join{{Medium: late, Group: id}}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.review.Claim(ctx, h.reviewer.Actor, id); err != nil {
		t.Fatal(err)
	}
	if d, err := h.review.Decide(ctx, h.reviewer.Actor, id, opinion(triage.NotIllegal, "")); err != nil || d.Members != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	h.work()
	if g, err := h.views.Queue.Group(ctx, id); err != nil || g.New != 1 || g.Members != 2 {
		t.Errorf("%+v, %v", g, err)
	}
}
