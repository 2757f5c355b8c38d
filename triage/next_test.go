package triage_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// rivals are reviewers beside that of the house.
func rivals(n int) []triage.Actor {
	list := make([]triage.Actor, n)
	for i := range list {
		list[i] = triage.Actor{ID: fmt.Sprint("rival", i), Role: triage.Reviewer}
	}
	return list
}

// lined submits n pictures that are not alike, and returns the groups of the queue, in its order.
func (h *house) lined(n int) []triage.GroupID {
	h.t.Helper()
	var source []picture
	for i := range n {
		source = append(source, newPicture(h.t, fmt.Sprint(i, ".jpg"), i))
	}
	if err := h.submitOnce(h.t.Context(), "NEXT", source...); err != nil {
		h.t.Fatal(err)
	}
	h.work()
	groups, total, err := h.review.List(h.t.Context(), h.reviewer.Actor, 0, n)
	if err != nil || total != n {
		h.t.Fatalf("%d groups wait, %v", total, err)
	}
	var ids []triage.GroupID
	for _, g := range groups {
		ids = append(ids, g.ID)
	}
	return ids
}

// TestNext takes groups as reviewers do: in the order of the queue, none twice, one each; what was returned or whose lease ended comes
// again, what was decided does not.
func TestNext(t *testing.T) {
	h := newHouse(t)
	ctx, one, others := t.Context(), h.reviewer.Actor, rivals(3)
	start := time.Now()
	h.review.Now = func() time.Time { return start }
	if _, err := h.review.Next(ctx, one, triage.QueueFilter{}); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("of an empty queue: %v", err)
	}
	queue := h.lined(3)
	next := func(by triage.Actor, want triage.GroupID) {
		t.Helper()
		g, err := h.review.Next(ctx, by, triage.QueueFilter{})
		if want == "" {
			if !triage.IsKind(err, triage.NotFound) {
				t.Errorf("%s got %s, %v, want none", by.ID, g.ID, err)
			}
			return
		}
		if err != nil || g.ID != want || g.Claim == nil || g.Claim.By != by.ID || g.Claim.Until.Sub(start).Round(time.Second) != triage.ClaimLife {
			t.Errorf("%s got %+v, %v, want %s", by.ID, g, err, want)
		}
	}
	next(one, queue[0])
	next(one, queue[0]) // again, not a second one
	if n := len(h.recorded(triage.GroupClaimed)); n != 1 {
		t.Errorf("%d claims are on record", n)
	}
	if _, err := h.review.Claim(ctx, others[2], queue[1]); err != nil { // by hand
		t.Fatal(err)
	}
	next(others[0], queue[2])
	next(others[1], "")
	next(others[2], queue[1])
	if err := h.review.Return(ctx, others[2], queue[1]); err != nil {
		t.Fatal(err)
	}
	next(others[1], queue[1])
	if _, err := h.review.Decide(ctx, one, queue[0], opinion(triage.NotIllegal, "")); err != nil {
		t.Fatal(err)
	}
	next(one, "")
	start = start.Add(triage.ClaimLife - time.Minute)
	if c, err := h.review.Renew(ctx, others[0], queue[2]); err != nil || c.By != others[0].ID {
		t.Errorf("renewed: %+v, %v", c, err)
	}
	if _, err := h.review.Renew(ctx, one, queue[2]); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("another's lease was renewed: %v", err)
	}
	start = start.Add(2 * time.Minute)
	if _, err := h.review.Renew(ctx, others[1], queue[1]); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("a lease that had ended was renewed: %v", err)
	}
	next(one, queue[1])
	next(others[2], "")
	for _, role := range []triage.Role{triage.Examiner, triage.Unit, triage.Admin} {
		if _, err := h.review.Next(ctx, triage.Actor{ID: "a9", Role: role}, triage.QueueFilter{}); !triage.IsKind(err, triage.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
		if _, err := h.review.Renew(ctx, triage.Actor{ID: "a9", Role: role}, queue[1]); !triage.IsKind(err, triage.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// TestReviewersAskAtOnce has as many reviewers as there are groups ask at the same moment: each gets another one, with one event each.
func TestReviewersAskAtOnce(t *testing.T) {
	const n = 8
	h := newHouse(t)
	queue := h.lined(n)
	got := make([]triage.GroupID, n)
	var asking sync.WaitGroup
	for i, by := range rivals(n) {
		asking.Go(func() {
			g, err := h.review.Next(t.Context(), by, triage.QueueFilter{})
			if err != nil {
				t.Errorf("%s: %v", by.ID, err)
			}
			got[i] = g.ID
		})
	}
	asking.Wait()
	slices.Sort(got)
	slices.Sort(queue)
	if !slices.Equal(got, queue) {
		t.Errorf("they got %v of %v", got, queue)
	}
	if events := len(h.recorded(triage.GroupClaimed)); events != n {
		t.Errorf("%d claims are on record", events)
	}
}

// TestNoRecordNoClaim makes the journal fail, before and after it wrote, and then Redis: nobody holds what is not on record, and who asks
// again gets the same group.
func TestNoRecordNoClaim(t *testing.T) {
	h := newHouse(t)
	ctx, one, other := t.Context(), h.reviewer.Actor, rivals(1)[0]
	now := time.Now()
	h.review.Now = func() time.Time { return now }
	queue := h.lined(2)
	for what, faults := range map[string][]objectstest.Fault{
		"nothing is written":            {{Method: "Put"}},
		"nobody knows what was written": {{Method: "Put", After: true}, {Method: "Get"}, {Method: "GetRange"}, {Method: "Stat"}},
	} {
		h.objects.Set(faults...)
		if g, err := h.review.Next(ctx, one, triage.QueueFilter{}); err == nil {
			t.Errorf("%s: claimed without a record: %+v", what, g)
		}
		h.objects.Set()
		groups, _, err := h.review.List(ctx, one, 0, 2)
		if err != nil || groups[0].Claim != nil || groups[1].Claim != nil {
			t.Errorf("%s: %+v, %v", what, groups, err)
		}
	}
	if g, err := h.review.Next(ctx, other, triage.QueueFilter{}); err != nil || g.ID != queue[1] { // the first is still kept for who asked first
		t.Errorf("%+v, %v", g, err)
	}
	if err := h.review.Return(ctx, other, queue[1]); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if g, err := h.review.Next(ctx, other, triage.QueueFilter{}); err != nil || g.ID != queue[0] {
		t.Errorf("a reservation did not end: %+v, %v", g, err)
	}
	if err := h.review.Return(ctx, other, queue[0]); err != nil {
		t.Fatal(err)
	}
	for at := 1; ; at++ {
		for _, after := range []bool{false, true} {
			before := len(h.recorded(triage.GroupClaimed))
			h.faults.arm(at, after)
			g, err := h.review.Next(ctx, one, triage.QueueFilter{})
			met := h.faults.disarm()
			if err == nil && g.ID != queue[0] {
				t.Errorf("command %d: %+v", at, g)
			}
			if g, err = h.review.Next(ctx, one, triage.QueueFilter{}); err != nil || g.ID != queue[0] || g.Claim == nil {
				t.Errorf("after command %d failed: %+v, %v", at, g, err)
			}
			if len(h.recorded(triage.GroupClaimed)) == before {
				t.Errorf("command %d: no claim is on record", at)
			}
			if err := h.review.Return(ctx, one, queue[0]); err != nil {
				t.Fatal(err)
			}
			if !met {
				if at < 4 {
					t.Errorf("only %d commands", at)
				}
				return
			}
		}
	}
}

// TestNextAndTheLadder: a reviewer who is given again what they hold stays on the rung of the ladder that they reached; who takes a
// group anew begins at the bottom.
func TestNextAndTheLadder(t *testing.T) {
	h := newHouse(t)
	ctx, one := t.Context(), h.reviewer.Actor
	id := h.lined(1)[0]
	reached := func(want triage.RevealStep) {
		t.Helper()
		if g, err := h.review.Next(ctx, one, triage.QueueFilter{}); err != nil || g.ID != id {
			t.Fatalf("%s, %v", g.ID, err)
		}
		if got, err := h.review.Reached(ctx, one, id); err != nil || got != want {
			t.Errorf("reached %s, %v; not %s", got, err, want)
		}
	}
	reached(triage.StepFacts)
	if _, err := h.review.Reveal(ctx, h.reviewer, id, triage.StepBlurred, "to decide it"); err != nil {
		t.Fatal(err)
	}
	reached(triage.StepBlurred)
	if _, err := h.review.Renew(ctx, one, id); err != nil {
		t.Fatal(err)
	}
	reached(triage.StepBlurred)
	if err := h.review.Return(ctx, one, id); err != nil {
		t.Fatal(err)
	}
	reached(triage.StepFacts)
}
