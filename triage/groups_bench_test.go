package triage_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/embedded/embeddedtest"
	"vigie/store/objects"
	"vigie/triage"
)

// What grouping and ranking a medium costs, and one more at the end, with VIGIE_BENCH_MEDIA=1000000 of them in Redis:
// go test -run '^$' -bench Groups -benchtime 1x -timeout 60m ./triage
//
// Seven of ten are alone, the others are 2 to 10 that look alike. Their bytes are not kept, as nothing reads them.
func BenchmarkGroups(b *testing.B) {
	media := 20_000
	if n, err := strconv.Atoi(os.Getenv("VIGIE_BENCH_MEDIA")); err == nil {
		media = n
	}
	for b.Loop() {
		h := newHouseOver(b, func(s objects.Store) objects.Store { return &headersOnly{Store: s, media: make(map[string][]byte)} })
		c := &crowd{house: h}
		clocked := &clock{spent: make(map[string]time.Duration), calls: make(map[string]int)}
		h.steward.Groups = clockedGroups{h.views.Groups, clocked}
		h.steward.Records = clockedRecords{h.archive, clocked}
		h.steward.Examinations = clockedExaminations{h.archive, clocked}
		before := c.redisBytes()
		c.submit(media)
		examined := c.redisBytes()
		clocked.reset()
		took, used, redis := time.Now(), embeddedtest.ProcessorTime(b), c.redisTime()
		c.drain(50 * time.Millisecond)
		b.Logf("%d media grouped and ranked in %s, %.0f µs each by the clock, of processors %.0f µs and Redis's %.0f µs; %.0f rankings a second of theirs",
			media, time.Since(took).Round(time.Millisecond), micros(time.Since(took), media), micros(embeddedtest.ProcessorTime(b)-used, media), micros(c.redisTime()-redis, media),
			float64(clocked.calls["rankings"])/(clocked.spent["members"]+clocked.spent["rankings"]).Seconds())
		clocked.log(b, media)
		b.Logf("Redis: %d MiB examined, %d MiB grouped and ranked; process: %d MiB", (examined-before)>>20, (c.redisBytes()-before)>>20, residentBytes()>>20)
		clocked.reset()
		c.submit(500)
		took, used, redis = time.Now(), embeddedtest.ProcessorTime(b), c.redisTime()
		c.drain(10 * time.Millisecond)
		b.ReportMetric(micros(time.Since(took), 500), "µs/medium-of-500-more")
		b.ReportMetric(micros(embeddedtest.ProcessorTime(b)-used, 500), "cpu-µs/medium-of-500-more")
		b.ReportMetric(micros(c.redisTime()-redis, 500), "redis-µs/medium-of-500-more")
		clocked.log(b, 500)
		var alone []float64
		for range 30 {
			c.submit(1)
			took := time.Now()
			c.drain(time.Millisecond)
			alone = append(alone, micros(time.Since(took), 1))
		}
		slices.Sort(alone)
		b.ReportMetric(alone[len(alone)/2], "µs/one-alone")
		b.ReportMetric(0, "ns/op")
	}
}

func micros(d time.Duration, n int) float64 { return float64(d.Microseconds()) / float64(n) }

// crowd submits media that look as submitted ones do.
type crowd struct {
	*house
	n, parts      int
	founder, left int // number of the medium that the next ones look like, and how many
	exhibit       triage.Exhibit
}

// submit has n media examined that are in no set.
func (c *crowd) submit(n int) {
	for n > 0 {
		some := min(n, triage.MaxPartItems)
		c.part(some)
		n -= some
	}
}

