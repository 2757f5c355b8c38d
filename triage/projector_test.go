package triage_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vigie/hashing"
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
	if _, err := h.review.Decide(t.Context(), h.reviewer.Actor, groups[0].ID, opinion(triage.NotIllegal, "")); err != nil {
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
		after.Media[triage.Known] != 1 || after.Media[triage.Unranked]+after.Media[triage.ProbableNew] != 1 {
		t.Errorf("%+v became %+v", before, after)
	}
	if m, err := h.views.Marks.Marks(t.Context()); err != nil || m.Events != head || m.Generation != "g1" || len(m.Servers) != 1 {
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

// TestFailedImportIsSaidToBe: an import that fails in the middle says why, leaves nothing that it wrote, gives its version
// back, and can be removed.
func TestFailedImportIsSaidToBe(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	kept := h.importSet(triage.KnownSet, "00000000000000000000000000000001", strings.Repeat("0", 63)+"1")
	before := h.rdb.Keys(ctx, "t:k*").Val()
	var list strings.Builder
	for i := range 3000 { // more than one batch, the first line shared with the set before
		fmt.Fprintf(&list, "%032x,%064x,B%d\n", i+1, i+1, i%3)
	}
	file := "md5,pdq,category\n" + list.String() + "no hash,,\n"
	o := triage.ImportOptions{Kind: triage.KnownSet, Source: "partner", Strict: true}
	if _, err := h.sets.Import(ctx, triage.Operator, o, strings.NewReader(file), int64(len(file))); !triage.IsKind(err, triage.Invalid) {
		t.Fatal(err)
	}
	sets, err := h.sets.List(ctx, triage.Operator)
	if err != nil || len(sets) != 2 || sets[0].State != triage.Failed || !strings.Contains(sets[0].Failure, "line 3002: invalid: ") || sets[0].Entries != 0 {
		t.Fatalf("%+v, %v", sets, err)
	}
	if after := h.rdb.Keys(ctx, "t:k*").Val(); !sameKeys(before, after) {
		t.Errorf("%d keys before, %d after", len(before), len(after))
	}
	hash := hashing.MD5{15: 1}
	unit := triage.Actor{ID: "a5", Role: triage.Unit}
	if answers, err := h.checks.Ask(ctx, unit, []triage.CheckInput{{MD5: &hash}}); err != nil || answers[0].Verdict != triage.CheckKnown {
		t.Errorf("the set before lost an entry: %+v, %v", answers, err)
	}
	if _, err := h.sets.Withdraw(ctx, triage.Operator, sets[0].ID, "it failed"); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("withdrawn although it never was active: %v", err)
	}
	if _, err := h.sets.Remove(ctx, triage.Operator, kept.ID); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("an active set removed: %v", err)
	}
	if _, err := h.sets.Remove(ctx, h.examiner, sets[0].ID); !triage.IsKind(err, triage.Forbidden) {
		t.Errorf("removed by an examiner: %v", err)
	}
	// What the journal says of it, if it says anything, wins.
	failed := sets[0]
	if got, err := h.events.Sets.RestoreSet(ctx, failed); err != nil || got.State != triage.Importing {
		t.Errorf("restored: %+v, %v", got, err)
	}
	if _, err := h.sets.Remove(ctx, triage.Operator, failed.ID); err != nil { // an import that was cut off
		t.Error(err)
	}
	if _, err := h.events.Sets.AddEntries(ctx, failed, []triage.Entry{{Number: 1}}); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("an import that was removed goes on: %v", err)
	}
	if err := h.events.Sets.RemoveSet(ctx, failed.ID); err != nil {
		t.Errorf("removed twice: %v", err)
	}
	if again := h.importSet(triage.KnownSet, "00000000000000000000000000000002"); again.Version != kept.Version+1 {
		t.Errorf("the next version is %d", again.Version)
	}
	w, err := h.sets.Withdraw(ctx, triage.Operator, kept.ID, "a mistake")
	if err != nil || w.Already {
		t.Errorf("withdrawn: %+v, %v", w, err)
	}
	again, err := h.sets.Withdraw(ctx, triage.Operator, kept.ID, "the same mistake")
	if err != nil || !again.Already || !again.Set.Withdrawn.Equal(w.Set.Withdrawn) {
		t.Errorf("withdrawn twice: %+v, %v", again, err)
	}
	if n := len(h.recorded(triage.SetWithdrawn)); n != 1 {
		t.Errorf("%d withdrawals on record", n)
	}
}

// sameKeys reports whether two lists of Redis's keys are the same but for what numbers the sets.
func sameKeys(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// A full Redis takes back what an import wrote before it was full.
func TestImportIntoAFullRedis(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.importSet(triage.KnownSet, "00000000000000000000000000000001")
	before := h.rdb.Keys(ctx, "t:k*").Val()
	used, err := strconv.Atoi(h.rdb.InfoMap(ctx, "memory").Val()["Memory"]["used_memory"])
	if err != nil {
		t.Fatal(err)
	}
	if err := h.rdb.ConfigSet(ctx, "maxmemory", strconv.Itoa(used+1_500_000)).Err(); err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&list, "%032x\n", (i+1)<<40+i)
	}
	o := triage.ImportOptions{Kind: triage.BenignSet, Source: "stock"}
	if _, err := h.sets.Import(ctx, triage.Operator, o, strings.NewReader(list.String()), int64(list.Len())); !triage.IsKind(err, triage.Full) {
		t.Fatal(err)
	}
	sets, err := h.sets.List(ctx, triage.Operator)
	if err != nil || len(sets) != 2 || sets[0].State != triage.Failed || !strings.Contains(sets[0].Failure, "maxmemory") {
		t.Errorf("%+v, %v", sets, err)
	}
	if after := h.rdb.Keys(ctx, "t:k*").Val(); !sameKeys(before, after) {
		t.Errorf("%d keys before, %d after", len(before), len(after))
	}
}
