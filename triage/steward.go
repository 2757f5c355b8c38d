package triage

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
	"vigie/triage/signals"
)

const (
	stewardLease  = 5 * time.Second        // after which another process takes over from a dead one
	stewardPause  = 100 * time.Millisecond // between rounds that found nothing to do
	stewardBatch  = 500                    // media or groups a round
	atOnce        = 16                     // calls to a store at the same time
	repairEvery   = 15 * time.Second       // between looks for what a crash left half-done
	wantedForLong = 10 * time.Second       // an upload's own steps take less between its PUT and its job
)

// Marked is a group to be ranked. Mark tells a later request from this one.
type Marked struct {
	Group GroupID
	Mark  int64
}

// GroupStore keeps groups, and what waits to be grouped or ranked.
type GroupStore interface {
	FounderStore
	ClueStore
	// Ungrouped returns up to n media that are Pending and have no group.
	Ungrouped(ctx context.Context, n int) ([]MediumID, error)
	// Bear gives groups their births, in order. Of two births of one group the later counts.
	Bear(ctx context.Context, births []Founder) error
	// JoinGroups puts media into groups that are born, or takes them out of their groups, in order, and has the groups
	// ranked. A medium that has a group keeps it, and one that leaves another group than its own stays. Where it fails, some
	// have joined or left.
	JoinGroups(ctx context.Context, joins []Join) error
	// Standing returns who stands for each group; "" for one that is not born.
	Standing(ctx context.Context, groups []GroupID) ([]MediumID, error)
	// Orphans returns up to n groups that nobody stands for: their founder is no member, or not any more.
	Orphans(ctx context.Context, n int) ([]GroupID, error)
	// Bury forgets those of groups that have no members, but for what was decided of them.
	Bury(ctx context.Context, groups ...GroupID) error
	// MarkJoins notes that all records of groups up to number have taken effect.
	MarkJoins(ctx context.Context, number uint64) error
	// ToRank returns up to n groups to be ranked, the longest waiting first.
	ToRank(ctx context.Context, n int) ([]Marked, error)
	// GroupsMedia returns the members of each group.
	GroupsMedia(ctx context.Context, groups []GroupID) ([][]Medium, error)
	// SaveRankings keeps what ranking made of groups (Members to Reasons; claim and decision stay), gives each Finding
	// to the group's open members, orders the queue, and strikes the requests of groups that were not marked again
	// since. A group without open members leaves the queue.
	// Stale: groups are ranked by other weights.
	SaveRankings(ctx context.Context, by WeightsSum, marked []Marked, groups []Group) error
}

// RematchStore knows which media were matched under an older epoch.
type RematchStore interface {
	// Outdated returns up to n media that are due, and, unless due, others whose last match is older than the current epoch
	// and that no sweep has gone over since.
	Outdated(ctx context.Context, n int, due bool) ([]MediumID, error)
	// WantedSince returns up to n media that have been Wanted since before t, after the given one in some fixed
	// order; "" starts over.
	WantedSince(ctx context.Context, t time.Time, after MediumID, n int) ([]MediumID, error)
}

// Lease lets one process at a time do something. It returns false when another holds it. No life gives it back at once.
type Lease interface {
	Hold(ctx context.Context, name, holder string, life time.Duration) (bool, error)
}

// Steward keeps groups, ranking and findings up to date. Any number of processes may run one; a lease lets one
// of them work at a time, and every step may be repeated.
type Steward struct {
	Exhibits     ExhibitStore
	Media        MediumStore
	Archive      MediaArchive
	Examinations ExaminationArchive
	Records      GroupArchive
	Marks        MarkStore
	Matcher      Matcher
	Outcomes     OutcomeStore
	Groups       GroupStore
	Weights      WeightsStore
	Rerank       RerankStore
	Scores       ScoreStore // nil: nobody scores
	Rematch      RematchStore
	Sweep        *Sweep // nil: whatever is outdated is matched again
	Founders     *FounderIndex
	Jobs         JobQueue
	Cases        CaseStore
	Lease        Lease
	Events       *Projector
	Names        Names
	Now          func() time.Time
	Pause        time.Duration // between rounds that found nothing to do; zero: stewardPause
	Log          *slog.Logger

	// exhibits are those that ranking has met, without their manifests: what it needs of one never changes. Only
	// Run's goroutine writes here.
	exhibits map[ExhibitID]Exhibit
	// weights are those by which groups are ranked, which rankedBy names.
	weights  signals.Weights
	rankedBy WeightsSum
	// builder is who makes the projections again, with this steward's help; empty: nobody.
	builder string
}

// Run works until ctx ends.
func (s *Steward) Run(ctx context.Context) error {
	me := newID("w")
	defer letGo(ctx, s.Lease, "steward", me)
	var repaired time.Time
	for ctx.Err() == nil {
		held, err := s.Lease.Hold(ctx, "steward", me, stewardLease)
		worked := false
		if err == nil && held {
			if s.Now().Sub(repaired) > repairEvery {
				repaired = s.Now()
				err = s.unlessReopening(ctx, func() error { return s.repair(ctx, wantedForLong) })
			}
			if err == nil {
				worked, err = s.round(ctx)
			}
		}
		switch {
		case err != nil && ctx.Err() == nil:
			s.Log.Warn("steward put off", "error", err)
			sleep(ctx, retryPause)
		case !worked:
			sleep(ctx, cmp.Or(s.Pause, stewardPause))
		}
	}
	return nil
}

