package rest

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

// readyTimeout bounds how long the stores may take to answer.
const readyTimeout = 5 * time.Second

func (h *Handlers) service(g *guard.Guard) error {
	doc, err := wire.OpenAPI(h.Version)
	if err != nil {
		return err
	}
	g.Handle(fiber.MethodGet, "/healthz", guard.Public(), func(c *fiber.Ctx) error {
		return c.JSON(wire.Health{Status: "ok", Version: h.Version})
	})
	g.Handle(fiber.MethodGet, "/readyz", guard.Public(), h.ready)
	g.Handle(fiber.MethodGet, "/openapi.json", guard.Public(), func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.Send(doc)
	})
	return nil
}

func (h *Handlers) ready(c *fiber.Ctx) error {
	ctx, stop := context.WithTimeout(guard.Context(c), readyTimeout)
	defer stop()
	if err := h.Ready(ctx); triage.IsKind(err, triage.Unavailable) {
		return err
	} else if err != nil {
		return triage.E(triage.Unavailable, "ask the stores", "", "a store does not answer: see the service's log", err)
	}
	health := wire.Health{Status: "ok", Version: h.Version}
	if err := h.Submission.Room.Check(ctx); err != nil { // all else goes on: it is no reason to send clients elsewhere
		health.Waiting = wire.NewProblem(err).Detail
	}
	return c.JSON(health)
}
