package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	mathrand "math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/api/guard"
	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/jail"
	"vigie/store/embedded/embeddedtest"
	keys "vigie/store/examiner"
	"vigie/store/journal"
	"vigie/store/known"
	"vigie/store/objects"
	"vigie/store/setfile"
	"vigie/store/views"
	"vigie/store/work"
	"vigie/triage"
)

const jailChild = "jail-child"

// TestMain lets the test binary be the process that decodes.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == jailChild {
		if err := jail.RunChild(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// house is the service on real stores: Redis, a folder, and the jail.
type house struct {
	UseCases
	base    string // address of the pages
	names   triage.Names
	journal *journal.Journal
	worker  *triage.Worker
	steward *triage.Steward
	closer  *triage.Closer
	enterer *triage.Enterer
	linker  *triage.Linker
	mirror  *known.Mirror
	tokens  map[triage.Role]string
	actors  map[triage.Role]triage.Actor

	diskLoad float64 // what the service finds when it looks at its disk
}

// fill has the service find its disk so full.
func (h *house) fill(t *testing.T, load float64) {
	h.diskLoad = load
	h.Submission.Room.Limits[0].Look(t.Context())
}

func newHouse(t *testing.T) *house {
	t.Helper()
	addr, password := embeddedtest.Redis(t)
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: addr, Password: password})
	t.Cleanup(func() { rdb.Close() })
	folder, err := objects.OpenFolder(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := journal.Open(t.Context(), objects.Keyed{Store: folder}, journal.Options{Now: time.Now, Nonce: rand.Text, Window: -1})
	if err != nil {
		t.Fatal(err)
	}
	const prefix = "{test}:"
	v, sets, jobs := views.New(rdb, prefix, [views.KeySize]byte{5}, time.Now), known.New(rdb, prefix, [known.KeySize]byte{4}), work.New(rdb, prefix, 10*time.Second)
	archive, mirror, names := objects.NewArchive(folder, folder, objects.NewServiceKeys(func() ([][objects.KeySize]byte, error) { return [][objects.KeySize]byte{{9}}, nil }), time.Now), known.NewMirror(sets, quiet()), triage.NewNames([32]byte{1})
	pool := jail.New(jail.Options{Command: []string{os.Args[0], jailChild}, Children: 1})
	t.Cleanup(pool.Close)
	founders := triage.NewFounderIndex(v.Groups)
	events := &triage.Projector{
		Journal: chain, Marks: v.Marks, Accounts: v.Accounts, Exhibits: v.Exhibits, Manifests: archive, Sets: sets,
		SetFiles: archive, Parse: setfile.Parse, Queue: v.Queue, Ends: v.Ends, Keys: archive, Names: names,
		Cases: v.Cases, Closed: v.Cases, Shelving: v.Shelving, Shelves: archive, Earlier: v.Earlier, Weights: v.Weights, Scores: v.Scores, Limits: v.Limits, Custody: v.Custody, Assigned: v.Assigned, Links: v.Links, Shown: v.Shown, Outcomes: v.Told,
	}

	h := &house{names: names, journal: chain, mirror: mirror, tokens: make(map[triage.Role]string), actors: make(map[triage.Role]triage.Actor)}
	h.Submission = &triage.Submission{Exhibits: v.Exhibits, Media: v.Media, Archive: archive, Manifests: archive, Jobs: jobs, Events: events, Names: names, Notary: keys.Notary, Now: time.Now}
	h.Sets = &triage.Sets{Store: sets, Archive: archive, Parse: setfile.Parse, Events: events, Lease: v.Lease, Log: quiet(), Names: names, Now: time.Now}
	h.Review = &triage.Review{Queue: v.Queue, Kin: v.Groups, Folders: v.Groups, Clues: v.Groups, Founders: founders, Exhibits: v.Exhibits, Grants: v.Grants, Archive: archive, Renderer: renderer{pool}, Events: events, Policy: triage.ForAll(triage.RevealRules{Jumps: true, Tiles: true, Names: true}), Now: time.Now}
	h.Checks = &triage.Checks{Matcher: mirror, Seen: v.Seen, Founders: founders, Archive: archive, Events: events, Names: names, Contact: "01 00 00 00 00"}
	h.Access = &triage.Access{Accounts: v.Accounts, Sessions: v.Sessions, Events: events, Now: time.Now}
	h.Destructions = &triage.Destructions{Exhibits: v.Exhibits, Store: v.Ends, Lease: v.Lease, Events: events, Now: time.Now}
	h.Cases = &triage.Cases{Exhibits: v.Exhibits, Ends: v.Ends, Lease: v.Lease, Events: events, Now: time.Now}
	h.Weighing = &triage.Weighing{Store: v.Weights, Rerank: v.Rerank, Events: events}
	h.worker = &triage.Worker{Jobs: jobs, Media: v.Media, Archive: archive, Examinations: archive, Decoder: pool, Matcher: mirror, Outcomes: v.Outcomes, Events: events, Names: names, Parallel: 1, Touch: 3 * time.Second, Now: time.Now, Log: quiet()}
	h.Rehash = &triage.Rehash{Runs: v.Rehashes}
	h.steward = &triage.Steward{Exhibits: v.Exhibits, Media: v.Media, Archive: archive, Examinations: archive, Records: archive, Marks: v.Marks, Matcher: mirror, Outcomes: v.Outcomes, Groups: v.Groups, Scores: v.Scores, Weights: v.Weights, Rerank: v.Rerank, Rematch: v.Rematch, Founders: founders, Cases: v.Cases, Jobs: jobs, Lease: v.Lease, Events: events, Names: names, Now: time.Now, Log: quiet()}
	h.closer = &triage.Closer{Store: v.Shelving, Manifests: archive, Shelves: archive, Steward: h.steward, Lease: v.Lease, Events: events, Log: quiet()}
	h.enterer = &triage.Enterer{Queue: v.Queue, Archive: archive, Decoder: pool, Sets: h.Sets, Due: v.Rematch, Founders: founders, Events: events, Names: names, Lease: v.Lease, Log: quiet()}
	h.linker = &triage.Linker{Store: v.Links, Media: v.Media, Events: events, Lease: v.Lease, Log: quiet()}
	h.Overviews = &triage.Overviews{Submission: h.Submission, Figures: v.Figures, Weights: v.Weights, Now: time.Now}
	h.Notices = &triage.Notices{Store: v.Links, Exhibits: v.Exhibits, Events: events}
	h.Shown = &triage.Shown{Store: v.Shown, Accounts: v.Accounts, Zone: time.UTC, Now: time.Now}
	h.Outcomes = &triage.CaseOutcomes{Cases: h.Cases, Media: v.Media, Events: events}
	h.Assigner = &triage.Assigner{Cases: h.Cases, Lease: v.Lease, Events: events}
	h.Breaks = &triage.Breaks{Sittings: v.Sittings, Shown: v.Shown, Limits: v.Limits, Now: time.Now}
	for _, r := range triage.Roles {
		token, account, err := h.Access.NewToken(t.Context(), triage.Operator, r, "Test "+string(r), "")
		if err != nil {
			t.Fatal(err)
		}
		h.tokens[r], h.actors[r] = token, account.Actor
	}
	disk := &triage.Limit{Name: triage.OfDisk, Hint: "the disk of the data folder is full: free space or move the folder", Load: func(context.Context) (float64, error) {
		return h.diskLoad, nil
	}}
	h.Submission.Room = &triage.Room{Limits: []*triage.Limit{disk}}
	h.Sets.Room = h.Submission.Room
	h.Conditions = func(context.Context) []triage.Condition { return h.Submission.Room.Conditions() }
	h.serve(t)
	return h
}

