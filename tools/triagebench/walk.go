package main

import (
	"container/heap"
	"slices"

	"vigie/triage/signals"
)

// walk is a reviewer's way through a model's queue.
type walk struct {
	*model
	wrong   []bool // of which groups the reviewer decides the contrary of what is true; nil: of none
	weights *signals.Weights
	points  [kinds]map[int]int // of each class, as far as it was met
	scores  []int              // without what is beside
	now     []int              // with it
	counts  []counted          // of each cell
	queue   queue
	opened  []bool
	order   []*group // as opened
}

// start begins to work a model's queue, by some weights.
func (m *model) start(weights *signals.Weights, wrong []bool) *walk {
	w := &walk{
		model: m, wrong: wrong, weights: weights,
		scores: make([]int, len(m.groups)), opened: make([]bool, len(m.groups)), counts: slices.Clone(m.begin), queue: make(queue, len(m.groups)),
	}
	for kind := range w.points {
		w.points[kind] = make(map[int]int)
	}
	points := make([]int, len(m.each))
	for i, r := range m.each {
		points[i], _ = weights.Rescore([]signals.Reason{r})
	}
	for i, of := range m.of {
		for _, r := range of {
			w.scores[i] += points[r]
		}
		w.now = append(w.now, w.score(i))
		w.queue[i] = place{w.now[i], i}
	}
	heap.Init(&w.queue)
	return w
}

// open opens groups until n are open, each after what the decision of the one before has made of the queue.
func (w *walk) open(n int) {
	for len(w.order) < n && len(w.queue) > 0 {
		p := heap.Pop(&w.queue).(place)
		if w.opened[p.group] || w.now[p.group] != p.score {
			continue // it has another place by now
		}
		w.opened[p.group] = true
		w.order = append(w.order, w.groups[p.group])
		w.decide(p.group)
	}
}

// decide has a decision count in the cells of a group, and finds the groups beside it their places.
func (w *walk) decide(g int) {
	illegal := w.groups[g].illegal()
	if w.wrong != nil && w.wrong[g] {
		illegal = !illegal
	}
	for _, p := range w.decided[g] {
		c := &w.counts[p.cell]
		before := c.class
		c.decided += p.members
		if illegal {
			c.illegal += p.members
		}
		if c.class = class(p.kind, c.illegal, c.decided); c.class != before {
			w.reorder(w.beside[p.cell])
		}
	}
}

// reorder finds groups their places for which something has changed.
func (w *walk) reorder(groups []int) {
	for _, g := range groups {
		if score := w.score(g); !w.opened[g] && score != w.now[g] {
			w.now[g] = score
			heap.Push(&w.queue, place{score, g})
		}
	}
}

// score is a group's as decisions are now. Of several cells of a kind the best counts.
func (w *walk) score(g int) int {
	score, shoot := w.scores[g], false
	for kind, cells := range w.within[g] {
		if len(cells) == 0 || kind == ofCamera && shoot {
			continue
		}
		best := w.counts[cells[0]].class
		for _, c := range cells[1:] {
			best = max(best, w.counts[c].class)
		}
		shoot = shoot || kind == ofShoot && best > 0
		score += w.worth(kind, best)
	}
	return score
}

// worth is how many points a class gives.
func (w *walk) worth(kind, class int) int {
	points, known := w.points[kind][class]
	if known {
		return points
	}
	for _, told := range tells[kind] {
		if r, applies := told.reason(class); applies {
			r.Signal = told.signal
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
