package triage_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"iter"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/store/embedded/embeddedtest"
	"vigie/store/examiner"
	"vigie/store/journal"
	"vigie/store/known"
	"vigie/store/objects"
	"vigie/store/objects/objectstest"
	"vigie/store/setfile"
	"vigie/store/views"
	"vigie/store/work"
	"vigie/triage"
)

// house is the whole domain over a real Redis and a folder of sealed objects, both of which can be made to fail.
type house struct {
	t        testing.TB
	rdb      *redis.Client
	faults   *redisFaults
	objects  *objectstest.Faulty
	journal  *journal.Journal
	events   *triage.Projector
	mirror   *known.Mirror
	archive  *objects.Archive
	views    *views.Views
	jobs     *work.Queue
	names    triage.Names
	decoder  triage.Decoder
	submit   *triage.Submission
	sets     *triage.Sets
	review   *triage.Review
	checks   *triage.Checks
	worker   *triage.Worker
	steward  *triage.Steward
	putOff   *lastLine // why the steward, if it does, puts off what it has to do
	examiner triage.Actor
	reviewer triage.Session
}

// lastLine keeps the last of the lines that are written.
type lastLine struct {
	mu   sync.Mutex
	line string
}

func (l *lastLine) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line = string(p)
	return len(p), nil
}

func (l *lastLine) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.line
}

// testKeys is a service key.
var testKeys = objects.NewServiceKeys(func() ([][objects.KeySize]byte, error) { return [][objects.KeySize]byte{{9}}, nil })

const testLease = 100 * time.Millisecond

func newHouse(t testing.TB) *house {
	t.Helper()
	return newHouseOver(t, func(s objects.Store) objects.Store { return s })
}

