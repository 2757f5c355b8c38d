package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/hashing"
	"vigie/store/embedded"
	"vigie/store/journal"
	"vigie/store/known"
	"vigie/store/objects"
	"vigie/store/setfile"
	"vigie/store/views"
	"vigie/store/work"
	"vigie/tools/triagebench/drive"
	"vigie/triage"
)

// jobLease is longer than any run's hiccup.
const jobLease = time.Minute

// stewardPause is shorter than a service's: the bench decides at once, and waits for what that makes of the queue.
const stewardPause = 2 * time.Millisecond

// service is the domain over a real Redis and a folder, in this process.
type service struct {
	redis    *embedded.Redis
	rdb      *redis.Client
	submit   *triage.Submission
	sets     *triage.Sets
	review   *triage.Review
	groups   views.Groups
	worker   *triage.Worker
	steward  *triage.Steward
	names    triage.Names
	now      *clock
	examiner triage.Actor
	exhibits []triage.ExhibitID // that were submitted
	stopped  func()
}

// clock is the service's: drives are submitted days apart.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// startService starts a service whose decoder knows what the given media are.
func startService(ctx context.Context, dir string, media decoder) (s *service, err error) {
	s = &service{names: triage.NewNames(key(1)), now: &clock{t: lastSubmission}, examiner: triage.Actor{ID: "a1", Name: "lab", Role: triage.Examiner}, stopped: func() {}}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	if s.redis, err = embedded.StartRedis(ctx, embedded.RedisOptions{Dir: filepath.Join(dir, "redis"), Password: rand.Text()}); err != nil {
		return s, err
	}
	s.rdb = redis.NewClient(&redis.Options{Network: "unix", Addr: s.redis.Addr(), Password: s.redis.Password()})
	folder, err := objects.OpenFolder(filepath.Join(dir, "objects"), time.Now)
	if err != nil {
		return s, err
	}
	root := key(2)
	sealed, err := objects.Seal(folder, root[:])
	if err != nil {
		return s, err
	}
	kept, err := journal.Open(ctx, objects.Keyed{Store: sealed}, journal.Options{Now: time.Now, Nonce: rand.Text})
	if err != nil {
		return s, err
	}
	serviceKeys := objects.NewServiceKeys(func() ([][objects.KeySize]byte, error) { return [][objects.KeySize]byte{key(3)}, nil })
	s.wire(objects.NewArchive(sealed, folder, serviceKeys, time.Now), kept, media)
	return s, nil
}

// wire builds the use cases over the stores.
func (s *service) wire(archive *objects.Archive, kept *journal.Journal, media decoder) {
	log := slog.New(slog.DiscardHandler)
	sets := known.New(s.rdb, "b:", key(4))
	mirror := known.NewMirror(sets, log)
	v, jobs := views.New(s.rdb, "b:", key(5), time.Now), work.New(s.rdb, "b:", jobLease)
	events := &triage.Projector{
		Journal: kept, Marks: v.Marks, Accounts: v.Accounts, Exhibits: v.Exhibits, Manifests: archive, Sets: sets,
		SetFiles: archive, Parse: setfile.Parse, Queue: v.Queue, Ends: v.Ends, Keys: archive, Rehashes: v.Rehashes, Names: s.names,
		Cases: v.Cases, Closed: v.Cases, Shelving: v.Shelving, Shelves: archive, Earlier: v.Earlier, Weights: v.Weights, Scores: v.Scores, Limits: v.Limits, Custody: v.Custody, Assigned: v.Assigned, Links: v.Links, Shown: v.Shown, Outcomes: v.Told,
	}
	s.groups = v.Groups
	s.submit = &triage.Submission{Exhibits: v.Exhibits, Media: v.Media, Archive: archive, Manifests: archive, Jobs: jobs, Events: events, Names: s.names, Now: s.now.now}
	s.sets = &triage.Sets{Store: sets, Archive: archive, Parse: setfile.Parse, Events: events, Lease: v.Lease, Log: log, Names: s.names, Now: time.Now}
	s.review = &triage.Review{Queue: v.Queue, Kin: v.Groups, Folders: v.Groups, Clues: v.Groups, Exhibits: v.Exhibits, Grants: v.Grants, Archive: archive, Events: events, Now: time.Now}
	s.worker = &triage.Worker{
		Jobs: jobs, Media: v.Media, Archive: archive, Examinations: archive, Decoder: media, Matcher: mirror, Outcomes: v.Outcomes, Rehashed: v.Rehashes,
		Outdated: func(hashing.Examination) bool { return false }, Events: events, Names: s.names, Parallel: 16, Touch: jobLease / 3, Now: time.Now, Log: log,
	}
	s.steward = &triage.Steward{
		Exhibits: v.Exhibits, Media: v.Media, Archive: archive, Examinations: archive, Records: archive, Marks: v.Marks, Matcher: mirror, Outcomes: v.Outcomes,
		Groups: v.Groups, Weights: v.Weights, Rerank: v.Rerank, Rematch: v.Rematch, Founders: triage.NewFounderIndex(v.Groups), Cases: v.Cases, Jobs: jobs, Lease: v.Lease, Events: events,
		Names: s.names, Now: time.Now, Pause: stewardPause, Log: log,
	}
}

