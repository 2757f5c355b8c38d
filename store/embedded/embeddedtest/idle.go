package embeddedtest

import "sync"

// idle are servers that were emptied and wait for the next test.
type idle[S any] struct {
	mu      sync.Mutex // guards what follows
	servers []S
}

func (i *idle[S]) take() (s S, found bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	last := len(i.servers) - 1
	if last < 0 {
		return s, false
	}
	s, i.servers = i.servers[last], i.servers[:last]
	return s, true
}

func (i *idle[S]) give(s S) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.servers = append(i.servers, s)
}
