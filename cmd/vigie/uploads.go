package main

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
	"vigie/triage"
)

// uploads sends the media that the service wants, a few at once, each of them once however many files hold it, and
// knows when a part has all its media sent.
type uploads struct {
	submission *submission
	parallel   int
	queue      chan *upload
	ordered    chan *upload // of containers that are read in order: one at a time

	done      atomic.Int64 // media
	doneBytes atomic.Int64
	sent      atomic.Int64 // bytes, those under way and sent in vain included
	pending   atomic.Int64 // bytes that are wanted and not sent; what is under way counts as far as it went

	mu     sync.Mutex // guards what follows, and the upload's own fields of parts
	active map[hashing.SHA256]*upload
	ids    []triage.PartID // of all parts, by index
	clock  int             // counts the questions what the service wants
	asked  map[int]bool    // questions without an answer, by the clock
}

// upload is one medium on its way.
type upload struct {
	digest  hashing.SHA256
	size    int64
	ordered bool        // its first source is best read after those before it
	sources []candidate // files that hold it and were not tried
	parts   []*part     // that wait for it
	sent    bool
	sentAt  int // by the clock of questions

	went atomic.Int64 // bytes of it that this try has sent
}

// candidate is an item of a part.
type candidate struct {
	part *part
	item int
}

func newUploads(s *submission, parallel int) *uploads {
	const waiting = 2 * triage.MaxBatchMedia // media that may wait for their turn while the next part is sent
	return &uploads{submission: s, parallel: parallel, queue: make(chan *upload, waiting), ordered: make(chan *upload, waiting), active: make(map[hashing.SHA256]*upload), asked: make(map[int]bool)}
}

// start starts the goroutines of g that upload until close.
func (u *uploads) start(ctx context.Context, g *errgroup.Group) {
	work := func(queue <-chan *upload) {
		g.Go(func() error { return u.work(ctx, queue) })
	}
	for range u.parallel {
		work(u.queue)
	}
	work(u.ordered)
}

// close says that nothing will be added.
func (u *uploads) close() {
	close(u.queue)
	close(u.ordered)
}

// partIDs names all parts, in order, when all uploads have ended.
func (u *uploads) partIDs() []triage.PartID {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.ids
}

// ask notes that the service is being asked what it wants, and lets go of what was sent before any question that has no
// answer yet: the service itself does not want that again.
func (u *uploads) ask() (question int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.clock++
	u.asked[u.clock] = true
	oldest := u.clock
	for q := range u.asked {
		oldest = min(oldest, q)
	}
	for digest, job := range u.active {
		if job.sent && job.sentAt < oldest {
			delete(u.active, digest)
		}
	}
	return u.clock
}

// answered notes that a question has its answer, and that what it wants is registered.
func (u *uploads) answered(question int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.asked, question)
}

// add queues what the service wants of a part. A medium that is on its way already is waited for.
func (u *uploads) add(ctx context.Context, p *part, id triage.PartID, wanted []hashing.SHA256) error {
	holders := make(map[hashing.SHA256][]candidate, len(wanted))
	for _, d := range wanted {
		holders[d] = nil
	}
	for i := range p.found {
		if it := &p.found[i]; it.Digests != nil {
			if list, isWanted := holders[it.Digests.SHA256]; isWanted {
				holders[it.Digests.SHA256] = append(list, candidate{p, i})
			}
		}
	}
	wanted = slices.DeleteFunc(slices.Clone(wanted), func(d hashing.SHA256) bool { return len(holders[d]) == 0 }) // not of this part
	slices.SortFunc(wanted, func(a, b hashing.SHA256) int { return cmp.Compare(holders[a][0].item, holders[b][0].item) })
	for _, job := range u.register(p, id, wanted, holders) {
		queue := u.queue
		if job.ordered {
			queue = u.ordered
		}
		select {
		case queue <- job:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// register notes what a part waits for and returns the uploads that are new, in the order of wanted.
func (u *uploads) register(p *part, id triage.PartID, wanted []hashing.SHA256, holders map[hashing.SHA256][]candidate) []*upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	for len(u.ids) <= p.index {
		u.ids = append(u.ids, "")
	}
	u.ids[p.index] = id
	var jobs []*upload
	for _, d := range wanted {
		job := u.active[d]
		switch {
		case job != nil && job.sent:
			continue // since the service was asked
		case job == nil:
			first := &p.found[holders[d][0].item]
			job = &upload{digest: d, size: first.Size, ordered: first.Ordered()}
			u.pending.Add(job.size)
			u.active[d] = job
			jobs = append(jobs, job)
		}
		job.sources = append(job.sources, holders[d]...)
		job.parts = append(job.parts, p)
		p.waiting++
	}
	return jobs
}
