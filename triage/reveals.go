package triage

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"time"
)

// GrantStore keeps live grants. A grant that has expired is NotFound.
type GrantStore interface {
	SaveGrant(ctx context.Context, g Grant, life time.Duration) error
	Grant(ctx context.Context, id string) (Grant, error)
	// Granted returns what actor was granted of the group, until Forget, or until nothing was for SessionLife.
	Granted(ctx context.Context, id GroupID, actor string) (Granted, error)
	// Forget forgets what actor was granted of the group. The grants live on. It may be repeated.
	Forget(ctx context.Context, id GroupID, actor string) error
}

// Renderer decodes a picture where it can do no harm and encodes a view of it anew: the original bytes never come out.
type Renderer interface {
	Render(ctx context.Context, r io.Reader, size int64, view View) ([]byte, error)
}

// Reached returns the highest step of a group's pictures that a reviewer was granted in this claim: StepFacts when none.
func (r *Review) Reached(ctx context.Context, by Actor, id GroupID) (RevealStep, error) {
	if !by.Role.Reviews() {
		return "", forbidden("read what was revealed", by)
	}
	granted, err := r.Grants.Granted(ctx, id, by.ID)
	return highestOf(granted.Steps), err
}

// Reveal grants, for GrantLife and not longer than the claim, the sight of a claimed group's pictures at one step, as the rules
// allow it, and records why.
func (r *Review) Reveal(ctx context.Context, by Session, id GroupID, step RevealStep, reason string) (Grant, error) {
	const op = "reveal a group"
	g, media, err := r.granting(ctx, op, by, id)
	if err != nil {
		return Grant{}, err
	}
	reached, err := r.Reached(ctx, by.Actor, id)
	if err != nil {
		return Grant{}, err
	}
	own, err := r.OwnRules(ctx, by.Actor)
	if err != nil {
		return Grant{}, err
	}
	if err := own.Rules.admits(reached, step); err != nil {
		return Grant{}, err
	}
	if reason = strings.TrimSpace(reason); reason != "" || NeedsReason(reached, step) {
		if reason, err = checkReason(reason); err != nil {
			return Grant{}, err
		}
	}
	g.Sight, g.Step = SeePictures, step
	g.addPictures(media)
	if r.Films != nil {
		g.addFilms(media)
	}
	if len(g.Media) == 0 {
		return Grant{}, E(Conflict, op, string(id), "this group holds no picture that can be shown", nil)
	}
	return r.grant(ctx, by, g, map[string]any{"step": step, "after": reached, "reason": reason, "media": len(g.Media)})
}

// TilesWish says which tiles of which picture somebody wants to see.
type TilesWish struct {
	Picture int // its number among the group's media, from 1, as the facts count them
	Media   int // how many media these told of
	Tiles   Tiles
	Step    RevealStep
	Reason  string
}

// RevealTiles grants the sight of some tiles of one picture of a claimed group, as the rules allow it, and records why. It is no step
// of the ladder: none is reached by it.
func (r *Review) RevealTiles(ctx context.Context, by Session, id GroupID, wish TilesWish) (Grant, error) {
	const op = "reveal tiles"
	g, media, err := r.granting(ctx, op, by, id)
	if err != nil {
		return Grant{}, err
	}
	reason, err := checkReason(wish.Reason)
	if err != nil {
		return Grant{}, err
	}
	switch {
	case wish.Media != len(media):
		return Grant{}, E(Conflict, op, string(id), "the group has changed since: read it again", nil)
	case wish.Picture < 1 || wish.Picture > len(media) || !media[wish.Picture-1].Showable():
		return Grant{}, E(Invalid, op, string(id), "give the number of a picture that can be shown, as the facts have it", nil)
	}
	m := media[wish.Picture-1].ID
	granted, err := r.Grants.Granted(ctx, id, by.Actor.ID)
	if err != nil {
		return Grant{}, err
	}
	own, err := r.OwnRules(ctx, by.Actor)
	if err != nil {
		return Grant{}, err
	}
	if err := own.Rules.admitsTiles(granted.Tiles[m], wish.Tiles, wish.Step); err != nil {
		return Grant{}, err
	}
	g.Sight, g.Step, g.Tiles = SeeTiles, wish.Step, wish.Tiles
	g.add(m, wish.Picture, NoFilm)
	return r.grant(ctx, by, g, map[string]any{"step": wish.Step, "picture": wish.Picture, "tiles": wish.Tiles.Numbers(), "reason": reason})
}

// RevealNames grants the sight of the names and paths of a claimed group's files, if the rules allow it, and records why. No step is
// asked for before it, and none is reached by it.
func (r *Review) RevealNames(ctx context.Context, by Session, id GroupID, reason string) (Grant, error) {
	const op = "reveal names"
	g, media, err := r.granting(ctx, op, by, id)
	if err != nil {
		return Grant{}, err
	}
	own, err := r.OwnRules(ctx, by.Actor)
	if err != nil {
		return Grant{}, err
	}
	if !own.Rules.Names {
		return Grant{}, E(Forbidden, op, "", "this service does not grant names and paths", nil)
	}
	if reason, err = checkReason(reason); err != nil {
		return Grant{}, err
	}
	g.Sight = SeeNames
	return r.grant(ctx, by, g, map[string]any{"reason": reason, "media": len(media)})
}

