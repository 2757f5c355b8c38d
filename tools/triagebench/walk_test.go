package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vigie/tools/triagebench/drive"
	"vigie/triage"
	"vigie/triage/signals"
)

// queueOf makes a queue of lines "planted or not, folders, signals that apply": "+ a,b tells", "- a@3". What stands behind a folder
// is a day of it. All have open members.
func queueOf(lines ...string) (queue []*group, planted map[*drive.Scene]bool) {
	planted = make(map[*drive.Scene]bool)
	for i, line := range lines {
		g := &group{Group: triage.Group{ID: triage.GroupID(fmt.Sprintf("g%02d", i))}, scene: &drive.Scene{Ordinary: "thing"}}
		words := strings.Fields(line)
		if words[0] == "+" {
			g.scene = &drive.Scene{Context: drive.Alone}
			planted[g.scene] = true
		}
		for _, f := range strings.Split(words[1], ",") {
			name, day, _ := strings.Cut(f, "@")
			g.lie(&triage.Medium{Finding: triage.Unranked, Places: []triage.Place{{Exhibit: "x", Folder: triage.FolderKey(name), Day: triage.DayKey(day)}}})
		}
		for _, s := range words[2:] {
			g.Reasons = append(g.Reasons, signals.Reason{Signal: signals.Signal(s)})
		}
		queue = append(queue, g)
	}
	return queue, planted
}

func points(of map[signals.Signal]int) *signals.Weights { return &signals.Weights{Points: of} }

func ids(order []*group) string {
	var names []string
	for _, g := range order {
		names = append(names, string(g.ID)[1:])
	}
	return strings.Join(names, " ")
}

// TestWalk follows what decisions make of the queue.
func TestWalk(t *testing.T) {
	lines := []string{"- b first", "+ a first", "- b", "- c", "+ a", "+ a,b"} // numbers 0 to 5
	queue, _ := queueOf(lines...)
	m := newModel(queue, nil)
	weights := points(map[signals.Signal]int{"first": 50, signals.FoundBeside: 30, signals.ClearedBeside: -30})
	for _, c := range []struct {
		name    string
		weights *signals.Weights
		wrong   []bool
		opened  int
		want    string
	}{
		{"before any decision", weights, nil, 0, "00 01 02 03 04 05"},
		{"a folder is cleared, but for what lies elsewhere too", weights, nil, 1, "00 01 03 04 05 02"},
		{"in a folder with one that was found, then in others, then beside cleared ones", weights, nil, 2, "00 01 04 05 03 02"},
		{"found ones say nothing", without(weights, signals.FoundBeside), nil, 2, "00 01 03 04 05 02"},
		{"cleared ones say nothing", without(weights, signals.ClearedBeside), nil, 2, "00 01 04 05 02 03"},
		{"all decisions wrong", weights, slices.Repeat([]bool{true}, len(lines)), 2, "00 01 02 05 03 04"},
	} {
		w := m.start(c.weights, c.wrong)
		w.open(c.opened)
		if got := ids(w.all()); len(w.order) != c.opened || got != c.want {
			t.Errorf("%s: %d opened, %q; not %q", c.name, len(w.order), got, c.want)
		}
	}
	w := m.start(weights, nil)
	if w.open(2 * len(lines)); len(w.order) != len(lines) || len(w.all()) != len(lines) {
		t.Errorf("%d of %d groups opened", len(w.order), len(lines))
	}
}

