package views

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"vigie/triage"
)

// How long a reviewer waits for the next group of a long queue of which all but a thousand groups are somebody else's, those by a case; the
// same while a custody runs in it; what Redis holds for each of its groups, and how many are given, and taken back, a second:
//
//	VIGIE_BENCH_GROUPS=1000000 go test -run '^$' -bench Assigned -benchtime 1x -timeout 30m ./store/views
func BenchmarkAssigned(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("VIGIE_BENCH_GROUPS"))
	if err != nil {
		n = 20_000
	}
	c := newCrowd(b, n, 1+n/1_000_000)
	c.rankedAll()
	var media []triage.MediumID
	for i := range c.items[1000:] { // the first thousand lie in no such case
		media = append(media, c.items[1000+i].Medium)
	}
	before, began := c.memory(), time.Now()
	c.assign(triage.Assignment{Number: "case", To: "reviewer0", Event: 1}, media, c.x)
	given, grew := time.Since(began), c.memory()-before
	b.Run(fmt.Sprintf("theirs/1/%d", n), func(b *testing.B) { c.nexts(b, 1) })
	b.Run(fmt.Sprintf("others/50/%d", n), func(b *testing.B) {
		c.nexts(b, 50)
		b.ReportMetric(float64(grew)/float64(len(media)), "bytes/group")
		b.ReportMetric(float64(len(media))/given.Seconds(), "given/s")
	})
	c.hold("case", 2, day.Add(time.Hour), nil, c.x)
	b.Run(fmt.Sprintf("custody/50/%d", n), func(b *testing.B) {
		c.nexts(b, 50)
		began = time.Now()
		c.assign(triage.Assignment{Number: "case", Event: 3}, nil)
		b.ReportMetric(float64(len(media))/time.Since(began).Seconds(), "taken-back/s")
	})
}
