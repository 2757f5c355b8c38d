package triage_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"vigie/triage"
)

// TestEventsApplyAgain applies every event of a worked exhibit again, in order, and finds nothing changed.
func TestEventsApplyAgain(t *testing.T) {
	h := newHouse(t)
	h.run()
	if err := errors.Join(h.views.Marks.Clear(t.Context(), "c1"), h.views.Marks.Complete(t.Context(), "c1", "g1")); err != nil {
		t.Fatal(err)
	}
	old := newPicture(t, "old.jpg", 5)
	set := h.importSet(triage.KnownSet, old.item.Digests.SHA1.String())
	id := h.mustSubmit("ONE", newPicture(t, "a.jpg", 1), newPicture(t, "gone.jpg", 2), old)
	h.settle(id)
	id = h.mustSubmit("ONE", newPicture(t, "a.jpg", 1), old) // version 2 drops a picture
	before := h.settle(id)
	groups, _, err := h.review.List(t.Context(), h.reviewer.Actor, 0, 9)
	if err != nil || len(groups) != 1 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	if _, err := h.review.Claim(t.Context(), h.reviewer.Actor, groups[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.review.Decide(t.Context(), h.reviewer.Actor, groups[0].ID, triage.NotIllegal, ""); err != nil {
		t.Fatal(err)
	}
	var head uint64
	for ev, err := range h.journal.Read(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		head = ev.Seq
		if err := h.events.Apply(t.Context(), ev); err != nil {
			t.Fatalf("%s again: %v", ev.Kind, err)
		}
	}
	if after := h.settle(id); after.Manifest != 2 || after.Items[triage.IsMedia] != 2 || after.Epoch != before.Epoch ||
		after.Media[triage.Known] != 1 || after.Media[triage.Unranked] != 1 {
		t.Errorf("%+v became %+v", before, after)
	}
	if m, err := h.views.Marks.Marks(t.Context()); err != nil || m.Events != head || m.Generation != "g1" || m.Server == "" {
		t.Errorf("marks %+v, %v; the journal has %d events", m, err, head)
	}
	if got, err := h.sets.Show(t.Context(), triage.Operator, set.ID); err != nil || got.State != triage.Active {
		t.Errorf("the set is %s, %v", got.State, err)
	}
}

// TestMarksKeepGaps applies events out of order.
func TestMarksKeepGaps(t *testing.T) {
	h := newHouse(t)
	marks := h.views.Marks
	ctx := t.Context()
	if err := marks.MarkEvent(ctx, 1); !triage.IsKind(err, triage.Unavailable) {
		t.Errorf("projections that are not whole take a mark: %v", err)
	}
	if err := errors.Join(marks.Clear(ctx, "c1"), marks.Complete(ctx, "c1", "g")); err != nil {
		t.Fatal(err)
	}
	if err := marks.Complete(ctx, "c1", "h"); !triage.IsKind(err, triage.Unavailable) {
		t.Errorf("completed twice: %v", err)
	}
	for _, step := range []struct{ seq, want uint64 }{{1, 1}, {3, 1}, {4, 1}, {3, 1}, {2, 4}, {2, 4}, {9, 4}} {
		if err := marks.MarkEvent(ctx, step.seq); err != nil {
			t.Fatal(err)
		}
		if m, err := marks.Marks(ctx); err != nil || m.Events != step.want {
			t.Errorf("after event %d: %d, %v; want %d", step.seq, m.Events, err, step.want)
		}
	}
	if err := marks.MarkEvents(ctx, 8); err != nil {
		t.Fatal(err)
	}
	if m, _ := marks.Marks(ctx); m.Events != 9 {
		t.Errorf("the gap is closed at %d", m.Events)
	}
	if err := marks.Clear(ctx, "c2"); err != nil {
		t.Fatal(err)
	}
	if err := marks.Complete(ctx, "c1", "g"); !triage.IsKind(err, triage.Unavailable) {
		t.Errorf("completed by who did not clear them last: %v", err)
	}
	if m, _ := marks.Marks(ctx); m.Generation != "" || m.Events != 0 {
		t.Errorf("cleared: %+v", m)
	}
	if keys := h.rdb.Keys(ctx, "*").Val(); len(keys) != 1 {
		t.Errorf("cleared, but %q are left", keys)
	}
}

// TestFailedImportIsSaidToBe leaves no set behind that looks as if it were being imported.
func TestFailedImportIsSaidToBe(t *testing.T) {
	h := newHouse(t)
	o := triage.ImportOptions{Kind: triage.KnownSet, Source: "partner", Hash: triage.ByPDQ}
	report, err := h.sets.Import(context.Background(), triage.Operator, o, strings.NewReader("nothing\n"), 8)
	if !triage.IsKind(err, triage.Invalid) {
		t.Fatalf("%+v, %v", report, err)
	}
	sets, err := h.sets.List(t.Context(), triage.Operator)
	if err != nil || len(sets) != 1 || sets[0].State != triage.Failed {
		t.Fatalf("%+v, %v", sets, err)
	}
	// What the journal says of it, if it says anything, wins.
	kept := sets[0]
	kept.Imported = time.Now().UTC()
	if got, err := h.events.Sets.RestoreSet(t.Context(), kept); err != nil || got.State != triage.Importing {
		t.Errorf("restored: %+v, %v", got, err)
	}
}
