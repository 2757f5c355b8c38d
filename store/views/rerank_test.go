package views

import (
	"fmt"
	"testing"

	"vigie/triage"
	"vigie/triage/signals"
)

// rankedGroups makes n groups of one medium, and ranks each by its number.
func (b *bench) rankedGroups(n int) triage.ExhibitID {
	b.t.Helper()
	x := b.exhibit(1, "ada")
	for i := 1; i <= n; i += 6 { // items a part, as recount has it
		var items []triage.ListedItem
		for j := i; j < i+6; j++ {
			items = append(items, picture(x.ID, j, "a"))
		}
		b.register(x.ID, part(i), items...)
	}
	for i := 1; i <= n; i++ {
		b.examine(i, triage.Pending, 0)
		b.join(i, i)
	}
	for i, m := range b.toRank() {
		g := b.ranking(m.Group, i, triage.Unranked)
		g.Reasons = []signals.Reason{{Signal: signals.Position, Points: i, Detail: fmt.Sprint(i)}, {Signal: signals.Video, Share: 300}}
		b.ok(b.Groups.SaveRankings(b.t.Context(), byTest, []triage.Marked{m}, []triage.Group{g}))
	}
	return x.ID
}

func (b *bench) rerank(by triage.WeightsSum, change func(*triage.Group)) (calls int) {
	b.t.Helper()
	for left := 1; left > 0; calls++ {
		var err error
		left, err = b.Rerank.Rerank(b.t.Context(), by, change)
		b.ok(err)
		far, err := b.Rerank.Reranking(b.t.Context(), by)
		b.ok(err)
		if far.Left() != (left > 0) || far.Of-far.Done != left {
			b.t.Fatalf("%d stretches are left, and %+v is told", left, far)
		}
	}
	return calls
}

func TestRescore(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	const n = 42
	x := b.rankedGroups(n)
	other := triage.WeightsSum{All: "others", Evidence: byTest.Evidence}
	b.ok(b.Rerank.StartReranking(ctx, other))
	b.ok(b.Rerank.StartReranking(ctx, other)) // and again

	if err := b.Groups.SaveRankings(ctx, byTest, []triage.Marked{{}}, []triage.Group{{}}); !triage.IsKind(err, triage.Stale) {
		t.Errorf("ranked by weights that are no more in force: %v", err)
	}
	if _, err := b.Rerank.Rerank(ctx, byTest, nil); !triage.IsKind(err, triage.Stale) {
		t.Errorf("reranked by weights that are no more in force: %v", err)
	}
	upsideDown := func(g *triage.Group) {
		g.Score = n - g.Score
		g.Reasons[0].Points = g.Score
		if g.Score > n/2 {
			g.Finding = triage.ProbableNew
		}
	}
	b.rerank(other, upsideDown)
	list, total, err := b.Queue.Queue(ctx, 0, 2*n)
	b.ok(err)
	if total != n || len(list) != n {
		t.Fatalf("the queue holds %d of %d groups", len(list), total)
	}
	for i, g := range list {
		want := triage.Unranked
		if g.Score > n/2 {
			want = triage.ProbableNew
		}
		if g.Score != n-i || g.Finding != want || g.Reasons[0].Points != n-i || g.Reasons[0].Detail != fmt.Sprint(i) || g.Reasons[1].Share != 300 {
			t.Errorf("%d: %+v", i, g)
		}
		m, err := b.Media.Medium(ctx, triage.MediumID(g.ID))
		if b.ok(err); m.Finding != want {
			t.Errorf("%d: the medium is %s", i, m.Finding)
		}
	}
	b.recount([]triage.ExhibitID{x}, n+1)
}

// TestRankedMeanwhile shows that what was ranked by the new weights is not changed by who goes over all groups, even when
// that reads it before.
func TestRankedMeanwhile(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	b.rankedGroups(6)
	other := triage.WeightsSum{All: "others", Evidence: byTest.Evidence}
	b.ok(b.Rerank.StartReranking(ctx, other))
	b.rerank(other, func(g *triage.Group) {
		if g.Score = g.Reasons[0].Points; g.Score == 77 {
			return
		}
		now := b.ranking(g.ID, 77, triage.ProbableNew)
		now.Reasons = []signals.Reason{{Signal: signals.Position, Points: 77}}
		b.ok(b.Groups.SaveRankings(ctx, other, []triage.Marked{{Group: g.ID}}, []triage.Group{now}))
		g.Score = 5
	})
	list, _, err := b.Queue.Queue(ctx, 0, 9)
	b.ok(err)
	for _, g := range list {
		if g.Score != 77 || g.Finding != triage.ProbableNew {
			t.Errorf("%+v", g)
		}
	}
}

// TestOtherEvidence shows that groups are ranked from their members where other signals may apply, also when later weights
// change points only before that is done.
func TestOtherEvidence(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	b.rankedGroups(6)
	b.ok(b.Rerank.StartReranking(ctx, triage.WeightsSum{All: "others", Evidence: "other parameters"}))
	last := triage.WeightsSum{All: "still others", Evidence: "other parameters"}
	b.ok(b.Rerank.StartReranking(ctx, last))
	b.rerank(last, func(*triage.Group) { t.Error("rescored") })
	if !b.waiting(1, 2, 3, 4, 5, 6) {
		t.Errorf("waiting: %+v", b.toRank())
	}
}

// TestEmptyHouse shows that there is nothing to go over where there are no groups.
func TestEmptyHouse(t *testing.T) {
	b := open(t)
	if calls := b.rerank(byTest, nil); calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestWeightsAreKept(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	if kept, err := b.Weights.WeightsVersions(ctx); err != nil || len(kept) != 0 {
		t.Fatalf("%v, %v", kept, err)
	}
	var want []triage.WeightsVersion
	for _, event := range []uint64{7, 8, 9, 10, 100} {
		v := triage.WeightsVersion{Event: event, Weights: *signals.Default(), By: "a1", At: day, Reason: fmt.Sprint("version ", event)}
		v.Weights.Points[signals.Video] = int(event) //nolint:gosec // small
		b.ok(b.Weights.SaveWeights(ctx, v))
		b.ok(b.Weights.SaveWeights(ctx, v))
		want = append(want, v)
	}
	kept, err := b.Weights.WeightsVersions(ctx)
	b.ok(err)
	if fmt.Sprint(kept) != fmt.Sprint(want) {
		t.Errorf("got %v", kept)
	}
}
