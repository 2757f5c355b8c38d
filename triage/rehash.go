package triage

import (
	"context"
	"log/slog"
	"time"

	"vigie/hashing"
)

const (
	// RehashRate is how many media a second are queued to be examined again, unless whoever asks says otherwise.
	RehashRate = 50
	// rehashAhead bounds how many of them wait: what a stopped service has to sort out, and a look takes little.
	rehashAhead = 200
)

// RehashRun is one run over everything kept: media whose fingerprint the present version would make otherwise, or that it
// may be the first to decode, are examined again, behind all others; then groups are compared anew.
type RehashRun struct {
	ID       string            `json:"id"`
	Rate     int               `json:"rate"` // media a second at most; 0: no limit
	Started  time.Time         `json:"started"`
	Beyond   map[string]uint64 `json:"beyond,omitempty"`   // by writer, the last pack that was looked through
	Media    int               `json:"media"`              // that were found to be due
	Grouping bool              `json:"grouping,omitempty"` // all of them are done, and groups are compared
	Finished time.Time         `json:"finished,omitzero"`
	Replaced int               `json:"replaced"` // have a new fingerprint
	Left     int               `json:"left"`     // could not be decoded: they keep the fingerprint that they had, if any
}

// Active reports whether the run is to go on.
func (r RehashRun) Active() bool { return r.ID != "" && r.Finished.IsZero() }

// Done returns how many media are.
func (r RehashRun) Done() int { return r.Replaced + r.Left }

// RehashStore keeps the run under way, or else the last one.
type RehashStore interface {
	// Rehash returns a run without ID when there was none.
	Rehash(ctx context.Context) (RehashRun, error)
	// SaveRehash keeps a run, but for Replaced and Left, which are counted.
	SaveRehash(ctx context.Context, r RehashRun) error
	// CountRehashed counts one medium, as replaced or left as it was.
	CountRehashed(ctx context.Context, replaced bool) error
}

// RehashQueue takes jobs that are done when there is nothing else to do.
type RehashQueue interface {
	EnqueueAgain(ctx context.Context, id MediumID) error
	LenAgain(ctx context.Context) (int64, error) // that are not done
}

// rehashFinished are the details of RehashFinished.
type rehashFinished struct {
	Media    int `json:"media"`
	Replaced int `json:"replaced"`
	Left     int `json:"left"`
}

// Rehash looks through what was examined and has examined again what an upgrade changed. Any number of processes may
// run one; a lease lets one of them work at a time, and another one goes on where it stopped.
type Rehash struct {
	Runs     RehashStore
	Jobs     RehashQueue
	Events   *Projector
	Steward  *Steward // whose stores it reads, and whose records of groups it writes
	Lease    Lease
	Outdated func(hashing.Examination) bool // whether its bytes may get another fingerprint today
	Now      func() time.Time
	Log      *slog.Logger

	me string
	// held is when the lease was last renewed. Only Run's goroutine uses it.
	held time.Time
}

// Begin starts a run, and fails with Conflict while there is one.
func (r *Rehash) Begin(ctx context.Context, by Actor, rate int) (RehashRun, error) {
	run, err := r.Runs.Rehash(ctx)
	if err != nil {
		return run, err
	}
	if run.Active() {
		return run, E(Conflict, "rehash", run.ID, "a rehash is under way: vigie rehash --status says how far it is", nil)
	}
	run = RehashRun{ID: newID("r"), Rate: rate, Started: r.Now().UTC()}
	return run, r.Events.act(ctx, by, RehashStarted, run.ID, run)
}

// Status returns the run under way, or else the last one; without ID when there was none.
func (r *Rehash) Status(ctx context.Context, by Actor) (RehashRun, error) {
	if by.Role != Admin {
		return RehashRun{}, forbidden("read the state of a rehash", by)
	}
	return r.Runs.Rehash(ctx)
}

// rehashStarted begins a run, unless it or a later one has begun.
func rehashStarted(ctx context.Context, runs RehashStore, run RehashRun) error {
	if now, err := runs.Rehash(ctx); err != nil || !run.Started.After(now.Started) {
		return err
	}
	return runs.SaveRehash(ctx, run)
}

// rehashEnded ends a run, unless another one has begun since.
func rehashEnded(ctx context.Context, runs RehashStore, id string, at time.Time) error {
	now, err := runs.Rehash(ctx)
	if err != nil || now.ID != id || !now.Active() {
		return err
	}
	now.Grouping, now.Finished = false, at.UTC()
	return runs.SaveRehash(ctx, now)
}

// Due counts the media that are due, and all that were examined, without any effect.
func (r *Rehash) Due(ctx context.Context) (due, all int, err error) {
	for id, err := range r.Steward.Examinations.Packs(ctx, nil) {
		if err != nil {
			return due, all, err
		}
		media, examined, err := r.dueIn(ctx, id)
		if err != nil {
			return due, all, err
		}
		due, all = due+len(media), all+examined
	}
	return due, all, nil
}

