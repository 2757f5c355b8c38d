package triage

import (
	"context"
	"math/bits"
	"time"
)

const (
	// DefaultBreakAfter is after how long a sitting somebody is reminded of a break: Police Care UK advises ten minutes of each hour.
	DefaultBreakAfter = 50 * time.Minute
	// BreakLength is how long somebody must ask for nothing for a sitting to have ended.
	BreakLength = 10 * time.Minute
	// BreakSilence is for how long who goes on is not reminded again.
	BreakSilence = 15 * time.Minute
)

// BreakPolicy says when somebody is reminded of a break. The zero value: never.
type BreakPolicy struct {
	After time.Duration // of a sitting; 0: however long it is
	Shown int           // pictures in one; 0: however many they are
}

// SittingStore keeps since when people have been at work. It is lost with Redis: then it counts anew.
type SittingStore interface {
	// Sit notes that an account is at work, and returns since when it has been, without a pause of that length.
	Sit(ctx context.Context, account string, now time.Time, pause time.Duration) (began time.Time, err error)
	// Silence has an account not be reminded until then; Silent returns until when, zero when it is to be.
	Silence(ctx context.Context, account string, now, until time.Time) error
	Silent(ctx context.Context, account string) (until time.Time, err error)
}

// Breaks reminds those who work the queue of breaks. It locks nobody out. Of when they were at work, nothing is recorded.
type Breaks struct {
	Sittings SittingStore
	Shown    ShownStore
	Limits   LimitsStore
	Policy   BreakPolicy
	Now      func() time.Time
}

// Due notes that by is at work, and reports whether they are to be reminded of a break.
func (b *Breaks) Due(ctx context.Context, by Actor) (bool, error) {
	if !by.Role.Reviews() {
		return false, forbidden("be reminded of a break", by)
	}
	now := b.Now()
	policy, err := b.of(ctx, by, now)
	if err != nil || policy == (BreakPolicy{}) {
		return false, err
	}
	began, err := b.Sittings.Sit(ctx, by.ID, now, BreakLength)
	if err != nil {
		return false, err
	}
	due := policy.After > 0 && now.Sub(began) >= policy.After
	if !due && policy.Shown > 0 {
		n, err := b.pictures(ctx, by, began)
		if err != nil {
			return false, err
		}
		due = n >= policy.Shown
	}
	if !due {
		return false, nil
	}
	silent, err := b.Sittings.Silent(ctx, by.ID)
	return !now.Before(silent), err
}

// of is what counts for somebody: the organisation's policy, or what they set on themselves if that is stricter.
func (b *Breaks) of(ctx context.Context, by Actor, now time.Time) (BreakPolicy, error) {
	policy := b.Policy
	kept, err := b.Limits.Limits(ctx, by.ID)
	if err != nil || len(kept) == 0 {
		return policy, err
	}
	still, _ := lingering(kept, now)
	for _, l := range append(still, kept[len(kept)-1]) {
		if own := time.Duration(l.BreakAfter) * time.Minute; own > 0 && (policy.After == 0 || own < policy.After) {
			policy.After = own
		}
	}
	return policy, nil
}

// pictures counts what somebody was shown since then.
func (b *Breaks) pictures(ctx context.Context, by Actor, since time.Time) (n int, err error) {
	showings, err := b.Shown.Shown(ctx, by.ID, since)
	for i := range showings {
		if !showings[i].Began().Before(since) {
			n += bits.OnesCount32(showings[i].Pictures)
		}
	}
	return n, err
}

// Later has by not be reminded for BreakSilence.
func (b *Breaks) Later(ctx context.Context, by Actor) error {
	if !by.Role.Reviews() {
		return forbidden("put a break off", by)
	}
	now := b.Now()
	return b.Sittings.Silence(ctx, by.ID, now, now.Add(BreakSilence))
}
