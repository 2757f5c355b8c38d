package triage

import (
	"context"
	"errors"
	"slices"
	"time"
)

// The effects of the events of cases. Each takes a case as it is: what a later event made of it stays, but for the
// history that is told.

// unlessClosed forgives that an exhibit which is applied again is one of a closed case.
func unlessClosed(err error) error {
	if errors.Is(err, ErrClosed) {
		return nil
	}
	return err
}

// changeCase changes what is kept of a case, again as often as somebody else does so meanwhile.
func (p *Projector) changeCase(ctx context.Context, id CaseID, change func(CaseRecord) CaseRecord) (before CaseRecord, err error) {
	for {
		if before, err = p.Cases.CaseRecord(ctx, id); unlessMissing(err) != nil {
			return before, err
		}
		after := change(before)
		if after == before {
			return before, nil
		}
		after.ID = id
		if err = p.Cases.ChangeCase(ctx, before, after); !IsKind(err, Conflict) || ctx.Err() != nil {
			return before, err
		}
	}
}

// caseClosed ends the custody of a case and its assignment, and shuts its exhibits, those on record and those that are there.
func (p *Projector) caseClosed(ctx context.Context, ev Event, d closedCase) error {
	if err := p.Custody.SetCustody(ctx, Custody{Case: CaseID(ev.Subject), Number: d.Number, By: ev.Actor, At: ev.Time.UTC(), Event: ev.Seq}); err != nil {
		return err
	}
	if err := p.Assigned.Assign(ctx, Assignment{Case: CaseID(ev.Subject), Number: d.Number, By: ev.Actor, At: ev.Time.UTC(), Event: ev.Seq}); err != nil {
		return err
	}
	before, err := p.changeCase(ctx, CaseID(ev.Subject), func(r CaseRecord) CaseRecord {
		if at := ev.Time.UTC(); !at.Before(r.Closed.At) {
			r.Closed = CaseChange{ev.Actor, at, d.Reference}
		}
		if r.Event < ev.Seq {
			r.Number, r.State, r.Event, r.Shelf, r.PutAway = d.Number, CaseClosing, ev.Seq, ev.Seq, false
		}
		return r
	})
	if err != nil || before.Event > ev.Seq || before.Event == ev.Seq && before.State != CaseClosing {
		return err
	}
	if err := p.Closed.Shut(ctx, before.Event < ev.Seq, d.Exhibits...); err != nil {
		return err
	}
	there, err := p.exhibitsOf(ctx, d.Number)
	for _, x := range there {
		if err == nil {
			err = p.shutOne(ctx, x)
		}
	}
	return err
}

// shutOne shuts an exhibit that was not counted when its case was closed, if it is not shut. Its manifest is noted once
// nobody can change that.
func (p *Projector) shutOne(ctx context.Context, x Exhibit) error {
	x.Manifest = nil
	return p.Closed.Shut(ctx, false, newClosedExhibit(x, Progress{}))
}

// exhibitsOf returns the exhibits of a case that are in the projections.
func (p *Projector) exhibitsOf(ctx context.Context, number string) ([]Exhibit, error) {
	all, err := p.Exhibits.Exhibits(ctx, "")
	return slices.DeleteFunc(all, func(x Exhibit) bool { return x.Case != number }), err
}

// casePutAway notes that a case can be brought back from its shelves alone. It is closed when nothing of it is left.
func (p *Projector) casePutAway(ctx context.Context, id CaseID, d putAwayCase) error {
	r, err := p.Cases.CaseRecord(ctx, id)
	if err != nil || r.Event != d.Closing {
		return unlessMissing(err)
	}
	there, err := p.exhibitsOf(ctx, r.Number)
	if err != nil {
		return err
	}
	_, err = p.changeCase(ctx, id, func(r CaseRecord) CaseRecord {
		if r.Event == d.Closing && r.State == CaseClosing {
			r.PutAway = true
			if len(there) == 0 {
				r.State = CaseClosed
			}
		}
		return r
	})
	return err
}

// caseReopened has a closed case brought back. Where nothing was put away, as while the projections are made again from
// nothing, it is open at once.
func (p *Projector) caseReopened(ctx context.Context, ev Event, d reopenedCase) error {
	_, err := p.changeCase(ctx, CaseID(ev.Subject), func(r CaseRecord) CaseRecord {
		if at := ev.Time.UTC(); !at.Before(r.Reopened.At) {
			r.Reopened = CaseChange{ev.Actor, at, d.Reference}
		}
		if r.Event >= ev.Seq {
			return r
		}
		r.Number, r.Event = d.Number, ev.Seq
		if r.State == CaseClosing || r.State == CaseClosed {
			r.State = CaseReopening
		} else {
			r.State, r.Shelf, r.PutAway = CaseOpen, 0, false
		}
		return r
	})
	return err
}

// exhibitOpened keeps an exhibit, as one of a closed case where that was closed since.
func (p *Projector) exhibitOpened(ctx context.Context, x Exhibit) error {
	_, err := p.Exhibits.SaveExhibit(ctx, x)
	if errors.Is(err, ErrClosed) {
		return p.shutOne(ctx, x)
	}
	return unlessDestroyed(err)
}

// latePart keeps an empty shelf for a part that was on record before its case was closed, and had no effect by then: when
// the case is reopened, it is counted, and its bytes are wanted or found. Parts that have a shelf, or are about to
// have one, are left alone.
func (p *Projector) latePart(ctx context.Context, x ClosedExhibit, part PartID, at time.Time) error {
	r, err := p.Cases.CaseRecord(ctx, p.Names.Case(x.Case))
	if err != nil {
		return err
	}
	if _, err := p.Shelves.Shelf(ctx, x.ID, r.Shelf, part); !IsKind(err, NotFound) {
		return err
	}
	counted, err := p.Shelving.Parts(ctx, x.ID)
	if err != nil || slices.Contains(counted, part) {
		return err
	}
	if x.Manifest != nil && at.Before(x.Manifest.Sealed) {
		m, err := p.Manifests.Manifest(ctx, x.ID, x.Manifest.Version)
		if err != nil || !slices.Contains(m.Parts, part) {
			return err
		}
	}
	err = p.Shelves.PutShelf(ctx, x.ID, r.Shelf, Shelf{Part: part})
	if IsKind(err, Exists) {
		return nil
	}
	return err
}

// lateSeal notes a version of the manifest that was not counted when the case was closed.
func (p *Projector) lateSeal(ctx context.Context, x ClosedExhibit, version int) error {
	if x.Manifest != nil && x.Manifest.Version >= version {
		return nil
	}
	m, err := p.Manifests.Manifest(ctx, x.ID, version)
	if err != nil {
		return err
	}
	x.Manifest, x.Resealed = withoutParts(&m), true
	return p.Closed.Shut(ctx, true, x)
}

// closed returns an exhibit of a closed case, and whether it is one.
func (p *Projector) closed(ctx context.Context, id ExhibitID) (x ClosedExhibit, shut bool, err error) {
	x, err = p.Closed.ClosedExhibit(ctx, id)
	return x, err == nil, unlessMissing(err)
}
