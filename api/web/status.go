package web

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

type statusBody struct {
	Worst      triage.ConditionState
	Conditions []triage.Condition
	Rehash     *triage.RehashRun // nil: not for this reader, or not known
}

// status shows how each part of the service fares, as /readyz tells it to machines, and administrators how far a rehash
// has come.
func (p *Pages) status(c *fiber.Ctx) error {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	all := p.Conditions(ctx)
	body, pg := statusBody{Worst: triage.Worst(all), Conditions: all}, page{}
	if by.Role == triage.Admin {
		if run, err := p.Rehash.Status(ctx, by); err == nil { // else a condition says what is wrong
			body.Rehash = &run
		}
	}
	if body.Rehash != nil && body.Rehash.Active() {
		pg.Live, pg.Refresh = true, drivesRefresh
	}
	pg.Body = body
	return p.show(c, "status", pg, "status.title")
}
