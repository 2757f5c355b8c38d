package triage

import (
	"context"
	"iter"
	"log/slog"
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
)

// EventSource reads the journal.
type EventSource interface {
	// Head returns the number of the newest event, 0 when there is none.
	Head(ctx context.Context) (uint64, error)
	// Read yields every event from number from on, in order.
	Read(ctx context.Context, from uint64) iter.Seq2[Event, error]
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
	// Forget drops what this process remembers of the projections.
	Forget func()
	// Tell is called, now and then, while it goes on; nil: nobody listens.
	Tell func(step Step, done, of int)
	Log  *slog.Logger

	mu    sync.Mutex // guards what follows
	seen  Marks      // of the projections that were found whole and up to date
	open  bool
	shown time.Time
}

// catchingUp is what everybody is told meanwhile.
func catchingUp() error {
	return E(Unavailable, "catch up", "", "the service is catching up: try again in a moment", nil)
}

// Ready fails with Unavailable while the projections are not known to be up to date.
func (c *CatchUp) Ready() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.open {
		return catchingUp()
	}
	return nil
}

// Serves fails, and shuts the gate, unless server is the run of the projections' server that was looked at.
func (c *CatchUp) Serves(server string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen.Server != server {
		c.open = false
	}
	if !c.open {
		return catchingUp()
	}
	return nil
}

