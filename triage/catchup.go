package triage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	watchEvery   = time.Second      // between looks at the marks
	gapPatience  = 5 * time.Second  // an event that takes longer to take effect was left by a crash
	catchUpLease = 15 * time.Second // after which another process takes over from a dead one
	tellEvery    = 2 * time.Second  // between two lines of progress
	packsAtOnce  = 4                // packs of examinations that are restored at the same time
	markEvery    = 50               // events between two marks

	// CatchUpGrace is the Grace of a service: two looks at the marks.
	CatchUpGrace = 2 * watchEvery
)

// EventSource reads the journal.
type EventSource interface {
	// Head returns the number of the newest event, 0 when there is none.
	Head(ctx context.Context) (uint64, error)
	// Replay yields every event from number from on, in order; those of kinds that are traceless may be left out.
	Replay(ctx context.Context, from uint64) iter.Seq2[Event, error]
}

// Step names a part of catching up.
type Step string

// The steps, in order.
const (
	StepWaiting      Step = "waiting" // for another process that does it
	StepEvents       Step = "events"
	StepExaminations Step = "examinations" // by pack
	StepGroups       Step = "groups"
	StepRanking      Step = "ranking"
)

// CatchUp makes the projections what the journal, the manifests, the examinations and the records of groups say they
// are, before anything is answered. It reaches the projections past the gate that it keeps shut meanwhile.
type CatchUp struct {
	Events  *Projector
	Journal EventSource
	Steward *Steward
	Closer  *Closer
	Scores  ScoreArchive
	// Forget drops what this process remembers of the projections.
	Forget func()
	// Grace is how long everybody has to see that projections which were whole are made from nothing, by order.
	// Only who is alone, as in a test, needs none.
	Grace time.Duration
	Log   *slog.Logger

	mu       sync.Mutex // guards what follows
	seen     Marks      // of the projections that were found whole and up to date
	open     bool
	openings uint64   // how often it was opened
	pinned   []string // the runs of the projections' servers that are being caught up with; nil: they are not known yet
	met      []string // the runs that were met since nothing is pinned
	far      Advance
	shown    time.Time
}

// Advance is how far catching up has come.
type Advance struct {
	Step     Step // empty: it has not begun
	Done, Of int  // events, packs, media or groups; Of is 0 where nobody knows
}

// Percent is how much of the step is done.
func (a Advance) Percent() int {
	if a.Of <= 0 {
		return 0
	}
	return min(100, 100*a.Done/a.Of)
}

// Error makes an Advance the cause of what is refused meanwhile.
func (a Advance) Error() string {
	if a.Step == "" {
		return "not begun"
	}
	return fmt.Sprintf("%s: %d of %d", a.Step, a.Done, a.Of)
}

// AdvanceOf returns how far catching up has come, where that is why err is one, or nil.
func AdvanceOf(err error) *Advance {
	if far, ok := errors.AsType[Advance](err); ok && far.Step != "" {
		return &far
	}
	return nil
}

// Advance says how far it has come.
func (c *CatchUp) Advance() Advance {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.far
}

// catchingUp is what everybody is told meanwhile.
func catchingUp(far Advance) error {
	return E(Unavailable, "catch up", "", "the service is catching up: try again in a moment", far)
}

// Ready fails with Unavailable while the projections are not known to be up to date.
func (c *CatchUp) Ready() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.open {
		return catchingUp(c.far)
	}
	return nil
}

// Openings tells how often the gate was opened: another number than before means that the projections' servers, or what they
// held, may be others.
func (c *CatchUp) Openings() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.openings
}

// Serves fails, and shuts the gate, unless server is a run of the projections' servers that was looked at.
func (c *CatchUp) Serves(server string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.seen.Servers, server) {
		c.open = false
	}
	if !c.open {
		return catchingUp(c.far)
	}
	return nil
}

// Pins fails unless server is a run of the projections' servers that is being caught up with: what was begun on one must
// not go on on another, which may hold nothing, or less. Until those are known it is noted.
func (c *CatchUp) Pins(server string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pinned == nil {
		c.met = append(c.met, server)
		return nil
	}
	if !slices.Contains(c.pinned, server) {
		return lostAgain()
	}
	return nil
}

// pin says which servers are being caught up with. It fails when another one was met already.
func (c *CatchUp) pin(servers []string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pinned = servers
	for _, server := range c.met {
		if !slices.Contains(servers, server) {
			return lostAgain()
		}
	}
	return nil
}

func (c *CatchUp) unpin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pinned, c.met = nil, nil
}

// lostAgain says that the projections are not those any more that were looked at first.
func lostAgain() error {
	return E(Unavailable, "catch up", "", "Redis lost its data again meanwhile: the service catches up by itself", nil)
}

