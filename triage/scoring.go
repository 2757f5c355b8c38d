package triage

import (
	"context"
	"log/slog"
	"time"
)

const (
	scoreLease = 15 * time.Second // after which another process takes over from a dead one
	scorePause = time.Second      // between rounds that found nothing to do, or failed
	// scoreRound is how many groups a round takes, which are one record: fewer would be many small objects.
	scoreRound = 128
	// scoreFor ends a round that takes longer: what was scored is kept, and has its effect.
	scoreFor = 10 * time.Second
	// scoreTries is how often a picture may fail alone before all others go first.
	scoreTries = 3
	// modelPause is how long a model stays the one whose scores are wanted: each change is an event, and work for all groups.
	modelPause = time.Minute
)

// Unscored is a group that lacks a score of the model that answers, or has one now.
type Unscored struct {
	Group  GroupID
	Points int // of its rank: those with more go first
	Lacks  bool
}

// ScoreStore keeps scores with their media, and knows which groups lack one. All of it may be repeated.
type ScoreStore interface {
	// Model returns the model whose scores are wanted; a zero one where there never was any.
	Model(ctx context.Context) (Model, error)
	// SetModel says which it is from now on. Unless it is the same, all groups are to be looked through.
	SetModel(ctx context.Context, m Model) error
	// NoteUnscored notes groups that lack a score, and strikes the others.
	NoteUnscored(ctx context.Context, groups ...Unscored) error
	// LookThrough notes some more of the groups that are in the queue, after another model came, and reports whether any are
	// left.
	LookThrough(ctx context.Context) (bool, error)
	// Unscored returns up to n groups that were noted, those with most points first, and how many there are.
	Unscored(ctx context.Context, n int) ([]GroupID, int, error)
	// PutOff has all other groups go before this one.
	PutOff(ctx context.Context, g GroupID) error
	// SaveScores gives media that are there their scores, and has their groups ranked.
	SaveScores(ctx context.Context, scores []Scored) error
	// MarkScores notes that all records of scores up to number have taken effect.
	MarkScores(ctx context.Context, number uint64) error
}

// Scoring has an agency's model score the groups in the queue: of each, one picture that stands for it. Any number of
// processes may run one; a lease lets one of them work at a time. Nobody waits for it: groups are ranked without a score,
// and again when there is one.
type Scoring struct {
	Classifier Classifier
	Shrinker   Shrinker
	Batch      int // pictures in one request
	Archive    MediaArchive
	Records    ScoreArchive
	Marks      MarkStore
	Scores     ScoreStore
	Queue      QueueStore
	Groups     GroupStore
	Lease      Lease
	Events     *Projector
	Now        func() time.Time
	Log        *slog.Logger

	// size is how many pictures the next request has: one after a failure, to find the picture that may be its cause. Only
	// Run's goroutine uses it, and what follows.
	size  int
	met   time.Time // when another model was met
	alone GroupID   // failed last, alone
	tries int       // how often in a row
}

// Run works until ctx ends.
func (s *Scoring) Run(ctx context.Context) error {
	me := newID("s")
	defer letGo(ctx, s.Lease, "scoring", me)
	failing := false
	for ctx.Err() == nil {
		held, err := s.Lease.Hold(ctx, "scoring", me, scoreLease)
		worked := false
		if err == nil && held {
			worked, err = s.keeping(ctx, me)
		}
		if err != nil && ctx.Err() == nil && !failing {
			s.Log.Warn("scoring is put off", "error", err) // once: what is wrong stands among the conditions
		}
		failing = err != nil
		if !worked || failing {
			sleep(ctx, scorePause)
		}
	}
	return nil
}

// keeping does a round while it renews the lease: a request may take longer.
func (s *Scoring) keeping(ctx context.Context, me string) (bool, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() { // ends with ctx
		for sleep(ctx, scoreLease/3) {
			if held, err := s.Lease.Hold(ctx, "scoring", me, scoreLease); err == nil && !held {
				stop()
			}
		}
	}()
	return s.Once(ctx)
}

// Once does one round, and reports whether there was anything to do.
func (s *Scoring) Once(ctx context.Context) (bool, error) {
	model, err := s.Classifier.Model(ctx)
	if err != nil {
		return false, err
	}
	if err := s.meet(ctx, model); err != nil {
		return false, err
	}
	for more := true; more; {
		if more, err = s.Scores.LookThrough(ctx); err != nil {
			return false, err
		}
	}
	groups, _, err := s.Scores.Unscored(ctx, scoreRound)
	if err != nil || len(groups) == 0 {
		return false, err
	}
	todo, settled, err := s.choose(ctx, model, groups)
	if err != nil {
		return false, err
	}
	scores, mute, failed := s.ask(ctx, model, todo)
	if err := s.keep(ctx, scores); err != nil {
		return false, err
	}
	if err := s.Scores.NoteUnscored(ctx, append(settled, mute...)...); err != nil {
		return false, err
	}
	return true, failed
}

// meet records a model that is another than before.
func (s *Scoring) meet(ctx context.Context, model Model) error {
	known, err := s.Scores.Model(ctx)
	if err != nil || known == model {
		return err
	}
	if known != (Model{}) && s.Now().Sub(s.met) < modelPause {
		return E(Unavailable, "ask the classifier", "", "the classifier changes too often: have one version of one model answer", nil)
	}
	s.met = s.Now()
	s.Log.Info("another classifier answers: all groups are scored", "model", model.Name, "version", model.Version)
	return s.Events.act(ctx, Service, ClassifierChanged, model.Name, model)
}

