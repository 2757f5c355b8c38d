package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vigie/tools/triagebench/drive"
	"vigie/triage"
	"vigie/triage/signals"
)

// TestRun submits small drives to the real service, and looks at all that is made of its queue.
func TestRun(t *testing.T) {
	world := drive.Generate(drive.Options{Seeds: []uint64{9, 10, 11}, Media: 350, Now: lastSubmission})
	queue, err := rank(t.Context(), t.TempDir(), world)
	if err != nil {
		t.Fatal(err)
	}
	r := newReport(queue, world)
	if len(r.planted) == 0 || r.overall.missed != 0 || r.overall.found(1) != 1 {
		t.Errorf("%d planted, of which %d are in no group of the queue", len(r.planted), r.overall.missed)
	}
	groups := make(map[*drive.Scene]int)
	for i := range queue {
		groups[queue[i].scene]++
	}
	for s := range r.planted {
		if groups[s] != 1 {
			t.Errorf("%s: %d groups of one scene", s.Context, groups[s])
		}
	}
	for _, g := range queue {
		if g.scene.Ordinary == "known" {
			t.Error("known material is in the queue")
		}
	}
	var tables, lines strings.Builder
	r.write(&tables)
	for _, want := range []string{"newest first", "folder order", "random", "Without one signal", "| 10 |", string(signals.Names()[0])} {
		if !strings.Contains(tables.String(), want) {
			t.Errorf("the tables say nothing of %q", want)
		}
	}
	if err := r.dump(&lines); err != nil {
		t.Fatal(err)
	}
	in := json.NewDecoder(strings.NewReader(lines.String()))
	for i := range queue {
		var d dumped
		if err := in.Decode(&d); err != nil || d.Score != queue[i].Score || len(d.Seeds) == 0 {
			t.Fatalf("line %d: %+v, %v", i+1, d, err)
		}
		sum := 0
		for _, p := range d.Points {
			sum += p
		}
		if sum != d.Score {
			t.Fatalf("points of %d make a score of %d: leaving one out would tell nothing", sum, d.Score)
		}
	}
}

// made is a queue of groups g0, g1, … by their scores, some of them planted.
func made(scores []int, planted ...int) ([]group, map[*drive.Scene]bool) {
	var queue []group
	truth := make(map[*drive.Scene]bool)
	for i, score := range scores {
		s := &drive.Scene{Ordinary: "thing"}
		if slices.Contains(planted, i) {
			s = &drive.Scene{Context: drive.Alone}
			truth[s] = true
		}
		g := triage.Group{ID: triage.GroupID("g" + string(rune('0'+i))), Score: score, Reasons: []signals.Reason{{Signal: "one", Points: score}}}
		queue = append(queue, group{Group: g, scene: s, drives: []int{i % 2}})
	}
	return queue, truth
}

func TestCurve(t *testing.T) {
	queue, truth := made([]int{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, 0, 2, 7)
	c := newCurve(queue, truth, everywhere)
	for opened, want := range map[float64]float64{0: 0, .1: 1. / 3, .2: 1. / 3, .21: 2. / 3, .3: 2. / 3, .7: 2. / 3, .8: 1, 1: 1} {
		if got := c.found(opened); math.Abs(got-want) > 1e-9 {
			t.Errorf("first %.2f: %.2f found, not %.2f", opened, got, want)
		}
	}
	if got := c.needed(.9); got != "80.0 %" {
		t.Errorf("90 %% need %s", got)
	}
	truth[&drive.Scene{Context: drive.Alone}] = true
	if c = newCurve(queue, truth, everywhere); c.missed != 1 || c.found(1) != .75 || c.needed(.9) != "more than 100 %" {
		t.Errorf("one is in no group: %+v", c)
	}
	if c = newCurve(queue, truth, onDrive(0)); c.groups != 5 || len(c.at) != 2 {
		t.Errorf("of one drive: %+v", c)
	}
}

func TestWithout(t *testing.T) {
	queue, _ := made([]int{9, 8, 7})
	queue[1].Reasons = []signals.Reason{{Signal: "two", Points: 3}, {Signal: "one", Points: 5}}
	got := without(queue, "two")
	if got[0].ID != "g0" || got[1].ID != "g2" || got[2].ID != "g1" {
		t.Errorf("without it: %s, %s, %s", got[0].ID, got[1].ID, got[2].ID)
	}
	if inOrder(queue) != nil || inOrder(got) == nil {
		t.Error("an order that is not the queue's is not seen")
	}
}

// TestFit finds the weight of a signal that tells, of one that misleads, and of one that says nothing.
func TestFit(t *testing.T) {
	queue, _ := made(make([]int, 60))
	for i := range queue {
		queue[i].Reasons = nil
		add := func(s signals.Signal, applies bool) {
			if applies {
				queue[i].Reasons = append(queue[i].Reasons, signals.Reason{Signal: s})
			}
		}
		add("tells", i < 8)
		add("misleads", i >= 6 && i < 30)
		add("nothing", i%2 == 0)
	}
	points := fit(queue, func(g *group) bool { return g.ID < "g6" && g.ID >= "g0" && len(g.ID) == 2 })
	if points["tells"] < 10 || points["misleads"] > -5 || points["nothing"] > 8 || points["nothing"] < -8 {
		t.Errorf("fitted %v", points)
	}
}

func TestPlotAndDocument(t *testing.T) {
	queue, truth := made([]int{9, 8, 7, 6}, 1)
	d := &drive.Drive{Seed: 7}
	for s := range truth {
		d.Planted = append(d.Planted, s)
	}
	r := newReport(queue, &drive.World{Drives: []*drive.Drive{d, {Seed: 8}}})
	svg := r.plot()
	for _, want := range []string{"<title", "<desc", "prefers-color-scheme: dark", "role=\"img\"", "newest first"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the plot has no %q", want)
		}
	}
	x := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := x.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "ranking.md")
	if err := os.WriteFile(file, []byte("before\n"+renewFrom+"what was there\n"+renewTo+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.renew(file); err != nil {
			t.Fatal(err)
		}
	}
	text, _ := os.ReadFile(file)
	if s := string(text); !strings.HasPrefix(s, "before\n") || !strings.HasSuffix(s, "after\n") || strings.Contains(s, "what was there") || strings.Count(s, "newest first") != 1 {
		t.Errorf("the document is now\n%s", s)
	}
	if err := os.WriteFile(file, []byte("no place"), 0o600); err != nil || r.renew(file) == nil {
		t.Error("a document without a place for the tables is written")
	}
}
