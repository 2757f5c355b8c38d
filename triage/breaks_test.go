package triage_test

import (
	"testing"
	"time"

	"vigie/triage"
)

// TestBreaks: a reminder comes after so long a sitting, or so many pictures in it; a pause begins it anew; who goes on is left alone for a
// while; one's own limit only makes it earlier.
func TestBreaks(t *testing.T) {
	h := newHouse(t)
	ctx, by := t.Context(), h.reviewer.Actor
	now := time.Now().UTC()
	b := &triage.Breaks{Sittings: h.views.Sittings, Shown: h.views.Shown, Limits: h.views.Limits, Policy: triage.BreakPolicy{After: 50 * time.Minute}, Now: func() time.Time { return now }}
	// works asks for a page every so many minutes, for so long, and returns after how many it is reminded first; -1: never.
	works := func(every, long int) int {
		t.Helper()
		first := -1
		for m := every; m <= long; m += every {
			now = now.Add(time.Duration(every) * time.Minute)
			due, err := b.Due(ctx, by)
			if err != nil {
				t.Fatal(err)
			}
			if due && first < 0 {
				first = m
			}
		}
		return first
	}
	pause := func() { now = now.Add(triage.BreakLength) }
	begin := func() {
		t.Helper()
		pause()
		if due, err := b.Due(ctx, by); due || err != nil {
			t.Fatalf("at the beginning: %t, %v", due, err)
		}
	}
	begin()
	if got := works(5, 60); got != 50 {
		t.Errorf("reminded after %d minutes", got)
	}
	if err := b.Later(ctx, by); err != nil {
		t.Fatal(err)
	}
	if got := works(5, 20); got != 15 {
		t.Errorf("who goes on is reminded after %d minutes", got)
	}
	begin()
	if got := works(5, 45); got != -1 {
		t.Errorf("after a pause, reminded after %d minutes", got)
	}
	begin()
	if got := works(9, 45); got != -1 {
		t.Errorf("reminded after %d minutes", got)
	}
	if due, err := b.Due(ctx, triage.Actor{ID: "a9", Role: triage.Reviewer}); due || err != nil {
		t.Errorf("another is reminded: %t, %v", due, err)
	}
	_, err := b.Due(ctx, h.examiner)
	wantKind(t, "an examiner", err, triage.Forbidden)
	wantKind(t, "an examiner goes on", b.Later(ctx, h.examiner), triage.Forbidden)

	set := func(minutes int) {
		t.Helper()
		if err := h.review.SetLimits(ctx, by, triage.RevealLimits{BreakAfter: minutes}); err != nil {
			t.Fatal(err)
		}
	}
	set(20)
	begin()
	if got := works(5, 40); got != 20 {
		t.Errorf("by one's own limit, reminded after %d minutes", got)
	}
	set(480)
	begin()
	if got := works(5, 60); got != 20 {
		t.Errorf("a limit that was loosened today: reminded after %d minutes", got)
	}
	now = now.Add(triage.LimitsLinger)
	begin()
	if got := works(5, 60); got != 50 {
		t.Errorf("a looser limit than the organisation's: reminded after %d minutes", got)
	}
	wantKind(t, "a break after less than nothing", h.review.SetLimits(ctx, by, triage.RevealLimits{BreakAfter: -1}), triage.Invalid)

	b.Policy = triage.BreakPolicy{}
	set(0)
	now = now.Add(triage.LimitsLinger)
	begin()
	if got := works(9, 200); got != -1 {
		t.Errorf("never to be reminded, and after %d minutes", got)
	}
}

// TestBreakAfterPictures counts those of the sitting alone.
func TestBreakAfterPictures(t *testing.T) {
	h := newHouse(t)
	ctx, by := t.Context(), h.reviewer.Actor
	now := time.Now().UTC().Truncate(time.Second).Add(-2 * time.Hour)
	b := &triage.Breaks{Sittings: h.views.Sittings, Shown: h.views.Shown, Limits: h.views.Limits, Policy: triage.BreakPolicy{Shown: 5}, Now: func() time.Time { return now }}
	show := func(grant string, pictures uint32) {
		t.Helper()
		s := triage.Showing{Grant: grant, Sight: triage.SeePictures, Step: triage.StepGrey, Until: now.Add(time.Minute), Pictures: pictures, Marks: []triage.ShowingMark{{At: now, On: true}}}
		if err := h.views.Shown.KeepShown(ctx, by.ID, s); err != nil {
			t.Fatal(err)
		}
	}
	due := func(want bool, what string) {
		t.Helper()
		if got, err := b.Due(ctx, by); got != want || err != nil {
			t.Errorf("%s: %t, %v", what, got, err)
		}
	}
	show("r0", 1<<9-1)
	now = now.Add(time.Hour)
	due(false, "what was shown before this sitting")
	show("r1", 7)
	due(false, "three pictures")
	now = now.Add(time.Minute)
	show("r2", 3)
	due(true, "five")
}
