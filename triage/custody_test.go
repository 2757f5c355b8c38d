package triage_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// browse goes through the whole queue, two groups at a time.
func (h *house) browse(now time.Time) (list []triage.Group) {
	h.t.Helper()
	before := h.review.Now
	h.review.Now = func() time.Time { return now }
	defer func() { h.review.Now = before }()
	for from := (triage.QueuePlace{}); ; {
		s, err := h.review.Browse(h.t.Context(), h.reviewer.Actor, triage.QueueFilter{}, from, 2)
		if err != nil {
			h.t.Fatal(err)
		}
		if list = append(list, s.Groups...); s.End {
			return list
		}
		from = s.Last
	}
}

// lifted are the groups that come first because of a custody, with the numbers of the cases.
func (h *house) lifted(now time.Time) (ids []triage.GroupID, cases []string) {
	h.t.Helper()
	for _, g := range h.browse(now) {
		if g.Custody != nil {
			ids, cases = append(ids, g.ID), append(cases, g.Custody.Number)
		}
	}
	return ids, cases
}

func (h *house) hold(number string, until time.Time) {
	h.t.Helper()
	k, err := h.cases().Hold(h.t.Context(), h.examiner, h.names.Case(number), until)
	if err != nil {
		h.t.Fatal(err)
	}
	if until.IsZero() != (k.Custody == nil) || k.Custody != nil && !k.Custody.Until.Equal(until) {
		h.t.Errorf("held until %v: %+v", until, k.Custody)
	}
	h.work()
}

// TestCustodyComesFirst: while a custody runs, groups of its case are offered first, those of what is submitted meanwhile too; scores stay;
// a rebuild says the same; after its end, or an early one, the queue is as it was.
func TestCustodyComesFirst(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	ctx, now := t.Context(), time.Now()
	plain := h.lined(4) // case 2026/1
	if err := h.submitTo(ctx, "2026/2", "B", newPicture(t, "x.jpg", 11), newPicture(t, "y.jpg", 12)); err != nil {
		t.Fatal(err)
	}
	h.work()
	order := h.browse(now)
	if len(order) != 6 {
		t.Fatalf("%d groups", len(order))
	}
	until := now.Add(20 * time.Hour)
	h.hold("2026/2", until)
	ids, cases := h.lifted(now)
	if len(ids) != 2 || slices.Contains(plain, ids[0]) || cases[0] != "2026/2" {
		t.Fatalf("lifted: %v of %v", ids, cases)
	}
	for _, g := range h.browse(now) {
		if i := slices.IndexFunc(order, func(o triage.Group) bool { return o.ID == g.ID }); i < 0 || order[i].Score != g.Score {
			t.Errorf("another score, or none before: %+v", g)
		}
	}
	if sheet, err := h.review.Sheet(ctx, h.reviewer.Actor, ids[0]); err != nil || !sheet.Group.Custody.Runs(now) || sheet.Group.Custody.Number != "2026/2" {
		t.Errorf("%+v, %v", sheet.Group.Custody, err)
	}
	h.rebuilt(c, "while it runs")
	if g, err := h.review.Next(ctx, h.reviewer.Actor, triage.QueueFilter{}); err != nil || g.ID != ids[0] {
		t.Errorf("next is %s, %v; not %s", g.ID, err, ids[0])
	}
	if _, err := h.review.Decide(ctx, h.reviewer.Actor, ids[0], opinion(triage.NotIllegal, "")); err != nil {
		t.Fatal(err)
	}
	if again, _ := h.lifted(now); !slices.Equal(again, ids[1:]) {
		t.Errorf("decided, and lifted are %v", again)
	}
	if err := h.submitTo(ctx, "2026/2", "C", newPicture(t, "z.jpg", 13), near(t, newPicture(t, "", 0), "alike.jpg", 5)); err != nil {
		t.Fatal(err)
	}
	h.work()
	if more, _ := h.lifted(now); len(more) < 2 {
		t.Errorf("submitted meanwhile, and lifted are %v", more)
	}
	h.rebuilt(c, "submitted meanwhile")
	if late, _ := h.lifted(until.Add(time.Second)); len(late) != 0 {
		t.Errorf("after its end %v are lifted", late)
	}
	h.hold("2026/2", time.Time{})
	if none, _ := h.lifted(now); len(none) != 0 {
		t.Errorf("it was ended, and %v are lifted", none)
	}
	if n := h.rdb.Exists(ctx, "t:custody", "t:lifted", "t:lifting").Val(); n != 0 {
		t.Errorf("%d keys are left", n)
	}
	h.rebuilt(c, "ended early")
}

