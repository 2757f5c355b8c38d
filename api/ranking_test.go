package api_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"vigie/api/client"
	"vigie/api/wire"
	"vigie/triage"
	"vigie/triage/signals"
)

// Of two reviewers who change the weights at the same time one is told, and can see who changed what and why.
func TestTwoChangeTheWeights(t *testing.T) {
	s := start(t, nil)
	ctx, one, other := t.Context(), s.as(triage.Reviewer), s.as(triage.Reviewer)
	read, err := one.Ranking(ctx)
	if err != nil || read.Version != 0 || read.Event != 0 || *read.Weights.Threshold != signals.Default().Threshold {
		t.Fatalf("at first: %+v, %v", read, err)
	}
	change := func(c *client.Client, signal signals.Signal, points int, reason string) (wire.Ranking, error) {
		w := read.Weights
		w.Points = maps.Clone(w.Points)
		w.Points[string(signal)] = points
		return c.ChangeWeights(ctx, wire.ChangeWeights{From: read.Event, Weights: w, Reason: reason})
	}
	first, err := change(one, signals.Video, 30, "videos of the last weeks")
	if err != nil || first.Version != 1 || first.Event == 0 || first.Reason != "videos of the last weeks" || first.ByName != "test reviewer" || first.At == nil {
		t.Fatalf("%+v, %v", first, err)
	}
	if _, err = change(other, signals.Icon, 0, "icons"); !triage.IsKind(err, triage.Conflict) || !strings.Contains(err.Error(), "read them again") {
		t.Errorf("the other's change: %v", err)
	}
	read = first
	if _, err = change(one, signals.Video, 30, "again"); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("the same again: %v", err)
	}
	list, err := other.WeightsVersions(ctx)
	if err != nil || len(list) != 2 || list[0].Version != 1 || list[0].Weights.Points["video"] != 30 || list[1].Version != 0 || list[1].At != nil {
		t.Errorf("%+v, %v", list, err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		r, err := other.Ranking(ctx)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("groups are still being ranked: %+v, %v", r.Reranking, err)
		}
		if !r.Reranking.Left() && r.Reranking.Of > 0 {
			return
		}
	}
}

// Groups have the points of the weights in force.
func TestTheQueueFollowsTheWeights(t *testing.T) {
	s := start(t, nil)
	ctx, c := t.Context(), s.as(triage.Reviewer)
	s.submit(s.as(triage.Examiner), "2026/1", "S-1", picture(t, 1))
	read, err := c.Ranking(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, points, parameters := signals.Default().Numbers()
	for name := range points {
		points[name] = 0
	}
	points[string(signals.UnknownEverywhere)], *read.Weights.Threshold = 77, 78
	w := wire.Weights{Threshold: read.Weights.Threshold, Points: points, Parameters: parameters}
	if _, err := c.ChangeWeights(ctx, wire.ChangeWeights{Weights: w, Reason: "one alone"}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		q, err := c.Queue(ctx, "", 10)
		if err != nil || len(q.Groups) != 1 || time.Now().After(deadline) {
			t.Fatalf("%+v, %v", q, err)
		}
		if g := q.Groups[0]; g.Score == 77 {
			if g.Finding != string(triage.Unranked) || len(g.Reasons) != 1 || g.Reasons[0].Points != 77 || g.Reasons[0].Text == "" {
				t.Errorf("%+v", g)
			}
			return
		}
	}
}

func TestWrongWeightsAreRefused(t *testing.T) {
	s := start(t, nil)
	c := s.as(triage.Reviewer)
	threshold, points, parameters := signals.Default().Numbers()
	with := func(m map[string]int, name string, n int) map[string]int {
		m = maps.Clone(m)
		m[name] = n
		return m
	}
	without := func(m map[string]int, name string) map[string]int {
		m = maps.Clone(m)
		delete(m, name)
		return m
	}
	for want, q := range map[string]wire.ChangeWeights{
		"threshold has no number":            {Weights: wire.Weights{Points: with(points, "video", 1), Parameters: parameters}, Reason: "x"},
		"video has no number":                {Weights: wire.Weights{Threshold: &threshold, Points: without(points, "video"), Parameters: parameters}, Reason: "x"},
		"clock_hours has no number":          {Weights: wire.Weights{Threshold: &threshold, Points: points, Parameters: without(parameters, "clock_hours")}, Reason: "x"},
		"video is 1001: it may be -1000":     {Weights: wire.Weights{Threshold: &threshold, Points: with(points, "video", 1001), Parameters: parameters}, Reason: "x"},
		`no signal or parameter "colour"`:    {Weights: wire.Weights{Threshold: &threshold, Points: with(points, "colour", 1), Parameters: parameters}, Reason: "x"},
		"min_quality is 101: it may be 0 to": {Weights: wire.Weights{Threshold: &threshold, Points: points, Parameters: with(parameters, "min_quality", 101)}, Reason: "x"},
		"state a reason":                     {Weights: wire.Weights{Threshold: &threshold, Points: with(points, "video", 1), Parameters: parameters}, Reason: " \n"},
		"at most 500 bytes":                  {Weights: wire.Weights{Threshold: &threshold, Points: with(points, "video", 1), Parameters: parameters}, Reason: strings.Repeat("x", 501)},
	} {
		if _, err := c.ChangeWeights(t.Context(), q); !triage.IsKind(err, triage.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	token := s.token(triage.Reviewer)
	for _, body := range []string{`{"weights":{"threshold":40,"colour":1}}`, `{"weights":{"threshold":"40"}}`, `{"weights":{"threshold":4.5}}`, `[]`, ``} {
		if a := s.send("PUT", "/v1/ranking", body, token); a.status != 400 || a.header.Get("Content-Type") != wire.ProblemType {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	if r, err := c.Ranking(t.Context()); err != nil || r.Version != 0 {
		t.Errorf("after all of these: version %d, %v", r.Version, err)
	}
}
