package views

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"vigie/store/journal"
	"vigie/store/objects"
	"vigie/triage"
)

// How long a reviewer waits from asking for the next group of a long queue until its facts are there, beside others who hold as many: its choice,
// its claim in a journal that is synced to this disk, its facts and its precedents; all that the service does but HTTP:
//
//	VIGIE_BENCH_GROUPS=1000000 go test -run '^$' -bench Opened -benchtime 1x -timeout 30m ./store/views
func BenchmarkOpened(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("VIGIE_BENCH_GROUPS"))
	if err != nil {
		n = 20_000
	}
	c := newCrowd(b, n, 1+n/1_000_000)
	c.rankedAll()
	folder, err := objects.OpenFolder(b.TempDir(), time.Now)
	c.ok(err)
	sealed, err := objects.Seal(folder, bytes.Repeat([]byte{7}, objects.KeySize))
	c.ok(err)
	events, err := journal.Open(b.Context(), objects.Keyed{Store: sealed}, journal.Options{Now: time.Now, Nonce: rand.Text, Window: -1})
	c.ok(err)
	review := &triage.Review{
		Queue: c.Queue, Kin: c.Groups, Founders: triage.NewFounderIndex(c.Groups), Exhibits: c.Exhibits, Grants: c.Grants,
		Events: &triage.Projector{Journal: events, Custody: c.Custody, Exhibits: c.Exhibits, Queue: c.Queue, Names: names}, Now: func() time.Time { return day },
	}
	for _, reviewers := range []int{1, 50} {
		b.Run(fmt.Sprintf("%d/%d", reviewers, n), func(b *testing.B) { c.opens(b, review, reviewers) })
	}
}

// opens has reviewers open their next group one after the other, and hand back the one before.
func (c *crowd) opens(b *testing.B, review *triage.Review, reviewers int) {
	const calls = 300
	for b.Loop() {
		var took []time.Duration
		held := make([]triage.GroupID, reviewers)
		for i := range reviewers + calls {
			by := triage.Actor{ID: fmt.Sprint("reviewer", i%reviewers), Role: triage.Reviewer}
			if g := held[i%reviewers]; g != "" {
				c.ok(review.Return(b.Context(), by, g))
			}
			began := time.Now()
			g, err := review.Next(b.Context(), by, triage.QueueFilter{})
			c.ok(err)
			_, err = review.Sheet(b.Context(), by, g.ID)
			c.ok(err)
			held[i%reviewers] = g.ID
			if i >= reviewers { // the first time, this process reads the births of all groups
				took = append(took, time.Since(began))
			}
		}
		for i, g := range held {
			c.ok(review.Return(b.Context(), triage.Actor{ID: fmt.Sprint("reviewer", i), Role: triage.Reviewer}, g))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
		b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-max")
	}
	b.ReportMetric(0, "ns/op")
}
