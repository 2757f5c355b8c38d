package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"vigie/api/client"
	"vigie/store/embedded"
	"vigie/tools/endtoend/line"
	"vigie/tools/endtoend/service"
)

const (
	startPatience = 60 * time.Second
	jobLease      = "2s" // of the workers: short, as the dead are many
	apis, workers = 2, 2
	minioUser     = "chaos"
)

var roles = []string{"examiner", "reviewer", "supervisor", "unit", "admin"}

// stack is one service, made of processes, with a line before each server and a gate before the API:
//
//	clients ── gate ──┬── api 1 ──┬── line ── Redis
//	                  └── api 2 ──┤
//	         worker 1, worker 2 ──┴── line ── MinIO        (or the folder, on the same disk)
type stack struct {
	o        *options
	dir      string // of the round: logs, secrets, copies
	disk     *disk  // of the servers' data
	env      []string
	ledger   *ledger
	gate     *gate
	apis     []*keeper
	workers  []*keeper
	minio    *embedded.Minio // nil: the folder store
	lines    map[string]*line.Line
	tokens   map[string]string // by role
	password string            // of Redis and MinIO

	mu    sync.Mutex // guards redis while its data are exchanged
	redis *embedded.Redis
}

// startStack starts everything and makes a token for each role.
func startStack(ctx context.Context, o *options, dir string, objects string) (s *stack, err error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	s = &stack{
		o: o, dir: dir, ledger: newLedger(), lines: make(map[string]*line.Line), tokens: make(map[string]string), password: rand.Text(),
	}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	if s.disk, err = newDisk(filepath.Join(dir, "disk")); err != nil {
		return s, err
	}
	s.env = append(os.Environ(), "LANG=C", "VIGIE_DATA="+filepath.Join(s.disk.dir, "data"), "VIGIE_SECRETS="+filepath.Join(dir, "secrets"), "VIGIE_IDENTITY="+filepath.Join(dir, "examiner.key"))
	if err := s.startServers(ctx, objects); err != nil {
		return s, err
	}
	if err := s.startProcesses(ctx); err != nil {
		return s, err
	}
	return s, s.makeTokens(ctx)
}

func (s *stack) startServers(ctx context.Context, objects string) error {
	redis, err := s.startRedis(ctx)
	if err != nil {
		return err
	}
	s.redis = redis
	if s.lines["redis"], err = line.New("unix", filepath.Join(s.dir, "line.sock"), redis.Addr()); err != nil {
		return err
	}
	s.env = append(s.env, "VIGIE_REDIS_URL=unix://:"+s.password+"@"+s.lines["redis"].Addr())
	if objects != "minio" {
		return nil
	}
	s.minio, err = embedded.StartMinio(ctx, embedded.MinioOptions{
		Dir: filepath.Join(s.disk.dir, "minio"), User: minioUser, Password: s.password, Binary: s.o.minio,
	})
	if err != nil {
		return err
	}
	if s.lines["minio"], err = line.New("tcp", "127.0.0.1:0", s.minio.Addr()); err != nil {
		return err
	}
	s.env = append(s.env, "VIGIE_S3_ENDPOINT="+s.lines["minio"].Addr(), "VIGIE_S3_ACCESS_KEY="+minioUser,
		"VIGIE_S3_SECRET_KEY="+s.password, "VIGIE_S3_TLS=off")
	return nil
}

func (s *stack) redisDir() string { return filepath.Join(s.disk.dir, "redis") }

func (s *stack) startRedis(ctx context.Context) (*embedded.Redis, error) {
	return embedded.StartRedis(ctx, embedded.RedisOptions{Dir: s.redisDir(), Password: s.password})
}

func (s *stack) startProcesses(ctx context.Context) error {
	var addresses []string
	for i := range apis {
		addr, err := service.FreeAddress()
		if err != nil {
			return err
		}
		addresses = append(addresses, addr)
		k, err := s.keep(fmt.Sprintf("api-%d", i+1), "serve", "--listen", addr)
		if err != nil {
			return err
		}
		s.apis = append(s.apis, k)
		if err := ready(ctx, addr); err != nil { // one after the other: the first makes keys and journal
			return fmt.Errorf("%w\n%s", err, k.process.Said())
		}
	}
	for i := range workers {
		k, err := s.keep(fmt.Sprintf("worker-%d", i+1), "work", "--lease", jobLease, "--children", "1", "--parallel", "2")
		if err != nil {
			return err
		}
		s.workers = append(s.workers, k)
	}
	var err error
	s.gate, err = newGate(s.ledger, addresses)
	return err
}

func (s *stack) keep(name string, args ...string) (*keeper, error) {
	return keep(filepath.Join(s.dir, name+".log"), func() (*service.Process, error) {
		return service.Start(s.env, s.o.vigie, args...)
	})
}

// ready waits until an API process can serve.
func ready(ctx context.Context, addr string) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the API is not ready: %w", ctx.Err())
		case <-time.After(30 * time.Millisecond):
		}
	}
}

func (s *stack) makeTokens(ctx context.Context) error {
	for _, role := range roles {
		out, err := s.run(ctx, "", "token", "new", "--role", role, "--name", role)
		if err != nil {
			return err
		}
		s.tokens[role] = strings.TrimSpace(out)
	}
	return nil
}

// start starts one command as role; its requests go through the gate.
func (s *stack) start(role string, args ...string) (*service.Process, error) {
	env := s.env[:len(s.env):len(s.env)]
	if role != "" {
		env = append(env, "VIGIE_URL="+s.gate.url, "VIGIE_TOKEN="+s.tokens[role])
	}
	return service.Start(env, s.o.vigie, args...)
}

// run runs one command to its end and returns what it printed.
func (s *stack) run(ctx context.Context, role string, args ...string) (string, error) {
	p, err := s.start(role, args...)
	if err != nil {
		return "", err
	}
	code, err := p.Wait(ctx, time.Minute)
	if err != nil {
		return "", err
	}
	if code != 0 {
		return "", fmt.Errorf("vigie %s: exit %d: %s", strings.Join(args, " "), code, strings.TrimSpace(p.Said()))
	}
	return p.Printed(), nil
}

// as returns a client of the gate.
func (s *stack) as(role string) *client.Client { return client.New(s.gate.url, s.tokens[role]) }

// stop ends everything that runs, and lets go of the disk.
func (s *stack) stop() {
	for _, k := range append(s.apis, s.workers...) {
		k.stop()
	}
	if s.gate != nil {
		s.gate.close()
	}
	for _, l := range s.lines {
		l.Close()
	}
	if s.minio != nil {
		s.minio.Stop()
	}
	if s.redis != nil {
		s.redis.Stop()
	}
}
