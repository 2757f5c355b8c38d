// Command memorybench submits a large source to a running service and watches the memory of everybody who takes part: the submission,
// the service with its workers, the decoders, and Redis. What must not grow with the source is held against a mark. The source is
// a million small items in archives and folders, or, with -film, one film of that size that is nearly all hole. "make bench-memory" runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// What a run must reach: the peak of a process may grow, after the first tenth of its work, by flatFactor and flatSlack. The slack is what Go's
// collector lets lie and takes up again; it is below 50 bytes an item of a million.
const (
	flatFactor = 1.25
	flatSlack  = 32 << 20
	// groupBytes is what the service keeps of each group, to find what is like it: the mirror of births (docs/performance.md, "The next group").
	groupBytes = 335
)

// leastFree is how much of the disk a run leaves, in bytes.
const leastFree = 2 << 30

type options struct {
	vigie, dir      string
	items, distinct int
	folderItems     int
	film            int64 // bytes; 0: items
	seed            uint64
}

func main() {
	var o options
	var film int64
	flag.StringVar(&o.vigie, "vigie", "bin/vigie", "the binary")
	flag.StringVar(&o.dir, "dir", "", "folder for source and data (default: a temporary one, removed at the end)")
	flag.IntVar(&o.items, "items", 1_000_000, "how many: a tenth of them pictures")
	flag.IntVar(&o.distinct, "distinct", 50_000, "how many different pictures")
	flag.IntVar(&o.folderItems, "folder", 5000, "how many of them one folder holds, nearly all in one archive")
	flag.Int64Var(&film, "film", 0, "instead of items, one film of so many GiB that is nearly all hole")
	flag.Uint64Var(&o.seed, "seed", 1, "another seed, other contents")
	flag.Parse()
	o.film = film << 30
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "memorybench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.dir == "" {
		made, err := os.MkdirTemp("", "memorybench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		o.dir = made
	}
	r, err := measure(ctx, o)
	r.write(os.Stdout)
	if err != nil {
		return err
	}
	return r.marks()
}

// measure makes the source, submits it twice, and lists its findings. What was measured before an error is returned with it.
func measure(ctx context.Context, o options) (r *report, err error) {
	source := filepath.Join(o.dir, "source")
	r = &report{}
	if o.film > 0 {
		r.source, err = makeFilm(source, o.film)
	} else {
		r.source, err = o.makeItems(ctx, source)
	}
	if err != nil {
		return r, err
	}
	s, err := startService(ctx, o)
	if err != nil {
		return r, err
	}
	defer s.stop()
	submit := []string{"submit", "--wait", "--json", "--case", "2026/1", "--exhibit", "FIRST", source}
	for _, p := range []struct {
		what string
		args []string
	}{
		{"vigie submit --wait", submit},
		{"the same source again", submit},
		{"vigie findings --json", []string{"findings", "--json", "--case", "2026/1", "--exhibit", "FIRST"}},
	} {
		w, err := s.watched(ctx, p.args)
		w.what = p.what
		r.phases = append(r.phases, w)
		if err != nil {
			return r, err
		}
	}
	return r, nil
}