// Run watches over the projections until ctx ends: it catches up at once when they were lost, replaced or rolled back,
// and mends what a crash left between an event and its effect.
func (c *CatchUp) Run(ctx context.Context) error {
	var gap uint64
	var since time.Time
	for ctx.Err() == nil {
		c.unpin()
		m, err := c.Events.Marks.Marks(ctx)
		if err == nil {
			err = c.look(ctx, m)
		}
		if err == nil {
			err = c.pin(m.Servers)
		}
		if err == nil && c.Steward.Now().Sub(since) > gapPatience {
			var head uint64
			if head, err = c.Journal.Head(ctx); err == nil && m.Events < head && m.Events == gap {
				c.Log.Info("an event is given its effect", "after", m.Events)
				err = c.events(ctx, m.Events)
			}
			gap, since = m.Events, c.Steward.Now()
		}
		if err != nil && ctx.Err() == nil {
			c.Log.Warn("the projections could not be looked at", "error", err)
		}
		sleep(ctx, watchEvery)
	}
	return nil
}

// look catches up unless these are the projections that were looked at before.
func (c *CatchUp) look(ctx context.Context, m Marks) error {
	c.mu.Lock()
	same := c.open && slices.Equal(m.Servers, c.seen.Servers) && m.Generation == c.seen.Generation && m.whole()
	c.open = same
	c.mu.Unlock()
	if same {
		return nil
	}
	return c.Once(ctx, false)
}

// Once catches up, or waits until another process has. With force everything is made again from nothing. When the
// projections are lost again meanwhile, it fails with Unavailable, the gate stays shut, and the next call begins anew.
func (c *CatchUp) Once(ctx context.Context, force bool) error {
	c.unpin()
	defer c.unpin()
	me := newID("c")
	if err := c.wait(ctx, me); err != nil {
		return err
	}
	defer letGo(ctx, c.Steward.Lease, "catch-up", me)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() { // renews the lease; ends with ctx
		for sleep(ctx, catchUpLease/3) {
			if held, err := c.Steward.Lease.Hold(ctx, "catch-up", me, catchUpLease); err == nil && !held {
				stop()
			}
		}
	}()
	m, err := c.catchUp(ctx, me, force)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen, c.open = m, true
	c.openings++
	return nil
}

// wait returns when me is the one who catches up.
func (c *CatchUp) wait(ctx context.Context, me string) error {
	for {
		held, err := c.Steward.Lease.Hold(ctx, "catch-up", me, catchUpLease)
		if err != nil || held {
			return err
		}
		c.tell(StepWaiting, 0, 0)
		if !sleep(ctx, watchEvery/2) {
			return ctx.Err()
		}
	}
}

// catchUp does all steps. Each may be repeated; a run that ends early leaves projections without a generation, which
// the next one makes from nothing, or marks from which it goes on.
func (c *CatchUp) catchUp(ctx context.Context, me string, force bool) (Marks, error) {
	start := c.Steward.Now()
	m, err := c.begin(ctx, me, force)
	if err != nil {
		return m, err
	}
	c.Forget()
	if m.Generation == "" {
		c.Steward.builder = me
		defer func() { c.Steward.builder = "" }()
	}
	for _, step := range []func() error{
		func() error { return c.events(ctx, m.Events) },
		func() error { return c.examinations(ctx, m.Packs) },
		func() error { return c.joins(ctx, m.Groups) },
		func() error { return c.scores(ctx, m.Scores) },
		func() error { return c.mend(ctx, m) },
	} {
		if err := step(); err != nil {
			return m, err
		}
	}
	c.Events.reader().endCutOff(ctx, c.Steward.Lease, c.Steward.Now(), c.Log)
	if m.Generation == "" {
		m.Generation = newID("g")
		if err := c.Events.Marks.Complete(ctx, me, m.Generation); err != nil {
			return m, err
		}
	}
	// The last word is of the projections themselves: nobody is let in to what was lost since.
	if err := c.Events.Marks.MarkMended(ctx, m); err != nil {
		return m, err
	}
	c.Log.Info("up to date", "generation", m.Generation, "took", c.Steward.Now().Sub(start).Round(time.Millisecond))
	return m, nil
}

// begin looks at the marks, and clears projections that are not whole.
func (c *CatchUp) begin(ctx context.Context, me string, force bool) (Marks, error) {
	m, err := c.Events.Marks.Marks(ctx)
	if err == nil {
		err = c.pin(m.Servers)
	}
	if err == nil && m.whole() {
		var complete bool
		if complete, err = c.Events.Sets.Complete(ctx); err == nil && !complete {
			m.Lost = append(m.Lost, "entries of sets")
		}
	}
	if err != nil || m.whole() && !force {
		return m, err
	}
	if len(m.Lost) > 0 {
		c.Log.Warn("keys were removed from Redis: all projections are made again", "families", m.Lost)
	}
	if err := c.Events.Marks.Close(ctx); err != nil {
		return m, err
	}
	if m.Generation != "" && c.Grace > 0 && !sleep(ctx, c.Grace) {
		return m, ctx.Err()
	}
	return Marks{Servers: m.Servers, Evicted: m.Evicted}, c.Events.Marks.Clear(ctx, me)
}

// tell notes how far a step has come, and logs it now and then.
func (c *CatchUp) tell(step Step, done, of int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.far = Advance{step, done, of}
	if now := c.Steward.Now(); now.Sub(c.shown) >= tellEvery {
		c.shown = now
		c.Log.Info("catching up", "step", step, "done", done, "of", of)
	}
}
