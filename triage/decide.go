package triage

import (
	"context"
)

// Categories returns the scheme by which groups are decided.
func (r *Review) Categories() *Scheme {
	if r.Scheme == nil {
		return DefaultScheme()
	}
	return r.Scheme
}

// Decide records what a reviewer concluded of a claimed group, and hands it back. Where the decision waits for somebody else, it is
// the opinion of the second or the third person, on the same media; otherwise it is a decision of its own.
func (r *Review) Decide(ctx context.Context, by Actor, id GroupID, o Opinion) (Decision, error) {
	const op = "decide a group"
	if !by.Role.Reviews() {
		return Decision{}, forbidden(op, by)
	}
	o, err := o.check(id, r.Categories())
	if err != nil {
		return Decision{}, err
	}
	if _, err := r.claimed(ctx, op, by, id); err != nil {
		return Decision{}, err
	}
	g, media, err := r.read(ctx, id)
	if err != nil {
		return Decision{}, err
	}
	o.By, o.At = by.ID, r.Now().UTC()
	waits := func() bool { return g.Decision != nil && g.Decision.Round() != Settled }
	if waits() && g.Decision.By == by.ID { // who spoke last may change their mind
		g.Decision = g.Decision.undone()
	}
	switch {
	case waits() && g.Decision.gave(by.ID):
		return Decision{}, E(Conflict, op, string(id), "you have given your opinion of this group: somebody else must look at it", nil)
	case waits():
		return r.record(ctx, by, g, g.Decision.joined(o))
	}
	return r.record(ctx, by, g, opening(g, media, Decision{Opinion: o}))
}

// opening completes a decision that begins anew: what it covers, and what it replaces.
func opening(g Group, media []Medium, d Decision) Decision {
	d.Covers, d.Members = covering(media, g.Decision)
	if g.Decision != nil {
		before := *g.Decision
		before.Replaces, d.Replaces = nil, &before
		d.Overturns = before.Enters() && d.Verdict != Illegal
	}
	return d
}

// Confirm takes what was decided of a group over for the media that have joined since: the verdict and as many media as its
// reader was told. It claims the group, if nobody else has, and hands it back.
func (r *Review) Confirm(ctx context.Context, by Actor, id GroupID, verdict Verdict, media int) (Decision, error) {
	const op = "confirm a decision"
	if _, err := r.Claim(ctx, by, id); err != nil {
		return Decision{}, err
	}
	g, members, err := r.read(ctx, id)
	if err != nil {
		return Decision{}, err
	}
	proposed := 0
	for _, m := range members {
		if g.Proposes(m) {
			proposed++
		}
	}
	o := g.Proposal()
	if o == nil || proposed != media || o.Verdict != verdict {
		if err := r.Queue.Unclaim(ctx, id, by.ID); err != nil {
			return Decision{}, err
		}
		return Decision{}, E(Conflict, op, string(id), "the group has changed since: read it again", nil)
	}
	o.By, o.At = by.ID, r.Now().UTC()
	return r.record(ctx, by, g, opening(g, members, Decision{Opinion: *o, Confirms: g.Decision.At}))
}

// Undo takes back what a reviewer concluded last of a group, within ClaimLife, unless it has entered the office's set or somebody
// else works on the group. The group is theirs again.
func (r *Review) Undo(ctx context.Context, by Actor, id GroupID) error {
	const op = "take a decision back"
	if !by.Role.Reviews() {
		return forbidden(op, by)
	}
	g, err := r.Queue.Group(ctx, id)
	if err != nil {
		return err
	}
	d := g.Decision
	switch {
	case d == nil || d.By != by.ID:
		return E(Conflict, op, string(id), "only who decided last can take that back", nil)
	case !d.Undoable(r.Now()):
		return E(Conflict, op, string(id), "a decision can be taken back for 15 minutes, and until it enters the office's set: claim the group and decide it anew", nil)
	}
	if _, err := r.Claim(ctx, by, id); err != nil {
		return err
	}
	return r.Events.act(ctx, by, DecisionUndone, string(id), undoneDecision{d.undone()})
}

// undoneDecision are the details of DecisionUndone: what stands again, if anything.
type undoneDecision struct {
	Restored *Decision `json:"restored,omitempty"`
}

func (p *Projector) decisionUndone(ctx context.Context, id GroupID, d undoneDecision) error {
	if d.Restored == nil {
		return p.Queue.DropDecision(ctx, id)
	}
	return p.Queue.SaveDecision(ctx, id, *d.Restored)
}

// Awaiting returns a stretch of the groups whose decision waits for another person than those who gave an opinion, and how many
// there are in all; by may be one of those.
func (r *Review) Awaiting(ctx context.Context, by Actor, offset, n int) ([]Group, int, error) {
	if !by.Role.Reviews() {
		return nil, 0, forbidden("read what awaits a second opinion", by)
	}
	return r.Queue.Awaiting(ctx, offset, n)
}

// awaitingAtOnce is how many groups are looked through at once for one that somebody else decided.
const awaitingAtOnce = 50

// NextAwaiting claims the group whose decision has waited longest for somebody else's opinion, that this reviewer gave none of and
// nobody holds. It is NotFound when there is none.
func (r *Review) NextAwaiting(ctx context.Context, by Actor) (Group, error) {
	const op = "take the next group that awaits a second opinion"
	for offset, total := 0, 1; offset < total; offset += awaitingAtOnce {
		var groups []Group
		var err error
		groups, total, err = r.Awaiting(ctx, by, offset, awaitingAtOnce)
		if err != nil {
			return Group{}, err
		}
		for _, g := range groups {
			held := g.Claim != nil && g.Claim.By != by.ID && !r.Now().After(g.Claim.Until)
			if g.Decision == nil || g.Decision.gave(by.ID) || held {
				continue
			}
			_, err := r.Claim(ctx, by, g.ID)
			if IsKind(err, Conflict) || IsKind(err, NotFound) { // claimed, or gone, since it was listed
				continue
			}
			if err != nil {
				return Group{}, err
			}
			return r.Queue.Group(ctx, g.ID)
		}
	}
	return Group{}, E(NotFound, op, "", "no group awaits your opinion: look again later", nil)
}

// read returns a group with its members.
func (r *Review) read(ctx context.Context, id GroupID) (Group, []Medium, error) {
	g, err := r.Queue.Group(ctx, id)
	if err != nil {
		return g, nil, err
	}
	media, err := r.Queue.GroupMedia(ctx, id)
	return g, media, err
}

// record has a decision on a claimed group take effect, and hands that back.
func (r *Review) record(ctx context.Context, by Actor, g Group, d Decision) (Decision, error) {
	cases, err := r.casesOf(ctx, g.ID)
	if err != nil {
		return Decision{}, err
	}
	if err := r.Events.act(ctx, by, DecisionMade, string(g.ID), decidedGroup{d, cases}); err != nil {
		return Decision{}, err
	}
	return d, r.Queue.Unclaim(ctx, g.ID, by.ID)
}
