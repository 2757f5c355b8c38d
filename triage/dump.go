package triage

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"
)

// Dump writes all that the projections say of accounts, sets, exhibits, media, findings, groups, decisions and the
// queue, one JSON object a line, in one order: projections that say the same give the same lines, which diff compares.
// It tells identifiers, numbers and words of ours alone; what else there is (names, notes, what a picture tells of
// itself) is in a keyed sum, "rest". What expires (sessions, claims, leases) and what numbers the changes of sets are
// left out. It fails with Unavailable while the projections are not whole.
func (c *CatchUp) Dump(ctx context.Context, w io.Writer) error {
	marks, err := c.Events.Marks.Marks(ctx)
	if err != nil {
		return err
	}
	if !marks.whole() {
		return catchingUp(Advance{})
	}
	d := dumper{c, json.NewEncoder(w)}
	for _, part := range []func(context.Context) error{d.accounts, d.limits, d.shown, d.sets, d.weights, d.cases, d.exhibits, d.groups, d.lifted, d.assigned, d.queue, d.links, d.outcomes} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// dumper writes the lines of a Dump.
type dumper struct {
	*CatchUp
	out *json.Encoder
}

// dumped begins every line.
type dumped struct {
	Is   string `json:"is"`
	ID   string `json:"id"`
	Rest string `json:"rest,omitempty"` // 16 hexadecimal digits
}

// of describes v, the whole of what the line tells of.
func (d dumper) of(is, id string, v any) (dumped, error) {
	body, err := json.Marshal(v)
	return dumped{is, id, hex.EncodeToString(d.Events.Names.mac("dump", body)[:8])}, err
}

func (d dumper) accounts(ctx context.Context) error {
	accounts, err := d.Events.Accounts.Accounts(ctx)
	for _, a := range accounts {
		line := struct {
			dumped
			Role    Role `json:"role"`
			Revoked bool `json:"revoked,omitempty"`
		}{Role: a.Role, Revoked: !a.Revoked.IsZero()}
		if line.dumped, err = d.of("account", a.ID, a); err == nil {
			err = d.out.Encode(line)
		}
		if err != nil {
			return err
		}
	}
	return err
}

// sets leaves out imports that did not end: nothing but Redis tells of them.
func (d dumper) sets(ctx context.Context) error {
	sets, err := d.Events.Sets.Sets(ctx)
	for _, s := range sets {
		if s.State != Active && s.State != Withdrawn {
			continue
		}
		s.Epoch = 0
		line := struct {
			dumped
			Kind    SetKind  `json:"kind"`
			Version int      `json:"version"`
			State   SetState `json:"state"`
			Entries int      `json:"entries"`
		}{Kind: s.Kind, Version: s.Version, State: s.State, Entries: s.Entries}
		if line.dumped, err = d.of("set", s.ID.String(), s); err == nil {
			err = d.out.Encode(line)
		}
		if err == nil && s.Additions > 0 {
			err = d.additions(ctx, s.ID)
		}
		if err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return d.objections(ctx)
}

func (d dumper) additions(ctx context.Context, set SetID) error {
	numbers, err := d.Events.Sets.Additions(ctx, set)
	if err != nil {
		return err
	}
	return d.out.Encode(struct {
		dumped
		Numbers []int `json:"numbers"`
	}{dumped{Is: "additions", ID: set.String()}, numbers})
}

func (d dumper) objections(ctx context.Context) error {
	all, err := d.Events.Sets.Objections(ctx)
	for _, o := range all {
		o.Epoch = 0
		line := struct {
			dumped
			State EntryState `json:"state"`
		}{State: o.State}
		if line.dumped, err = d.of("entry", entryName(o.Set, o.Entry.Number), o); err == nil {
			err = d.out.Encode(line)
		}
		if err != nil {
			return err
		}
	}
	return err
}

// weights tells of all versions that were put in force.
func (d dumper) weights(ctx context.Context) error {
	versions, err := d.Events.Weights.WeightsVersions(ctx)
	for _, v := range versions {
		var line dumped
		if line, err = d.of("weights", strconv.FormatUint(v.Event, 10), v); err == nil {
			err = d.out.Encode(line)
		}
		if err != nil {
			return err
		}
	}
	return err
}

// cases tells of those that were closed once, and of the exhibits of those that are not open.
func (d dumper) cases(ctx context.Context) error {
	records, err := d.Events.Cases.CaseRecords(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(records, func(a, b CaseRecord) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range records {
		line := struct {
			dumped
			State CaseState `json:"state"`
		}{State: r.State}
		if line.dumped, err = d.of("case", string(r.ID), r); err == nil {
			err = d.out.Encode(line)
		}
		if err != nil {
			return err
		}
	}
	if err := d.custodies(ctx); err != nil {
		return err
	}
	closed, err := d.Events.Closed.ClosedExhibits(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(closed, func(a, b ClosedExhibit) int { return cmp.Compare(a.ID, b.ID) })
	for _, x := range closed {
		line, err := d.of("closed exhibit", string(x.ID), x)
		if err == nil {
			err = d.out.Encode(line)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// custodies tells of those that have not been ended, whether they run or not, and then which groups they lift.
func (d dumper) custodies(ctx context.Context) error {
	all, err := d.Events.Custody.Custodies(ctx)
	for _, c := range all {
		if c.Until.IsZero() {
			continue
		}
		var line dumped
		if line, err = d.of("custody", string(c.Case), c); err == nil {
			err = d.out.Encode(line)
		}
		if err != nil {
			return err
		}
	}
	return err
}

func (d dumper) exhibits(ctx context.Context) error {
	exhibits, err := d.Events.Exhibits.Exhibits(ctx, "")
	if err != nil {
		return err
	}
	for _, x := range exhibits {
		p, err := d.Events.Exhibits.Progress(ctx, x.ID)
		if err != nil {
			return err
		}
		p.Epoch = 0
		line := struct {
			dumped
			Counts Progress `json:"counts"`
		}{Counts: p}
		if line.dumped, err = d.of("exhibit", string(x.ID), x); err == nil {
			err = d.out.Encode(line)
		}
		if err != nil {
			return err
		}
		if x.Manifest == nil {
			continue
		}
		for _, part := range x.Manifest.Parts {
			if err := d.media(ctx, x.ID, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// media tells of the media of one part, in its order.
func (d dumper) media(ctx context.Context, id ExhibitID, part PartID) error {
	body, err := d.Events.Manifests.Part(ctx, id, part)
	if err != nil {
		return err
	}
	items, err := DecodePart(body, part)
	if err != nil {
		return err
	}
	_, listed, _ := list(d.Events.Names, id, items)
	ids := make([]MediumID, len(listed))
	for i := range listed {
		ids[i] = listed[i].Medium
	}
	media, err := d.Steward.Media.Media(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := d.medium(media[id]); err != nil {
			return err
		}
	}
	return nil
}

func (d dumper) medium(m Medium) error {
	m.Epoch, m.At = 0, Locator{}
	slices.SortFunc(m.Places, func(a, b Place) int { return cmp.Compare(a.Exhibit, b.Exhibit) })
	type match struct {
		Set      SetID      `json:"set"`
		Entry    uint32     `json:"entry"`
		Method   Method     `json:"method"`
		Distance int        `json:"distance"`
		State    EntryState `json:"state,omitempty"`
	}
	line := struct {
		dumped
		State   MediumState `json:"state"`
		Finding Finding     `json:"finding"`
		Group   GroupID     `json:"group,omitempty"`
		Score   *Score      `json:"score,omitempty"`
		Matches []match     `json:"matches,omitempty"`
	}{State: m.State, Finding: m.Finding, Group: m.Group, Score: m.Score}
	for _, x := range m.Matches {
		line.Matches = append(line.Matches, match{x.Set, x.Entry, x.Method, x.Distance, x.State})
	}
	var err error
	if line.dumped, err = d.of("medium", string(m.ID), m); err != nil {
		return err
	}
	return d.out.Encode(line)
}

// groups leaves out those that all have left. They stand in the order of their identifiers: that of their births changes
// when a founder is destroyed.
func (d dumper) groups(ctx context.Context) error {
	births, err := d.Steward.Groups.Founders(ctx, FounderPoint{})
	if err != nil {
		return err
	}
	ids := make([]GroupID, len(births.Born))
	for i := range births.Born {
		ids[i] = births.Born[i].Group
	}
	slices.Sort(ids)
	ids = slices.Compact(ids) // one whose founder left was born again
	for some := range slices.Chunk(ids, stewardBatch) {
		groups, err := d.Events.Queue.GroupList(ctx, some)
		if err != nil {
			return err
		}
		for _, g := range groups {
			if g.Members == 0 {
				continue
			}
			if err := d.group(g); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d dumper) group(g Group) error {
	g.Claim = nil
	type decision struct {
		Verdict Verdict   `json:"verdict"`
		By      string    `json:"by"`
		At      time.Time `json:"at"`
		Members int       `json:"members"`
		Awaits  Round     `json:"awaits,omitempty"`
	}
	line := struct {
		dumped
		Members  int       `json:"members"`
		Open     int       `json:"open"`
		Score    int       `json:"score"`
		Finding  Finding   `json:"finding"`
		Decision *decision `json:"decision,omitempty"`
	}{Members: g.Members, Open: g.Open, Score: g.Score, Finding: g.Finding}
	if v := g.Decision; v != nil {
		line.Decision = &decision{v.Verdict, v.By, v.At, v.Members, v.Round()}
	}
	var err error
	if line.dumped, err = d.of("group", string(g.ID), g); err != nil {
		return err
	}
	return d.out.Encode(line)
}

// lifted tells of the groups that running custodies lift.
func (d dumper) lifted(ctx context.Context) error {
	for from := (QueuePlace{}); ; {
		s, err := d.Events.Queue.Walk(ctx, from, Walking{Now: d.Steward.Now(), Groups: stewardBatch, Most: stewardBatch})
		if err != nil {
			return err
		}
		for _, g := range s.Groups {
			if g.Custody == nil {
				return nil
			}
			if err := d.out.Encode(dumped{Is: "lifted", ID: string(g.ID), Rest: string(g.Custody.Case)}); err != nil {
				return err
			}
		}
		if s.End {
			return nil
		}
		from = s.Last
	}
}

// assigned tells of assignments; whose a group is, its own line does.
func (d dumper) assigned(ctx context.Context) error {
	all, err := d.Events.Assigned.Assignments(ctx)
	for _, a := range all {
		var line dumped
		if line, err = d.of("assignment", string(a.Group)+string(a.Case), a); err == nil {
			err = d.out.Encode(line)
		}
		if err != nil {
			return err
		}
	}
	return err
}

func (d dumper) queue(ctx context.Context) error {
	if err := d.listed(ctx, "queue", d.Events.Queue.Queue); err != nil {
		return err
	}
	return d.listed(ctx, "awaiting", d.Events.Queue.Awaiting)
}

// listed writes a list of groups in its order.
func (d dumper) listed(ctx context.Context, is string, list func(ctx context.Context, offset, n int) ([]Group, int, error)) error {
	for at := 0; ; at += stewardBatch {
		groups, n, err := list(ctx, at, stewardBatch)
		if err != nil {
			return err
		}
		for _, g := range groups {
			if err := d.out.Encode(dumped{Is: is, ID: string(g.ID)}); err != nil {
				return err
			}
		}
		if at+stewardBatch >= n {
			return nil
		}
	}
}

func (d dumper) links(ctx context.Context) error {
	for at := 0; ; at += stewardBatch {
		links, n, err := d.Events.Links.Links(ctx, at, stewardBatch)
		if err != nil {
			return err
		}
		for _, l := range links {
			line, err := d.of("link", string(l.Exhibit)+" "+l.AdditionID.String(), l)
			if err != nil {
				return err
			}
			if err := d.out.Encode(line); err != nil {
				return err
			}
		}
		if at+stewardBatch >= n {
			return nil
		}
	}
}
