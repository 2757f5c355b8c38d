package endtoend

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/api/wire"
	"vigie/triage"
)

// TestSubmissionWaitsWhileFull starts a submission while Redis has no memory left: it says why it waits, /readyz says
// so too, and when there is memory it goes on by itself to its end.
func TestSubmissionWaitsWhileFull(t *testing.T) {
	s := startService(t)
	drive := t.TempDir()
	for i := range 30 {
		if err := os.WriteFile(filepath.Join(drive, strconv.Itoa(i)+".txt"), []byte("note "+strconv.Itoa(i)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: s.redis.Addr(), Password: s.redis.Password()})
	defer rdb.Close()
	limit := func(bytes string) {
		t.Helper()
		if err := rdb.ConfigSet(t.Context(), "maxmemory", bytes).Err(); err != nil {
			t.Fatal(err)
		}
	}
	s.run("examiner", "submit", "--case", "2026/7", "--exhibit", "OPEN", t.TempDir()) // so that nothing else is refused
	limit("100kb")
	p := s.start("examiner", "submit", "--case", "2026/7", "--exhibit", "OPEN", "--patience", "1s", drive)
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(p.Said(), "Waiting: Redis is near its maxmemory"); time.Sleep(50 * time.Millisecond) {
		select {
		case <-p.Done:
			t.Fatalf("it does not wait:\n%s", p.Said())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not say why it waits:\n%s", p.Said())
		}
	}
	if why := waiting(t, s.url); !strings.Contains(why, "maxmemory") {
		t.Errorf("/readyz says %q", why)
	}
	limit("0")
	if code := wait(t, p, time.Minute); code != 0 {
		t.Fatalf("after relief: exit %d\n%s", code, p.Said())
	}
	if got := s.findings("2026/7", "OPEN"); len(got) != 30 {
		t.Errorf("%d findings of 30 items", len(got))
	}
	if why := waiting(t, s.url); why != "" {
		t.Errorf("after relief /readyz says %q", why)
	}
}

// waiting returns why submissions wait, as /readyz tells it.
func waiting(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url + "/readyz") //nolint:noctx // a test's poll
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var ready wire.Readiness
	if err := json.NewDecoder(resp.Body).Decode(&ready); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("/readyz: %d, %+v, %v", resp.StatusCode, ready, err)
	}
	for _, c := range ready.Conditions {
		if c.State == string(triage.Waiting) {
			return c.Reason
		}
	}
	return ""
}
