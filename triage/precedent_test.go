package triage_test

import (
	"testing"

	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// precedents returns what a sheet tells of them.
func (h *house) precedents(by triage.Actor, id triage.GroupID) []triage.Precedent {
	h.t.Helper()
	s, err := h.review.Sheet(h.t.Context(), by, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return s.Precedents
}

// TestPrecedent takes over, for a group that nobody looks at, what was concluded of another one of its folder: as soon as that is settled,
// with a reference, and by the rules that hold for any opinion.
func TestPrecedent(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	one, two, three := people()
	pictures := []picture{newPicture(t, "trip/IMG_0001.jpg", 1), newPicture(t, "trip/IMG_0002.jpg", 2), newPicture(t, "trip/IMG_0003.jpg", 3), newPicture(t, "else/a.jpg", 4)}
	if err := h.submitOnce(ctx, "ONE", pictures...); err != nil {
		t.Fatal(err)
	}
	h.work()
	ids := make([]triage.GroupID, len(pictures))
	for i, p := range pictures {
		ids[i] = triage.GroupID(h.names.Medium(p.item.Digests.SHA256))
	}
	full := triage.Opinion{Verdict: triage.Illegal, Category: "A1", Violent: true, Victim: triage.VictimSeries, Producer: triage.LeadStrong, Series: "S", Note: "seen"}
	h.concludes(one, ids[0], full)
	if got := h.precedents(two, ids[1]); len(got) != 0 {
		t.Errorf("what awaits a second person is a precedent: %+v", got)
	}
	decided := h.concludes(two, ids[0], full)

	got := h.precedents(three, ids[1])
	if len(got) != 1 || got[0].Group != ids[0] || !got[0].Shared.Folder || !got[0].Shared.Shoot || got[0].Opinion.Verdict != triage.Illegal {
		t.Fatalf("precedents of the next picture: %+v", got)
	}
	if got := h.precedents(three, ids[3]); len(got) != 0 {
		t.Errorf("precedents of what lies elsewhere: %+v", got)
	}
	as := func(by triage.Actor, id, other triage.GroupID, v triage.Verdict) error {
		_, err := h.review.DecideAs(ctx, by, id, other, v, "as told")
		return err
	}
	wantKind(t, "without a claim", as(three, ids[1], ids[0], triage.Illegal), triage.Conflict)
	wantKind(t, "an examiner", as(h.examiner, ids[1], ids[0], triage.Illegal), triage.Forbidden)
	for _, id := range []triage.GroupID{ids[1], ids[3]} {
		if _, err := h.review.Claim(ctx, three, id); err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, "another verdict than was told", as(three, ids[1], ids[0], triage.NotIllegal), triage.Conflict)
	wantKind(t, "itself", as(three, ids[1], ids[1], triage.Illegal), triage.Conflict)
	wantKind(t, "nothing in common", as(three, ids[3], ids[0], triage.Illegal), triage.Conflict)
	wantKind(t, "an undecided group", as(three, ids[1], ids[2], triage.Illegal), triage.Conflict)
	h.objects.Set(objectstest.Fault{Method: "Put"})
	if err := as(three, ids[1], ids[0], triage.Illegal); err == nil {
		t.Error("decided without a journal")
	}
	h.objects.Set()
	d, err := h.review.DecideAs(ctx, three, ids[1], ids[0], triage.Illegal, "as told")
	want := full
	want.SameAs, want.Note, want.By, want.At = triage.Basis{Group: ids[0], At: decided.At}, "as told", three.ID, d.At
	if err != nil || d.Opinion != want || d.Round() != triage.AwaitsSecond {
		t.Errorf("taken over: %+v, %v", d, err)
	}

	if _, err := h.review.Claim(ctx, one, ids[1]); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "as the second person", as(one, ids[1], ids[0], triage.Illegal), triage.Conflict)
	if g, err := h.views.Queue.Group(ctx, ids[1]); err != nil || g.Decision.SameAs != want.SameAs {
		t.Errorf("the second person is not told what it was taken over from: %+v, %v", g.Decision, err)
	}
	h.concludes(one, ids[1], opinion(triage.Illegal, "looked"))
	h.work()
	h.rebuilt(c, "taken over")
	if got := h.precedents(two, ids[2]); len(got) != 2 {
		t.Errorf("two people, one of whom looked for themselves, make a precedent: %+v", got)
	}
}

// TestPrecedentOfPrecedent: what was taken over is itself no precedent.
func TestPrecedentOfPrecedent(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	one, two, _ := people()
	var ids []triage.GroupID
	var pictures []picture
	for i, name := range []string{"a/1.jpg", "a/2.jpg", "a/3.jpg"} {
		pictures = append(pictures, newPicture(t, name, i+1))
		ids = append(ids, triage.GroupID(h.names.Medium(pictures[i].item.Digests.SHA256)))
	}
	if err := h.submitOnce(ctx, "ONE", pictures...); err != nil {
		t.Fatal(err)
	}
	h.work()
	h.concludes(one, ids[0], opinion(triage.NotIllegal, "boxes"))
	if _, err := h.review.Claim(ctx, two, ids[1]); err != nil {
		t.Fatal(err)
	}
	if d, err := h.review.DecideAs(ctx, two, ids[1], ids[0], triage.NotIllegal, ""); err != nil || d.Round() != triage.Settled {
		t.Fatalf("%+v, %v", d, err)
	}
	if got := h.precedents(one, ids[2]); len(got) != 1 || got[0].Group != ids[0] {
		t.Errorf("precedents: %+v", got)
	}
	if err := h.review.Undo(ctx, two, ids[1]); err != nil {
		t.Error(err)
	}
}
