package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"vigie/api"
	"vigie/api/guard"
	"vigie/api/metrics"
	"vigie/api/web"
	"vigie/hashing/decode"
	"vigie/hashing/jail"
	"vigie/store/classifier"
	"vigie/store/examiner"
	"vigie/store/journal"
	"vigie/store/known"
	"vigie/store/known/matcher"
	"vigie/store/objects"
	"vigie/store/setfile"
	"vigie/store/setpack"
	"vigie/store/views"
	"vigie/store/work"
	"vigie/triage"
)

// redisPrefix begins every key of ours in Redis. The braces keep all of them in one slot of a cluster, but exact digests, which
// store/known spreads.
const redisPrefix = "{vigie}:"

// headroom is how much garbage, in bytes, a service may gather before it is collected, beside as much as what lives: without it, a
// service that keeps little in memory spends a tenth of its processor time collecting. It counts as living, and takes no memory, as nobody
// writes to it.
const headroom = 128 << 20

// house is one process's service, wired:
//
//	folder or MinIO ── sealed ──┬── journal ─────────┐
//	                            └── archive ─────────┤
//	                                                 ├── use cases of triage ──┬── api: rest, web ── listen
//	Redis ──┬── views: exhibits, media, groups, … ───┤                         ├── worker ── jail
//	        ├── known: sets ── mirror, or matchers ──┤                         └── steward
//	        └── jobs ────────────────────────────────┤
//	                                                 │
//	an agency's classifier, if there is one ─────────┘
type house struct {
	config     *serviceConfig
	headroom   []byte // never written to
	url        string
	log        *slog.Logger
	names      triage.Names
	redis      redis.UniversalClient // without the gate
	raw        objects.Store
	journal    *journal.Journal
	keeper     *journal.Keeper
	compactor  *journal.Compactor
	archive    *objects.Archive
	views      *views.Views
	sets       *known.Sets
	packs      setpack.Maker
	mirror     *known.Mirror
	shards     *matcher.Client // hold the sets for the mirror; nil: it does itself
	jobs       *work.Queue
	classifier *classifier.Client // scores pictures; nil: nobody does
	room       *triage.Room
	founders   *triage.FounderIndex
	events     *triage.Projector
	catchUp    *triage.CatchUp
	access     *triage.Access
	rehash     *triage.Rehash
	metrics    *metrics.Metrics
	pool       *jail.Pool // decodes; nil before the process runs
}

// withHouse runs do on a house over the servers that c names.
func withHouse(ctx context.Context, c *serviceConfig, env *environment, do func(*house) error) error {
	return withHouseOn(ctx, c, env, reachOutside, do)
}

// withHouseOn runs do on a house over the servers that reach finds.
func withHouseOn(ctx context.Context, c *serviceConfig, env *environment, reach reach, do func(*house) error) error {
	keys, err := c.loadSecrets()
	if err != nil {
		return err
	}
	log := env.logger(c)
	sv, err := reach(ctx, c, keys, log)
	if err != nil {
		return err
	}
	defer sv.stop()
	h, err := build(ctx, c, keys, sv, log)
	if err != nil {
		return err
	}
	return do(h)
}

// build wires a house. It refuses data that were written under other keys, and an object store that ignores "only
// if absent".
func build(ctx context.Context, c *serviceConfig, keys *secrets, sv *servers, log *slog.Logger) (*house, error) {
	if err := keys.unlock(ctx, sv.raw); err != nil {
		return nil, err
	}
	sealed, err := objects.Seal(sv.raw, keys.Root[:])
	if err != nil {
		return nil, err
	}
	chain, err := journal.Open(ctx, objects.Keyed{Store: sealed}, journal.Options{Now: time.Now, Nonce: rand.Text, Log: log})
	if err != nil {
		return nil, err
	}
	shards, err := c.shards(keys)
	if err != nil {
		return nil, err
	}
	names, archive := triage.NewNames(keys.NamingKey), objects.NewArchive(sealed, sv.raw, keys.Service, time.Now)
	signer, err := journal.NewSigner(keys.JournalKey)
	if err != nil {
		return nil, err
	}
	keeper := newKeeper(c, signer, sv.raw, chain, log)
	catchUp := newCatchUp(sv, keys, chain, archive, shards, names, log)
	rdb := sv.connect(gate{catchUp}.connected)
	rdb.AddHook(gate{catchUp})
	v := views.New(rdb, redisPrefix, keys.redisKey("views"), time.Now)
	sets := known.New(rdb, redisPrefix, keys.redisKey("known"))
	jobs := work.New(rdb, redisPrefix, c.Lease)
	h := &house{
		config: c, headroom: make([]byte, headroom), url: sv.url, log: log, names: names, redis: sv.redis, raw: sv.raw,
		journal: chain, keeper: keeper, compactor: &journal.Compactor{Store: objects.Keyed{Store: sealed}, Log: log}, archive: archive, views: v, catchUp: catchUp,
		events:   newProjector(v, sets, chain, archive, names),
		sets:     sets,
		packs:    setpack.Maker{Signer: signer},
		mirror:   newMirror(sets, shards, log),
		shards:   shards,
		jobs:     jobs,
		room:     newRoom(c, rdb, sv.raw, jobs),
		founders: triage.NewFounderIndex(v.Groups),
	}
	h.access = &triage.Access{Accounts: v.Accounts, Sessions: v.Sessions, Events: h.events, Now: time.Now}
	h.rehash = &triage.Rehash{
		Runs: v.Rehashes, Jobs: jobs, Events: h.events, Steward: h.steward(), Lease: v.Lease,
		Outdated: filmsOutdated, Now: time.Now, Log: log,
	}
	h.metrics = metrics.New(metrics.Sources{Queue: h.waiting, Unscored: h.unscored, Conditions: h.conditions, Decoders: h.endedDecoders, Now: time.Now})
	if h.classifier, err = c.classifier(h.metrics.Scored); err != nil {
		return nil, err
	}
	own := catchUp.Forget
	catchUp.Forget = func() { own(); h.mirror.Forget(); h.founders.Forget(); archive.Forget() }
	return h, nil
}

