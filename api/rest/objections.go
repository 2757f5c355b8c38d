package rest

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) objections(g *guard.Guard) {
	admin := guard.For(triage.Admin)
	g.Handle(fiber.MethodGet, "/v1/sets/:id/objections", admin, h.listObjections)
	g.Handle(fiber.MethodPost, "/v1/sets/:id/entries/:entry", admin, h.objectToEntry)
}

func (h *Handlers) listObjections(c *fiber.Ctx) error {
	id, err := setID(c)
	if err != nil {
		return err
	}
	list, err := h.Sets.Objections(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewObjections(list))
}

func (h *Handlers) objectToEntry(c *fiber.Ctx) error {
	id, err := setID(c)
	if err != nil {
		return err
	}
	line, err := strconv.ParseUint(c.Params("entry"), 10, 32)
	if err != nil {
		return triage.E(triage.NotFound, "read address", "", "an entry is named by its line in the list, from 1", err)
	}
	q, err := question[wire.ObjectToEntry](c)
	if err != nil {
		return err
	}
	o, err := h.Sets.Object(guard.Context(c), guard.Session(c).Actor, id, uint32(line), q.EntryState(), q.Reason)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewObjected(o))
}
