package endtoend

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/store/embedded"
	"vigie/store/embedded/embeddedtest"
	"vigie/store/objects"
	"vigie/tools/sampledrive/sample"
)

const (
	lossSeed  = 5
	lossScale = 0.03 // about 150 items
)

// TestRebuild has a drive examined, checked, decided and matched with lists, stops everything, loses Redis's data in three
// ways, and starts again: the projections are the same, and nothing was decoded for it.
func TestRebuild(t *testing.T) {
	dir := t.TempDir()
	if _, err := sample.Generate(t.Context(), sample.Options{Dir: dir, Seed: lossSeed, Scale: lossScale, Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		s := startService(t)
		store, err := objects.OpenFolder(filepath.Join(s.data, "objects"), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		rebuilt(t, s, store, dir)
	})
	t.Run("minio", func(t *testing.T) {
		t.Parallel()
		c := embeddedtest.Minio(t)
		store, err := objects.OpenMinio(t.Context(), objects.MinioConfig{
			Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, BucketPrefix: c.Prefix,
		})
		if err != nil {
			t.Fatal(err)
		}
		rebuilt(t, startService(t, minioVariables(c)...), store, dir)
	})
}

func rebuilt(t *testing.T, s *stack, store objects.Store, dir string) {
	s.run("admin", "sets", "import", filepath.Join(dir, sample.KnownFile), "--kind", "known", "--source", "sample")
	s.run("examiner", "submit", "--case", "2026/3", "--exhibit", "FIRST", "--wait", filepath.Join(dir, sample.DriveDir))
	reviewed(t, s)
	matched := regexp.MustCompile(`"matches":\[\{"set":1,"entry":(\d+)`).FindStringSubmatch(s.settledDump())
	if matched == nil {
		t.Fatal("the list matches nothing")
	}
	s.stopAll()
	older := filepath.Join(t.TempDir(), "older")
	if err := os.CopyFS(older, regularFiles(s.redisDir)); err != nil {
		t.Fatal(err)
	}
	s.startRedis()
	s.startServe("serve")
	s.startWork()
	s.run("admin", "sets", "import", filepath.Join(dir, sample.BenignFile), "--kind", "benign", "--source", "sample")
	s.run("admin", "sets", "withdraw-entry", "1", matched[1], "--reason", "sent by mistake")
	s.run("examiner", "submit", "--case", "2026/3", "--exhibit", "SECOND", "--wait", filepath.Join(dir, sample.DriveDir))
	s.checked(dir)
	reviewed(t, s)
	want, packs := s.settledDump(), examinations(t, store)
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(want, `"state":"withdrawn"`) && time.Now().Before(deadline); {
		want = s.settledDump() // what the steward still has to match again
	}
	if strings.Count(want, `"is":"medium"`) < 100 || !strings.Contains(want, `"state":"withdrawn"`) || !strings.Contains(want, `"decision":`) || len(packs) == 0 {
		t.Fatalf("too little happened: %d packs\n%.2000s", len(packs), want)
	}
	for _, loss := range []struct {
		name  string
		again int // media that may be decoded again
		lose  func() error
	}{
		{"deleted", 0, func() error { return os.RemoveAll(s.redisDir) }},
		{"an older copy", 0, func() error {
			if err := os.RemoveAll(s.redisDir); err != nil {
				return err
			}
			return os.CopyFS(s.redisDir, os.DirFS(older))
		}},
		// The cut may fall between two examinations of which the later one was noted first: the job of the other is done again.
		{"cut in the middle", 2 * runtime.NumCPU(), func() error { return cutInHalf(s.redisDir) }},
	} {
		started, applied := time.Now(), s.applied()
		s.stopAll()
		if err := loss.lose(); err != nil {
			t.Fatal(err)
		}
		s.startRedis()
		if now := s.applied(); now >= applied {
			t.Fatalf("%s: Redis still has all %d events", loss.name, now)
		}
		s.startServe("serve")
		if loss.name == "deleted" { // without a worker there is nobody who could decode
			if got := s.run("", "dump"); got != want {
				t.Errorf("%s: the dump differs before any worker runs:\n%s", loss.name, differing(want, got))
			}
		}
		s.startWork()
		got := s.settledDump()
		for deadline := time.Now().Add(20 * time.Second); got != want && time.Now().Before(deadline); {
			got = s.settledDump() // what the steward still has to rank
		}
		if got != want {
			t.Errorf("%s: the dump differs:\n%s", loss.name, differing(want, got))
		}
		// Whoever decodes a medium keeps what came of it in a pack.
		again := len(examinations(t, store)) - len(packs)
		if again > loss.again {
			t.Errorf("%s: %d packs of examinations more: something was decoded again", loss.name, again)
		}
		packs = examinations(t, store)
		t.Logf("%s: up again and equal after %s, %d packs more", loss.name, time.Since(started).Round(time.Millisecond), again)
	}
}

// stopAll ends the processes, Redis last.
func (s *stack) stopAll() {
	for _, p := range []interface{ Pid() int }{s.work, s.serve} {
		if err := syscall.Kill(p.Pid(), syscall.SIGTERM); err != nil {
			s.t.Fatal(err)
		}
	}
	wait(s.t, s.work, time.Minute)
	wait(s.t, s.serve, time.Minute)
	s.redis.Stop()
}

// startRedis starts Redis on whatever its folder holds.
func (s *stack) startRedis() {
	s.t.Helper()
	server, err := embedded.StartRedis(s.t.Context(), embedded.RedisOptions{Dir: s.redisDir, Password: redisPassword})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(server.Stop)
	s.redis = server
	s.env = append(s.env, "VIGIE_REDIS_URL=unix://:"+redisPassword+"@"+server.Addr())
}

// applied returns how many events Redis says have taken effect.
func (s *stack) applied() int {
	s.t.Helper()
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: s.redis.Addr(), Password: redisPassword})
	defer rdb.Close()
	n, err := rdb.HGet(s.t.Context(), "{vigie}:marks:applied", "ev").Int()
	if err != nil && !errors.Is(err, redis.Nil) {
		s.t.Fatal(err)
	}
	return n
}

