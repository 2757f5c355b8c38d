package endtoend

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"vigie/tools/endtoend/service"
	"vigie/tools/sampledrive/sample"
)

// scored is a service with a classifier beside it, which may not be there.
type scored struct {
	*stack
	classifier, address, tokenFile string
}

// TestClassifier runs a service with the classifier of tools/classifier: while that is away all goes on, and is said; when it
// comes every group in the queue is scored; another version scores all of them again; and without it, a rebuild finds
// every score.
func TestClassifier(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := scored{classifier: filepath.Join(dir, "classifier"), tokenFile: filepath.Join(dir, "token")}
	if out, err := exec.Command("go", "build", "-o", s.classifier, "vigie/tools/classifier").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var err error
	if s.address, err = service.FreeAddress(); err == nil {
		err = os.WriteFile(s.tokenFile, []byte("a token of the classifier\n"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.stack = startService(t, "VIGIE_CLASSIFIER=http://"+s.address, "VIGIE_CLASSIFIER_TOKEN_FILE="+s.tokenFile)
	drive := t.TempDir()
	if _, err := sample.Generate(t.Context(), sample.Options{Dir: drive, Seed: 31, Scale: 0.03, Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if said := s.ready(); !strings.Contains(said, `"name":"classifier","state":"degraded"`) {
		t.Errorf("without the classifier: %s", said)
	}
	s.submit(drive)
	before := s.queue()
	if strings.Contains(s.settledDump(), `"score":{"model"`) || before == "" {
		t.Fatal("there are scores of nobody, or no queue")
	}

	p := s.startClassifier("1")
	first := s.allScored("1")
	if got := s.queue(); got != before {
		t.Errorf("neutral scores changed the queue:\n%s", differing(before, got))
	}
	until(t, nil, "the classifier is well", func() bool { return strings.Contains(s.ready(), `"name":"classifier","state":"ok"`) })
	if said := s.run("", "doctor"); !strings.Contains(said, "classifier neutral 1") {
		t.Errorf("doctor: %s", said)
	}
	p.Kill()
	p = s.startClassifier("2")
	s.work.Kill() // which has met a model a moment ago, and would leave another waiting for a minute
	s.startWork()
	if second := s.allScored("2"); second != first {
		t.Errorf("version 1 scored %d media, version 2 %d", first, second)
	}
	p.Kill()
	want := s.settledDump()
	s.run("", "rebuild")
	if got := s.settledDump(); got != want {
		t.Errorf("rebuilt, it differs:\n%s", differing(want, got))
	}
}

// startClassifier starts a version of the classifier.
func (s *scored) startClassifier(version string) *service.Process {
	s.t.Helper()
	p, err := service.Start(os.Environ(), s.classifier, "-listen", s.address, "-token-file", s.tokenFile, "-version", version)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(p.Kill)
	return p
}

// submit submits a drive, and waits until all of it is examined and ranked.
func (s *scored) submit(drive string) {
	s.t.Helper()
	p := s.start("examiner", "submit", "--case", "2026/9", "--exhibit", "S", "--wait", filepath.Join(drive, sample.DriveDir))
	if code := wait(s.t, p, 3*time.Minute); code != 0 && code != 3 {
		s.t.Fatalf("submit ends with %d\n%s", code, p.Said())
	}
}

// queue returns the groups of the queue, in order.
func (s *scored) queue() string {
	var b strings.Builder
	for line := range strings.Lines(s.settledDump()) {
		if strings.HasPrefix(line, `{"is":"queue"`) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// allScored waits until no group lacks a score of a version, and returns how many media have one.
func (s *scored) allScored(version string) (n int) {
	s.t.Helper()
	until(s.t, s.work, "all groups are scored", func() bool {
		if !strings.Contains(s.get("/metrics"), "\nvigie_classifier_waiting_groups 0\n") {
			return false
		}
		n = len(regexp.MustCompile(`"score":\{"model":\{"name":"neutral","version":"`+version+`"\},"value":500\}`).FindAllString(s.settledDump(), -1))
		return n > 0
	})
	return n
}

func (s *scored) ready() string { return s.get("/readyz") }

// get asks the API as an administrator.
func (s *scored) get(path string) string {
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, http.NoBody)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.tokens["admin"])
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}