func newProjector(v *views.Views, sets *known.Sets, chain *journal.Journal, archive *objects.Archive, names triage.Names) *triage.Projector {
	return &triage.Projector{
		Journal: chain, Marks: v.Marks, Accounts: v.Accounts, Exhibits: v.Exhibits, Manifests: archive, Sets: sets,
		SetFiles: archive, Parse: setfile.Parse, Queue: v.Queue, Ends: v.Ends, Keys: archive, Rehashes: v.Rehashes, Names: names,
		Cases: v.Cases, Closed: v.Cases, Shelving: v.Shelving, Shelves: archive, Earlier: v.Earlier, Weights: v.Weights, Scores: v.Scores, Limits: v.Limits, Custody: v.Custody, Assigned: v.Assigned, Links: v.Links, Shown: v.Shown, Outcomes: v.Told,
	}
}

// newMirror returns what looks media up: in memory, or by asking shards.
func newMirror(sets *known.Sets, shards *matcher.Client, log *slog.Logger) *known.Mirror {
	if shards == nil {
		return known.NewMirror(sets, log)
	}
	return known.NewAsking(sets, shards, log)
}

// newCatchUp wires what catches up, over a client of Redis on which there is no gate.
func newCatchUp(sv *servers, keys *secrets, chain *journal.Journal, archive *objects.Archive, shards *matcher.Client, names triage.Names, log *slog.Logger) *triage.CatchUp {
	c := &triage.CatchUp{Journal: chain, Scores: archive, Grace: triage.CatchUpGrace, Log: log}
	rdb := sv.connect(gate{c}.pinned)
	v, sets := views.New(rdb, redisPrefix, keys.redisKey("views"), time.Now), known.New(rdb, redisPrefix, keys.redisKey("known"))
	mirror, founders := newMirror(sets, shards, log), triage.NewFounderIndex(v.Groups)
	c.Events = newProjector(v, sets, chain, archive, names)
	c.Steward = &triage.Steward{
		Exhibits: v.Exhibits, Media: v.Media, Archive: archive, Examinations: archive, Records: archive, Marks: v.Marks,
		Matcher: mirror, Outcomes: v.Outcomes, Groups: v.Groups, Scores: v.Scores, Weights: v.Weights, Rerank: v.Rerank, Rematch: v.Rematch, Founders: founders, Cases: v.Cases,
		Jobs: work.New(rdb, redisPrefix, defaultLease), Lease: v.Lease, Events: c.Events, Names: names, Now: time.Now, Log: log,
	}
	c.Steward.Sweep = newSweep(c.Steward, mirror, v.Rematch, archive, v.Seen, c.Events)
	c.Closer = &triage.Closer{
		Store: v.Shelving, Manifests: archive, Shelves: archive, Steward: c.Steward, Lease: v.Lease, Events: c.Events, Log: log,
	}
	c.Forget = func() { mirror.Forget(); founders.Forget() }
	return c
}

// follow keeps the projections and the mirror of the sets up to date until ctx ends.
func (h *house) follow(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.catchUp.Run(ctx) })
	g.Go(func() error { return h.mirror.Run(ctx) })
	return g.Wait()
}

