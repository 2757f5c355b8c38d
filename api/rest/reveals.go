package rest

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) reveals(g *guard.Guard) {
	reviewer := guard.For(triage.Reviewing...)
	g.Handle(fiber.MethodPost, "/v1/groups/:id/reveals", reviewer, h.reveal)
	g.Handle(fiber.MethodGet, "/v1/reveals/:id/pictures/:n", reviewer, h.picture)
	g.Handle(fiber.MethodGet, "/v1/reveals/:id/names", reviewer, h.names)
	g.Handle(fiber.MethodGet, "/v1/me/limits", reviewer, h.limits)
	g.Handle(fiber.MethodPut, "/v1/me/limits", reviewer, h.setLimits)
}

func (h *Handlers) reveal(c *fiber.Ctx) error {
	id, err := groupID(c)
	if err != nil {
		return err
	}
	q, err := question[wire.RevealRequest](c)
	if err != nil {
		return err
	}
	grant, err := h.granted(c, id, q)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(wire.NewReveal(grant))
}

// granted asks for what a request wants to see.
func (h *Handlers) granted(c *fiber.Ctx, id triage.GroupID, q wire.RevealRequest) (triage.Grant, error) {
	ctx, by := guard.Context(c), guard.Session(c)
	if triage.Sight(q.Sight) == triage.SeeNames {
		return h.Review.RevealNames(ctx, by, id, q.Reason)
	}
	step, err := triage.ParseRevealStep(q.Step)
	if err != nil {
		return triage.Grant{}, err
	}
	switch triage.Sight(q.Sight) {
	case triage.SeeTiles:
		tiles, err := triage.ParseTiles(q.Tiles)
		if err != nil {
			return triage.Grant{}, err
		}
		return h.Review.RevealTiles(ctx, by, id, triage.TilesWish{Picture: q.Picture, Media: q.Media, Tiles: tiles, Step: step, Reason: q.Reason})
	case triage.SeeFrames:
		wish := triage.FramesWish{Film: q.Picture, Media: q.Media, From: milliseconds(q.FromMS), To: -1, Step: step, Reason: q.Reason}
		if q.ToMS != nil {
			wish.To = max(milliseconds(*q.ToMS), 0)
		}
		return h.Review.RevealFrames(ctx, by, id, wish)
	case triage.SeePictures, "":
		return h.Review.Reveal(ctx, by, id, step, q.Reason)
	}
	return triage.Grant{}, triage.E(triage.Invalid, "reveal a group", "", "what can be seen is pictures, tiles, frames or names", nil)
}

// picture is the one address of this interface that answers with what can be seen.
func (h *Handlers) picture(c *fiber.Ctx) error {
	id, err := identifier(c, "id", "r", 24)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(c.Params("n"))
	if err != nil {
		return triage.E(triage.NotFound, "show a picture", id, "this reveal has no such picture", err)
	}
	picture, err := h.Review.Picture(guard.Context(c), guard.Session(c), id, n)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/jpeg")
	return c.Send(picture)
}

// names answers with names and paths, which stand in no other answer of this interface but in findings.
func (h *Handlers) names(c *fiber.Ctx) error {
	id, err := identifier(c, "id", "r", 24)
	if err != nil {
		return err
	}
	list, err := h.Review.Names(guard.Context(c), guard.Session(c), id)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewNames(list))
}

func (h *Handlers) limits(c *fiber.Ctx) error {
	own, err := h.Review.OwnRules(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewOwnRules(own))
}

func (h *Handlers) setLimits(c *fiber.Ctx) error {
	q, err := question[wire.Limits](c)
	if err != nil {
		return err
	}
	if err := h.Review.SetLimits(guard.Context(c), guard.Session(c).Actor, q.Limits()); err != nil {
		return err
	}
	return h.limits(c)
}

// milliseconds converts what somebody wrote; what is longer than any film is as long as that.
func milliseconds(ms int64) time.Duration {
	const longest = int64(24 * time.Hour * 365 / time.Millisecond)
	return time.Duration(min(max(ms, -1), longest)) * time.Millisecond
}
