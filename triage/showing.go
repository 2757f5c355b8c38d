package triage

import (
	"context"
	"slices"
	"time"
)

// ShownKept is how long it is known what somebody was shown: long enough to look back on a month, no longer.
const ShownKept = 31 * 24 * time.Hour

// Showing is what somebody was shown under one grant, and when. It names no group and no medium.
type Showing struct {
	Grant    string
	Sight    Sight
	Step     RevealStep // of pictures and tiles
	Until    time.Time  // when the grant ends
	Pictures uint32     // bit n: the n-th picture of the grant was shown
	Names    int        // how many files' names were
	Marks    []ShowingMark
}

// ShowingMark says that from then on something is on the screen, or nothing is any more.
type ShowingMark struct {
	At time.Time // to the millisecond
	On bool
}

func (m ShowingMark) compare(other ShowingMark) int {
	switch by := m.At.Compare(other.At); {
	case by != 0 || m.On == other.On:
		return by
	case other.On:
		return -1
	}
	return 1
}

// Join returns what two parts of the same showing say, in whatever order they come, and however often.
func (s Showing) Join(other Showing) Showing {
	s.Sight, s.Step = max(s.Sight, other.Sight), max(s.Step, other.Step) // one of them may not say
	s.Pictures, s.Names = s.Pictures|other.Pictures, max(s.Names, other.Names)
	s.Marks = slices.Concat(s.Marks, other.Marks)
	slices.SortFunc(s.Marks, ShowingMark.compare)
	s.Marks = slices.Compact(s.Marks)
	return s
}

// Began is when the first picture, or the names, were shown; zero: nothing was.
func (s *Showing) Began() time.Time {
	for _, m := range s.Marks {
		if m.On {
			return m.At
		}
	}
	return time.Time{}
}

// On reports whether something is on the screen at a time, as far as is known.
func (s *Showing) On(now time.Time) bool {
	return len(s.Marks) > 0 && s.Marks[len(s.Marks)-1].On && now.Before(s.Until)
}

// Lasted is how long something was on the screen up to now: from when it was shown until it was hidden, or the grant ended.
func (s *Showing) Lasted(now time.Time) (sum time.Duration) {
	end := s.Until
	if now.Before(end) {
		end = now
	}
	var since time.Time
	for _, m := range s.Marks {
		switch {
		case m.On && since.IsZero():
			since = m.At
		case !m.On && !since.IsZero():
			sum, since = sum+max(0, m.At.Sub(since)), time.Time{}
		}
	}
	if !since.IsZero() {
		sum += max(0, end.Sub(since))
	}
	return sum
}

// ShownStore keeps what people were shown, sealed, for ShownKept.
type ShownStore interface {
	// KeepShown joins what is said of a showing with what is kept of it. It may be repeated. What ended longer than ShownKept ago is
	// not kept.
	KeepShown(ctx context.Context, account string, s Showing) error
	// Shown returns what ended since then, in no order.
	Shown(ctx context.Context, account string, since time.Time) ([]Showing, error)
}

// showingEvent are the details of PictureServed, NamesServed, RevealHidden and RevealResumed that tell of a showing.
type showingEvent struct {
	Grant   string     `json:"grant"`
	Sight   Sight      `json:"sight,omitempty"`
	Step    RevealStep `json:"step,omitempty"`
	Until   time.Time  `json:"until,omitzero"` // zero: written by a version that kept no counts
	Picture int        `json:"picture"`
	Names   int        `json:"names,omitempty"`
}

// shown keeps what an event says of a showing.
func (p *Projector) shown(ctx context.Context, ev Event, d showingEvent) error {
	if d.Until.IsZero() {
		return nil
	}
	at := ev.Time.UTC().Truncate(time.Millisecond)
	s := Showing{Grant: d.Grant, Sight: d.Sight, Step: d.Step, Until: d.Until, Names: d.Names, Marks: []ShowingMark{{at, ev.Kind != RevealHidden}}}
	if ev.Kind == PictureServed && d.Picture >= 0 && d.Picture < MaxGrantPictures {
		s.Pictures = 1 << d.Picture
	}
	return p.Shown.KeepShown(ctx, ev.Actor, s)
}

// Hide records that what a grant shows was hidden, or, where it is shown again, that. It may be repeated: what is so already is not
// recorded. The grant itself may have lost its claim meanwhile, and still be on somebody's screen.
func (r *Review) Hide(ctx context.Context, by Session, grant string, hidden bool) error {
	const op = "hide a reveal"
	if !by.Actor.Role.Reviews() {
		return forbidden(op, by.Actor)
	}
	g, err := r.Grants.Grant(ctx, grant)
	if IsKind(err, NotFound) || err == nil && (g.Session != by.ID || g.Actor != by.Actor.ID || !r.Now().Before(g.Expires)) {
		return E(NotFound, op, grant, "this reveal is over: ask for it again", err)
	}
	if err != nil {
		return err
	}
	kept, err := r.Events.Shown.Shown(ctx, by.Actor.ID, r.Now())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(kept, func(s Showing) bool { return s.Grant == g.ID })
	if i < 0 || kept[i].On(r.Now()) != hidden { // nothing was shown, or it is so already
		return nil
	}
	kind := RevealHidden
	if !hidden {
		kind = RevealResumed
	}
	return r.Events.act(ctx, by.Actor, kind, string(g.Group), map[string]any{"grant": g.ID, "until": g.Expires})
}
