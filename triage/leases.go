package triage

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
)

// leases are the jobs that a worker holds.
type leases struct {
	mu   sync.Mutex // guards jobs
	jobs map[string]Job
}

func (l *leases) add(jobs []Job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, j := range jobs {
		l.jobs[j.key()] = j
	}
}

// remove forgets jobs: their leases end, unless they are done.
func (l *leases) remove(tasks []*task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range tasks {
		delete(l.jobs, t.job.key())
	}
}

func (l *leases) all() []Job {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Values(l.jobs))
}

// key tells a job from all others.
func (j Job) key() string {
	if j.Again {
		return "again " + j.ID
	}
	return j.ID
}

// touch renews the leases of all jobs that are held, until ctx ends.
func (w *Worker) touch(ctx context.Context, l *leases) {
	for sleep(ctx, w.Touch) {
		jobs := l.all()
		if len(jobs) == 0 {
			continue
		}
		if err := w.Jobs.Touch(ctx, jobs...); err != nil && ctx.Err() == nil {
			w.Log.Warn("leases not renewed", "jobs", len(jobs), "error", err)
		}
	}
}

// send hands t on, unless ctx ends first.
func send(ctx context.Context, to chan<- *task, t *task) {
	select {
	case to <- t:
	case <-ctx.Done():
	}
}

// received yields what comes, until ctx ends.
func received(ctx context.Context, from <-chan *task) iter.Seq[*task] {
	return func(yield func(*task) bool) {
		for {
			select {
			case t := <-from:
				if !yield(t) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// waiting returns up to n of those that wait.
func waiting(from <-chan *task, n int) (list []*task) {
	for range n {
		select {
		case t := <-from:
			list = append(list, t)
		default:
			return list
		}
	}
	return list
}