// TestCustodyEndsWithItsCase: closing the case ends it, also where all is made again, and reopening does not bring it back; an exhibit that is
// destroyed is not lifted any more.
func TestCustodyEndsWithItsCase(t *testing.T) {
	h, c := twoCases(t)
	now := time.Now()
	h.hold("2026/2", now.Add(time.Hour))
	h.hold("2026/1", now.Add(2*time.Hour))
	before, _ := h.lifted(now)
	if len(before) == 0 {
		t.Fatal("nothing is lifted")
	}
	h.closeCase("2026/2")
	_, cases := h.lifted(now)
	if slices.Contains(cases, "2026/2") || len(cases) == 0 {
		t.Errorf("its case is closed, and lifted are groups of %v", cases)
	}
	h.rebuilt(c, "closed")
	h.reopenCase("2026/2")
	if k := h.caseOf("2026/2"); k.Custody != nil {
		t.Errorf("reopened, it runs: %+v", k.Custody)
	}
	h.rebuilt(c, "reopened")
	h.hold("2026/2", now.Add(3*time.Hour))
	h.rebuilt(c, "held again")
	if _, cases := h.lifted(now); !slices.Contains(cases, "2026/1") {
		t.Errorf("lifted are groups of %v", cases)
	}
}

func TestWhoHoldsCases(t *testing.T) {
	h := newHouse(t)
	ctx, now := t.Context(), time.Now()
	h.lined(1)
	id := h.names.Case("2026/1")
	other := triage.Actor{ID: "a7", Role: triage.Examiner}
	for what, try := range map[string]struct {
		by    triage.Actor
		until time.Time
		want  triage.Kind
	}{
		"a reviewer":           {h.reviewer.Actor, now.Add(time.Hour), triage.Forbidden},
		"an administrator":     {boss, now.Add(time.Hour), triage.Forbidden},
		"another examiner":     {other, now.Add(time.Hour), triage.NotFound},
		"in the past":          {h.examiner, now.Add(-time.Second), triage.Invalid},
		"too far":              {h.examiner, now.Add(triage.MaxCustody + time.Minute), triage.Invalid},
		"ended, and never set": {h.examiner, time.Time{}, triage.Conflict},
	} {
		if _, err := h.cases().Hold(ctx, try.by, id, try.until); !triage.IsKind(err, try.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := len(h.recorded(triage.CaseIsHeld)); n != 0 {
		t.Errorf("%d are on record", n)
	}
	h.hold("2026/1", now.Add(triage.MaxCustody-time.Minute))
	h.closeCase("2026/1")
	if _, err := h.cases().Hold(ctx, h.examiner, id, now.Add(time.Hour)); !errors.Is(err, triage.ErrClosed) {
		t.Errorf("of a closed case: %v", err)
	}
}

// TestFaultsWhileACaseIsHeld fails each command and the record, before and after: no custody runs that is not on record, and what is
// on record has its effect in the end.
func TestFaultsWhileACaseIsHeld(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	ctx, now := t.Context(), time.Now()
	h.lined(3)
	id := h.names.Case("2026/1")
	for _, faults := range [][]objectstest.Fault{{{Method: "Put"}}, {{Method: "Put", After: true}, {Method: "Get"}, {Method: "GetRange"}, {Method: "Stat"}}} {
		h.objects.Set(faults...)
		if _, err := h.cases().Hold(ctx, h.examiner, id, now.Add(time.Hour)); err == nil {
			t.Error("held without a record")
		}
		h.objects.Set()
		if ids, _ := h.lifted(now); len(ids) != 0 {
			t.Errorf("%v are lifted without a record", ids)
		}
	}
	for at, hit := 1, true; hit; at++ {
		for _, after := range []bool{false, true} {
			recorded := len(h.recorded(triage.CaseIsHeld))
			h.faults.arm(at, after)
			_, err := h.cases().Hold(ctx, h.examiner, id, now.Add(time.Duration(at)*time.Minute))
			hit = h.faults.disarm()
			h.rdb.Del(ctx, "t:lease:destructions")
			if _, err := h.lastOf(c); err != nil {
				t.Fatal(err)
			}
			h.work()
			ids, _ := h.lifted(now)
			if done := len(h.recorded(triage.CaseIsHeld)) > recorded; err == nil && !done || done && len(ids) != 3 {
				t.Errorf("command %d, %v: %d are lifted, on record: %v, %v", at, after, len(ids), done, err)
			}
		}
	}
	h.rebuilt(c, "after all faults")
}
