package triage

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// EventKind names what was done.
type EventKind string

// The kinds of event.
const (
	TokenCreated  EventKind = "token.created"
	TokenRevoked  EventKind = "token.revoked"
	SignInLinked  EventKind = "signin.linked" // a sign-in link was made
	SignedIn      EventKind = "signin.done"
	SignedOut     EventKind = "signin.ended"
	ExhibitOpened EventKind = "exhibit.opened"
	PartReceived  EventKind = "exhibit.part"
	ExhibitSealed EventKind = "exhibit.sealed"
	ExhibitSigned EventKind = "exhibit.signed" // its examiner signed the manifest
	ManifestRead  EventKind = "exhibit.manifest-read"
	SetImported   EventKind = "set.imported"
	SetWithdrawn  EventKind = "set.withdrawn"
	SetRemoved    EventKind = "set.removed"  // one whose import failed, or never ended
	SetExtended   EventKind = "set.extended" // entries were added to the office's own
	SetsPacked    EventKind = "set.packed"   // all that matches, for an examiner who is offline
	// What is said of one entry of a set.
	EntryWasWithdrawn EventKind = "set.entry-withdrawn"
	EntryWasDisputed  EventKind = "set.entry-disputed"
	EntryWasRestored  EventKind = "set.entry-restored"
	// MatchesWithdrawn tells of matches that media had with entries which were withdrawn since.
	MatchesWithdrawn EventKind = "match.withdrawn"

	HashChecked   EventKind = "check.answered"
	FindingsRead  EventKind = "findings.read"
	GroupClaimed  EventKind = "group.claimed"
	GroupReturned EventKind = "group.returned"
	// GroupIsAssigned tells whose a group is to decide, or that it was taken back.
	GroupIsAssigned EventKind = "group.assigned"
	RevealGranted   EventKind = "reveal.granted"
	PictureServed   EventKind = "reveal.served"
	NamesServed     EventKind = "reveal.names-served"
	RevealHidden    EventKind = "reveal.hidden"  // by who was shown it, before its end
	RevealResumed   EventKind = "reveal.resumed" // and shown again
	// LimitsSet tells what somebody does not want to be shown.
	LimitsSet    EventKind = "reveal.limits-set"
	DecisionMade EventKind = "group.decided"
	// DecisionUndone takes the last opinion back.
	DecisionUndone EventKind = "group.undecided"
	// DecisionEntered tells that the office's set holds what a decision put there, or no more what another one took out.
	DecisionEntered EventKind = "group.entered"
	// WeightsChanged tells what counts in the ranking from now on.
	WeightsChanged EventKind = "ranking.changed"

	LinkFound EventKind = "link.found" // an exhibit has what two people decided to be illegal
	LinkRead  EventKind = "link.read"  // its examiner took note

	DestructionIsProposed  EventKind = "exhibit.destruction-proposed"
	DestructionWithdrawn   EventKind = "exhibit.destruction-withdrawn"
	DestructionIsConfirmed EventKind = "exhibit.destruction-confirmed"
	ExhibitDestroyed       EventKind = "exhibit.destroyed"            // what is to go is fixed; nothing has gone yet
	DestructionIsFinished  EventKind = "exhibit.destruction-finished" // the keys are gone

	CaseIsClosed   EventKind = "case.closed"   // nothing comes in any more; nothing has left yet
	CaseIsPutAway  EventKind = "case.put-away" // all of it has left, and can be brought back
	CaseIsReopened EventKind = "case.reopened"
	CaseIsHeld     EventKind = "case.held"     // until when somebody is in custody for it
	CaseIsAssigned EventKind = "case.assigned" // whose its groups are, or that it was taken back

	CaseHasOutcome EventKind = "case.outcome"      // what came of it, and who is told
	OutcomeRead    EventKind = "case.outcome-read" // by one of those

	// RehashStarted and RehashFinished stand around the renewal of outdated fingerprints.
	RehashStarted  EventKind = "rehash.started"
	RehashFinished EventKind = "rehash.finished"

	ClassifierChanged EventKind = "classifier.changed" // another model, or version of one, scores from now on

	StoreScrubbed EventKind = "store.scrubbed" // everything kept was read again and verified
)

// traceless are the kinds of event that change no projection: whoever makes the projections again can do without them.
var traceless = []EventKind{
	SignInLinked, SignedIn, SignedOut, ExhibitSigned, ManifestRead, HashChecked, FindingsRead, GroupClaimed, GroupReturned, RevealGranted,
	StoreScrubbed, SetsPacked,
}

// fading are the kinds of event that change no projection once they are older than ShownKept.
var fading = []EventKind{PictureServed, NamesServed, RevealHidden, RevealResumed}

// Fading returns the kinds of event that change no projection once they are older than ShownKept.
func Fading() []EventKind { return slices.Clone(fading) }

// Fades reports whether events of this kind change no projection once they are older than ShownKept.
func (k EventKind) Fades() bool { return slices.Contains(fading, k) }

// Traceless returns the kinds of event that change no projection. A kind that is not known is none of them.
func Traceless() []EventKind { return slices.Clone(traceless) }

// Traceless reports whether events of this kind change no projection.
func (k EventKind) Traceless() bool { return slices.Contains(traceless, k) }

// Event is one thing that somebody did. Data never holds a path, a file name or a hash in clear.
type Event struct {
	Seq     uint64          `json:"seq"`  // set by the journal; the first is 1, without gaps
	Time    time.Time       `json:"time"` // UTC, set by the journal
	Actor   string          `json:"actor"`
	Kind    EventKind       `json:"kind"`
	Subject string          `json:"subject,omitempty"` // identifier of what it was done to
	Data    json.RawMessage `json:"data,omitempty"`
}

// Journal is the chain of events.
//
// Append is durable when it returns nil, and gives the event its place in one total order shared by all
// processes. It fails with Unavailable or Full (nothing was recorded) or Unknown (it may have been); in all cases the
// act must not take effect. The caller keeps ownership of ev.Data.
type Journal interface {
	Append(ctx context.Context, ev Event) (Event, error)
}

// record appends what actor did to subject, with data as its details.
func record(ctx context.Context, j Journal, actor Actor, kind EventKind, subject string, data any) (Event, error) {
	ev := Event{Actor: actor.ID, Kind: kind, Subject: subject}
	if data != nil {
		raw, err := json.Marshal(data)
		if err != nil {
			return Event{}, E(Internal, "triage.record", string(kind), "", err)
		}
		ev.Data = raw
	}
	return j.Append(ctx, ev)
}
