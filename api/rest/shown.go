package rest

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) shown(g *guard.Guard) {
	reviewer := guard.For(triage.Reviewing...)
	g.Handle(fiber.MethodGet, "/v1/me/shown", reviewer, h.ownShown)
	g.Handle(fiber.MethodGet, "/v1/shown", guard.For(triage.Supervisor), h.othersShown)
	g.Handle(fiber.MethodPut, "/v1/reveals/:id/hidden", reviewer, func(c *fiber.Ctx) error { return h.hide(c, true) })
	g.Handle(fiber.MethodDelete, "/v1/reveals/:id/hidden", reviewer, func(c *fiber.Ctx) error { return h.hide(c, false) })
}

func (h *Handlers) ownShown(c *fiber.Ctx) error {
	days, err := h.Shown.Own(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewShown(days))
}

func (h *Handlers) othersShown(c *fiber.Ctx) error {
	team, persons, err := h.Shown.Others(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewOthersShown(h.Shown.Policy, team, persons))
}

func (h *Handlers) hide(c *fiber.Ctx, hidden bool) error {
	id, err := identifier(c, "id", "r", 24)
	if err != nil {
		return err
	}
	if err := h.Review.Hide(guard.Context(c), guard.Session(c), id, hidden); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
