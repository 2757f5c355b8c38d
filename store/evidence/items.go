package evidence

import (
	"context"
	"iter"

	"golang.org/x/sync/errgroup"

	"vigie/triage"
)

// readAhead is how many entries may be examined ahead of the one that is waited for, so that a long film does not
// hold up everything that follows it.
const readAhead = 512

// Items examines everything that Walk returns, several files at once, and returns the items in the order of Walk. The
// only errors are those of Walk; an error is the last thing it yields.
func (s *Source) Items(ctx context.Context, parallel int) iter.Seq2[triage.Item, error] {
	return func(yield func(triage.Item, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		queue := make(chan chan examined, readAhead)
		go s.examineAll(ctx, parallel, queue)
		defer func() {
			stop()
			for range queue { // until examineAll has ended
			}
		}()
		for next := range queue {
			got := <-next
			if !yield(got.item, got.err) || got.err != nil {
				return
			}
		}
	}
}

type examined struct {
	item triage.Item
	err  error
}

// examineAll sends a promise of each item to queue, in order, and closes it when all promises are kept. It
// ends with the walk, or with ctx.
func (s *Source) examineAll(ctx context.Context, parallel int, queue chan<- chan examined) {
	defer close(queue)
	var pool errgroup.Group
	pool.SetLimit(max(parallel, 1))
	defer pool.Wait() //nolint:errcheck // its functions return none
	for e, err := range s.Walk(ctx) {
		promise := make(chan examined, 1)
		queue <- promise
		if err != nil {
			promise <- examined{err: err}
			return
		}
		pool.Go(func() error {
			item, err := s.Examine(ctx, e)
			promise <- examined{item, err}
			return nil
		})
	}
}
