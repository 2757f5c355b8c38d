package objects

import (
	"sync"
	"time"
)

const (
	ringsKept = 256         // keyrings in memory: at most 12 MiB; restoring reads packs that several drives share
	ringLife  = time.Minute // after which a keyring is read again, so that what was destroyed leaves all processes
	sweepLife = time.Second // between two looks for what is too old
)

// rings remembers keyrings that were used a moment ago.
type rings struct {
	now func() time.Time

	mu    sync.Mutex // guards what follows, which any caller may change
	kept  map[string]cachedRing
	swept time.Time
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
	return c.ring, ok && r.now().Sub(c.at) <= ringLife
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

// forgetAll has every ring read again.
func (r *rings) forgetAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.kept)
}

// sweep drops what is too old; the lock is held.
func (r *rings) sweep() {
	now := r.now()
	if now.Sub(r.swept) < sweepLife {
		return
	}
	r.swept = now
	for name, c := range r.kept {
		if now.Sub(c.at) > ringLife {
			delete(r.kept, name)
		}
	}
}
