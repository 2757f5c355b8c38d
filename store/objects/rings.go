package objects

import (
	"sync"
	"time"
)

const (
	ringsKept = 64          // keyrings in memory: at most 3 MiB
	ringLife  = time.Minute // after which a keyring is read again, so that what was destroyed leaves all processes
)

// rings remembers keyrings that were used a moment ago.
type rings struct {
	now func() time.Time

	mu   sync.Mutex // guards what follows, which any caller may change
	kept map[string]cachedRing
}

type cachedRing struct {
	ring keyring
	at   time.Time
}

func newRings(now func() time.Time) *rings {
	return &rings{now: now, kept: make(map[string]cachedRing)}
}

func (r *rings) find(name string) (keyring, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep()
	c, ok := r.kept[name]
	return c.ring, ok
}

// keep remembers a ring, in the place of any other when there are too many.
func (r *rings) keep(name string, ring keyring) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep()
	for other := range r.kept {
		if len(r.kept) < ringsKept {
			break
		}
		delete(r.kept, other)
	}
	r.kept[name] = cachedRing{ring, r.now()}
}

func (r *rings) forget(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.kept, name)
}

// sweep drops what is too old; the lock is held.
func (r *rings) sweep() {
	for name, c := range r.kept {
		if r.now().Sub(c.at) > ringLife {
			delete(r.kept, name)
		}
	}
}
