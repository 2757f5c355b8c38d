package rest

import (
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) service(g *guard.Guard) error {
	doc, err := wire.OpenAPI(h.Version)
	if err != nil {
		return err
	}
	g.Handle(fiber.MethodGet, "/healthz", guard.Public(), func(c *fiber.Ctx) error {
		return c.JSON(wire.Health{Status: "ok", Version: h.Version})
	})
	g.Handle(fiber.MethodGet, "/readyz", guard.Public(), h.ready)
	metrics := h.Metrics
	if metrics == nil {
		metrics = http.NotFoundHandler()
	}
	g.Handle(fiber.MethodGet, "/metrics", guard.For(triage.Admin), adaptor.HTTPHandler(metrics))
	g.Handle(fiber.MethodGet, "/openapi.json", guard.Public(), func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.Send(doc)
	})
	return nil
}

func (h *Handlers) ready(c *fiber.Ctx) error {
	r := wire.NewReadiness(h.Version, h.Conditions(guard.Context(c)))
	if r.Status == string(triage.Down) { // of all else the service answers, and so clients need not go elsewhere
		c.Status(fiber.StatusServiceUnavailable)
		c.Set(fiber.HeaderRetryAfter, "1")
	}
	return c.JSON(r)
}
