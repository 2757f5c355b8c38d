package triage

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

const (
	closeEvery = time.Second // between looks for a case that is to be closed or reopened
	// endsLease is held by whoever takes exhibits out of the projections: who is destroyed and who is put away must see
	// each other whole, or a medium that both hold would be taken for nobody's.
	endsLease = "destroyer"
	packsKept = 8 // packs of examinations that bringing back remembers: parts that follow one another share some
)

// Closer puts the exhibits of closed cases away, and brings those of reopened ones back. Any number of processes may run
// one; a lease lets one of them work at a time. Each step may be repeated, and is durable before the next begins:
//
//	step                   where             afterwards
//	---------------------  ----------------  ------------------------------------------------------------------
//	closed                 journal           nothing comes into its exhibits any more
//	  a part is shelved    object store      what it takes to bring its media back without a search is kept
//	  and evicted          projections       its media that nobody else holds are forgotten
//	  exhibit vacated      projections       once all its parts are
//	put away               journal           a rebuild leaves the case alone
//	reopened               journal           shelves are brought back, whatever was put away by then
//	  a part is restored   projections       its media have their groups and examinations, matched as the sets are now
//	  exhibit reopened     projections       submissions to it go on
//	open                   projections
type Closer struct {
	Store     ShelvingStore
	Manifests ManifestArchive
	Shelves   ShelfArchive
	Steward   *Steward
	Lease     Lease
	Events    *Projector
	Log       *slog.Logger

	packs map[PackID][]Filed // read a moment ago; whoever holds the lease uses it
}

// errMoved says that a case is in another state than when its step began.
var errMoved = E(Conflict, "close case", "", "this case was closed or reopened meanwhile", nil)

// Run closes and reopens what was decided until ctx ends.
func (c *Closer) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := c.Once(ctx); err != nil && ctx.Err() == nil {
			c.Log.Warn("closing or reopening a case is put off", "error", err)
		}
		sleep(ctx, closeEvery)
	}
	return nil
}

// Once closes and reopens all that was decided, unless another process is at it.
func (c *Closer) Once(ctx context.Context) error {
	return c.each(ctx, func(r CaseRecord) bool { return r.State == CaseClosing || r.State == CaseReopening })
}

// each does the next of all cases that which picks.
func (c *Closer) each(ctx context.Context, which func(CaseRecord) bool) error {
	records, err := c.Events.Cases.CaseRecords(ctx)
	if err != nil {
		return err
	}
	for _, r := range records {
		if !which(r) {
			continue
		}
		if _, err := holding(ctx, c.Lease, endsLease, destroyLease, func(ctx context.Context) error { return c.finish(ctx, r.ID) }); err != nil {
			return err
		}
	}
	return nil
}

// BringBack ends every reopening that was begun, before anything else is done to those cases. It waits for who is at it.
func (c *Closer) BringBack(ctx context.Context) error {
	for {
		busy, err := c.Events.Cases.Reopening(ctx)
		if err != nil || !busy {
			return err
		}
		if err := c.each(ctx, func(r CaseRecord) bool { return r.State == CaseReopening }); err != nil {
			return err
		}
		if !sleep(ctx, stewardPause) {
			return ctx.Err()
		}
	}
}

// finish goes on with a case from where it stands.
func (c *Closer) finish(ctx context.Context, id CaseID) error {
	c.packs = nil
	r, err := c.Events.Cases.CaseRecord(ctx, id)
	if err != nil {
		return err
	}
	switch r.State {
	case CaseClosing:
		err = c.putAway(ctx, r)
	case CaseReopening:
		err = c.bringBack(ctx, r)
	}
	if errors.Is(err, errMoved) {
		return nil // the next look sees what it is now
	}
	return err
}

