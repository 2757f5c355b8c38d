package triage

import (
	"context"
	"iter"
	"strings"
	"time"
)

// ProposalLife is how long a proposed destruction may be confirmed: longer than a leave of who has to, and short enough
// that what was proposed is still what is there.
const ProposalLife = 14 * 24 * time.Hour

// DestroyedHint is what everybody is told who would add to an exhibit that is being destroyed, or was.
const DestroyedHint = "this exhibit was destroyed: submit under another --exhibit"

// DestructionState says how far the destruction of an exhibit has come.
type DestructionState string

// The states of a destruction, in order.
const (
	DestructionProposed  DestructionState = "proposed"
	DestructionConfirmed DestructionState = "confirmed"  // by a second person: nothing comes in any more
	DestructionRecorded  DestructionState = "destroying" // what is to go is on record; its keys are being destroyed
	DestructionFinished  DestructionState = "destroyed"
)

// Final reports whether nobody can take the destruction back any more.
func (s DestructionState) Final() bool { return s != DestructionProposed }

// Destruction is the end of an exhibit: proposed by one person, confirmed by another.
type Destruction struct {
	Exhibit     ExhibitID
	State       DestructionState
	Reference   string // of the order or procedure that demands it
	ProposedBy  string // account
	Proposed    time.Time
	ConfirmedBy string
	Confirmed   time.Time
	Done        time.Time // when the keys were gone
	Manifest    int       // version at the time; 0: it was never sealed
	Destroyed   int       // media whose keys were destroyed; of a proposal: would be, as things are
	Kept        int       // media that another exhibit holds
}

// Expired reports whether a proposal can no longer be confirmed.
func (d *Destruction) Expired(now time.Time) bool {
	return d.State == DestructionProposed && now.Sub(d.Proposed) > ProposalLife
}

// Holdings counts the media of an exhibit.
type Holdings struct {
	Alone  int // nobody else holds them
	Shared int
}

// Doomed is a medium whose bytes, up to a generation, are to be destroyed.
type Doomed struct {
	Medium     MediumID
	Generation int
}

// DestructionStore keeps destructions, and takes exhibits out of the projections. All writes are idempotent.
type DestructionStore interface {
	// SaveDestruction keeps d in the place of what was kept of that exhibit. From a final state on, whoever would add
	// to the exhibit fails with Conflict, of ErrDestroyed.
	SaveDestruction(ctx context.Context, d Destruction) error
	DropDestruction(ctx context.Context, id ExhibitID) error
	// Destruction returns one, or NotFound.
	Destruction(ctx context.Context, id ExhibitID) (Destruction, error)
	// Destructions returns all, the newest first.
	Destructions(ctx context.Context) ([]Destruction, error)
	// Holdings counts what an exhibit holds at present.
	Holdings(ctx context.Context, id ExhibitID) (Holdings, error)
	// Doom takes media out of an exhibit that nothing comes into any more. Those that nobody else holds, nor are shelved,
	// are doomed in the same step in which they stop being held: from then on they are wanted again by whoever lists
	// them. NotFound means that the exhibit was removed already.
	Doom(ctx context.Context, id ExhibitID, media []MediumID, shelved map[MediumID]bool) error
	// Doomed returns what Doom has gathered: every generation that is to be destroyed, how many media that are
	// nobody's, and how many others hold; NotFound once the exhibit was removed.
	Doomed(ctx context.Context, id ExhibitID) ([]Doomed, Holdings, error)
	// Remove forgets an exhibit and the doomed generations; whoever holds one of their media wants its bytes again.
	Remove(ctx context.Context, id ExhibitID, doomed []Doomed) error
}

// KeyArchive knows the keys under which media and manifests are kept, and destroys them for good.
type KeyArchive interface {
	// KeyedMedia yields, some at a time, the media for which an exhibit has keys: all that it ever listed.
	KeyedMedia(ctx context.Context, x ExhibitID) iter.Seq2[[]MediumID, error]
	// PutDoom keeps what a destruction is to destroy; Doom returns it, or NotFound.
	PutDoom(ctx context.Context, x ExhibitID, doomed []Doomed) error
	Doom(ctx context.Context, x ExhibitID) ([]Doomed, error)
	// Destroy destroys the keys of an exhibit's manifests and of the doomed media, and then what lay under them. It
	// may be repeated, and another call ends what one began. Conflict means that keys are being rotated.
	Destroy(ctx context.Context, x ExhibitID, doomed []Doomed) error
}

// Destructions lets two administrators destroy an exhibit. What they decided is done by Run, wherever that goes on.
type Destructions struct {
	Exhibits ExhibitStore
	Store    DestructionStore
	Lease    Lease
	Events   *Projector
	Now      func() time.Time
}

// proposedDestruction are the details of DestructionProposed.
type proposedDestruction struct {
	Reference string `json:"reference"`
}

const (
	destructionLock = 10 * time.Second // longer than a step of the decision takes
	lockTries       = 50
	lockPause       = 20 * time.Millisecond
)

