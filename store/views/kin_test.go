package views

import (
	"slices"
	"strconv"
	"testing"

	"vigie/triage"
)

// TestInFolder goes through a folder in stretches, and tells those of its groups that are in the queue, each once; Kin tells the decided ones.
func TestInFolder(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada").ID
	var want, decided []triage.GroupID
	var items []triage.ListedItem
	for i := range 7 {
		items = append(items, picture(x, i, "theme"))
	}
	b.register(x, part(1), items...)
	for i := range items {
		b.examine(i, triage.NoFinding, 0)
		b.join(i, i)
	}
	b.rank(10, triage.Unranked)
	for i, it := range items {
		if i%3 == 0 {
			o := triage.Opinion{Verdict: triage.NotIllegal, By: "ada", At: day}
			b.ok(b.Queue.SaveDecision(ctx, triage.GroupID(it.Medium), triage.Decision{Opinion: o, Members: 1, Covers: triage.Coverage(nil).With(it.Medium)}))
			decided = append(decided, triage.GroupID(it.Medium))
			continue
		}
		want = append(want, triage.GroupID(it.Medium))
	}
	place := picture(x, 1, "theme").Place
	for _, n := range []int{1, 2, 3, 100} {
		var got []triage.GroupID
		for from, first := 0, true; from > 0 || first; first = false {
			groups, next, err := b.Groups.InFolder(ctx, place, from, n)
			b.ok(err)
			got, from = append(got, groups...), next
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %s: %v, not %v", strconv.Itoa(n), got, want)
		}
	}
	kin, err := b.Groups.Kin(ctx, want[0], 100)
	b.ok(err)
	if !slices.Equal(kin, decided) {
		t.Errorf("kin are %v, not %v", kin, decided)
	}
	if kin, err = b.Groups.Kin(ctx, want[0], 2); err != nil || len(kin) != 2 {
		t.Errorf("two of its kin are %v, %v", kin, err)
	}
	for verdict, illicit := range map[triage.Verdict]int{triage.NotIllegal: 0, triage.Illegal: 1} {
		o := triage.Opinion{Verdict: verdict, Category: "A1", By: "ada", At: day}
		b.ok(b.Queue.SaveDecision(ctx, decided[0], triage.Decision{Opinion: o, Members: 1, Covers: triage.Coverage(nil).With(triage.MediumID(decided[0]))}))
		if n, err := b.Groups.Illicit(ctx, place); err != nil || n != illicit {
			t.Errorf("%s: %d illicit, %v", verdict, n, err)
		}
	}
}
