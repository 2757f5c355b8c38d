package main

import (
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// report is what one run has measured.
type report struct {
	drive  *drive
	floor  floor
	folder twice
	image  twice // the same files in an E01
}

// twice are two submissions of one source, and what the first one took of the service's processors.
type twice struct {
	first, second submitted
	spent         []spent
}

// submitted is what "vigie submit --wait --json" says, and how long it took in all.
type submitted struct {
	Seconds     float64            `json:"seconds"`
	WaitSeconds float64            `json:"wait_seconds"`
	Uploaded    int                `json:"uploaded"`
	Settled     bool               `json:"settled"`
	Stages      map[string]float64 `json:"stages"`

	took, processor time.Duration
}

func (f floor) ratios(t twice) (first, second float64) {
	return t.first.took.Seconds() / f.sum().Seconds(), t.second.took.Seconds() / f.digests.Seconds()
}

func (r *report) write(out io.Writer) {
	fmt.Fprintf(out, "%d files, %.0f MB; %d of them photographs, %.0f MB; E01: %.0f MB\n", len(r.drive.paths), mega(r.drive.bytes), r.drive.pictures, mega(r.drive.media), mega(r.drive.packed))
	head := func(what string) { fmt.Fprintf(out, "\n| %s | folder | E01 |\n|---|---|---|\n", what) }
	line := func(what string, folder, image time.Duration) {
		fmt.Fprintf(out, "| %s | %.1f | %.1f |\n", what, folder.Seconds(), image.Seconds())
	}
	both := func(what string, d time.Duration) { fmt.Fprintf(out, "| %s | %.1f | |\n", what, d.Seconds()) }
	head("seconds")
	both("floor: three digests of all files", r.floor.digests)
	both("floor: djpeg at 1/8 of the photographs", r.floor.decode)
	both("floor: bare parallel PUT of the photographs", r.floor.put)
	both("floor", r.floor.sum())
	line("vigie submit --wait, to the last finding", r.folder.first.took, r.image.first.took)
	line("… of that until the exhibit was sealed", seconds(r.folder.first.Seconds), seconds(r.image.first.Seconds))
	line("the same drive again", r.folder.second.took, r.image.second.took)

	head("seconds of the processors, first time")
	line("vigie submit", r.folder.first.processor, r.image.first.processor)
	of := make(map[string]time.Duration)
	for _, s := range r.image.spent {
		of[s.what] = s.time
	}
	for _, s := range r.folder.spent {
		line(s.what, s.time, of[s.what])
	}
	head("stages of the service, added up over what is done at once")
	for _, stage := range slices.Sorted(maps.Keys(r.folder.first.Stages)) {
		line(stage, seconds(r.folder.first.Stages[stage]), seconds(r.image.first.Stages[stage]))
	}
	fmt.Fprintln(out)
	for what, t := range r.sources() {
		first, second := r.floor.ratios(t)
		fmt.Fprintf(out, "%s, first: %.2f times the floor (mark %.1f); again: %.2f times the digests alone (mark %.1f)\n", what, first, markFirst, second, markSecond)
	}
}

// sources are what was submitted, by name.
func (r *report) sources() iter.Seq2[string, twice] {
	return func(yield func(string, twice) bool) {
		if yield("folder", r.folder) {
			yield("E01", r.image)
		}
	}
}

func mega(bytes int64) float64 { return float64(bytes) / 1e6 }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// marks fails where a run is slower than it may be.
func (r *report) marks() error {
	var missed []string
	for what, t := range r.sources() {
		first, second := r.floor.ratios(t)
		if first > markFirst {
			missed = append(missed, what+", first")
		}
		if second > markSecond {
			missed = append(missed, what+", again")
		}
	}
	if len(missed) > 0 {
		return fmt.Errorf("marks are missed: %s", strings.Join(missed, "; "))
	}
	return nil
}
