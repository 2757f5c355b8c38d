package triage

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// roomEvery is between two looks at a limit: a second's uploads fit into what each keeps in reserve.
const roomEvery = time.Second

// Limit is one thing that can run short.
type Limit struct {
	Name string // one of ConditionNames
	Hint string // what is short and the way out, for a person
	// Load says how much of what may be used is used: from 1 on it is full. What fails to answer is as full as before:
	// that it does not answer shows elsewhere.
	Load func(ctx context.Context) (float64, error)
	// Resume is the load at which there is room again, below 1: so that the service does not stop and go.
	Resume float64

	full atomic.Bool
}

// Look asks how full it is.
func (l *Limit) Look(ctx context.Context) {
	if load, err := l.Load(ctx); err == nil {
		l.full.Store(load >= 1 || l.full.Load() && load > l.Resume)
	}
}

func (l *Limit) check() error {
	if l.full.Load() {
		return E(Full, "make room", "", l.Hint, nil)
	}
	return nil
}

// Room says whether the service can take more in. Only submissions and imports ask: what is in goes on, and reads go on.
// nil has always room.
type Room struct{ Limits []*Limit }

// Watch looks at every limit, each on its own, until ctx ends: who asks never waits for an answer.
func (r *Room) Watch(ctx context.Context) error {
	var all sync.WaitGroup
	for _, l := range r.Limits {
		all.Go(func() {
			for l.Look(ctx); sleep(ctx, roomEvery); l.Look(ctx) {
			}
		})
	}
	all.Wait()
	return nil
}

// Check fails with Full, with the hint of what is short, until there is room again.
func (r *Room) Check() error {
	if r == nil {
		return nil
	}
	for _, l := range r.Limits {
		if err := l.check(); err != nil {
			return err
		}
	}
	return nil
}

// Conditions returns how every limit fares.
func (r *Room) Conditions() []Condition {
	if r == nil {
		return nil
	}
	conditions := make([]Condition, len(r.Limits))
	for i, l := range r.Limits {
		conditions[i] = NewCondition(l.Name, Waiting, l.check())
	}
	return conditions
}
