package triage

import (
	"context"
	"time"
)

// LimitsLinger is how long limits that somebody set on themselves still count after they set others: who loosens them at the end of a
// hard day does so for the next one.
const LimitsLinger = 24 * time.Hour

// MaxOwnBreak is the longest sitting, in minutes, after which somebody may want to be reminded of a break: a working day.
const MaxOwnBreak = 480

// RevealLimits are what somebody does not want to be shown, whatever the organisation allows, and after how long they want to be
// reminded of a break. The zero value limits nothing.
type RevealLimits struct {
	First   RevealStep `json:"first,omitempty"`   // the highest that may be the first of a claim; empty: the organisation's
	Highest RevealStep `json:"highest,omitempty"` // that is shown at all; empty: the organisation's
	Grey    bool       `json:"grey,omitempty"`    // nothing is shown in colour, whatever the step
	NoJumps bool       `json:"no_jumps,omitempty"`
	NoTiles bool       `json:"no_tiles,omitempty"`
	NoNames bool       `json:"no_names,omitempty"`
	// BreakAfter is how long a sitting may be, in minutes; 0: as the organisation has it.
	BreakAfter int `json:"break_after,omitempty"`
}

// check refuses steps that there are not.
func (l RevealLimits) check() error {
	if l.First != "" && l.First.Rung() < StepBlurred.Rung() {
		return E(Invalid, "set limits", string(l.First), "a step is blurred, grey, colour or full", nil)
	}
	if l.Highest != "" && l.Highest.Rung() < 0 {
		return E(Invalid, "set limits", string(l.Highest), "the highest step is facts, blurred, grey, colour or full", nil)
	}
	if l.BreakAfter < 0 || l.BreakAfter > MaxOwnBreak {
		return E(Invalid, "set limits", "", "a break comes after 1 to 480 minutes, or 0: as the organisation has it", nil)
	}
	return nil
}

// Within returns the rules that are as strict as r and as l.
func (r RevealRules) Within(l RevealLimits) RevealRules {
	r.First, r.Highest = lower(r.first(), l.First), lower(r.highest(), l.Highest)
	r.Grey = r.Grey || l.Grey
	r.Jumps, r.Tiles, r.Names = r.Jumps && !l.NoJumps, r.Tiles && !l.NoTiles, r.Names && !l.NoNames
	return r
}

// lower returns the lower of two steps; limit may be empty.
func lower(step, limit RevealStep) RevealStep {
	if limit != "" && limit.Rung() < step.Rung() {
		return limit
	}
	return step
}

// KeptLimits are limits that somebody set on themselves, and when.
type KeptLimits struct {
	Event uint64 // of the journal
	At    time.Time
	RevealLimits
}

// LimitsStore keeps what people set on themselves.
type LimitsStore interface {
	// SaveLimits keeps limits beside those of other events. It may be repeated.
	SaveLimits(ctx context.Context, account string, l KeptLimits) error
	// Limits returns all that an account set, in the order of the journal.
	Limits(ctx context.Context, account string) ([]KeptLimits, error)
}

// lingering returns those of kept, but for the last, that still count at now, and until when the last of them does.
func lingering(kept []KeptLimits, now time.Time) (still []KeptLimits, until time.Time) {
	for i := 1; i < len(kept); i++ {
		if end := kept[i].At.Add(LimitsLinger); now.Before(end) {
			still, until = append(still, kept[i-1]), end
		}
	}
	return still, until
}

// OwnRules are what counts for one person.
type OwnRules struct {
	Role  RevealRules  // what the organisation allows their role
	Set   RevealLimits // what they set on themselves last
	Rules RevealRules  // what counts: the strictest of both, and of limits that linger
	Until time.Time    // when earlier limits, stricter than Set, end; zero: there are none
}

// OwnRules returns what counts for a reviewer now.
func (r *Review) OwnRules(ctx context.Context, by Actor) (OwnRules, error) {
	if !by.Role.Reviews() {
		return OwnRules{}, forbidden("read one's limits", by)
	}
	kept, err := r.Events.Limits.Limits(ctx, by.ID)
	if err != nil {
		return OwnRules{}, err
	}
	own := OwnRules{Role: r.Policy.Of(by.Role)}
	if len(kept) > 0 {
		own.Set = kept[len(kept)-1].RevealLimits
	}
	last := own.Role.Within(own.Set)
	own.Rules = last
	still, until := lingering(kept, r.Now())
	for _, l := range still {
		own.Rules = own.Rules.Within(l.RevealLimits)
	}
	if own.Rules != last {
		own.Until = until
	}
	return own, nil
}

// SetLimits keeps a reviewer's own limits. Stricter ones count at once, looser ones when those before have ended.
func (r *Review) SetLimits(ctx context.Context, by Actor, l RevealLimits) error {
	if err := l.check(); err != nil {
		return err
	}
	own, err := r.OwnRules(ctx, by)
	if err != nil || own.Set == l {
		return err
	}
	return r.Events.act(ctx, by, LimitsSet, by.ID, l)
}
