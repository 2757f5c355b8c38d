package endtoend

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"vigie/store/embedded"
)

// binary builds cmd/vigie once and returns its path.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "vigie-endtoend-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "vigie")
	out, err := exec.Command("go", "build", "-o", path, "vigie/cmd/vigie").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// service is one Vigie made of processes: a supervised Redis, an API and a worker, on a folder of objects.
type service struct {
	t      *testing.T
	binary string
	env    []string
	url    string
	redis  *embedded.Redis
	serve  *process
	work   *process
	tokens map[string]string // by role
}

// startService starts the processes and makes a token for each role. extra is added to their environment.
func startService(t *testing.T, extra ...string) *service {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	redis, err := embedded.StartRedis(t.Context(), embedded.RedisOptions{Dir: filepath.Join(dir, "redis"), Password: "end-to-end"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(redis.Stop)
	listen := freeAddress(t)
	s := &service{t: t, binary: path, url: "http://" + listen, redis: redis, tokens: make(map[string]string)}
	s.env = append(os.Environ(), "LANG=C", "VIGIE_DATA="+filepath.Join(dir, "data"), "VIGIE_LISTEN="+listen,
		"VIGIE_URL="+s.url, "VIGIE_REDIS_URL=unix://:end-to-end@"+redis.Addr())
	s.env = append(s.env, extra...)
	s.startServe()
	s.startWork()
	t.Cleanup(func() { s.serve.kill(); s.work.kill() })
	for _, role := range []string{"examiner", "reviewer", "unit", "admin"} {
		out := s.run("", "token", "new", "--role", role, "--name", role)
		s.tokens[role] = strings.TrimSpace(out)
	}
	return s
}

func (s *service) startServe() {
	s.serve = s.start("", "serve")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(s.url + "/readyz") //nolint:noctx // a test's poll
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the API is not ready: %v\n%s", err, s.serve.said())
		}
	}
}

func (s *service) startWork() { s.work = s.start("", "work", "--lease", "2s") }

// process is one running command.
type process struct {
	cmd  *exec.Cmd
	out  *lockedBuffer
	err  *lockedBuffer
	done chan struct{}
	fail error // after done
}

// start starts one command of the binary as role.
func (s *service) start(role string, args ...string) *process {
	s.t.Helper()
	p := &process{cmd: exec.Command(s.binary, args...), out: &lockedBuffer{}, err: &lockedBuffer{}, done: make(chan struct{})}
	p.cmd.Env = append(s.env, "VIGIE_TOKEN="+s.tokens[role])
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.err
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		p.fail = p.cmd.Wait()
		close(p.done)
	}()
	return p
}

// kill ends the process as a power cut would, and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

func (p *process) said() string { return p.out.String() + p.err.String() }

// wait returns the exit code.
func (p *process) wait(t *testing.T, patience time.Duration) int {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.kill()
		t.Fatalf("%v takes longer than %s\n%s", p.cmd.Args, patience, p.said())
	}
	if exit, ok := errors.AsType[*exec.ExitError](p.fail); ok {
		return exit.ExitCode()
	}
	return 0
}

// run runs one command as role to its successful end and returns what it printed.
func (s *service) run(role string, args ...string) string {
	s.t.Helper()
	p := s.start(role, args...)
	if code := p.wait(s.t, 3*time.Minute); code != 0 {
		s.t.Fatalf("vigie %s: exit %d\n%s", strings.Join(args, " "), code, p.said())
	}
	return p.out.String()
}

// finding is one line of "vigie findings --json".
type finding struct {
	Path        string `json:"path"`
	PathB64     string `json:"path_b64"`
	Disposition string `json:"disposition"`
	Finding     string `json:"finding"`
	Method      string `json:"method"`
	Distance    *int   `json:"distance"`
}

// findings returns the findings of an exhibit by the exact path.
func (s *service) findings(caseNumber, seal string) map[string]finding {
	s.t.Helper()
	out := s.run("examiner", "findings", "--case", caseNumber, "--exhibit", seal, "--json")
	found := make(map[string]finding)
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var f finding
		if err := dec.Decode(&f); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			s.t.Fatal(err)
		}
		path := f.Path
		if raw, err := base64.StdEncoding.DecodeString(f.PathB64); err == nil && len(raw) > 0 {
			path = string(raw)
		}
		if _, twice := found[path]; twice {
			s.t.Errorf("%q is reported twice", path)
		}
		found[path] = f
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// lockedBuffer may be read while a process writes to it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
