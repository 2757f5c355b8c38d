package views

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/embedded/embeddedtest"
	"vigie/triage"
	"vigie/triage/signals"
)

// How long it takes to give all groups the scores of other weights, each group one medium; "across" has one in two cross
// the threshold, so that its medium gets another finding and its exhibit another count:
//
//	VIGIE_BENCH_GROUPS=1000000 go test -run '^$' -bench Rerank -benchtime 1x -timeout 30m ./store/views
func BenchmarkRerank(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("VIGIE_BENCH_GROUPS"))
	if err != nil {
		n = 20_000
	}
	c := newCrowd(b, n, 1+n/1_000_000)
	c.rankedAll()
	threshold := 40
	for i, change := range []struct {
		name  string
		score func(g *triage.Group, i int) int
	}{
		{"points", func(g *triage.Group, _ int) int { return g.Score + 1 }},
		{"across", func(g *triage.Group, i int) int { return 25 + 30*(i%2) }},
	} {
		b.Run(fmt.Sprintf("%s/%d", change.name, n), func(b *testing.B) {
			for b.Loop() {
				by := triage.WeightsSum{All: fmt.Sprint("others ", i), Evidence: byTest.Evidence}
				c.ok(c.Rerank.StartReranking(b.Context(), by))
				began, own, redis := time.Now(), embeddedtest.ProcessorTime(b), c.redisTime()
				for left := 1; left > 0; {
					left, err = c.Rerank.Rerank(b.Context(), by, func(g *triage.Group) {
						g.Score = change.score(g, int(g.ID[31]))
						g.Reasons[0].Points = g.Score
						if g.Finding = triage.Unranked; g.Score >= threshold {
							g.Finding = triage.ProbableNew
						}
					})
					c.ok(err)
				}
				b.ReportMetric(time.Since(began).Seconds(), "s")
				b.ReportMetric(float64(n)/time.Since(began).Seconds(), "groups/s")
				b.ReportMetric((embeddedtest.ProcessorTime(b) - own).Seconds(), "own-cpu-s")
				b.ReportMetric((c.redisTime() - redis).Seconds(), "redis-cpu-s")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// redisTime is what Redis used of the processor so far.
func (c *crowd) redisTime() time.Duration {
	info, err := c.rdb.InfoMap(c.b.Context(), "cpu").Result()
	c.ok(err)
	seconds := 0.0
	for _, what := range []string{"used_cpu_user", "used_cpu_sys"} {
		n, err := strconv.ParseFloat(info["CPU"][what], 64)
		c.ok(err)
		seconds += n
	}
	return time.Duration(seconds * float64(time.Second))
}

// rankedAll examines, groups and ranks all, many in a call.
func (c *crowd) rankedAll() {
	ctx := c.b.Context()
	c.register()
	for some := range slices.Chunk(c.items, 500) {
		outcomes, births, joins := make([]triage.Outcome, len(some)), make([]triage.Founder, len(some)), make([]triage.Join, len(some))
		for i, it := range some {
			x := &hashing.Examination{Facts: hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg", Width: 4000, Height: 3000}, Fingerprint: &hashing.Fingerprint{Quality: 90}}
			var code pdq.Hash
			for j := range code {
				code[j] = byte(c.random.Uint32())
			}
			g := triage.GroupID(it.Medium)
			outcomes[i] = triage.Outcome{Medium: it.Medium, Finding: triage.Pending, Examination: x}
			births[i] = triage.Founder{Group: g, Medium: it.Medium, PDQ: &code}
			joins[i] = triage.Join{Medium: it.Medium, Group: g}
		}
		c.ok(c.Outcomes.Apply(ctx, outcomes...))
		c.ok(c.Groups.Bear(ctx, births))
		c.ok(c.Groups.JoinGroups(ctx, joins))
		marked, err := c.Groups.ToRank(ctx, len(some))
		c.ok(err)
		groups := make([]triage.Group, len(marked))
		for i := range marked {
			groups[i] = triage.Group{Members: 1, Open: 1, Exhibits: 1, Cases: 1, Score: 5 * (i % 12), Finding: triage.Unranked}
			if groups[i].Score >= 40 {
				groups[i].Finding = triage.ProbableNew
			}
			groups[i].Reasons = []signals.Reason{
				{Signal: signals.CameraOriginal, Points: 5 * (i % 12), Detail: fmt.Sprintf("SM-A5%02dB", i%37)},
				{Signal: signals.Recent, Points: 15}, {Signal: signals.CameraSerial, Points: 10}, {Signal: signals.CameraFolder, Points: 5},
			}
		}
		c.ok(c.Groups.SaveRankings(ctx, byTest, marked, groups))
	}
}
