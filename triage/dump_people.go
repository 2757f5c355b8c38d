package triage

import (
	"cmp"
	"context"
	"slices"
	"strconv"
)

// limits tells of all that people set on themselves.
func (d dumper) limits(ctx context.Context) error {
	accounts, err := d.Events.Accounts.Accounts(ctx)
	for _, a := range accounts {
		kept, err := d.Events.Limits.Limits(ctx, a.ID)
		if err != nil {
			return err
		}
		for _, l := range kept {
			line, err := d.of("limits", a.ID+" "+strconv.FormatUint(l.Event, 10), l)
			if err == nil {
				err = d.out.Encode(line)
			}
			if err != nil {
				return err
			}
		}
	}
	return err
}

// shown tells of all that people were shown.
func (d dumper) shown(ctx context.Context) error {
	accounts, err := d.Events.Accounts.Accounts(ctx)
	for _, a := range accounts {
		kept, err := d.Events.Shown.Shown(ctx, a.ID, d.Steward.Now().Add(-ShownKept))
		if err != nil {
			return err
		}
		slices.SortFunc(kept, func(x, y Showing) int { return cmp.Compare(x.Grant, y.Grant) })
		for _, s := range kept {
			line, err := d.of("shown", a.ID+" "+s.Grant, s)
			if err == nil {
				err = d.out.Encode(line)
			}
			if err != nil {
				return err
			}
		}
	}
	return err
}

// outcomes tells of what came of cases, who worked on those that are there, and who was told.
func (d dumper) outcomes(ctx context.Context) error {
	write := func(is, id string, v any) error {
		line, err := d.of(is, id, v)
		if err != nil {
			return err
		}
		return d.out.Encode(line)
	}
	all, err := d.Events.Outcomes.CaseOutcomes(ctx, "")
	for _, o := range all {
		if err == nil {
			err = write("outcome", strconv.FormatUint(o.Event, 10), o)
		}
	}
	accounts, listErr := d.Events.Accounts.Accounts(ctx)
	if err = cmp.Or(err, listErr); err != nil {
		return err
	}
	for _, a := range accounts {
		told, err := d.Events.Outcomes.OutcomeNotices(ctx, a.ID)
		for _, n := range told {
			if err == nil {
				err = write("told", a.ID+" "+strconv.FormatUint(n.Event, 10), n)
			}
		}
		if err != nil {
			return err
		}
	}
	exhibits, err := d.Events.Exhibits.Exhibits(ctx, "")
	if err != nil {
		return err
	}
	seen := make(map[CaseID]bool)
	for _, x := range exhibits {
		id := d.Events.Names.Case(x.Case)
		if seen[id] {
			continue
		}
		seen[id] = true
		worked, err := d.Events.Outcomes.Worked(ctx, id)
		if err == nil && len(worked) > 0 {
			err = write("worked", string(id), worked)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
