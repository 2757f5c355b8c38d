package triage_test

import (
	"reflect"
	"testing"
	"time"

	"vigie/triage"
)

// TestOverview: its numbers follow what is submitted, claimed, decided and confirmed, and are the same after a rebuild.
func TestOverview(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	ctx, now := t.Context(), time.Now()
	o := &triage.Overviews{Submission: h.submit, Figures: h.views.Figures, Weights: h.views.Weights, Now: func() time.Time { return now }}
	read := func(by triage.Actor) triage.Overview {
		t.Helper()
		v, err := o.Read(ctx, by, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := read(h.reviewer.Actor); v.Exhibits != 0 || v.Queue.Groups != 0 || len(v.Queue.Days) != triage.OverviewDays || len(v.Working) != 0 {
		t.Errorf("of nothing: %+v", v)
	}
	_, err := o.Read(ctx, triage.Actor{ID: "a9", Role: triage.Unit}, time.UTC)
	wantKind(t, "a unit's", err, triage.Forbidden)

	groups := h.lined(4)
	v := read(h.reviewer.Actor)
	media := 0
	for _, n := range v.Media {
		media += n
	}
	if v.Exhibits != 1 || v.Busy != 0 || v.Queue.Groups != len(groups) || media != len(groups) || v.Queue.Held != 0 {
		t.Errorf("submitted: %+v", v)
	}
	from, in := v.Queue.Bands()
	if len(from) == 0 || len(from) != len(in) || from[0]%triage.ScoreBand != 0 {
		t.Errorf("bands: %v, %v", from, in)
	}
	one, two, _ := people()
	for i, opinion := range []triage.Opinion{opinion(triage.NotIllegal, ""), opinion(triage.Illegal, "A1"), opinion(triage.Illegal, "A1")} {
		by, g := one, groups[min(i, 1)]
		if i == 2 {
			by = two
		}
		if _, err := h.review.Claim(ctx, by, g); err != nil {
			t.Fatal(err)
		}
		if held := read(by).Queue.Held; held != 1 {
			t.Errorf("opinion %d: %d groups are held", i, held)
		}
		if _, err := h.review.Decide(ctx, by, g, opinion); err != nil {
			t.Fatal(err)
		}
		now := read(by).Queue
		if i == 1 && now.Awaiting != 1 || i != 1 && now.Awaiting != 0 || (i == 2) != (now.Entering == 1) {
			t.Errorf("opinion %d: %+v", i, now)
		}
	}
	h.hold("2026/1", now.Add(time.Hour))
	v = read(h.reviewer.Actor)
	if given := v.Queue.Days[triage.OverviewDays-1].Given; given[triage.NotIllegal] != 1 || given[triage.Illegal] != 2 || v.Queue.Groups != len(groups)-2 {
		t.Errorf("decided: %+v", v.Queue)
	}
	if len(v.Queue.Custodies) != 1 || v.Queue.Custodies[0].Number != "2026/1" {
		t.Errorf("custodies: %+v", v.Queue.Custodies)
	}
	h.rebuilt(c, "decided")
	if again := read(h.reviewer.Actor); !reflect.DeepEqual(again.Queue, v.Queue) || !reflect.DeepEqual(again.Media, v.Media) {
		t.Errorf("after a rebuild:\n%+v, not\n%+v", again.Queue, v.Queue)
	}
	if own := read(h.examiner); own.Queue != nil || own.Exhibits != 1 {
		t.Errorf("an examiner's: %+v", own)
	}
	if none := read(triage.Actor{ID: "a77", Role: triage.Examiner}); none.Exhibits != 0 || len(none.Media) > 1 || none.Media[triage.Pending] != 0 {
		t.Errorf("another examiner's: %+v", none)
	}
}

// TestBands: each score is in one stretch, those below zero too.
func TestBands(t *testing.T) {
	q := triage.QueueOverview{Figures: triage.Figures{Scores: map[int]int{-11: 1, -10: 2, -1: 3, 0: 4, 9: 5, 10: 6, 31: 7}}}
	from, groups := q.Bands()
	if !reflect.DeepEqual(from, []int{-20, -10, 0, 10, 20, 30}) || !reflect.DeepEqual(groups, []int{1, 5, 9, 6, 0, 7}) {
		t.Errorf("%v: %v", from, groups)
	}
}