// deciding calls do while nobody else decides about exhibits or cases: what was looked at holds when it is recorded.
func deciding(ctx context.Context, lease Lease, do func() error) error {
	me := newID("l")
	for try := 0; ; try++ {
		held, err := lease.Hold(ctx, "destructions", me, destructionLock)
		if err != nil {
			return err
		}
		if held {
			break
		}
		if try == lockTries || !sleep(ctx, lockPause) {
			return E(Unavailable, "decide", "", "somebody else decides about an exhibit or a case at this moment: try again", ctx.Err())
		}
	}
	err := do()
	_, _ = lease.Hold(ctx, "destructions", me, 0) // if not, it ends by itself
	return err
}

// Propose records that by wants an exhibit destroyed, and on what ground.
func (d *Destructions) Propose(ctx context.Context, by Actor, id ExhibitID, reference string) (Destruction, error) {
	const op = "propose a destruction"
	if by.Role != Admin {
		return Destruction{}, forbidden(op, by)
	}
	reference = strings.TrimSpace(reference)
	if err := checkLabel("reference", reference); err != nil {
		return Destruction{}, err
	}
	err := deciding(ctx, d.Lease, func() error {
		if err := d.open(ctx, op, id); err != nil {
			return err
		}
		if _, err := d.Exhibits.Exhibit(ctx, id); err != nil {
			return err
		}
		old, err := d.Store.Destruction(ctx, id)
		switch {
		case err == nil && old.State.Final():
			return E(Conflict, op, string(id), "its destruction was decided already", nil)
		case err == nil && !old.Expired(d.Now()):
			return E(Conflict, op, string(id), "its destruction is proposed already: let another administrator confirm it, or withdraw it", nil)
		case err != nil && !IsKind(err, NotFound):
			return err
		}
		return d.Events.act(ctx, by, DestructionIsProposed, string(id), proposedDestruction{reference})
	})
	if err != nil {
		return Destruction{}, err
	}
	return d.Find(ctx, by, id)
}

// Withdraw takes a proposal back. Any administrator may.
func (d *Destructions) Withdraw(ctx context.Context, by Actor, id ExhibitID) error {
	const op = "withdraw a destruction"
	if by.Role != Admin {
		return forbidden(op, by)
	}
	return deciding(ctx, d.Lease, func() error {
		if _, err := d.proposed(ctx, op, id); err != nil {
			return err
		}
		return d.Events.act(ctx, by, DestructionWithdrawn, string(id), nil)
	})
}

// Confirm decides a proposed destruction, as a second person. There is no way back.
func (d *Destructions) Confirm(ctx context.Context, by Actor, id ExhibitID) (Destruction, error) {
	const op = "confirm a destruction"
	if by.Role != Admin {
		return Destruction{}, forbidden(op, by)
	}
	err := deciding(ctx, d.Lease, func() error {
		p, err := d.proposed(ctx, op, id)
		switch {
		case err != nil:
			return err
		case p.ProposedBy == by.ID:
			return E(Forbidden, op, string(id), "who proposed a destruction cannot confirm it: another administrator does", nil)
		case p.Expired(d.Now()):
			return E(Conflict, op, string(id), "the proposal is older than 14 days: propose it again", nil)
		}
		return d.Events.act(ctx, by, DestructionIsConfirmed, string(id), nil)
	})
	if err != nil {
		return Destruction{}, err
	}
	return d.Store.Destruction(ctx, id)
}

// open fails unless the case of an exhibit is open: what is put away has to be brought back before it can be destroyed.
func (d *Destructions) open(ctx context.Context, op string, id ExhibitID) error {
	_, shut, err := d.Events.closed(ctx, id)
	if shut {
		err = E(Conflict, op, string(id), ClosedHint, ErrClosed)
	}
	return err
}

// proposed returns a destruction that is still a proposal.
func (d *Destructions) proposed(ctx context.Context, op string, id ExhibitID) (Destruction, error) {
	p, err := d.Store.Destruction(ctx, id)
	if IsKind(err, NotFound) {
		return p, E(Conflict, op, string(id), "nobody proposed to destroy this exhibit", err)
	}
	if err == nil && p.State.Final() {
		err = E(Conflict, op, string(id), "its destruction was decided already", nil)
	}
	return p, err
}

// List returns all destructions, the newest first.
func (d *Destructions) List(ctx context.Context, by Actor) ([]Destruction, error) {
	if by.Role != Admin {
		return nil, forbidden("list destructions", by)
	}
	list, err := d.Store.Destructions(ctx)
	for i := range list {
		if err == nil {
			err = d.count(ctx, &list[i])
		}
	}
	return list, err
}

// Find returns the destruction of one exhibit.
func (d *Destructions) Find(ctx context.Context, by Actor, id ExhibitID) (Destruction, error) {
	if by.Role != Admin {
		return Destruction{}, forbidden("read a destruction", by)
	}
	x, err := d.Store.Destruction(ctx, id)
	if err == nil {
		err = d.count(ctx, &x)
	}
	return x, err
}

// Held counts what the destruction of an exhibit would destroy and keep, as things are.
func (d *Destructions) Held(ctx context.Context, by Actor, id ExhibitID) (Holdings, error) {
	if by.Role != Admin {
		return Holdings{}, forbidden("count an exhibit", by)
	}
	return d.Store.Holdings(ctx, id)
}

// count says of a proposal what it would destroy, as things are.
func (d *Destructions) count(ctx context.Context, x *Destruction) error {
	if x.State.Final() {
		return nil
	}
	h, err := d.Store.Holdings(ctx, x.Exhibit)
	x.Destroyed, x.Kept = h.Alone, h.Shared
	return err
}
