package triage

import (
	"context"
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
	// Take waits for a job until ctx ends, then fails with ctx's error.
	Take(ctx context.Context) (Job, error)
	Touch(ctx context.Context, j Job) error // renews the lease
	Done(ctx context.Context, j Job) error  // idempotent
}

// Decoder examines bytes in a place where they can do no harm. Whatever is wrong with the bytes is in the
// Examination; an error means that the examination did not take place.
type Decoder interface {
	Examine(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error)
}

// Matcher looks media up in all active sets. The answer is exact for the epoch it returns: no entry withdrawn
// by then, every entry imported by then.
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
}

// Worker examines queued media.
type Worker struct {
	Jobs         JobSource
	Media        MediumStore
	Archive      MediaArchive
	Examinations ExaminationArchive
	Decoder      Decoder
	Matcher      Matcher
	Outcomes     OutcomeStore
	Rehashed     RehashStore
	Outdated     func(hashing.Examination) bool // whether its bytes would get another fingerprint today
	Parallel     int                            // jobs at once
	Touch        time.Duration                  // how often the lease of a long job is renewed
	Log          *slog.Logger
}

// Run examines media until ctx ends.
func (w *Worker) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for range w.Parallel {
		g.Go(func() error {
			for ctx.Err() == nil {
				w.next(ctx)
			}
			return nil
		})
	}
	return g.Wait()
}

// next takes one job and does it. A job that fails stays taken, and comes back when its lease is over.
func (w *Worker) next(ctx context.Context) {
	job, err := w.Jobs.Take(ctx)
	if err == nil {
		err = w.do(ctx, job)
	}
	if err == nil {
		err = w.Jobs.Done(ctx, job)
	}
	if err != nil && ctx.Err() == nil {
		w.Log.Warn("job put off", "medium", job.Medium, "error", err)
		sleep(ctx, retryPause)
	}
}

func (w *Worker) do(ctx context.Context, job Job) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go w.keep(ctx, job)

	medium, err := w.held(ctx, job.Medium)
	if IsKind(err, NotFound) {
		return nil // nobody lists it any more
	}
	if err != nil {
		return err
	}
	if job.Again {
		return w.again(ctx, job, medium)
	}
	if medium.State == Examined {
		return nil // done by an earlier delivery
	}
	x, err := w.examine(ctx, job, medium)
	if IsKind(err, NotFound) && medium.State == Wanted {
		return nil // its bytes were destroyed, and are wanted again
	}
	if err != nil {
		return err
	}
	return w.conclude(ctx, medium, x)
}

// conclude keeps an examination and gives it its effect.
func (w *Worker) conclude(ctx context.Context, medium Medium, x hashing.Examination) error {
	kept := ExaminationRecord{medium.ID, medium.Slot.Generation, medium.Attempt, medium.Size, medium.Keys, x}
	at, err := w.Examinations.PutExamination(ctx, kept)
	if IsKind(err, NotFound) {
		return nil // destroyed meanwhile
	}
	if err != nil {
		return err
	}
	if _, err := w.Media.FileExaminations(ctx, Filed{kept, at}); err != nil {
		return err
	}
	return conclude(ctx, w.Matcher, w.Outcomes, medium, x)
}

// held returns a medium once the digests of its bytes are known: a job is queued a moment before that. NotFound means
// that there are no bytes, or not any more: when they come, they come with another job.
func (w *Worker) held(ctx context.Context, id MediumID) (Medium, error) {
	for try := 0; ; try++ {
		m, err := w.Media.Medium(ctx, id)
		if err != nil || m.State != Wanted {
			return m, err
		}
		if try == heldTries || !sleep(ctx, heldPause) {
			if held, err := w.Archive.HasMedium(ctx, id, m.Slot.Generation); err == nil && !held {
				return m, E(NotFound, "examine", string(id), "its bytes were destroyed", nil)
			}
			return m, E(Unavailable, "examine", string(id), "its upload is not complete", ctx.Err())
		}
	}
}

// keep renews the lease of a job until ctx ends.
func (w *Worker) keep(ctx context.Context, job Job) {
	for sleep(ctx, w.Touch) {
		if err := w.Jobs.Touch(ctx, job); err != nil && ctx.Err() == nil {
			w.Log.Warn("lease not renewed", "medium", job.Medium, "error", err)
		}
	}
}

// examine decodes the medium, or concludes that it cannot be.
func (w *Worker) examine(ctx context.Context, job Job, medium Medium) (hashing.Examination, error) {
	failed := hashing.Examination{Facts: hashing.Facts{Kind: hashing.KindPicture}, Unreadable: FailedRepeatedly}
	if job.Deliveries > MaxDeliveries {
		w.Log.Error("job given up", "medium", job.Medium, "deliveries", strconv.Itoa(job.Deliveries))
		return failed, nil
	}
	body, size, err := w.Archive.OpenMedium(ctx, job.Medium, medium.Slot.Generation)
	if IsKind(err, NotFound) && medium.State == Wanted {
		return hashing.Examination{}, err
	}
	if err != nil {
		return w.failure(ctx, job, err, failed)
	}
	defer body.Close()
	x, err := w.Decoder.Examine(ctx, body, size)
	if err != nil {
		return w.failure(ctx, job, err, failed)
	}
	if x.Facts.Kind == hashing.KindOther && x.Unreadable == "" {
		x.Unreadable = NotRecognised
	}
	return x, nil
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

// conclude matches a medium and applies the outcome, again as often as the sets change meanwhile.
func conclude(ctx context.Context, matcher Matcher, outcomes OutcomeStore, m Medium, x hashing.Examination) error {
	for {
		matches, epoch, err := matcher.Match(ctx, []Probe{NewProbe(m.Keys, x)})
		if err != nil {
			return err
		}
		o := Outcome{Medium: m.ID, Generation: m.Slot.Generation, Epoch: epoch, Matches: matches[0], Examination: &x, Attempt: m.Attempt}
		o.Finding = Conclude(m.Kind, x.Unreadable, o.Matches)
		if err := outcomes.Apply(ctx, o); !IsKind(err, Stale) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
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
