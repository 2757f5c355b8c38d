package triage_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"vigie/triage"
	"vigie/triage/signals"
)

// ranking waits until everything is ranked by the weights in force, and returns the queue.
func (h *house) ranking(u *triage.Weighing) []triage.Group {
	h.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		r, err := u.Ranking(h.t.Context(), h.reviewer.Actor)
		if err == nil && !r.Advance.Left() && h.caughtUpRanks() {
			break
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("not ranked: %+v, %v", r.Advance, err)
		}
	}
	list, _, err := h.review.List(h.t.Context(), h.reviewer.Actor, 0, 100)
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

// caughtUpRanks reports whether no group waits for its rank.
func (h *house) caughtUpRanks() bool {
	waiting, err := h.views.Groups.ToRank(h.t.Context(), 1)
	return err == nil && len(waiting) == 0
}

func (h *house) weighing() *triage.Weighing {
	return &triage.Weighing{Store: h.views.Weights, Rerank: h.views.Rerank, Events: h.events}
}

// TestWeightsChange shows that other points and other parameters take effect at once, each change an event, and that an
// emptied Redis comes back with them.
func TestWeightsChange(t *testing.T) {
	h := newHouse(t)
	c, stop := h.caughtUp(), h.run()
	u, ctx := h.weighing(), t.Context()
	h.settle(h.mustSubmit("Q", newPicture(t, "DCIM/a.jpg", 1), newPicture(t, "Users/x/Pictures/.hidden/b.jpg", 2), newPicture(t, "c.jpg", 3)))
	before := h.ranking(u)
	if len(before) != 3 || before[0].Score == before[2].Score {
		t.Fatalf("the queue: %+v", before)
	}
	w := *signals.Default()
	w.Points = map[signals.Signal]int{}
	for _, name := range signals.Names() {
		w.Points[name] = 0
	}
	w.Points[signals.CameraFolder], w.Threshold = 90, 50
	if err := u.Change(ctx, h.reviewer.Actor, 0, w, "only what came from a camera"); err != nil {
		t.Fatal(err)
	}
	after := h.ranking(u)
	if after[0].Score != 90 || after[0].Finding != triage.ProbableNew || after[1].Score != 0 || after[2].Score != 0 || after[1].Finding != triage.Unranked {
		t.Errorf("other points: %+v", after)
	}
	now, err := u.Ranking(ctx, h.reviewer.Actor)
	if err != nil || now.Number != 1 || now.By != h.reviewer.Actor.ID || now.Reason == "" || now.Event == 0 {
		t.Errorf("%+v, %v", now, err)
	}
	// Icons of up to 1000 pixels: other groups than before.
	w.Points[signals.Icon], w.Parameters.IconSide = -7, 1000
	if err := u.Change(ctx, h.reviewer.Actor, now.Event, w, "thumbnails are no evidence"); err != nil {
		t.Fatal(err)
	}
	icons := h.ranking(u)
	if icons[0].Score != 83 || icons[1].Score != -7 || icons[2].Score != -7 {
		t.Errorf("other parameters: %+v", icons)
	}

	want := h.dump(c)
	stop()
	if err := c.Once(ctx, true); err != nil {
		t.Fatal(err)
	}
	if got := h.dump(c); got != want {
		t.Errorf("made again:\n%s\nwas:\n%s", got, want)
	}
	versions, err := u.Versions(ctx, h.reviewer.Actor)
	if err != nil || len(versions) != 3 || versions[0].Weights.Parameters.IconSide != 1000 || versions[2].Event != 0 {
		t.Errorf("versions: %+v, %v", versions, err)
	}
}

// TestOlderRedisOfWeights puts Redis back to before weights were changed, under a steward that has ranked all by them: it does so
// again.
func TestOlderRedisOfWeights(t *testing.T) {
	h := newHouse(t)
	c, u, ctx := h.caughtUp(), h.weighing(), t.Context()
	h.mustSubmit("Q", newPicture(t, "DCIM/a.jpg", 1), newPicture(t, "c.jpg", 3))
	h.work()
	early := h.copyRedis()
	w := *signals.Default()
	w.Points = maps.Clone(w.Points)
	w.Points[signals.CameraFolder] += 30
	if err := u.Change(ctx, h.reviewer.Actor, 0, w, "cameras first"); err != nil {
		t.Fatal(err)
	}
	defer h.tend()()
	h.ranking(u)
	want := h.dump(c)
	h.restoreRedis(early)
	if err := h.catchUp().Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	h.ranking(u)
	if got := h.dump(c); got != want {
		t.Errorf("the dump differs:\n%s", differing(want, got))
	}
}

func TestWeightsRefused(t *testing.T) {
	h := newHouse(t)
	u, ctx := h.weighing(), t.Context()
	change := func(by triage.Actor, from uint64, reason string, with func(*signals.Weights)) error {
		w := *signals.Default()
		with(&w)
		return u.Change(ctx, by, from, w, reason)
	}
	more := func(w *signals.Weights) { w.Threshold++ }
	for name, c := range map[string]struct {
		err  error
		kind triage.Kind
	}{
		"an examiner":        {change(h.examiner, 0, "why not", more), triage.Forbidden},
		"without a reason":   {change(h.reviewer.Actor, 0, " ", more), triage.Invalid},
		"a long reason":      {change(h.reviewer.Actor, 0, strings.Repeat("x", triage.MaxReason+1), more), triage.Invalid},
		"nothing changed":    {change(h.reviewer.Actor, 0, "why not", func(*signals.Weights) {}), triage.Conflict},
		"an earlier version": {change(h.reviewer.Actor, 99, "why not", more), triage.Conflict},
		"an unknown signal":  {change(h.reviewer.Actor, 0, "why not", func(w *signals.Weights) { w.Points["colour"] = 1 }), triage.Invalid},
	} {
		if !triage.IsKind(c.err, c.kind) {
			t.Errorf("%s: got %v, want %s", name, c.err, c.kind)
		}
	}
	if r, err := u.Ranking(ctx, h.reviewer.Actor); err != nil || r.Number != 0 {
		t.Errorf("something was changed: %+v, %v", r, err)
	}
	if _, err := u.Ranking(ctx, h.examiner); !triage.IsKind(err, triage.Forbidden) {
		t.Errorf("an examiner reads the weights: %v", err)
	}
	if _, err := u.Versions(ctx, h.examiner); !triage.IsKind(err, triage.Forbidden) {
		t.Errorf("an examiner reads the versions: %v", err)
	}
}
