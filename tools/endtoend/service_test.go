package endtoend

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/store/embedded"
	"vigie/tools/endtoend/service"
)

// binary builds cmd/vigie once and returns its path.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "vigie-endtoend-")
	if err != nil {
		return "", err
	}
	return service.Build(dir)
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

const redisPassword = "end-to-end"

// stack is one Vigie made of processes: a supervised Redis, an API and a worker, on a folder of objects.
type stack struct {
	t        *testing.T
	binary   string
	env      []string
	url      string
	data     string
	redis    *embedded.Redis
	redisDir string
	serve    *service.Process
	work     *service.Process
	tokens   map[string]string // by role
}

// startService starts Redis and the processes. extra is added to their environment.
func startService(t *testing.T, extra ...string) *stack {
	t.Helper()
	s := newStack(t, extra...)
	s.startRedis()
	s.startAll()
	return s
}

// newStack returns a service of which nothing runs yet.
func newStack(t *testing.T, extra ...string) *stack {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	listen, err := service.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	s := &stack{
		t: t, binary: path, url: "http://" + listen, data: filepath.Join(dir, "data"), redisDir: filepath.Join(dir, "redis"),
		tokens: make(map[string]string),
	}
	s.env = append(os.Environ(), "LANG=C", "VIGIE_DATA="+s.data, "VIGIE_LISTEN="+listen, "VIGIE_URL="+s.url, "VIGIE_IDENTITY="+filepath.Join(dir, "examiner.key"))
	s.env = append(s.env, extra...)
	return s
}

// startAll starts the processes and makes a token for each role.
func (s *stack) startAll() {
	s.t.Helper()
	s.startServe("serve")
	s.startWork()
	s.t.Cleanup(func() { s.serve.Kill(); s.work.Kill() })
	for _, role := range []string{"examiner", "reviewer", "unit", "admin"} {
		out := s.run("", "token", "new", "--role", role, "--name", role)
		s.tokens[role] = strings.TrimSpace(out)
	}
}

// startServe starts the command that answers ("serve" or "up"), and returns when it is ready.
func (s *stack) startServe(command string, args ...string) {
	s.serve = s.start("", append([]string{command}, args...)...)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(s.url + "/readyz") //nolint:noctx // a test's poll
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the API is not ready: %v\n%s", err, s.serve.Said())
		}
	}
}

func (s *stack) startWork() { s.work = s.start("", "work", "--lease", "2s") }

// start starts one command of the binary as role.
func (s *stack) start(role string, args ...string) *service.Process {
	s.t.Helper()
	p, err := service.Start(append(s.env, "VIGIE_TOKEN="+s.tokens[role]), s.binary, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// wait returns the exit code of p.
func wait(t *testing.T, p *service.Process, patience time.Duration) int {
	t.Helper()
	code, err := p.Wait(context.Background(), patience)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// run runs one command as role to its successful end and returns what it printed.
func (s *stack) run(role string, args ...string) string {
	s.t.Helper()
	p := s.start(role, args...)
	if code := wait(s.t, p, 3*time.Minute); code != 0 {
		s.t.Fatalf("vigie %s: exit %d\n%s", strings.Join(args, " "), code, p.Said())
	}
	return p.Printed()
}

// findings returns the findings of an exhibit by the exact path.
func (s *stack) findings(caseNumber, seal string) map[string]service.Finding {
	s.t.Helper()
	found, err := service.ReadFindings(s.run("examiner", "findings", "--case", caseNumber, "--exhibit", seal, "--json"))
	if err != nil {
		s.t.Error(err)
	}
	return found
}
