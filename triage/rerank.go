package triage

import (
	"context"

	"vigie/triage/signals"
)

// Reranking is how far groups are ranked by the weights in force.
type Reranking struct{ Done, Of int } // stretches of groups; equal when all are

// Left reports whether some groups still have the rank of earlier weights.
func (r Reranking) Left() bool { return r.Done < r.Of }

// RerankStore goes over all groups when weights change.
//
// Groups keep with their reasons those signals that count for nothing, so that other points need nothing but these. Where
// other signals may apply, each group is marked, and ranked anew from its members.
type RerankStore interface {
	// StartReranking begins to go over all groups, unless they are ranked by these weights, or being ranked. From then on
	// SaveRankings takes no others.
	StartReranking(ctx context.Context, by WeightsSum) error
	// Reranking returns how far it has come; nothing is done of weights that were not begun with.
	Reranking(ctx context.Context, by WeightsSum) (Reranking, error)
	// Rerank goes over the next stretch: rescore gives a group another score, with its reasons and its finding. It returns
	// how many stretches are left.
	Rerank(ctx context.Context, by WeightsSum, rescore func(*Group)) (left int, err error)
}

// rerank ranks a stretch of groups by weights that were changed. How far that has come is asked each time: Redis may have been
// put back to before.
func (s *Steward) rerank(ctx context.Context) (int, error) {
	ranking, err := inForce(ctx, s.Weights)
	if err != nil {
		return 0, err
	}
	sum := sumOf(&ranking.Weights)
	if sum != s.rankedBy {
		if err := s.Rerank.StartReranking(ctx, sum); err != nil {
			return 0, err
		}
		s.weights, s.rankedBy = ranking.Weights, sum
	}
	left, err := s.Rerank.Rerank(ctx, sum, func(g *Group) {
		g.Score, g.Reasons = s.weights.Rescore(g.Reasons)
		g.Finding = findingOf(&s.weights, g.Score)
	})
	if IsKind(err, Stale) { // another process knows later ones, or Redis earlier ones
		s.rankedBy = WeightsSum{}
		return 1, nil
	}
	return left, err
}

// findingOf says what the score of a group makes of its open members.
func findingOf(w *signals.Weights, score int) Finding {
	if score >= w.Threshold {
		return ProbableNew
	}
	return Unranked
}