// unlessReopening leaves something for later while a case is being reopened, whose media come back one after the other.
func (s *Steward) unlessReopening(ctx context.Context, do func() error) error {
	if busy, err := s.Cases.Reopening(ctx); err != nil || busy {
		return err
	}
	return do()
}

// round does one batch of each duty and reports whether there was anything to do.
func (s *Steward) round(ctx context.Context) (worked bool, err error) {
	for _, duty := range []func(context.Context) (int, error){s.rematch, s.heirs, s.group, s.stir, s.lift, s.settle, s.rerank, s.rank} {
		n, err := duty(ctx)
		if err != nil {
			return worked, err
		}
		worked = worked || n > 0
	}
	return worked, nil
}

// rematch matches a batch of media again whose epoch is past, or looks a step further for those whom a change touches.
func (s *Steward) rematch(ctx context.Context) (int, error) {
	sweeping, lag, err := s.Sweep.advance(ctx)
	if err != nil {
		return 0, err
	}
	ids, err := s.Rematch.Outdated(ctx, stewardBatch, !lag)
	switch {
	case err != nil:
		return 0, err
	case len(ids) == 0 && sweeping:
		return 1, nil
	case len(ids) == 0:
		return 0, nil
	}
	err = s.matchAgain(ctx, ids, nil)
	if IsKind(err, Stale) {
		err = nil // the next round sees the new epoch
	}
	return len(ids), err
}

// matchAgain matches media that are there as the sets are now; Stale: they changed meanwhile. had are matches that media had
// when they left the projections, if they did.
func (s *Steward) matchAgain(ctx context.Context, ids []MediumID, had map[MediumID][]Match) error {
	media, err := s.Media.Media(ctx, ids)
	if err != nil {
		return err
	}
	kept, err := s.examinations(ctx, ids, media)
	if err != nil {
		return err
	}
	probes := make([]Probe, len(ids))
	for i, id := range ids {
		keys := media[id].Keys
		if keys == (DigestKeys{}) {
			keys = kept[i].Keys
		}
		probes[i] = NewProbe(keys, kept[i].Examination)
	}
	matches, epoch, err := s.Matcher.Match(ctx, probes)
	if err != nil {
		return err
	}
	outcomes := make([]Outcome, len(ids))
	for i, id := range ids {
		m := media[id]
		outcomes[i] = Outcome{
			Medium: id, Generation: m.Slot.Generation, Epoch: epoch, Matches: matches[i],
			Finding: Conclude(m.Kind, m.Unreadable, matches[i]), Attempt: m.Attempt,
		}
	}
	if err := s.Events.keepEarlier(ctx, s.Media, outcomes, had); err != nil {
		return err
	}
	return s.Outcomes.Apply(ctx, outcomes...)
}

// examinations returns those of media, with nothing in them where neither a fingerprint nor keys are needed of one.
func (s *Steward) examinations(ctx context.Context, ids []MediumID, media map[MediumID]Medium) ([]ExaminationRecord, error) {
	kept := make([]ExaminationRecord, len(ids))
	return kept, together(ctx, ids, func(ctx context.Context, i int, id MediumID) error {
		m := media[id]
		if !m.At.Kept() || !m.Hashed && m.Keys != (DigestKeys{}) {
			return nil
		}
		x, err := s.Examinations.Examination(ctx, m.At)
		if errors.Is(err, ErrDestroyed) {
			return nil // since it was read
		}
		kept[i] = x
		return err
	})
}

// together calls do for each of list, some at once: their round trips overlap. It returns the first error.
func together[T any](ctx context.Context, list []T, do func(ctx context.Context, i int, item T) error) error {
	return atMost(ctx, atOnce, list, do)
}

// atMost is together with another bound.
func atMost[T any](ctx context.Context, n int, list []T, do func(ctx context.Context, i int, item T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(n)
	for i, item := range list {
		g.Go(func() error { return do(ctx, i, item) })
	}
	return g.Wait()
}

// repair queues media whose bytes arrived while the process that took them died before it said so.
// Those that were wanted for less than grace may be on their way.
func (s *Steward) repair(ctx context.Context, grace time.Duration) error {
	after := MediumID("")
	for {
		ids, err := s.Rematch.WantedSince(ctx, s.Now().Add(-grace), after, stewardBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := together(ctx, ids, func(ctx context.Context, _ int, id MediumID) error { return s.repairOne(ctx, id) }); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

func (s *Steward) repairOne(ctx context.Context, id MediumID) error {
	medium, err := s.Media.Medium(ctx, id)
	if IsKind(err, NotFound) || err == nil && medium.State != Wanted {
		return nil // no longer wanted
	}
	if err != nil {
		return err
	}
	body, size, err := s.Archive.OpenMedium(ctx, id, medium.Slot.Generation)
	if IsKind(err, NotFound) {
		return nil // the bytes have not come: its examiner will send them
	}
	if err != nil {
		return err
	}
	defer body.Close()
	digests, _, err := hashing.Digest(body)
	if err != nil {
		return err
	}
	s.Log.Info("upload completed after a crash", "medium", id)
	if err := s.Jobs.Enqueue(ctx, id); err != nil {
		return err
	}
	gone, err := s.Media.MarkQueued(ctx, Arrived{id, medium.Slot.Generation, s.Names.Digests(digests), size})
	if err == nil {
		err = gone[0]
	}
	if IsKind(err, Conflict) || IsKind(err, NotFound) {
		return nil // destroyed meanwhile
	}
	return err
}
