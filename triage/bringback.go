package triage

import (
	"context"
	"slices"

	"vigie/hashing"
)

// bringBack fills a case that is being reopened, and opens it.
func (c *Closer) bringBack(ctx context.Context, r CaseRecord) error {
	all, err := c.Events.Closed.ClosedExhibits(ctx)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Case != r.Number {
			continue
		}
		if err := c.bringBackExhibit(ctx, r, x); err != nil {
			return err
		}
	}
	_, err = c.Events.changeCase(ctx, r.ID, func(now CaseRecord) CaseRecord {
		if now.State == CaseReopening && now.Event == r.Event {
			now.State, now.Shelf, now.PutAway = CaseOpen, 0, false
		}
		return now
	})
	if err == nil {
		c.Log.Info("a case was reopened", "case", r.ID)
	}
	return err
}

func (c *Closer) bringBackExhibit(ctx context.Context, r CaseRecord, x ClosedExhibit) error {
	plain := x.Exhibit
	plain.Manifest = nil
	if err := c.Store.RestoreExhibit(ctx, plain); err != nil {
		return err
	}
	for part, err := range c.Shelves.Shelves(ctx, x.ID, r.Shelf) {
		if err == nil {
			err = c.still(ctx, r)
		}
		if err == nil {
			err = c.unshelve(ctx, r, x.ID, part)
		}
		if err != nil {
			return err
		}
	}
	if x.Manifest == nil {
		return c.Store.ReopenExhibit(ctx, x.ID, nil, false)
	}
	m, err := c.Manifests.Manifest(ctx, x.ID, x.Manifest.Version)
	if err != nil {
		return err
	}
	return c.Store.ReopenExhibit(ctx, x.ID, &m, x.Resealed)
}

// unshelve brings one part back: its media, their groups, their examinations or the queue, in this order, so that nobody takes them for
// media that were never grouped, or never examined.
func (c *Closer) unshelve(ctx context.Context, r CaseRecord, x ExhibitID, part PartID) error {
	shelf, err := c.Shelves.Shelf(ctx, x, r.Shelf, part)
	if err != nil {
		return err
	}
	counts, listed, err := c.part(ctx, x, part)
	if err != nil {
		return err
	}
	places := make(map[MediumID]*Place)
	for i := range shelf.Media {
		places[shelf.Media[i].Medium] = shelf.Media[i].Place
	}
	for i := range listed {
		if p := places[listed[i].Medium]; p != nil {
			listed[i].Place = *p
		}
	}
	if err := c.Store.RestorePart(ctx, x, part, counts, listed); err != nil {
		return err
	}
	filed, err := c.filed(ctx, shelf.Media)
	if err != nil {
		return err
	}
	if err := c.regroup(ctx, shelf.Media, filed); err != nil {
		return err
	}
	if err := c.matched(ctx, shelf.Media, filed); err != nil {
		return err
	}
	if err := c.rescore(ctx, shelf.Media); err != nil {
		return err
	}
	return c.await(ctx, shelf.Media)
}

// rescore gives media the scores that they had, unless they have others since, by another case.
func (c *Closer) rescore(ctx context.Context, media []Shelved) error {
	var had []Scored
	var ids []MediumID
	for i := range media {
		if s := media[i].Score; s != nil {
			had, ids = append(had, Scored{media[i].Medium, *s}), append(ids, media[i].Medium)
		}
	}
	if len(had) == 0 || c.Steward.Scores == nil {
		return nil
	}
	now, err := c.Steward.Media.Media(ctx, ids)
	if err != nil {
		return err
	}
	return c.Steward.Scores.SaveScores(ctx, slices.DeleteFunc(had, func(s Scored) bool { return now[s.Medium].Score != nil }))
}

// matched matches media as the sets are now: by their examinations, or, where there is none and they matched something
// before, by their digests. The others without one are matched like whatever is listed.
func (c *Closer) matched(ctx context.Context, media []Shelved, filed []Filed) error {
	had := make(map[MediumID][]Match)
	var listed []MediumID
	for i := range media {
		m := &media[i]
		for _, e := range m.Matched {
			had[m.Medium] = append(had[m.Medium], Match{Set: e.Set, Entry: e.Entry})
		}
		if !m.At.Kept() && len(m.Matched) > 0 {
			listed = append(listed, m.Medium)
		}
	}
	if err := c.Steward.restore(ctx, filed, had); err != nil || len(listed) == 0 {
		return err
	}
	for {
		if err := c.Steward.matchAgain(ctx, listed, had); !IsKind(err, Stale) {
			return err
		}
	}
}

// await queues those of media that waited for their examination when they were put away, and have their bytes.
func (c *Closer) await(ctx context.Context, media []Shelved) error {
	var ids []MediumID
	for i := range media {
		if !media[i].At.Kept() {
			ids = append(ids, media[i].Medium)
		}
	}
	return together(ctx, ids, func(ctx context.Context, _ int, id MediumID) error { return c.Steward.repairOne(ctx, id) })
}

// filed reads the examinations of media, whole packs at a time: those of one exhibit lie together.
func (c *Closer) filed(ctx context.Context, media []Shelved) ([]Filed, error) {
	wanted := make(map[Locator]MediumID)
	packs := make(map[PackID]bool)
	for i := range media {
		if at := media[i].At; at.Kept() {
			wanted[at], packs[at.Pack] = media[i].Medium, true
		}
	}
	var found []Filed
	for id := range packs {
		pack, err := c.pack(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, x := range pack {
			if wanted[x.At] == x.Medium {
				found = append(found, x)
			}
		}
	}
	return found, nil
}

func (c *Closer) pack(ctx context.Context, id PackID) ([]Filed, error) {
	if pack, known := c.packs[id]; known {
		return pack, nil
	}
	pack, err := c.Steward.Examinations.Pack(ctx, id)
	if err != nil {
		return nil, err
	}
	if c.packs == nil || len(c.packs) >= packsKept {
		c.packs = make(map[PackID][]Filed)
	}
	c.packs[id] = pack
	return pack, nil
}

// regroup gives media the groups that they had. A group that ended with the case is born again, by the medium that stood
// for it; until that comes, nobody can join it by likeness.
func (c *Closer) regroup(ctx context.Context, media []Shelved, filed []Filed) error {
	found := make(map[MediumID]hashing.Examination)
	for i := range filed {
		found[filed[i].Medium] = filed[i].Examination
	}
	var joins []Join
	var groups []GroupID
	stands := make(map[GroupID]MediumID)
	for i := range media {
		m := &media[i]
		if m.Group == "" {
			continue
		}
		if _, twice := stands[m.Group]; !twice {
			groups = append(groups, m.Group)
		}
		stands[m.Group] = m.Standing
		joins = append(joins, Join{Medium: m.Medium, Group: m.Group})
	}
	now, err := c.Steward.Groups.Standing(ctx, groups)
	if err != nil {
		return err
	}
	var births []Founder
	for i, g := range groups {
		f := newFounder(g, stands[g], found[stands[g]])
		if now[i] == "" || now[i] == f.Medium && f.PDQ != nil {
			births = append(births, *f)
		}
	}
	if err := c.Steward.Groups.Bear(ctx, births); err != nil {
		return err
	}
	return c.Steward.Groups.JoinGroups(ctx, joins)
}
