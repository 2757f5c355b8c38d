package triage

import (
	"context"
	"time"
)

const (
	// reserveLife is how long a group is kept for a reviewer between its choice and its claim: one event of the journal.
	reserveLife = 10 * time.Second
	// nextTries is how many groups that somebody claims by hand at that moment a reviewer is offered.
	nextTries = 5
)

// Next claims the next group for a reviewer: the one that they hold already, or else the first of the queue that nobody holds. It is
// NotFound when there is none.
func (r *Review) Next(ctx context.Context, by Actor) (Group, error) {
	const op = "take the next group"
	if !by.Role.Reviews() {
		return Group{}, forbidden(op, by)
	}
	for range nextTries {
		id, err := r.Queue.Reserve(ctx, by.ID, r.Now().UTC(), reserveLife)
		if err != nil {
			return Group{}, err
		}
		if id == "" {
			return Group{}, E(NotFound, op, "", "no group waits that nobody holds: look again later", nil)
		}
		_, err = r.Claim(ctx, by, id)
		if IsKind(err, Conflict) || IsKind(err, NotFound) { // claimed by hand, or gone, since it was chosen
			continue
		}
		if err != nil {
			return Group{}, err
		}
		return r.Queue.Group(ctx, id)
	}
	return Group{}, E(Conflict, op, "", "others take groups at this moment: try again", nil)
}

// Renew is a sign of life: it lengthens the lease of a group that the reviewer holds, and nobody else's. It is not on record.
func (r *Review) Renew(ctx context.Context, by Actor, id GroupID) (Claim, error) {
	if _, err := r.claimed(ctx, "renew a claim", by, id); err != nil {
		return Claim{}, err
	}
	now := r.Now().UTC()
	c := Claim{By: by.ID, Until: now.Add(ClaimLife)}
	return c, r.Queue.Claim(ctx, id, c, now)
}
