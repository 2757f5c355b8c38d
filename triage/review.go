package triage

import (
	"context"
	"io"
	"strings"
	"time"
)

// ClaimLife is how long a claimed group stays with its reviewer without a sign of life.
const ClaimLife = 15 * time.Minute

// QueueStore keeps the reviewers' queue.
type QueueStore interface {
	// Queue returns the groups with open members and no decision that covers all of them, the highest score
	// first, whatever custody runs, and how many there are.
	Queue(ctx context.Context, offset, n int) ([]Group, int, error)
	// Walk goes through the queue from behind a place: first the groups of custodies that run, those that end first before all, and then the
	// others. Each comes once, by score, those of the same score in the order of their identifiers.
	Walk(ctx context.Context, from QueuePlace, w Walking) (Stretch, error)
	Group(ctx context.Context, id GroupID) (Group, error)
	// GroupList returns groups in the given order; of one that is not there nothing but its identifier.
	GroupList(ctx context.Context, ids []GroupID) ([]Group, error)
	GroupMedia(ctx context.Context, id GroupID) ([]Medium, error)
	// GroupsMedia returns the media of each group.
	GroupsMedia(ctx context.Context, groups []GroupID) ([][]Medium, error)
	// Reserve returns a group of the queue that by holds, or else the first, as Walk tells them, that nobody holds, which it then keeps from others, if they
	// ask for one, for life. A reservation is no claim. Empty: there is no such group.
	Reserve(ctx context.Context, by string, now time.Time, life time.Duration) (GroupID, error)
	// ReserveOf is Reserve, of the first of some groups.
	ReserveOf(ctx context.Context, some []GroupID, by string, now time.Time, life time.Duration) (GroupID, error)
	// Claim leases a group, or renews c.By's lease. Conflict when another's lease is live.
	Claim(ctx context.Context, id GroupID, c Claim, now time.Time) error
	Unclaim(ctx context.Context, id GroupID, by string) error
	// SaveDecision keeps a decision, of a group that may not be there yet.
	SaveDecision(ctx context.Context, id GroupID, d Decision) error
	// DropDecision has a group be as if nobody had decided it.
	DropDecision(ctx context.Context, id GroupID) error
	// Awaiting returns a stretch of the groups whose decision waits for somebody else's opinion, the longest waiting first, and how
	// many there are.
	Awaiting(ctx context.Context, offset, n int) ([]Group, int, error)
}

// GrantStore keeps live grants. A grant that has expired is NotFound.
type GrantStore interface {
	SaveGrant(ctx context.Context, g Grant, life time.Duration) error
	Grant(ctx context.Context, id string) (Grant, error)
	// Granted returns the steps of the group that actor was granted, in no order, until Forget, or until none was for ClaimLife.
	Granted(ctx context.Context, id GroupID, actor string) ([]RevealStep, error)
	// Forget forgets what actor was granted of the group. The grants live on. It may be repeated.
	Forget(ctx context.Context, id GroupID, actor string) error
}

// Renderer decodes a picture where it can do no harm and encodes a view of it anew: the original bytes never come out.
type Renderer interface {
	Render(ctx context.Context, r io.Reader, size int64, view View) ([]byte, error)
}

// Review serves the reviewers.
type Review struct {
	Queue    QueueStore
	Exhibits ExhibitStore
	Grants   GrantStore
	Archive  MediaArchive
	Renderer Renderer
	Events   *Projector
	Rules    RevealRules
	Scheme   *Scheme // nil: DefaultScheme
	Now      func() time.Time
}

// List returns a stretch of the queue, by score alone, and its whole length.
func (r *Review) List(ctx context.Context, by Actor, offset, n int) ([]Group, int, error) {
	if !by.Role.Reviews() {
		return nil, 0, forbidden("read the queue", by)
	}
	return r.Queue.Queue(ctx, offset, n)
}

// Sheet is what a reviewer knows of a group before anything is shown: facts, no names, no content.
type Sheet struct {
	Group Group
	Media []Medium
	Cases []string // case numbers, where members lie
}

// Sheet returns the facts of a group.
func (r *Review) Sheet(ctx context.Context, by Actor, id GroupID) (Sheet, error) {
	if !by.Role.Reviews() {
		return Sheet{}, forbidden("read a group", by)
	}
	g, err := r.Queue.Group(ctx, id)
	if err != nil {
		return Sheet{}, err
	}
	media, err := r.Queue.GroupMedia(ctx, id)
	if err != nil {
		return Sheet{}, err
	}
	sheet := Sheet{Group: g, Media: media}
	seen := make(map[string]bool)
	for _, m := range media {
		for _, p := range m.Places {
			x, err := r.Exhibits.Exhibit(ctx, p.Exhibit)
			if err != nil {
				return Sheet{}, err
			}
			if !seen[x.Case] {
				seen[x.Case] = true
				sheet.Cases = append(sheet.Cases, x.Case)
			}
		}
	}
	run, err := r.Events.custodies(ctx, r.Now())
	sheet.Group.Custody = first(run, sheet.Cases)
	return sheet, err
}

// Claim leases a group to a reviewer, or renews the lease. With a new one, the ladder of reveals begins anew.
func (r *Review) Claim(ctx context.Context, by Actor, id GroupID) (Claim, error) {
	if !by.Role.Reviews() {
		return Claim{}, forbidden("claim a group", by)
	}
	g, err := r.Queue.Group(ctx, id)
	if err != nil {
		return Claim{}, err
	}
	now := r.Now().UTC()
	c := Claim{By: by.ID, Until: now.Add(ClaimLife)}
	if g.Claim == nil || g.Claim.By != by.ID || now.After(g.Claim.Until) {
		if err := r.Events.act(ctx, by, GroupClaimed, string(id), nil); err != nil {
			return Claim{}, err
		}
		if err := r.Grants.Forget(ctx, id, by.ID); err != nil {
			return Claim{}, err
		}
	}
	return c, r.Queue.Claim(ctx, id, c, now)
}

