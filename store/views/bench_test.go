package views

import (
	"fmt"
	"testing"
	"time"

	"vigie/triage"
)

// What a medium costs on its way from a part to its rank, alone in its group:
// go test -run '^$' -bench Medium -benchtime 1x ./store/views
func BenchmarkMedium(b *testing.B) {
	const n = 20_000
	t := open(b)
	for b.Loop() {
		before := t.usedMemory()
		x := t.exhibit(1, "ada")
		stage := func(name string, each func(i int)) {
			started := time.Now()
			for i := range n {
				each(i)
			}
			b.ReportMetric(n/time.Since(started).Seconds(), name+"/s")
		}
		var items []triage.ListedItem
		stage("registered", func(i int) {
			if items = append(items, picture(x.ID, i, fmt.Sprint("folder ", i/200))); len(items) == triage.MaxPartItems {
				t.register(x.ID, part(i), items...)
				items = nil
			}
		})
		stage("examined", func(i int) { t.examine(i, triage.Pending, 0) })
		stage("joined", func(i int) { t.join(i, i) })
		marked, err := t.Groups.ToRank(b.Context(), n)
		t.ok(err)
		stage("ranked", func(i int) {
			t.ok(t.Groups.SaveRanking(b.Context(), marked[i], triage.Group{Members: 1, Open: 1, Score: 40, Finding: triage.ProbableNew}))
		})
		b.ReportMetric(float64(t.usedMemory()-before)/n, "B/medium")
	}
}

func (b *bench) usedMemory() (n int) {
	b.t.Helper()
	_, err := fmt.Sscan(b.rdb.InfoMap(b.t.Context(), "memory").Val()["Memory"]["used_memory"], &n)
	b.ok(err)
	return n
}
