package main

import (
	"container/heap"
	"math/rand/v2"
	"slices"
	"strings"

	"vigie/triage/signals"
)

// model is a queue in this process: it can be worked many times over, by other points, for which the service would need minutes.
// What it makes of decisions is what the service makes of them (package signals); that it opens the same groups, each run makes sure of.
type model struct {
	groups  []*group // in the order of their identifiers, which tells equals apart
	reasons []signals.Reason
	of      [][]int  // of each group: which of reasons
	folders [][]int  // of each group: which folders its open members lie in
	decided [][]part // of each group: which folders a decision of it counts in
	beside  [][]int  // of each folder: which groups have open members there
}

// part is how many members of a group lie in a folder.
type part struct{ folder, members int }

// newModel makes a model of a queue that nobody has decided anything of.
func newModel(queue []*group) *model {
	m := &model{groups: slices.Clone(queue)}
	slices.SortFunc(m.groups, func(a, b *group) int { return strings.Compare(string(a.ID), string(b.ID)) })
	reasons, folders := make(map[signals.Reason]int), make(map[folder]int)
	for i, g := range m.groups {
		var of, open []int
		for _, r := range g.Reasons {
			r.Points, r.Detail = 0, ""
			if _, met := reasons[r]; !met {
				reasons[r] = len(m.reasons)
				m.reasons = append(m.reasons, r)
			}
			of = append(of, reasons[r])
		}
		var decided []part
		for _, l := range g.lies {
			if _, met := folders[l.folder]; !met {
				folders[l.folder] = len(m.beside)
				m.beside = append(m.beside, nil)
			}
			f := folders[l.folder]
			decided = append(decided, part{f, l.members})
			if l.open > 0 {
				open = append(open, f)
				m.beside[f] = append(m.beside[f], i)
			}
		}
		m.of, m.folders, m.decided = append(m.of, of), append(m.folders, open), append(m.decided, decided)
	}
	return m
}

// walk is a reviewer's way through a model's queue.
type walk struct {
	*model
	wrong   []bool // of which groups the reviewer decides the contrary of what is true; nil: of none
	points  map[int]int
	weights *signals.Weights
	scores  []int // without what decisions add
	now     []int // with it
	classes []class
	queue   queue
	opened  []bool
	order   []*group // as opened
}

// class is what was decided in a folder.
type class struct{ illegal, decided, class int }

// start begins to work a model's queue, by some weights.
func (m *model) start(weights *signals.Weights, wrong []bool) *walk {
	w := &walk{
		model: m, wrong: wrong, points: make(map[int]int), weights: weights,
		scores: make([]int, len(m.groups)), opened: make([]bool, len(m.groups)), classes: make([]class, len(m.beside)), queue: make(queue, len(m.groups)),
	}
	points := make([]int, len(m.reasons))
	for i, r := range m.reasons {
		points[i], _ = weights.Rescore([]signals.Reason{r})
	}
	for i, of := range m.of {
		for _, r := range of {
			w.scores[i] += points[r]
		}
		w.queue[i] = place{w.scores[i], i}
	}
	w.now = slices.Clone(w.scores)
	heap.Init(&w.queue)
	return w
}

// open opens groups, a handful at a time, until n are open.
func (w *walk) open(n int) {
	for len(w.order) < n {
		var some []int
		for len(some) < min(handful, n-len(w.order)) && len(w.queue) > 0 {
			p := heap.Pop(&w.queue).(place)
			if !w.opened[p.group] && w.now[p.group] == p.score { // else it has another place by now
				w.opened[p.group] = true
				some = append(some, p.group)
			}
		}
		if len(some) == 0 {
			return
		}
		for _, g := range some {
			w.order = append(w.order, w.groups[g])
		}
		w.decide(some)
	}
}

// decide has decisions count in the folders of groups, and the groups beside them find their places.
func (w *walk) decide(some []int) {
	changed := make(map[int]int) // folders, with their classes before
	for _, g := range some {
		illegal := w.groups[g].illegal()
		if w.wrong != nil && w.wrong[g] {
			illegal = !illegal
		}
		for _, p := range w.decided[g] {
			c := &w.classes[p.folder]
			if _, met := changed[p.folder]; !met {
				changed[p.folder] = c.class
			}
			c.decided += p.members
			if illegal {
				c.illegal += p.members
			}
			c.class = decidedClass(c.illegal, c.decided)
		}
	}
	for f, before := range changed {
		if w.classes[f].class == before {
			continue
		}
		for _, g := range w.beside[f] {
			if !w.opened[g] {
				w.place(g)
			}
		}
	}
}

// place gives a group the place in the queue that decisions beside it make: those of the best of its folders count.
func (w *walk) place(g int) {
	best := w.classes[w.folders[g][0]].class
	for _, f := range w.folders[g][1:] {
		best = max(best, w.classes[f].class)
	}
	if score := w.scores[g] + w.worth(best); score != w.now[g] {
		w.now[g] = score
		heap.Push(&w.queue, place{score, g})
	}
}

// worth is how many points a class gives.
func (w *walk) worth(class int) int {
	points, known := w.points[class]
	if !known {
		if r, applies := decidedBeside(class); applies {
			points, _ = w.weights.Rescore([]signals.Reason{r})
		}
		w.points[class] = points
	}
	return points
}

// all returns the groups as they were opened, and behind them those that were not, in the queue's order.
func (w *walk) all() []*group {
	var rest []place
	for g := range w.groups {
		if !w.opened[g] {
			rest = append(rest, place{w.now[g], g})
		}
	}
	slices.SortFunc(rest, place.compare)
	all := slices.Clone(w.order)
	for _, p := range rest {
		all = append(all, w.groups[p.group])
	}
	return all
}

// work is the order in which a reviewer opens groups.
func (m *model) work(weights *signals.Weights, wrong []bool) []*group {
	w := m.start(weights, wrong)
	w.open(workedOf(len(m.groups)))
	return w.all()
}

// untouched is the queue's order before any decision.
func (m *model) untouched(weights *signals.Weights) []*group { return m.start(weights, nil).all() }

// errors says of which groups a reviewer decides the contrary of what is true, one in n.
func (m *model) errors(n int) []bool {
	wrong, r := make([]bool, len(m.groups)), rand.New(rand.NewPCG(uint64(n), 0)) //nolint:gosec // repeatable on purpose
	for g := range wrong {
		wrong[g] = r.IntN(n) == 0
	}
	return wrong
}

// place is where a group stands, or stood, in the queue.
type place struct{ score, group int }

func (p place) compare(other place) int {
	if p.score != other.score {
		return other.score - p.score
	}
	return p.group - other.group
}

// queue is a heap of places; some of them are of the past.
type queue []place

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].compare(q[j]) < 0 }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(p any)        { *q = append(*q, p.(place)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	p := (*q)[last]
	*q = (*q)[:last]
	return p
}
