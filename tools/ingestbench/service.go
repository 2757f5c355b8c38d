package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	running "vigie/tools/endtoend/service"
)

const (
	startPatience = time.Minute
	patience      = time.Hour // for one submission
	clockTicks    = 100       // a second: Linux's USER_HZ, on every architecture that Go knows
)

// service is "vigie up" on an empty folder.
type service struct {
	o       *options
	env     []string
	process *running.Process
}

// startService starts one that keeps its data below a folder.
func (o *options) startService(ctx context.Context, dir string) (s *service, err error) {
	s = &service{o: o}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	addr, err := running.FreeAddress()
	if err != nil {
		return s, err
	}
	s.env = append(os.Environ(), "LANG=C", "VIGIE_DATA="+filepath.Join(dir, "data"), "VIGIE_SECRETS="+filepath.Join(dir, "secrets"), "VIGIE_URL=http://"+addr, "VIGIE_IDENTITY="+filepath.Join(dir, "examiner.key"))
	if s.process, err = running.Start(s.env, o.vigie, "up", "--listen", addr); err != nil {
		return s, err
	}
	if err := s.ready(ctx, "http://"+addr+"/readyz"); err != nil {
		return s, fmt.Errorf("%w\n%s", err, s.process.Said())
	}
	out, _, err := s.run(ctx, "token", "new", "--role", "examiner", "--name", "bench")
	s.env = append(s.env, "VIGIE_TOKEN="+strings.TrimSpace(out))
	return s, err
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

// run runs one command to its end and returns what it printed, and what it took of the processors.
func (s *service) run(ctx context.Context, args ...string) (string, time.Duration, error) {
	p, err := running.Start(s.env, s.o.vigie, args...)
	if err != nil {
		return "", 0, err
	}
	code, err := p.Wait(ctx, patience)
	if err == nil && code != 0 {
		err = fmt.Errorf("vigie %s: exit %d: %s", args[0], code, strings.TrimSpace(p.Said()))
	}
	return p.Printed(), p.ProcessorTime(), err
}

// submit submits a source, and returns when all of it has its finding.
func (s *service) submit(ctx context.Context, source, seal string) (sum submitted, err error) {
	begin := time.Now()
	out, processor, err := s.run(ctx, "submit", "--wait", "--json", "--case", "2026/1", "--exhibit", seal, source)
	took := time.Since(begin)
	if err == nil {
		err = json.Unmarshal([]byte(out), &sum)
	}
	sum.took, sum.processor = took, processor
	return sum, err
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

// spent is what somebody took of the processors.
type spent struct {
	what string
	time time.Duration
}

// processorTimes returns what the service and the processes that it started have taken: proc(5), stat and children.
func (s *service) processorTimes() (list []spent) {
	own, ended := processorTime(s.process.Pid())
	list = append(list, spent{"the service", own}, spent{"… decoders that have ended", ended})
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.process.Pid()))
	by := make(map[string]time.Duration)
	for _, task := range tasks {
		children, _ := os.ReadFile(task) //nolint:gosec // of the kernel's
		for field := range strings.FieldsSeq(string(children)) {
			if child, err := strconv.Atoi(field); err == nil {
				name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", child)) //nolint:gosec // of the kernel's
				own, ended := processorTime(child)
				by[strings.TrimSpace(string(name))] += own + ended
			}
		}
	}
	for name, took := range by {
		list = append(list, spent{"… " + name, took})
	}
	return list
}

// processorTime returns what a process has taken, and its children that have ended.
func processorTime(pid int) (own, ended time.Duration) {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) //nolint:gosec // of the kernel's
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		return 0, 0
	}
	ticks := func(i int) time.Duration {
		n, _ := strconv.ParseInt(fields[i], 10, 64)
		return time.Duration(n) * time.Second / clockTicks
	}
	return ticks(11) + ticks(12), ticks(13) + ticks(14) // utime, stime; cutime, cstime
}
