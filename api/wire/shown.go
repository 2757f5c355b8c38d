package wire

import (
	"time"

	"vigie/triage"
)

// Shown is what the caller was shown, the latest day first. Days on which nothing was are left out.
type Shown struct {
	Days []ShownDay `json:"days"`
}

// ShownDay is what was shown on one day.
type ShownDay struct {
	Day     string      `json:"day"`               // 2026-11-23
	Persons int         `json:"persons,omitempty"` // to how many people, of a team
	Few     bool        `json:"few,omitempty"`     // to too few for it to be told
	Looks   []LookCount `json:"looks"`
}

// LookCount is how much was shown in one way, and how long that was on the screen.
type LookCount struct {
	Look    string `json:"look" enum:"blurred,grey,colour,full,tiles,names"`
	Number  int    `json:"number"`  // of pictures; of names, of files
	Seconds int    `json:"seconds"` // rounded
}

// OthersShown is what others were shown, as the organisation lets a supervisor know.
type OthersShown struct {
	Policy  string       `json:"policy" enum:"team,persons"`
	Days    []ShownDay   `json:"days,omitempty"`    // of the team, the latest first
	Persons []ShownToOne `json:"persons,omitempty"` // by name
}

// ShownToOne is what one person was shown.
type ShownToOne struct {
	Account string     `json:"account"`
	Name    string     `json:"name"`
	Days    []ShownDay `json:"days"`
}

// NewShown converts what somebody was shown.
func NewShown(days []triage.ShownDay) Shown { return Shown{newShownDays(days, false)} }

// NewOthersShown converts what others were.
func NewOthersShown(policy triage.CountPolicy, team []triage.ShownDay, persons []triage.ShownTo) OthersShown {
	w := OthersShown{Policy: string(policy), Days: newShownDays(team, true)}
	for _, p := range persons {
		w.Persons = append(w.Persons, ShownToOne{p.Account.ID, p.Account.Name, newShownDays(p.Days, false)})
	}
	return w
}

func newShownDays(days []triage.ShownDay, team bool) []ShownDay {
	list := make([]ShownDay, len(days))
	for i, d := range days {
		list[i] = ShownDay{Day: d.Day.Format(time.DateOnly), Few: d.Few, Looks: []LookCount{}}
		if team && !d.Few {
			list[i].Persons = d.Persons
		}
		for _, look := range triage.Looks {
			if c, shown := d.Looks[look]; shown {
				list[i].Looks = append(list[i].Looks, LookCount{string(look), c.N, int(c.Time.Round(time.Second).Seconds())})
			}
		}
	}
	return list
}