// granting begins a grant of a claimed group, and returns the media that its facts tell of.
func (r *Review) granting(ctx context.Context, op string, by Session, id GroupID) (Grant, []Medium, error) {
	claim, err := r.claimed(ctx, op, by.Actor, id)
	if err != nil {
		return Grant{}, nil, err
	}
	media, err := r.Queue.GroupMedia(ctx, id)
	g := Grant{
		ID: newID("r") + newID(""), Group: id, Actor: by.Actor.ID, Session: by.ID, Of: len(media), Expires: r.Now().UTC().Add(GrantLife),
	}
	if claim.Until.Before(g.Expires) {
		g.Expires = claim.Until
	}
	return g, media, err
}

// showing are the details of an event that tells that something of a grant was shown.
func (g *Grant) showing(what string, n int) map[string]any {
	said := map[string]any{"grant": g.ID, "sight": g.Sight, "until": g.Expires, what: n}
	if g.Step != "" {
		said["step"] = g.Step
	}
	return said
}

// grant records a grant, and then gives it.
func (r *Review) grant(ctx context.Context, by Session, g Grant, details map[string]any) (Grant, error) {
	details["grant"], details["sight"] = g.ID, g.Sight
	if err := r.Events.act(ctx, by.Actor, RevealGranted, string(g.Group), details); err != nil {
		return Grant{}, err
	}
	return g, r.Grants.SaveGrant(ctx, g, GrantLife)
}

// Grant returns a live grant of the session that asked for it: what its page is to show.
func (r *Review) Grant(ctx context.Context, by Session, id string) (Grant, error) {
	g, _, err := r.live(ctx, "look at a reveal", by, id)
	return g, err
}

// live returns a grant and the rules that count, unless it has ended, belongs to another session, its group is not claimed any more, or
// the rules have become stricter.
func (r *Review) live(ctx context.Context, op string, by Session, id string) (Grant, RevealRules, error) {
	if !by.Actor.Role.Reviews() {
		return Grant{}, RevealRules{}, forbidden(op, by.Actor)
	}
	over := func(err error) error { return E(NotFound, op, id, "this reveal is over: ask for it again", err) }
	g, err := r.Grants.Grant(ctx, id)
	if IsKind(err, NotFound) || err == nil && (g.Session != by.ID || g.Actor != by.Actor.ID || !r.Now().Before(g.Expires)) {
		return Grant{}, RevealRules{}, over(err)
	}
	if err != nil {
		return Grant{}, RevealRules{}, err
	}
	_, err = r.claimed(ctx, op, by.Actor, g.Group)
	if IsKind(err, NotFound) || IsKind(err, Conflict) {
		return Grant{}, RevealRules{}, over(err)
	}
	if err != nil {
		return Grant{}, RevealRules{}, err
	}
	granted, err := r.Grants.Granted(ctx, g.Group, by.Actor.ID)
	if err == nil && !slices.Contains(granted.Grants, id) { // of an earlier claim
		err = over(nil)
	}
	if err != nil {
		return Grant{}, RevealRules{}, err
	}
	own, err := r.OwnRules(ctx, by.Actor)
	if err == nil && !own.Rules.admitsStill(&g) {
		err = over(nil)
	}
	if err != nil {
		return Grant{}, RevealRules{}, err
	}
	return g, own.Rules, nil
}

// Picture returns the n-th picture of a live grant (0 is the first), encoded anew as JPEG and marked with who sees it, and when. That it was asked for
// is on record before it is returned.
func (r *Review) Picture(ctx context.Context, by Session, grant string, n int) ([]byte, error) {
	const op = "show a picture"
	g, rules, err := r.live(ctx, op, by, grant)
	if err != nil {
		return nil, err
	}
	if n < 0 || n >= len(g.Media) {
		return nil, E(NotFound, op, grant, "this reveal has no such picture", nil)
	}
	view := g.View(r.Now())
	view.Grey = rules.Grey
	picture, err := r.rendered(ctx, &g, n, view)
	if err != nil {
		return nil, err
	}
	if err := r.Events.act(ctx, by.Actor, PictureServed, string(g.Group), g.showing("picture", n)); err != nil {
		return nil, err
	}
	return picture, nil
}

// rendered makes what is shown of the n-th picture of a grant.
func (r *Review) rendered(ctx context.Context, g *Grant, n int, view View) ([]byte, error) {
	if at, is := g.Still(n); is {
		still, err := r.still(ctx, g.Media[n], at)
		if err != nil {
			return nil, err
		}
		return r.Renderer.Render(ctx, bytes.NewReader(still), int64(len(still)), view)
	}
	body, size, err := r.Archive.OpenMedium(ctx, g.Media[n], 0)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return r.Renderer.Render(ctx, body, size, view)
}
