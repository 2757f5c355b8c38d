package rest

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) reveals(g *guard.Guard) {
	reviewer := guard.For(triage.Reviewing...)
	g.Handle(fiber.MethodPost, "/v1/groups/:id/reveals", reviewer, h.reveal)
	g.Handle(fiber.MethodGet, "/v1/reveals/:id/pictures/:n", reviewer, h.picture)
}

func (h *Handlers) reveal(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	q, err := question[wire.RevealRequest](c)
	if err != nil {
		return err
	}
	step, err := triage.ParseRevealStep(q.Step)
	if err != nil {
		return err
	}
	grant, err := h.Review.Reveal(guard.Context(c), guard.Session(c), id, step, q.Reason)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(wire.NewReveal(grant))
}

// picture is the one address of this interface that answers with what can be seen.
func (h *Handlers) picture(c *fiber.Ctx) error {
	id, err := identifier(c, "id", "r", 24)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(c.Params("n"))
	if err != nil {
		return triage.E(triage.NotFound, "show a picture", id, "this reveal has no such picture", err)
	}
	picture, err := h.Review.Picture(guard.Context(c), guard.Session(c), id, n)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/jpeg")
	return c.Send(picture)
}
