package main

import (
	"maps"
	"slices"
	"sync"

	"vigie/api/i18n"
	"vigie/triage"
)

// tally counts items by disposition, and those that could not be read or are refused by their reasons too.
type tally struct {
	mu sync.Mutex
	of map[triage.Disposition]map[string]int // by reason; "" where there is none
}

func newTally() *tally { return &tally{of: make(map[triage.Disposition]map[string]int)} }

// add counts n items, fewer where n is negative.
func (t *tally) add(d triage.Disposition, reason string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of[d] == nil {
		t.of[d] = make(map[string]int)
	}
	t.of[d][reason] += n
}

// count returns how many items there are of a disposition.
func (t *tally) count(d triage.Disposition) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	total := 0
	for _, n := range t.of[d] {
		total += n
	}
	return total
}

// items returns the counts of all dispositions.
func (t *tally) items() map[string]int {
	items := make(map[string]int)
	for _, d := range triage.Dispositions {
		items[string(d)] = t.count(d)
	}
	return items
}

// reasons returns the counts by reason of the items that could not be read, or are refused. (In a list of findings, media
// have reasons too, which are another matter.)
func (t *tally) reasons() map[triage.Disposition]map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	reasons := make(map[triage.Disposition]map[string]int)
	for _, d := range []triage.Disposition{triage.IsUnreadable, triage.IsRefused} {
		some := maps.Clone(t.of[d])
		maps.DeleteFunc(some, func(_ string, n int) bool { return n == 0 })
		if len(some) > 0 {
			reasons[d] = some
		}
	}
	return reasons
}

// print prints how many items there are of each disposition, and why.
func (t *tally) print(env *environment) {
	rows := [][]string{{env.T("submit.items"), ""}}
	total := 0
	reasons := t.reasons()
	for _, d := range triage.Dispositions {
		n := t.count(d)
		total += n
		rows = append(rows, []string{i18n.Disposition(env.Lang, d), i18n.Number(env.Lang, n)})
		for _, reason := range slices.Sorted(maps.Keys(reasons[d])) {
			rows = append(rows, []string{"  " + i18n.Reason(env.Lang, reason), i18n.Number(env.Lang, reasons[d][reason])})
		}
	}
	table(env.Stdout, append(rows, []string{env.T("submit.total"), i18n.Number(env.Lang, total)}), 1)
}
