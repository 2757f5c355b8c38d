// Command demo shows the main job from end to end, as its users would do it: it starts the whole stack, makes a
// sample drive, imports a sample known set and a sample benign set, submits the drive, waits for the last finding,
// holds every finding against the truth, and leaves the pages up until Ctrl-C.
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

	"vigie/tools/sampledrive/sample"
)

type options struct {
	vigie   string // the binary
	objects string
	listen  string
	seed    uint64
	once    bool
}

const (
	caseNumber = "2026/00123"
	seal       = "SCELLE-4"
)

func main() {
	var o options
	flag.StringVar(&o.vigie, "vigie", "bin/vigie", "the binary")
	flag.StringVar(&o.objects, "objects", "folder", "object store: folder or minio")
	flag.StringVar(&o.listen, "listen", "127.0.0.1:8787", "address of the pages")
	flag.Uint64Var(&o.seed, "seed", 1, "another seed, another drive")
	flag.BoolVar(&o.once, "once", false, "stop after the table; fail when a finding is not the label's")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "vigie-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var watch stopwatch
	fmt.Println("Vigie: the main job on a sample drive. Ordinary procedural pictures only.")

	truth, err := makeDrive(ctx, dir, o.seed, &watch)
	if err != nil {
		return err
	}
	stack, err := start(ctx, o, dir, &watch)
	if err != nil {
		return err
	}
	defer stack.stop()
	if err := stack.makeUsers(ctx); err != nil {
		return err
	}
	if err := stack.importSets(ctx, dir, &watch); err != nil {
		return err
	}
	if err := stack.submit(ctx, filepath.Join(dir, sample.DriveDir), &watch); err != nil {
		return err
	}
	result, err := stack.result(ctx)
	if err != nil {
		return err
	}
	wrong := result.compare(truth)
	result.print(os.Stdout, &watch, len(truth))
	for _, w := range wrong {
		fmt.Println("  WRONG:", w)
	}
	if o.once {
		if len(wrong) > 0 {
			return fmt.Errorf("%d items or groups differ from what the generator did", len(wrong))
		}
		fmt.Printf("All %d findings are what the generator did.\n", len(truth))
		return nil
	}
	if err := stack.printLinks(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	fmt.Println("\nStopping; the demonstration's data are removed.")
	return nil
}

// makeDrive writes the sample drive and returns the truth about it.
func makeDrive(ctx context.Context, dir string, seed uint64, watch *stopwatch) ([]sample.Label, error) {
	var made sample.Summary
	err := watch.stage("make the sample drive", func() (files int, err error) {
		made, err = sample.Generate(ctx, sample.Options{Dir: dir, Seed: seed, Scale: 1, Now: time.Now()})
		return made.Items, err
	})
	if err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(dir, sample.LabelsFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return sample.ReadLabels(f)
}

// stopwatch times the stages of the demonstration.
type stopwatch struct{ stages []stage }

type stage struct {
	name  string
	took  time.Duration
	files int
}

// stage runs one stage, which returns how many files it dealt with (0: not a matter of files).
func (w *stopwatch) stage(name string, do func() (int, error)) error {
	fmt.Printf("  %s …\n", name)
	begin := time.Now()
	files, err := do()
	w.stages = append(w.stages, stage{name, time.Since(begin), files})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
