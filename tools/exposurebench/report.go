package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"vigie/triage"
)

// exposure is what the journal says was shown.
type exposure struct {
	granted map[string]int // reveals, by group
	served  int            // pictures that were handed out
	by      map[string]int // reveals, by step
}

// exposure counts the reveals and pictures that are on record.
func (s *service) exposure(ctx context.Context) (x exposure, err error) {
	x = exposure{granted: make(map[string]int), by: make(map[string]int)}
	j, err := s.journal(ctx)
	if err != nil {
		return x, err
	}
	for ev, err := range j.Read(ctx, 1) {
		if err != nil {
			return x, err
		}
		switch ev.Kind {
		case triage.RevealGranted:
			var details struct{ Step string }
			if err := json.Unmarshal(ev.Data, &details); err != nil {
				return x, err
			}
			x.granted[ev.Subject]++
			x.by[details.Step]++
		case triage.PictureServed:
			x.served++
		}
	}
	return x, nil
}

// report is all that one run measured.
type report struct {
	drive                     *drive
	made, submitted, reviewed time.Duration
	work                      *work
	after                     after
	journal                   exposure
}

func (r *report) purity() float64 { return float64(r.work.pure) / float64(max(r.work.media, 1)) }

// reveals returns how many reveals there were, and the most of one group.
func (r *report) reveals() (all, most int) {
	for _, n := range r.journal.granted {
		all, most = all+n, max(most, n)
	}
	return all, most
}

// next is the 95th percentile of the time to open the next group.
func (r *report) next() time.Duration {
	if len(r.work.opening) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.work.opening))
	return sorted[len(sorted)*95/100]
}

func (r *report) write(w io.Writer) {
	all, most := r.reveals()
	k := r.work
	kinds := make(map[kind]int)
	illegal := 0
	for _, s := range r.drive.scenes {
		kinds[s.kind]++
		if s.illegal {
			illegal++
		}
	}
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "| %s | %s |\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(w, "\n| of %d media that show %d scenes | |\n|---|---|\n", len(r.drive.of), len(r.drive.scenes))
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		line("scenes: "+string(name), "%d", kinds[name])
	}
	line("scenes that count as illegal", "%d", illegal)
	line("groups decided", "%d, the largest of %d media", k.groups, k.largest)
	line("scenes that most of some group show", "%d", len(k.met))
	line("proposals confirmed without a look", "%d", k.joined)
	line("opinions of the second person, without a look", "%d", k.second)
	line("reveals on record", "%d, at most %d of a group; %d groups had nothing to show", all, most, k.unseen)
	line("pictures shown", "%d (%.1f %% of the media)", r.journal.served, 100*float64(r.journal.served)/float64(len(r.drive.of)))
	line("media decided", "%d", k.media)
	line("media that show what most of their group shows", "%.4f", r.purity())
	line("decisions that hit a wrong medium", "%d media (%.4f %%) %v", k.wrong, 100*float64(k.wrong)/float64(max(k.media, 1)), k.wrongOf)
	line("in the end known or near what two people confirmed", "%d media, %d of them not illegal", r.after.matched, r.after.wrong)
	line("in the end without a finding", "%d media", r.after.undecided)
	line("to open the next group, p95", "%s", r.next().Round(100*time.Microsecond))
	line("to make, to submit and examine, to review", "%s, %s, %s", r.made.Round(time.Second), r.submitted.Round(time.Second), r.reviewed.Round(time.Second))
}

// marks fails where a run is below what it must reach, however fast it was.
func (r *report) marks() error {
	_, most := r.reveals()
	switch {
	case most > markReveals:
		return fmt.Errorf("%d reveals of one group: the mark is %d", most, markReveals)
	case r.purity() < markPurity:
		return fmt.Errorf("purity is %.4f: the mark is %.2f", r.purity(), markPurity)
	case r.after.undecided > 0:
		return fmt.Errorf("%d media are without a finding", r.after.undecided)
	}
	return nil
}

// quick fails where the next group takes too long to open.
func (r *report) quick() error {
	if r.next() > markNext {
		return fmt.Errorf("the next group takes %s: the mark is %s", r.next(), markNext)
	}
	return nil
}
