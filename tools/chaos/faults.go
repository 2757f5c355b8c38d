package main

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"vigie/tools/endtoend/line"
)

// fault is one kind of thing that goes wrong.
type fault struct {
	name   string
	what   string // for the table
	off    string // why it is switched off; empty: it is on
	only   string // on this object store only; empty: on both
	strike func(ctx context.Context, r *round, b blow) error
}

// blow is one fault in one round.
type blow struct {
	fault *fault
	at    time.Duration // after the beginning
	long  time.Duration // for faults that last
	which int           // of several processes
}

// faults are all kinds. The order is part of what a seed means.
var faults = []fault{
	{name: "kill-submit", what: "`kill -9` of a running `vigie submit`", strike: func(_ context.Context, r *round, b blow) error {
		r.submitters[b.which%len(r.submitters)].kill()
		return nil
	}},
	{name: "kill-api", what: "`kill -9` of one of the two API processes", strike: func(_ context.Context, r *round, b blow) error {
		r.apis[b.which%len(r.apis)].kill()
		return nil
	}},
	{name: "kill-worker", what: "`kill -9` of one of the two workers", strike: func(_ context.Context, r *round, b blow) error {
		r.workers[b.which%len(r.workers)].kill()
		return nil
	}},
	{name: "kill-redis", what: "`kill -9` of Redis", strike: func(_ context.Context, r *round, _ blow) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		return kill(r.redis.Pid())
	}},
	{name: "kill-minio", what: "`kill -9` of MinIO", only: "minio", strike: func(_ context.Context, r *round, _ blow) error {
		return kill(r.minio.Pid())
	}},
	{name: "cut-redis", what: "connections to Redis cut, 0.2 to 1.5 s", strike: breaks("redis", line.Cut)},
	{name: "hold-redis", what: "connections to Redis stalled, 0.2 to 1.5 s", strike: breaks("redis", line.Held)},
	{name: "deaf-redis", what: "answers of Redis lost after the request went through, 0.2 to 1.5 s", strike: breaks("redis", line.Deaf)},
	{name: "cut-minio", what: "connections to MinIO cut, 0.2 to 1.5 s", only: "minio", strike: breaks("minio", line.Cut)},
	{name: "hold-minio", what: "connections to MinIO stalled, 0.2 to 1.5 s", only: "minio", strike: breaks("minio", line.Held)},
	{name: "deaf-minio", what: "answers of MinIO lost after the request went through, 0.2 to 1.5 s", only: "minio", strike: breaks("minio", line.Deaf)},
	{name: "deaf-api", what: "answers of the API lost after the request went through, 0.2 to 1.5 s", strike: func(_ context.Context, r *round, b blow) error {
		r.gate.mute.Store(true)
		time.Sleep(b.long)
		r.gate.mute.Store(false)
		return nil
	}},
	{name: diskFull, what: "no byte free on the disk of Redis and of the objects, 0.2 to 1.5 s", strike: func(_ context.Context, r *round, b blow) error {
		return r.disk.fill(b.long)
	}},
	{name: "redis-emptied", what: "Redis killed, its data folder deleted", strike: func(ctx context.Context, r *round, _ blow) error {
		return r.exchangeRedis(ctx, os.RemoveAll)
	}},
	{name: "redis-older", what: "Redis killed, its data folder replaced by a copy taken earlier while it ran", strike: swapRedis},
}

// breaks breaks the line to a server.
func breaks(server string, c line.Condition) func(context.Context, *round, blow) error {
	return func(_ context.Context, r *round, b blow) error {
		r.lines[server].BreakFor(c, b.long)
		return nil
	}
}

func kill(pid int) error {
	if pid == 0 {
		return nil // it is down already
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// diskFull is the fault that needs a disk of our own.
const diskFull = "disk-full"

// appendOnly is the folder of Redis's data below its own.
const appendOnly = "appendonlydir"

// swapRedis copies the data of the running Redis, lets life go on for a while, and puts the copy in the place of the data.
func swapRedis(ctx context.Context, r *round, b blow) error {
	older := filepath.Join(r.dir, "older-"+b.at.String())
	if err := copyFolder(older, filepath.Join(r.redisDir(), appendOnly)); err != nil {
		return err
	}
	time.Sleep(b.long)
	return r.exchangeRedis(ctx, func(data string) error {
		if err := os.RemoveAll(data); err != nil {
			return err
		}
		return copyFolder(data, older)
	})
}

// copyFolder copies files that may be written to meanwhile: what is copied of each is its beginning, as after a power cut.
func copyFolder(to, from string) error {
	err := os.CopyFS(to, os.DirFS(from))
	if errors.Is(err, fs.ErrNotExist) { // a file that was just renamed: the copy is half-written, which is welcome
		return nil
	}
	return err
}

// exchangeRedis kills Redis, changes its data and starts it again on the same socket.
func (s *stack) exchangeRedis(ctx context.Context, change func(data string) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := kill(s.redis.Pid())
	s.redis.Stop() // so that its supervisor does not start it again
	if err == nil {
		err = change(filepath.Join(s.redisDir(), appendOnly))
	}
	if err != nil {
		return err
	}
	var last error
	for range maxTries { // as a service manager does: the disk may be full at this moment
		redis, err := s.startRedis(ctx)
		if err == nil {
			s.redis = redis
			return nil
		}
		if last = err; !pause(ctx, pauseTries) {
			break
		}
	}
	return last
}

// The bounds of a round's chances.
const (
	minBlows, maxBlows = 2, 4
	shortest, longest  = 200 * time.Millisecond, 1500 * time.Millisecond
)

// possible returns the kinds of fault that can strike in a round: those named, or, when none is, all that are not
// switched off.
func possible(objects string, limitedDisk bool, named []string) []*fault {
	var kinds []*fault
	for i := range faults {
		f := &faults[i]
		wanted := f.off == ""
		if len(named) > 0 {
			wanted = slices.Contains(named, f.name)
		}
		if wanted && (f.only == "" || f.only == objects) && (f.name != diskFull || limitedDisk) {
			kinds = append(kinds, f)
		}
	}
	return kinds
}

// plan draws the blows of a round.
func plan(random *rand.Rand, kinds []*fault, window time.Duration) []blow {
	if len(kinds) == 0 {
		return nil
	}
	blows := make([]blow, minBlows+random.IntN(maxBlows-minBlows+1))
	for i := range blows {
		blows[i] = blow{
			fault: kinds[random.IntN(len(kinds))],
			at:    time.Duration(random.Int64N(int64(window))),
			long:  shortest + time.Duration(random.Int64N(int64(longest-shortest))),
			which: random.IntN(2),
		}
	}
	return blows
}
