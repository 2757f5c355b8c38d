package rest

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) overview(g *guard.Guard) {
	g.Handle(fiber.MethodGet, "/v1/overview", guard.For(triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin), h.readOverview)
}

func (h *Handlers) readOverview(c *fiber.Ctx) error {
	v, err := h.Overviews.Read(guard.Context(c), guard.Session(c).Actor, time.UTC)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewOverview(v))
}
