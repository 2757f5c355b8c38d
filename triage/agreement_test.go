package triage_test

import (
	"testing"
	"time"

	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// TestAgreement: what a decision waits for, what it comes to, and what media count as meanwhile, by the opinions given.
func TestAgreement(t *testing.T) {
	const illegal, not, unsure = triage.Illegal, triage.NotIllegal, triage.Unsure
	of := func(v triage.Verdict, category triage.CategoryCode) triage.Opinion {
		return triage.Opinion{Verdict: v, Category: category}
	}
	a1, b2, no, dunno := of(illegal, "A1"), of(illegal, "B2"), of(not, ""), of(unsure, "")
	for _, c := range []struct {
		opinions  []triage.Opinion
		overturns bool
		round     triage.Round
		want      triage.Opinion // what it comes to
		counts    triage.Verdict
	}{
		{[]triage.Opinion{no}, false, triage.Settled, no, not},
		{[]triage.Opinion{dunno}, false, triage.Settled, dunno, unsure},
		{[]triage.Opinion{a1}, false, triage.AwaitsSecond, a1, illegal},
		{[]triage.Opinion{no}, true, triage.AwaitsSecond, no, illegal},
		{[]triage.Opinion{a1, a1}, false, triage.Settled, a1, illegal},
		{[]triage.Opinion{no, no}, true, triage.Settled, no, not},
		{[]triage.Opinion{a1, no}, false, triage.AwaitsThird, no, unsure},
		{[]triage.Opinion{a1, b2}, false, triage.AwaitsThird, b2, unsure},
		{[]triage.Opinion{no, a1}, true, triage.AwaitsThird, a1, unsure},
		{[]triage.Opinion{a1, no, a1}, false, triage.Settled, a1, illegal},
		{[]triage.Opinion{a1, no, b2}, false, triage.Settled, b2, illegal},
		{[]triage.Opinion{a1, no, no}, false, triage.Settled, no, not},
		{[]triage.Opinion{a1, b2, no}, false, triage.Settled, b2, illegal},
		{[]triage.Opinion{a1, no, dunno}, false, triage.Settled, dunno, unsure},
		{[]triage.Opinion{a1, dunno, no}, false, triage.Settled, dunno, unsure},
	} {
		last := len(c.opinions) - 1
		d := triage.Decision{Opinion: c.opinions[last], Before: c.opinions[:last], Overturns: c.overturns}
		if got := d.Round(); got != c.round {
			t.Errorf("%v: waits for %q, not %q", c.opinions, got, c.round)
		}
		if got := d.Conclusion(); got != c.want {
			t.Errorf("%v: comes to %+v, not %+v", c.opinions, got, c.want)
		}
		if got := d.Counts(); got != c.counts {
			t.Errorf("%v: counts as %q, not %q", c.opinions, got, c.counts)
		}
		if got := d.Enters(); got != (c.round == triage.Settled && c.want.Verdict == illegal) {
			t.Errorf("%v: enters the set: %t", c.opinions, got)
		}
	}
}

// TestOpinionIsChecked refuses what a decision lacks, or the scheme does not know.
func TestOpinionIsChecked(t *testing.T) {
	h := newHouse(t)
	stop := h.run()
	_, g := queued(t, h)
	stop()
	ctx, by := t.Context(), h.reviewer.Actor
	if _, err := h.review.Claim(ctx, by, g); err != nil {
		t.Fatal(err)
	}
	for _, o := range []triage.Opinion{
		{Verdict: "guilty"},
		{Verdict: triage.Illegal},
		{Verdict: triage.Illegal, Category: "Z9"},
		{Verdict: triage.Illegal, Category: "A1", Victim: "somebody"},
		{Verdict: triage.Illegal, Category: "A1", Producer: "sure"},
		{Verdict: triage.Illegal, Category: "A1", Series: "a\nb"},
		{Verdict: triage.Unsure, Note: string(make([]byte, triage.MaxNote+1))},
	} {
		_, err := h.review.Decide(ctx, by, g, o)
		wantKind(t, string(o.Verdict)+" "+string(o.Category), err, triage.Invalid)
	}
	d, err := h.review.Decide(ctx, by, g, triage.Opinion{Verdict: triage.NotIllegal, Category: "A1", Victim: triage.VictimIdentified, Note: " boxes "})
	if err != nil || d.Category != "" || d.Victim != "" || d.Note != "boxes" {
		t.Errorf("what is not illegal has no category: %+v, %v", d, err)
	}
}

// people are three reviewers.
func people() (one, two, three triage.Actor) {
	actor := func(id string) triage.Actor { return triage.Actor{ID: id, Role: triage.Reviewer} }
	return actor("a2"), actor("a7"), actor("a8")
}

// concludes has somebody claim a group and conclude about it.
func (h *house) concludes(by triage.Actor, id triage.GroupID, o triage.Opinion) triage.Decision {
	h.t.Helper()
	if _, err := h.review.Claim(h.t.Context(), by, id); err != nil {
		h.t.Fatal(err)
	}
	d, err := h.review.Decide(h.t.Context(), by, id, o)
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

// awaiting returns how many groups await somebody else's opinion, and which one by is offered.
func (h *house) awaiting(by triage.Actor) (n int, next triage.GroupID) {
	h.t.Helper()
	groups, n, err := h.review.Awaiting(h.t.Context(), by, 0, 9)
	if err != nil || len(groups) != n {
		h.t.Fatalf("%d groups of %d, %v", len(groups), n, err)
	}
	g, err := h.review.NextAwaiting(h.t.Context(), by)
	if err != nil && !triage.IsKind(err, triage.NotFound) {
		h.t.Fatal(err)
	}
	if err == nil {
		if err := h.review.Return(h.t.Context(), by, g.ID); err != nil {
			h.t.Fatal(err)
		}
	}
	return n, g.ID
}

// TestSecondPerson takes a group through three opinions, each by somebody else; after each a rebuild says the same.
func TestSecondPerson(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	one, two, three := people()
	p := newPicture(t, "a.jpg", 1)
	if err := h.submitOnce(t.Context(), "ONE", p); err != nil {
		t.Fatal(err)
	}
	h.work()
	id := triage.GroupID(h.names.Medium(p.item.Digests.SHA256))

	first := h.concludes(one, id, opinion(triage.Illegal, "seen"))
	if first.Round() != triage.AwaitsSecond {
		t.Errorf("%+v", first)
	}
	if _, n, _ := h.review.List(t.Context(), two, 0, 9); n != 0 {
		t.Errorf("%d groups are in the queue", n)
	}
	if n, next := h.awaiting(one); n != 1 || next != "" {
		t.Errorf("%d await; who decided is offered %q", n, next)
	}
	if n, next := h.awaiting(two); n != 1 || next != id {
		t.Errorf("%d await; somebody else is offered %q", n, next)
	}
	h.work()
	h.rebuilt(c, "one opinion")

	second := h.concludes(two, id, opinion(triage.NotIllegal, "boxes"))
	if second.Round() != triage.AwaitsThird || len(second.Before) != 1 || second.Before[0].Note != "seen" || second.Members != first.Members {
		t.Errorf("%+v", second)
	}
	if _, err := h.review.Claim(t.Context(), one, id); err != nil {
		t.Fatal(err)
	}
	_, err := h.review.Decide(t.Context(), one, id, opinion(triage.Illegal, "as I said"))
	wantKind(t, "the first person, as the third", err, triage.Conflict)
	if err := h.review.Return(t.Context(), one, id); err != nil {
		t.Fatal(err)
	}
	if n, next := h.awaiting(two); n != 1 || next != "" {
		t.Errorf("%d await; the second is offered %q", n, next)
	}
	h.work()
	h.rebuilt(c, "two that differ")

	third := h.concludes(three, id, opinion(triage.Illegal, "I agree"))
	if !third.Enters() || len(third.Before) != 2 {
		t.Errorf("%+v", third)
	}
	if n, _ := h.awaiting(one); n != 0 {
		t.Errorf("%d still await", n)
	}
	h.work()
	h.rebuilt(c, "settled")

	against := h.concludes(one, id, opinion(triage.NotIllegal, "it was another one"))
	if !against.Overturns || against.Round() != triage.AwaitsSecond || against.Counts() != triage.Illegal {
		t.Errorf("one person overturns what two agreed on: %+v", against)
	}
	h.work()
	h.rebuilt(c, "one against two")
}

// TestUndo takes opinions back: what stood before stands again, the group is its reviewer's, and a rebuild says the same. Nobody
// takes back what is another's, what is older than a lease, or what has entered the set.
func TestUndo(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	one, two, _ := people()
	p := newPicture(t, "a.jpg", 1)
	if err := h.submitOnce(ctx, "ONE", p); err != nil {
		t.Fatal(err)
	}
	h.work()
	id := triage.GroupID(h.names.Medium(p.item.Digests.SHA256))
	decision := func() *triage.Decision {
		t.Helper()
		g, err := h.views.Queue.Group(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return g.Decision
	}
	wantKind(t, "what nobody decided", h.review.Undo(ctx, one, id), triage.Conflict)
	h.concludes(one, id, opinion(triage.Illegal, "seen"))
	wantKind(t, "another's", h.review.Undo(ctx, two, id), triage.Conflict)
	if err := h.review.Undo(ctx, one, id); err != nil {
		t.Fatal(err)
	}
	g, err := h.views.Queue.Group(ctx, id)
	if err != nil || g.Decision != nil || g.Claim == nil || g.Claim.By != one.ID {
		t.Errorf("taken back: %+v, %v", g, err)
	}
	if _, n, _ := h.review.List(ctx, two, 0, 9); n != 1 {
		t.Errorf("%d groups are in the queue", n)
	}
	h.work()
	h.rebuilt(c, "nothing is decided")

	h.concludes(one, id, opinion(triage.Unsure, "dark"))
	h.concludes(one, id, opinion(triage.Illegal, "seen"))
	h.concludes(two, id, opinion(triage.NotIllegal, "boxes"))
	if err := h.review.Undo(ctx, two, id); err != nil {
		t.Fatal(err)
	}
	if d := decision(); d == nil || d.By != one.ID || d.Verdict != triage.Illegal || d.Round() != triage.AwaitsSecond {
		t.Errorf("the first opinion does not stand: %+v", d)
	}
	h.work()
	h.rebuilt(c, "one opinion")
	if err := h.review.Undo(ctx, one, id); err != nil {
		t.Fatal(err)
	}
	if d := decision(); d == nil || d.Verdict != triage.Unsure || d.Note != "dark" {
		t.Errorf("what stood before does not stand: %+v", d)
	}
	h.work()
	h.rebuilt(c, "what stood before")

	h.concludes(one, id, opinion(triage.Illegal, "seen"))
	h.review.Now = func() time.Time { return time.Now().Add(triage.ClaimLife + time.Second) }
	wantKind(t, "too late", h.review.Undo(ctx, one, id), triage.Conflict)
	h.review.Now = time.Now
	h.concludes(two, id, opinion(triage.Illegal, "I agree"))
	wantKind(t, "what two agreed on", h.review.Undo(ctx, two, id), triage.Conflict)
}

// TestUndoWithoutJournal: what cannot be recorded is not taken back.
func TestUndoWithoutJournal(t *testing.T) {
	h := newHouse(t)
	stop := h.run()
	_, g := queued(t, h)
	stop()
	one, _, _ := people()
	h.concludes(one, g, opinion(triage.Illegal, "seen"))
	h.objects.Set(objectstest.Fault{Method: "Put"})
	if err := h.review.Undo(t.Context(), one, g); err == nil {
		t.Error("taken back without a record")
	}
	h.objects.Set()
	group, err := h.views.Queue.Group(t.Context(), g)
	if err != nil || group.Decision == nil || group.Decision.Verdict != triage.Illegal {
		t.Errorf("%+v, %v", group, err)
	}
}

// TestParseScheme reads what it writes, and refuses what no office means.
func TestParseScheme(t *testing.T) {
	for _, text := range []string{
		``, `{}`, `{"name":"x","categories":[]}`, `{"name":"x","colour":"red","categories":[{"code":"A","name":{"fr":"a","en":"a"}}]}`,
		`{"categories":[{"code":"A B","name":{"fr":"a","en":"a"}}]}`, `{"categories":[{"code":"é","name":{"fr":"a","en":"a"}}]}`,
		`{"categories":[{"code":"A","name":{"fr":"a"}}]}`, `{"categories":[{"code":"A","name":{"fr":"a\n","en":"a"}}]}`,
		`{"categories":[{"code":"A","name":{"fr":"a","en":"a"}},{"code":"A","name":{"fr":"b","en":"b"}}]}`,
	} {
		_, err := triage.ParseScheme([]byte(text))
		wantKind(t, text, err, triage.Invalid)
	}
	s, err := triage.ParseScheme([]byte(`{"name":"x","version":"2","categories":[{"code":"A","name":{"fr":"un","en":"one"},"others":{"uk":"B"}}]}`))
	if err != nil || s.Named("A", "fr") != "un" || s.Named("B", "fr") != "B" || s.Categories[0].Others["uk"] != "B" {
		t.Errorf("%+v, %v", s, err)
	}
}
