package classifier

import (
	"context"
	"sync"
	"time"

	"vigie/triage"
)

const (
	// failuresToOpen is how many failures in a row let a program be left alone.
	failuresToOpen = 5
	// firstPause is how long it is left alone then. It doubles with each further failure, up to maxPause.
	firstPause = time.Second
	maxPause   = 15 * time.Second
)

// breaker leaves what failed several times in a row alone: it is not called for a pause, then once, and for a longer pause
// when that fails too. One call that succeeds ends it. (github.com/sony/gobreaker has pauses of one length only, and a clock
// of its own.)
type breaker struct {
	now func() time.Time

	mu       sync.Mutex // guards what follows
	failures int        // in a row
	until    time.Time  // it is left alone
	trying   bool       // a call is under way that nobody waits beside
	last     error
}

// open says why no call would be made now, if so.
func (b *breaker) open() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refusal()
}

// refusal is open for who holds mu.
func (b *breaker) refusal() error {
	if b.failures < failuresToOpen || !b.trying && !b.now().Before(b.until) {
		return nil
	}
	return triage.E(triage.Unavailable, "ask the classifier", "", "the classifier failed several times in a row, and is left alone for a moment: see its own log", b.last)
}

// do makes a call unless it is open, and learns from it. A call that ends with ctx says nothing.
func (b *breaker) do(ctx context.Context, call func() error) error {
	b.mu.Lock()
	if err := b.refusal(); err != nil {
		b.mu.Unlock()
		return err
	}
	probe := b.failures >= failuresToOpen
	b.trying = b.trying || probe
	b.mu.Unlock()

	err := call()

	b.mu.Lock()
	defer b.mu.Unlock()
	if probe {
		b.trying = false
	}
	switch {
	case err == nil:
		b.failures, b.last = 0, nil
	case ctx.Err() == nil:
		b.failures++
		b.last = err
		if beyond := b.failures - failuresToOpen; beyond >= 0 {
			b.until = b.now().Add(min(maxPause, firstPause<<min(beyond, 10)))
		}
	}
	return err
}
