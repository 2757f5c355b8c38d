package rest

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) outcomes(g *guard.Guard) {
	reviewer := guard.For(triage.Reviewing...)
	readers := guard.For(triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin)
	g.Handle(fiber.MethodGet, "/v1/cases/:id/outcomes", readers, h.outcomesOf)
	g.Handle(fiber.MethodPost, "/v1/cases/:id/outcomes", guard.For(triage.Examiner, triage.Supervisor, triage.Admin), h.recordOutcome)
	g.Handle(fiber.MethodGet, "/v1/me/outcomes", reviewer, h.toldOutcomes)
	g.Handle(fiber.MethodPost, "/v1/me/outcomes/:outcome/read", reviewer, h.readOutcome)
}

func (h *Handlers) outcomesOf(c *fiber.Ctx) error {
	id, err := identifier(c, "id", "k", 16)
	if err != nil {
		return err
	}
	list, err := h.Outcomes.Of(guard.Context(c), guard.Session(c).Actor, triage.CaseID(id))
	if err != nil {
		return err
	}
	return c.JSON(wire.NewCaseOutcomes(list))
}

func (h *Handlers) recordOutcome(c *fiber.Ctx) error {
	id, err := identifier(c, "id", "k", 16)
	if err != nil {
		return err
	}
	q, err := question[wire.RecordOutcome](c)
	if err != nil {
		return err
	}
	told, err := h.Outcomes.Record(guard.Context(c), guard.Session(c).Actor, triage.CaseID(id), q.Codes(), q.Note)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(wire.OutcomeRecorded{Told: told})
}

func (h *Handlers) toldOutcomes(c *fiber.Ctx) error {
	list, err := h.Outcomes.Told(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewOutcomeNotices(list))
}

func (h *Handlers) readOutcome(c *fiber.Ctx) error {
	event, err := strconv.ParseUint(c.Params("outcome"), 10, 64)
	if err != nil {
		return triage.E(triage.NotFound, "take note of an outcome", "", "you are told of no such outcome", nil)
	}
	if err := h.Outcomes.Read(guard.Context(c), guard.Session(c).Actor, event); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
