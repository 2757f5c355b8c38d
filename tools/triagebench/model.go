package main

import (
	"math/rand/v2"
	"slices"
	"strings"

	"vigie/triage/signals"
)

// model is a queue in this process: it can be worked many times over, by other points, for which the service would need minutes.
// What it makes of decisions is what the service makes of them (package signals); that it opens the same groups, each run makes
// sure of.
type model struct {
	groups  []*group // in the order of their identifiers, which tells equals apart
	reasons          // but for those that change with decisions
	cells
}

// reasons are what speaks for groups, whatever is decided.
type reasons struct {
	each []signals.Reason // once
	of   [][]int          // of each group: which of these
}

// cells are where decisions count.
type cells struct {
	within  [][kinds][]int // of each group: in which cells open members lie
	decided [][]part       // of each group: in which cells a decision of it counts
	beside  [][]int        // of each cell: which groups have open members there
	begin   []counted      // of each cell, before any decision
}

// part is how many members of a group lie in a cell, which is of a kind.
type part struct{ cell, kind, members int }

// counted is what was decided in a cell: of how many media, and what that tells (class).
type counted struct{ illegal, decided, class int }

// newModel makes a model of a queue that nobody has decided anything of. Some media are known: they count in cells as illegal.
func newModel(queue []*group, known map[cell]int) *model {
	groups := slices.Clone(queue)
	slices.SortFunc(groups, func(a, b *group) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return &model{groups, reasonsOf(groups), cellsAround(groups, known)}
}

func reasonsOf(groups []*group) reasons {
	rs, met := reasons{of: make([][]int, len(groups))}, make(map[signals.Reason]int)
	for i, g := range groups {
		for _, r := range g.Reasons {
			if changes(r.Signal) {
				continue
			}
			r.Points, r.Detail = 0, ""
			if _, known := met[r]; !known {
				met[r] = len(rs.each)
				rs.each = append(rs.each, r)
			}
			rs.of[i] = append(rs.of[i], met[r])
		}
	}
	return rs
}

func cellsAround(groups []*group, known map[cell]int) cells {
	cs, met := cells{within: make([][kinds][]int, len(groups)), decided: make([][]part, len(groups))}, make(map[cell]int)
	for i, g := range groups {
		for _, l := range g.lies {
			c, there := met[l.cell]
			if !there {
				c = len(cs.begin)
				met[l.cell] = c
				n := known[l.cell]
				cs.begin = append(cs.begin, counted{n, n, class(l.kind, n, n)})
				cs.beside = append(cs.beside, nil)
			}
			if l.members > 0 {
				cs.decided[i] = append(cs.decided[i], part{c, l.kind, l.members})
			}
			if l.open > 0 {
				cs.within[i][l.kind] = append(cs.within[i][l.kind], c)
				cs.beside[c] = append(cs.beside[c], i)
			}
		}
	}
	return cs
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