// keep seals the journal, signs its checkpoints and writes its snapshots until ctx ends.
func (h *house) keep(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.keeper.Run(ctx) })
	g.Go(func() error { return h.compactor.Run(ctx) })
	return g.Wait()
}

// newKeeper returns what seals, signs and locks the journal, with what the store beneath the encryption can do for it.
func newKeeper(c *serviceConfig, signer *journal.Signer, raw objects.Store, chain *journal.Journal, log *slog.Logger) *journal.Keeper {
	o := journal.KeeperOptions{Signer: signer, Witness: witness(c), Retention: c.JournalLock, Every: c.JournalSign, Log: log}
	if raw.Capabilities().ObjectLock {
		o.Locker, _ = raw.(journal.Locker)
	}
	return chain.Keeper(o)
}

// witness returns who keeps the checkpoints, or nil.
func witness(c *serviceConfig) journal.Witness {
	switch {
	case c.Witness == "":
		return nil
	case strings.HasPrefix(c.Witness, "http://"), strings.HasPrefix(c.Witness, "https://"):
		return journal.HTTPWitness{URL: c.Witness}
	}
	return journal.FileWitness{Path: c.Witness}
}

func (h *house) submission() *triage.Submission {
	return &triage.Submission{
		Exhibits: h.views.Exhibits, Media: h.views.Media, Archive: h.archive, Manifests: h.archive, Jobs: h.jobs,
		Events: h.events, Names: h.names, Notary: examiner.Notary, Now: time.Now, Room: h.room, Meter: h.metrics,
	}
}

func (h *house) weighing() *triage.Weighing {
	return &triage.Weighing{Store: h.views.Weights, Rerank: h.views.Rerank, Events: h.events}
}

func (h *house) hashSets() *triage.Sets {
	return &triage.Sets{
		Store: h.sets, Archive: h.archive, Parse: setfile.Parse, Events: h.events, Names: h.names, Now: time.Now,
		Room: h.room, Gate: h.catchUp, Packs: h.packs, Lease: h.views.Lease, Log: h.log,
	}
}

func (h *house) enterer(pool *jail.Pool, films *films) *triage.Enterer {
	e := &triage.Enterer{
		Queue: h.views.Queue, Archive: h.archive, Decoder: pool, Sets: h.hashSets(), Due: h.views.Rematch, Founders: h.founders, Events: h.events,
		Names: h.names, Lease: h.views.Lease, Log: h.log,
	}
	if films != nil {
		e.Films = films.dense
	}
	return e
}

func (h *house) notices() *triage.Notices {
	return &triage.Notices{Store: h.views.Links, Exhibits: h.views.Exhibits, Events: h.events}
}

func (h *house) shown() *triage.Shown {
	return &triage.Shown{Store: h.views.Shown, Accounts: h.views.Accounts, Policy: h.config.Counts, Zone: time.Local, Now: time.Now}
}

func (h *house) breaks() *triage.Breaks {
	return &triage.Breaks{Sittings: h.views.Sittings, Shown: h.views.Shown, Limits: h.views.Limits, Policy: h.config.Breaks, Now: time.Now}
}

func (h *house) overviews() *triage.Overviews {
	return &triage.Overviews{Submission: h.submission(), Figures: h.views.Figures, Weights: h.views.Weights, Now: time.Now}
}

func (h *house) linker() *triage.Linker {
	return &triage.Linker{Store: h.views.Links, Media: h.views.Media, Events: h.events, Lease: h.views.Lease, Log: h.log}
}

// app returns the application: the interface and the pages.
func (h *house) app(ctx context.Context, pool *jail.Pool) (*fiber.App, error) {
	u := web.UseCases{
		Submission: h.submission(),
		Sets:       h.hashSets(),
		Review: &triage.Review{
			Queue: h.views.Queue, Kin: h.views.Groups, Folders: h.views.Groups, Clues: h.views.Groups, Founders: h.founders, Exhibits: h.views.Exhibits, Grants: h.views.Grants, Archive: h.archive,
			Renderer: renderer{pool}, Events: h.events, Policy: h.config.Reveals, Scheme: h.config.Scheme, Now: time.Now,
		},
		Checks: &triage.Checks{
			Matcher: h.mirror, Seen: h.views.Seen, Founders: h.founders, Archive: h.archive, Events: h.events, Names: h.names,
			Contact: h.config.Contact,
		},
		Access: h.access, Destructions: h.destructions(), Cases: h.cases(), Weighing: h.weighing(), Notices: h.notices(), Overviews: h.overviews(), Shown: h.shown(), Breaks: h.breaks(), Outcomes: &triage.CaseOutcomes{Cases: h.cases(), Media: h.views.Media, Events: h.events},
		Assigner: &triage.Assigner{Cases: h.cases(), Lease: h.views.Lease, Events: h.events}, Rehash: h.rehash, Conditions: h.conditions,
	}
	if films, err := h.config.serviceFilms(ctx); err == nil {
		u.Review.Films = films
	} else {
		h.log.Warn("films are not shown: vigie doctor tells more", "error", err)
	}
	css, err := h.config.operatorCSS()
	if err != nil {
		return nil, err
	}
	tls := h.config.TLSCert != ""
	return api.New(ctx, api.Options{
		Submission: u.Submission, Sets: u.Sets, Review: u.Review, Checks: u.Checks, Access: u.Access,
		Destructions: u.Destructions, Cases: u.Cases, Weighing: u.Weighing, Notices: u.Notices, Overviews: u.Overviews, Shown: u.Shown, Outcomes: u.Outcomes, Assigner: u.Assigner,
		Metrics:    h.metrics.Handler(),
		Conditions: u.Conditions, Log: h.log, TLS: tls, Version: fullVersion(),
		Mount: func(g *guard.Guard) error {
			return web.Mount(g, u, web.Options{Now: time.Now, TLS: tls, OperatorCSS: css, Support: h.config.Support})
		},
	})
}

