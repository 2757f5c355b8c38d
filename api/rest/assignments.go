package rest

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) assignments(g *guard.Guard) {
	supervisor := guard.For(triage.Supervisor)
	g.Handle(fiber.MethodGet, "/v1/assignments", guard.For(triage.Reviewing...), h.assignees)
	g.Handle(fiber.MethodPut, "/v1/groups/:id/assignment", supervisor, h.assignGroup)
	g.Handle(fiber.MethodDelete, "/v1/groups/:id/assignment", supervisor, h.takeBackGroup)
	g.Handle(fiber.MethodPut, "/v1/cases/:id/assignment", supervisor, h.assignCase)
	g.Handle(fiber.MethodDelete, "/v1/cases/:id/assignment", supervisor, h.takeBackCase)
}

func (h *Handlers) assignees(c *fiber.Ctx) error {
	list, err := h.Assigner.Assignees(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewAssignees(list))
}

func (h *Handlers) assignGroup(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	q, err := question[wire.Assign](c)
	if err != nil {
		return err
	}
	if err := h.Assigner.AssignGroup(guard.Context(c), guard.Session(c).Actor, id, q.To); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (h *Handlers) takeBackGroup(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	if err := h.Assigner.TakeBackGroup(guard.Context(c), guard.Session(c).Actor, id); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (h *Handlers) assignCase(c *fiber.Ctx) error {
	id, err := identifier(c, "id", "k", 16)
	if err != nil {
		return err
	}
	q, err := question[wire.Assign](c)
	if err != nil {
		return err
	}
	if err := h.Assigner.AssignCase(guard.Context(c), guard.Session(c).Actor, triage.CaseID(id), q.To); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (h *Handlers) takeBackCase(c *fiber.Ctx) error {
	id, err := identifier(c, "id", "k", 16)
	if err != nil {
		return err
	}
	if err := h.Assigner.TakeBackCase(guard.Context(c), guard.Session(c).Actor, triage.CaseID(id)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
