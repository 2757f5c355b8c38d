package evidence

import (
	"context"
	"iter"
	"sync"

	"vigie/triage"
)

const (
	// readAhead is how many files may be examined ahead of the one that is waited for, so that a long film does not hold up
	// everything that follows it.
	readAhead = 512
	// membersAhead is how many items of a container may wait for those before it.
	membersAhead = 64
)

// Found is one item of a source, and the way back to its bytes.
type Found struct {
	triage.Item
	way way // nil of what has no bytes
}

// way leads to the bytes of an item.
type way interface {
	// open opens the bytes anew. What they fail with is an *Error, or ctx's.
	open(ctx context.Context) (opened, error)
	// ordered reports whether reaching an item costs reading what lies between it and the one that was reached last.
	ordered() bool
}

// Items examines everything that the source holds, several files at once, and returns the items always in the same
// order: that of Walk, and after each container its members, in its own order. The only errors are those of Walk; an error
// is the last thing it yields.
func (s *Source) Items(ctx context.Context, parallel int) iter.Seq2[Found, error] {
	return s.Resume(ctx, parallel, Earlier{})
}

// Resume is Items, and does not read again what an earlier reading told, as long as that is the same: files by their place,
// size and times, what lies within them by its place. The bytes of some items taken over cannot be opened: ErrTakenOver. Errors of
// earlier end all too.
func (s *Source) Resume(ctx context.Context, parallel int, earlier Earlier) iter.Seq2[Found, error] {
	return func(yield func(Found, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		r := &reading{source: s, ctx: ctx, slots: make(chan struct{}, max(parallel, 1)), walks: make(chan struct{}, max(parallel, 1))}
		defer r.workers.Wait()
		defer stop()
		s.countAnew()
		t, release := follow(earlier)
		defer release()
		top := newStream(readAhead)
		r.workers.Go(func() { r.walk(top, t) })
		if r.drain(top, yield) && ctx.Err() != nil {
			yield(Found{}, ctx.Err())
		}
	}
}

// reading is one call of Items. Each file is examined by a goroutine that fills a stream of its own; the streams are put
// together in order. Three things are bounded: what is examined at once (slots), containers that are gone through
// (walks), and what waits to be taken (the length of streams).
type reading struct {
	source  *Source
	ctx     context.Context //nolint:containedctx // lives as long as one call of Items
	slots   chan struct{}   // whoever digests holds one
	walks   chan struct{}   // whoever goes through a container holds one, or is who everybody waits for
	workers sync.WaitGroup
}

// stream is a sequence of items, ended by close.
type stream struct {
	told    chan told
	reached chan struct{} // closed when all that lies before has been taken
}

// told is an item, the error that ends all, or a stream whose items come here.
type told struct {
	found Found
	err   error
	more  *stream
}

func newStream(length int) *stream {
	return &stream{told: make(chan told, length), reached: make(chan struct{})}
}

func (st *stream) close() { close(st.told) }

// drain yields what a stream has. It returns false when no more is wanted.
func (r *reading) drain(st *stream, yield func(Found, error) bool) bool {
	close(st.reached)
	for t := range st.told {
		switch {
		case r.ctx.Err() != nil:
			return true // what was cut short must not look whole
		case t.more != nil:
			if !r.drain(t.more, yield) {
				return false
			}
		case !yield(t.found, t.err) || t.err != nil:
			return false
		}
	}
	return true
}

// walk goes through the source's files and has each of them examined.
func (r *reading) walk(out *stream, t *trail) {
	defer out.close()
	for e, err := range r.source.Walk(r.ctx) {
		if err != nil {
			r.send(out, told{err: err})
			return
		}
		past, within := r.passFile(t, e, out)
		if past {
			continue
		}
		if within != nil {
			t = nil
		}
		if !r.fork(out, func(of *stream) { r.file(e, within, of) }) {
			return
		}
	}
}

// fork has do fill a stream, whose place in out is here, when there is a slot for it. The caller has none.
func (r *reading) fork(out *stream, do func(*stream)) bool {
	of := newStream(1)
	if !r.send(out, told{more: of}) {
		return false
	}
	r.take()
	r.workers.Go(func() {
		defer r.leave()
		defer of.close()
		do(of)
	})
	return true
}

func (r *reading) take()  { r.slots <- struct{}{} }
func (r *reading) leave() { <-r.slots }

// send puts something into a stream; false: ctx has ended. The caller has no slot.
func (r *reading) send(out *stream, t told) bool {
	select {
	case out.told <- t:
		return true
	case <-r.ctx.Done():
		return false
	}
}

// emit is send for who has a slot: while nothing is taken, somebody else has it.
func (r *reading) emit(out *stream, t told) bool {
	select {
	case out.told <- t:
		return true
	default:
	}
	r.leave()
	defer r.take()
	return r.send(out, t)
}

// enter waits until one more container may be gone through, or out is what everybody waits for; false: ctx has ended.
// The caller has a slot, and calls what is returned at the end.
func (r *reading) enter(out *stream) (exit func(), ok bool) {
	exit = func() { <-r.walks }
	select {
	case r.walks <- struct{}{}:
		return exit, true
	default:
	}
	r.leave()
	defer r.take()
	select {
	case r.walks <- struct{}{}:
		return exit, true
	case <-out.reached:
		return func() {}, true
	case <-r.ctx.Done():
		return nil, false
	}
}