// newHouseOver is newHouse over what becomes of its folder of objects.
func newHouseOver(t testing.TB, over func(objects.Store) objects.Store) *house {
	t.Helper()
	addr, password := embeddedtest.Redis(t)
	h := &house{t: t, faults: &redisFaults{}, names: triage.NewNames([32]byte{1}), decoder: inProcess{}}
	h.rdb = redis.NewClient(&redis.Options{Network: "unix", Addr: addr, Password: password, MaxRetries: -1})
	h.rdb.AddHook(h.faults)
	t.Cleanup(func() { _ = h.rdb.Close() })

	folder, err := objects.OpenFolder(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	h.objects = objectstest.NewFaulty(over(folder))
	sealed, err := objects.Seal(h.objects, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if h.journal, err = journal.Open(t.Context(), objects.Keyed{Store: sealed}, journal.Options{Now: time.Now, Nonce: rand.Text, Window: -1}); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	sets := known.New(h.rdb, "t:", [known.KeySize]byte{4})
	mirror := known.NewMirror(sets, log)
	h.mirror = mirror
	h.archive, h.views, h.jobs = objects.NewArchive(sealed, h.objects, testKeys, time.Now), views.New(h.rdb, "t:", [views.KeySize]byte{5}, time.Now), work.New(h.rdb, "t:", testLease)
	v, founders := h.views, triage.NewFounderIndex(h.views.Groups)
	h.events = &triage.Projector{
		Journal: h.journal, Marks: v.Marks, Accounts: v.Accounts, Exhibits: v.Exhibits, Manifests: h.archive, Sets: sets,
		SetFiles: h.archive, Parse: setfile.Parse, Queue: v.Queue, Ends: v.Ends, Keys: h.archive, Rehashes: v.Rehashes, Names: h.names,
		Cases: v.Cases, Closed: v.Cases, Shelving: v.Shelving, Shelves: h.archive, Earlier: v.Earlier, Weights: v.Weights, Scores: v.Scores, Limits: v.Limits, Custody: v.Custody, Assigned: v.Assigned, Links: v.Links, Shown: v.Shown, Outcomes: v.Told,
	}
	h.submit = &triage.Submission{Exhibits: v.Exhibits, Media: v.Media, Archive: h.archive, Manifests: h.archive, Jobs: h.jobs, Events: h.events, Names: h.names, Notary: examiner.Notary, Now: time.Now}
	h.sets = &triage.Sets{Store: sets, Archive: h.archive, Parse: setfile.Parse, Events: h.events, Lease: v.Lease, Log: log, Names: h.names, Now: time.Now}
	h.review = &triage.Review{Queue: v.Queue, Kin: v.Groups, Folders: v.Groups, Clues: v.Groups, Founders: founders, Exhibits: v.Exhibits, Grants: v.Grants, Archive: h.archive, Renderer: inProcess{}, Events: h.events, Policy: triage.ForAll(triage.RevealRules{}), Now: time.Now}
	h.checks = &triage.Checks{Matcher: mirror, Seen: v.Seen, Founders: founders, Archive: h.archive, Events: h.events, Names: h.names, Contact: "the office"}
	h.worker = &triage.Worker{Jobs: h.jobs, Media: v.Media, Archive: h.archive, Examinations: h.archive, Decoder: switchable{h}, Matcher: mirror, Outcomes: v.Outcomes, Rehashed: v.Rehashes, Outdated: decode.Outdated, Decoders: decode.Decoders(), Events: h.events, Names: h.names, Parallel: 2, Touch: testLease / 3, Now: time.Now, Log: log}
	h.putOff = new(lastLine)
	warnings := slog.New(slog.NewTextHandler(h.putOff, &slog.HandlerOptions{Level: slog.LevelWarn}))
	h.steward = &triage.Steward{Exhibits: v.Exhibits, Media: v.Media, Archive: h.archive, Examinations: h.archive, Records: h.archive, Marks: v.Marks, Matcher: mirror, Outcomes: v.Outcomes, Groups: v.Groups, Scores: v.Scores, Weights: v.Weights, Rerank: v.Rerank, Rematch: v.Rematch, Founders: founders, Cases: v.Cases, Jobs: h.jobs, Lease: v.Lease, Events: h.events, Names: h.names, Now: time.Now, Log: warnings}
	h.steward.Sweep = &triage.Sweep{
		Changes: mirror, Store: v.Rematch, Examinations: h.archive, Prints: h.archive, Seen: v.Seen, Events: h.events, Least: triage.SweepFrom, Now: time.Now, Log: log,
	}
	h.examiner = triage.Actor{ID: "a1", Name: "lab", Role: triage.Examiner}
	h.reviewer = triage.Session{ID: "s1", Actor: triage.Actor{ID: "a2", Name: "office", Role: triage.Reviewer}}
	return h
}

// run lets a worker and a steward work until the test's end, or until stop is called.
func (h *house) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var g sync.WaitGroup
	g.Go(func() { _ = h.worker.Run(ctx) })
	g.Go(func() { _ = h.steward.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); g.Wait() })
	h.t.Cleanup(stop)
	return stop
}

// picture is an item of a source, with its bytes.
type picture struct {
	item  triage.Item
	bytes []byte
}

