package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// report is what one run has measured.
type report struct {
	drive         *drive
	floor         floor
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

func (r *report) ratios() (first, second float64) {
	return r.first.took.Seconds() / r.floor.sum().Seconds(), r.second.took.Seconds() / r.floor.digests.Seconds()
}

func (r *report) write(out io.Writer) {
	fmt.Fprintf(out, "%d files, %.0f MB; %d of them photographs, %.0f MB\n\n", len(r.drive.paths), mega(r.drive.bytes), r.drive.pictures, mega(r.drive.media))
	fmt.Fprintln(out, "| | seconds |\n|---|---|")
	line := func(what string, d time.Duration) { fmt.Fprintf(out, "| %s | %.1f |\n", what, d.Seconds()) }
	line("floor: three digests of all files", r.floor.digests)
	line("floor: djpeg at 1/8 of the photographs", r.floor.decode)
	line("floor: bare parallel PUT of the photographs", r.floor.put)
	line("floor", r.floor.sum())
	line("vigie submit --wait, to the last finding", r.first.took)
	line("… of that until the exhibit was sealed", seconds(r.first.Seconds))
	line("the same drive again", r.second.took)
	fmt.Fprintln(out, "\n| seconds of the processors, first time | |\n|---|---|")
	line("vigie submit", r.first.processor)
	for _, s := range r.spent {
		line(s.what, s.time)
	}
	fmt.Fprintln(out, "\n| stages of the service, added up over what is done at once | |\n|---|---|")
	for _, stage := range slices.Sorted(maps.Keys(r.first.Stages)) {
		line(stage, seconds(r.first.Stages[stage]))
	}
	first, second := r.ratios()
	fmt.Fprintf(out, "\nfirst: %.2f times the floor (mark %.1f); again: %.2f times the digests alone (mark %.1f)\n", first, markFirst, second, markSecond)
}

func mega(bytes int64) float64 { return float64(bytes) / 1e6 }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// marks fails where a run is slower than it may be.
func (r *report) marks() error {
	first, second := r.ratios()
	if first > markFirst || second > markSecond {
		return fmt.Errorf("%s of the marks are missed", map[bool]string{true: "some", false: "both"}[first <= markFirst || second <= markSecond])
	}
	return nil
}
