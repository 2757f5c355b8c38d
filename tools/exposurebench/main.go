// Command exposurebench measures how much somebody must see to decide a drive of new material: pictures that ordinary programs made
// of photographs and drawings are submitted to a running service as one exhibit, and a reviewer who is told the generator's truth
// about what a reveal shows decides all of its queue over REST, with at most one reveal a group; a second one confirms what is illegal
// without any. What was revealed is counted from the journal, every decision is held against the truth of each medium that it covers.
// "make bench-exposure" runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"vigie/triage"
)

// What a run must reach.
const (
	markReveals = 1                      // at most, of any group
	markPurity  = 0.99                   // share of decided media that show what most of their group shows
	markNext    = 100 * time.Millisecond // the 95th percentile: to open the next group
)

type options struct {
	vigie, dir    string
	media, scenes int
	hard, illegal int
	side          int
	seed          uint64
	step          string
	folders       []string // of photographs
}

func main() {
	var o options
	flag.StringVar(&o.vigie, "vigie", "bin/vigie", "the binary")
	flag.StringVar(&o.dir, "dir", "", "folder for drive and data (default: a temporary one, removed at the end)")
	flag.IntVar(&o.media, "media", 100_000, "how many")
	flag.IntVar(&o.scenes, "scenes", 2000, "how many things they show")
	flag.IntVar(&o.hard, "hard", 0, "one copy in so many is cropped, turned by degrees or in a collage, which no hash of the whole picture finds; 0: none")
	flag.IntVar(&o.illegal, "illegal", 5, "one scene in so many counts as illegal")
	flag.IntVar(&o.side, "side", 512, "longer side of the originals, in pixels")
	flag.Uint64Var(&o.seed, "seed", 1, "another seed, another drive")
	flag.StringVar(&o.step, "step", string(triage.StepColour), "the one step of every reveal: blurred, grey, colour or full")
	flag.Parse()
	o.folders = flag.Args()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "exposurebench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.dir == "" {
		made, err := os.MkdirTemp("", "exposurebench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		o.dir = made
	}
	r, err := measure(ctx, o)
	if err != nil {
		return err
	}
	r.write(os.Stdout)
	return errors.Join(r.marks(), r.quick())
}

// measure makes a drive, submits it, has its queue decided, and reads what that took.
func measure(ctx context.Context, o options) (*report, error) {
	begin := time.Now()
	d, err := o.makeDrive(ctx, filepath.Join(o.dir, "drive"))
	if err != nil {
		return nil, err
	}
	r := &report{drive: d, made: time.Since(begin)}
	s, err := startService(ctx, o)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	begin = time.Now()
	exhibit, err := s.submit(ctx, d.dir)
	if err != nil {
		return nil, err
	}
	r.submitted = time.Since(begin)
	begin = time.Now()
	if r.work, err = s.review(ctx, d, exhibit, triage.RevealStep(o.step)); err != nil {
		return nil, err
	}
	r.reviewed = time.Since(begin)
	if r.after, err = s.findings(ctx, d, exhibit); err != nil {
		return nil, err
	}
	s.stop()
	r.journal, err = s.exposure(ctx)
	return r, err
}