// newPicture draws a landscape that is another for each seed.
func newPicture(t testing.TB, path string, seed int) picture {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			v := uint8((x*x*(seed+3)/97 + y*y*(seed*seed+5)/61 + (x/(17+seed%13))*(y/(11+seed%7))*23) >> 3)
			img.SetRGBA(x, y, color.RGBA{v, uint8(int(v) * (seed%5 + 1) / 6), 255 - v, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return newItem(path, b.Bytes())
}

func newItem(path string, content []byte) picture {
	d, n, _ := hashing.Digest(bytes.NewReader(content))
	kind, format := decode.Sniff(content)
	it := triage.Item{Path: path, Size: n, Kind: kind, Format: format, Disposition: triage.NotMedia, Digests: &d}
	if kind != hashing.KindOther {
		it.Disposition = triage.IsMedia
	}
	return picture{it, content}
}

// submitOnce does what "vigie submit" does in one run, and fails at the first fault.
func (h *house) submitOnce(ctx context.Context, seal string, source ...picture) error {
	return h.submitTo(ctx, "2026/1", seal, source...)
}

func (h *house) submitTo(ctx context.Context, caseNumber, seal string, source ...picture) error {
	x, err := h.submit.Open(ctx, h.examiner, caseNumber, seal, time.Time{})
	if err != nil {
		return err
	}
	items := make([]triage.Item, len(source))
	contents := make(map[hashing.SHA256][]byte)
	for i, p := range source {
		items[i] = p.item
		contents[p.item.Digests.SHA256] = p.bytes
	}
	body, part, err := triage.EncodePart(items)
	if err != nil {
		return err
	}
	wanted, err := h.submit.PutPart(ctx, h.examiner, x.ID, 1, part, body)
	if err != nil {
		return err
	}
	if err := h.upload(ctx, wanted, contents); err != nil {
		return err
	}
	_, err = h.submit.Seal(ctx, h.examiner, x.ID, []triage.PartID{part})
	return err
}

// upload sends the first medium by itself, and the others together.
func (h *house) upload(ctx context.Context, wanted []hashing.SHA256, contents map[hashing.SHA256][]byte) error {
	var batch []triage.SmallMedium
	for i, w := range wanted {
		if i > 0 {
			batch = append(batch, triage.SmallMedium{Want: w, Content: contents[w]})
			continue
		}
		if err := h.submit.Upload(ctx, h.examiner, w, bytes.NewReader(contents[w]), int64(len(contents[w]))); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(batch, triage.MaxBatchMedia) {
		refused, err := h.submit.UploadBatch(ctx, h.examiner, some)
		if err = errors.Join(append(refused, err)...); err != nil {
			return err
		}
	}
	return nil
}

// listed opens an exhibit and sends a part that lists p, whose bytes are not sent.
func (h *house) listed(seal string, p picture) (x triage.Exhibit, part triage.PartID, body []byte) {
	h.t.Helper()
	x, err := h.submit.Open(h.t.Context(), h.examiner, "2026/1", seal, time.Time{})
	if err != nil {
		h.t.Fatal(err)
	}
	if body, part, err = triage.EncodePart([]triage.Item{p.item}); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.submit.PutPart(h.t.Context(), h.examiner, x.ID, 1, part, body); err != nil {
		h.t.Fatal(err)
	}
	return x, part, body
}

func (h *house) mustSubmit(seal string, source ...picture) triage.ExhibitID {
	h.t.Helper()
	if err := h.submitOnce(h.t.Context(), seal, source...); err != nil {
		h.t.Fatal(err)
	}
	return h.names.Exhibit("2026/1", seal)
}

// settle waits until an exhibit is settled.
func (h *house) settle(id triage.ExhibitID) triage.Progress {
	h.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		p, err := h.submit.Progress(h.t.Context(), h.examiner, id)
		if err == nil && p.Settled {
			return p
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("exhibit %s is not settled: %+v, %v; %s", id, p, err, h.putOff)
		}
	}
}

// findings returns what became of each path.
func (h *house) findings(id triage.ExhibitID) map[string]triage.ItemFinding {
	h.t.Helper()
	lines, err := h.submit.Findings(h.t.Context(), h.examiner, id)
	if err != nil {
		h.t.Fatal(err)
	}
	found := make(map[string]triage.ItemFinding)
	for f, err := range lines {
		if err != nil {
			h.t.Fatal(err)
		}
		found[f.Item.Path] = f
	}
	return found
}

// importSet imports a list of lines as administrator.
func (h *house) importSet(kind triage.SetKind, lines ...string) triage.HashSet {
	h.t.Helper()
	file := strings.Join(lines, "\n") + "\n"
	admin := triage.Actor{ID: "a3", Role: triage.Admin}
	o := triage.ImportOptions{Kind: kind, Source: "partner", Hash: triage.ByPDQ}
	report, err := h.sets.Import(h.t.Context(), admin, o, strings.NewReader(file), int64(len(file)))
	if err != nil {
		h.t.Fatal(err)
	}
	return report.Set
}

// copyRedis copies all that Redis holds, but for leases.
func (h *house) copyRedis() map[string]string {
	all := make(map[string]string)
	for _, key := range h.rdb.Keys(h.t.Context(), "*").Val() {
		if !strings.Contains(key, "lease:") {
			all[key] = h.rdb.Dump(h.t.Context(), key).Val()
		}
	}
	return all
}

// restoreRedis makes Redis hold what was copied, and nothing else.
func (h *house) restoreRedis(all map[string]string) {
	h.rdb.FlushAll(h.t.Context())
	for key, value := range all {
		h.rdb.Restore(h.t.Context(), key, 0, value)
	}
}

// events returns the journal's events of one kind.
func (h *house) recorded(kind triage.EventKind) []triage.Event {
	h.t.Helper()
	var found []triage.Event
	for ev, err := range iter.Seq2[triage.Event, error](h.journal.Read(h.t.Context(), 1)) {
		if err != nil {
			h.t.Fatal(err)
		}
		if ev.Kind == kind {
			found = append(found, ev)
		}
	}
	return found
}

// inProcess decodes without a jail.
type inProcess struct{}

func (inProcess) Examine(_ context.Context, r io.Reader, _ int64) (hashing.Examination, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return hashing.Examination{}, err
	}
	return decode.Examine(data, decode.Limits{}), nil
}

func (inProcess) Render(_ context.Context, r io.Reader, _ int64, v triage.View) ([]byte, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return decode.Preview(data, decode.RevealView(v.Step.Rung(), decode.Tiles(v.Tiles), v.Grey, v.Mark, v.Comment), decode.Limits{})
}

// switchable lets a test replace the decoder of a running worker.
type switchable struct{ h *house }

func (s switchable) Examine(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error) {
	return s.h.decoder.Examine(ctx, r, size)
}

// redisFaults makes one command to Redis fail, before or after it took effect.
type redisFaults struct {
	mu    sync.Mutex
	armed bool
	on    string // only commands on keys that begin so are counted
	at    int    // the command that fails, from 1
	after bool
	calls int
	hit   bool
	lose  func() // done once, before the at-th command, instead of the fault
}

var errOnPurpose = errors.New("a fault on purpose")

// arm makes the at-th command from now on fail.
func (f *redisFaults) arm(at int, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed, f.on, f.at, f.after, f.calls, f.hit, f.lose = true, "", at, after, 0, false, nil
}

// armOn is arm among the commands on keys that begin with on.
func (f *redisFaults) armOn(on string, at int, after bool) {
	f.arm(at, after)
	f.only(on)
}

// loseAt has lose done before the at-th command from now on.
func (f *redisFaults) loseAt(at int, lose func()) {
	f.arm(at, false)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lose = lose
}

// only counts commands on keys that begin with on alone, of those that are armed.
func (f *redisFaults) only(on string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on = on
}

// disarm ends the faults and reports whether one was met.
func (f *redisFaults) disarm() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = false
	return f.hit
}

