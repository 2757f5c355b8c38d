package triage

import (
	"context"
	"errors"
)

// unlessDestroyed forgives that an exhibit which is applied again was destroyed since.
func unlessDestroyed(err error) error {
	if errors.Is(err, ErrDestroyed) {
		return nil
	}
	return err
}

// unlessEnded forgives that an exhibit is not there when its destruction was recorded.
func (p *Projector) unlessEnded(ctx context.Context, id ExhibitID, err error) error {
	if !IsKind(err, NotFound) {
		return err
	}
	d, endErr := p.Ends.Destruction(ctx, id)
	if endErr == nil && d.State.Final() {
		return nil
	}
	return err
}

// The effects of the events of a destruction. Where they are applied again, what was decided since stays.

func (p *Projector) destructionProposed(ctx context.Context, ev Event, d proposedDestruction) error {
	id := ExhibitID(ev.Subject)
	old, err := p.Ends.Destruction(ctx, id)
	if err != nil && !IsKind(err, NotFound) || err == nil && old.State.Final() {
		return unlessMissing(err)
	}
	return p.Ends.SaveDestruction(ctx, Destruction{
		Exhibit: id, State: DestructionProposed, Reference: d.Reference, ProposedBy: ev.Actor, Proposed: ev.Time.UTC(),
	})
}

func (p *Projector) destructionWithdrawn(ctx context.Context, id ExhibitID) error {
	old, err := p.Ends.Destruction(ctx, id)
	if err != nil || old.State.Final() {
		return unlessMissing(err)
	}
	return p.Ends.DropDestruction(ctx, id)
}

func (p *Projector) destructionConfirmed(ctx context.Context, ev Event) error {
	d, err := p.Ends.Destruction(ctx, ExhibitID(ev.Subject))
	if err != nil || d.State.Final() {
		return unlessMissing(err)
	}
	d.State, d.ConfirmedBy, d.Confirmed = DestructionConfirmed, ev.Actor, ev.Time.UTC()
	return p.Ends.SaveDestruction(ctx, d)
}

// exhibitDestroyed takes an exhibit out of the projections, by what the record says was doomed: at another time others
// might hold other media.
func (p *Projector) exhibitDestroyed(ctx context.Context, id ExhibitID, d destroyedExhibit) error {
	old, err := p.Ends.Destruction(ctx, id)
	if err != nil && !IsKind(err, NotFound) {
		return err
	}
	state := DestructionRecorded
	if old.State == DestructionFinished {
		state = old.State
	}
	err = p.Ends.SaveDestruction(ctx, Destruction{
		Exhibit: id, State: state, Reference: d.Reference, ProposedBy: d.ProposedBy, Proposed: d.Proposed, ConfirmedBy: d.ConfirmedBy,
		Confirmed: d.Confirmed, Done: old.Done, Manifest: d.Manifest, Destroyed: d.Destroyed, Kept: d.Kept,
	})
	if err != nil {
		return err
	}
	doomed, err := p.Keys.Doom(ctx, id)
	if err != nil {
		return err
	}
	return p.Ends.Remove(ctx, id, doomed)
}

func (p *Projector) destructionFinished(ctx context.Context, ev Event) error {
	d, err := p.Ends.Destruction(ctx, ExhibitID(ev.Subject))
	if err != nil {
		return unlessMissing(err)
	}
	d.State, d.Done = DestructionFinished, ev.Time.UTC()
	return p.Ends.SaveDestruction(ctx, d)
}

// unlessMissing forgives that there is nothing to change.
func unlessMissing(err error) error {
	if IsKind(err, NotFound) {
		return nil
	}
	return err
}