// serve answers on a port of its own until the test ends.
func (h *house) serve(t *testing.T) {
	t.Helper()
	g := guard.New(context.WithoutCancel(t.Context()), guard.Options{Access: h.Access, Log: quiet(), Now: time.Now})
	if err := Mount(g, h.UseCases, Options{Now: time.Now, Zone: time.UTC, OperatorCSS: []byte("/* the operator's own */"), Support: "Soutien : 01 00 00 00 00, jour et nuit"}); err != nil {
		t.Fatal(err)
	}
	ln := listen(t)
	h.base = "http://" + ln.Addr().String()
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := g.App().Listener(ln); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(func() {
		if err := g.App().ShutdownWithTimeout(5 * time.Second); err != nil {
			t.Logf("shutdown: %v", err)
		}
		serving.Wait()
	})
}

// work examines and ranks what is queued until the test ends.
func (h *house) work(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var working sync.WaitGroup
	for _, run := range []func(context.Context) error{h.worker.Run, h.steward.Run, h.mirror.Run, h.closer.Run, h.enterer.Run, h.linker.Run} {
		working.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				t.Errorf("work: %v", err)
			}
		})
	}
	t.Cleanup(func() {
		stop()
		working.Wait()
	})
}

// renderer renders in the jail, as the service does.
type renderer struct{ pool *jail.Pool }

