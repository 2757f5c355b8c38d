package views

import (
	"slices"
	"testing"

	"vigie/triage"
)

func TestPlacesOfParts(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	placed := func(want ...triage.PartID) {
		t.Helper()
		if got, err := b.Exhibits.PlacedParts(ctx, x.ID); err != nil || !slices.Equal(got, want) {
			t.Errorf("parts %v, %v; want %v", got, err, want)
		}
	}
	placed()
	b.ok(b.Exhibits.PlacePart(ctx, x.ID, part(3), 3, 12))
	b.ok(b.Exhibits.PlacePart(ctx, x.ID, part(1), 1, 300))
	placed(part(1)) // the second is on its way
	b.ok(b.Exhibits.PlacePart(ctx, x.ID, part(2), 2, 13))
	placed(part(1), part(2), part(3))
	b.ok(b.Exhibits.PlacePart(ctx, x.ID, part(4), 1, 299)) // an earlier event, repeated
	placed(part(1), part(2), part(3))
	b.ok(b.Exhibits.PlacePart(ctx, x.ID, part(4), 1, 1<<40)) // amended
	placed(part(4), part(2), part(3))

	b.ok(b.Exhibits.SealExhibit(ctx, x.ID, triage.Manifest{Version: 1, Parts: []triage.PartID{part(4)}, Sealed: day}))
	placed()
	want := make([]triage.PartID, 2*batch)
	for i := range want {
		want[i] = part(i)
		b.ok(b.Exhibits.PlacePart(ctx, x.ID, want[i], i+1, uint64(i+1)))
	}
	placed(want...)

	unknown := names.Exhibit("case", "none")
	b.ok(b.Exhibits.PlacePart(ctx, unknown, part(1), 1, 1))
	if got, err := b.Exhibits.PlacedParts(ctx, unknown); err != nil || len(got) > 0 {
		t.Errorf("an exhibit that is not there: %v, %v", got, err)
	}
}
