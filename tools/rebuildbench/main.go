// Command rebuildbench measures how long the service takes to make all that Redis holds again, from an object store that
// holds what the submission of many items leaves there: journal, manifests, keyrings, examinations, groups, sets and
// decisions, in their own formats, written by the stores themselves. The media's bytes alone are left out: nothing reads
// them. "make bench-rebuild" runs it.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// The marks that a run must reach, at a million items.
const (
	atMost      = 10 * time.Minute
	memoryLimit = 4 << 30 // bytes, of the process and of Redis together
)

func main() {
	items := flag.Int("items", 1_000_000, "how many")
	dir := flag.String("dir", "", "folder (default: a temporary one, removed at the end)")
	vigie := flag.String("vigie", "bin/vigie", "the binary")
	flag.Parse()
	if err := run(context.Background(), *items, *dir, *vigie); err != nil {
		fmt.Fprintln(os.Stderr, "rebuildbench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, items int, dir, vigie string) error {
	if dir == "" {
		made, err := os.MkdirTemp("", "rebuildbench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		dir = made
	}
	s := &service{vigie: vigie, dir: dir}
	if _, err := s.start(ctx); err != nil { // makes the secrets and the journal
		return err
	}
	s.stop()
	begin := time.Now()
	kept, err := fill(ctx, s, items)
	if err != nil {
		return err
	}
	fmt.Printf("%d items in %d exhibits: %d media examined, %d groups, %d decisions, %d packs' worth of keys, written in %s\n",
		items, kept.exhibits, kept.media, kept.groups, kept.decisions, kept.parts, time.Since(begin).Round(time.Second))
	first, err := measure(ctx, s, "first", kept)
	if err != nil {
		return err
	}
	second, err := measure(ctx, s, "emptied", kept)
	if err != nil {
		return err
	}
	if !bytes.Equal(first.dump, second.dump) {
		return fmt.Errorf("the dumps differ: compare dump-first and dump-emptied in %s", dir)
	}
	if second.took > atMost || second.peak() > memoryLimit {
		return fmt.Errorf("the mark is %s and %d MiB", atMost, memoryLimit>>20)
	}
	return nil
}

// result is one rebuild.
type result struct {
	took           time.Duration
	process, redis int64 // peak resident bytes
	// CPU time until the service answered: where others work on the machine too, it tells more than took.
	processCPU, redisCPU time.Duration
	dump                 []byte // SHA-256 of the dump
}

func (r *result) peak() int64 { return r.process + r.redis }

// measure starts the service on a Redis that holds nothing, waits until it answers, and takes the dump.
func measure(ctx context.Context, s *service, name string, kept *totals) (*result, error) {
	if err := os.RemoveAll(filepath.Join(s.dir, "data", "redis")); err != nil {
		return nil, err
	}
	took, err := s.start(ctx)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	r := &result{took: took}
	pid, err := s.redisPid(ctx)
	if err != nil {
		return nil, err
	}
	if r.process, r.processCPU, err = used(s.process.Pid()); err != nil {
		return nil, err
	}
	if r.redis, r.redisCPU, err = used(pid); err != nil {
		return nil, err
	}
	file := filepath.Join(s.dir, "dump-"+name)
	if err := s.dump(ctx, file); err != nil {
		return nil, err
	}
	raw, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	sum := sha256.New()
	lines := &counter{of: []string{`{"is":"medium"`, `{"is":"group"`, `"decision":{`, `{"is":"queue"`}}
	if _, err := io.Copy(io.MultiWriter(sum, lines), raw); err != nil {
		return nil, err
	}
	r.dump = sum.Sum(nil)
	fmt.Printf("%-8s %7.1f s, %6.0f items/s, %4.0f µs an item; CPU: process %.1f s, Redis %.1f s; peak %d MiB: process %d MiB, Redis %d MiB; dump: %d media, %d groups, %d decisions, %d in the queue, SHA-256 %x…\n",
		name, took.Seconds(), float64(kept.items)/took.Seconds(), took.Seconds()*1e6/float64(kept.items),
		r.processCPU.Seconds(), r.redisCPU.Seconds(), r.peak()>>20, r.process>>20, r.redis>>20, lines.n[0], lines.n[1], lines.n[2], lines.n[3], r.dump[:4])
	if lines.n[1] != kept.groups || lines.n[2] != kept.decisions || lines.n[0] < kept.media {
		return nil, fmt.Errorf("%d media, %d groups and %d decisions were kept", kept.media, kept.groups, kept.decisions)
	}
	return r, nil
}

// counter counts the lines that hold some texts.
type counter struct {
	of   []string
	n    [4]int
	rest []byte
}

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	c.rest = append(c.rest, p...)
	for {
		line, after, whole := bytes.Cut(c.rest, []byte("\n"))
		if !whole {
			c.rest = bytes.Clone(c.rest)
			return len(p), nil
		}
		for i, text := range c.of {
			if bytes.Contains(line, []byte(text)) {
				c.n[i]++
			}
		}
		c.rest = after
	}
}
