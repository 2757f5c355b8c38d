package index

import (
	"slices"
	"sync"
)

// toMerge returns which neighbouring parts are to become one: those without bands, those of which half was removed, and
// those that are not much larger than what comes after them. None: from == to.
func (s *state[C, Q]) toMerge() (from, to int) {
	from, to = len(s.fixed), len(s.fixed)
	rows := 0
	for i := len(s.fixed) - 1; i >= 0; i-- {
		p := s.fixed[i]
		size := len(p.ids)
		if rows+size > maxRows {
			if from < to {
				break
			}
			from, to, rows = i+1, i+1, 0
		}
		small := from == i+1 && from < to && size < growth*rows
		if p.bands == nil || 2*p.dead.len() > size || small {
			from = i
		}
		rows += size
	}
	return from, to
}

// startMerging starts a goroutine that merges, if there is something to merge and none runs. The caller holds mu.
func (x *parts[C, Q]) startMerging() {
	s := x.now.Load()
	if x.merging || s == nil {
		return
	}
	if from, to := s.toMerge(); from == to {
		return
	}
	if x.merged == nil {
		x.merged = sync.NewCond(&x.mu)
	}
	x.merging = true
	go x.merge()
}

// settle waits until nothing is left to merge.
func (x *parts[C, Q]) settle() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for x.merging {
		x.merged.Wait()
	}
}

// merge makes one part of several until nothing is left to merge.
func (x *parts[C, Q]) merge() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for {
		s := x.now.Load()
		from, to := s.toMerge()
		if from == to {
			break
		}
		old := s.fixed[from:to]
		x.mu.Unlock()
		m := newMerger(old)
		x.mu.Lock()
		m.carryDeaths(old)
		s = x.now.Load() // with the parts that were added meanwhile
		fixed := append(slices.Clone(s.fixed[:from]), m.result...)
		x.now.Store(&state[C, Q]{fixed: append(fixed, s.fixed[to:]...), tail: s.tail})
	}
	x.merging = false
	x.merged.Broadcast()
}

// merger makes one part of several. What is removed from them meanwhile is removed from it at the end.
type merger[C codes[C, Q], Q any] struct {
	result []*part[C, Q] // one part, or none when no row was left
	copied []*rowSet     // the rows of each that were dead when they were copied; nil: the rows are shared
}

func newMerger[C codes[C, Q], Q any](old []*part[C, Q]) *merger[C, Q] {
	m := &merger[C, Q]{}
	p := old[0]
	if len(old) > 1 || p.dead.len() > 0 {
		p = m.copy(old)
	} else {
		p = &part[C, Q]{codes: p.codes, ids: p.ids, dead: p.dead}
	}
	if len(p.ids) == 0 {
		return m
	}
	p.bands = newBands(len(p.ids), p.codes.ring(), p.codes.column)
	m.result = []*part[C, Q]{p}
	return m
}

// copy returns a part of all living rows.
func (m *merger[C, Q]) copy(old []*part[C, Q]) *part[C, Q] {
	rows := 0
	for _, p := range old {
		rows += len(p.ids)
	}
	merged := &part[C, Q]{ids: make([]uint32, 0, rows), dead: newRowSet(rows)}
	merged.codes = merged.codes.empty(rows)
	for _, p := range old {
		dead := newRowSet(len(p.ids))
		for row, id := range p.ids {
			if p.dead.has(row) {
				dead.add(row)
				continue
			}
			merged.codes, merged.ids = merged.codes.appended(p.codes.at(row)), append(merged.ids, id)
		}
		m.copied = append(m.copied, dead)
	}
	return merged
}

// carryDeaths removes what was removed from the old parts since their rows were copied.
func (m *merger[C, Q]) carryDeaths(old []*part[C, Q]) {
	to := 0
	for i, dead := range m.copied {
		for row := range old[i].ids {
			if dead.has(row) {
				continue
			}
			if old[i].dead.has(row) {
				m.result[0].dead.add(to)
			}
			to++
		}
	}
}
