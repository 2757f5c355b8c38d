package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/api"
	"vigie/api/client"
	"vigie/api/guard"
	"vigie/api/metrics"
	"vigie/api/web"
	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/store/embedded/embeddedtest"
	"vigie/store/examiner"
	"vigie/store/journal"
	"vigie/store/known"
	"vigie/store/objects"
	"vigie/store/setfile"
	"vigie/store/setpack"
	"vigie/store/views"
	"vigie/store/work"
	"vigie/triage"
)

// service is the whole service in this process, over real stores, with pages, a worker and a steward.
type service struct {
	t       *testing.T
	url     string
	access  *triage.Access
	archive *objects.Archive
	guard   *guard.Guard
	clock   *clock
	rdb     *redis.Client
	logs    logs
	down    atomic.Bool // what /readyz says of Redis
	signer  *journal.Signer
}

// logs keep all that the service logs.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// clock is the time plus what a test adds to it.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }
func (*clock) nonce() string             { return rand.Text() }
func discard() *slog.Logger              { return slog.New(slog.DiscardHandler) }

// inProcess decodes in this process what the service decodes in the jail.
type inProcess struct{}

func (inProcess) Examine(_ context.Context, r io.Reader, _ int64) (hashing.Examination, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return hashing.Examination{}, err
	}
	return decode.Examine(b, decode.Limits{}.WithDefaults()), nil
}

func (inProcess) Render(_ context.Context, r io.Reader, _ int64, v triage.View) ([]byte, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return decode.Preview(data, decode.RevealView(v.Step.Rung(), decode.Tiles(v.Tiles), v.Grey, v.Mark, v.Comment), decode.Limits{})
}