// settledDump returns what the projections say once all exhibits are settled, and they say it twice.
func (s *stack) settledDump() string {
	s.t.Helper()
	last := ""
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		now := s.run("", "dump")
		if now == last && !strings.Contains(now, `"settled":false`) {
			return now
		}
		if last = now; time.Now().After(deadline) {
			s.t.Fatalf("the dump goes on changing, or is not settled:\n%.2000s", now)
		}
	}
}

// examinations lists the packs of examinations.
func examinations(t *testing.T, store objects.Store) (packs []string) {
	t.Helper()
	for info, err := range store.List(t.Context(), "records/examinations/", "") {
		if err != nil {
			t.Fatal(err)
		}
		packs = append(packs, info.Key)
	}
	return packs
}

// differing lists the first lines that only one of two dumps has.
func differing(want, got string) string {
	var b strings.Builder
	for _, side := range []struct{ sign, has, lacks string }{{"- ", want, got}, {"+ ", got, want}} {
		other := strings.Split(side.lacks, "\n")
		for line := range strings.Lines(side.has) {
			if !slices.Contains(other, strings.TrimSpace(line)) && b.Len() < 4000 {
				b.WriteString(side.sign + line)
			}
		}
	}
	return b.String()
}

// cutInHalf cuts the longest file of Redis's log of commands in its middle.
func cutInHalf(dir string) error {
	longest, size := "", int64(0)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".aof") {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Size() > size {
			longest, size = path, info.Size()
		}
		return err
	})
	if err != nil {
		return err
	}
	return os.Truncate(longest, size/2)
}

// regularFiles leaves sockets out.
func regularFiles(dir string) fs.FS { return withoutSockets{os.DirFS(dir).(fs.ReadDirFS)} }

type withoutSockets struct{ fs.ReadDirFS }

// ReadDir implements fs.ReadDirFS.
func (f withoutSockets) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := f.ReadDirFS.ReadDir(name)
	return slices.DeleteFunc(entries, func(d fs.DirEntry) bool { return !d.IsDir() && !d.Type().IsRegular() }), err
}