func (c *crowd) part(n int) {
	c.t.Helper()
	ctx := c.t.Context()
	if c.parts%50 == 0 {
		x, err := c.house.submit.Open(ctx, c.examiner, "2026/"+strconv.Itoa(c.parts/100), "S"+strconv.Itoa(c.parts), time.Time{})
		c.ok(err)
		c.exhibit = x
	}
	c.parts++
	items, found := make([]triage.Item, n), make([]hashing.Examination, n)
	for i := range items {
		items[i], found[i] = c.next()
	}
	body, part, err := triage.EncodePart(items)
	c.ok(err)
	_, err = c.house.submit.PutPart(ctx, c.examiner, c.exhibit.ID, 0, part, body)
	c.ok(err)
	filed, outcomes := make([]triage.Filed, n), make([]triage.Outcome, n)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(1000) // they share packs
	for i := range items {
		g.Go(func() error {
			id := c.names.Medium(items[i].Digests.SHA256)
			if err := c.archive.PutMedium(ctx, id, triage.Slot{Exhibit: c.exhibit.ID, Part: part, Generation: 1}, strings.NewReader("x"), 1); err != nil {
				return err
			}
			r := triage.ExaminationRecord{Medium: id, Generation: 1, Size: items[i].Size, Keys: c.names.Digests(*items[i].Digests), Examination: found[i]}
			at, err := c.archive.PutExamination(ctx, r)
			filed[i] = triage.Filed{ExaminationRecord: r, At: at}
			outcomes[i] = triage.Outcome{Medium: id, Generation: 1, Finding: triage.Pending, Examination: &found[i]}
			return err
		})
	}
	c.ok(g.Wait())
	_, err = c.views.Media.FileExaminations(c.t.Context(), filed...)
	c.ok(err)
	c.ok(c.views.Outcomes.Apply(c.t.Context(), outcomes...))
}

// next draws an item with what its examination found.
func (c *crowd) next() (triage.Item, hashing.Examination) {
	n := c.n
	c.n++
	look := n
	if c.left > 0 {
		look = c.founder
		c.left--
	} else if dice := rand.New(rand.NewPCG(uint64(n), 9)); dice.IntN(10) >= 7 { //nolint:gosec // repeatable on purpose
		c.founder, c.left = n, 1+dice.IntN(9)
	}
	d, _, _ := hashing.Digest(strings.NewReader("bytes " + strconv.Itoa(n)))
	it := triage.Item{
		Path: fmt.Sprintf("DCIM/%03d/IMG_%08d.JPG", n/200%1000, n), Size: int64(100_000 + n%1000), Kind: hashing.KindPicture, Format: "jpeg",
		Modified: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).Add(-time.Duration(n) * time.Minute), Disposition: triage.IsMedia, Digests: &d,
	}
	x := hashing.Examination{
		Facts:       hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg", Width: 4000, Height: 3000},
		Fingerprint: &hashing.Fingerprint{Version: hashing.FingerprintVersion, Decoder: "jpeg/1", Quality: 90},
	}
	if n%3 == 0 {
		x.Facts.Make, x.Facts.Model, x.Facts.Taken = "Canon", "EOS 5D", it.Modified
	}
	draw := func(what string, away int) (codes pdq.Dihedrals) {
		for t := range codes {
			d, _, _ := hashing.Digest(strings.NewReader(fmt.Sprint(what, t, " ", look)))
			codes[t] = pdq.Hash(d.SHA256)
			for bit := range away {
				codes[t][(n+bit*7)%32] ^= 1 << (bit % 8)
			}
		}
		return codes
	}
	x.Fingerprint.PDQ = draw("whole ", n%11)
	if look%3 == 0 { // as many parts as were found in ordinary pictures
		x.Fingerprint.Views = []hashing.View{{Name: hashing.ViewTrimmed, Quality: 80, PDQ: draw("trimmed ", n%7)}}
	}
	return it, x
}

// drain lets the steward work until nothing waits, and looks whether that is so after each pause.
func (c *crowd) drain(pause time.Duration) {
	c.t.Helper()
	ctx, cancel := context.WithCancel(c.t.Context())
	var g sync.WaitGroup
	defer func() { cancel(); g.Wait() }()
	g.Go(func() { _ = c.steward.Run(ctx) })
	for {
		ungrouped, err := c.rdb.SCard(ctx, "t:ungrouped").Result()
		c.ok(err)
		waiting, err := c.rdb.ZCard(ctx, "t:torank").Result()
		c.ok(err)
		if ungrouped == 0 && waiting == 0 {
			return
		}
		time.Sleep(pause)
	}
}

