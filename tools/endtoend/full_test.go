package endtoend

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/api/wire"
	"vigie/store/embedded/embeddedtest"
	"vigie/tools/endtoend/line"
	"vigie/tools/endtoend/service"
	"vigie/triage"
)

const fullPatience = 60 * time.Second

// shortage is one thing that runs short under a running service.
type shortage struct {
	condition string // as /readyz names it
	why       string // as the command line says it
	french    string // as the pages do
	begin     func() // nil: the submission itself brings it about
	relieve   func()
}

// submit submits a drive while something is short: the command says why it waits, /readyz and the pages say so too, and
// with room again it goes on by itself to its end. Everything is there then, and nothing was sent twice.
func (s *stack) submitThrough(t *testing.T, x shortage) {
	const drive = 40
	dir := noises(t, drive, 0)
	s.run("examiner", "submit", "--case", "2026/7", "--exhibit", "FULL", t.TempDir()) // so that nothing else is refused
	if x.begin != nil {
		x.begin()
	}
	p := s.start("examiner", "submit", "--case", "2026/7", "--exhibit", "FULL", "--patience", "20s", "--wait", "--json", dir)
	until(t, p, "the command says why it waits", func() bool { return strings.Contains(p.Said(), "Waiting: "+x.why) })
	until(t, p, "/readyz says it", func() bool { return slices.Contains(s.waiting(t), x.condition) })
	until(t, p, "the page says it", func() bool {
		page := s.page(t, "/drives", "fr")
		return strings.Contains(page, "Les dépôts attendent") && strings.Contains(page, x.french)
	})
	x.relieve()
	if code := wait(t, p, 2*fullPatience); code != 0 {
		t.Fatalf("with room again: exit %d\n%s", code, p.Said())
	}
	var sum struct {
		Uploaded int
		Settled  bool
	}
	if err := json.Unmarshal([]byte(p.Printed()), &sum); err != nil || sum.Uploaded != drive || !sum.Settled {
		t.Errorf("%+v, %v\n%s", sum, err, p.Said())
	}
	if got := s.findings("2026/7", "FULL"); len(got) != drive {
		t.Errorf("%d findings of %d items", len(got), drive)
	}
	until(t, nil, "nothing waits", func() bool { return len(s.waiting(t)) == 0 })
	if page := s.page(t, "/drives", "en"); strings.Contains(page, "Submissions wait") {
		t.Error("the page still says that submissions wait")
	}
}

// noises returns a folder of n pictures; other seeds give others.
func noises(t *testing.T, n int, seed uint64) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(i)+".png"), noise(t, seed+uint64(i)), 0o600); err != nil { //nolint:gosec // not negative
			t.Fatal(err)
		}
	}
	return dir
}

// noise is a picture that no other is like, of about 50 kB.
func noise(t *testing.T, seed uint64) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 220, 220))
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a picture, not a secret
	for i := range img.Pix {
		img.Pix[i] = uint8(random.IntN(256))
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRedisMemoryIsFull(t *testing.T) {
	t.Parallel()
	s := startService(t)
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: s.redis.Addr(), Password: s.redis.Password()})
	defer rdb.Close()
	limit := func(bytes string) func() {
		return func() {
			if err := rdb.ConfigSet(t.Context(), "maxmemory", bytes).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.submitThrough(t, shortage{
		condition: triage.OfRedisMemory, why: "Redis is near its maxmemory", french: "Redis approche de son maxmemory",
		begin: limit("100kb"), relieve: limit("0"),
	})
}

// The folder's quota is small, and then the service is started again with a greater one.
func TestDiskIsFull(t *testing.T) {
	t.Parallel()
	s := startService(t)
	again := func(most string) func() {
		return func() {
			s.serve.Kill()
			s.startServe("serve", "--objects-max", most)
		}
	}
	again("1000000")()
	s.submitThrough(t, shortage{
		condition: triage.OfDisk, why: "The disk of the data folder is full", french: "Le disque du dossier de données est plein",
		relieve: again("100000000"),
	})
}

func TestWorkersAreBehind(t *testing.T) {
	t.Parallel()
	s := startService(t)
	s.serve.Kill()
	s.startServe("serve", "--queue-max", "10")
	s.submitThrough(t, shortage{
		condition: triage.OfWorkers, why: "The workers are behind", french: "L’examen a pris du retard",
		begin: func() {
			s.work.Kill()
			// Not to its end: the service may see that the queue is full before all of it is there.
			s.start("examiner", "submit", "--case", "2026/7", "--exhibit", "BEFORE", noises(t, 20, 1000))
			until(t, nil, "the service sees it", func() bool { return len(s.waiting(t)) > 0 })
		},
		relieve: s.startWork,
	})
}

func TestObjectStoreIsSlow(t *testing.T) {
	t.Parallel()
	c := embeddedtest.Minio(t)
	between, err := line.New("tcp", "127.0.0.1:0", c.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(between.Close)
	s := startService(t, "VIGIE_S3_ENDPOINT="+between.Addr(), "VIGIE_S3_ACCESS_KEY="+c.AccessKey,
		"VIGIE_S3_SECRET_KEY="+c.SecretKey, "VIGIE_S3_PREFIX="+c.Prefix, "VIGIE_S3_TLS=off")
	s.submitThrough(t, shortage{
		condition: triage.OfObjectSpeed, why: "The object store is slow", french: "Le stockage d’objets est lent",
		begin: func() { between.Set(line.Slow) }, relieve: func() { between.Set(line.Sound) },
	})
}

// until asks again and again, for as long as p runs.
func until(t *testing.T, p *service.Process, what string, ask func() bool) {
	t.Helper()
	var ended <-chan struct{}
	said := func() string { return "" }
	if p != nil {
		ended, said = p.Done, p.Said
	}
	for deadline := time.Now().Add(fullPatience); !ask(); time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			t.Fatalf("not before the command ended: %s\n%s", what, said())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s\n%s", what, said())
		}
	}
}

// waiting returns the parts for which submissions wait, as /readyz tells it.
func (s *stack) waiting(t *testing.T) []string {
	t.Helper()
	resp, err := http.Get(s.url + "/readyz") //nolint:noctx // a test's poll
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var ready wire.Readiness
	if err := json.NewDecoder(resp.Body).Decode(&ready); err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, c := range ready.Conditions {
		if c.State == string(triage.Waiting) && c.Reason != "" {
			parts = append(parts, c.Name)
		}
	}
	return parts
}

// page returns a page as the examiner sees it.
func (s *stack) page(t *testing.T, path, language string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.tokens["examiner"])
	req.Header.Set("Accept-Language", language)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", path, resp.StatusCode, err)
	}
	return string(b)
}
