package rest

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) checks(g *guard.Guard) {
	g.Handle(fiber.MethodPost, "/v1/checks", guard.For(triage.Unit), h.check)
}

func (h *Handlers) check(c *fiber.Ctx) error {
	q, err := question[wire.CheckRequest](c)
	if err != nil {
		return err
	}
	answers, err := h.Checks.Ask(guard.Context(c), guard.Session(c).Actor, q.CheckInputs())
	if err != nil {
		return err
	}
	return c.JSON(wire.NewCheckResponse(answers))
}
