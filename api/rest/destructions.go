package rest

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) destructions(g *guard.Guard) {
	admin := guard.For(triage.Admin)
	g.Handle(fiber.MethodGet, "/v1/destructions", admin, h.listDestructions)
	g.Handle(fiber.MethodGet, "/v1/exhibits/:id/destruction", admin, h.showDestruction)
	g.Handle(fiber.MethodPost, "/v1/exhibits/:id/destruction", admin, h.proposeDestruction)
	g.Handle(fiber.MethodDelete, "/v1/exhibits/:id/destruction", admin, h.withdrawDestruction)
	g.Handle(fiber.MethodPost, "/v1/exhibits/:id/destruction/confirm", admin, h.confirmDestruction)
}

func (h *Handlers) listDestructions(c *fiber.Ctx) error {
	list, err := h.Destructions.List(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewDestructions(list))
}

func (h *Handlers) showDestruction(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	d, err := h.Destructions.Find(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewDestruction(d))
}

func (h *Handlers) proposeDestruction(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	q, err := question[wire.ProposeDestruction](c)
	if err != nil {
		return err
	}
	d, err := h.Destructions.Propose(guard.Context(c), guard.Session(c).Actor, id, q.Reference)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(wire.NewDestruction(d))
}

func (h *Handlers) withdrawDestruction(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	if err := h.Destructions.Withdraw(guard.Context(c), guard.Session(c).Actor, id); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// confirmDestruction answers before all is done: that may take a while.
func (h *Handlers) confirmDestruction(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	d, err := h.Destructions.Confirm(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(wire.NewDestruction(d))
}