// Return hands a claimed group back.
func (r *Review) Return(ctx context.Context, by Actor, id GroupID) error {
	if _, err := r.claimed(ctx, "return a group", by, id); err != nil {
		return err
	}
	if err := r.Events.act(ctx, by, GroupReturned, string(id), nil); err != nil {
		return err
	}
	return r.Queue.Unclaim(ctx, id, by.ID)
}

// claimed returns by's claim of the group, and fails unless by is a reviewer who holds it.
func (r *Review) claimed(ctx context.Context, op string, by Actor, id GroupID) (Claim, error) {
	if !by.Role.Reviews() {
		return Claim{}, forbidden(op, by)
	}
	g, err := r.Queue.Group(ctx, id)
	if err != nil {
		return Claim{}, err
	}
	if g.Claim == nil || g.Claim.By != by.ID || r.Now().After(g.Claim.Until) {
		return Claim{}, E(Conflict, op, string(id), "claim this group first", nil)
	}
	return *g.Claim, nil
}

// Reached returns the highest step of a group that a reviewer was granted in this claim: StepFacts when none.
func (r *Review) Reached(ctx context.Context, by Actor, id GroupID) (RevealStep, error) {
	if !by.Role.Reviews() {
		return "", forbidden("read what was revealed", by)
	}
	steps, err := r.Grants.Granted(ctx, id, by.ID)
	return highestOf(steps), err
}

// Reveal grants, for GrantLife and not longer than the claim, the sight of a claimed group's pictures at one step, as the rules
// allow it, and records why.
func (r *Review) Reveal(ctx context.Context, by Session, id GroupID, step RevealStep, reason string) (Grant, error) {
	const op = "reveal a group"
	claim, err := r.claimed(ctx, op, by.Actor, id)
	if err != nil {
		return Grant{}, err
	}
	reached, err := r.Reached(ctx, by.Actor, id)
	if err != nil {
		return Grant{}, err
	}
	if err := r.Rules.admits(reached, step); err != nil {
		return Grant{}, err
	}
	if reason = strings.TrimSpace(reason); reason != "" || NeedsReason(reached, step) {
		if reason, err = checkReason(reason); err != nil {
			return Grant{}, err
		}
	}
	media, err := r.Queue.GroupMedia(ctx, id)
	if err != nil {
		return Grant{}, err
	}
	g := Grant{
		ID: newID("r") + newID(""), Group: id, Step: step, Actor: by.Actor.ID, Session: by.ID,
		Expires: r.Now().UTC().Add(GrantLife),
	}
	if claim.Until.Before(g.Expires) {
		g.Expires = claim.Until
	}
	for _, m := range media {
		if m.Hashed && len(g.Media) < MaxGrantPictures {
			g.Media = append(g.Media, m.ID)
		}
	}
	if len(g.Media) == 0 {
		return Grant{}, E(Conflict, op, string(id), "this group holds no picture that can be shown", nil)
	}
	details := map[string]any{"grant": g.ID, "step": step, "after": reached, "reason": reason, "media": len(g.Media)}
	if err := r.Events.act(ctx, by.Actor, RevealGranted, string(id), details); err != nil {
		return Grant{}, err
	}
	return g, r.Grants.SaveGrant(ctx, g, GrantLife)
}

// Grant returns a live grant of the session that asked for it: what its page is to show.
func (r *Review) Grant(ctx context.Context, by Session, id string) (Grant, error) {
	const op = "look at a reveal"
	if !by.Actor.Role.Reviews() {
		return Grant{}, forbidden(op, by.Actor)
	}
	return r.live(ctx, op, by, id)
}

// live returns a grant, unless it has ended, belongs to another session, or its group is not claimed any more.
func (r *Review) live(ctx context.Context, op string, by Session, id string) (Grant, error) {
	g, err := r.Grants.Grant(ctx, id)
	if IsKind(err, NotFound) || err == nil && (g.Session != by.ID || g.Actor != by.Actor.ID || !r.Now().Before(g.Expires)) {
		return Grant{}, E(NotFound, op, id, "this reveal is over: ask for it again", err)
	}
	if err != nil {
		return Grant{}, err
	}
	_, err = r.claimed(ctx, op, by.Actor, g.Group)
	if IsKind(err, NotFound) || IsKind(err, Conflict) {
		return Grant{}, E(NotFound, op, id, "this reveal is over: ask for it again", err)
	}
	return g, err
}

// Picture returns the n-th picture of a live grant (0 is the first), encoded anew as JPEG and marked with who sees it, and when. That it was asked for
// is on record before it is returned.
func (r *Review) Picture(ctx context.Context, by Session, grant string, n int) ([]byte, error) {
	const op = "show a picture"
	if !by.Actor.Role.Reviews() {
		return nil, forbidden(op, by.Actor)
	}
	g, err := r.live(ctx, op, by, grant)
	if err != nil {
		return nil, err
	}
	if n < 0 || n >= len(g.Media) {
		return nil, E(NotFound, op, grant, "this reveal has no such picture", nil)
	}
	body, size, err := r.Archive.OpenMedium(ctx, g.Media[n], 0)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	picture, err := r.Renderer.Render(ctx, body, size, g.View(r.Now()))
	if err != nil {
		return nil, err
	}
	if err := r.Events.act(ctx, by.Actor, PictureServed, string(g.Group), map[string]any{"grant": g.ID, "picture": n}); err != nil {
		return nil, err
	}
	return picture, nil
}
