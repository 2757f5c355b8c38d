package triage

import (
	"context"
	"time"
)

// concludeAtOnce bounds how many media are written in one call: what is under way when a worker is killed is done again.
const concludeAtOnce = 64

// finish writes what came of tasks, and takes their jobs out of the queue when that is durable. Where something is wrong
// with all of them together, each is tried alone: one must not hold up others for ever.
func (w *Worker) finish(ctx context.Context, l *leases, tasks []*task) {
	err := w.conclude(ctx, l, tasks)
	switch {
	case err == nil:
	case len(tasks) == 1 || IsKind(err, Unavailable) || IsKind(err, Full) || ctx.Err() != nil:
		w.putOff(ctx, l, err, tasks...)
	default:
		for _, t := range tasks {
			if err := w.conclude(ctx, l, []*task{t}); err != nil {
				w.putOff(ctx, l, err, t)
			}
		}
	}
}

// conclude keeps examinations, gives them their effect, and only then counts the jobs as done. Jobs whose own
// examination cannot be kept are put off alone.
func (w *Worker) conclude(ctx context.Context, l *leases, tasks []*task) error {
	start := w.Now()
	tasks, packs, err := w.keep(ctx, l, tasks)
	if err != nil {
		return err
	}
	var effective []*task
	for _, t := range tasks {
		if t.examination != nil {
			effective = append(effective, t)
		}
	}
	matching, err := w.effect(ctx, effective)
	if err == nil && len(packs) > 0 {
		err = w.Media.NotePacks(ctx, packs...)
	}
	if err != nil {
		return err
	}
	w.spend(ctx, effective, matching, w.Now().Sub(start)-matching)
	jobs := make([]Job, len(tasks))
	for i, t := range tasks {
		if t.job.Again && (t.left || t.examination != nil && !t.kept) {
			if err := w.Rehashed.CountRehashed(ctx, !t.left); err != nil {
				return err
			}
		}
		jobs[i] = t.job
	}
	if err := w.Jobs.Done(ctx, jobs...); err != nil {
		return err
	}
	l.remove(tasks)
	return nil
}

// keep makes examinations durable, many in an object, and returns the tasks that go on, and the packs. What was destroyed
// meanwhile has no examination any more.
func (w *Worker) keep(ctx context.Context, l *leases, tasks []*task) (going []*task, packs []PackID, err error) {
	places, faults := make([]Locator, len(tasks)), make([]error, len(tasks))
	err = atMost(ctx, concludeAtOnce, tasks, func(ctx context.Context, i int, t *task) error {
		if t.examination != nil && !t.kept {
			places[i], faults[i] = w.Examinations.PutExamination(ctx, t.record())
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, nil, err
	}
	var filed []Filed
	for i, t := range tasks {
		switch {
		case IsKind(faults[i], NotFound):
			t.examination = nil
		case faults[i] != nil:
			w.putOff(ctx, l, faults[i], t)
			continue
		case t.examination != nil && !t.kept:
			filed = append(filed, Filed{t.record(), places[i]})
			packs = append(packs, places[i].Pack)
		}
		going = append(going, t)
	}
	if len(filed) > 0 {
		_, err = w.Media.FileExaminations(ctx, filed...)
	}
	return going, lastPacks(packs), err
}

// record is what is kept of t's examination.
func (t *task) record() ExaminationRecord {
	m := &t.medium
	return ExaminationRecord{m.ID, m.Slot.Generation, m.Attempt, m.Size, m.Keys, *t.examination}
}

// effect matches media and applies the outcomes, again as often as the sets change meanwhile. It returns how long
// matching took.
func (w *Worker) effect(ctx context.Context, tasks []*task) (matching time.Duration, err error) {
	if len(tasks) == 0 {
		return 0, nil
	}
	probes, outcomes := make([]Probe, len(tasks)), make([]Outcome, len(tasks))
	for i, t := range tasks {
		probes[i] = NewProbe(t.medium.Keys, *t.examination)
	}
	for {
		start := w.Now()
		matches, epoch, err := w.Matcher.Match(ctx, probes)
		matching += w.Now().Sub(start)
		if err != nil {
			return matching, err
		}
		for i, t := range tasks {
			m := &t.medium
			t.finding = Conclude(m.Kind, t.examination.Unreadable, matches[i])
			outcomes[i] = Outcome{
				Medium: m.ID, Generation: m.Slot.Generation, Epoch: epoch, Matches: matches[i], Finding: t.finding,
				Examination: t.examination, Clue: w.Names.Clue(&t.examination.Facts), Attempt: m.Attempt,
			}
		}
		if err := w.Events.keepEarlier(ctx, w.Media, outcomes, nil); err != nil {
			return matching, err
		}
		if err := w.Outcomes.Apply(ctx, outcomes...); !IsKind(err, Stale) {
			return matching, err
		}
		if ctx.Err() != nil {
			return matching, ctx.Err()
		}
	}
}

// spend tells what the stages took of each medium: of what they shared, an equal part. Exhibits add up what their media
// took; such a figure is not worth doing anything again for.
func (w *Worker) spend(ctx context.Context, tasks []*task, matching, writing time.Duration) {
	if len(tasks) == 0 {
		return
	}
	meter, of := metered(w.Meter), make(map[ExhibitID]Spent)
	for _, t := range tasks {
		if t.spent == nil {
			t.spent = make(Spent)
		}
		t.spent[StageMatch] = matching / time.Duration(len(tasks))
		t.spent[StageWrite] = writing / time.Duration(len(tasks))
		for s, took := range t.spent {
			meter.Took(s, took)
		}
		meter.Concluded(t.finding, t.examination.Unreadable)
		for _, p := range t.medium.Places {
			if of[p.Exhibit] == nil {
				of[p.Exhibit] = make(Spent)
			}
			of[p.Exhibit].Add(t.spent)
		}
	}
	if err := w.Outcomes.Spend(ctx, of); err != nil && ctx.Err() == nil {
		w.Log.Warn("times not added up", "error", err)
	}
}