// unscored is a picture to be scored, and the group that it stands for.
type unscored struct {
	group  GroupID
	medium MediumID
}

// choose tells which picture of each group is to be scored, and which groups need no score (any more).
func (s *Scoring) choose(ctx context.Context, model Model, ids []GroupID) (todo []unscored, settled []Unscored, err error) {
	groups, err := s.Queue.GroupList(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	media, err := s.Groups.GroupsMedia(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	for i, id := range ids {
		picture, lacks := lacksScore(model, media[i])
		decided := groups[i].Decision != nil && groups[i].Decision.Members >= len(media[i])
		if lacks && !decided {
			todo = append(todo, unscored{id, picture})
		} else {
			settled = append(settled, Unscored{Group: id})
		}
	}
	return todo, settled, nil
}

// lacksScore returns the picture of a group that a model is to score: the first that is in no set and can be shown, unless
// one of these has a score of that model. Alike pictures are one score.
func lacksScore(model Model, members []Medium) (picture MediumID, lacks bool) {
	for i := range members {
		m := &members[i]
		if !m.open() || !m.Showable() {
			continue
		}
		if m.Score != nil && m.Score.Model == model {
			return "", false
		}
		if picture == "" {
			picture = m.ID
		}
	}
	return picture, picture != ""
}

// ask has pictures scored, some at a time, until the time of a round is over or a request fails. mute are groups of which
// nothing can be said.
func (s *Scoring) ask(ctx context.Context, model Model, todo []unscored) (scores []Scored, mute []Unscored, err error) {
	s.size = max(1, s.size)
	for began := s.Now(); len(todo) > 0 && s.Now().Sub(began) < scoreFor; {
		some := todo[:min(s.size, len(todo))]
		todo = todo[len(some):]
		shown, pictures, dark, err := s.shrink(ctx, some)
		mute = append(mute, dark...)
		if err != nil {
			return scores, mute, err
		}
		if len(pictures) == 0 {
			continue
		}
		values, err := s.Classifier.Score(ctx, model, pictures)
		if IsKind(err, Stale) {
			return scores, mute, nil // the next round meets the other model
		}
		if err != nil {
			return scores, mute, s.failed(ctx, shown, err)
		}
		s.size, s.alone, s.tries = min(2*s.size, max(1, s.Batch)), "", 0
		for i, u := range shown {
			if values[i] == nil {
				mute = append(mute, Unscored{Group: u.group})
				continue
			}
			scores = append(scores, Scored{u.medium, Score{model, *values[i]}})
		}
	}
	return scores, mute, nil
}

// shrink makes of media what the model is shown. dark are the groups of those that cannot be shown.
func (s *Scoring) shrink(ctx context.Context, some []unscored) (shown []unscored, pictures [][]byte, dark []Unscored, err error) {
	for _, u := range some {
		picture, err := s.shrinkOne(ctx, u.medium)
		switch {
		case err == nil:
			shown, pictures = append(shown, u), append(pictures, picture)
		case IsKind(err, Invalid), IsKind(err, NotFound), IsKind(err, Corrupt): // whoever scrubs the store tells of the last
			dark = append(dark, Unscored{Group: u.group})
		default:
			return shown, pictures, dark, err
		}
	}
	return shown, pictures, dark, nil
}

func (s *Scoring) shrinkOne(ctx context.Context, id MediumID) ([]byte, error) {
	body, size, err := s.Archive.OpenMedium(ctx, id, 0)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return s.Shrinker.Shrink(ctx, body, size)
}

// failed learns from a request that failed: the next has one picture, and one that fails alone again and again is put off.
func (s *Scoring) failed(ctx context.Context, shown []unscored, err error) error {
	s.size = 1
	if len(shown) > 1 {
		return err
	}
	if s.alone != shown[0].group {
		s.alone, s.tries = shown[0].group, 0
	}
	if s.tries++; s.tries < scoreTries {
		return err
	}
	s.alone, s.tries = "", 0
	s.Log.Warn("the classifier fails on one picture: the others go first", "group", shown[0].group)
	if off := s.Scores.PutOff(ctx, shown[0].group); off != nil {
		return off
	}
	return err
}

// keep writes the next record of scores, and gives it its effect, after those that others wrote meanwhile, or this process
// before it was cut off.
func (s *Scoring) keep(ctx context.Context, scores []Scored) error {
	if len(scores) == 0 {
		return nil
	}
	marks, err := s.Marks.Marks(ctx)
	if err == nil && marks.By != "" { // a record stays, and must not be numbered by projections that lack something
		err = lostAgain()
	}
	if err != nil {
		return err
	}
	for number := marks.Scores + 1; ; number++ {
		written := scores
		err := s.Records.PutScores(ctx, number, scores)
		exists := IsKind(err, Exists)
		if exists {
			written, err = s.Records.Scores(ctx, number)
		}
		if err == nil {
			err = s.Scores.SaveScores(ctx, written)
		}
		if err == nil {
			err = s.Scores.MarkScores(ctx, number)
		}
		if err != nil || !exists {
			return err
		}
	}
}

// scores gives the records of scores after from their effect.
func (c *CatchUp) scores(ctx context.Context, from uint64) error {
	for last := from; ; last++ {
		scores, err := c.Scores.Scores(ctx, last+1)
		if IsKind(err, NotFound) {
			if last == from {
				return nil
			}
			return c.Steward.Scores.MarkScores(ctx, last)
		}
		if err == nil {
			err = c.Steward.Scores.SaveScores(ctx, scores)
		}
		if err != nil {
			return err
		}
	}
}
