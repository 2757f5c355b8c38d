package views

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
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

// How long a reviewer waits where a custody lifts all groups of a long queue, and for pages of it: from its beginning, from its middle, by a
// filter that looks at the media of thousands and lets none through, and of one case; and what Redis holds for each lifted group:
//
//	VIGIE_BENCH_GROUPS=1000000 go test -run '^$' -bench Lifted -benchtime 1x -timeout 30m ./store/views
func BenchmarkLifted(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("VIGIE_BENCH_GROUPS"))
	if err != nil {
		n = 20_000
	}
	c := newCrowd(b, n, 1+n/1_000_000)
	c.rankedAll()
	review := &triage.Review{Queue: c.Queue, Events: &triage.Projector{Custody: c.Custody, Exhibits: c.Exhibits, Names: names}, Now: func() time.Time { return day }}
	pages := func(name string, f triage.QueueFilter, from triage.QueuePlace) {
		b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) { c.pages(b, review, f, from) })
	}
	middle, err := c.Queue.Walk(b.Context(), triage.QueuePlace{Score: 20, Group: triage.GroupID(mediumID(1))}, triage.Walking{Groups: 1, Most: 1})
	c.ok(err)
	never := triage.QueueFilter{From: day.AddDate(100, 0, 0)}
	pages("page/first", triage.QueueFilter{}, triage.QueuePlace{})
	pages("page/middle", triage.QueueFilter{}, middle.Last)
	pages("page/filtered", never, middle.Last)

	before := c.memory()
	began := time.Now()
	var media []triage.MediumID
	for i := range c.items {
		media = append(media, c.items[i].Medium)
	}
	c.hold("case", 1, day.Add(time.Hour), media, c.x)
	took, grew := time.Since(began), c.memory()-before
	b.Run(fmt.Sprintf("lifted/50/%d", n), func(b *testing.B) {
		c.nexts(b, 50)
		b.ReportMetric(float64(grew)/float64(n), "bytes/group")
		b.ReportMetric(float64(n)/took.Seconds(), "lifted/s")
	})
	pages("lifted/first", triage.QueueFilter{}, triage.QueuePlace{})
	pages("lifted/case", triage.QueueFilter{Case: "case"}, triage.QueuePlace{})
	began = time.Now()
	c.ok(c.Custody.SetCustody(b.Context(), triage.Custody{Case: names.Case("case"), Number: "case", At: day, Event: 2}))
	b.Logf("ended within %v", time.Since(began))
}

// memory is what Redis holds, in bytes.
func (c *crowd) memory() int64 {
	for line := range strings.Lines(c.rdb.Info(c.t.Context(), "memory").Val()) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "used_memory:"); ok {
			n, err := strconv.ParseInt(value, 10, 64)
			c.ok(err)
			return n
		}
	}
	return 0
}

// pages reads one page of the queue again and again.
func (c *crowd) pages(b *testing.B, review *triage.Review, f triage.QueueFilter, from triage.QueuePlace) {
	const calls = 40
	reviewer := triage.Actor{ID: "eve", Role: triage.Reviewer}
	for b.Loop() {
		var took []time.Duration
		looked := 0
		for range calls {
			began := time.Now()
			s, err := review.Browse(b.Context(), reviewer, f, from, 20)
			c.ok(err)
			took, looked = append(took, time.Since(began)), s.Looked
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
		b.ReportMetric(float64(looked), "looked")
	}
	b.ReportMetric(0, "ns/op")
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
