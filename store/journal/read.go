package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"

	"vigie/triage"
)

// reader reads what is in the store. It never writes.
type reader struct {
	store  Store
	recent *recent // what this process wrote or read last; nil: everything is read from the store
}

// maxRecent bounds what is remembered: blocks, and bytes of them together.
const (
	maxRecent      = 4096
	maxRecentBytes = 8 << 20
)

// recent remembers blocks until the keeper took them, so that it need not read again what was just written.
type recent struct {
	mu     sync.Mutex // guards what follows
	blocks map[uint64]*verified
	bytes  int
}

// put remembers a block, unless there is too much already: then the store has it.
func (r *recent) put(b *verified) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.blocks) < maxRecent && r.bytes+len(b.raw) <= maxRecentBytes {
		r.blocks[b.Number] = b
		r.bytes += len(b.raw)
	}
}

// take returns a block and forgets it, or nil.
func (r *recent) take(number uint64) *verified {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.blocks[number]
	if b != nil {
		delete(r.blocks, number)
		r.bytes -= len(b.raw)
	}
	return b
}

// verified is a block with its stored bytes and its place in the chain.
type verified struct {
	*block
	raw []byte
	at  link
}

// Read yields every event from number from on, in order, and verifies the chain as it goes. It ends at the newest event
// there is when it gets there. The first error ends it.
func (j *Journal) Read(ctx context.Context, from uint64) iter.Seq2[triage.Event, error] {
	return func(yield func(triage.Event, error) bool) {
		j.chain.Lock()
		err := j.advance(ctx)
		newest := j.head.number
		j.chain.Unlock()
		number := uint64(0)
		if err == nil {
			number, err = j.blockOf(ctx, from, newest)
		}
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

// blocks yields the blocks from number on to the end, each verified against the one before: out of segments, as far as
// there are some, and then one by one.
func (r reader) blocks(ctx context.Context, op string, number uint64) iter.Seq2[*verified, error] {
	return func(yield func(*verified, error) bool) {
		at := link{number: number - 1} // without a hash: whatever it is
		if number == 0 {
			at = beforeGenesis
		}
		sealed, found, err := r.segmentOf(ctx, op, number)
		for ; found && err == nil; sealed++ {
			var s *segment
			if s, err = r.segment(ctx, op, sealed); triage.IsKind(err, triage.NotFound) {
				err = nil
				break
			}
			if err == nil && at.hash != "" && s.before() != at {
				err = broken(op, numbered(segmentPrefix, sealed), errors.New("it does not follow the one before"))
			}
			if err != nil {
				break
			}
			link := s.before()
			for i, b := range s.read {
				link = b.link(s.raw[i])
				if b.Number >= number && !yield(&verified{b, s.raw[i], link}, nil) {
					return
				}
			}
			at = link
		}
		if err != nil {
			yield(nil, err)
			return
		}
		r.objects(ctx, op, at, yield)
	}
}

// objects yields the blocks after at, each from its own object.
func (r reader) objects(ctx context.Context, op string, at link, yield func(*verified, error) bool) {
	for {
		number := at.number + 1
		if r.recent != nil {
			if b := r.recent.take(number); b != nil && b.Prev == at.hash {
				if at = b.at; !yield(b, nil) {
					return
				}
				continue
			}
		}
		b, raw, err := r.read(ctx, op, number)
		if triage.IsKind(err, triage.NotFound) {
			if b, raw, err = r.gap(ctx, op, number); b == nil && err == nil {
				return // the end
			}
		}
		if err == nil && at.hash != "" {
			if _, err = at.follow(b, raw); err != nil {
				err = broken(op, blamed(number, err), err)
			}
		}
		if err != nil {
			yield(nil, err)
			return
		}
		at = b.link(raw)
		if !yield(&verified{b, raw, at}, nil) {
			return
		}
	}
}

// gap says whether anything follows block number, which is not there: if not, that is the end, and all results are nil. Blocks
// are written in order, so where a later one exists this one existed before it: if it is still not there, somebody took it away.
func (r reader) gap(ctx context.Context, op string, number uint64) (*block, []byte, error) {
	key, err := r.after(ctx, prefix, number)
	if err != nil || key == "" {
		return nil, nil, err
	}
	b, raw, err := r.read(ctx, op, number) // it may have been written since
	if triage.IsKind(err, triage.NotFound) {
		err = broken(op, keyOf(number), fmt.Errorf("it is missing although %s is there", key))
	}
	return b, raw, err
}

// blockOf finds the last block, of those up to newest, that starts at or before event from.
func (r reader) blockOf(ctx context.Context, from, newest uint64) (uint64, error) {
	const op = "journal.Read"
	low, high := uint64(0), newest
	if from <= 1 {
		return 0, nil
	}
	for low < high {
		middle := low + (high-low+1)/2
		b, _, err := r.read(ctx, op, middle)
		if triage.IsKind(err, triage.NotFound) {
			err = broken(op, keyOf(middle), errors.New("it is missing"))
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

// after returns the first key under a prefix whose number is greater than n, or "".
func (r reader) after(ctx context.Context, under string, n uint64) (string, error) {
	// Numbers stay below 10^15, so they start with 0, and the folders beside the blocks are not listed.
	for key, err := range r.store.Keys(ctx, under+"0", numbered(under, n)) {
		if err != nil {
			return "", err
		}
		if _, err := numberUnder(under, key); err != nil {
			return "", broken("journal.Open", key, err)
		}
		return key, nil
	}
	return "", nil
}

// newest finds the greatest number under a prefix. "Is there a key after n" stays right where objects are missing in
// between, which "is there a key n" does not.
func (r reader) newest(ctx context.Context, under string) (number uint64, found bool, err error) {
	key, err := r.after(ctx, under, 0)
	if err != nil || key == "" {
		raw, readErr := r.store.Get(ctx, numbered(under, 0))
		if triage.IsKind(readErr, triage.NotFound) {
			return 0, false, err
		}
		if readErr == nil {
			readErr = raw.Close()
		}
		return 0, true, errors.Join(err, readErr)
	}
	// low has a key after it, high has none.
	low, high := uint64(0), uint64(0)
	for step := uint64(1); ; step *= 2 {
		if key, err = r.after(ctx, under, low+step); err != nil {
			return 0, false, err
		}
		if key == "" {
			high = low + step
			break
		}
		low += step
	}
	for high-low > 1 {
		middle := low + (high-low)/2
		if key, err = r.after(ctx, under, middle); err != nil {
			return 0, false, err
		}
		if key == "" {
			high = middle
		} else {
			low = middle
		}
	}
	return high, true, nil
}

// read fetches and decodes one block. NotFound when there is none, Corrupt when it is damaged or not in its place.
func (r reader) read(ctx context.Context, op string, number uint64) (*block, []byte, error) {
	key := keyOf(number)
	raw, err := r.load(ctx, op, key, maxBlock)
	if err != nil {
		return nil, nil, err
	}
	b, err := decode(raw)
	if err != nil {
		return nil, nil, broken(op, key, err)
	}
	if b.Number != number {
		return nil, nil, broken(op, key, fmt.Errorf("it holds number %d: objects were swapped", b.Number))
	}
	return b, raw, nil
}

// load fetches an object of at most limit bytes.
func (r reader) load(ctx context.Context, op, key string, limit int64) ([]byte, error) {
	body, err := r.store.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err := errors.Join(err, body.Close()); err != nil {
		return nil, fmt.Errorf("%s %s: %w", op, key, err)
	}
	if int64(len(raw)) > limit {
		return nil, broken(op, key, errors.New("it is too long"))
	}
	return raw, nil
}

// blamed names the object that is wrong when block number does not follow from its predecessor: an altered block still
// carries the right hash of the one before it, and the one after it does not fit any more.
func blamed(number uint64, err error) string {
	if errors.Is(err, errForeignPrev) && number > 0 {
		return keyOf(number - 1)
	}
	return keyOf(number)
}
