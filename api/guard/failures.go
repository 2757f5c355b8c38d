package guard

import (
	"sync"
	"time"
)

const (
	failureWindow = time.Minute
	// maxFailures is how many failed sign-ins of one address in a window are answered as such. Secrets have 256
	// bits and cannot be guessed; this keeps a broken script from filling logs and stores. What is valid is
	// always let through, for many people may share one address.
	maxFailures = 30
	// maxAddresses bounds the memory of one window; addresses beyond it share one count.
	maxAddresses = 10_000
)

// failures counts failed sign-ins by address.
type failures struct {
	now func() time.Time

	mu     sync.Mutex // guards what follows
	since  time.Time
	counts map[string]int
}

func newFailures(now func() time.Time) *failures {
	return &failures{now: now, counts: make(map[string]int)}
}

// add counts one more and reports whether there were too many, and whether this is the first that is.
func (f *failures) add(address string) (over, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); now.Sub(f.since) >= failureWindow {
		f.since = now
		clear(f.counts)
	}
	if _, known := f.counts[address]; !known && len(f.counts) >= maxAddresses {
		address = ""
	}
	f.counts[address]++
	n := f.counts[address]
	return n > maxFailures, n == maxFailures+1
}
