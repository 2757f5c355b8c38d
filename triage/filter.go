package triage

import (
	"context"
	"slices"
	"strconv"
	"time"

	"vigie/hashing"
)

// Me and Nobody stand for whoever asks, and for no account, where a filter says whose groups are.
const (
	Me     = "me"
	Nobody = "nobody"
)

// QueueFilter narrows the queue. Zero lets all groups through.
type QueueFilter struct {
	Case  string // number of a case in which one of their media lies; empty: any
	Least *int   // score; nil: any
	Unit  string // that submitted an exhibit in which one of their media lies; empty: any
	// Assigned is whose they are: Me, Nobody, an account or its name; empty: anybody's or nobody's.
	Assigned string
	Kind     hashing.Kind // of one of their media: picture or video; empty: any
	From     time.Time    // one of their media was taken or changed since then; zero: ever
	Until    time.Time    // and before then; zero: ever

	exhibits map[ExhibitID]bool // of Unit
}

// ParseQueueFilter reads a filter as addresses write it: the number of a case, a unit, whose, a score, "picture" or "video", and two days, as 2026-01-31,
// of which the second counts too. Nothing is any.
func ParseQueueFilter(number, unit, assigned, least, kind, from, until string) (QueueFilter, error) {
	const op = "filter the queue"
	f := QueueFilter{Case: number, Unit: unit, Assigned: assigned, Kind: hashing.Kind(kind)}
	for what, label := range map[string]string{"case": number, "unit": unit, "name": assigned} {
		if label == "" {
			continue
		}
		if err := checkLabel(what, label); err != nil {
			return f, err
		}
	}
	if least != "" {
		n, err := strconv.Atoi(least)
		if err != nil {
			return f, E(Invalid, op, "", "a score is a whole number", err)
		}
		f.Least = &n
	}
	if f.Kind != "" && f.Kind != hashing.KindPicture && f.Kind != hashing.KindVideo {
		return f, E(Invalid, op, "", "a kind is picture or video", nil)
	}
	for _, day := range []struct {
		text string
		to   *time.Time
		add  int
	}{{from, &f.From, 0}, {until, &f.Until, 1}} {
		if day.text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, day.text)
		if err != nil {
			return f, E(Invalid, op, "", "a day is written 2026-01-31: year, month, day", err)
		}
		*day.to = t.AddDate(0, 0, day.add)
	}
	return f, nil
}

// Narrows reports whether it may keep a group back.
func (f *QueueFilter) Narrows() bool { return f.Case != "" || f.Assigned != "" || f.narrows() }

// narrows reports whether some groups that are gone through may not be let through.
func (f *QueueFilter) narrows() bool {
	return f.Least != nil || f.Assigned == Nobody || f.Assigned != "" && f.Case != "" || f.Kind != "" || f.needsMedia()
}

// needsMedia reports whether it takes the media of a group to tell.
func (f *QueueFilter) needsMedia() bool { return f.needsDates() || f.Unit != "" }

func (f *QueueFilter) needsDates() bool { return !f.From.IsZero() || !f.Until.IsZero() }

// below reports whether a score is too low.
func (f *QueueFilter) below(score int) bool { return f.Least != nil && score < *f.Least }

// admits reports whether a group is let through. Its case was looked at before.
func (f *QueueFilter) admits(g *Group, media []Medium) bool {
	switch {
	case f.below(g.Score),
		f.Assigned == Nobody && g.Assigned != "",
		f.Assigned != "" && f.Assigned != Nobody && g.Assigned != f.Assigned,
		f.Kind == hashing.KindVideo && g.Videos == 0,
		f.Kind == hashing.KindPicture && g.Videos >= g.Members:
		return false
	case f.Unit != "" && !slices.ContainsFunc(media, f.comesFrom),
		f.needsDates() && !slices.ContainsFunc(media, f.dates):
		return false
	}
	return true
}

// comesFrom reports whether a medium lies in an exhibit of the filter's unit.
func (f *QueueFilter) comesFrom(m Medium) bool {
	return slices.ContainsFunc(m.Places, func(p Place) bool { return f.exhibits[p.Exhibit] })
}

// dates reports whether a medium was taken or changed within the filter's days. A camera tells no zone: its clock is taken for UTC, as
// the file system's is.
func (f *QueueFilter) dates(m Medium) bool {
	within := func(t time.Time) bool {
		return !t.IsZero() && !t.Before(f.From) && (f.Until.IsZero() || t.Before(f.Until))
	}
	if within(m.Facts.Taken) {
		return true
	}
	for i := range m.Places {
		if within(m.Places[i].Modified) {
			return true
		}
	}
	return false
}

// ofUnit finds the exhibits of the filter's unit. Those of closed cases have no groups in the queue.
func (r *Review) ofUnit(ctx context.Context, f *QueueFilter) error {
	all, err := r.Exhibits.Exhibits(ctx, "")
	f.exhibits = make(map[ExhibitID]bool)
	for i := range all {
		if all[i].Unit == f.Unit {
			f.exhibits[all[i].ID] = true
		}
	}
	return err
}

// whose has a filter name the account that it stands for.
func (r *Review) whose(ctx context.Context, by Actor, f *QueueFilter) error {
	switch f.Assigned {
	case "", Nobody:
	case Me:
		f.Assigned = by.ID
	default:
		person, err := r.Events.reviewer(ctx, "filter the queue", f.Assigned)
		if err != nil {
			return err
		}
		f.Assigned = person.ID
	}
	return nil
}

// Units returns the units of all examiners, in their order.
func (r *Review) Units(ctx context.Context, by Actor) ([]string, error) {
	if !by.Role.Reviews() {
		return nil, forbidden("read the units", by)
	}
	accounts, err := r.Events.Accounts.Accounts(ctx)
	var units []string
	for _, a := range accounts {
		if a.Role == Examiner && a.Unit != "" {
			units = append(units, a.Unit)
		}
	}
	slices.Sort(units)
	return slices.Compact(units), err
}
