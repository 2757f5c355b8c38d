package views

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"vigie/triage"
)

// How long a reviewer waits for the facts of a group with its precedents, where a hundredth of all groups is decided: the first time that a process
// asks, which reads the births of all groups, and then; and what the folder of one tells, where it is a program's.
//
//	VIGIE_BENCH_GROUPS=1000000 go test -run '^$' -bench Precedents -benchtime 1x -timeout 30m ./store/views
func BenchmarkPrecedents(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("VIGIE_BENCH_GROUPS"))
	if err != nil {
		n = 20_000
	}
	c := newCrowd(b, n, 1+n/1_000_000)
	c.rankedAll()
	for i := 0; i < n; i += 100 {
		id := c.items[i].Medium
		o := triage.Opinion{Verdict: triage.NotIllegal, By: "ada", At: day}
		c.ok(c.Queue.SaveDecision(b.Context(), triage.GroupID(id), triage.Decision{Opinion: o, Members: 1, Covers: triage.Coverage(nil).With(id)}))
	}
	review := &triage.Review{
		Queue: c.Queue, Kin: c.Groups, Founders: triage.NewFounderIndex(c.Groups), Exhibits: c.Exhibits,
		Events: &triage.Projector{Custody: c.Custody, Exhibits: c.Exhibits, Names: names}, Now: func() time.Time { return day },
	}
	eve := triage.Actor{ID: "eve", Role: triage.Reviewer}
	sheet := func(i int) (took time.Duration, told int) {
		began := time.Now()
		s, err := review.Sheet(b.Context(), eve, triage.GroupID(c.items[i].Medium))
		c.ok(err)
		return time.Since(began), len(s.Precedents)
	}
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	before := heap()
	first, _ := sheet(1)
	mirrors := (heap() - before) / float64(n)
	b.Run(fmt.Sprint(n), func(b *testing.B) {
		for b.Loop() {
			var took []time.Duration
			told := 0
			for range 200 {
				t, k := sheet(c.random.IntN(n))
				took, told = append(took, t), told+k
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
			b.ReportMetric(float64(first.Microseconds())/1000, "ms-first")
			b.ReportMetric(float64(told)/200, "precedents")
			b.ReportMetric(mirrors, "bytes/group")
		}
		b.ReportMetric(0, "ns/op")
	})
}
