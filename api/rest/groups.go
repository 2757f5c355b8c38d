package rest

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

const (
	queuePage    = 50  // groups, when the caller says nothing
	maxQueuePage = 500 // groups
)

func (h *Handlers) groups(g *guard.Guard) {
	reviewer := guard.For(triage.Reviewing...)
	g.Handle(fiber.MethodGet, "/v1/queue", reviewer, h.queue)
	g.Handle(fiber.MethodPost, "/v1/queue/next", reviewer, h.next)
	g.Handle(fiber.MethodGet, "/v1/groups/:id", reviewer, h.sheet)
	g.Handle(fiber.MethodPost, "/v1/groups/:id/claim", reviewer, h.claim)
	g.Handle(fiber.MethodDelete, "/v1/groups/:id/claim", reviewer, h.giveBack)
}

// groupID returns the group that the path names.
func groupID(c *fiber.Ctx) (triage.GroupID, error) {
	id, err := identifier(c, "id", "", 32)
	return triage.GroupID(id), err
}

// filter reads what narrows the queue.
func filter(c *fiber.Ctx) (triage.QueueFilter, error) {
	return triage.ParseQueueFilter(c.Query("case"), c.Query("unit"), c.Query("assigned"), c.Query("least"), c.Query("kind"), c.Query("from"), c.Query("until"))
}

func (h *Handlers) queue(c *fiber.Ctx) error {
	after, err := triage.ParseQueuePlace(c.Query("after"))
	if err != nil {
		return err
	}
	limit, err := strconv.Atoi(c.Query("limit", strconv.Itoa(queuePage)))
	if err != nil || limit < 1 || limit > maxQueuePage {
		return triage.E(triage.Invalid, "read the queue", "", "limit is a number from 1 to 500", err)
	}
	f, err := filter(c)
	if err != nil {
		return err
	}
	found, err := h.Review.Browse(guard.Context(c), guard.Session(c).Actor, f, after, limit)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewQueue(found))
}

func (h *Handlers) next(c *fiber.Ctx) error {
	f, err := filter(c)
	if err != nil {
		return err
	}
	g, err := h.Review.Next(guard.Context(c), guard.Session(c).Actor, f)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewGroup(g))
}

func (h *Handlers) sheet(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	s, err := h.Review.Sheet(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewSheet(s))
}

func (h *Handlers) claim(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	claim, err := h.Review.Claim(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewClaim(claim))
}

func (h *Handlers) giveBack(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	if err := h.Review.Return(guard.Context(c), guard.Session(c).Actor, id); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
