package endtoend

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"vigie/store/embedded/embeddedtest"
	"vigie/tools/endtoend/service"
	"vigie/tools/sampledrive/sample"
)

// TestCrashes kills, while a drive is being submitted, the worker, redis-server, the API and "vigie submit" itself,
// several times each, and holds every item's finding against the generator's label.
func TestCrashes(t *testing.T) {
	t.Run("folder", func(t *testing.T) { crashes(t, startService(t)) })
	t.Run("minio", func(t *testing.T) { crashes(t, startService(t, minioEnvironment(t)...)) })
}

// minioEnvironment points the service at a real MinIO that the tests started.
func minioEnvironment(t *testing.T) []string { return minioVariables(embeddedtest.Minio(t)) }

func minioVariables(c embeddedtest.MinioConfig) []string {
	return []string{
		"VIGIE_S3_ENDPOINT=" + c.Endpoint, "VIGIE_S3_ACCESS_KEY=" + c.AccessKey, "VIGIE_S3_SECRET_KEY=" + c.SecretKey,
		"VIGIE_S3_PREFIX=" + c.Prefix, "VIGIE_S3_TLS=off",
	}
}

const (
	crashSeed   = 7
	crashScale  = 0.6 // about 450 items: the submission outlasts all crashes
	crashRounds = 3   // times that each process is killed
	crashPause  = 90  // milliseconds between two crashes, at most
)

func crashes(t *testing.T, s *stack) {
	dir := t.TempDir()
	if _, err := sample.Generate(context.Background(), sample.Options{Dir: dir, Seed: crashSeed, Scale: crashScale, Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	s.run("admin", "sets", "import", filepath.Join(dir, sample.KnownFile), "--kind", "known", "--source", "sample")
	s.run("admin", "sets", "import", filepath.Join(dir, sample.BenignFile), "--kind", "benign", "--source", "sample")

	submit := []string{"submit", "--case", "2026/2", "--exhibit", "CRASH", filepath.Join(dir, sample.DriveDir)}
	random := rand.New(rand.NewPCG(crashSeed, 0)) //nolint:gosec // moments, not secrets
	p := s.start("examiner", submit...)
	for round := range crashRounds {
		for _, kill := range []func(){
			func() { s.work.Kill(); s.startWork() },
			func() { _ = syscall.Kill(s.redis.Pid(), syscall.SIGKILL) }, // its supervisor starts it again
			func() { s.serve.Kill(); s.startServe("serve") },
			func() { p.Kill(); p = s.start("examiner", submit...) },
		} {
			time.Sleep(time.Duration(10+random.IntN(crashPause)) * time.Millisecond)
			select {
			case <-p.Done:
				t.Fatalf("round %d: the submission ended before the last crash ; the drive is too small\n%s", round+1, p.Said())
			default:
			}
			kill()
		}
	}
	if code := wait(t, p, 3*time.Minute); code != 0 && code != 3 {
		t.Fatalf("submit ended with %d after the last crash\n%s", code, p.Said())
	}
	p = s.start("examiner", append(submit, "--wait")...)
	if code := wait(t, p, 3*time.Minute); code != 0 && code != 3 {
		t.Fatalf("waiting ended with %d\n%s", code, p.Said())
	}
	compare(t, dir, s.findings("2026/2", "CRASH"))
}

// compare holds findings against the labels of a sample drive.
func compare(t *testing.T, dir string, found map[string]service.Finding) {
	t.Helper()
	labels, err := service.ReadLabels(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range service.Compare(labels, found) {
		t.Error(line)
	}
}
