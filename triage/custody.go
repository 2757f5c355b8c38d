package triage

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// MaxCustody is how far ahead the end of a custody (garde à vue) may lie: the longest that French law knows, six days. Code de procédure
// pénale: 24 hours, prolonged to 48 (article 63), to 96 (706-88), and to 144 (706-88-1).
const MaxCustody = 144 * time.Hour

// Custody is until when a person of a case is in custody (garde à vue): until then, groups with media of that case come first.
type Custody struct {
	Case   CaseID
	Number string    // of the case
	Until  time.Time // zero: it has ended early, or with the case
	By     string    // account
	At     time.Time
	Event  uint64 // number of the event that says so
}

// Runs reports whether it has not ended.
func (c *Custody) Runs(now time.Time) bool { return c != nil && now.Before(c.Until) }

// ParseCustodyEnd reads a time as a form or a person writes it, 2026-11-23T14:00, in a zone; or with one, as RFC 3339 does.
func ParseCustodyEnd(s string, zone *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation("2006-01-02T15:04", s, zone)
	if err != nil {
		t, err = time.Parse(time.RFC3339, s)
	}
	if err != nil {
		return t, E(Invalid, "set the end of a custody", "", "a time is written 2026-11-23T14:00: the day, and the time of day", err)
	}
	return t, nil
}

// CustodyStore keeps custodies, and lifts groups of the queue: while a custody runs, those with media in its case are at hand, by score.
// Each of its effects may be repeated.
type CustodyStore interface {
	// SetCustody keeps what an event says of a case, unless a later one did. From then on, if it runs, exhibits that are opened under
	// the case are lifted with it; if it has ended, none is.
	SetCustody(ctx context.Context, c Custody) error
	// LiftExhibits lifts exhibits of a case whose custody runs: groups that are ranked from now on are lifted, those of media that are
	// there already when these were gone over.
	LiftExhibits(ctx context.Context, number string, exhibits ...ExhibitID) error
	// Gather keeps the groups of a case at hand until then, as if a custody ran, but they do not come first. It returns how many exhibits
	// are lifted with the case, and how many of these are still gone over.
	Gather(ctx context.Context, number string, until time.Time) (known, left int, err error)
	// Custody returns what was last said of a case, or NotFound; Custodies all of that.
	Custody(ctx context.Context, id CaseID) (Custody, error)
	Custodies(ctx context.Context) ([]Custody, error)
	// NextLift forgets what is kept for custodies, and gatherings, that have ended by now, and returns an exhibit whose media are to be gone over, and
	// the part of it that was last; nothing: there is none.
	NextLift(ctx context.Context, now time.Time) (ExhibitID, PartID, error)
	// LiftMedia lifts those groups of media that are in the queue.
	LiftMedia(ctx context.Context, id ExhibitID, media []MediumID) error
	// LiftedPart notes that the media of an exhibit were gone over up to a part, or, without one, all.
	LiftedPart(ctx context.Context, id ExhibitID, part PartID) error
}

// heldCase are the details of CaseIsHeld.
type heldCase struct {
	Number string    `json:"case"`
	Until  time.Time `json:"until,omitzero"` // zero: it has ended early
}

// Hold says until when the custody of a case runs; zero: it has ended. Examiners do, for cases of their own exhibits.
func (c *Cases) Hold(ctx context.Context, by Actor, id CaseID, until time.Time) (Case, error) {
	const op = "set the end of a custody"
	if by.Role != Examiner {
		return Case{}, forbidden(op, by)
	}
	err := deciding(ctx, c.Lease, func() error {
		k, err := c.Find(ctx, by, id)
		if err != nil {
			return err
		}
		now := c.Now()
		switch {
		case k.State != CaseOpen:
			return E(Conflict, op, string(id), ClosedHint, ErrClosed)
		case until.IsZero() && !k.Custody.Runs(now):
			return E(Conflict, op, string(id), "no custody runs in this case", nil)
		case !until.IsZero() && !until.After(now):
			return E(Invalid, op, string(id), "this time is past: state when the custody ends", nil)
		case until.Sub(now) > MaxCustody:
			return E(Invalid, op, string(id), "this time is too far ahead: no custody lasts longer than 144 hours", nil)
		}
		return c.Events.act(ctx, by, CaseIsHeld, string(id), heldCase{k.Number, until.UTC()})
	})
	if err != nil {
		return Case{}, err
	}
	return c.Find(ctx, by, id)
}

// caseHeld keeps a custody, and then has all exhibits of its case lifted: one that is opened meanwhile is by itself.
func (p *Projector) caseHeld(ctx context.Context, ev Event, d heldCase) error {
	id := CaseID(ev.Subject)
	if err := p.Custody.SetCustody(ctx, Custody{id, d.Number, d.Until, ev.Actor, ev.Time.UTC(), ev.Seq}); err != nil || d.Until.IsZero() {
		return err
	}
	_, err := p.liftCase(ctx, d.Number)
	return err
}

// liftCase has all exhibits of a case lifted, and returns how many they are.
func (p *Projector) liftCase(ctx context.Context, number string) (int, error) {
	exhibits, err := p.exhibitsOf(ctx, number)
	if err != nil {
		return 0, err
	}
	ids := make([]ExhibitID, len(exhibits))
	for i := range exhibits {
		ids[i] = exhibits[i].ID
	}
	return len(ids), p.Custody.LiftExhibits(ctx, number, ids...)
}

// custodies returns those that run, by their cases' numbers.
func (p *Projector) custodies(ctx context.Context, now time.Time) (map[string]*Custody, error) {
	all, err := p.Custody.Custodies(ctx)
	run := make(map[string]*Custody)
	for i := range all {
		if all[i].Runs(now) {
			run[all[i].Number] = &all[i]
		}
	}
	return run, err
}

// first returns the custody of these cases that ends first, or nil.
func first(run map[string]*Custody, cases []string) *Custody {
	var soonest *Custody
	for _, number := range cases {
		if c := run[number]; c != nil && (soonest == nil || cmp.Or(c.Until.Compare(soonest.Until), cmp.Compare(c.Case, soonest.Case)) < 0) {
			soonest = c
		}
	}
	return soonest
}

// liftParts is how many parts of an exhibit are gone over in a round.
const liftParts = 4

// lift goes over the next parts of an exhibit whose case has a custody.
func (s *Steward) lift(ctx context.Context) (int, error) {
	p := s.Events
	x, after, err := p.Custody.NextLift(ctx, s.Now())
	if err != nil || x == "" {
		return 0, err
	}
	parts, err := p.Shelving.Parts(ctx, x)
	if err != nil {
		return 0, err
	}
	parts = slices.DeleteFunc(parts, func(part PartID) bool { return part <= after })
	some := parts[:min(len(parts), liftParts)]
	for _, part := range some {
		if err := s.liftPart(ctx, x, part); err != nil {
			return 0, err
		}
	}
	if len(some) == len(parts) {
		return 1, p.Custody.LiftedPart(ctx, x, "")
	}
	return len(some), p.Custody.LiftedPart(ctx, x, some[len(some)-1])
}

// liftPart passes over a part that was destroyed meanwhile.
func (s *Steward) liftPart(ctx context.Context, x ExhibitID, part PartID) error {
	items, err := partItems(ctx, s.Events.Manifests, x, part)
	if err != nil || len(items) == 0 {
		return err
	}
	_, listed, _ := list(s.Names, x, items)
	ids := make([]MediumID, len(listed))
	for i := range listed {
		ids[i] = listed[i].Medium
	}
	return s.Events.Custody.LiftMedia(ctx, x, ids)
}
