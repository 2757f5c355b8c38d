package views

import (
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/triage"
)

// TestPartsOf: the parts that list a medium, of one exhibit, in order, however many there are.
func TestPartsOf(t *testing.T) {
	b := open(t)
	x, other := b.exhibit(1, "a1").ID, b.exhibit(2, "a1").ID
	const parts = partsAtOnce + 20
	for n := range parts {
		b.register(x, part(n), picture(x, n, "a"), picture(x, 1000+n%3, "a"))
	}
	b.register(other, part(1), picture(other, 5, "a"))
	of := func(x triage.ExhibitID, media ...triage.MediumID) []triage.PartID {
		t.Helper()
		found, err := b.Exhibits.PartsOf(t.Context(), x, media)
		b.ok(err)
		return found
	}
	if got := of(x, mediumID(5), mediumID(parts-1)); !slices.Equal(got, []triage.PartID{part(5), part(parts - 1)}) {
		t.Errorf("%v", got)
	}
	if got := of(x, mediumID(1000)); len(got) != parts/3 || !slices.IsSorted(got) {
		t.Errorf("%d parts", len(got))
	}
	if got := of(other, mediumID(5), mediumID(6)); !slices.Equal(got, []triage.PartID{part(1)}) {
		t.Errorf("%v", got)
	}
	if got := append(of(x, mediumID(5000)), of("x0000000000000000", mediumID(5))...); len(got) > 0 {
		t.Errorf("%v", got)
	}
}

// TestLimitsAreKept: each event's beside those of others, sealed, in order, and twice as once.
func TestLimitsAreKept(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	var want []triage.KeptLimits
	for i, l := range []triage.RevealLimits{{Highest: triage.StepGrey, First: triage.StepBlurred}, {Grey: true, NoJumps: true, NoTiles: true, NoNames: true, BreakAfter: 25}, {}} {
		want = append(want, triage.KeptLimits{Event: uint64(8 + i), At: day.Add(time.Duration(i) * time.Hour), RevealLimits: l}) //nolint:gosec // small
	}
	for _, i := range []int{2, 0, 1, 0} {
		b.ok(b.Limits.SaveLimits(ctx, "a1", want[i]))
	}
	if got, err := b.Limits.Limits(ctx, "a1"); err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := b.Limits.Limits(ctx, "a2"); err != nil || len(got) != 0 {
		t.Errorf("another's: %+v, %v", got, err)
	}
	kept := b.rdb.HGetAll(ctx, "{t}:"+keyLimits+"a1").Val()
	for event, sealed := range kept {
		if strings.Contains(sealed, "grey") {
			t.Errorf("event %s lies open: %q", event, sealed)
		}
	}
	b.ok(b.rdb.HSet(ctx, "{t}:"+keyLimits+"a2", "9", kept["9"]).Err())
	if got, err := b.Limits.Limits(ctx, "a2"); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("of another account: %+v, %v", got, err)
	}
}
