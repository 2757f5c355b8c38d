package embedded

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"vigie/triage"
)

const (
	// firstPause and longestPause bound the wait before a dead child is started again: short enough that one
	// crash is hardly noticed, long enough that a child that cannot start does not eat a core.
	firstPause   = 50 * time.Millisecond
	longestPause = 5 * time.Second
	// steadyAfter is how long a child must live for its next death to count as the first one.
	steadyAfter = 10 * time.Second
	// pollReady is the pause between two questions whether a child answers.
	pollReady = 20 * time.Millisecond
	// stopGrace is how long a child may take to end in an orderly way before it is killed.
	stopGrace = 10 * time.Second
	// lockPatience is how long the children of a service that has just died may keep the data folder.
	lockPatience = 5 * time.Second
)

// server says how one child is started and asked whether it is ready.
type server struct {
	name    string // "redis", "minio": for logs, errors and the log file
	dir     string
	command func() *exec.Cmd            // a new one for every start
	prepare func() error                // before every start: sweep what a crash left behind
	probe   func(context.Context) error // nil when the server answers
	log     *slog.Logger
}

// supervisor keeps one child alive. Its goroutine owns the child; mu guards what others may look at.
type supervisor struct {
	server
	lock *os.File // held by us and, through an inherited descriptor, by the child
	done chan struct{}

	mu       sync.Mutex
	process  *os.Process
	stopping bool
	stop     chan struct{} // closed when stopping turns true
	failure  error         // why the child ended last
	deaths   int
}

// supervise starts the child and returns when it answers, when it ended instead, or when ctx is done.
func supervise(ctx context.Context, s server) (*supervisor, error) {
	op := "embedded." + s.name
	if err := supported(); err != nil {
		return nil, err
	}
	lock, err := lockFolder(ctx, s.dir, lockPatience)
	if err != nil {
		return nil, triage.E(triage.Conflict, op, "", "another service already uses this data folder: stop it, or choose another folder", err)
	}
	v := &supervisor{server: s, lock: lock, done: make(chan struct{}), stop: make(chan struct{})}
	go v.run()
	if err := v.awaitReady(ctx); err != nil {
		v.Stop()
		return nil, triage.E(triage.Unavailable, op, "", "see "+s.name+".log in the data folder for the server's own words", err)
	}
	return v, nil
}

// run starts the child again and again until Stop. It stays on one thread: the kernel ends the child when the
// *thread* that started it ends, so that thread must live as long as the child.
func (v *supervisor) run() {
	runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
	defer close(v.done)
	defer v.lock.Close()
	pause := firstPause
	for {
		started := time.Now() //nolint:forbidigo // how long a process lived is not domain time
		err := v.once()
		if time.Since(started) > steadyAfter {
			pause = firstPause
		}
		v.mu.Lock()
		v.process, v.failure = nil, err
		v.deaths++
		stopping := v.stopping
		v.mu.Unlock()
		if stopping {
			return
		}
		v.log.Warn("server ended, starting it again", "server", v.name, "pause", pause, "error", err)
		select {
		case <-v.stop:
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
	}
}

// once runs one child to its end.
func (v *supervisor) once() error {
	if err := v.prepare(); err != nil {
		return err
	}
	out, err := os.OpenFile(filepath.Join(v.dir, v.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := v.command()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.ExtraFiles = []*os.File{v.lock}
	cmd.SysProcAttr = dieWithParent()
	if err := v.launch(cmd); err != nil {
		return err
	}
	err = cmd.Wait()
	if err == nil {
		err = errors.New("it ended by itself")
	}
	return err
}

// launch starts cmd unless Stop came first, so that no child is born after Stop looked for one to end.
func (v *supervisor) launch(cmd *exec.Cmd) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stopping {
		return errors.New("stopped before it started")
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	v.process = cmd.Process
	return nil
}

// awaitReady asks until the child answers. A child that dies before it ever answered is not worth waiting for.
func (v *supervisor) awaitReady(ctx context.Context) error {
	for {
		err := v.probe(ctx)
		if err == nil {
			return nil
		}
		v.mu.Lock()
		deaths, failure := v.deaths, v.failure
		v.mu.Unlock()
		if deaths > 0 {
			return failure
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(pollReady):
		}
	}
}

// Pid returns the child's process id, 0 while it is down.
func (v *supervisor) Pid() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.process == nil {
		return 0
	}
	return v.process.Pid
}

// Stop ends the child in an orderly way, kills it when that takes too long, and returns when it is gone.
// Calling it again is harmless.
func (v *supervisor) Stop() {
	v.mu.Lock()
	if !v.stopping {
		v.stopping = true
		close(v.stop)
	}
	process := v.process
	v.mu.Unlock()
	if process != nil {
		_ = askToEnd(process) // it may have ended this instant
	}
	select {
	case <-v.done:
	case <-time.After(stopGrace):
		if process != nil {
			_ = process.Kill()
		}
		<-v.done
	}
}
