// Command ingestbench measures what the way of a drive costs, from "vigie submit" to the last finding, beside what nobody can
// do without: reading and digesting every file, decoding the pictures at an eighth, and putting their bytes into the same store.
// All are measured in one run, one after the other, on the same files with warm caches; the drive goes in as a folder, and as an E01.
// "make bench-ingest" runs it.
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
)

// What a run must reach.
const (
	markFirst  = 1.5 // times the floor: to the last finding
	markSecond = 1.2 // times the digests alone: the same drive once more
)

type options struct {
	vigie, dir string
	files      int
	seed       uint64
	folders    []string // of photographs
}

func main() {
	var o options
	flag.StringVar(&o.vigie, "vigie", "bin/vigie", "the binary")
	flag.StringVar(&o.dir, "dir", "", "folder for drive and data (default: a temporary one, removed at the end)")
	flag.IntVar(&o.files, "files", 20_000, "how many: half of them photographs")
	flag.Uint64Var(&o.seed, "seed", 1, "another seed, another drive")
	flag.Parse()
	o.folders = flag.Args()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "ingestbench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.dir == "" {
		made, err := os.MkdirTemp("", "ingestbench-")
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
	return r.marks()
}

// measure makes a drive, takes the floor's time, and submits the drive twice, as a folder and as an E01.
func measure(ctx context.Context, o options) (*report, error) {
	d, err := o.makeDrive(ctx, filepath.Join(o.dir, "drive"))
	if err != nil {
		return nil, err
	}
	image, err := d.image(ctx, o.dir)
	if err != nil {
		return nil, err
	}
	r := &report{drive: d}
	if _, err := d.digests(ctx); err != nil { // warms the caches
		return nil, err
	}
	if r.floor, err = d.takeFloor(ctx, filepath.Join(o.dir, "bare")); err != nil {
		return nil, err
	}
	if r.folder, err = o.submitTwice(ctx, d, d.dir, "folder"); err == nil {
		r.image, err = o.submitTwice(ctx, d, image, "image")
	}
	return r, err
}

// submitTwice submits a source to a service of its own, which has never seen any of it, and once more. name is that of the folder
// where the service keeps its data.
func (o *options) submitTwice(ctx context.Context, d *drive, source, name string) (t twice, err error) {
	s, err := o.startService(ctx, filepath.Join(o.dir, name))
	if err != nil {
		return t, err
	}
	defer s.stop()
	if t.first, err = s.submit(ctx, source, "FIRST"); err == nil {
		t.spent = s.processorTimes()
		t.second, err = s.submit(ctx, source, "FIRST")
	}
	if err == nil && (t.first.Uploaded != d.pictures || t.second.Uploaded != 0) {
		err = fmt.Errorf("%d media of %d were sent, then %d", t.first.Uploaded, d.pictures, t.second.Uploaded)
	}
	if err == nil && (!t.first.Settled || !t.second.Settled) {
		err = errors.New("a finding is missing")
	}
	return t, err
}
