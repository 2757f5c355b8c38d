package triage

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
)

const (
	// MaxFailures is how often the examination of a medium may fail before that is its finding.
	MaxFailures = 3
	// MaxDeliveries is how often a job may be taken over from dead workers before it is held to have killed
	// them. It is larger than MaxFailures: a worker that is stopped takes the jobs it held down with it.
	MaxDeliveries = 10
	// FailedRepeatedly is the reason of a medium whose examination failed MaxFailures times.
	FailedRepeatedly = "examination-failed"
	// NotRecognised is the reason of a medium that is one by its name only: its bytes are of no known format.
	NotRecognised = "not-recognised"
)

const (
	// heldTries and heldPause bound the wait for the end of an upload whose job came early.
	heldTries = 20
	heldPause = 10 * time.Millisecond
)

// retryPause is how long a worker waits before it tries a store again that did not answer.
const retryPause = 500 * time.Millisecond

// Job is one medium to examine.
type Job struct {
	ID         string
	Medium     MediumID
	Deliveries int  // 1 the first time, more after takeovers
	Again      bool // it was examined before, and its fingerprint may be outdated
}

// JobSource hands out queued jobs, each to one worker at a time. A job that is taken and neither done nor touched
// for the queue's lease is taken over by another worker, with one more delivery. Jobs to examine something again are
// handed out when there are no others.
type JobSource interface {
	JobQueue
	// Take waits for jobs until ctx ends, then fails with ctx's error. It returns from 1 to n, and never more than one
	// that was taken over.
	Take(ctx context.Context, n int) ([]Job, error)
	// Touch renews leases. Conflict: some of the jobs were taken over by another worker, or are done.
	Touch(ctx context.Context, jobs ...Job) error
	Done(ctx context.Context, jobs ...Job) error // idempotent
}

// Decoder examines bytes in a place where they can do no harm. Whatever is wrong with the bytes is in the
// Examination; an error means that the examination did not take place.
type Decoder interface {
	Examine(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error)
}

// Matcher looks media up in all active sets. The answer is exact for the epoch it returns: every entry imported by then,
// in the state it had then. Matches with withdrawn entries come last, and never in the place of another.
type Matcher interface {
	Match(ctx context.Context, probes []Probe) ([][]Match, Epoch, error)
}

// Outcome is what matching made of a medium.
type Outcome struct {
	Medium      MediumID
	Generation  int // of the bytes that it tells of
	Epoch       Epoch
	Matches     []Match
	Finding     Finding              // Pending: to be ranked
	Examination *hashing.Examination // nil when it was only matched again
	Clue        Clue                 // of its facts
	Attempt     int                  // number of the examination that was matched
}

// OutcomeStore applies outcomes of one epoch. It checks atomically with each that this is still the epoch of the sets and
// fails with Stale otherwise: some may have been applied then. Applied again, an outcome changes nothing, nor
// does one of an examination that a later one has replaced. A medium that becomes Pending joins a
// group, if it has none, and has its group ranked; one that stops being Pending has its group ranked too, and the
// groups of its exhibits when it is, or was, known.
type OutcomeStore interface {
	Apply(ctx context.Context, outcomes ...Outcome) error
	CountFailure(ctx context.Context, id MediumID) (int, error) // returns how many there are now
	// Spend adds to what exhibits took. It is not idempotent; exhibits that are not known are left out.
	Spend(ctx context.Context, of map[ExhibitID]Spent) error
}

// Worker examines queued media.
type Worker struct {
	Jobs         JobSource
	Media        MediumStore
	Archive      MediaArchive
	Examinations ExaminationArchive
	Decoder      Decoder
	Films        FilmExaminer // nil: of films, nothing but the beginning is read
	Matcher      Matcher
	Outcomes     OutcomeStore
	Rehashed     RehashStore
	Outdated     func(hashing.Examination) bool // whether its bytes may get another fingerprint today
	Decoders     string                         // noted where they fail: see hashing.Examination
	Events       *Projector
	Names        Names
	Parallel     int           // media read and decoded at once
	Touch        time.Duration // how often the leases of jobs are renewed
	Now          func() time.Time
	Meter        Meter // nil: nobody is told
	Log          *slog.Logger
}