// run lets a worker and a steward work until stop.
func (s *service) run() {
	ctx, cancel := context.WithCancel(context.Background())
	var g sync.WaitGroup
	g.Go(func() { _ = s.worker.Run(ctx) })
	g.Go(func() { _ = s.steward.Run(ctx) })
	s.stopped = func() { cancel(); g.Wait() }
}

func (s *service) stop() {
	s.stopped()
	if s.rdb != nil {
		_ = s.rdb.Close()
	}
	if s.redis != nil {
		s.redis.Stop()
	}
}

// key is one of the service's: the same in every run, so that groups get the same names.
func key(n byte) (k [32]byte) {
	k[0] = n
	return k
}

// decoder says what was simulated of each medium, by its bytes.
type decoder map[string]hashing.Examination

// Examine implements triage.Decoder.
func (d decoder) Examine(_ context.Context, r io.Reader, _ int64) (hashing.Examination, error) {
	name, err := io.ReadAll(r)
	if err != nil {
		return hashing.Examination{}, err
	}
	x, ok := d[string(name)]
	if !ok {
		return x, errors.New("no medium of the simulation")
	}
	return x, nil
}

// lists imports the partners' lists.
func (s *service) lists(ctx context.Context, w *drive.World) error {
	var files, benign, codes strings.Builder
	listed := make(map[string]bool)
	for m := range mediaOf(w) {
		if m.List == drive.Unlisted || listed[m.Name] {
			continue
		}
		listed[m.Name] = true
		digests := digestsOf(m)
		into := &files
		if m.List == drive.BenignFile {
			into = &benign
		}
		into.WriteString(hex.EncodeToString(digests.SHA1[:]) + "\n")
	}
	for _, c := range w.Known {
		codes.WriteString(c.String() + "\n")
	}
	for _, list := range []struct {
		options triage.ImportOptions
		text    string
	}{
		{triage.ImportOptions{Kind: triage.KnownSet, Source: "partner, files"}, files.String()},
		{triage.ImportOptions{Kind: triage.KnownSet, Source: "partner, pictures", Hash: triage.ByPDQ}, codes.String()},
		{triage.ImportOptions{Kind: triage.BenignSet, Source: "harmless files"}, benign.String()},
	} {
		if list.text == "" {
			continue
		}
		admin := triage.Actor{ID: "a3", Role: triage.Admin}
		if _, err := s.sets.Import(ctx, admin, list.options, strings.NewReader(list.text), int64(len(list.text))); err != nil {
			return err
		}
	}
	return nil
}
