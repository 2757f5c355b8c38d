package triage

import (
	"cmp"
	"context"
	"maps"
	"math/bits"
	"slices"
	"time"
)

// Look is what somebody was shown, as it is counted: a step of whole pictures by its name, tiles whatever their step, or names.
type Look string

// The looks that are no step.
const (
	LookTiles Look = "tiles"
	LookNames Look = "names"
)

// Looks are all, in the order in which they are told.
var Looks = []Look{Look(StepBlurred), Look(StepGrey), Look(StepColour), Look(StepFull), LookTiles, LookNames}

// Look is how what is shown is counted.
func (s *Showing) Look() Look {
	switch s.Sight {
	case SeeTiles:
		return LookTiles
	case SeeNames:
		return LookNames
	}
	return Look(s.Step)
}

// LookCount is how much somebody was shown: pictures, or files' names, and how long that was on the screen.
type LookCount struct {
	N    int
	Time time.Duration
}

func (c LookCount) plus(more LookCount) LookCount { return LookCount{c.N + more.N, c.Time + more.Time} }

// ShownDay is what was shown on one day.
type ShownDay struct {
	Day     time.Time // its beginning
	Looks   map[Look]LookCount
	Persons int  // to how many people
	Few     bool // to too few for what they were shown to be told: Looks is empty
}

// Pictures sums what was shown but names.
func (d *ShownDay) Pictures() (sum LookCount) {
	for look, c := range d.Looks {
		if look != LookNames {
			sum = sum.plus(c)
		}
	}
	return sum
}

// ShownTo is what one person was shown, the latest day first.
type ShownTo struct {
	Account Account
	Days    []ShownDay
}

// CountPolicy is what the organisation lets supervisors know of what others are shown.
type CountPolicy string

// The policies. The zero value tells nothing.
const (
	CountsNone    CountPolicy = "none"
	CountsTeam    CountPolicy = "team"    // sums of a day on which at least LeastTeam others were shown something
	CountsPersons CountPolicy = "persons" // of each, by name
)

// LeastTeam is of how many people, beside its reader, a day's sum must be, for nobody's own count to follow from it: as many as INSEE wants
// of firms in a cell that it publishes (secret statistique).
const LeastTeam = 3

// Shown tells what people were shown: each person of themselves, and supervisors of others as far as the organisation wants it.
type Shown struct {
	Store    ShownStore
	Accounts AccountStore
	Policy   CountPolicy
	Zone     *time.Location // whose days are counted
	Now      func() time.Time
}

// Own returns what by was shown, the latest day first.
func (s *Shown) Own(ctx context.Context, by Actor) ([]ShownDay, error) {
	if !by.Role.Reviews() {
		return nil, forbidden("read what one was shown", by)
	}
	return s.days(ctx, by.ID)
}

// Tells reports whether by is told what others were shown.
func (s *Shown) Tells(by Actor) bool {
	return by.Role == Supervisor && (s.Policy == CountsTeam || s.Policy == CountsPersons)
}

// Others returns what others than by, a supervisor, were shown, as the organisation lets them know: sums by day, or of each.
func (s *Shown) Others(ctx context.Context, by Actor) (team []ShownDay, persons []ShownTo, err error) {
	const op = "read what others were shown"
	switch {
	case by.Role != Supervisor:
		return nil, nil, forbidden(op, by)
	case !s.Tells(by):
		return nil, nil, E(Forbidden, op, "", "this organisation tells nobody what others were shown", nil)
	}
	accounts, err := s.Accounts.Accounts(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range accounts {
		if !a.Role.Reviews() || a.ID == by.ID {
			continue
		}
		days, err := s.days(ctx, a.ID)
		if err != nil {
			return nil, nil, err
		}
		if len(days) > 0 {
			persons = append(persons, ShownTo{a, days})
		}
	}
	slices.SortFunc(persons, func(a, b ShownTo) int {
		return cmp.Or(cmp.Compare(a.Account.Name, b.Account.Name), cmp.Compare(a.Account.ID, b.Account.ID))
	})
	if s.Policy == CountsPersons {
		return nil, persons, nil
	}
	return teamDays(persons), nil, nil
}

// teamDays sums what people were shown by day, and leaves the sum out where it is of too few.
func teamDays(persons []ShownTo) []ShownDay {
	sums := make(map[time.Time]*ShownDay)
	for _, p := range persons {
		for _, d := range p.Days {
			sum := sums[d.Day]
			if sum == nil {
				sum = &ShownDay{Day: d.Day, Looks: make(map[Look]LookCount)}
				sums[d.Day] = sum
			}
			sum.Persons++
			for look, c := range d.Looks {
				sum.Looks[look] = sum.Looks[look].plus(c)
			}
		}
	}
	for day, sum := range sums {
		if sum.Persons < LeastTeam {
			sums[day] = &ShownDay{Day: day, Few: true}
		}
	}
	return latestFirst(sums)
}

// days counts what an account was shown in the last ShownKept.
func (s *Shown) days(ctx context.Context, account string) ([]ShownDay, error) {
	now := s.Now()
	showings, err := s.Store.Shown(ctx, account, now.Add(-ShownKept))
	if err != nil {
		return nil, err
	}
	days := make(map[time.Time]*ShownDay)
	for i := range showings {
		began := showings[i].Began()
		if began.IsZero() {
			continue
		}
		y, m, d := began.In(s.Zone).Date()
		day := time.Date(y, m, d, 0, 0, 0, 0, s.Zone)
		if days[day] == nil {
			days[day] = &ShownDay{Day: day, Looks: make(map[Look]LookCount), Persons: 1}
		}
		look := showings[i].Look()
		count := LookCount{bits.OnesCount32(showings[i].Pictures), showings[i].Lasted(now)}
		if look == LookNames {
			count.N = showings[i].Names
		}
		days[day].Looks[look] = days[day].Looks[look].plus(count)
	}
	return latestFirst(days), nil
}

func latestFirst(days map[time.Time]*ShownDay) []ShownDay {
	list := make([]ShownDay, 0, len(days))
	for _, day := range slices.SortedFunc(maps.Keys(days), func(a, b time.Time) int { return b.Compare(a) }) {
		list = append(list, *days[day])
	}
	return list
}