// task is a job on its way through a worker.
type task struct {
	job    Job
	medium Medium // as it was when the job was taken
	// examination is what came of it; nil: there is nothing left to do.
	examination *hashing.Examination
	kept        bool // the examination is on record already
	left        bool // examined again in vain
	finding     Finding
	spent       Spent
}

// Run examines media until ctx ends. While some are decoded, others are read and others written, so that neither the
// decoders nor the stores wait for each other:
//
//	take ──some at once──▶ read ahead, digest, decode: Parallel at once ──▶ conclude: as many in a call as have come
//
// A job that fails anywhere stays taken, and comes back when its lease is over. What a killed worker held ahead comes
// back with one more delivery: it is little, so that few jobs suffer for one.
func (w *Worker) Run(ctx context.Context) error {
	taken, examined := make(chan *task, w.Parallel), make(chan *task, concludeAtOnce)
	l := leases{jobs: make(map[string]Job)}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { w.touch(ctx, &l); return nil })
	g.Go(func() error { w.take(ctx, &l, taken); return nil })
	for range w.Parallel {
		g.Go(func() error {
			buffer := make([]byte, readAhead)
			for t := range received(ctx, taken) {
				if err := w.examine(ctx, t, buffer); err != nil {
					w.putOff(ctx, &l, err, t)
					continue
				}
				send(ctx, examined, t)
			}
			return nil
		})
	}
	g.Go(func() error { // alone, so that packs take effect in their order
		for t := range received(ctx, examined) {
			w.finish(ctx, &l, append(waiting(examined, concludeAtOnce-1), t))
		}
		return nil
	})
	return g.Wait()
}

// take takes jobs, and reads what is known of their media.
func (w *Worker) take(ctx context.Context, l *leases, taken chan<- *task) {
	for ctx.Err() == nil {
		tasks, err := w.takeSome(ctx, l)
		if err != nil {
			w.putOff(ctx, l, err, tasks...)
			continue
		}
		for _, t := range tasks {
			send(ctx, taken, t)
		}
	}
}

func (w *Worker) takeSome(ctx context.Context, l *leases) ([]*task, error) {
	jobs, err := w.Jobs.Take(ctx, w.Parallel)
	if err != nil {
		return nil, err
	}
	l.add(jobs)
	tasks, ids := make([]*task, len(jobs)), make([]MediumID, len(jobs))
	for i, j := range jobs {
		tasks[i], ids[i] = &task{job: j}, j.Medium
	}
	media, err := w.Media.Media(ctx, ids)
	for i, id := range ids {
		tasks[i].medium = media[id]
	}
	return tasks, err
}

// putOff leaves jobs to their leases, and waits a moment: what is wrong is mostly a store that does not answer.
func (w *Worker) putOff(ctx context.Context, l *leases, err error, tasks ...*task) {
	l.remove(tasks)
	if ctx.Err() != nil {
		return
	}
	if len(tasks) == 0 {
		w.Log.Warn("no job taken", "error", err)
	}
	for _, t := range tasks {
		w.Log.Warn("job put off", "medium", t.job.Medium, "error", err)
	}
	sleep(ctx, retryPause)
}

// examine gives t its examination. buffer holds what is read ahead.
func (w *Worker) examine(ctx context.Context, t *task, buffer []byte) error {
	medium, err := w.held(ctx, t)
	if IsKind(err, NotFound) {
		return nil // nobody lists it any more
	}
	if errors.Is(err, errIncomplete) && !t.job.Again {
		return w.Jobs.Enqueue(ctx, t.job.Medium) // anew: that its upload takes long is not held against its bytes
	}
	if err != nil {
		return err
	}
	t.medium = medium
	if t.job.Again {
		return w.again(ctx, t, buffer)
	}
	if medium.State == Examined {
		return nil // done by an earlier delivery
	}
	x, err := w.look(ctx, t, buffer)
	if IsKind(err, NotFound) && medium.State == Wanted {
		return nil // its bytes were destroyed, and are wanted again
	}
	if err != nil {
		return err
	}
	t.examination = &x
	return nil
}

