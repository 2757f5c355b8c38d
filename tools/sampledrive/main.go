// Command sampledrive writes a sample seized drive of ordinary procedural pictures, two sample hash sets and the
// truth about every item, for the demonstration and the tests.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"time"

	"vigie/tools/sampledrive/sample"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "sampledrive:", err)
		os.Exit(1)
	}
}

func run() error {
	var o sample.Options
	var now string
	flag.StringVar(&o.Dir, "out", "", "folder to write into (required)")
	flag.Uint64Var(&o.Seed, "seed", 1, "another seed, another drive")
	flag.Float64Var(&o.Scale, "scale", 1, "multiplies the numbers of ordinary things")
	flag.StringVar(&now, "now", time.Now().Format(time.RFC3339), "time of the submission, RFC 3339: capture times lie before it")
	flag.Parse()
	if o.Dir == "" || flag.NArg() > 0 {
		flag.Usage()
		return fmt.Errorf("--out DIR is required and nothing follows the flags")
	}
	var err error
	if o.Now, err = time.Parse(time.RFC3339, now); err != nil {
		return fmt.Errorf("--now: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	start := time.Now()
	sum, err := sample.Generate(ctx, o)
	if err != nil {
		return err
	}
	fmt.Printf("%d items, %.1f MB, %.1f s\n", sum.Items, float64(sum.Bytes)/1e6, time.Since(start).Seconds())
	show("disposition", sum.ByDisposition)
	show("finding", sum.ByFinding)
	return nil
}

func show(what string, counts map[string]int) {
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		label := name
		if name == "" {
			label = "none"
		}
		fmt.Printf("  %-12s %-14s %4d\n", what, label, counts[name])
	}
}
