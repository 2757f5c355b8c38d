package endtoend

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"vigie/api/wire"
	"vigie/tools/endtoend/service"
	"vigie/tools/sampledrive/sample"
)

// matchers are two processes that hold the sets for all others.
type matchers struct {
	*stack
	addresses, metrics [2]string
	processes          [2]*service.Process
}

func (m *matchers) startMatcher(i int) {
	m.processes[i] = m.start("", "match", "--shard", fmt.Sprintf("%d/2", i+1), "--listen", m.addresses[i], "--metrics", m.metrics[i])
}

// TestMatchers runs a service whose hash sets are held by two matchers: findings are right; while one is gone nothing is said
// of any picture, and jobs wait; when it is back all goes on, and nothing was lost.
func TestMatchers(t *testing.T) {
	t.Parallel()
	m := &matchers{}
	for i := range m.addresses {
		var err error
		if m.addresses[i], err = service.FreeAddress(); err == nil {
			m.metrics[i], err = service.FreeAddress()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	m.stack = newStack(t, "VIGIE_MATCHERS=http://"+m.addresses[1]+",http://"+m.addresses[0])
	m.startRedis()
	for i := range m.processes {
		m.startMatcher(i)
		t.Cleanup(func() { m.processes[i].Kill() })
	}
	m.startAll()
	first, second := t.TempDir(), t.TempDir()
	for dir, seed := range map[string]uint64{first: 11, second: 12} {
		if _, err := sample.Generate(t.Context(), sample.Options{Dir: dir, Seed: seed, Scale: 0.05, Now: time.Now()}); err != nil {
			t.Fatal(err)
		}
		m.run("admin", "sets", "import", filepath.Join(dir, sample.KnownFile), "--kind", "known", "--source", filepath.Base(dir))
		m.run("admin", "sets", "import", filepath.Join(dir, sample.BenignFile), "--kind", "benign", "--source", filepath.Base(dir))
	}
	m.submitted(first, "FIRST", func(*service.Process) {})
	for i := range m.processes {
		if n := m.lookups(i); n < 50 {
			t.Errorf("matcher %d was asked about %d media", i+1, n)
		}
	}

	m.submitted(second, "SECOND", func(p *service.Process) {
		m.processes[1].Kill()
		until(t, nil, "the service is not ready", func() bool { state, reason := m.condition(); return state == "down" && strings.Contains(reason, "2/2") })
		select {
		case <-p.Done:
			t.Fatalf("all was examined before the matcher went\n%s", p.Said())
		case <-time.After(3 * time.Second): // longer than it takes to examine all
		}
		check := m.start("unit", "check", strings.Repeat("0f", 32), "--hash", "pdq", "--patience", "1s")
		if code := wait(t, check, time.Minute); code == 0 {
			t.Errorf("a check is answered without half of the sets: %s", check.Said())
		}
		m.startMatcher(1)
	})
	until(t, nil, "the service is ready", func() bool { state, _ := m.condition(); return state == "ok" })

	// Redis's data are made again while the matchers follow.
	want := m.settledDump()
	m.run("", "rebuild")
	if got := m.settledDump(); got != want {
		t.Errorf("rebuilt, it differs:\n%s", differing(want, got))
	}
	for i, p := range m.processes { // a matcher that is told to stop does so
		if err := syscall.Kill(p.Pid(), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if code := wait(t, p, 20*time.Second); code != 0 {
			t.Errorf("matcher %d ends with %d\n%s", i+1, code, p.Said())
		}
	}
}

// submitted submits a drive and holds its findings against the labels. during is called while it is submitted.
func (m *matchers) submitted(dir, seal string, during func(*service.Process)) {
	m.t.Helper()
	p := m.start("examiner", "submit", "--case", "2026/9", "--exhibit", seal, "--wait", filepath.Join(dir, sample.DriveDir))
	during(p)
	if code := wait(m.t, p, 3*time.Minute); code != 0 && code != 3 {
		m.t.Fatalf("submit ends with %d\n%s", code, p.Said())
	}
	compare(m.t, dir, m.findings("2026/9", seal))
}

// condition is how /readyz says the matchers fare.
func (m *matchers) condition() (state, reason string) {
	resp, err := http.Get(m.url + "/readyz") //nolint:noctx // a test's poll
	if err != nil {
		return "", err.Error()
	}
	defer resp.Body.Close()
	var ready wire.Readiness
	if err := json.NewDecoder(resp.Body).Decode(&ready); err != nil {
		return "", err.Error()
	}
	for _, c := range ready.Conditions {
		if c.Name == "matchers" {
			return c.State, c.Reason
		}
	}
	return "", ""
}

// lookups is how many media a matcher was asked about, as it tells Prometheus.
func (m *matchers) lookups(i int) (n int) {
	m.t.Helper()
	resp, err := http.Get("http://" + m.metrics[i] + "/metrics") //nolint:noctx // a test's question
	if err != nil {
		m.t.Fatal(err)
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^vigie_matcher_lookups_total (\d+)$`).FindSubmatch(all)
	if line == nil {
		m.t.Fatalf("no count:\n%s", all)
	}
	_, _ = fmt.Sscan(string(line[1]), &n)
	return n
}
