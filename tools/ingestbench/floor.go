package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
	"vigie/store/objects"
)

// floor is what the same machine needs at least, with all its processors.
type floor struct {
	digests time.Duration // MD5, SHA-1 and SHA-256 of all files
	decode  time.Duration // of the JPEGs, to an eighth
	put     time.Duration // of the media, bare
}

func (f floor) sum() time.Duration { return f.digests + f.decode + f.put }

func (d *drive) takeFloor(ctx context.Context, bare string) (f floor, err error) {
	if f.digests, err = d.digests(ctx); err != nil {
		return f, err
	}
	if f.decode, err = d.decode(ctx); err != nil {
		return f, err
	}
	f.put, err = d.put(ctx, bare)
	return f, err
}

// each has do work on all paths, as many at once as there are processors, and returns how long that took.
func each(ctx context.Context, paths []string, atOnce int, do func(ctx context.Context, path string) error) (time.Duration, error) {
	begin := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, path := range paths {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(ctx, path)
		})
	}
	err := g.Wait()
	return time.Since(begin), err
}

func (d *drive) digests(ctx context.Context) (time.Duration, error) {
	return each(ctx, d.paths, runtime.NumCPU(), func(_ context.Context, path string) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, _, err = hashing.Digest(f)
		return err
	})
}

// decode has djpeg (libjpeg-turbo) decode each JPEG to an eighth, a process each: what else would come for free is not counted.
func (d *drive) decode(ctx context.Context) (time.Duration, error) {
	return each(ctx, d.jpegs, runtime.NumCPU(), func(ctx context.Context, path string) error {
		out, err := exec.CommandContext(ctx, "djpeg", "-scale", "1/8", "-outfile", os.DevNull, path).CombinedOutput() //nolint:gosec // a path of our own
		if err != nil {
			return fmt.Errorf("djpeg: %w: %s", err, out)
		}
		return nil
	})
}

// putsAtOnce is how many media are put at once: they wait for the disk, not for processors.
const putsAtOnce = 16

// put puts the media into a store like the service's, as they are.
func (d *drive) put(ctx context.Context, dir string) (time.Duration, error) {
	store, err := objects.OpenFolder(dir, time.Now)
	if err != nil {
		return 0, err
	}
	return each(ctx, d.jpegs, putsAtOnce, func(ctx context.Context, path string) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		return store.Put(ctx, "media/"+filepath.Base(path), f, info.Size())
	})
}
