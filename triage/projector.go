package triage

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// Marks say how far the projections have come.
type Marks struct {
	// Servers are the runs of the servers that keep them, one or the nodes of a cluster: another run after each start of one.
	Servers    []string
	Generation string   // drawn when the projections were last made whole; empty: they are not whole
	By         string   // who makes them again; empty while they are whole
	Mended     []string // the runs of the servers on which the projections were found to lack nothing
	Evicted    uint64   // keys that these runs of the servers dropped for want of memory
	// Lost says which projections were removed since they were made whole, in words of the store: all of them are to be
	// made again. Empty: none, as far as the store can tell.
	Lost   []string
	Events uint64 // every event up to this number has taken effect
	Groups uint64 // every record of groups up to this number has
	Scores uint64 // every record of scores up to this number has
	Packs  map[string]uint64
}

// whole reports whether all projections are there, as far as that can be told.
func (m *Marks) whole() bool { return m.Generation != "" && len(m.Lost) == 0 }

// MarkStore keeps the marks beside the projections, so that whatever loses or rolls back the ones does it to the
// others too.
type MarkStore interface {
	Marks(ctx context.Context) (Marks, error)
	// MarkEvent notes that an event has taken effect, in whatever order that happens. It fails with Unavailable
	// when the projections are not whole.
	MarkEvent(ctx context.Context, seq uint64) error
	// MarkEvents notes that all events up to seq have.
	MarkEvents(ctx context.Context, seq uint64) error
	// Close takes the generation away: every process sees it at its next look, and answers nothing.
	Close(ctx context.Context) error
	// Clear removes all projections, marks and jobs, and notes that by makes them again.
	Clear(ctx context.Context, by string) error
	// Complete gives the projections that by began to make a generation: they are whole. It fails with Unavailable when
	// they were lost since, or somebody else began anew.
	Complete(ctx context.Context, by, generation string) error
	// MarkMended notes that the projections of m's generation lacked nothing on the runs of the servers that m names, when m
	// was read. It fails with Unavailable when they are another generation, or none.
	MarkMended(ctx context.Context, m Marks) error
}

// Projector gives events their effect. What somebody did is appended to the journal first and takes effect through
// the same code that repeats it when the projections have to catch up. All effects may be repeated, and those of
// an earlier event never undo those of a later one.
type Projector struct {
	Journal   Journal
	Marks     MarkStore // nil: nothing is marked
	Accounts  AccountStore
	Exhibits  ExhibitStore
	Manifests ManifestArchive
	Sets      SetStore
	SetFiles  SetArchive
	Parse     SetParser
	Queue     QueueStore
	Ends      DestructionStore
	Keys      KeyArchive
	Rehashes  RehashStore
	Cases     CaseStore
	Closed    ClosedStore
	Shelving  ShelvingStore
	Shelves   ShelfArchive
	Earlier   EarlierStore
	Weights   WeightsStore
	Scores    ScoreStore
	Limits    LimitsStore
	Links     LinkStore
	Shown     ShownStore
	Outcomes  CaseOutcomeStore
	Custody   CustodyStore
	Assigned  AssignmentStore
	Names     Names
}

// act records what by did to subject, and gives it its effect.
func (p *Projector) act(ctx context.Context, by Actor, kind EventKind, subject string, data any) error {
	return p.actWith(ctx, by, kind, subject, data, p.Apply)
}

// actWith is act for whoever has at hand what the effect would have to read again.
func (p *Projector) actWith(ctx context.Context, by Actor, kind EventKind, subject string, data any, effect func(context.Context, Event) error) error {
	ev, err := record(ctx, p.Journal, by, kind, subject, data)
	if err != nil {
		return err
	}
	if err := effect(ctx, ev); err != nil {
		return err
	}
	if p.Marks != nil {
		// A mark that is missing only means that this event's effect is repeated.
		_ = p.Marks.MarkEvent(ctx, ev.Seq)
	}
	return nil
}

// importedSet are the details of SetImported.
type importedSet struct {
	Set      HashSet `json:"set"`
	Hash     Method  `json:"hash,omitempty"` // as the list was read
	Replaces []SetID `json:"replaces,omitempty"`
}

// receivedPart are the details of PartReceived.
type receivedPart struct {
	Part  PartID `json:"part"`
	Items int    `json:"items"`
	Place int    `json:"place,omitempty"` // from 1 on; none: nobody said
}

// sealedExhibit are the details of ExhibitSealed.
type sealedExhibit struct {
	Version int `json:"version"`
	Items   int `json:"items"`
}

