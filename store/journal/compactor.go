package journal

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"vigie/triage"
)

const (
	// SnapshotSegments is how many segments are sealed from one snapshot to the next: 100,000 events.
	SnapshotSegments = 10
	// keptSnapshots is how many stay: the newest, and one to fall back on.
	keptSnapshots = 2
	// compactPoll is how often a compactor looks for what was sealed.
	compactPoll = time.Minute
)

// SnapshotStore is a Store whose snapshots can go.
type SnapshotStore interface {
	Store
	// Delete removes an object. That there is none is no error.
	Delete(ctx context.Context, key string) error
}

// Compactor writes snapshots of what is sealed. Every process may run one: all write the same objects, only if absent. It
// reads nothing but what is written for good, so that no writer waits for it.
type Compactor struct {
	Store SnapshotStore
	Every uint64 // segments from one snapshot to the next; SnapshotSegments when 0
	Log   *slog.Logger

	done uint64 // segments up to which there is a snapshot
}

// Run writes snapshots until ctx ends. What fails is logged and tried again: without them a replay only takes longer.
func (c *Compactor) Run(ctx context.Context) error {
	tick := time.NewTicker(compactPoll)
	defer tick.Stop()
	told := "" // so that each trouble is logged once
	for {
		now := ""
		if err := c.Step(ctx); err != nil && ctx.Err() == nil {
			now = err.Error()
		}
		if now != "" && now != told {
			c.Log.Warn("no snapshot of the journal could be written; trying again", slog.String("error", now))
		}
		told = now
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Step writes a snapshot when one is due, and removes those that have gone out of use.
func (c *Compactor) Step(ctx context.Context) error {
	const op = "journal.Compact"
	s := snapshots{reader: reader{store: c.Store}, log: c.Log}
	every := c.Every
	if every == 0 {
		every = SnapshotSegments
	}
	newest, found, err := s.newest(ctx, segmentPrefix)
	if err != nil || !found {
		return err
	}
	segments := (newest + 1) / every * every
	if segments == 0 || segments == c.done {
		return nil
	}
	last, err := s.segment(ctx, op, segments-1)
	if err != nil {
		return err
	}
	heads, err := s.heads(ctx)
	if err != nil {
		return err
	}
	if end := last.after(); !slices.Contains(heads, end.next-1) {
		if err := c.write(ctx, s, end); err != nil {
			return err
		}
	}
	if err := c.prune(ctx); err != nil {
		return err
	}
	c.done = segments
	return nil
}

// write writes the snapshot of everything up to end. Its head comes last.
func (c *Compactor) write(ctx context.Context, s snapshots, end link) error {
	const op = "journal.Compact"
	event := end.next - 1
	b, _, err := s.read(ctx, op, end.number)
	if err != nil {
		return err
	}
	s.before = fadedBefore(b)
	cut := &cutter{without: triage.Traceless(), faded: triage.Fading(), before: s.before, put: func(part int, raw []byte) error {
		return putSame(ctx, c.Store, op, partKey(event, part), raw)
	}}
	if err := s.compact(ctx, cut, end); err != nil {
		return err
	}
	if err := cut.flush(); err != nil {
		return err
	}
	head := &snapshot{Event: event, Block: end.number, Hash: end.hash, Without: cut.without, Faded: cut.faded, Before: cut.before, Parts: cut.parts}
	raw, err := head.encode()
	if err != nil {
		return err
	}
	if err := putSame(ctx, c.Store, op, snapshotKey(event, snapshotHead), raw); err != nil {
		return err
	}
	c.Log.Info("a snapshot of the journal was written", slog.Uint64("event", event), slog.Int("parts", len(head.Parts)))
	return nil
}

// compact hands the events up to end to cut: those of an older snapshot from there, the rest from the journal.
func (s snapshots) compact(ctx context.Context, cut *cutter, end link) error {
	const op = "journal.Compact"
	var failed error
	next := s.replay(ctx, 1, end.next-1, func(e numberedEvent) bool {
		failed = cut.add(e)
		return failed == nil
	})
	if failed != nil || next == end.next {
		return failed
	}
	number, err := s.blockOf(ctx, next, end.number)
	if err != nil {
		return err
	}
	for b, err := range s.blocks(ctx, op, number) {
		if err != nil {
			return err
		}
		for i, r := range b.records {
			if n := b.First + uint64(i); n >= next { //nolint:gosec // not negative
				if err := cut.add(numberedEvent{n, b.Events[i], r}); err != nil {
					return err
				}
			}
		}
		if b.Number == end.number {
			if b.at != end {
				return broken(op, keyOf(b.Number), errForeignPrev)
			}
			return nil
		}
	}
	return broken(op, keyOf(end.number), errors.New("it is missing"))
}

// prune removes all snapshots but the newest ones, and what is left of one that was never finished.
func (c *Compactor) prune(ctx context.Context) error {
	s := snapshots{reader: reader{store: c.Store}, log: c.Log}
	heads, err := s.heads(ctx)
	if err != nil || len(heads) == 0 {
		return err
	}
	var gone []string
	for key, err := range c.Store.Keys(ctx, snapshotPrefix, "") {
		if err != nil {
			return err
		}
		event, name, err := parseSnapshotKey(key)
		if err != nil || event > heads[0] || slices.Contains(heads[:min(keptSnapshots, len(heads))], event) {
			continue
		}
		if name == snapshotHead { // first: without a head there is no snapshot
			if err := c.Store.Delete(ctx, key); err != nil {
				return err
			}
			continue
		}
		gone = append(gone, key)
	}
	for _, key := range gone {
		if err := c.Store.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
