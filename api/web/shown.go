package web

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

// shownBody is the page on which people read what they were shown, and supervisors what the organisation lets them know of others.
type shownBody struct {
	Own     shownTable
	Others  bool // the reader is told something of others
	Team    []shownTable
	Persons []shownTable
}

// shownTable are the days of somebody, the latest first.
type shownTable struct {
	ID   string
	Name string // of another person
	Team bool
	Rows []shownRow
	Bars []shownBar // the days, the first of them first
	Most int        // pictures of a day
}

type shownRow struct {
	triage.ShownDay
	Cells []shownCell // by triage.Looks
	Sum   shownCell   // of pictures
}

type shownCell struct {
	N    int
	Time time.Duration
}

// shownBar is a day in the plot.
type shownBar struct{ X, Y, Height int }

const (
	barStep   = 12 // units of the plot, of which a day is wide
	barHeight = 80 // that the highest is high
	barDays   = 32 // that the plot has: as many days as triage.ShownKept touches
)

func newShownTable(id, name string, days []triage.ShownDay) shownTable {
	t := shownTable{ID: id, Name: name}
	for _, d := range days {
		row := shownRow{ShownDay: d, Sum: shownCell(d.Pictures())}
		for _, look := range triage.Looks {
			row.Cells = append(row.Cells, shownCell(d.Looks[look]))
		}
		t.Rows, t.Most = append(t.Rows, row), max(t.Most, row.Sum.N)
	}
	if t.Most == 0 {
		return t
	}
	for _, row := range slices.Backward(t.Rows) {
		ago := int(days[0].Day.Sub(row.Day).Round(24*time.Hour).Hours() / 24)
		h := (row.Sum.N*barHeight + t.Most - 1) / t.Most
		t.Bars = append(t.Bars, shownBar{(barDays - 1 - ago) * barStep, barHeight - h, h})
	}
	return t
}

// Plotted reports whether there is more than one day to compare.
func (t shownTable) Plotted() bool { return len(t.Bars) > 1 }

// Wide is how many units of the plot are.
func (shownTable) Wide() int { return barDays * barStep }

// First and Last are the days between which the plot lies.
func (t shownTable) First() time.Time { return t.Rows[len(t.Rows)-1].Day }
func (t shownTable) Last() time.Time  { return t.Rows[0].Day }

func (p *Pages) shown(c *fiber.Ctx) error {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	days, err := p.Shown.Own(ctx, by)
	if err != nil {
		return err
	}
	body := shownBody{Own: newShownTable("own", "", days), Others: p.Shown.Tells(by)}
	if body.Others {
		team, persons, err := p.Shown.Others(ctx, by)
		if err != nil {
			return err
		}
		body.fill(team, persons)
	}
	return p.show(c, "shown", page{Body: body}, "shown.title")
}

func (b *shownBody) fill(team []triage.ShownDay, persons []triage.ShownTo) {
	if len(team) > 0 {
		t := newShownTable("team", "", team)
		t.Team = true
		b.Team = []shownTable{t}
	}
	for _, p := range persons {
		b.Persons = append(b.Persons, newShownTable("of-"+p.Account.ID, p.Account.Name, p.Days))
	}
}

// hide takes from the page of a reveal that what it shows was hidden, or is shown again.
func (p *Pages) hide(c *fiber.Ctx) error {
	if err := p.Review.Hide(guard.Context(c), guard.Session(c), c.Params("id"), field(c, "again") == ""); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