func (f *redisFaults) around(do func() error, cmds ...redis.Cmder) error {
	f.mu.Lock()
	counts := f.on == "" || slices.ContainsFunc(cmds, f.isOn)
	if counts {
		f.calls++
	}
	fails := counts && f.armed && f.calls == f.at
	f.hit = f.hit || fails
	after, lose := f.after, f.lose
	f.mu.Unlock()
	if fails && lose != nil {
		lose()
	}
	if !fails || lose != nil {
		return do()
	}
	if after {
		_ = do()
	}
	return fmt.Errorf("redis: %w", errOnPurpose)
}

func (f *redisFaults) isOn(cmd redis.Cmder) bool {
	return slices.ContainsFunc(cmd.Args(), func(arg any) bool {
		key, _ := arg.(string)
		return strings.HasPrefix(key, f.on)
	})
}

func (f *redisFaults) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (f *redisFaults) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := f.around(func() error { return next(ctx, cmd) }, cmd)
		if errors.Is(err, errOnPurpose) {
			cmd.SetErr(err)
		}
		return err
	}
}

func (f *redisFaults) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := f.around(func() error { return next(ctx, cmds) }, cmds...)
		if errors.Is(err, errOnPurpose) {
			for _, cmd := range cmds {
				cmd.SetErr(err)
			}
		}
		return err
	}
}

// inSets leaves out how what is in no set ranks, which weights say and what lies beside it.
func inSets(f triage.Finding) triage.Finding {
	if f == triage.ProbableNew {
		return triage.Unranked
	}
	return f
}

// opinion is one of that verdict: what is illegal is of some category.
func opinion(v triage.Verdict, note string) triage.Opinion {
	o := triage.Opinion{Verdict: v, Note: note}
	if v == triage.Illegal {
		o.Category = "A1"
	}
	return o
}
