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
	q, err := measure(t.Context(), t.TempDir(), world)
	if err != nil {
		t.Fatal(err)
	}
	r, queue := newReport(q, world, 20), q.before
	if err := r.agree(); err != nil {
		t.Error(err)
	}
	if n := parting(r.model.work(r.weights, nil), q.worked); n < workedOf(len(queue)) {
		t.Errorf("the model's reviewer parts from the service's at group %d", n+1)
	}
	if len(r.planted) == 0 || r.overall.missed != 0 || r.overall.found(1) != 1 {
		t.Errorf("%d planted, of which %d are in no group of the queue", len(r.planted), r.overall.missed)
	}
	if parting(q.before, q.worked) >= workedOf(len(queue)) {
		t.Error("the queue learns nothing from decisions")
	}
	groups := make(map[*drive.Scene]int)
	for _, g := range queue {
		groups[g.scene]++
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
	for _, want := range []string{"Vigie, before any decision", "newest first", "folder order", "random", "1 decision in 20 wrong", "Without one signal", "| 10 |", string(signals.Names()[0])} {
		if !strings.Contains(tables.String(), want) {
			t.Errorf("the tables say nothing of %q", want)
		}
	}
	if err := r.dump(&lines); err != nil {
		t.Fatal(err)
	}
	in := json.NewDecoder(strings.NewReader(lines.String()))
	for i, g := range q.worked {
		var d dumped
		if err := in.Decode(&d); err != nil || d.Score != g.Score || len(d.Seeds) == 0 || queue[d.Before-1].ID != g.ID {
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
func made(scores []int, planted ...int) ([]*group, map[*drive.Scene]bool) {
	var queue []*group
	truth := make(map[*drive.Scene]bool)
	for i, score := range scores {
		s := &drive.Scene{Ordinary: "thing"}
		if slices.Contains(planted, i) {
			s = &drive.Scene{Context: drive.Alone}
			truth[s] = true
		}
		g := triage.Group{ID: triage.GroupID("g" + string(rune('0'+i))), Score: score, Reasons: []signals.Reason{{Signal: "one", Points: score}}}
		queue = append(queue, &group{Group: g, scene: s, drives: []int{i % 2}})
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

func TestPlotAndDocument(t *testing.T) {
	queue, truth := made([]int{9, 8, 7, 6}, 1)
	d := &drive.Drive{Seed: 7}
	for s := range truth {
		d.Planted = append(d.Planted, s)
	}
	r := newReport(measured{before: queue, worked: queue}, &drive.World{Drives: []*drive.Drive{d, {Seed: 8}}}, 0)
	svg := r.plot()
	for _, want := range []string{"<title", "<desc", "prefers-color-scheme: dark", "role=\"img\"", "newest first", "Vigie, before any decision"} {
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
	ws := worlds{r}
	for range 2 {
		if err := ws.renew(file); err != nil {
			t.Fatal(err)
		}
	}
	text, _ := os.ReadFile(file)
	if s := string(text); !strings.HasPrefix(s, "before\n") || !strings.HasSuffix(s, "after\n") || strings.Contains(s, "what was there") || strings.Count(s, "newest first") != 1 {
		t.Errorf("the document is now\n%s", s)
	}
	if err := os.WriteFile(file, []byte("no place"), 0o600); err != nil || ws.renew(file) == nil {
		t.Error("a document without a place for the tables is written")
	}
}