// Apply gives an event its effect. Events that change no projection have none.
func (p *Projector) Apply(ctx context.Context, ev Event) error {
	switch ev.Kind {
	case TokenCreated:
		return withData(ev, func(acc Account) error { return p.accountMade(ctx, acc) })
	case TokenRevoked:
		return p.accountRevoked(ctx, ev)
	case ExhibitOpened:
		return withData(ev, func(x Exhibit) error { return p.exhibitOpened(ctx, x) })
	case PartReceived:
		return withData(ev, func(d receivedPart) error { return p.partReceived(ctx, ev, d) })
	case ExhibitSealed:
		return withData(ev, func(d sealedExhibit) error { return p.exhibitSealed(ctx, ExhibitID(ev.Subject), d.Version) })
	case DestructionIsProposed:
		return withData(ev, func(d proposedDestruction) error { return p.destructionProposed(ctx, ev, d) })
	case DestructionWithdrawn:
		return p.destructionWithdrawn(ctx, ExhibitID(ev.Subject))
	case DestructionIsConfirmed:
		return p.destructionConfirmed(ctx, ev)
	case ExhibitDestroyed:
		return withData(ev, func(d destroyedExhibit) error { return p.exhibitDestroyed(ctx, ExhibitID(ev.Subject), d) })
	case DestructionIsFinished:
		return p.destructionFinished(ctx, ev)
	case SetImported:
		return withData(ev, func(d importedSet) error { return p.setImported(ctx, d) })
	case SetExtended:
		return withData(ev, func(d extendedSet) error { return p.setExtended(ctx, ev, d) })
	case SetWithdrawn:
		return p.setWithdrawn(ctx, ev.Subject, ev.Time)
	case EntryWasWithdrawn:
		return withData(ev, func(d objectedEntry) error { return p.entryObjected(ctx, ev, EntryWithdrawn, d) })
	case EntryWasDisputed:
		return withData(ev, func(d objectedEntry) error { return p.entryObjected(ctx, ev, EntryDisputed, d) })
	case EntryWasRestored:
		return withData(ev, func(d objectedEntry) error { return p.entryObjected(ctx, ev, EntryCounts, d) })
	case MatchesWithdrawn:
		return withData(ev, func(d withdrawnMatches) error { return p.Earlier.KeepEarlier(ctx, d.Matches) })
	case SetRemoved:
		return p.setRemoved(ctx, ev.Subject)
	}
	return p.applyReview(ctx, ev)
}

// applyReview gives those events their effect that tell of cases, of the ranking and of what people were shown and decided.
func (p *Projector) applyReview(ctx context.Context, ev Event) error {
	switch ev.Kind {
	case ClassifierChanged:
		return withData(ev, func(m Model) error { return p.Scores.SetModel(ctx, m) })
	case CaseIsClosed:
		return withData(ev, func(d closedCase) error { return p.caseClosed(ctx, ev, d) })
	case CaseIsPutAway:
		return withData(ev, func(d putAwayCase) error { return p.casePutAway(ctx, CaseID(ev.Subject), d) })
	case CaseIsReopened:
		return withData(ev, func(d reopenedCase) error { return p.caseReopened(ctx, ev, d) })
	case CaseIsHeld:
		return withData(ev, func(d heldCase) error { return p.caseHeld(ctx, ev, d) })
	case CaseIsAssigned:
		return withData(ev, func(d assignedCase) error { return p.caseAssigned(ctx, ev, d) })
	case GroupIsAssigned:
		return withData(ev, func(d assignedGroup) error { return p.groupAssigned(ctx, ev, d) })
	case RehashStarted:
		return withData(ev, func(run RehashRun) error { return rehashStarted(ctx, p.Rehashes, run) })
	case RehashFinished:
		return rehashEnded(ctx, p.Rehashes, ev.Subject, ev.Time)
	case WeightsChanged:
		return withData(ev, func(d changedWeights) error { return p.weightsChanged(ctx, ev, d) })
	case LinkFound:
		return withData(ev, func(d foundLink) error { return p.linkFound(ctx, ev, d) })
	case LinkRead:
		return withData(ev, func(d readLink) error {
			return unlessMissing(p.Links.ReadLink(ctx, ExhibitID(ev.Subject), AdditionID{d.Set, d.Addition}, ev.Time.UTC()))
		})
	case DecisionEntered:
		return withData(ev, func(d enteredDecision) error { return p.Queue.Entered(ctx, GroupID(ev.Subject), d.At) })
	case DecisionUndone:
		return withData(ev, func(d undoneDecision) error { return p.decisionUndone(ctx, GroupID(ev.Subject), d) })
	case PictureServed, NamesServed, RevealHidden, RevealResumed:
		return withData(ev, func(d showingEvent) error { return p.shown(ctx, ev, d) })
	case LimitsSet:
		return withData(ev, func(l RevealLimits) error {
			return p.Limits.SaveLimits(ctx, ev.Subject, KeptLimits{Event: ev.Seq, At: ev.Time.UTC(), RevealLimits: l})
		})
	case DecisionMade:
		return withData(ev, func(d decidedGroup) error { return p.groupDecided(ctx, GroupID(ev.Subject), d) })
	case CaseHasOutcome:
		return withData(ev, func(d caseOutcome) error { return p.caseHasOutcome(ctx, ev, d) })
	case OutcomeRead:
		return withData(ev, func(d readOutcome) error {
			return unlessMissing(p.Outcomes.ReadOutcome(ctx, ev.Actor, d.Event, ev.Time.UTC()))
		})
	}
	return nil
}

