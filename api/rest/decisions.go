package rest

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) decisions(g *guard.Guard) {
	reviewer := guard.For(triage.Reviewing...)
	g.Handle(fiber.MethodGet, "/v1/categories", guard.For(triage.Reviewer, triage.Supervisor, triage.Admin), h.categories)
	g.Handle(fiber.MethodPost, "/v1/groups/:id/decision", reviewer, h.decide)
	g.Handle(fiber.MethodDelete, "/v1/groups/:id/decision", reviewer, h.undecide)
	g.Handle(fiber.MethodPost, "/v1/groups/:id/confirmation", reviewer, h.confirm)
	g.Handle(fiber.MethodGet, "/v1/groups/:id/folder", reviewer, h.folder)
	g.Handle(fiber.MethodPost, "/v1/groups/:id/folder", reviewer, h.decideFolder)
	g.Handle(fiber.MethodGet, "/v1/awaiting", reviewer, h.awaiting)
	g.Handle(fiber.MethodPost, "/v1/awaiting/next", reviewer, h.nextAwaiting)
}

func (h *Handlers) categories(c *fiber.Ctx) error {
	return c.JSON(wire.NewScheme(h.Review.Categories()))
}

func (h *Handlers) decide(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	q, err := question[wire.DecisionRequest](c)
	if err != nil {
		return err
	}
	ctx, by := guard.Context(c), guard.Session(c).Actor
	var d triage.Decision
	if q.SameAs != "" {
		d, err = h.Review.DecideAs(ctx, by, id, triage.GroupID(q.SameAs), triage.Verdict(q.Verdict), q.Note)
	} else {
		d, err = h.Review.Decide(ctx, by, id, q.Opinion())
	}
	if err != nil {
		return err
	}
	return c.JSON(wire.NewDecision(d))
}

func (h *Handlers) folder(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	v, err := h.Review.Folder(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewFolder(v))
}

func (h *Handlers) decideFolder(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	q, err := question[wire.FolderRequest](c)
	if err != nil {
		return err
	}
	o := triage.Opinion{Verdict: triage.Verdict(q.Verdict), Note: q.Note}
	outcome, err := h.Review.DecideFolder(guard.Context(c), guard.Session(c).Actor, id, q.IDs(), o)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewFolderOutcome(outcome))
}

func (h *Handlers) undecide(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	if err := h.Review.Undo(guard.Context(c), guard.Session(c).Actor, id); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (h *Handlers) confirm(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	q, err := question[wire.ConfirmationRequest](c)
	if err != nil {
		return err
	}
	verdict, err := triage.ParseVerdict(q.Verdict)
	if err != nil {
		return err
	}
	d, err := h.Review.Confirm(guard.Context(c), guard.Session(c).Actor, id, verdict, q.Media)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewDecision(d))
}

func (h *Handlers) awaiting(c *fiber.Ctx) error {
	offset, err := strconv.Atoi(c.Query("offset", "0"))
	if err != nil || offset < 0 {
		return triage.E(triage.Invalid, "read what awaits a second opinion", "", "offset is a number from 0", err)
	}
	limit, err := strconv.Atoi(c.Query("limit", strconv.Itoa(queuePage)))
	if err != nil || limit < 1 || limit > maxQueuePage {
		return triage.E(triage.Invalid, "read what awaits a second opinion", "", "limit is a number from 1 to 500", err)
	}
	groups, total, err := h.Review.Awaiting(guard.Context(c), guard.Session(c).Actor, offset, limit)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewAwaiting(total, groups))
}

func (h *Handlers) nextAwaiting(c *fiber.Ctx) error {
	g, err := h.Review.NextAwaiting(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewGroup(g))
}