// Run watches over the projections until ctx ends: it catches up at once when they were lost, replaced or rolled back,
// and mends what a crash left between an event and its effect.
func (c *CatchUp) Run(ctx context.Context) error {
	var gap uint64
	var since time.Time
	for ctx.Err() == nil {
		m, err := c.Events.Marks.Marks(ctx)
		if err == nil {
			err = c.look(ctx, m)
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
	same := c.open && m.Server == c.seen.Server && m.Generation == c.seen.Generation && m.Generation != ""
	c.open = same
	c.mu.Unlock()
	if same {
		return nil
	}
	return c.Once(ctx, false)
}

// Once catches up, or waits until another process has. With force everything is made again from nothing.
func (c *CatchUp) Once(ctx context.Context, force bool) error {
	me := newID("c")
	for {
		held, err := c.Steward.Lease.Hold(ctx, "catch-up", me, catchUpLease)
		if err != nil {
			return err
		}
		if held {
			break
		}
		c.tell(StepWaiting, 0, 0)
		if !sleep(ctx, watchEvery/2) {
			return ctx.Err()
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() { // renews the lease; ends with ctx
		for sleep(ctx, catchUpLease/3) {
			if held, err := c.Steward.Lease.Hold(ctx, "catch-up", me, catchUpLease); err == nil && !held {
				stop()
			}
		}
	}()
	m, err := c.catchUp(ctx, force)
	if err != nil {
		return err
	}
	_, err = c.Steward.Lease.Hold(ctx, "catch-up", me, time.Millisecond) // ends it
	c.mu.Lock()
	c.seen, c.open = m, true
	c.mu.Unlock()
	return err
}

// catchUp does all steps. Each may be repeated; a run that ends early leaves projections without a generation, which
// the next one makes from nothing, or marks from which it goes on.
func (c *CatchUp) catchUp(ctx context.Context, force bool) (Marks, error) {
	start := c.Steward.Now()
	m, err := c.Events.Marks.Marks(ctx)
	if err != nil {
		return m, err
	}
	if force || m.Generation == "" {
		if err := c.Events.Marks.Clear(ctx); err != nil {
			return m, err
		}
		m = Marks{Server: m.Server}
	}
	c.Forget()
	for _, step := range []func() error{
		func() error { return c.events(ctx, m.Events) },
		func() error { return c.examinations(ctx, m.Packs) },
		func() error { return c.joins(ctx, m.Groups) },
	} {
		if err := step(); err != nil {
			return m, err
		}
	}
	if m.Generation == "" {
		if err := c.settle(ctx); err != nil {
			return m, err
		}
		m.Generation = newID("g")
		if err := c.Events.Marks.Complete(ctx, m.Generation); err != nil {
			return m, err
		}
	}
	c.Log.Info("up to date", "generation", m.Generation, "took", c.Steward.Now().Sub(start).Round(time.Millisecond))
	return m, nil
}

// events gives all events after from their effect.
func (c *CatchUp) events(ctx context.Context, from uint64) error {
	head, err := c.Journal.Head(ctx)
	if err != nil || from >= head {
		return err
	}
	last := from
	for ev, err := range c.Journal.Read(ctx, from+1) {
		if err == nil {
			err = c.Events.Apply(ctx, ev)
		}
		if err != nil {
			return err
		}
		if last = ev.Seq; last%markEvery == 0 {
			if err := c.Events.Marks.MarkEvents(ctx, last); err != nil {
				return err
			}
		}
		c.tell(StepEvents, int(last-from), int(head-from)) //nolint:gosec // counts
	}
	return c.Events.Marks.MarkEvents(ctx, last)
}

// examinations restores the packs beyond the given ones.
func (c *CatchUp) examinations(ctx context.Context, beyond map[string]uint64) error {
	var packs []PackID
	for id, err := range c.Steward.Examinations.Packs(ctx, beyond) {
		if err != nil {
			return err
		}
		packs = append(packs, id)
	}
	if _, _, err := c.Steward.Matcher.Match(ctx, nil); err != nil { // loads the sets, once, before many ask
		return err
	}
	var done sync.Mutex // guards n
	n := 0
	return atMost(ctx, packsAtOnce, packs, func(ctx context.Context, _ int, id PackID) error {
		filed, err := c.Steward.Examinations.Pack(ctx, id)
		if err == nil {
			err = c.restore(ctx, filed)
		}
		done.Lock()
		n++
		c.tell(StepExaminations, n, len(packs))
		done.Unlock()
		return err
	})
}

// restore gives media their examinations, matched as the sets are now. Nothing is decoded.
func (c *CatchUp) restore(ctx context.Context, filed []Filed) error {
	ids := make([]MediumID, len(filed))
	for i := range filed {
		ids[i] = filed[i].Medium
	}
	err := together(ctx, filed, func(ctx context.Context, _ int, x Filed) error { return c.Steward.Media.FileExamination(ctx, x) })
	if err != nil {
		return err
	}
	media, err := c.Steward.Media.Media(ctx, ids)
	if err != nil {
		return err
	}
	var todo []Filed
	var probes []Probe
	for _, x := range filed {
		if m, listed := media[x.Medium]; listed && m.State != Examined {
			todo = append(todo, x)
			probes = append(probes, NewProbe(x.Keys, x.Examination.Fingerprint))
		}
	}
	for {
		matches, epoch, err := c.Steward.Matcher.Match(ctx, probes)
		if err != nil {
			return err
		}
		err = together(ctx, todo, func(ctx context.Context, i int, x Filed) error {
			finding := Conclude(media[x.Medium].Kind, x.Examination.Unreadable, matches[i])
			return c.Steward.Outcomes.Apply(ctx, Outcome{
				Medium: x.Medium, Epoch: epoch, Matches: matches[i], Finding: finding, Examination: &x.Examination,
			})
		})
		if !IsKind(err, Stale) {
			return err
		}
	}
}

// joins gives the records of groups after from their effect. Where a medium left and came back, the last one counts.
func (c *CatchUp) joins(ctx context.Context, from uint64) error {
	into := make(map[MediumID]GroupID)
	last := from
	for ; ; last++ {
		joins, err := c.Steward.Records.Joins(ctx, last+1)
		if IsKind(err, NotFound) {
			break
		}
		if err != nil {
			return err
		}
		var births []Founder
		for _, j := range joins {
			into[j.Medium] = j.Group
			if j.Born != nil {
				births = append(births, *j.Born)
			}
		}
		if err := c.Steward.Groups.Bear(ctx, births); err != nil {
			return err
		}
	}
	if last == from {
		return nil
	}
	media := make([]MediumID, 0, len(into))
	for id := range into {
		media = append(media, id)
	}
	err := together(ctx, media, func(ctx context.Context, i int, id MediumID) error {
		c.tell(StepGroups, i, len(media))
		return c.Steward.Groups.JoinGroup(ctx, id, into[id])
	})
	if err != nil {
		return err
	}
	return c.Steward.Groups.MarkJoins(ctx, last)
}

// settle queues media that are held and were never examined, and does all that a steward has to do.
func (c *CatchUp) settle(ctx context.Context) error {
	if err := c.Steward.repair(ctx, 0); err != nil {
		return err
	}
	for rounds := 0; ; rounds++ {
		worked, err := c.Steward.round(ctx)
		if err != nil || !worked {
			return err
		}
		c.tell(StepRanking, rounds*stewardBatch, 0)
	}
}

func (c *CatchUp) tell(step Step, done, of int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Steward.Now()
	if now.Sub(c.shown) < tellEvery {
		return
	}
	c.shown = now
	c.Log.Info("catching up", "step", step, "done", done, "of", of)
	if c.Tell != nil {
		c.Tell(step, done, of)
	}
}
