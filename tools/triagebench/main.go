// Command triagebench measures ranking on simulated drives (package drive): which share of the groups that were planted
// is found when which share of the queue has been opened, in Vigie's order and in others, and without each signal in turn.
//
// Decoding and the reviewer alone are simulated: submission, matching, grouping, ranking, the queue and what decisions make of it
// are the service's own, over a real Redis and a folder. All drives of a run are cases of one service. "make bench-triage SEED=101" runs it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"vigie/tools/triagebench/drive"
	"vigie/triage"
)

// What a run must reach, at its default size: the share of planted groups that is found within the share of groups opened.
const (
	markFound  = .9
	markOpened = .05
)

// The default size: what the mark is for.
const (
	defaultDrives = 12
	defaultMedia  = 6000
)

// trainedSeeds are the first seeds, on which the weights were chosen, twelve at a time: what is published is of others.
const trainedSeeds = 48

type options struct {
	seed                  uint64
	drives, media, worlds int
	wrong                 int
	plot, dump, docs, dir string
	fit                   bool
}

func main() {
	var o options
	flag.Uint64Var(&o.seed, "seed", 101, "of the first drive; the others follow")
	flag.IntVar(&o.drives, "drives", defaultDrives, "how many, each a case of its own")
	flag.IntVar(&o.media, "media", defaultMedia, "of each drive, about")
	flag.IntVar(&o.worlds, "worlds", 1, "how many runs, of so many drives each, which know nothing of each other; the mark is for all of them, and files are written of the first")
	flag.IntVar(&o.wrong, "wrong", 20, "show too a reviewer of whose decisions one in so many is wrong; 0: none")
	flag.StringVar(&o.plot, "svg", "", "write the gain curve into a file")
	flag.StringVar(&o.dump, "dump", "", "write a line of JSON for each group into a file")
	flag.StringVar(&o.docs, "docs", "", "renew the tables of a document")
	flag.BoolVar(&o.fit, "fit", false, "improve the points on these drives, those of all worlds, and print them")
	flag.StringVar(&o.dir, "dir", "", "folder for the service's data (default: a temporary one, removed at the end)")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "triagebench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.dir == "" {
		made, err := os.MkdirTemp("", "triagebench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		o.dir = made
	}
	if o.seed <= trainedSeeds {
		fmt.Fprintf(os.Stderr, "seeds 1 to %d were used to choose the weights: this run proves nothing about them\n", trainedSeeds)
	}
	var reports worlds
	for i := range o.worlds {
		r, err := o.world(ctx, i)
		if err != nil {
			return err
		}
		r.write(os.Stdout)
		reports = append(reports, r)
	}
	reports.write(os.Stdout)
	if o.fit {
		newFitting(reports).write(os.Stdout)
	}
	if err := reports.files(o); err != nil {
		return err
	}
	whole := o.media >= defaultMedia && o.drives >= defaultDrives
	if found := reports.found(markOpened); whole && found < markFound {
		return fmt.Errorf("%.1f %% of planted groups are found within the first %.0f %%: the mark is %.0f %%", 100*found, 100*markOpened, 100*markFound)
	}
	return nil
}

// world measures one of the worlds.
func (o *options) world(ctx context.Context, number int) (*report, error) {
	seeds := make([]uint64, o.drives)
	for i := range seeds {
		seeds[i] = o.seed + uint64(number*o.drives+i) //nolint:gosec // small
	}
	begin := time.Now()
	world := drive.Generate(drive.Options{Seeds: seeds, Media: o.media, Now: lastSubmission})
	q, err := measure(ctx, filepath.Join(o.dir, strconv.Itoa(number)), world)
	if err != nil {
		return nil, err
	}
	r := newReport(q, world, o.wrong)
	r.took = time.Since(begin)
	return r, r.agree()
}

// files writes what was asked for.
func (ws worlds) files(o options) error {
	if o.plot != "" {
		if err := os.WriteFile(o.plot, []byte(ws[0].plot()), 0o644); err != nil { //nolint:gosec // a document
			return err
		}
	}
	if o.docs != "" {
		if err := ws.renew(o.docs); err != nil {
			return err
		}
	}
	if o.dump == "" {
		return nil
	}
	out, err := os.Create(o.dump)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := ws[0].dump(out); err != nil {
		return err
	}
	return out.Close()
}

// dumped is one group, in the order in which the reviewer opened them; those that stayed come behind.
type dumped struct {
	Group     string         `json:"group"`
	Scene     string         `json:"scene"` // its code in the simulation, by which its files can be found there
	Seeds     []uint64       `json:"seeds"` // of the drives in which it lies
	Context   drive.Context  `json:"context,omitempty"`
	Untraced  bool           `json:"untraced,omitempty"`
	Disguises []string       `json:"disguises,omitempty"`
	Ordinary  string         `json:"ordinary,omitempty"`
	Members   int            `json:"members"`
	Score     int            `json:"score"`  // when it was opened
	Points    map[string]int `json:"points"` // of these, by signal
	Before    int            `json:"before"` // its place in the queue before any decision, from 1
}

func (r *report) dump(w io.Writer) error {
	out, before := json.NewEncoder(w), make(map[triage.GroupID]int)
	for i, g := range r.before {
		before[g.ID] = i + 1
	}
	for _, g := range r.worked {
		line := dumped{
			Group: string(g.ID), Scene: g.scene.Code.String(), Seeds: g.seeds(r.world), Context: g.scene.Context, Untraced: g.scene.Untraced, Disguises: g.scene.Disguises, Ordinary: g.scene.Ordinary,
			Members: g.Members, Score: g.Score, Points: make(map[string]int), Before: before[g.ID],
		}
		for _, reason := range g.Reasons {
			line.Points[string(reason.Signal)] += reason.Points
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
