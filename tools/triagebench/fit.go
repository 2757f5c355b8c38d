package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"vigie/triage/signals"
)

// How weights are fitted: by logistic regression on which signals apply, whose coefficients add up as points do.
const (
	fitRounds     = 300
	fitStep       = .5
	fitRidge      = 1.   // pulls the coefficients of what is rare to nothing
	fitImportance = .1   // of all planted groups together, as a part of all others
	fitPoints     = 10.0 // a coefficient of 1
)

// pattern is a set of signals that apply together, with how many groups it applies to.
type pattern struct {
	signals         []signals.Signal
	planted, others float64
}

// fit returns the points by which additive signals order this queue about as well as they can: a bound, on the seeds that
// it is fitted on, for whoever chooses weights, and not what anybody should take over unread.
func fit(queue []group, planted func(*group) bool) map[signals.Signal]int {
	patterns := patternsOf(queue, planted)
	found, other := 0.0, 0.0
	for _, p := range patterns {
		found, other = found+p.planted, other+p.others
	}
	importance := fitImportance * other / max(found, 1)
	const bias signals.Signal = ""
	weight, slope := map[signals.Signal]float64{}, map[signals.Signal]float64{}
	for range fitRounds { // AdaGrad: Duchi, Hazan and Singer 2011
		gradient := map[signals.Signal]float64{}
		for _, p := range patterns {
			sum := weight[bias]
			for _, s := range p.signals {
				sum += weight[s]
			}
			chance := 1 / (1 + math.Exp(-sum))
			pull := importance*p.planted*(1-chance) - p.others*chance
			gradient[bias] += pull
			for _, s := range p.signals {
				gradient[s] += pull
			}
		}
		for s, g := range gradient {
			if s != bias {
				g -= fitRidge * weight[s]
			}
			slope[s] += g * g
			weight[s] += fitStep * g / math.Sqrt(slope[s]+1e-9)
		}
	}
	points := make(map[signals.Signal]int)
	for s, w := range weight {
		if s != bias {
			points[s] = int(math.Round(fitPoints * w))
		}
	}
	return points
}

// patternsOf counts groups by which signals apply, in a fixed order.
func patternsOf(queue []group, planted func(*group) bool) []*pattern {
	all := make(map[string]*pattern)
	for i := range queue {
		var names []string
		for _, r := range queue[i].Reasons {
			names = append(names, string(r.Signal))
		}
		slices.Sort(names)
		names = slices.Compact(names)
		key := strings.Join(names, " ")
		p := all[key]
		if p == nil {
			p = &pattern{}
			for _, n := range names {
				p.signals = append(p.signals, signals.Signal(n))
			}
			all[key] = p
		}
		if planted(&queue[i]) {
			p.planted++
		} else {
			p.others++
		}
	}
	patterns := make([]*pattern, 0, len(all))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		patterns = append(patterns, all[key])
	}
	return patterns
}

// writeFit prints fitted points, and what they would find on the seeds that they are fitted on.
func (r *report) writeFit(w io.Writer) {
	points := fit(r.queue, func(g *group) bool { return r.planted[g.scene] })
	fitted := newCurve(sorted(r.queue, byScore(func(g *group) int {
		score := 0
		for _, reason := range g.Reasons {
			score += points[reason.Signal]
		}
		return score
	})), r.planted, everywhere)
	table(w, "With points fitted on these very drives", "points", []row{r.overall.row("as they are"), fitted.row("fitted")})
	fmt.Fprint(w, "\n| signal | fitted points |\n|---|---:|\n")
	names := slices.SortedFunc(maps.Keys(points), func(a, b signals.Signal) int {
		return 1000*(points[b]-points[a]) + strings.Compare(string(a), string(b))
	})
	for _, name := range names {
		fmt.Fprintf(w, "| %s | %d |\n", name, points[name])
	}
}
