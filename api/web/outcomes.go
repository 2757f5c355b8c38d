package web

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

const outcomesShown = 20

// outcomeRow is what came of a case, as a page tells it.
type outcomeRow struct {
	triage.OutcomeNotice
	ByName string
}

type outcomesBody struct {
	Rows  []outcomeRow
	Pager pager
}

// outcomes tells somebody what came of the cases that they worked on.
func (p *Pages) outcomes(c *fiber.Ctx) error {
	ctx := guard.Context(c)
	told, err := p.Outcomes.Told(ctx, guard.Session(c).Actor)
	if err != nil {
		return err
	}
	body := outcomesBody{Pager: newPager(c, "/outcomes", outcomesShown)}
	for _, n := range stretch(&body.Pager, told) {
		body.Rows = append(body.Rows, outcomeRow{n, p.Access.Name(ctx, n.By)})
	}
	return p.show(c, "outcomes", page{Path: "/outcomes", Body: body}, "outcomes.title")
}

func (p *Pages) readOutcome(c *fiber.Ctx) error {
	event, err := strconv.ParseUint(c.Params("outcome"), 10, 64)
	if err != nil {
		return triage.E(triage.NotFound, "take note of an outcome", "", "you are told of no such outcome", nil)
	}
	if err := p.Outcomes.Read(guard.Context(c), guard.Session(c).Actor, event); err != nil {
		return err
	}
	return seeOther(c, "/outcomes")
}

// outcomeForm is what somebody says of a case on its page.
type outcomeForm struct {
	What []triage.OutcomeCode
	Note string
	Told string // how many people were told just now; empty: nothing was recorded just now
}

// Has reports whether a box is ticked.
func (f outcomeForm) Has(code triage.OutcomeCode) bool {
	for _, what := range f.What {
		if what == code {
			return true
		}
	}
	return false
}

// recordOutcome takes what came of a case.
func (p *Pages) recordOutcome(c *fiber.Ctx) error {
	form := caseForm{outcome: outcomeForm{Note: field(c, "note")}}
	for _, raw := range c.Context().PostArgs().PeekMulti("what") {
		form.outcome.What = append(form.outcome.What, triage.OutcomeCode(raw))
	}
	told, err := p.Outcomes.Record(guard.Context(c), guard.Session(c).Actor, triage.CaseID(c.Params("id")), form.outcome.What, form.outcome.Note)
	if err == nil {
		return seeOther(c, "/cases/"+url.PathEscape(c.Params("id"))+"?told="+strconv.Itoa(told)+"#outcome")
	}
	form.outcome.Told = "-"
	return p.afterCase(c, form, err)
}

// outcomesOf are what came of a case, for its page.
func (p *Pages) outcomesOf(c *fiber.Ctx, id triage.CaseID) (rows []outcomeRow, err error) {
	ctx := guard.Context(c)
	list, err := p.Outcomes.Of(ctx, guard.Session(c).Actor, id)
	for _, o := range list {
		rows = append(rows, outcomeRow{triage.OutcomeNotice{CaseOutcome: o}, p.Access.Name(ctx, o.By)})
	}
	return rows, err
}
