package journal

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"vigie/triage"
)

const (
	// DefaultEvery is how often a checkpoint is signed while events come in: what a cut tail can hide from the witness.
	DefaultEvery = time.Minute
	// checkpointEvents is how many new events make it due earlier.
	checkpointEvents = 1000
	// keepPoll is how often a keeper looks for new blocks.
	keepPoll = 2 * time.Second
	// witnessPause is how long a witness that failed is left alone.
	witnessPause = 30 * time.Second
)

// Locker is a store that can lock objects. The folder store cannot.
type Locker interface {
	// Lock keeps the object's bytes from being removed until then, whoever asks. Locking again may only lengthen it.
	Lock(ctx context.Context, key string, until time.Time) error
}

// Witness keeps checkpoints where the service's operator cannot change them.
type Witness interface {
	// Keep returns nil when the witness has the checkpoint, a signed note. It may be handed the same one again.
	Keep(ctx context.Context, checkpoint []byte) error
}

// KeeperOptions are what a Keeper needs.
type KeeperOptions struct {
	Signer    *Signer       // needed
	Witness   Witness       // nil: none
	Locker    Locker        // nil: segments are not locked
	Retention time.Duration // of the locks
	Every     time.Duration // between checkpoints; DefaultEvery when 0
	Log       *slog.Logger  // needed
}

// Keeper seals segments, grows the tree and signs checkpoints, of whatever any process appended. Every process may run
// one: all write the same objects, only if absent, so that who is first does not matter. It never holds up an Append.
type Keeper struct {
	reader
	health
	o KeeperOptions

	// Owned by the goroutine that calls Step.
	ready    bool // false: what follows is read from the store first
	segment  *segment
	frontier *frontier
	span     []tlog.Hash // what the last, incomplete span holds so far
	last     *Checkpoint // the newest; nil: none
	unseen   []byte      // a checkpoint that the witness does not have yet
	notUntil time.Time   // the witness is left alone
}

// Keeper returns a keeper of this journal. One is enough for a process.
func (j *Journal) Keeper(o KeeperOptions) *Keeper {
	if o.Every == 0 {
		o.Every = DefaultEvery
	}
	j.chain.Lock()
	defer j.chain.Unlock()
	if j.fresh == nil {
		j.fresh = &recent{blocks: map[uint64]*verified{}}
	}
	return &Keeper{reader: reader{j.store, j.fresh}, health: health{now: j.o.Now, done: j.o.Now()}, o: o}
}