// held returns t's medium once the digests of its bytes are known: a job is queued a moment before that. NotFound means
// that there are no bytes, or not any more: when they come, they come with another job.
func (w *Worker) held(ctx context.Context, t *task) (m Medium, err error) {
	id := t.job.Medium
	if m = t.medium; m.State != Wanted && m.ID != "" {
		return m, nil
	}
	for try := 0; ; try++ {
		if m, err = w.Media.Medium(ctx, id); err != nil || m.State != Wanted {
			return m, err
		}
		if try == heldTries || !sleep(ctx, heldPause) {
			if held, err := w.Archive.HasMedium(ctx, id, m.Slot.Generation); err == nil && !held {
				return m, E(NotFound, "examine", string(id), "its bytes were destroyed", nil)
			}
			return m, cmp.Or(ctx.Err(), errIncomplete)
		}
	}
}

// errIncomplete says that a job came before the digests of its medium, by more than the moment that this takes.
var errIncomplete error = E(Unavailable, "examine", "", "its upload is not complete", nil)

// look decodes the medium, or concludes that it cannot be.
func (w *Worker) look(ctx context.Context, t *task, buffer []byte) (x hashing.Examination, err error) {
	defer func() {
		if x.Decoders = ""; x.Unreadable != "" {
			x.Decoders = w.Decoders
		}
	}()
	failed := hashing.Examination{Facts: hashing.Facts{Kind: hashing.KindPicture}, Unreadable: FailedRepeatedly}
	if t.job.Deliveries > MaxDeliveries {
		w.Log.Error("job given up", "medium", t.job.Medium, "deliveries", strconv.Itoa(t.job.Deliveries))
		return failed, nil
	}
	x, err = w.decode(ctx, t, buffer)
	if IsKind(err, NotFound) && t.medium.State == Wanted {
		return hashing.Examination{}, err
	}
	if err != nil {
		return w.failure(ctx, t.job, err, failed)
	}
	if x.Facts.Kind == hashing.KindOther && x.Unreadable == "" {
		x.Unreadable = NotRecognised
	}
	return x, nil
}

// decode reads the medium and has it decoded. Of a film, what Films wants is read after its beginning.
func (w *Worker) decode(ctx context.Context, t *task, buffer []byte) (hashing.Examination, error) {
	start := w.Now()
	body, size, err := w.Archive.OpenMedium(ctx, t.job.Medium, t.medium.Slot.Generation)
	if err != nil {
		return hashing.Examination{}, err
	}
	defer body.Close()
	in := w.newIntake(t.job.Medium, body)
	in.spent[StageRead] = w.Now().Sub(start)
	t.spent = in.spent
	var whole io.Reader = in
	if t.medium.Kind != hashing.KindVideo {
		if whole, err = in.ahead(ctx, buffer); err != nil {
			return hashing.Examination{}, err
		}
	}
	x, err := w.Decoder.Examine(ctx, whole, size)
	t.spent[StageDecode], t.spent[StageHash] = x.Effort.Decode, x.Effort.Hash
	x.Effort = hashing.Effort{}
	if err != nil {
		return x, err
	}
	return w.film(ctx, t, x)
}

// failure counts an examination that did not take place. What another try may mend is not counted.
func (w *Worker) failure(ctx context.Context, job Job, err error, failed hashing.Examination) (hashing.Examination, error) {
	if ctx.Err() != nil || IsKind(err, Unavailable) {
		return hashing.Examination{}, err
	}
	n, countErr := w.Outcomes.CountFailure(ctx, job.Medium)
	if countErr != nil || n < MaxFailures {
		return hashing.Examination{}, err
	}
	w.Log.Error("job given up", "medium", job.Medium, "failures", n, "error", err)
	return failed, nil
}

// sleep waits for d and reports whether ctx is still live.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
