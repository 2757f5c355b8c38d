package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	running "vigie/tools/endtoend/service"
)

// TestRun submits a small source, and a small film; what they took is not held against the marks.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	vigie, err := running.Build(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		o     options
		items int
	}{
		"items": {options{items: 300, distinct: 20, folderItems: 200}, 300},
		"film":  {options{film: 3 << 20}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			tt.o.vigie, tt.o.dir, tt.o.seed = vigie, t.TempDir(), 1
			r, err := measure(t.Context(), tt.o)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.phases) != 3 || r.phases[2].printed == 0 {
				t.Fatalf("%+v", r)
			}
			last := r.phases[1].samples[len(r.phases[1].samples)-1]
			if last.done != tt.items || last.resident[byService] == 0 || last.resident[byRedis] == 0 || last.free == 0 {
				t.Errorf("%+v", last)
			}
			var table strings.Builder
			if r.write(&table); !strings.Contains(table.String(), "redis-server") {
				t.Error(table.String())
			}
		})
	}
}

// TestMarks has processes grow with the items, and stay.
func TestMarks(t *testing.T) {
	const items = 1_000_000
	for name, tt := range map[string]struct {
		side  int
		item  int64 // bytes
		fails bool
	}{
		"flat":                   {bySubmit, 0, false},
		"the submission grows":   {bySubmit, 200, true},
		"the service grows":      {byService, 200, true},
		"Redis and decoders may": {byRedis, 200, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := report{source: source{items: items}, phases: make([]phase, 1)}
			for done := 0; done <= items; done += items / 100 {
				s := sample{after: time.Duration(done) * time.Millisecond, done: done}
				for side := range sides {
					s.peak[side] = 100 << 20
				}
				s.peak[tt.side] += int64(done) * tt.item
				s.resident = s.peak
				r.phases[0].samples = append(r.phases[0].samples, s)
			}
			if err := r.marks(); (err != nil) != tt.fails {
				t.Error(err)
			}
			if slope := r.phases[0].slope(items, tt.side); int64(slope+.5) != tt.item {
				t.Errorf("%f bytes an item", slope)
			}
		})
	}
}

// TestItems makes the items that it says.
func TestItems(t *testing.T) {
	o := options{items: 450, distinct: 10, folderItems: 200, seed: 1}
	s, err := o.makeItems(t.Context(), filepath.Join(t.TempDir(), "source"))
	if err != nil || s.items != 450 || s.pictures != 10 || s.others == 0 || s.bytes == 0 {
		t.Errorf("%+v, %v", s, err)
	}
}
