package triage_test

import (
	"slices"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/triage"
)

// TestCompleteParts are those with which a submission began, as long as nothing of them is wanted; also when Redis was lost. A
// sealed exhibit has none: nothing is under way.
func TestCompleteParts(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	x, err := h.submit.Open(ctx, h.examiner, "2026/1", "R", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	complete := func(when string, want ...triage.PartID) {
		t.Helper()
		if got, more, err := h.submit.CompleteParts(ctx, h.examiner, x.ID, 0); err != nil || more || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v, %v; want %v", when, got, more, err, want)
		}
	}
	pictures := []picture{newPicture(t, "a.jpg", 1), newPicture(t, "b.jpg", 2), newPicture(t, "c.jpg", 3)}
	contents := make(map[hashing.SHA256][]byte)
	parts := make([]triage.PartID, len(pictures))
	put := func(i int) {
		t.Helper()
		p := pictures[i]
		contents[p.item.Digests.SHA256] = p.bytes
		body, part, err := triage.EncodePart([]triage.Item{p.item, newItem(p.item.Path+".txt", []byte{byte(i), 'x'}).item})
		if err != nil {
			t.Fatal(err)
		}
		parts[i] = part
		if _, err := h.submit.PutPart(ctx, h.examiner, x.ID, i+1, part, body); err != nil {
			t.Fatal(err)
		}
	}
	send := func(i int) {
		t.Helper()
		if err := h.upload(ctx, []hashing.SHA256{pictures[i].item.Digests.SHA256}, contents); err != nil {
			t.Fatal(err)
		}
	}
	complete("at first")
	put(0)
	complete("a picture is wanted")
	send(0)
	complete("it came", parts[0])
	put(2)
	send(2)
	complete("the second part is on its way", parts[0])
	put(1)
	complete("its picture is wanted", parts[0])
	send(1)
	complete("all came", parts...)
	if got, _, err := h.submit.CompleteParts(ctx, h.examiner, x.ID, 2); err != nil || !slices.Equal(got, parts[2:]) {
		t.Errorf("from the third on: %v, %v", got, err)
	}
	if got, _, err := h.submit.CompleteParts(ctx, h.examiner, x.ID, 1000); err != nil || len(got) > 0 {
		t.Errorf("behind the last: %v, %v", got, err)
	}
	other := triage.Actor{ID: "a-other", Role: triage.Examiner}
	if _, _, err := h.submit.CompleteParts(ctx, other, x.ID, 0); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("another examiner: %v", err)
	}
	if err := h.catchUp().Once(ctx, true); err != nil {
		t.Fatal(err)
	}
	complete("projections made from nothing", parts...)
	if _, err := h.submit.Seal(ctx, h.examiner, x.ID, parts); err != nil {
		t.Fatal(err)
	}
	complete("sealed")
	if err := h.catchUp().Once(ctx, true); err != nil {
		t.Fatal(err)
	}
	complete("sealed, projections made from nothing")
	for i := range parts {
		put(i)
	}
	if _, err := h.submit.Seal(ctx, h.examiner, x.ID, parts); err != nil {
		t.Fatal(err)
	}
	complete("sealed again, with nothing new")
	put(0)
	complete("begun once more, of what is the same")
}

// TestCompletePartsInStretches: more than one answer tells.
func TestCompletePartsInStretches(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	x, err := h.submit.Open(ctx, h.examiner, "2026/1", "R", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	const many = 130
	var want []triage.PartID
	for i := range many {
		body, part, err := triage.EncodePart([]triage.Item{newItem("a.txt", []byte{byte(i), 'x'}).item})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.submit.PutPart(ctx, h.examiner, x.ID, i+1, part, body); err != nil {
			t.Fatal(err)
		}
		want = append(want, part)
	}
	var got []triage.PartID
	answers := 0
	for more := true; more; answers++ {
		var some []triage.PartID
		if some, more, err = h.submit.CompleteParts(ctx, h.examiner, x.ID, len(got)); err != nil {
			t.Fatal(err)
		}
		got = append(got, some...)
	}
	if !slices.Equal(got, want) || answers != 2 {
		t.Errorf("%d parts in %d answers", len(got), answers)
	}
}
