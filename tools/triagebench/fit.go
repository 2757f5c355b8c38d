package main

import (
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/triage/signals"
)

// How points are fitted: by coordinate ascent on what the model's reviewer finds.
const (
	fitPasses = 4                // over all signals, unless one changes nothing
	fitTime   = 10 * time.Minute // after which no further signal is tried
	fitPull   = 1e-5             // what a point of change must find, as a share of what is planted: what finds nothing stays as it is
)

var (
	// fitSteps are what is tried of each signal.
	fitSteps = []int{1, -1, 2, -2, 5, -5, 10, -10, 20, -20}
	// fitMarks are within which shares of the groups it counts what is found, and how much.
	fitMarks = []struct{ opened, weight float64 }{{.02, 1}, {.03, 1}, {.04, 1}, {markOpened, 2}, {.07, 1}}
)

// fitted improves points for a report's very drives, beginning with those in force: for whoever chooses weights, and not what
// anybody should take over unread. What raises a rank goes on to raise it, what lowers it to lower it, and what counts for
// nothing does so.
func (r *report) fitted() *signals.Weights {
	best := *r.weights
	best.Points = maps.Clone(r.weights.Points)
	value, begin := r.value(&best), time.Now()
	for range fitPasses {
		before := value
		for _, name := range slices.Sorted(maps.Keys(best.Points)) {
			if time.Since(begin) > fitTime {
				return &best
			}
			tried := r.stepped(&best, name)
			values := make([]float64, len(tried))
			var g errgroup.Group
			g.SetLimit(runtime.GOMAXPROCS(0))
			for i := range tried {
				g.Go(func() error { values[i] = r.value(tried[i]); return nil })
			}
			_ = g.Wait()
			for i := range tried {
				if values[i] > value {
					value, best = values[i], *tried[i]
				}
			}
		}
		if value == before {
			break
		}
	}
	return &best
}

// stepped returns weights whose points of one signal are some more or less.
func (r *report) stepped(weights *signals.Weights, name signals.Signal) (tried []*signals.Weights) {
	for _, step := range fitSteps {
		points, inForce := weights.Points[name]+step, r.weights.Points[name]
		if inForce == 0 || inForce*points < 0 || max(points, -points) > signals.MaxPoints {
			continue
		}
		other := without(weights, name)
		other.Points[name] = points
		tried = append(tried, other)
	}
	return tried
}

// value is what points find, less what their changes must.
func (r *report) value(weights *signals.Weights) float64 {
	last := fitMarks[len(fitMarks)-1].opened
	w := r.model.start(weights, nil)
	w.open(int(last*float64(len(r.before))) + 1)
	c := r.curve(w.order)
	c.groups = len(r.before)
	sum, weight := 0.0, 0.0
	for _, m := range fitMarks {
		sum, weight = sum+m.weight*c.found(m.opened), weight+m.weight
	}
	changed := 0
	for name, points := range weights.Points {
		by := points - r.weights.Points[name]
		changed += max(by, -by)
	}
	return sum/weight - fitPull*float64(changed)
}

// writeFit prints fitted points, and what they find on the drives that they are fitted on.
func (r *report) writeFit(w io.Writer) {
	fitted := r.fitted()
	found := r.curve(r.model.work(fitted, nil))
	table(w, "With points fitted on these very drives", "points", []row{r.overall.row("as they are"), found.row("fitted")})
	fmt.Fprint(w, "\n| signal | points | fitted |\n|---|---:|---:|\n")
	for _, name := range signals.Names() {
		fmt.Fprintf(w, "| %s | %d | %d |\n", name, r.weights.Points[name], fitted.Points[name])
	}
}
