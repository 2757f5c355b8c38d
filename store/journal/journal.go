// Package journal keeps the chain of events over whatever object store it is handed.
//
// The chain is objects journal/<number>, each written only if absent, each carrying the SHA-256 of the one before. So
// several processes share one total order without a coordinator: who loses the race for a number reads what
// won and tries the next. What arrives within a few milliseconds goes into one object, and nobody is told "done"
// before that object is durable.
package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"log/slog"
	"strings"
	"sync"
	"time"

	"vigie/triage"
)

const (
	// DefaultWindow is how long a batch waits for company where the one before had some. What arrives while an object is
	// written goes into the next one anyway; the pause lets those come back who were just answered, and lets another
	// process have its turn. Who writes alone never waits.
	DefaultWindow = 2 * time.Millisecond
	// maxBatch and maxBatchBytes bound a batch; what comes later goes into the next.
	maxBatch      = 1000
	maxBatchBytes = 1 << 20 // bytes of Data
	// writeTimeout bounds the writing of one batch, with all its tries.
	writeTimeout = 30 * time.Second
	// settleTimeout bounds finding out what an unanswered write did; it has its own time, because the write may
	// have used up all of the other.
	settleTimeout = 10 * time.Second
)

// Store is what the journal needs of an object store; objects.Keyed has it.
type Store interface {
	// Put writes only if absent: triage.Exists when there is such a key, durable when nil. Any other error may
	// mean that it took effect.
	Put(ctx context.Context, key string, r io.Reader, size int64) error
	// Get opens an object, or fails with triage.NotFound.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// Keys yields, in order, the keys that start with prefix and are greater than after.
	Keys(ctx context.Context, prefix, after string) iter.Seq2[string, error]
}

// Options are what a journal needs beside its store.
type Options struct {
	Now    func() time.Time // stamps the events; needed
	Nonce  func() string    // a value never used before, by any writer; crypto/rand.Text does it; needed
	Window time.Duration    // how long a batch waits for company, where some is to be expected; DefaultWindow when 0, none when negative
	Log    *slog.Logger     // told of snapshots; nil: nobody is
}

// Journal is one process's access to the chain. All methods may be called by many goroutines.
type Journal struct {
	reader
	o Options

	queue   sync.Mutex // guards pending
	pending *batch     // collects events until its commit begins; nil when there is none

	chain sync.Mutex // held while the head is moved, for as long as that takes
	head  link
	sure  bool    // false after an unknown outcome, until the head was read again
	fresh *recent // what the keeper has not taken yet; nil: there is none
	alone bool    // the last batch held one event: company is not to be expected
}

var _ triage.Journal = (*Journal)(nil)

// batch is a number of events that are written, or not, together.
type batch struct {
	events []triage.Event
	bytes  int
	err    error
	done   chan struct{} // closed when events are numbered and durable, or err is set
}

