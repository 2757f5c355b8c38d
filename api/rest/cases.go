package rest

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) cases(g *guard.Guard) {
	admin := guard.For(triage.Admin)
	readers := guard.For(triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin)
	g.Handle(fiber.MethodGet, "/v1/cases", readers, h.listCases)
	g.Handle(fiber.MethodGet, "/v1/cases/:id", readers, h.showCase)
	g.Handle(fiber.MethodPost, "/v1/cases/:id/custody", guard.For(triage.Examiner), h.holdCase)
	g.Handle(fiber.MethodPost, "/v1/cases/:id/close", admin, func(c *fiber.Ctx) error { return changeCase(c, h.Cases.Close) })
	g.Handle(fiber.MethodPost, "/v1/cases/:id/reopen", admin, func(c *fiber.Ctx) error { return changeCase(c, h.Cases.Reopen) })
}

func (h *Handlers) listCases(c *fiber.Ctx) error {
	list, err := h.Cases.List(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewCases(list))
}

func (h *Handlers) showCase(c *fiber.Ctx) error {
	id, err := identifier(c, "id", "k", 16)
	if err != nil {
		return err
	}
	k, err := h.Cases.Find(guard.Context(c), guard.Session(c).Actor, triage.CaseID(id))
	if err != nil {
		return err
	}
	return c.JSON(wire.NewCase(k))
}

func (h *Handlers) holdCase(c *fiber.Ctx) error {
	id, err := identifier(c, "id", "k", 16)
	if err != nil {
		return err
	}
	q, err := question[wire.HoldCase](c)
	if err != nil {
		return err
	}
	k, err := h.Cases.Hold(guard.Context(c), guard.Session(c).Actor, triage.CaseID(id), q.Until)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewCase(k))
}

// changeCase answers before all is done: that may take a while.
func changeCase(c *fiber.Ctx, change func(context.Context, triage.Actor, triage.CaseID, string) (triage.Case, error)) error {
	id, err := identifier(c, "id", "k", 16)
	if err != nil {
		return err
	}
	q, err := question[wire.ChangeCase](c)
	if err != nil {
		return err
	}
	k, err := change(guard.Context(c), guard.Session(c).Actor, triage.CaseID(id), q.Reference)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(wire.NewCase(k))
}
