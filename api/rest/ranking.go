package rest

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) ranking(g *guard.Guard) {
	readers := guard.For(triage.Reviewer, triage.Supervisor, triage.Admin)
	g.Handle(fiber.MethodGet, "/v1/ranking", readers, h.showRanking)
	g.Handle(fiber.MethodPut, "/v1/ranking", guard.For(triage.Reviewing...), h.changeRanking)
	g.Handle(fiber.MethodGet, "/v1/ranking/versions", readers, h.listWeights)
}

func (h *Handlers) showRanking(c *fiber.Ctx) error {
	ctx := guard.Context(c)
	r, err := h.Weighing.Ranking(ctx, guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewRanking(r, h.nameOf(c, r.WeightsVersion)))
}

// changeRanking answers before all groups are ranked by the new weights: that may take a while.
func (h *Handlers) changeRanking(c *fiber.Ctx) error {
	q, err := question[wire.ChangeWeights](c)
	if err != nil {
		return err
	}
	w, err := q.Weights.Domain()
	if err != nil {
		return err
	}
	if err := h.Weighing.Change(guard.Context(c), guard.Session(c).Actor, q.From, w, q.Reason); err != nil {
		return err
	}
	c.Status(fiber.StatusAccepted)
	return h.showRanking(c)
}

func (h *Handlers) listWeights(c *fiber.Ctx) error {
	list, err := h.Weighing.Versions(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	w := wire.WeightsVersions{Versions: make([]wire.WeightsVersion, len(list))}
	for i, v := range list {
		w.Versions[i] = wire.NewWeightsVersion(len(list)-1-i, v, h.nameOf(c, v))
	}
	return c.JSON(w)
}

// nameOf returns who put a version in force; "" of that which the program comes with.
func (h *Handlers) nameOf(c *fiber.Ctx, v triage.WeightsVersion) string {
	if v.By == "" {
		return ""
	}
	return h.Access.Name(guard.Context(c), v.By)
}
