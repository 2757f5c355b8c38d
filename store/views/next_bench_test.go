package views

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"vigie/triage"
)

// How long a reviewer waits in Redis for the next group of a long queue, beside others who hold as many; "alike" has all groups stand
// under one score:
//
//	VIGIE_BENCH_GROUPS=1000000 go test -run '^$' -bench Next -benchtime 1x -timeout 30m ./store/views
func BenchmarkNext(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("VIGIE_BENCH_GROUPS"))
	if err != nil {
		n = 20_000
	}
	c := newCrowd(b, n, 1+n/1_000_000)
	c.rankedAll()
	for _, reviewers := range []int{1, 50} {
		b.Run(fmt.Sprintf("%d/%d", reviewers, n), func(b *testing.B) { c.nexts(b, reviewers) })
	}
	by := triage.WeightsSum{All: "one for all", Evidence: byTest.Evidence}
	c.ok(c.Rerank.StartReranking(b.Context(), by))
	for left := 1; left > 0; {
		left, err = c.Rerank.Rerank(b.Context(), by, func(g *triage.Group) { g.Score = 7 })
		c.ok(err)
	}
	b.Run(fmt.Sprintf("alike/50/%d", n), func(b *testing.B) { c.nexts(b, 50) })
}

// nexts reserves, claims and reads groups one after the other, while so many are held, and returns the first of them before each.
func (c *crowd) nexts(b *testing.B, reviewers int) {
	const calls = 500
	for b.Loop() {
		var took []time.Duration
		held := make([]triage.GroupID, reviewers)
		for i := range calls {
			by, seat := fmt.Sprint("reviewer", i%reviewers), i%reviewers
			if held[seat] != "" {
				c.ok(c.Queue.Unclaim(b.Context(), held[seat], by))
			}
			began := time.Now()
			g, err := c.Queue.Reserve(b.Context(), by, day, 10*time.Second)
			c.ok(err)
			c.ok(c.Queue.Claim(b.Context(), g, triage.Claim{By: by, Until: day.Add(triage.ClaimLife)}, day))
			_, err = c.Queue.Group(b.Context(), g)
			c.ok(err)
			took, held[seat] = append(took, time.Since(began)), g
		}
		for seat, g := range held {
			if g != "" {
				c.ok(c.Queue.Unclaim(b.Context(), g, fmt.Sprint("reviewer", seat)))
			}
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
		b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-max")
	}
	b.ReportMetric(0, "ns/op")
}
