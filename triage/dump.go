package triage

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"
)

// Dump writes all that the projections say of accounts, sets, exhibits, media, findings, groups, decisions and the
// queue, one JSON value a line, in one order: projections that say the same give the same bytes. What expires
// (sessions, claims, leases) and what numbers the changes of sets is left out. It is meant for tests and for whoever
// rebuilds: it names exhibits, so that it is guarded like them.
func (c *CatchUp) Dump(ctx context.Context, w io.Writer) error {
	out := json.NewEncoder(w)
	for _, part := range []func(context.Context, *json.Encoder) error{c.dumpAccounts, c.dumpSets, c.dumpExhibits, c.dumpGroups, c.dumpQueue} {
		if err := part(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

func (c *CatchUp) dumpAccounts(ctx context.Context, out *json.Encoder) error {
	accounts, err := c.Events.Accounts.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if err := out.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

func (c *CatchUp) dumpSets(ctx context.Context, out *json.Encoder) error {
	sets, err := c.Events.Sets.Sets(ctx)
	if err != nil {
		return err
	}
	for _, s := range sets {
		if s.State != Active && s.State != Withdrawn {
			continue
		}
		s.Epoch = 0
		if err := out.Encode(s); err != nil {
			return err
		}
	}
	return nil
}

func (c *CatchUp) dumpExhibits(ctx context.Context, out *json.Encoder) error {
	exhibits, err := c.Events.Exhibits.Exhibits(ctx, "")
	if err != nil {
		return err
	}
	for _, x := range exhibits {
		p, err := c.Events.Exhibits.Progress(ctx, x.ID)
		if err != nil {
			return err
		}
		p.Epoch = 0
		if err := out.Encode(struct {
			Exhibit  Exhibit
			Progress Progress
		}{x, p}); err != nil {
			return err
		}
		if x.Manifest == nil {
			continue
		}
		for _, part := range x.Manifest.Parts {
			if err := c.dumpPart(ctx, out, x.ID, part); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *CatchUp) dumpPart(ctx context.Context, out *json.Encoder, id ExhibitID, part PartID) error {
	body, err := c.Events.Manifests.Part(ctx, id, part)
	if err != nil {
		return err
	}
	items, err := DecodePart(body, part)
	if err != nil {
		return err
	}
	_, listed, _ := list(c.Events.Names, id, items)
	ids := make([]MediumID, len(listed))
	for i := range listed {
		ids[i] = listed[i].Medium
	}
	media, err := c.Steward.Media.Media(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		m := media[id]
		m.Epoch, m.At = 0, Locator{}
		slices.SortFunc(m.Places, func(a, b Place) int { return cmp.Compare(a.Exhibit, b.Exhibit) })
		if err := out.Encode(m); err != nil {
			return err
		}
	}
	return nil
}

func (c *CatchUp) dumpGroups(ctx context.Context, out *json.Encoder) error {
	births, err := c.Steward.Groups.Founders(ctx, 0)
	if err != nil {
		return err
	}
	for _, b := range births {
		g, err := c.Events.Queue.Group(ctx, b.Group)
		if err != nil {
			return err
		}
		members, err := c.Events.Queue.GroupMedia(ctx, b.Group)
		if err != nil {
			return err
		}
		if len(members) == 0 {
			continue // all have left
		}
		ids := make([]MediumID, len(members))
		for i := range members {
			ids[i] = members[i].ID
		}
		g.Claim = nil
		if err := out.Encode(struct {
			Group   Group
			Members []MediumID
		}{g, ids}); err != nil {
			return err
		}
	}
	return nil
}

func (c *CatchUp) dumpQueue(ctx context.Context, out *json.Encoder) error {
	const page = 1000
	for at := 0; ; at += page {
		groups, n, err := c.Events.Queue.Queue(ctx, at, page)
		if err != nil {
			return err
		}
		for _, g := range groups {
			if err := out.Encode(g.ID); err != nil {
				return err
			}
		}
		if at+page >= n {
			return nil
		}
	}
}
