package views

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Sittings implements triage.SittingStore: two keys an account, sealed, which expire by themselves.
type Sittings struct{ db }

// storedSitting is since when an account has been at work, and when it was seen to be last.
type storedSitting struct {
	Began time.Time `json:"b"`
	Last  time.Time `json:"l"`
}

// Sit implements triage.SittingStore. Of two at once, one may be forgotten: both say the same but for a moment.
func (s Sittings) Sit(ctx context.Context, account string, now time.Time, pause time.Duration) (time.Time, error) {
	const op = "views.Sit"
	key := s.key(keySitting, account)
	var doc storedSitting
	if err := s.read(ctx, op, "sitting", key, &doc); err != nil && !triage.IsKind(err, triage.NotFound) {
		return time.Time{}, err
	}
	if doc.Began.IsZero() || now.Sub(doc.Last) >= pause {
		doc.Began = now
	}
	doc.Last = now
	sealed, err := s.sealJSON(op, key, doc)
	if err != nil {
		return time.Time{}, err
	}
	return doc.Began, fault(op, account, s.rdb.Set(ctx, key, sealed, pause).Err())
}

// Silence implements triage.SittingStore.
func (s Sittings) Silence(ctx context.Context, account string, now, until time.Time) error {
	const op = "views.Silence"
	key := s.key(keySilent, account)
	sealed, err := s.sealJSON(op, key, until)
	if err != nil {
		return err
	}
	return fault(op, account, s.rdb.Set(ctx, key, sealed, until.Sub(now)).Err())
}

// Silent implements triage.SittingStore.
func (s Sittings) Silent(ctx context.Context, account string) (until time.Time, err error) {
	const op = "views.Silent"
	key := s.key(keySilent, account)
	sealed, err := s.rdb.Get(ctx, key).Result()
	if err == redis.Nil {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fault(op, account, err)
	}
	return until, s.openJSON(op, account, key, sealed, &until)
}