// Open finds the head of the chain, or starts one, and proves that the store keeps "only if absent".
// Corrupt: the head does not fit what comes before it. Invalid: the store ignores the condition. Unavailable: it does not answer.
func Open(ctx context.Context, store Store, o Options) (*Journal, error) {
	const op = "journal.Open"
	if o.Now == nil || o.Nonce == nil {
		return nil, triage.E(triage.Internal, op, "", "a journal needs a clock and nonces", nil)
	}
	if o.Window == 0 {
		o.Window = DefaultWindow
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	j := &Journal{reader: reader{store: store}, o: o, alone: true}
	number, found, err := j.newest(ctx, prefix)
	if err != nil {
		return nil, err
	}
	if !found {
		if err := j.begin(ctx); err != nil {
			return nil, err
		}
	}
	b, raw, err := j.read(ctx, op, number)
	if err != nil {
		return nil, err
	}
	if err := j.checkPlace(ctx, b, raw); err != nil {
		return nil, err
	}
	j.head, j.sure = b.link(raw), true
	// Writing the head once more, as it is, must be refused. A store that ignored the condition loses nothing by it.
	switch err := j.put(ctx, number, raw); {
	case err == nil:
		return nil, triage.E(triage.Invalid, op, "", "this object store ignores If-None-Match, so the journal would fork: use MinIO or another S3 service with conditional writes", nil)
	case !triage.IsKind(err, triage.Exists):
		return nil, triage.E(triage.Unavailable, op, "", "the object store could not be probed: try again", err)
	}
	return j, j.advance(ctx)
}

// begin writes the first block, which holds no event, unless another process does.
func (j *Journal) begin(ctx context.Context) error {
	b := block{Number: 0, Prev: beforeGenesis.hash, Nonce: j.o.Nonce(), First: 1, Events: []json.RawMessage{}}
	raw, err := b.encode()
	if err != nil {
		return triage.E(triage.Internal, "journal.Open", "", "", err)
	}
	if err := j.put(ctx, 0, raw); err != nil && !triage.IsKind(err, triage.Exists) {
		return err
	}
	return nil
}

// checkPlace verifies the newest block against the one before it.
func (j *Journal) checkPlace(ctx context.Context, b *block, raw []byte) error {
	before := beforeGenesis
	if b.Number > 0 {
		prev, prevRaw, err := j.read(ctx, "journal.Open", b.Number-1)
		if triage.IsKind(err, triage.NotFound) {
			return broken("journal.Open", keyOf(b.Number-1), errors.New("it is missing"))
		}
		if err != nil {
			return err
		}
		before = prev.link(prevRaw)
	}
	if _, err := before.follow(b, raw); err != nil {
		return broken("journal.Open", keyOf(b.Number), err)
	}
	return nil
}

// Append implements triage.Journal. When ctx ends before the event is durable, the outcome is Unknown: others may wait
// for the same batch. After Unknown nothing is written before the chain's end was read again. Unavailable says what the
// store says; a network that delivers a request after its sender gave it up can still add the event.
func (j *Journal) Append(ctx context.Context, ev triage.Event) (triage.Event, error) {
	const op = "journal.Append"
	if err := ctx.Err(); err != nil {
		return triage.Event{}, triage.E(triage.Unavailable, op, string(ev.Kind), "given up before it was written", err)
	}
	b, i, err := j.join(ctx, ev)
	if err != nil {
		return triage.Event{}, err
	}
	select {
	case <-b.done:
	case <-ctx.Done():
		return triage.Event{}, triage.E(triage.Unknown, op, string(ev.Kind), "given up while it was written: look in the journal", ctx.Err())
	}
	if b.err != nil {
		return triage.Event{}, b.err
	}
	return b.events[i], nil
}

// join puts ev into the pending batch. The first one in sees to it that the batch is written.
func (j *Journal) join(ctx context.Context, ev triage.Event) (*batch, int, error) {
	if len(ev.Data) > maxBatchBytes {
		return nil, 0, triage.E(triage.TooLarge, "journal.Append", string(ev.Kind), "an event's data is at most 1 MiB", nil)
	}
	if len(ev.Data) > 0 && !json.Valid(ev.Data) { // here, so that it does not spoil the batch of others
		return nil, 0, triage.E(triage.Invalid, "journal.Append", string(ev.Kind), "an event's data is JSON", nil)
	}
	j.queue.Lock()
	defer j.queue.Unlock()
	b := j.pending
	if b == nil || len(b.events) >= maxBatch || b.bytes+len(ev.Data) > maxBatchBytes {
		b = &batch{done: make(chan struct{})}
		j.pending = b
		go j.commit(context.WithoutCancel(ctx), b) // one goroutine a batch; ends with it
	}
	ev.Data = bytes.Clone(ev.Data)
	b.events = append(b.events, ev)
	b.bytes += len(ev.Data)
	return b, len(b.events) - 1, nil
}

// commit writes one batch, after a moment in which others may join it.
func (j *Journal) commit(ctx context.Context, b *batch) {
	defer close(b.done)
	j.chain.Lock()
	defer j.chain.Unlock()
	if !j.alone && j.o.Window > 0 {
		time.Sleep(j.o.Window)
	}
	j.queue.Lock()
	if j.pending == b {
		j.pending = nil
	}
	j.alone = len(b.events) == 1
	j.queue.Unlock()
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	b.err = j.write(ctx, b.events)
}

// write makes events the next block, behind whatever other processes wrote meanwhile. The caller holds chain.
func (j *Journal) write(ctx context.Context, events []triage.Event) error {
	const op = "journal.Append"
	if !j.sure {
		if err := j.advance(ctx); triage.IsKind(err, triage.Corrupt) {
			return err
		} else if err != nil {
			return triage.E(triage.Unavailable, op, "", "the journal's end could not be read, so nothing is written: try again", err)
		}
	}
	nonce := j.o.Nonce()
	for {
		b, err := j.next(nonce, events)
		if err != nil {
			return triage.E(triage.Internal, op, "", "", err)
		}
		raw, err := b.encode()
		if err != nil {
			return triage.E(triage.Internal, op, "", "", err)
		}
		putErr := j.put(ctx, b.Number, raw)
		if putErr == nil {
			j.move(b, raw)
			return nil
		}
		ours, err := j.settle(ctx, nonce, putErr)
		if err != nil || ours {
			return err
		}
	}
}

// next builds the block after the head and numbers the events.
func (j *Journal) next(nonce string, events []triage.Event) (*block, error) {
	b := &block{Number: j.head.number + 1, Prev: j.head.hash, Nonce: nonce, First: j.head.next}
	now := j.o.Now().UTC().Round(0) // without the monotonic reading, which is not stored
	for i := range events {
		ev := &events[i]
		ev.Seq, ev.Time = b.next(), now
		// What is no UTF-8 would be read back as something else.
		ev.Actor, ev.Subject = strings.ToValidUTF8(ev.Actor, "?"), strings.ToValidUTF8(ev.Subject, "?")
		if err := b.add(record{Time: now, Actor: ev.Actor, Kind: string(ev.Kind), Subject: ev.Subject, Data: ev.Data}); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// settle finds out what a Put that did not say "done" did. True: the block at that place is ours. False: another's
// block stands there, and the head is now the newest one. Else the error says whether the block can have been written.
func (j *Journal) settle(ctx context.Context, nonce string, putErr error) (ours bool, err error) {
	const op = "journal.Append"
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	number := j.head.number + 1
	b, raw, err := j.read(ctx, op, number)
	switch {
	case triage.IsKind(err, triage.NotFound) && triage.IsKind(putErr, triage.Full):
		return false, putErr
	case triage.IsKind(err, triage.NotFound):
		return false, triage.E(triage.Unavailable, op, keyOf(number), "the event was not written: try again", putErr)
	case triage.IsKind(err, triage.Corrupt):
		j.sure = false
		return false, err
	case err != nil:
		j.sure = false
		return false, triage.E(triage.Unknown, op, keyOf(number), "the store stopped answering while the event was written: look in the journal", errors.Join(putErr, err))
	}
	if _, err := j.head.follow(b, raw); err != nil {
		j.sure = false
		return false, broken(op, keyOf(number), err)
	}
	j.move(b, raw)
	if b.Nonce == nonce {
		return true, nil
	}
	return false, j.advance(ctx)
}

// advance moves the head to the end of the chain. The caller holds chain, or nobody else has the journal yet.
func (j *Journal) advance(ctx context.Context) error {
	for {
		number := j.head.number + 1
		b, raw, err := j.read(ctx, "journal.advance", number)
		if triage.IsKind(err, triage.NotFound) {
			j.sure = true
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := j.head.follow(b, raw); err != nil {
			return broken("journal.advance", keyOf(number), err)
		}
		j.move(b, raw)
	}
}

// move makes b, which follows, the head. The caller holds chain.
func (j *Journal) move(b *block, raw []byte) {
	j.head = b.link(raw)
	if j.fresh != nil {
		j.fresh.put(&verified{b, raw, j.head})
	}
}

// Head returns the number of the newest event, written by whichever process; 0 when there is none.
func (j *Journal) Head(ctx context.Context) (uint64, error) {
	j.chain.Lock()
	defer j.chain.Unlock()
	if err := j.advance(ctx); err != nil {
		return 0, err
	}
	return j.head.next - 1, nil
}

func (j *Journal) put(ctx context.Context, number uint64, raw []byte) error {
	return j.store.Put(ctx, keyOf(number), bytes.NewReader(raw), int64(len(raw)))
}

// broken reports an object of the chain that is not what it should be.
func broken(op, key string, err error) error {
	return triage.E(triage.Corrupt, op, key, "the journal was damaged or tampered with: keep the store as it is and call whoever answers for it", err)
}
