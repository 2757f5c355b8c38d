package triage

import (
	"context"
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
	// Entering does the same for groups whose decision is to take effect in the office's set.
	Entering(ctx context.Context, offset, n int) ([]Group, int, error)
	// Entered notes that the decision of that time has, unless another one came since.
	Entered(ctx context.Context, id GroupID, at time.Time) error
}

// Review serves the reviewers.
type Review struct {
	Queue    QueueStore
	Kin      KinStore
	Folders  FolderStore
	Clues    ClueStore
	Founders *FounderIndex // nil: precedents are found by their places and cameras alone
	Exhibits ExhibitStore
	Grants   GrantStore
	Archive  MediaArchive
	Renderer Renderer
	Films    FilmStills // nil: films are not shown
	Events   *Projector
	Policy   RevealPolicy
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
	// Precedents are decided groups that share something with it, those that share most first.
	Precedents []Precedent
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
	if err != nil {
		return Sheet{}, err
	}
	sheet.Group.Custody = first(run, sheet.Cases)
	sheet.Precedents, err = r.precedents(ctx, g, media)
	return sheet, err
}

// Claim leases a group to a reviewer, or renews the lease. With a new one, the ladder of reveals begins anew.
func (r *Review) Claim(ctx context.Context, by Actor, id GroupID) (Claim, error) {
	const op = "claim a group"
	if !by.Role.Reviews() {
		return Claim{}, forbidden(op, by)
	}
	g, err := r.Queue.Group(ctx, id)
	if err != nil {
		return Claim{}, err
	}
	now := r.Now().UTC()
	if g.Claim != nil && g.Claim.By != by.ID && !now.After(g.Claim.Until) {
		return Claim{}, takenErr(op, id)
	}
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

// takenErr refuses a group that somebody else holds.
func takenErr(op string, id GroupID) error {
	return E(Conflict, op, string(id), "another reviewer works on this group: take the next one", nil)
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