// start starts the service. archive, when set, replaces the place where media are kept.
func start(t *testing.T, archive triage.MediaArchive) *service {
	t.Helper()
	s := &service{t: t, clock: &clock{}}
	addr, password := embeddedtest.Redis(t)
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: addr, Password: password})
	s.rdb = rdb
	t.Cleanup(func() { rdb.Close() })
	log := slog.New(slog.NewTextHandler(&s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	folder, err := objects.OpenFolder(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := objects.Seal(folder, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	chain, err := journal.Open(t.Context(), objects.Keyed{Store: sealed}, journal.Options{Now: s.clock.now, Nonce: s.clock.nonce, Window: -1})
	if err != nil {
		t.Fatal(err)
	}
	if s.signer, err = journal.NewSigner([32]byte{7}); err != nil {
		t.Fatal(err)
	}
	const prefix = "{vigie}:"
	v, sets := views.New(rdb, prefix, [views.KeySize]byte{5}, s.clock.now), known.New(rdb, prefix, [known.KeySize]byte{4})
	mirror, jobs := known.NewMirror(sets, log), work.New(rdb, prefix, 5*time.Second)
	s.archive = objects.NewArchive(sealed, folder, objects.NewServiceKeys(func() ([][objects.KeySize]byte, error) { return [][objects.KeySize]byte{{9}}, nil }), time.Now)
	if archive == nil {
		archive = s.archive
	}
	names, founders := triage.NewNames([32]byte{1}), triage.NewFounderIndex(v.Groups)
	events := &triage.Projector{
		Journal: chain, Marks: v.Marks, Accounts: v.Accounts, Exhibits: v.Exhibits, Manifests: s.archive, Sets: sets,
		SetFiles: s.archive, Parse: setfile.Parse, Queue: v.Queue, Ends: v.Ends, Keys: s.archive, Names: names,
		Cases: v.Cases, Closed: v.Cases, Shelving: v.Shelving, Shelves: s.archive, Earlier: v.Earlier, Weights: v.Weights, Scores: v.Scores, Limits: v.Limits, Custody: v.Custody, Assigned: v.Assigned, Links: v.Links, Shown: v.Shown, Outcomes: v.Told,
	}
	s.access = &triage.Access{Accounts: v.Accounts, Sessions: v.Sessions, Events: events, Now: s.clock.now}
	u := web.UseCases{
		Submission: &triage.Submission{
			Exhibits: v.Exhibits, Media: v.Media, Archive: archive, Manifests: s.archive, Jobs: jobs, Events: events, Names: names, Notary: examiner.Notary, Now: s.clock.now,
		},
		Sets: &triage.Sets{Store: sets, Archive: s.archive, Parse: setfile.Parse, Events: events, Lease: v.Lease, Log: log, Names: names, Now: s.clock.now, Packs: setpack.Maker{Signer: s.signer}},
		Review: &triage.Review{
			Queue: v.Queue, Kin: v.Groups, Folders: v.Groups, Clues: v.Groups, Founders: founders, Exhibits: v.Exhibits, Grants: v.Grants, Archive: archive, Renderer: inProcess{}, Events: events, Policy: triage.ForAll(triage.RevealRules{Tiles: true, Names: true}), Now: s.clock.now,
		},
		Checks:       &triage.Checks{Matcher: mirror, Seen: v.Seen, Founders: founders, Archive: archive, Events: events, Names: names, Contact: "the desk"},
		Access:       s.access,
		Destructions: &triage.Destructions{Exhibits: v.Exhibits, Store: v.Ends, Lease: v.Lease, Events: events, Now: s.clock.now},
		Cases:        &triage.Cases{Exhibits: v.Exhibits, Ends: v.Ends, Lease: v.Lease, Events: events, Now: s.clock.now},
		Notices:      &triage.Notices{Store: v.Links, Exhibits: v.Exhibits, Events: events},
		Shown:        &triage.Shown{Store: v.Shown, Accounts: v.Accounts, Policy: triage.CountsTeam, Zone: time.UTC, Now: s.clock.now},
		Breaks:       &triage.Breaks{Sittings: v.Sittings, Shown: v.Shown, Limits: v.Limits, Policy: triage.BreakPolicy{After: triage.DefaultBreakAfter}, Now: s.clock.now},
		Overviews:    &triage.Overviews{Figures: v.Figures, Weights: v.Weights, Now: s.clock.now},
		Weighing:     &triage.Weighing{Store: v.Weights, Rerank: v.Rerank, Events: events},
		Rehash:       &triage.Rehash{Runs: v.Rehashes},
	}
	u.Outcomes = &triage.CaseOutcomes{Cases: u.Cases, Media: v.Media, Events: events}
	u.Assigner = &triage.Assigner{Cases: u.Cases, Lease: v.Lease, Events: events}
	u.Overviews.Submission = u.Submission
	steward := &triage.Steward{
		Exhibits: v.Exhibits, Media: v.Media, Archive: archive, Examinations: s.archive, Records: s.archive, Marks: v.Marks, Matcher: mirror, Outcomes: v.Outcomes,
		Groups: v.Groups, Scores: v.Scores, Weights: v.Weights, Rerank: v.Rerank, Rematch: v.Rematch, Founders: founders, Cases: v.Cases, Jobs: jobs, Lease: v.Lease, Events: events, Names: names, Now: s.clock.now, Log: log,
	}
	s.background(&triage.Worker{
		Jobs: jobs, Media: v.Media, Archive: archive, Examinations: s.archive, Decoder: inProcess{}, Matcher: mirror,
		Outcomes: v.Outcomes, Events: events, Names: names, Parallel: 2, Touch: time.Second, Now: time.Now, Log: log,
	}, steward, &triage.Closer{
		Store: v.Shelving, Manifests: s.archive, Shelves: s.archive, Steward: steward, Lease: v.Lease, Events: events, Log: log,
	}, mirror)
	u.Conditions = func(ctx context.Context) []triage.Condition {
		err := rdb.Ping(ctx).Err()
		if s.down.Load() {
			err = triage.E(triage.Unavailable, "ask", "", "Redis does not answer", nil)
		}
		return []triage.Condition{
			triage.NewCondition(triage.OfRedis, triage.Down, err), {Name: triage.OfWitness, State: triage.Degraded, Reason: "the witness"},
		}
	}
	s.listen(api.Options{
		Submission: u.Submission, Sets: u.Sets, Review: u.Review, Checks: u.Checks, Access: u.Access,
		Destructions: u.Destructions, Cases: u.Cases, Weighing: u.Weighing, Notices: u.Notices, Overviews: u.Overviews, Shown: u.Shown, Outcomes: u.Outcomes, Assigner: u.Assigner, Conditions: u.Conditions, Log: slog.New(slog.NewTextHandler(io.MultiWriter(s.t.Output(), &s.logs), &slog.HandlerOptions{Level: slog.LevelDebug})), Version: "test",
		Mount: func(g *guard.Guard) error {
			s.guard = g
			return web.Mount(g, u, web.Options{Now: s.clock.now})
		},
	})
	return s
}

// background runs what works beside the API until the test ends.
func (s *service) background(runners ...interface{ Run(context.Context) error }) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, len(runners))
	for _, r := range runners {
		go func() { ended <- r.Run(ctx) }()
	}
	s.t.Cleanup(func() {
		stop()
		for range runners {
			<-ended
		}
	})
}

// listen answers on a free port until the test ends.
func (s *service) listen(o api.Options) {
	s.t.Helper()
	o.Metrics = metrics.New(metrics.Sources{}).Handler()
	app, err := api.New(s.t.Context(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.url = "http://" + ln.Addr().String()
	served := make(chan error, 1)
	go func() { served <- app.Listener(api.Listener(ln)) }()
	s.t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := app.ShutdownWithTimeout(5 * time.Second); err != nil {
			s.t.Error(err)
		}
		if err := <-served; err != nil {
			s.t.Error(err)
		}
	})
}

// token makes an account of a role.
func (s *service) token(role triage.Role) string {
	s.t.Helper()
	token, _, err := s.access.NewToken(s.t.Context(), triage.Operator, role, "test "+string(role), "")
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// as returns a client of the service for a new account of a role.
func (s *service) as(role triage.Role) *client.Client { return client.New(s.url, s.token(role)) }

// picture draws a picture that is unlike those of other seeds.
func picture(t *testing.T, seed float64) []byte {
	t.Helper()
	const side = 256
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			u, v := float64(x)/side, float64(y)/side
			wave := func(f, p float64) float64 { return 0.5 + 0.5*math.Sin(2*math.Pi*f*(u+v*p)+seed*f) }
			r, g, b := wave(3+seed, 0.3*seed), wave(5, -0.7*seed), wave(2+2*seed, 1.9)
			img.Set(x, y, color.RGBA{uint8(255 * r), uint8(255 * g), uint8(255 * b), 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// item declares a file.
func item(t *testing.T, path string, content []byte) triage.Item {
	t.Helper()
	digests, size, err := hashing.Digest(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	kind, format := decode.Sniff(content)
	it := triage.Item{Path: path, Size: size, Disposition: triage.IsMedia, Kind: kind, Format: format, Digests: &digests}
	if kind == hashing.KindOther {
		it.Disposition = triage.NotMedia
	}
	return it
}

// submit submits pictures as an exhibit and waits until all has been said of it.
func (s *service) submit(c *client.Client, caseNumber, seal string, pictures ...[]byte) string {
	s.t.Helper()
	return s.submitIn(c, caseNumber, seal, "DCIM", pictures...)
}

// submitIn is submit, of pictures in a folder.
func (s *service) submitIn(c *client.Client, caseNumber, seal, folder string, pictures ...[]byte) string {
	s.t.Helper()
	x, err := c.Open(s.t.Context(), caseNumber, seal, "")
	if err != nil {
		s.t.Fatal(err)
	}
	bySum := map[hashing.SHA256][]byte{}
	var items []triage.Item
	for i, p := range pictures {
		it := item(s.t, folder+"/IMG_"+string(rune('0'+i))+".jpg", p)
		bySum[it.Digests.SHA256] = p
		items = append(items, it)
	}
	body, part, err := triage.EncodePart(items)
	if err != nil {
		s.t.Fatal(err)
	}
	wanted, err := c.PutPart(s.t.Context(), x.ID, 1, part, body)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, w := range wanted {
		open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(bySum[w])), nil }
		if err := c.Upload(s.t.Context(), w, open, int64(len(bySum[w]))); err != nil {
			s.t.Fatal(err)
		}
	}
	if _, err := c.Seal(s.t.Context(), x.ID, []triage.PartID{part}); err != nil {
		s.t.Fatal(err)
	}
	s.settled(c, x.ID)
	return x.ID
}

// settled waits until nothing of an exhibit is pending.
func (s *service) settled(c *client.Client, id string) {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		x, err := c.Exhibit(s.t.Context(), id)
		if err != nil {
			s.t.Fatal(err)
		}
		if x.Progress.Settled {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("not settled: %+v", x.Progress)
		}
	}
}