// withData hands an event's details to effect.
func withData[T any](ev Event, effect func(T) error) error {
	var data T
	if err := json.Unmarshal(ev.Data, &data); err != nil {
		return E(Corrupt, "apply event", string(ev.Kind), "the journal holds an event that cannot be read: use the version of vigie that wrote it", err)
	}
	return effect(data)
}

// accountMade leaves an account that is there alone: it may have been revoked since.
func (p *Projector) accountMade(ctx context.Context, acc Account) error {
	if _, err := p.Accounts.Account(ctx, acc.ID); !IsKind(err, NotFound) {
		return err
	}
	return p.Accounts.SaveAccount(ctx, acc)
}

// accountRevoked ends an account, and takes back what it was assigned.
func (p *Projector) accountRevoked(ctx context.Context, ev Event) error {
	acc, err := p.Accounts.Account(ctx, ev.Subject)
	if err != nil {
		return err
	}
	if acc.Revoked.IsZero() {
		acc.Revoked = ev.Time.UTC()
		if err := p.Accounts.SaveAccount(ctx, acc); err != nil {
			return err
		}
	}
	return p.unassign(ctx, ev, acc.ID)
}

// partReceived counts a part again. One that the exhibit was sealed without since then no longer belongs to it.
func (p *Projector) partReceived(ctx context.Context, ev Event, d receivedPart) error {
	id, part, at := ExhibitID(ev.Subject), d.Part, ev.Time
	if shut, is, err := p.closed(ctx, id); err != nil {
		return err
	} else if is {
		return p.latePart(ctx, shut, part, at)
	}
	x, err := p.Exhibits.Exhibit(ctx, id)
	if err != nil {
		return p.unlessEnded(ctx, id, err)
	}
	if m := x.Manifest; m != nil && at.Before(m.Sealed) && !slices.Contains(m.Parts, part) {
		return nil
	}
	items, err := partItems(ctx, p.Manifests, id, part)
	if err != nil || len(items) == 0 {
		return err
	}
	counts, listed, _ := list(p.Names, id, items)
	_, err = p.Exhibits.RegisterPart(ctx, id, part, counts, listed)
	if err == nil && d.Place > 0 && (x.Manifest == nil || !at.Before(x.Manifest.Sealed)) {
		err = p.Exhibits.PlacePart(ctx, id, part, d.Place, ev.Seq)
	}
	return unlessDestroyed(err)
}

// exhibitSealed seals an exhibit again, unless a later version was sealed since.
func (p *Projector) exhibitSealed(ctx context.Context, id ExhibitID, version int) error {
	if shut, is, err := p.closed(ctx, id); err != nil {
		return err
	} else if is {
		return p.lateSeal(ctx, shut, version)
	}
	x, err := p.Exhibits.Exhibit(ctx, id)
	if err != nil || x.Manifest != nil && x.Manifest.Version >= version {
		return p.unlessEnded(ctx, id, err)
	}
	m, err := p.Manifests.Manifest(ctx, id, version)
	if errors.Is(err, ErrDestroyed) {
		return nil
	}
	if err != nil {
		return err
	}
	return unlessDestroyed(p.Exhibits.SealExhibit(ctx, id, m))
}

// setImported makes a set match. Whether its entries were written is known only of one that does: they are read from
// the kept file again.
func (p *Projector) setImported(ctx context.Context, d importedSet) error {
	d.Set.State = Importing
	kept, err := p.Sets.RestoreSet(ctx, d.Set)
	if err != nil || kept.State == Active || kept.State == Withdrawn {
		return err
	}
	report, err := p.reader().read(ctx, restarted(d.Set), ImportOptions{Hash: d.Hash})
	if err != nil {
		return err
	}
	d.Set.Conflicts = report.Set.Conflicts
	_, err = p.Sets.Activate(ctx, d.Set, d.Replaces)
	return err
}

// restarted is a set as it is before its list is read.
func restarted(s HashSet) HashSet {
	s.Entries, s.Rejected, s.ByMethod, s.Conflicts = 0, 0, nil, nil
	return s
}

func (p *Projector) reader() setReader { return setReader{p.Sets, p.SetFiles, p.Parse, p.Names} }

func (p *Projector) setRemoved(ctx context.Context, subject string) error {
	id, err := ParseSetID(subject)
	if err != nil {
		return err
	}
	return p.Sets.RemoveSet(ctx, id)
}

func (p *Projector) setWithdrawn(ctx context.Context, subject string, at time.Time) error {
	id, err := ParseSetID(subject)
	if err != nil {
		return err
	}
	_, err = p.Sets.Withdraw(ctx, id, at.UTC())
	return err
}
