package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/api/wire"
	running "vigie/tools/endtoend/service"
	"vigie/triage"
)

// TestRun has two reviewers decide a small drive of drawings on a running service.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	vigie, err := running.Build(dir)
	if err != nil {
		t.Fatal(err)
	}
	const media = 90
	r, err := measure(t.Context(), options{
		vigie: vigie, dir: filepath.Join(dir, "run"), media: media, scenes: 12, hard: 10, illegal: 2, side: 320, seed: 4, step: string(triage.StepBlurred),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.marks(); err != nil {
		t.Error(err)
	}
	all, _ := r.reveals()
	if all == 0 || all != r.work.groups-r.work.unseen || r.journal.by[string(triage.StepBlurred)] != all {
		t.Errorf("%d reveals are on record, %v, of %d groups that were decided", all, r.journal.by, r.work.groups)
	}
	if r.journal.served < all || r.journal.served > all*triage.MaxGrantPictures {
		t.Errorf("%d pictures of %d reveals", r.journal.served, all)
	}
	if decided := r.work.media; decided > media || decided+r.after.matched < media {
		t.Errorf("%d media were decided and %d matched, of %d", decided, r.after.matched, media)
	}
	if r.work.second == 0 || r.after.matched == 0 {
		t.Errorf("the second person gave %d opinions, %d media are known in the end", r.work.second, r.after.matched)
	}
	var table strings.Builder
	if r.write(&table); !strings.Contains(table.String(), "| reveals on record |") {
		t.Error(table.String())
	}
}

// TestTruth counts what a decision covers that is not what its verdict or most of its group says.
func TestTruth(t *testing.T) {
	d := &drive{scenes: []scene{{kind: drawing, illegal: true}, {kind: photograph}}, of: []int{0, 0, 1, 0, 1}}
	var sheet wire.Sheet
	for n := range d.of {
		sheet.Media = append(sheet.Media, wire.MediumFacts{Modified: []time.Time{firstModified.Add(time.Duration(n) * between)}})
	}
	sheet.Media[3].Finding = string(triage.NearKnown)
	r := &report{drive: d, work: &work{met: make(map[int]int), wrongOf: make(map[kind]int)}}
	if err := r.work.count(d, sheet, true); err != nil {
		t.Fatal(err)
	}
	if w := r.work; w.media != 4 || w.wrong != 2 || w.wrongOf[photograph] != 2 || w.pure != 2 {
		t.Errorf("of 2 illegal and 2 others it counts %+v", w)
	}
	if r.marks() == nil {
		t.Error("a purity of one half passes")
	}
	r.work.pure = 4
	r.journal.granted = map[string]int{"g": 2}
	if r.marks() == nil {
		t.Error("two reveals of one group pass")
	}
	if _, err := d.at(firstModified.Add(time.Second)); err == nil {
		t.Error("a time of no file is one's")
	}
}
