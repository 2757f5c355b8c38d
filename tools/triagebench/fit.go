package main

import (
	"fmt"
	"io"
	"math"
	"runtime"
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

// fitting improves points on the very drives of reports, beginning with those in force: for whoever chooses weights, and not
// what anybody should take over unread. What raises a rank goes on to raise it, what lowers it to lower it, and what counts for
// nothing does so.
type fitting struct {
	reports []*report
	inForce *signals.Weights
	begun   time.Time
}

func newFitting(reports []*report) *fitting {
	return &fitting{reports: reports, inForce: reports[0].weights, begun: time.Now()}
}

// fitted returns the improved points.
func (f *fitting) fitted() *signals.Weights {
	best, value := f.inForce, f.value(f.inForce)
	for range fitPasses {
		before := best
		for _, name := range signals.Names() {
			if time.Since(f.begun) < fitTime {
				best, value = f.improve(best, value, name)
			}
		}
		if best == before {
			break
		}
	}
	return best
}

// improve takes the best of some steps of a signal, if one is better.
func (f *fitting) improve(weights *signals.Weights, value float64, name signals.Signal) (*signals.Weights, float64) {
	tried := f.steps(weights, name)
	values := make([]float64, len(tried))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range tried {
		g.Go(func() error { values[i] = f.value(tried[i]); return nil })
	}
	_ = g.Wait()
	for i := range tried {
		if values[i] > value {
			weights, value = tried[i], values[i]
		}
	}
	return weights, value
}

// steps returns weights whose points of one signal are some more or less.
func (f *fitting) steps(weights *signals.Weights, name signals.Signal) (tried []*signals.Weights) {
	inForce := f.inForce.Points[name]
	for _, step := range fitSteps {
		points := weights.Points[name] + step
		if inForce == 0 || inForce*points < 0 || max(points, -points) > signals.MaxPoints {
			continue
		}
		other := without(weights, name)
		other.Points[name] = points
		tried = append(tried, other)
	}
	return tried
}

// value is what points find, on all drives, less what their changes must.
func (f *fitting) value(weights *signals.Weights) float64 {
	changed := 0
	for name, points := range weights.Points {
		by := points - f.inForce.Points[name]
		changed += max(by, -by)
	}
	sum, weight := 0.0, 0.0
	for _, r := range f.reports {
		last := fitMarks[len(fitMarks)-1].opened
		w := r.model.start(weights, nil)
		w.open(int(math.Ceil(last * float64(len(r.before)))))
		c := r.curve(w.order)
		c.groups = len(r.before)
		for _, m := range fitMarks {
			sum, weight = sum+m.weight*c.found(m.opened), weight+m.weight
		}
	}
	return sum/weight - fitPull*float64(changed)
}

// write prints fitted points, and what they find on the drives that they are fitted on.
func (f *fitting) write(w io.Writer) {
	fitted := f.fitted()
	var rows []row
	for _, r := range f.reports {
		from, found := r.world.Drives[0].Seed, r.curve(r.model.work(fitted, nil))
		rows = append(rows, r.overall.row(fmt.Sprintf("as they are, from seed %d on", from)), found.row(fmt.Sprintf("fitted, from seed %d on", from)))
	}
	table(w, "With points fitted on these very drives", "points", rows)
	fmt.Fprint(w, "\n| signal | points | fitted |\n|---|---:|---:|\n")
	for _, name := range signals.Names() {
		fmt.Fprintf(w, "| %s | %d | %d |\n", name, f.inForce.Points[name], fitted.Points[name])
	}
	fmt.Fprintf(w, "\nFitting took %s.\n", time.Since(f.begun).Round(time.Second))
}
