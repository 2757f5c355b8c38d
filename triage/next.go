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

// Next claims the next group for a reviewer: the one that they hold already, or else the first of the queue that a filter lets through and nobody holds. It is
// NotFound when there is none.
func (r *Review) Next(ctx context.Context, by Actor, f QueueFilter) (Group, error) {
	const op = "take the next group"
	if !by.Role.Reviews() {
		return Group{}, forbidden(op, by)
	}
	for range nextTries {
		id, err := r.reserve(ctx, by, f)
		if err != nil {
			return Group{}, err
		}
		if id == "" {
			return Group{}, E(NotFound, op, "", "no group waits that nobody else holds or was assigned: look again later", nil)
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

const (
	// offered is how many groups that a filter lets through are offered to a reviewer at a time.
	offered = 50
	// browsed is how often the queue is looked through for one of them.
	browsed = 5
)

// reserve has the next group kept for a reviewer, and returns none when there is none.
func (r *Review) reserve(ctx context.Context, by Actor, f QueueFilter) (GroupID, error) {
	now := r.Now().UTC()
	if !f.Narrows() {
		return r.Queue.Reserve(ctx, by.ID, now, reserveLife)
	}
	from := QueuePlace{}
	for range browsed {
		s, err := r.Browse(ctx, by, f, from, offered)
		if err != nil {
			return "", err
		}
		ids := make([]GroupID, len(s.Groups))
		for i := range s.Groups {
			ids[i] = s.Groups[i].ID
		}
		if id, err := r.Queue.ReserveOf(ctx, ids, by.ID, now, reserveLife); err != nil || id != "" || s.End {
			return id, err
		}
		from = s.Last
	}
	return "", E(Conflict, "take the next group", "", "none of the first thousands that the filter lets through, or keeps back, is free: go on in the queue", nil)
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
