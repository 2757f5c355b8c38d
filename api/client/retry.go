package client

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"vigie/triage"
)

const (
	firstWait = 100 * time.Millisecond // a connection that idled out is replaced almost at once
	longWait  = 5 * time.Second        // the longest wait between two tries
)

// lostError is a request whose answer did not arrive.
type lostError struct{ cause error }

func (e *lostError) Error() string { return e.cause.Error() }
func (e *lostError) Unwrap() error { return e.cause }

// refusedError is a request that was answered with a problem.
type refusedError struct {
	problem *triage.Error
	status  int
	after   time.Duration // the service asks to wait so long; 0: says nothing
}

func (e *refusedError) Error() string { return e.problem.Error() }
func (e *refusedError) Unwrap() error { return e.problem }

// neverSent reports whether the request cannot have reached the service.
func (e *lostError) neverSent() bool {
	op, ok := errors.AsType[*net.OpError](e.cause)
	return ok && op.Op == "dial"
}

// again reports whether k may be sent again after err.
func (k *call) again(err error) bool {
	if lost, ok := errors.AsType[*lostError](err); ok {
		return k.repeatable || lost.neverSent()
	}
	refused, ok := errors.AsType[*refusedError](err)
	if !ok {
		return false
	}
	switch refused.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return k.repeatable
	}
	return false
}

// try sends k until it is answered, may not be sent again, or patience ends. read must not have told anybody of
// what it read when it fails with a lostError.
func (c *Client) try(ctx context.Context, k call, read func(*http.Response) error) error {
	var spent time.Duration
	for wait := firstWait; ; wait = min(2*wait, longWait) {
		start := time.Now()
		err := c.once(ctx, k, read)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !k.again(err) {
			return k.tell(err, 0)
		}
		full := triage.IsKind(err, triage.Full) // that it is full the service says itself: it is waited for, however long
		if !k.unbounded && !full {              // a long upload uses up no patience
			spent += time.Since(start)
		}
		if spent >= c.Patience && !full {
			return k.tell(err, c.Patience)
		}
		pause := wait/2 + rand.N(wait/2+1) //nolint:gosec // spreads clients out, guards nothing
		if refused, ok := errors.AsType[*refusedError](err); ok && refused.after > 0 {
			pause = min(refused.after, longWait)
		}
		if !full {
			pause = min(pause, c.Patience-spent)
			spent += pause
		}
		if c.OnWait != nil {
			c.OnWait(pause, k.tell(err, 0))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// tell returns err as a *triage.Error. patience is how long it was tried, 0 for once.
func (k *call) tell(err error, patience time.Duration) error {
	if refused, ok := errors.AsType[*refusedError](err); ok {
		return refused.problem
	}
	lost, ok := errors.AsType[*lostError](err)
	switch {
	case !ok:
		return err
	case !k.repeatable && !lost.neverSent():
		return triage.E(triage.Unknown, k.op, "", "the connection broke before the answer came: look whether it took effect before you try again", lost.cause)
	case patience > 0:
		return triage.E(triage.Unavailable, k.op, "", "the service did not answer for "+patience.String()+": check that it runs and that the address is right", lost.cause)
	}
	return triage.E(triage.Unavailable, k.op, "", "the service does not answer: check that it runs and that the address is right", lost.cause)
}

// retryAfter returns how long the service asks to wait, or 0.
func retryAfter(resp *http.Response) time.Duration {
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// watched remembers how reading a file to be sent failed, so that a broken file is not taken for a broken network.
type watched struct {
	io.ReadCloser

	mu     sync.Mutex // guards what follows: the transport reads and closes in goroutines of its own
	closed bool
	cause  error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		w.mu.Lock()
		if !w.closed { // the transport closes under a read when the network broke
			w.cause = err
		}
		w.mu.Unlock()
	}
	return n, err
}

func (w *watched) Close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	return w.ReadCloser.Close()
}

func (w *watched) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cause
}
