package rest

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) access(g *guard.Guard) {
	g.Handle(fiber.MethodGet, "/v1/me", guard.SignedIn(), func(c *fiber.Ctx) error {
		return c.JSON(wire.NewMe(guard.Session(c).Actor))
	})
	g.Handle(fiber.MethodPost, "/v1/links", guard.SignedIn(), h.newLink)
}

// newLink makes a sign-in link for the caller's own account.
func (h *Handlers) newLink(c *fiber.Ctx) error {
	me := guard.Session(c).Actor
	secret, err := h.Access.NewLink(guard.Context(c), me, me.ID, true, triage.LinkLife)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(wire.Link{
		URLPath: "/signin/" + secret, Expires: h.Access.Now().UTC().Add(triage.LinkLife),
	})
}