// operatorCSS reads the operator's own style sheet, if there is one.
func (c *serviceConfig) operatorCSS() ([]byte, error) {
	if c.StyleSheet == "" {
		return nil, nil
	}
	return os.ReadFile(c.StyleSheet)
}

// worker returns what examines media. films may be nil: nobody looks at their frames.
func (h *house) worker(pool *jail.Pool, films *films) *triage.Worker {
	w := &triage.Worker{
		Jobs: h.jobs, Media: h.views.Media, Archive: h.archive, Examinations: h.archive, Decoder: pool,
		Matcher: h.mirror, Outcomes: h.views.Outcomes, Rehashed: h.views.Rehashes, Outdated: decode.Outdated, Decoders: decode.Decoders(),
		Events: h.events, Names: h.names, Parallel: h.config.Parallel, Touch: h.config.Lease / 3, Now: time.Now, Meter: h.metrics, Log: h.log,
	}
	if films != nil {
		w.Films, w.Outdated = films, filmsOutdated
	}
	return w
}

func (h *house) destructions() *triage.Destructions {
	return &triage.Destructions{Exhibits: h.views.Exhibits, Store: h.views.Ends, Lease: h.views.Lease, Events: h.events, Now: time.Now}
}

func (h *house) destroyer() *triage.Destroyer {
	return &triage.Destroyer{
		Exhibits: h.views.Exhibits, Store: h.views.Ends, Keys: h.archive, Shelves: h.archive, Lease: h.views.Lease, Events: h.events, Log: h.log,
	}
}

func (h *house) cases() *triage.Cases {
	return &triage.Cases{Exhibits: h.views.Exhibits, Ends: h.views.Ends, Lease: h.views.Lease, Events: h.events, Now: time.Now}
}

func (h *house) closer() *triage.Closer {
	return &triage.Closer{
		Store: h.views.Shelving, Manifests: h.archive, Shelves: h.archive, Steward: h.steward(), Lease: h.views.Lease, Events: h.events, Log: h.log,
	}
}

func (h *house) condenser() *triage.Condenser {
	return &triage.Condenser{Archive: h.archive, Lease: h.views.Lease, Now: time.Now, Log: h.log}
}

// newSweep finds for a steward what a change of the sets touches.
func newSweep(s *triage.Steward, changes triage.ChangeSource, store triage.SweepStore, prints triage.PrintArchive, seen triage.SeenStore, events *triage.Projector) *triage.Sweep {
	return &triage.Sweep{
		Changes: changes, Store: store, Examinations: s.Examinations, Prints: prints, Seen: seen, Events: events, Least: triage.SweepFrom, Now: s.Now, Log: s.Log,
	}
}

func (h *house) steward() *triage.Steward {
	s := &triage.Steward{
		Exhibits: h.views.Exhibits, Media: h.views.Media, Archive: h.archive, Examinations: h.archive, Records: h.archive, Marks: h.views.Marks, Matcher: h.mirror,
		Outcomes: h.views.Outcomes, Groups: h.views.Groups, Scores: h.views.Scores, Weights: h.views.Weights, Rerank: h.views.Rerank, Rematch: h.views.Rematch, Founders: h.founders, Cases: h.views.Cases,
		Jobs: h.jobs, Lease: h.views.Lease, Events: h.events, Names: h.names, Now: time.Now, Log: h.log,
	}
	s.Sweep = newSweep(s, h.mirror, h.views.Rematch, h.archive, h.views.Seen, h.events)
	return s
}