// Run keeps the journal until ctx ends. What fails is logged and tried again.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(keepPoll)
	defer tick.Stop()
	told := "" // so that each trouble is logged once
	for {
		err := k.Step(ctx)
		if ctx.Err() != nil {
			return nil
		}
		now := ""
		if err != nil {
			now = err.Error()
		}
		if now != "" && now != told {
			k.o.Log.Warn("the journal could not be sealed or witnessed; trying again", slog.String("error", now))
		}
		told = now
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Step does all that is due.
func (k *Keeper) Step(ctx context.Context) error {
	err := k.advance(ctx)
	if err == nil {
		err = k.checkpoint(ctx)
	}
	k.sealed(err)
	if err != nil {
		k.ready = false // a write may have taken effect or not: the store knows
		return err
	}
	if k.unseen == nil || k.o.Witness == nil {
		return nil
	}
	k.owes()
	if k.now().Before(k.notUntil) {
		return nil
	}
	err = k.o.Witness.Keep(ctx, k.unseen)
	k.handed(err)
	if err != nil {
		k.notUntil = k.now().Add(witnessPause)
		return err
	}
	k.unseen = nil
	return nil
}

// load finds where the last keeper ended.
func (k *Keeper) load(ctx context.Context) error {
	const op = "journal.Keeper"
	number, found, err := k.newest(ctx, segmentPrefix)
	if err != nil {
		return err
	}
	k.segment = newSegment(0, beforeGenesis)
	if found {
		s, err := k.reader.segment(ctx, op, number)
		if err != nil {
			return err
		}
		if err := k.lock(ctx, number); err != nil { // who wrote it may have died before
			return err
		}
		k.segment = newSegment(number+1, s.after())
	}
	span, found, err := k.newest(ctx, treePrefix)
	if err != nil {
		return err
	}
	size := int64(0)
	if found {
		size = int64(span+1) * treeSpan //nolint:gosec // far below 2^54
	}
	k.span = nil
	if k.frontier, err = frontierAt(size, k.tree(ctx, op)); err != nil {
		return err
	}
	k.last, err = k.newestCheckpoint(ctx, op, k.o.Signer)
	if err != nil && !triage.IsKind(err, triage.NotFound) {
		return err
	}
	if k.last != nil {
		k.unseen = k.last.Note // who signed it may have died before it was handed on
	}
	k.ready = true
	return k.regrow(ctx, op)
}

// regrow adds the events to the tree that were sealed already, where the tree is behind the segments.
func (k *Keeper) regrow(ctx context.Context, op string) error {
	next := uint64(k.frontier.size) + 1 //nolint:gosec // not negative
	if next >= k.segment.First {
		return nil
	}
	number, err := k.blockOf(ctx, next, k.segment.Block-1)
	if err != nil {
		return err
	}
	for b, err := range k.blocks(ctx, op, number) {
		if err != nil {
			return err
		}
		if b.Number == k.segment.Block {
			return nil
		}
		if err := k.grow(ctx, b.block); err != nil {
			return err
		}
	}
	return nil
}

// advance takes in the blocks that were added.
func (k *Keeper) advance(ctx context.Context) error {
	if !k.ready {
		if err := k.load(ctx); err != nil {
			return err
		}
	}
	var failed error
	k.objects(ctx, "journal.Keeper", k.segment.after(), func(b *verified, err error) bool {
		if err == nil {
			err = k.grow(ctx, b.block)
		}
		if err == nil {
			k.segment.add(b.block, b.raw, b.at)
			if k.segment.full() {
				err = k.seal(ctx)
			}
		}
		failed = err
		return err == nil
	})
	return failed
}

// grow adds a block's events to the tree, as far as they are not in it.
func (k *Keeper) grow(ctx context.Context, b *block) error {
	for i, event := range b.Events {
		if int64(b.First)+int64(i) <= k.frontier.size { //nolint:gosec // far below 2^63
			continue
		}
		hashes, err := k.frontier.add(tlog.RecordHash(event))
		if err != nil {
			return err
		}
		k.span = append(k.span, hashes...)
		if k.frontier.size%treeSpan == 0 {
			span := uint64(k.frontier.size/treeSpan) - 1 //nolint:gosec // at least 0
			if err := putSame(ctx, k.store, "journal.Keeper", numbered(treePrefix, span), encodeTree(k.span)); err != nil {
				return err
			}
			k.span = nil
		}
	}
	return nil
}

// seal writes the full segment and locks it.
func (k *Keeper) seal(ctx context.Context) error {
	raw, err := k.segment.encode()
	if err != nil {
		return err
	}
	if err := putSame(ctx, k.store, "journal.Keeper", numbered(segmentPrefix, k.segment.Number), raw); err != nil {
		return err
	}
	if err := k.lock(ctx, k.segment.Number); err != nil {
		return err
	}
	k.segment = newSegment(k.segment.Number+1, k.segment.after())
	return nil
}

func (k *Keeper) lock(ctx context.Context, number uint64) error {
	if k.o.Locker == nil || k.o.Retention <= 0 {
		return nil
	}
	return k.o.Locker.Lock(ctx, numbered(segmentPrefix, number), k.now().Add(k.o.Retention))
}

// putSame writes an object whose bytes everybody computes alike.
func putSame(ctx context.Context, store Store, op, key string, raw []byte) error {
	err := store.Put(ctx, key, bytes.NewReader(raw), int64(len(raw)))
	if !triage.IsKind(err, triage.Exists) {
		return err
	}
	there, err := reader{store: store}.load(ctx, op, key, int64(len(raw)))
	if err == nil && !bytes.Equal(there, raw) {
		err = broken(op, key, errors.New("it does not hold what the events say"))
	}
	return err
}

// due says whether a checkpoint is to be signed.
func (k *Keeper) due() bool {
	size := uint64(k.frontier.size) //nolint:gosec // not negative
	switch {
	case k.last == nil:
		return size > 0
	case size <= k.last.Size:
		return false
	}
	return size-k.last.Size >= checkpointEvents || k.now().Sub(k.last.Time) >= k.o.Every
}

// checkpoint signs one when it is due and nobody else did.
func (k *Keeper) checkpoint(ctx context.Context) error {
	const op = "journal.Keeper"
	if !k.due() {
		return nil
	}
	newest, err := k.newestCheckpoint(ctx, op, k.o.Signer)
	if err == nil {
		k.last = newest
	}
	if err != nil && !triage.IsKind(err, triage.NotFound) || !k.due() {
		return err
	}
	root, err := k.frontier.root()
	if err != nil {
		return err
	}
	at := k.segment.after()
	c := &Checkpoint{
		Size: uint64(k.frontier.size), Root: root, Block: at.number, Hash: at.hash, //nolint:gosec // not negative
		Segments: k.segment.Number, Time: k.now().UTC().Truncate(time.Second),
	}
	if k.last != nil {
		c.Previous = k.last.Size
	}
	if err := c.sign(k.o.Signer); err != nil {
		return err
	}
	err = k.store.Put(ctx, numbered(checkpointPrefix, c.Size), bytes.NewReader(c.Note), int64(len(c.Note)))
	if triage.IsKind(err, triage.Exists) {
		return k.adopt(ctx, c)
	}
	if err == nil {
		k.last, k.unseen = c, c.Note
	}
	return err
}

// adopt takes another keeper's checkpoint of the same size for the newest.
func (k *Keeper) adopt(ctx context.Context, c *Checkpoint) error {
	const op = "journal.Keeper"
	other, err := k.reader.checkpoint(ctx, op, c.Size, k.o.Signer)
	if err != nil {
		return err
	}
	if other.Root != c.Root || other.Hash != c.Hash {
		return broken(op, numbered(checkpointPrefix, c.Size), errors.New("it does not hold what the events say"))
	}
	k.last = other
	return nil
}
