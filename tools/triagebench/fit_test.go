package main

import (
	"testing"

	"vigie/tools/triagebench/drive"
	"vigie/triage/signals"
)

// TestFit raises a signal that tells, has one that misleads count for less, and leaves alone what applies to nothing, or by no
// means the other way.
func TestFit(t *testing.T) {
	var lines []string
	for i := range 400 {
		switch {
		case i%40 == 0:
			lines = append(lines, "+ a peer-to-peer web-copy")
		case i%40 == 1:
			lines = append(lines, "- b camera-tables")
		default:
			lines = append(lines, "- c")
		}
	}
	queue, planted := queueOf(lines...)
	d := &drive.Drive{Seed: 7}
	for s := range planted {
		d.Planted = append(d.Planted, s)
	}
	inForce := points(map[signals.Signal]int{signals.PeerToPeer: 10, signals.WebCopy: -10, signals.CameraTables: 5, signals.Stock: -20, signals.Sent: 15})
	before := newModel(queue, nil).untouched(inForce)
	r := newReport(measured{before: before, worked: before}, &drive.World{Drives: []*drive.Drive{d}}, 0)
	r.weights = inForce
	f := newFitting([]*report{r, r})
	was, is := f.inForce, f.fitted()
	if f.value(is) <= f.value(was) || f.value(is) < .5 {
		t.Errorf("what is found goes from %.3f to %.3f", f.value(was), f.value(is))
	}
	got := func(s signals.Signal) int { return is.Points[s] }
	if got(signals.PeerToPeer)+got(signals.WebCopy) <= got(signals.CameraTables) || got(signals.WebCopy) > 0 || got(signals.CameraTables) < 0 {
		t.Errorf("fitted %v", is.Points)
	}
	if got(signals.Stock) != was.Points[signals.Stock] || got(signals.Sent) != was.Points[signals.Sent] {
		t.Error("points of signals that apply to nothing are changed")
	}
	if was.Points[signals.PeerToPeer] != 10 {
		t.Error("the weights in force are changed")
	}
}
