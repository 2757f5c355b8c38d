package triage

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// Cases lets an administrator close cases and reopen them. What they decided is done by a Closer, wherever one runs.
type Cases struct {
	Exhibits ExhibitStore
	Ends     DestructionStore
	Lease    Lease
	Events   *Projector
	Now      func() time.Time
}

// closedCase are the details of CaseIsClosed.
type closedCase struct {
	Number    string          `json:"case"`
	Reference string          `json:"reference"`
	Exhibits  []ClosedExhibit `json:"exhibits"`
}

// putAwayCase are the details of CaseIsPutAway.
type putAwayCase struct {
	Closing uint64 `json:"closing"` // number of the event CaseIsClosed
}

// reopenedCase are the details of CaseIsReopened.
type reopenedCase struct {
	Number    string `json:"case"`
	Reference string `json:"reference"`
}

// List returns the cases that by may see, those with the newest exhibits first: of an examiner, those with exhibits of
// their own, and only these.
func (c *Cases) List(ctx context.Context, by Actor) ([]Case, error) {
	owner, err := ownerFor("list cases", by)
	if err != nil {
		return nil, err
	}
	return c.list(ctx, owner, "")
}

// ownerFor returns whose exhibits by may see the cases of; "": everybody's.
func ownerFor(op string, by Actor) (string, error) {
	switch by.Role {
	case Examiner:
		return by.ID, nil
	case Reviewer, Supervisor, Admin:
		return "", nil
	}
	return "", forbidden(op, by)
}

// Find returns one case that by may see.
func (c *Cases) Find(ctx context.Context, by Actor, id CaseID) (Case, error) {
	const op = "find case"
	owner, err := ownerFor(op, by)
	if err != nil {
		return Case{}, err
	}
	list, err := c.list(ctx, owner, id)
	if err == nil && len(list) == 0 {
		err = E(NotFound, op, string(id), "there is no such case: vigie case list shows all", nil)
	}
	if err != nil {
		return Case{}, err
	}
	return list[0], nil
}

// list gathers cases from their exhibits, open and closed; only: one of them.
func (c *Cases) list(ctx context.Context, owner string, only CaseID) ([]Case, error) {
	records, err := c.records(ctx)
	if err != nil {
		return nil, err
	}
	open, err := c.Exhibits.Exhibits(ctx, owner)
	if err != nil {
		return nil, err
	}
	shut, err := c.Events.Closed.ClosedExhibits(ctx)
	if err != nil {
		return nil, err
	}
	cases := make(map[CaseID]*Case)
	add := func(x CaseExhibit) {
		id := c.Events.Names.Case(x.Case)
		k := cases[id]
		if k == nil {
			k = &Case{CaseRecord: CaseRecord{ID: id, Number: x.Case, State: CaseOpen}}
			if r, kept := records[id]; kept {
				k.CaseRecord = r
			}
			cases[id] = k
		}
		k.Exhibits = append(k.Exhibits, x)
	}
	wanted := func(x *Exhibit) bool {
		return (owner == "" || x.Owner == owner) && (only == "" || c.Events.Names.Case(x.Case) == only)
	}
	told := make(map[ExhibitID]bool)
	for i := range shut {
		if told[shut[i].ID] = true; wanted(&shut[i].Exhibit) {
			add(CaseExhibit{shut[i].Exhibit, shut[i].progress()})
		}
	}
	for _, x := range open {
		if !wanted(&x) {
			continue
		}
		p, err := c.Exhibits.Progress(ctx, x.ID)
		if IsKind(err, NotFound) {
			continue // it has just left
		}
		if err != nil {
			return nil, err
		}
		if told[x.ID] {
			for _, n := range p.Items {
				cases[c.Events.Names.Case(x.Case)].Present += n
			}
			continue
		}
		x.Manifest = withoutParts(x.Manifest)
		add(CaseExhibit{x, p})
	}
	custodies, err := c.Events.custodies(ctx, c.Now())
	for _, k := range cases {
		k.Custody = custodies[k.Number]
	}
	return inOrder(cases), err
}

