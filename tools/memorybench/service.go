package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"vigie/api/client"
	running "vigie/tools/endtoend/service"
)

const (
	startPatience = time.Minute
	sampleEvery   = time.Second
)

// service is "vigie up" on an empty folder.
type service struct {
	o       *options
	env     []string
	process *running.Process
	client  *client.Client
	exhibit string // its identifier, as soon as it is known
}

func startService(ctx context.Context, o options) (s *service, err error) {
	s = &service{o: &o}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	addr, err := running.FreeAddress()
	if err != nil {
		return s, err
	}
	temp := filepath.Join(o.dir, "tmp")
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return s, err
	}
	s.env = append(os.Environ(), "LANG=C", "TMPDIR="+temp, "VIGIE_DATA="+filepath.Join(o.dir, "data"), "VIGIE_SECRETS="+filepath.Join(o.dir, "secrets"),
		"VIGIE_IDENTITY="+filepath.Join(o.dir, "examiner.key"), "VIGIE_URL=http://"+addr)
	if s.process, err = running.Start(s.env, o.vigie, "up", "--listen", addr); err != nil {
		return s, err
	}
	if err := s.ready(ctx, "http://"+addr+"/readyz"); err != nil {
		return s, fmt.Errorf("%w\n%s", err, s.process.Said())
	}
	p, err := running.Start(s.env, o.vigie, "token", "new", "--role", "examiner", "--name", "bench")
	if err != nil {
		return s, err
	}
	if code, err := p.Wait(ctx, startPatience); err != nil || code != 0 {
		return s, fmt.Errorf("vigie token: %w %s", err, p.Said())
	}
	token := strings.TrimSpace(p.Printed())
	s.env = append(s.env, "VIGIE_TOKEN="+token)
	s.client = client.New("http://"+addr, token)
	return s, nil
}

func (s *service) ready(ctx context.Context, url string) error {
	for begin := time.Now(); time.Since(begin) < startPatience && ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		if resp, err := http.Get(url); err == nil { //nolint:noctx // loopback
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return errors.New("the service is not ready")
}

// watched runs one command to its end and takes samples meanwhile. What it prints goes to a file.
func (s *service) watched(ctx context.Context, args []string) (w phase, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	out, err := os.Create(filepath.Join(s.o.dir, args[0]+".json"))
	if err != nil {
		return w, err
	}
	defer out.Close()
	var said bytes.Buffer
	command := exec.CommandContext(ctx, s.o.vigie, args...) //nolint:gosec // the caller's binary
	command.Env, command.Stdout, command.Stderr = s.env, out, &said
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // the kernel ends the child with the thread that started it
	defer runtime.UnlockOSThread()
	forget(s.process.Pid())
	begin := time.Now()
	if err := command.Start(); err != nil {
		return w, err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	for {
		seen := look(command.Process.Pid, s.process.Pid(), s.o.dir)
		seen.after, seen.done = time.Since(begin), s.done(ctx)
		if seen.resident[bySubmit] > 0 {
			w.samples = append(w.samples, seen)
		}
		if seen.free < leastFree {
			stop(fmt.Errorf("less than %d MiB of the disk are free", leastFree>>20))
		}
		select {
		case err := <-ended:
			w.took = time.Since(begin)
			if cause := context.Cause(ctx); cause != nil {
				return w, cause
			}
			if err != nil {
				err = fmt.Errorf("vigie %s: %w: %s", args[0], err, lastLines(said.String()))
			}
			w.printed, _ = out.Seek(0, 1)
			return w, err
		case <-time.After(sampleEvery):
		}
	}
}

func lastLines(text string) string { return text[max(0, len(text)-2000):] }

// done asks how many items need nothing any more: those that were told, less the contents that have no finding yet.
func (s *service) done(ctx context.Context) int {
	if s.exhibit == "" {
		x, err := s.client.FindExhibit(ctx, "2026/1", "FIRST")
		if err != nil {
			return 0 // not opened yet
		}
		s.exhibit = x.ID
	}
	x, err := s.client.Exhibit(ctx, s.exhibit)
	if err != nil {
		return 0
	}
	items := -x.Progress.Pending
	for _, n := range x.Progress.Items {
		items += n
	}
	return items
}

// stop ends the service as an operator would, and Redis with it.
func (s *service) stop() {
	if s.process == nil {
		return
	}
	if p, err := os.FindProcess(s.process.Pid()); err == nil {
		_ = p.Signal(os.Interrupt)
	}
	<-s.process.Done
}
