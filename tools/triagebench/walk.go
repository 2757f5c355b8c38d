package main

import (
	"container/heap"
	"math/rand/v2"
	"slices"
	"strings"

	"vigie/triage/signals"
)

// The kinds of cells.
const (
	inFolder = iota
	kinds    = iota
)

// tells are the signals by which decisions in a cell of each kind count for the groups that lie there.
var tells = [kinds]struct{ found, cleared signals.Signal }{
	inFolder: {foundBeside, clearedBeside},
}

// model is a queue in this process: it can be worked many times over, by other points, for which the service would need minutes.
// What it makes of decisions is what the service makes of them (package signals); that it opens the same groups, each run makes
// sure of.
type model struct {
	groups  []*group         // in the order of their identifiers, which tells equals apart
	reasons []signals.Reason // each once
	of      [][]int          // of each group: which of reasons
	within  [][kinds][]int   // of each group: in which cells open members lie
	decided [][]part         // of each group: in which cells a decision of it counts
	beside  [][]int          // of each cell: which groups have open members there
}

// part is how many members of a group lie in a cell.
type part struct{ cell, members int }

// newModel makes a model of a queue that nobody has decided anything of.
func newModel(queue []*group) *model {
	m := &model{groups: slices.Clone(queue)}
	slices.SortFunc(m.groups, func(a, b *group) int { return strings.Compare(string(a.ID), string(b.ID)) })
	m.of, m.within, m.decided = make([][]int, len(queue)), make([][kinds][]int, len(queue)), make([][]part, len(queue))
	reasons, cells := make(map[signals.Reason]int), make(map[cell]int)
	for i, g := range m.groups {
		for _, r := range g.Reasons {
			r.Points, r.Detail = 0, ""
			if _, met := reasons[r]; !met {
				reasons[r] = len(m.reasons)
				m.reasons = append(m.reasons, r)
			}
			m.of[i] = append(m.of[i], reasons[r])
		}
		for _, l := range g.lies {
			if _, met := cells[l.cell]; !met {
				cells[l.cell] = len(m.beside)
				m.beside = append(m.beside, nil)
			}
			c := cells[l.cell]
			if l.counts() {
				m.decided[i] = append(m.decided[i], part{c, l.members})
			}
			if l.open > 0 {
				m.within[i][l.kind] = append(m.within[i][l.kind], c)
				m.beside[c] = append(m.beside[c], i)
			}
		}
	}
	return m
}

// walk is a reviewer's way through a model's queue.
type walk struct {
	*model
	wrong   []bool // of which groups the reviewer decides the contrary of what is true; nil: of none
	weights *signals.Weights
	points  [kinds]map[int]int // of each class, as far as it was met
	scores  []int              // without what decisions add
	now     []int              // with it
	cells   []counted
	queue   queue
	opened  []bool
	order   []*group // as opened
}

// counted is what was decided in a cell: of how many media, and what that tells (signals.DecidedClass).
type counted struct{ illegal, decided, class int }

// start begins to work a model's queue, by some weights.
func (m *model) start(weights *signals.Weights, wrong []bool) *walk {
	w := &walk{
		model: m, wrong: wrong, weights: weights,
		scores: make([]int, len(m.groups)), opened: make([]bool, len(m.groups)), cells: make([]counted, len(m.beside)), queue: make(queue, len(m.groups)),
	}
	for kind := range w.points {
		w.points[kind] = make(map[int]int)
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

// decide has decisions count in the cells of groups, and finds the groups beside them their places.
func (w *walk) decide(some []int) {
	before := make(map[int]int) // classes of cells
	for _, g := range some {
		illegal := w.groups[g].illegal()
		if w.wrong != nil && w.wrong[g] {
			illegal = !illegal
		}
		for _, p := range w.decided[g] {
			c := &w.cells[p.cell]
			if _, met := before[p.cell]; !met {
				before[p.cell] = c.class
			}
			c.decided += p.members
			if illegal {
				c.illegal += p.members
			}
			c.class = decidedClass(c.illegal, c.decided)
		}
	}
	for c, class := range before {
		if w.cells[c].class == class {
			continue
		}
		for _, g := range w.beside[c] {
			if !w.opened[g] {
				w.place(g)
			}
		}
	}
}

// place gives a group the place in the queue that decisions beside it make. Of several cells of a kind the best counts.
func (w *walk) place(g int) {
	score := w.scores[g]
	for kind, cells := range w.within[g] {
		if len(cells) == 0 {
			continue
		}
		best := w.cells[cells[0]].class
		for _, c := range cells[1:] {
			best = max(best, w.cells[c].class)
		}
		score += w.worth(kind, best)
	}
	if score != w.now[g] {
		w.now[g] = score
		heap.Push(&w.queue, place{score, g})
	}
}

// worth is how many points a class gives.
func (w *walk) worth(kind, class int) int {
	points, known := w.points[kind][class]
	if known {
		return points
	}
	for _, told := range []struct {
		by     signals.Signal
		reason func(int) (signals.Reason, bool)
	}{{tells[kind].found, foundReason}, {tells[kind].cleared, clearedReason}} {
		if r, applies := told.reason(class); applies {
			r.Signal = told.by
			points, _ = w.weights.Rescore([]signals.Reason{r})
		}
	}
	w.points[kind][class] = points
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
