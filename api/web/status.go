package web

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

type statusBody struct {
	Worst      triage.ConditionState
	Conditions []triage.Condition
}

// status shows how each part of the service fares, as /readyz tells it to machines.
func (p *Pages) status(c *fiber.Ctx) error {
	all := p.Conditions(guard.Context(c))
	return p.show(c, "status", page{Body: statusBody{triage.Worst(all), all}}, "status.title")
}
