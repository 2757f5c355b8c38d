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
	ofShoot
	ofCamera
	kinds
)

// cell is where decisions are counted: a folder of an exhibit, what was changed there on one day, a piece of a shoot, a camera.
type cell struct {
	kind int
	key  string
}

// tell is a signal by which what is counted in a cell speaks for groups that lie there, or against them.
type tell struct {
	signal signals.Signal
	reason func(class int) (signals.Reason, bool)
}

// tells are those of each kind. What is of the same shoot is not counted as the same camera, too (walk.score).
var tells = [kinds][]tell{
	inFolder: {{signals.FoundBeside, signals.FoundReason}, {signals.ClearedBeside, signals.ClearedReason}},
	onDay:    {{signals.FoundThatDay, signals.FoundReason}, {signals.ClearedThatDay, signals.ClearedReason}},
	ofShoot:  {{signals.ShootKnown, anyIllicit}},
	ofCamera: {{signals.CameraKnown, anyIllicit}},
}

func anyIllicit(class int) (signals.Reason, bool) { return signals.Reason{}, class > 0 }

// changes reports whether a signal is one of these: it comes and goes with decisions.
func changes(name signals.Signal) bool {
	return slices.ContainsFunc(tells[:], func(of []tell) bool {
		return slices.ContainsFunc(of, func(t tell) bool { return t.signal == name })
	})
}

// class is what so many media, decided in a cell of a kind, tell there: signals.DecidedClass, or whether any was illegal.
func class(kind, illegal, decided int) int {
	if kind == ofShoot || kind == ofCamera {
		return min(illegal, 1)
	}
	return signals.DecidedClass(illegal, decided)
}

// knownCount reports whether known media count in cells of a kind as if they had been decided to be illegal.
func knownCount(kind int) bool { return kind != inFolder }

// cellsOf are those of a place of a medium: its own, in which it counts, and those of which it is told. A shoot goes on in the hours and
// numbers around its own.
func cellsOf(m *triage.Medium, p *triage.Place) (own, told []cell) {
	there := string(p.Exhibit) + "/" + string(p.Folder)
	camera, day := m.Clue.Camera, cell{onDay, there + "/" + string(p.Day)}
	own = []cell{{inFolder, there}}
	if camera != "" {
		if !m.Clue.Serial {
			camera = string(p.Exhibit) + "/" + camera
		}
		own = append(own, cell{ofCamera, camera})
	}
	told = append(slices.Clone(own), day) // where no day is known nothing counts, which speaks for what lies there
	if p.Day != "" {
		own = append(own, day)
	}
	for _, keys := range []struct{ within, three string }{{camera, m.Clue.Hours}, {there, string(p.Numbers)}} {
		for i := range 3 {
			size := len(keys.three) / 3
			if size == 0 {
				break
			}
			c := cell{ofShoot, keys.within + "/" + keys.three[i*size:(i+1)*size]}
			if told = append(told, c); i == 0 {
				own = append(own, c)
			}
		}
	}
	return own, told
}

// lying tells what of a group lies in a cell, as the service has it.
type lying struct {
	cell
	members int // that count there when they are decided
	open    int // for whom it counts what was decided of others there
}

// lie notes where a member lies: once an exhibit, where it was first seen there.
func (g *group) lie(m *triage.Medium) {
	open := m.Finding == triage.ProbableNew || m.Finding == triage.Unranked
	for i := range m.Places {
		own, told := cellsOf(m, &m.Places[i])
		for _, c := range own {
			g.lieIn(c).members++
		}
		for _, c := range told {
			if open {
				g.lieIn(c).open++
			}
		}
	}
}

func (g *group) lieIn(c cell) *lying {
	at := slices.IndexFunc(g.lies, func(l lying) bool { return l.cell == c })
	if at < 0 {
		at = len(g.lies)
		g.lies = append(g.lies, lying{cell: c})
	}
	return &g.lies[at]
}
