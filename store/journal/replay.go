package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"time"

	"vigie/triage"
)

// Replay yields, in order, every event from number from on, but for some that change no projection
// (triage.EventKind.Traceless): what a snapshot has is read from there, the rest from the journal. It ends at the newest
// event there is when it gets there. The first error ends it; a snapshot that cannot be used is none, and is logged.
func (j *Journal) Replay(ctx context.Context, from uint64) iter.Seq2[triage.Event, error] {
	return func(yield func(triage.Event, error) bool) {
		goOn := true
		s := snapshots{reader: reader{store: j.store}, log: j.o.Log}
		next := s.replay(ctx, from, ^uint64(0), func(e numberedEvent) bool {
			goOn = yield(e.event(), nil)
			return goOn
		})
		if !goOn {
			return
		}
		for ev, err := range j.Read(ctx, next) {
			if !yield(ev, err) {
				return
			}
		}
	}
}

// snapshots finds and reads them. It never writes.
type snapshots struct {
	reader
	log    *slog.Logger
	before time.Time // one that leaves out faded events of later than then is not used; zero: any may be
}

// replay yields the events from number from on that snapshots up to event most have, and returns the number of the first
// event that it does not answer for. Where one turns out to be wrong in its middle, the next older one goes on from there.
// It also returns when yield returns false.
func (s snapshots) replay(ctx context.Context, from, most uint64, yield func(numberedEvent) bool) (next uint64) {
	heads, err := s.heads(ctx)
	if err != nil {
		s.skip(ctx, snapshotPrefix, err)
	}
	next = from
	for _, event := range heads {
		if event < next || event > most {
			continue
		}
		head, err := s.usable(ctx, event)
		if err != nil {
			s.skip(ctx, snapshotKey(event, snapshotHead), err)
			continue
		}
		s.log.Info("a snapshot is replayed", slog.Uint64("from", next), slog.Uint64("to", event))
		stopped := false
		if next, stopped = s.play(ctx, head, next, yield); stopped {
			return next
		}
	}
	return next
}

// play yields the events of one snapshot, as far as its parts are right.
func (s snapshots) play(ctx context.Context, head *snapshot, next uint64, yield func(numberedEvent) bool) (uint64, bool) {
	for i, p := range head.Parts {
		if p.Last < next {
			continue
		}
		events, err := s.part(ctx, head, i)
		if err != nil {
			s.skip(ctx, partKey(head.Event, i), err)
			return next, false
		}
		for _, e := range events {
			if e.number >= next && !yield(e) {
				return next, true
			}
		}
		next = p.Last + 1
	}
	return head.Event + 1, false
}

// skip tells of a snapshot, or a part of one, that is not used.
func (s snapshots) skip(ctx context.Context, key string, err error) {
	if ctx.Err() == nil {
		s.log.Warn("a snapshot of the journal is not used", slog.String("object", key), slog.String("error", causeOf(err).Error()))
	}
}

// heads returns the last events of all snapshots that have a head, the newest first.
func (s snapshots) heads(ctx context.Context) ([]uint64, error) {
	var heads []uint64
	for key, err := range s.store.Keys(ctx, snapshotPrefix, "") {
		if err != nil {
			return nil, err
		}
		if event, name, err := parseSnapshotKey(key); err == nil && name == snapshotHead {
			heads = append(heads, event)
		}
	}
	slices.Reverse(heads)
	return heads, nil
}

// head reads what a snapshot stands for. That is nothing to go by before it is confirmed.
func (s snapshots) head(ctx context.Context, event uint64) (*snapshot, error) {
	const op = "journal.Snapshot"
	key := snapshotKey(event, snapshotHead)
	raw, err := s.load(ctx, op, key, maxSnapshotPart)
	if err != nil {
		return nil, err
	}
	head, err := decodeSnapshot(raw)
	if err == nil && head.Event != event {
		err = fmt.Errorf("it is the one of event %d: objects were swapped", head.Event)
	}
	if err != nil {
		return nil, broken(op, key, err)
	}
	return head, nil
}

// usable reads a head, and has the chain confirm it.
func (s snapshots) usable(ctx context.Context, event uint64) (*snapshot, error) {
	head, err := s.head(ctx, event)
	if err != nil {
		return nil, err
	}
	for _, kind := range head.Without {
		if !kind.Traceless() {
			return nil, errors.New("another version made it: it leaves out events that take effect")
		}
	}
	if !s.before.IsZero() && head.Before.After(s.before) {
		return nil, errors.New("it leaves out events that this one is to have")
	}
	for _, kind := range head.Faded {
		if !kind.Fades() {
			return nil, errors.New("another version made it: it leaves out events that take effect")
		}
	}
	b, raw, err := s.read(ctx, "journal.Snapshot", head.Block)
	switch {
	case err != nil:
	case hashOf(raw) != head.Hash || b.next() != event+1:
		err = errors.New("the journal does not confirm it")
	case len(head.Faded) > 0 && head.Before.After(fadedBefore(b)):
		err = errors.New("it leaves out events that take effect")
	}
	return head, err
}

// part reads the events of one part.
func (s snapshots) part(ctx context.Context, head *snapshot, part int) ([]numberedEvent, error) {
	const op = "journal.Snapshot"
	key := partKey(head.Event, part)
	raw, err := s.load(ctx, op, key, maxSnapshotPart)
	if err != nil {
		return nil, err
	}
	events, err := decodeSnapshotPart(raw)
	if err == nil && !bytes.HasPrefix(raw, []byte(snapshotHeader+head.Parts[part].Hash+"\n")) {
		err = errors.New("it does not hold what its head says")
	}
	if err != nil {
		return nil, broken(op, key, err)
	}
	return events, nil
}
