package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"vigie/api/wire"
	"vigie/triage/signals"
)

// changes of the weights in a round. Each raises what all groups of a round have, and the threshold with it, so that what
// is found of an item stays as its label says.
const changes = 3

// reasonOf is why the nth change is made; it names it.
func reasonOf(n int) string { return fmt.Sprintf("change %d of the campaign", n) }

// weigher changes the weights of the ranking.
func (r *round) weigher(ctx context.Context, random *rand.Rand) error {
	for n := 1; n <= changes; n++ {
		pause(ctx, 2*someTime(random))
		if err := r.weigh(ctx, reasonOf(n)); err != nil {
			return err
		}
	}
	return nil
}

// weigh makes a change until it is the last version: one whose answer was lost may have taken effect.
func (r *round) weigh(ctx context.Context, reason string) error {
	c := r.as("reviewer")
	var last error
	for range maxTries {
		var now wire.Ranking
		if now, last = c.Ranking(ctx); last == nil {
			if now.Reason == reason {
				return nil
			}
			w := now.Weights
			w.Points[string(signals.UnknownEverywhere)]++
			*w.Threshold++
			if _, last = c.ChangeWeights(ctx, wire.ChangeWeights{From: now.Event, Weights: w, Reason: reason}); last == nil {
				return nil
			}
		}
		if !pause(ctx, pauseTries) {
			break
		}
	}
	return fmt.Errorf("%s: %w", reason, last)
}

// verifyWeights looks whether every change is in the history, once and in its order, the last one in force, and every group
// ranked by it.
func (r *round) verifyWeights(ctx context.Context) ([]string, error) {
	if !r.weighing {
		return nil, nil
	}
	c := r.as("reviewer")
	versions, err := c.WeightsVersions(ctx)
	if err != nil {
		return nil, err
	}
	var reasons, want []string
	for _, v := range slices.Backward(versions) {
		reasons = append(reasons, v.Reason)
	}
	for n := range changes + 1 {
		want = append(want, reasonOf(n))
	}
	want[0] = "" // of the version that the program comes with
	if !slices.Equal(reasons, want) {
		return []string{fmt.Sprintf("the versions are %q, oldest first", reasons)}, nil
	}
	var wrong []string
	now, err := c.Ranking(ctx)
	if err != nil {
		return nil, err
	}
	first, points := versions[changes].Weights, now.Weights.Points[string(signals.UnknownEverywhere)]
	if now.Reason != reasonOf(changes) || points != first.Points[string(signals.UnknownEverywhere)]+changes {
		wrong = append(wrong, fmt.Sprintf("in force is %q with %d points", now.Reason, points))
	}
	if now.Reranking.Done != now.Reranking.Of {
		wrong = append(wrong, fmt.Sprintf("ranked are %d of %d", now.Reranking.Done, now.Reranking.Of))
	}
	ranked, err := r.rankedOtherwise(ctx, points)
	return append(wrong, ranked...), err
}

// rankedOtherwise returns a line for each group of the queue that is not ranked by the weights in force.
func (r *round) rankedOtherwise(ctx context.Context, points int) (wrong []string, err error) {
	const most = 50
	for after := ""; ; {
		q, err := r.as("reviewer").Queue(ctx, after, most)
		if err != nil {
			return wrong, err
		}
		for _, g := range q.Groups {
			for _, reason := range g.Reasons {
				if reason.Signal == string(signals.UnknownEverywhere) && reason.Points != points {
					wrong = append(wrong, fmt.Sprintf("group %s has %d points instead of %d", g.ID, reason.Points, points))
				}
			}
		}
		if after = q.Next; after == "" {
			return wrong, nil
		}
	}
}