func (c *crowd) ok(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *crowd) redisBytes() int64 {
	n, err := strconv.ParseInt(c.rdb.InfoMap(c.t.Context(), "memory").Val()["Memory"]["used_memory"], 10, 64)
	c.ok(err)
	return n
}

// redisTime is what Redis took of processors since it runs.
func (c *crowd) redisTime() (all time.Duration) {
	for _, name := range []string{"used_cpu_user", "used_cpu_sys"} {
		seconds, err := strconv.ParseFloat(c.rdb.InfoMap(c.t.Context(), "cpu").Val()["CPU"][name], 64)
		c.ok(err)
		all += time.Duration(seconds * float64(time.Second))
	}
	return all
}

// residentBytes is what the process holds, Redis not counted.
func residentBytes() int64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0 // another system than Linux
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(raw))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// headersOnly keeps of media the headers, in memory: what records are sealed by.
type headersOnly struct {
	objects.Store

	mu    sync.Mutex // guards media
	media map[string][]byte
}

// Put implements objects.Store.
func (h *headersOnly) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if !strings.HasPrefix(key, objects.Media+"/") {
		return h.Store.Put(ctx, key, r, size)
	}
	body, err := io.ReadAll(r)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.media[key] = body[:min(len(body), 64)]
	return err
}

// GetRange implements objects.Store.
func (h *headersOnly) GetRange(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	if !strings.HasPrefix(key, objects.Media+"/") {
		return h.Store.GetRange(ctx, key, off, n)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	body, ok := h.media[key]
	if !ok || off != 0 || n > int64(len(body)) {
		return nil, triage.E(triage.NotFound, "GetRange", key, "", nil)
	}
	return io.NopCloser(bytes.NewReader(body[:n])), nil
}

// clock adds up what a steward's calls take. Calls at the same time are added up as well.
type clock struct {
	mu    sync.Mutex // guards what follows
	spent map[string]time.Duration
	calls map[string]int
}

func (c *clock) reset() { clear(c.spent); clear(c.calls) }

func (c *clock) time(name string, n int) func() {
	start := time.Now()
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.spent[name] += time.Since(start)
		c.calls[name] += n
	}
}

func (c *clock) log(b *testing.B, media int) {
	for _, name := range slices.Sorted(maps.Keys(c.spent)) {
		b.Logf("  %-16s %8.1f µs a medium, %7d", name, micros(c.spent[name], media), c.calls[name])
	}
}

type clockedGroups struct {
	triage.GroupStore
	*clock
}

func (s clockedGroups) Ungrouped(ctx context.Context, n int) ([]triage.MediumID, error) {
	defer s.time("ungrouped", 1)()
	return s.GroupStore.Ungrouped(ctx, n)
}

func (s clockedGroups) Bear(ctx context.Context, births []triage.Founder) error {
	defer s.time("births", len(births))()
	return s.GroupStore.Bear(ctx, births)
}

func (s clockedGroups) JoinGroups(ctx context.Context, joins []triage.Join) error {
	defer s.time("joins", len(joins))()
	return s.GroupStore.JoinGroups(ctx, joins)
}

func (s clockedGroups) GroupsMedia(ctx context.Context, groups []triage.GroupID) ([][]triage.Medium, error) {
	defer s.time("members", len(groups))()
	return s.GroupStore.GroupsMedia(ctx, groups)
}

func (s clockedGroups) SaveRankings(ctx context.Context, by triage.WeightsSum, marked []triage.Marked, groups []triage.Group) error {
	defer s.time("rankings", len(groups))()
	return s.GroupStore.SaveRankings(ctx, by, marked, groups)
}

type clockedRecords struct {
	triage.GroupArchive
	*clock
}

func (s clockedRecords) PutJoins(ctx context.Context, number uint64, joins []triage.Join) error {
	defer s.time("record", 1)()
	return s.GroupArchive.PutJoins(ctx, number, joins)
}

type clockedExaminations struct {
	triage.ExaminationArchive
	*clock
}

func (s clockedExaminations) Examination(ctx context.Context, at triage.Locator) (triage.ExaminationRecord, error) {
	defer s.time("examinations ×16", 1)()
	return s.ExaminationArchive.Examination(ctx, at)
}