// putAway empties a case that is being closed.
func (c *Closer) putAway(ctx context.Context, r CaseRecord) error {
	exhibits, err := c.Events.exhibitsOf(ctx, r.Number)
	if err != nil {
		return err
	}
	for _, x := range exhibits {
		if err := c.Events.shutOne(ctx, x); err != nil {
			return err
		}
		if err := c.noteManifest(ctx, x); err != nil {
			return err
		}
		parts, err := c.Store.Parts(ctx, x.ID)
		if err != nil {
			return err
		}
		for _, part := range parts {
			if err := c.still(ctx, r); err != nil {
				return err
			}
			if err := c.shelve(ctx, r, x.ID, part); err != nil {
				return err
			}
		}
		if err := c.Store.Vacate(ctx, x.ID); err != nil {
			return err
		}
	}
	if err := c.Events.act(ctx, Service, CaseIsPutAway, string(r.ID), putAwayCase{r.Event}); err != nil {
		return err
	}
	c.Log.Info("a case was closed", "case", r.ID)
	return nil
}

// noteManifest notes the manifest of an exhibit that was sealed while its case was closed.
func (c *Closer) noteManifest(ctx context.Context, x Exhibit) error {
	shut, err := c.Events.Closed.ClosedExhibit(ctx, x.ID)
	if err != nil || x.Manifest == nil {
		return unlessMissing(err) // it is being destroyed
	}
	return c.Events.lateSeal(ctx, shut, x.Manifest.Version)
}

// still fails with errMoved when a case is not what it was any more.
func (c *Closer) still(ctx context.Context, r CaseRecord) error {
	now, err := c.Events.Cases.CaseRecord(ctx, r.ID)
	if err == nil && (now.State != r.State || now.Event != r.Event) {
		return errMoved
	}
	return err
}

// shelve keeps what it takes to bring a part back, and takes the part out. Of two tries the first counts: the second may
// find some media gone.
func (c *Closer) shelve(ctx context.Context, r CaseRecord, x ExhibitID, part PartID) error {
	_, listed, err := c.part(ctx, x, part)
	if err != nil {
		return err
	}
	ids := make([]MediumID, len(listed))
	for i := range listed {
		ids[i] = listed[i].Medium
	}
	media, err := c.Steward.Media.Media(ctx, ids)
	if err != nil {
		return err
	}
	shelf := Shelf{Part: part}
	var groups []GroupID
	for i := range listed {
		m, there := media[listed[i].Medium]
		s, held := shelved(x, &listed[i], &m)
		if !there || !held {
			continue
		}
		shelf.Media = append(shelf.Media, s)
		groups = append(groups, s.Group)
	}
	standing, err := c.Steward.Groups.Standing(ctx, groups)
	if err != nil {
		return err
	}
	for i := range standing {
		shelf.Media[i].Standing = standing[i]
	}
	if err := c.Shelves.PutShelf(ctx, x, r.Shelf, shelf); err != nil && !IsKind(err, Exists) {
		return err
	}
	return c.Store.Evict(ctx, x, part, ids)
}

// shelved says what is to be kept of a medium of an exhibit, and whether the exhibit holds it.
func shelved(x ExhibitID, it *ListedItem, m *Medium) (Shelved, bool) {
	for i := range m.Places {
		p := &m.Places[i]
		if p.Exhibit != x {
			continue
		}
		s := Shelved{Medium: m.ID, At: m.At, Group: m.Group, Score: m.Score}
		for i := range m.Matches {
			s.Matched = append(s.Matched, EntryRef{m.Matches[i].Set, m.Matches[i].Entry})
		}
		if !p.same(it.Place) {
			s.Place = p
		}
		return s, true
	}
	return Shelved{}, false
}

// part reads a part of an exhibit, and counts it.
func (c *Closer) part(ctx context.Context, x ExhibitID, part PartID) (map[Disposition]int, []ListedItem, error) {
	body, err := c.Manifests.Part(ctx, x, part)
	if err != nil {
		return nil, nil, err
	}
	items, err := DecodePart(body, part)
	if err != nil {
		return nil, nil, err
	}
	counts, listed, _ := list(c.Events.Names, x, items)
	return counts, listed, nil
}