// dueIn returns the media of a pack that are due, and counts its media. What was examined again since is neither.
func (r *Rehash) dueIn(ctx context.Context, id PackID) (due []MediumID, all int, err error) {
	filed, err := r.Steward.Examinations.Pack(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	ids := make([]MediumID, len(filed))
	for i := range filed {
		ids[i] = filed[i].Medium
	}
	media, err := r.Steward.Media.Media(ctx, ids)
	if err != nil {
		return nil, 0, err
	}
	for _, x := range filed {
		if m, listed := media[x.Medium]; !listed || m.At != x.At {
			continue
		}
		all++
		if r.Outdated(x.Examination) {
			due = append(due, x.Medium)
		}
	}
	return due, all, nil
}

// Run carries runs on until ctx ends.
func (r *Rehash) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := r.Once(ctx); err != nil && ctx.Err() == nil {
			r.Log.Warn("rehash put off", "error", err)
		}
		sleep(ctx, retryPause)
	}
	return nil
}

// Once looks through the packs there are, and ends the run when all of it is done, unless another process is at it.
func (r *Rehash) Once(ctx context.Context) error {
	run, err := r.Runs.Rehash(ctx)
	if err != nil || !run.Active() {
		return err
	}
	if r.me == "" {
		r.me = newID("w")
	}
	if mine, err := r.Lease.Hold(ctx, "rehash", r.me, stewardLease); err != nil || !mine {
		return err
	}
	r.held = r.Now()
	if run, err = r.look(ctx, run); err != nil {
		return err
	}
	if waiting, err := r.Jobs.LenAgain(ctx); err != nil || waiting > 0 {
		return err
	}
	if !run.Grouping {
		run.Grouping = true
		if err := r.Runs.SaveRehash(ctx, run); err != nil {
			return err
		}
	}
	if done, err := r.regroup(ctx); err != nil || !done {
		return err
	}
	if run, err = r.Runs.Rehash(ctx); err != nil {
		return err
	}
	return r.Events.act(ctx, Operator, RehashFinished, run.ID, rehashFinished{run.Media, run.Replaced, run.Left})
}

// look queues what is due in the packs that the run has not looked through, and returns the run as it is then.
func (r *Rehash) look(ctx context.Context, run RehashRun) (RehashRun, error) {
	if run.Beyond == nil {
		run.Beyond = make(map[string]uint64)
	}
	var packs []PackID
	for id, err := range r.Steward.Examinations.Packs(ctx, run.Beyond) {
		if err != nil {
			return run, err
		}
		packs = append(packs, id)
	}
	for _, id := range packs {
		due, _, err := r.dueIn(ctx, id)
		if err != nil {
			return run, err
		}
		for _, medium := range due {
			if err := r.enqueue(ctx, medium, run.Rate); err != nil {
				return run, err
			}
		}
		run.Beyond[id.Writer] = id.Number
		run.Media += len(due)
		if err := r.renew(ctx); err != nil {
			return run, err
		}
		if err := r.Runs.SaveRehash(ctx, run); err != nil {
			return run, err
		}
	}
	return run, nil
}

// enqueue queues a medium, at the rate, when few enough wait.
func (r *Rehash) enqueue(ctx context.Context, id MediumID, rate int) error {
	if rate > 0 {
		sleep(ctx, time.Second/time.Duration(rate))
	}
	for {
		if err := r.renew(ctx); err != nil {
			return err
		}
		waiting, err := r.Jobs.LenAgain(ctx)
		if err != nil {
			return err
		}
		if waiting < rehashAhead {
			return r.Jobs.EnqueueAgain(ctx, id)
		}
		sleep(ctx, stewardPause)
	}
}

// renew keeps the lease, and fails when it is lost.
func (r *Rehash) renew(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if r.Now().Sub(r.held) < stewardLease/3 {
		return nil
	}
	mine, err := r.Lease.Hold(ctx, "rehash", r.me, stewardLease)
	if err == nil && !mine {
		err = E(Unavailable, "rehash", "", "another process goes on with it", nil)
	}
	r.held = r.Now()
	return err
}

// again examines a medium anew whose examination is outdated. What cannot be decoded any more keeps what it has; what
// could not be before, and cannot now, is noted as tried by the present decoders.
func (w *Worker) again(ctx context.Context, t *task, buffer []byte) error {
	m := &t.medium
	if m.State != Examined || !m.At.Kept() {
		return nil
	}
	before, err := w.Examinations.Examination(ctx, m.At)
	if IsKind(err, NotFound) {
		return nil // destroyed meanwhile
	}
	if err != nil {
		return err
	}
	m.Keys = before.Keys
	if !w.Outdated(before.Examination) { // done by an earlier delivery, but perhaps not to its end
		t.examination, t.kept = &before.Examination, true
		return nil
	}
	x, err := w.look(ctx, t, buffer)
	if IsKind(err, NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t.left = x.Unreadable != ""
	if x.Fingerprint == nil && before.Examination.Fingerprint != nil {
		w.Log.Warn("rehash: a medium keeps its fingerprint", "medium", m.ID, "reason", x.Unreadable)
		t.left = true
		return nil
	}
	m.Attempt++
	t.examination = &x
	return nil
}
