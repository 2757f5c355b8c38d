package rest

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) notices(g *guard.Guard) {
	g.Handle(fiber.MethodGet, "/v1/notices", guard.For(triage.Examiner, triage.Reviewer, triage.Supervisor), h.listNotices)
	g.Handle(fiber.MethodPost, "/v1/exhibits/:id/links/:link/read", guard.For(triage.Examiner), h.readNotice)
}

func (h *Handlers) listNotices(c *fiber.Ctx) error {
	offset, err := strconv.Atoi(c.Query("offset", "0"))
	if err != nil || offset < 0 {
		return triage.E(triage.Invalid, "read notices", "", "offset is a number from 0", err)
	}
	limit, err := strconv.Atoi(c.Query("limit", strconv.Itoa(queuePage)))
	if err != nil || limit < 1 || limit > maxQueuePage {
		return triage.E(triage.Invalid, "read notices", "", "limit is a number from 1 to 500", err)
	}
	list, total, err := h.Notices.List(guard.Context(c), guard.Session(c).Actor, offset, limit)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewNotices(total, list))
}

func (h *Handlers) readNotice(c *fiber.Ctx) error {
	id, err := identifier(c, "id", "x", 16)
	if err != nil {
		return err
	}
	link, _ := url.PathUnescape(c.Params("link")) //nolint:errcheck // what cannot be read names no link
	a, err := triage.ParseAdditionID(link)
	if err != nil {
		return err
	}
	if err := h.Notices.Read(guard.Context(c), guard.Session(c).Actor, triage.ExhibitID(id), a); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
