package main

import (
	"slices"

	"vigie/triage"
	"vigie/triage/signals"
)

// The kinds of cells.
const (
	inFolder = iota
	onDay
	kinds
)

// tells are the signals by which decisions in a cell of each kind count for the groups that lie there.
var tells = [kinds]struct{ found, cleared signals.Signal }{
	inFolder: {signals.FoundBeside, signals.ClearedBeside},
	onDay:    {signals.FoundThatDay, signals.ClearedThatDay},
}

// changes reports whether a signal is one of these: it comes and goes with decisions.
func changes(name signals.Signal) bool {
	for _, t := range tells {
		if name == t.found || name == t.cleared {
			return true
		}
	}
	return false
}

// cell is where decisions are counted: a folder of an exhibit, or what was changed there on one day.
type cell struct {
	kind    int // an index of tells
	exhibit triage.ExhibitID
	folder  triage.FolderKey
	day     triage.DayKey // onDay; "": it is not known, and nothing is counted
}

// counts reports whether decisions are counted there.
func (c *cell) counts() bool { return c.kind != onDay || c.day != "" }

// lying tells what of a group lies in a cell, as the service has it.
type lying struct {
	cell
	members int // for whom a decision counts
	open    int // of these, for whom counts what was decided of others there
}

// cellsOf are those of a place.
func cellsOf(p *triage.Place) [kinds]cell {
	return [kinds]cell{inFolder: {inFolder, p.Exhibit, p.Folder, ""}, onDay: {onDay, p.Exhibit, p.Folder, p.Day}}
}

// lie notes where a member lies: once an exhibit, where it was first seen there.
func (g *group) lie(m *triage.Medium) {
	for i := range m.Places {
		for _, c := range cellsOf(&m.Places[i]) {
			g.lieIn(c, m)
		}
	}
}

func (g *group) lieIn(c cell, m *triage.Medium) {
	at := slices.IndexFunc(g.lies, func(l lying) bool { return l.cell == c })
	if at < 0 {
		at = len(g.lies)
		g.lies = append(g.lies, lying{cell: c})
	}
	g.lies[at].members++
	if m.Finding == triage.ProbableNew || m.Finding == triage.Unranked {
		g.lies[at].open++
	}
}
