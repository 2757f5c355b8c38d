// Command workbench measures what a worker costs: it submits folders as often as asked, each time as other media, and only
// then starts "vigie work" on the queue. It prints the time of the clock and of the processors by process, the stages
// that the submission's summary tells, and the peak of the resident memory of the worker and its decoders together.
// "make bench-work" runs it on photographs, "make hostile" on hostile files within a gibibyte.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

type options struct {
	vigie   string
	times   int
	limit   int64 // bytes of the worker and its decoders; 0: none
	worker  []string
	folders []string
}

func main() {
	o := options{}
	flag.StringVar(&o.vigie, "vigie", "bin/vigie", "the binary")
	flag.IntVar(&o.times, "times", 1, "how often each folder is submitted")
	limit := flag.Int64("limit", 0, "MiB that the worker and its decoders may take together (0: no limit)")
	worker := flag.String("worker", "", "further flags of \"vigie work\", between spaces")
	flag.Parse()
	o.limit, o.worker, o.folders = *limit<<20, strings.Fields(*worker), flag.Args()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "workbench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "workbench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	drive := filepath.Join(dir, "drive")
	files, bytes, err := makeDrive(drive, o.folders, o.times)
	if err != nil {
		return err
	}
	s, err := startStack(ctx, o, dir)
	if err != nil {
		return err
	}
	defer s.stop()
	exhibit, err := s.submit(ctx, drive)
	if err != nil {
		return err
	}
	redis := processorTime(s.redis.Pid())
	begin := time.Now()
	if err := s.startWorker(); err != nil {
		return err
	}
	usage := watch(s.worker.Pid())
	p, err := s.settle(ctx, exhibit)
	took, used := time.Since(begin), usage()
	if err != nil {
		return err
	}
	used.redis = processorTime(s.redis.Pid()) - redis
	report(files, bytes, took, used, p)
	if o.limit > 0 && used.peaks > o.limit {
		return fmt.Errorf("the worker and its decoders took up to %d MiB together, the limit is %d", used.peaks>>20, o.limit>>20)
	}
	return nil
}

// makeDrive copies the folders' files, and makes other media of all copies but the first by a few bytes at their ends.
func makeDrive(drive string, folders []string, times int) (files int, size int64, err error) {
	for n := range times {
		for i, folder := range folders {
			err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
				if err != nil || !entry.Type().IsRegular() {
					return err
				}
				data, err := os.ReadFile(path) //nolint:gosec // a folder of the caller's
				if err != nil {
					return err
				}
				if n > 0 {
					data = fmt.Appendf(data, "copy %d", n)
				}
				files, size = files+1, size+int64(len(data))
				to := filepath.Join(drive, fmt.Sprintf("%d-%d", n, i), fmt.Sprintf("%05d%s", files, filepath.Ext(path)))
				if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // a temporary folder
					return err
				}
				return os.WriteFile(to, data, 0o600)
			})
			if err != nil {
				return files, size, err
			}
		}
	}
	return files, size, nil
}