func (r renderer) Render(ctx context.Context, body io.Reader, size int64, v triage.View) ([]byte, error) {
	return r.pool.Preview(ctx, body, size, decode.RevealView(v.Step.Rung(), decode.Tiles(v.Tiles), v.Grey, v.Mark, v.Comment))
}

// submit sends pictures as an examiner's client would, and returns the exhibit.
func (h *house) submit(t *testing.T, seal string, pictures ...[]byte) triage.Exhibit {
	t.Helper()
	return h.submitIn(t, seal, "DCIM/Camera", pictures...)
}

// submitIn is submit, of pictures in a folder.
func (h *house) submitIn(t *testing.T, seal, folder string, pictures ...[]byte) triage.Exhibit {
	t.Helper()
	ctx, by := t.Context(), h.actors[triage.Examiner]
	x, err := h.Submission.Open(ctx, by, "2026/00123", seal, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var items []triage.Item
	bodies := make(map[hashing.SHA256][]byte)
	for i, b := range pictures {
		d, size, err := hashing.Digest(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		bodies[d.SHA256] = b
		items = append(items, triage.Item{
			Path: fmt.Sprintf("%s/secret-name-%d.jpg", folder, i), Size: size, Modified: sampleNow, Disposition: triage.IsMedia,
			Kind: hashing.KindPicture, Format: "jpeg", Digests: &d,
		})
	}
	part, id, err := triage.EncodePart(items)
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := h.Submission.PutPart(ctx, by, x.ID, 0, id, part)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wanted {
		if err := h.Submission.Upload(ctx, by, w, bytes.NewReader(bodies[w]), int64(len(bodies[w]))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Submission.Seal(ctx, by, x.ID, []triage.PartID{id}); err != nil {
		t.Fatal(err)
	}
	return x
}

// settle waits until an exhibit has all its findings.
func (h *house) settle(t *testing.T, x triage.Exhibit) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		p, err := h.Submission.Progress(t.Context(), h.actors[triage.Examiner], x.ID)
		if err != nil {
			t.Fatal(err)
		}
		if p.Settled {
			return
		}
	}
	t.Fatal("the exhibit did not settle in 30 s")
}

// drawing makes a picture of coloured boxes: rich enough to be compared, and another one for each seed.
func drawing(t *testing.T, seed uint64) []byte {
	t.Helper()
	r := mathrand.New(mathrand.NewPCG(seed, seed))
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for range 60 {
		x, y, c := r.IntN(600), r.IntN(440), color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		width, height := 20+r.IntN(180), 20+r.IntN(140)
		for dy := range height {
			for dx := range width {
				img.SetRGBA(x+dx, y+dy, c)
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
