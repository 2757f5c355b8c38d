package triage

import (
	"context"
	"slices"
)

// Notice is a link as somebody is told of it.
type Notice struct {
	Link
	Case, Seal string // of the exhibit
	// Others is how many other exhibits have the same, OtherCases are their cases where the reader works the queue, and how many
	// for an examiner.
	Others     int
	OtherCases []string
	CasesElse  int
}

// Notices tells of links those whom they concern.
type Notices struct {
	Store    LinkStore
	Exhibits ExhibitStore
	Events   *Projector
}

// List returns a stretch of the notices that by is to have, the latest first, and how many there are: an examiner those of their own
// exhibits, who works the queue all. Of closed cases nobody is told.
func (n *Notices) List(ctx context.Context, by Actor, offset, count int) ([]Notice, int, error) {
	var links []Link
	var total int
	var err error
	switch {
	case by.Role == Examiner:
		links, total, err = n.own(ctx, by, offset, count)
	case by.Role.Reviews():
		links, total, err = n.Store.Links(ctx, offset, count)
	default:
		err = forbidden("read notices", by)
	}
	if err != nil {
		return nil, 0, err
	}
	notices, err := n.tell(ctx, by, links)
	return notices, total, err
}

// own returns a stretch of the links of an examiner's exhibits.
func (n *Notices) own(ctx context.Context, by Actor, offset, count int) ([]Link, int, error) {
	exhibits, err := n.Exhibits.Exhibits(ctx, by.ID)
	if err != nil {
		return nil, 0, err
	}
	ids := make([]ExhibitID, len(exhibits))
	for i := range exhibits {
		ids[i] = exhibits[i].ID
	}
	of, err := n.Store.LinksOf(ctx, ids)
	if err != nil {
		return nil, 0, err
	}
	all := slices.Concat(of...)
	slices.SortFunc(all, func(a, b Link) int { return int(b.Event) - int(a.Event) }) //nolint:gosec // events are counted
	from := min(offset, len(all))
	return all[from:min(from+count, len(all))], len(all), nil
}

// tell completes links: what exhibit it is, and where else the same was found.
func (n *Notices) tell(ctx context.Context, by Actor, links []Link) ([]Notice, error) {
	ids := make([]AdditionID, len(links))
	for i := range links {
		ids[i] = links[i].AdditionID
	}
	linked, err := n.Store.Linked(ctx, ids)
	if err != nil {
		return nil, err
	}
	known := make(map[ExhibitID]Exhibit)
	exhibit := func(id ExhibitID) (Exhibit, error) {
		x, is := known[id]
		if is {
			return x, nil
		}
		x, err := n.Exhibits.Exhibit(ctx, id)
		if unlessMissing(err) != nil { // of a closed case, or destroyed
			return x, err
		}
		known[id] = x
		return x, nil
	}
	var notices []Notice
	for i, l := range links {
		x, err := exhibit(l.Exhibit)
		if err != nil {
			return nil, err
		}
		notice := Notice{Link: l, Case: x.Case, Seal: x.Seal}
		cases := make(map[string]bool)
		for _, id := range linked[i] {
			other, err := exhibit(id)
			if err != nil {
				return nil, err
			}
			if id != l.Exhibit {
				notice.Others++
			}
			if other.Case != "" && other.Case != x.Case {
				cases[other.Case] = true
			}
		}
		notice.CasesElse = len(cases)
		if by.Role.Reviews() {
			for c := range cases {
				notice.OtherCases = append(notice.OtherCases, c)
			}
			slices.Sort(notice.OtherCases)
		}
		notices = append(notices, notice)
	}
	return notices, nil
}

// Unread returns how many notices an examiner has not taken note of.
func (n *Notices) Unread(ctx context.Context, by Actor) (int, error) {
	if by.Role != Examiner {
		return 0, nil
	}
	links, _, err := n.own(ctx, by, 0, 1<<30)
	unread := 0
	for _, l := range links {
		if l.Read.IsZero() {
			unread++
		}
	}
	return unread, err
}

// Read records that an examiner took note of a link of their own exhibit.
func (n *Notices) Read(ctx context.Context, by Actor, id ExhibitID, a AdditionID) error {
	const op = "take note of a link"
	if by.Role != Examiner {
		return forbidden(op, by)
	}
	x, err := n.Exhibits.Exhibit(ctx, id)
	if err == nil && x.Owner != by.ID {
		err = E(NotFound, op, string(id), "no such exhibit among yours", nil)
	}
	if err != nil {
		return err
	}
	of, err := n.Store.LinksOf(ctx, []ExhibitID{id})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(of[0], func(l Link) bool { return l.AdditionID == a })
	switch {
	case i < 0:
		return E(NotFound, op, string(id), "there is no such link", nil)
	case !of[0][i].Read.IsZero():
		return nil
	}
	return n.Events.act(ctx, by, LinkRead, string(id), readLink{a.Set, a.Number})
}
