package triage

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

const (
	linkEvery  = time.Second      // between looks for links
	linkLease  = 30 * time.Second // after which another process goes on for one that died
	linkAtOnce = 500              // media that are looked at together
)

// Link says that an exhibit has what the office's set was given at once: what two people decided to be illegal. Two exhibits of one
// addition are linked with each other, and so are their cases.
type Link struct {
	AdditionID
	Exhibit  ExhibitID
	Category CategoryCode // of the entry that was met first
	At       time.Time    // when it was found
	Event    uint64       // its number in the journal
	Read     time.Time    // when its examiner took note; zero: not yet
}

// DueLink is a medium that matches the office's set, and has come to an exhibit or to a match since it was looked at.
type DueLink struct {
	Medium MediumID
	Mark   uint64 // tells this time from later ones
}

// LinkStore keeps links, and the media by which there may be new ones.
type LinkStore interface {
	// DueLinks returns up to n media to look at. Looked forgets them, but for those that came again since.
	DueLinks(ctx context.Context, n int) ([]DueLink, error)
	Looked(ctx context.Context, due []DueLink) error
	// SaveLink keeps l unless it is there; ReadLink notes that it was read, once. NotFound: there is no such link.
	SaveLink(ctx context.Context, l Link) error
	ReadLink(ctx context.Context, x ExhibitID, id AdditionID, at time.Time) error
	// LinksOf returns the links of exhibits, in the order of these. Linked returns the exhibits of additions, in the order of these.
	LinksOf(ctx context.Context, exhibits []ExhibitID) ([][]Link, error)
	Linked(ctx context.Context, ids []AdditionID) ([][]ExhibitID, error)
	// Links returns a stretch of all links, the latest first, and how many there are.
	Links(ctx context.Context, offset, n int) ([]Link, int, error)
}

// foundLink are the details of LinkFound. Its subject is the exhibit.
type foundLink struct {
	Set      SetID        `json:"set"`
	Addition int          `json:"addition"`
	Category CategoryCode `json:"category,omitempty"`
}

// readLink are the details of LinkRead.
type readLink struct {
	Set      SetID `json:"set"`
	Addition int   `json:"addition"`
}

func (p *Projector) linkFound(ctx context.Context, ev Event, d foundLink) error {
	return p.Links.SaveLink(ctx, Link{
		AdditionID: AdditionID{d.Set, d.Addition}, Exhibit: ExhibitID(ev.Subject), Category: d.Category, At: ev.Time.UTC(), Event: ev.Seq,
	})
}

// Linker finds links as media come to match the office's set, in whichever exhibit. Any number of processes may run one; a lease lets one of
// them work at a time.
type Linker struct {
	Store  LinkStore
	Media  MediumStore
	Events *Projector
	Lease  Lease
	Log    *slog.Logger
}

// Run finds links until ctx ends.
func (l *Linker) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		_, err := holding(ctx, l.Lease, "links", linkLease, l.Once)
		if err != nil && ctx.Err() == nil {
			l.Log.Warn("links are put off", "error", err)
		}
		sleep(ctx, linkEvery)
	}
	return nil
}

// Once looks at all media that are due.
func (l *Linker) Once(ctx context.Context) error {
	for {
		due, err := l.Store.DueLinks(ctx, linkAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		if err := l.look(ctx, due); err != nil {
			return err
		}
		if err := l.Store.Looked(ctx, due); err != nil {
			return err
		}
	}
}

// look records the links of media that are not on record.
func (l *Linker) look(ctx context.Context, due []DueLink) error {
	ids := make([]MediumID, len(due))
	for i := range due {
		ids[i] = due[i].Medium
	}
	media, err := l.Media.Media(ctx, ids)
	if err != nil {
		return err
	}
	found := make(map[ExhibitID][]foundLink)
	for _, id := range ids {
		m := media[id]
		for _, match := range m.Matches {
			if !match.ofOffice() {
				continue
			}
			a, _ := additionOf(match.Set, match.Entry)
			for _, p := range m.Places {
				if !slices.ContainsFunc(found[p.Exhibit], func(f foundLink) bool { return f.Set == a.Set && f.Addition == a.Number }) {
					found[p.Exhibit] = append(found[p.Exhibit], foundLink{a.Set, a.Number, CategoryCode(match.Category)})
				}
			}
		}
	}
	exhibits := make([]ExhibitID, 0, len(found))
	for x := range found {
		exhibits = append(exhibits, x)
	}
	slices.Sort(exhibits)
	known, err := l.Store.LinksOf(ctx, exhibits)
	if err != nil {
		return err
	}
	for i, x := range exhibits {
		for _, f := range found[x] {
			if slices.ContainsFunc(known[i], func(k Link) bool { return k.Set == f.Set && k.Number == f.Addition }) {
				continue
			}
			if err := l.Events.act(ctx, Service, LinkFound, string(x), f); err != nil {
				return err
			}
		}
	}
	return nil
}

// ofOffice reports whether m makes a finding by an entry of the office's set.
func (m *Match) ofOffice() bool {
	return m.Source == OfficeSource && m.Kind == KnownSet && m.State != EntryWithdrawn && !m.Vote()
}

// Linking reports whether an outcome is by the office's set: what is so may link exhibits.
func (o *Outcome) Linking() bool {
	return slices.ContainsFunc(o.Matches, func(m Match) bool { return m.ofOffice() })
}
