package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"vigie/triage"
)

// Read yields every event from number from on, in order, and verifies the chain as it goes. It ends at the newest event
// there is when it gets there. The first error ends it.
func (j *Journal) Read(ctx context.Context, from uint64) iter.Seq2[triage.Event, error] {
	return func(yield func(triage.Event, error) bool) {
		number, err := j.blockOf(ctx, from)
		if err != nil {
			yield(triage.Event{}, err)
			return
		}
		for b, err := range j.blocks(ctx, "journal.Read", number) {
			if err != nil {
				yield(triage.Event{}, err)
				return
			}
			for _, ev := range b.events(from) {
				if !yield(ev, nil) {
					return
				}
			}
		}
	}
}

// blocks yields the blocks from number on to the end, each verified against the one before.
func (j *Journal) blocks(ctx context.Context, op string, number uint64) iter.Seq2[*verified, error] {
	return func(yield func(*verified, error) bool) {
		at, known := beforeGenesis, number == 0
		for ; ; number++ {
			b, raw, err := j.read(ctx, op, number)
			if triage.IsKind(err, triage.NotFound) {
				if b, raw, err = j.gap(ctx, op, number); b == nil && err == nil {
					return // the end
				}
			}
			if err == nil && known {
				if _, err = at.follow(b, raw); err != nil {
					err = broken(op, blamed(number, err), err)
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			at, known = b.link(raw), true
			if !yield(&verified{b, at}, nil) {
				return
			}
		}
	}
}

// verified is a block with its place in the chain.
type verified struct {
	*block
	at link
}

// gap says whether anything follows block number, which is not there: if not, that is the end, and all results are nil. Blocks
// are written in order, so where a later one exists this one existed before it: if it is still not there, somebody took it away.
func (j *Journal) gap(ctx context.Context, op string, number uint64) (*block, []byte, error) {
	for key, err := range j.store.Keys(ctx, prefix, keyOf(number)) {
		if err != nil {
			return nil, nil, err
		}
		if _, err := numberOf(key); err != nil {
			return nil, nil, broken(op, key, err)
		}
		b, raw, err := j.read(ctx, op, number) // it may have been written since
		if triage.IsKind(err, triage.NotFound) {
			err = broken(op, keyOf(number), fmt.Errorf("it is missing although %s is there", key))
		}
		return b, raw, err
	}
	return nil, nil, nil
}

// blockOf finds the last block that starts at or before event from.
func (j *Journal) blockOf(ctx context.Context, from uint64) (uint64, error) {
	j.chain.Lock()
	err := j.advance(ctx)
	high := j.head.number
	j.chain.Unlock()
	if err != nil || from <= 1 {
		return 0, err
	}
	low := uint64(0)
	for low < high {
		middle := low + (high-low+1)/2
		b, _, err := j.read(ctx, "journal.Read", middle)
		if triage.IsKind(err, triage.NotFound) {
			err = broken("journal.Read", keyOf(middle), errors.New("it is missing"))
		}
		if err != nil {
			return 0, err
		}
		if b.First <= from {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low, nil
}

// Verify walks the whole chain in the store, and returns nil, or Corrupt, whose Object is the one that is wrong. That the
// chain's end was cut off is noticed only for what this process has seen: more takes a witness outside.
func (j *Journal) Verify(ctx context.Context) error {
	const op = "journal.Verify"
	j.chain.Lock()
	seen := j.head
	j.chain.Unlock()
	last := beforeGenesis
	for b, err := range j.blocks(ctx, op, 0) {
		if err != nil {
			return err
		}
		last = b.at
		if b.Number == seen.number && last.hash != seen.hash {
			return broken(op, keyOf(b.Number), errors.New("it is not what it was when this process read it"))
		}
	}
	if last == beforeGenesis || last.number < seen.number {
		return broken(op, keyOf(last.number+1), errors.New("it is missing, and nothing follows"))
	}
	for key, err := range j.store.Keys(ctx, prefix, "") {
		if err != nil {
			return err
		}
		if _, err := numberOf(key); err != nil {
			return broken(op, key, err)
		}
	}
	return nil
}

// blamed names the object that is wrong when block number does not follow from its predecessor: an altered block still
// carries the right hash of the one before it, and the one after it does not fit any more.
func blamed(number uint64, err error) string {
	if errors.Is(err, errForeignPrev) && number > 0 {
		return keyOf(number - 1)
	}
	return keyOf(number)
}
