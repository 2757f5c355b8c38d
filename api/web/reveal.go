package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

// picture is one picture of a reveal: Index as its address has it, Number as people count.
type picture struct{ Index, Number int }

type revealBody struct {
	Grant    triage.Grant
	Short    string
	Seconds  int // left
	Count    int
	Pictures []picture
}

func (p *Pages) reveal(c *fiber.Ctx) error {
	grant, err := p.Review.Grant(guard.Context(c), guard.Session(c), c.Params("id"))
	if err != nil {
		return err
	}
	body := revealBody{
		Grant: grant, Short: short(grant.Group), Count: len(grant.Media),
		Seconds: max(1, int(grant.Expires.Sub(p.o.Now()).Seconds())),
	}
	for i := range grant.Media {
		body.Pictures = append(body.Pictures, picture{i, i + 1})
	}
	return p.show(c, "reveal", page{Refresh: body.Seconds + 1, Body: body}, "reveal.title", body.Short)
}

// picture sends one picture of a live grant. It may be neither kept nor used by another site.
func (p *Pages) picture(c *fiber.Ctx) error {
	n, err := strconv.Atoi(c.Params("n"))
	if err != nil {
		return triage.E(triage.NotFound, "show a picture", "", "this reveal has no such picture", nil)
	}
	jpeg, err := p.Review.Picture(guard.Context(c), guard.Session(c), c.Params("id"), n)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/jpeg")
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(jpeg)
}