func withoutParts(m *Manifest) *Manifest {
	if m == nil {
		return nil
	}
	return &Manifest{Version: m.Version, Items: m.Items, Sealed: m.Sealed}
}

func inOrder(cases map[CaseID]*Case) []Case {
	list := make([]Case, 0, len(cases))
	for _, k := range cases {
		slices.SortFunc(k.Exhibits, func(a, b CaseExhibit) int { return cmp.Or(b.Opened.Compare(a.Opened), cmp.Compare(a.ID, b.ID)) })
		list = append(list, *k)
	}
	slices.SortFunc(list, func(a, b Case) int {
		return cmp.Or(b.Exhibits[0].Opened.Compare(a.Exhibits[0].Opened), cmp.Compare(a.ID, b.ID))
	})
	return list
}

func (c *Cases) records(ctx context.Context) (map[CaseID]CaseRecord, error) {
	list, err := c.Events.Cases.CaseRecords(ctx)
	records := make(map[CaseID]CaseRecord, len(list))
	for _, r := range list {
		records[r.ID] = r
	}
	return records, err
}

// Totals sums what was counted of a case's exhibits. A medium of two exhibits counts twice.
func (k *Case) Totals() Progress {
	sum := Progress{Items: make(map[Disposition]int), Media: make(map[Finding]int)}
	for i := range k.Exhibits {
		p := &k.Exhibits[i].Progress
		for d, n := range p.Items {
			sum.Items[d] += n
		}
		for f, n := range p.Media {
			sum.Media[f] += n
		}
		sum.Pending, sum.Wanted = sum.Pending+p.Pending, sum.Wanted+p.Wanted
	}
	return sum
}

// Close closes a case: nothing comes into its exhibits any more, and they leave the projections. Nothing of it is lost.
func (c *Cases) Close(ctx context.Context, by Actor, id CaseID, reference string) (Case, error) {
	const op = "close case"
	return c.change(ctx, op, by, id, reference, func(k Case, reference string) error {
		switch k.State {
		case CaseOpen:
		case CaseReopening:
			return E(Conflict, op, string(id), "this case is being reopened: try again when that is done", nil)
		default:
			return E(Conflict, op, string(id), "this case is closed already", nil)
		}
		details := closedCase{Number: k.Number, Reference: reference}
		for _, x := range k.Exhibits {
			d, err := c.Ends.Destruction(ctx, x.ID)
			if err == nil && d.State != DestructionFinished && !d.Expired(c.Now()) {
				return E(Conflict, op, string(x.ID), "one of its exhibits is to be destroyed: wait until it is, or withdraw the proposal", nil)
			}
			if err != nil && !IsKind(err, NotFound) {
				return err
			}
			details.Exhibits = append(details.Exhibits, newClosedExhibit(x.Exhibit, x.Progress))
		}
		return c.Events.act(ctx, by, CaseIsClosed, string(id), details)
	})
}

// Reopen brings a closed case back, or one that is being closed.
func (c *Cases) Reopen(ctx context.Context, by Actor, id CaseID, reference string) (Case, error) {
	const op = "reopen case"
	return c.change(ctx, op, by, id, reference, func(k Case, reference string) error {
		switch k.State {
		case CaseOpen:
			return E(Conflict, op, string(id), "this case is open", nil)
		case CaseReopening:
			return E(Conflict, op, string(id), "this case is being reopened already", nil)
		}
		return c.Events.act(ctx, by, CaseIsReopened, string(id), reopenedCase{k.Number, reference})
	})
}

// change lets an administrator record a change of a case, while nobody else decides about one, nor about a destruction.
func (c *Cases) change(ctx context.Context, op string, by Actor, id CaseID, reference string, do func(k Case, reference string) error) (Case, error) {
	if by.Role != Admin {
		return Case{}, forbidden(op, by)
	}
	reference = strings.TrimSpace(reference)
	if err := checkLabel("reference", reference); err != nil {
		return Case{}, err
	}
	err := deciding(ctx, c.Lease, func() error {
		k, err := c.Find(ctx, by, id)
		if err != nil {
			return err
		}
		return do(k, reference)
	})
	if err != nil {
		return Case{}, err
	}
	return c.Find(ctx, by, id)
}