// TestDays: what is decided of a day of a folder counts for that day alone, and known media do so before any decision.
func TestDays(t *testing.T) {
	weights := points(map[signals.Signal]int{"first": 50, signals.FoundThatDay: 30, signals.ClearedThatDay: -30})
	for _, c := range []struct {
		name  string
		lines []string
		known map[cell]int
		want  string
	}{
		{"found", []string{"+ a@1 first", "- a@2", "- b@1", "- a@1", "- a@", "- a@2,a@1"}, nil, "00 03 05 01 02 04"},
		{"cleared", []string{"- a@1 first", "- a@1", "- a@2", "- b@1", "- a@1,a@2", "- a@1,a@"}, nil, "00 02 03 04 05 01"},
		{"of no day", []string{"+ a@ first", "- a@1", "- a@"}, nil, "00 01 02"},
		{"known", []string{"- a@1 first", "- a@2", "- a@3"}, map[cell]int{{onDay, "x/a/3"}: 2}, "00 02 01"},
		{"known, and cleared", []string{"- a@1 first", "- a@1", "- a@2"}, map[cell]int{{onDay, "x/a/1"}: 1}, "00 01 02"},
	} {
		queue, _ := queueOf(c.lines...)
		for i := range queue {
			queue[i].Reasons = append(queue[i].Reasons, signals.Reason{Signal: signals.FoundThatDay}) // as of the moment at which it was read
		}
		w := newModel(queue, c.known).start(weights, nil)
		w.open(1)
		if got := ids(w.all()); got != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
}

// TestShoots: what is decided to be illegal counts for its shoot, in the hours and numbers around its own, and for its camera; what is
// cleared does not.
func TestShoots(t *testing.T) {
	taken := func(camera, hours string, numbers triage.NumberKeys) *triage.Medium {
		return &triage.Medium{
			Finding: triage.Unranked, Clue: triage.Clue{Camera: camera, Serial: true, Hours: hours},
			Places: []triage.Place{{Exhibit: "x", Folder: "f", Numbers: numbers}},
		}
	}
	media := []*triage.Medium{ // keys: its own, the one before, the one after
		taken("c", "213", ""), taken("c", "324", ""), taken("c", "435", ""), taken("d", "213", ""), taken("", "", "768"), taken("", "", "879"), taken("", "", "980"), taken("c", "", ""),
	}
	weights := points(map[signals.Signal]int{"first": 50, signals.ShootKnown: 30, signals.CameraKnown: 10})
	for _, c := range []struct {
		first   int
		planted bool
		want    string
	}{
		{0, true, "00 01 02 07 03 04 05 06"},
		{1, true, "01 00 02 07 03 04 05 06"},
		{5, true, "05 04 06 00 01 02 03 07"},
		{4, true, "04 05 00 01 02 03 06 07"},
		{0, false, "00 01 02 03 04 05 06 07"},
	} {
		queue, _ := queueOf(slices.Repeat([]string{"- a"}, len(media))...)
		for i, m := range media {
			queue[i].lies = nil
			queue[i].lie(m)
		}
		first := queue[c.first]
		first.Reasons = []signals.Reason{{Signal: "first"}}
		if c.planted {
			first.scene = &drive.Scene{Context: drive.Series}
		}
		w := newModel(queue, nil).start(weights, nil)
		w.open(1)
		if got := ids(w.all()); got != c.want {
			t.Errorf("%d, %v: %q, not %q", c.first, c.planted, got, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	queue, _ := queueOf(slices.Repeat([]string{"- a"}, 1000)...)
	m := newModel(queue, nil)
	wrong := 0
	for _, w := range m.errors(20) {
		if w {
			wrong++
		}
	}
	if wrong < 25 || wrong > 75 || !slices.Equal(m.errors(20), m.errors(20)) {
		t.Errorf("%d of 1000 wrong, not the same ones each time", wrong)
	}
}

// TestAgree: a service that has another queue, or finds something else, is seen.
func TestAgree(t *testing.T) {
	var lines []string
	for range 20 {
		lines = append(lines, "+ a camera-original", "- b web-copy", "- c")
	}
	queue, planted := queueOf(lines...)
	d := &drive.Drive{Seed: 7}
	for s := range planted {
		d.Planted = append(d.Planted, s)
	}
	world := &drive.World{Drives: []*drive.Drive{d}}
	m := newModel(queue, nil)
	before, worked := m.untouched(signals.Default()), m.work(signals.Default(), nil)
	r := newReport(measured{before: before, worked: worked}, world, 0)
	if err := r.agree(); err != nil || !strings.Contains(r.agreement(), "in the same order") {
		t.Errorf("%v; %s", err, r.agreement())
	}
	late := slices.Clone(worked)
	slices.Reverse(late)
	if newReport(measured{before: before, worked: late}, world, 0).agree() == nil {
		t.Error("a service whose reviewer finds something else is not seen")
	}
	if newReport(measured{before: late, worked: worked}, world, 0).agree() == nil {
		t.Error("a service with another queue is not seen")
	}
	swapped := slices.Clone(worked)
	swapped[3], swapped[4] = swapped[4], swapped[3]
	if r = newReport(measured{before: before, worked: swapped}, world, 0); r.agree() != nil || !strings.Contains(r.agreement(), "the same first 3 of 12 groups") {
		t.Errorf("%v; %s", r.agree(), r.agreement())
	}
}
