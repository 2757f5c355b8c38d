package triage

import (
	"context"
	"sync"
	"time"
)

// roomAge is how long an answer of Room holds: a second's uploads fit into what a limit keeps in reserve.
const roomAge = time.Second

// Limit is one thing that can run short.
type Limit struct {
	Hint string // what is short and the way out, for a person
	// Load says how much of what may be used is used: from 1 on it is full. What fails to answer is not full: that
	// it does not answer shows elsewhere.
	Load func(ctx context.Context) (float64, error)
	// Resume is the load at which there is room again, below 1: so that the service does not stop and go.
	Resume float64

	full bool // owned by Room, under its lock
}

// Room says whether the service can take more in. Only submissions ask: what is in goes on, and reads go on.
// nil has always room.
type Room struct {
	Limits []*Limit
	Now    func() time.Time

	mu      sync.Mutex // guards what follows
	checked time.Time
	last    error
}

// Check fails with Full, with the hint of what is short, until there is room again.
func (r *Room) Check(ctx context.Context) error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.Now()
	if age := now.Sub(r.checked); age >= 0 && age < roomAge {
		return r.last
	}
	r.last = nil
	for _, l := range r.Limits {
		if load, err := l.Load(ctx); err == nil {
			l.full = load >= 1 || l.full && load > l.Resume
		}
		if l.full && r.last == nil {
			r.last = E(Full, "make room", "", l.Hint, nil)
		}
	}
	r.checked = now
	return r.last
}
