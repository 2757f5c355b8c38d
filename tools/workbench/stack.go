package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vigie/api/client"
	"vigie/api/wire"
	"vigie/store/embedded"
	"vigie/tools/endtoend/service"
)

const (
	startPatience = time.Minute
	workPatience  = time.Hour
)

// stack is a service of processes: Redis, an API without workers, and later one worker.
type stack struct {
	o      options
	env    []string
	url    string
	token  string // of an examiner
	redis  *embedded.Redis
	api    *service.Process
	worker *service.Process
}

func startStack(ctx context.Context, o options, dir string) (s *stack, err error) {
	s = &stack{o: o}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	password := rand.Text()
	if s.redis, err = embedded.StartRedis(ctx, embedded.RedisOptions{Dir: filepath.Join(dir, "redis"), Password: password}); err != nil {
		return s, err
	}
	s.env = append(os.Environ(), "LANG=C", "VIGIE_DATA="+filepath.Join(dir, "data"), "VIGIE_SECRETS="+filepath.Join(dir, "secrets"), "VIGIE_IDENTITY="+filepath.Join(dir, "examiner.key"),
		"VIGIE_REDIS_URL=unix://:"+password+"@"+s.redis.Addr())
	addr, err := service.FreeAddress()
	if err != nil {
		return s, err
	}
	s.url = "http://" + addr
	if s.api, err = service.Start(s.env, o.vigie, "serve", "--listen", addr); err != nil {
		return s, err
	}
	if err := s.ready(ctx); err != nil {
		return s, fmt.Errorf("%w\n%s", err, s.api.Said())
	}
	s.token, err = s.run(ctx, "token", "new", "--role", "examiner", "--name", "bench")
	return s, err
}

// ready waits until the API answers.
func (s *stack) ready(ctx context.Context) error {
	for begin := time.Now(); time.Since(begin) < startPatience; time.Sleep(30 * time.Millisecond) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return errors.New("the API is not ready")
}

// run runs one command to its end and returns what it printed. Items that could not be read at the source are no failure.
func (s *stack) run(ctx context.Context, args ...string) (string, error) {
	const partial = 3
	env := append(s.env[:len(s.env):len(s.env)], "VIGIE_URL="+s.url, "VIGIE_TOKEN="+s.token)
	p, err := service.Start(env, s.o.vigie, args...)
	if err != nil {
		return "", err
	}
	code, err := p.Wait(ctx, workPatience)
	if err != nil {
		return "", err
	}
	if code != 0 && code != partial {
		return "", fmt.Errorf("vigie %s: exit %d: %s", args[0], code, strings.TrimSpace(p.Said()))
	}
	return strings.TrimSpace(p.Printed()), nil
}

// submit submits the drive and returns its exhibit.
func (s *stack) submit(ctx context.Context, drive string) (string, error) {
	out, err := s.run(ctx, "submit", "--json", "--case", "2026/1", "--exhibit", "BENCH", drive)
	if err != nil {
		return "", err
	}
	var sum struct{ ID string }
	return sum.ID, json.Unmarshal([]byte(out), &sum)
}

func (s *stack) startWorker() (err error) {
	s.worker, err = service.Start(s.env, s.o.vigie, append([]string{"work"}, s.o.worker...)...)
	return err
}

// settle waits until every medium has its finding.
func (s *stack) settle(ctx context.Context, exhibit string) (wire.Progress, error) {
	c := client.New(s.url, s.token)
	for begin := time.Now(); time.Since(begin) < workPatience; time.Sleep(20 * time.Millisecond) {
		select {
		case <-s.worker.Done:
			return wire.Progress{}, fmt.Errorf("the worker ended:\n%s", s.worker.Said())
		default:
		}
		x, err := c.Exhibit(ctx, exhibit)
		if err != nil || x.Progress.Settled {
			return x.Progress, err
		}
	}
	return wire.Progress{}, errors.New("the worker takes too long")
}

func (s *stack) stop() {
	for _, p := range []*service.Process{s.worker, s.api} {
		if p != nil {
			p.Kill()
		}
	}
	if s.redis != nil {
		s.redis.Stop()
	}
}
