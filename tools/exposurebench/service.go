package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vigie/api/client"
	"vigie/store/journal"
	"vigie/store/objects"
	running "vigie/tools/endtoend/service"
)

const (
	startPatience = time.Minute
	patience      = 3 * time.Hour // for the whole drive
	glance        = 200 * time.Millisecond
)

// service is "vigie up" on an empty folder.
type service struct {
	o       *options
	env     []string
	url     string
	process *running.Process
	tokens  map[string]string // by name
}

// people are who use the service, with their roles.
var people = map[string]string{"examiner": "examiner", "first": "reviewer", "second": "reviewer"}

func startService(ctx context.Context, o options) (s *service, err error) {
	s = &service{o: &o, tokens: make(map[string]string)}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	s.env = append(os.Environ(), "LANG=C", "VIGIE_DATA="+filepath.Join(o.dir, "data"), "VIGIE_SECRETS="+s.secrets(), "VIGIE_IDENTITY="+filepath.Join(o.dir, "examiner.key"))
	addr, err := running.FreeAddress()
	if err != nil {
		return s, err
	}
	s.url = "http://" + addr
	if s.process, err = running.Start(s.env, o.vigie, "up", "--listen", addr, "--reveal-first", o.step); err != nil {
		return s, err
	}
	if err := s.ready(ctx); err != nil {
		return s, fmt.Errorf("%w\n%s", err, s.process.Said())
	}
	for name, role := range people {
		if s.tokens[name], err = s.run(ctx, "", "token", "new", "--role", role, "--name", name); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *service) secrets() string { return filepath.Join(s.o.dir, "secrets") }

func (s *service) ready(ctx context.Context) error {
	for begin := time.Now(); time.Since(begin) < startPatience && ctx.Err() == nil; time.Sleep(glance) {
		if resp, err := http.Get(s.url + "/readyz"); err == nil { //nolint:noctx // loopback
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return errors.New("the service is not ready")
}

// run runs one command to its end and returns what it printed.
func (s *service) run(ctx context.Context, name string, args ...string) (string, error) {
	env := append(s.env[:len(s.env):len(s.env)], "VIGIE_URL="+s.url, "VIGIE_TOKEN="+s.tokens[name])
	p, err := running.Start(env, s.o.vigie, args...)
	if err != nil {
		return "", err
	}
	code, err := p.Wait(ctx, patience)
	if err == nil && code != 0 {
		err = fmt.Errorf("vigie %s: exit %d: %s", args[0], code, strings.TrimSpace(p.Said()))
	}
	return strings.TrimSpace(p.Printed()), err
}

func (s *service) as(name string) *client.Client { return client.New(s.url, s.tokens[name]) }

// submit submits the drive, and returns its exhibit when all of it is examined, grouped and ranked.
func (s *service) submit(ctx context.Context, dir string) (string, error) {
	out, err := s.run(ctx, "examiner", "submit", "--json", "--case", "2026/1", "--exhibit", "BENCH", dir)
	if err != nil {
		return "", err
	}
	var sum struct{ ID string }
	if err := json.Unmarshal([]byte(out), &sum); err != nil {
		return "", err
	}
	return sum.ID, s.settle(ctx, sum.ID)
}

// settle waits until nothing of the exhibit is pending.
func (s *service) settle(ctx context.Context, exhibit string) error {
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(glance) {
		x, err := s.as("examiner").Exhibit(ctx, exhibit)
		if err != nil || x.Progress.Settled {
			return err
		}
	}
	return errors.New("the drive takes too long")
}

// stop ends the service as an operator would, and Redis with it. It may be repeated.
func (s *service) stop() {
	if s.process == nil {
		return
	}
	if p, err := os.FindProcess(s.process.Pid()); err == nil {
		_ = p.Signal(os.Interrupt)
	}
	<-s.process.Done
}

// journal opens what a service that has ended left.
func (s *service) journal(ctx context.Context) (*journal.Journal, error) {
	raw, err := objects.OpenFolder(filepath.Join(s.o.dir, "data", "objects"), time.Now)
	if err != nil {
		return nil, err
	}
	return running.OpenJournal(ctx, raw, s.secrets())
}
