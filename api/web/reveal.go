package web

import (
	"slices"
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
	Ladder   ladder
}

// ladder is where a reviewer stands on the steps of a group's reveal.
type ladder struct {
	Reached triage.RevealStep   // the highest that was granted in this claim
	Offered []triage.RevealStep // that may be asked for now, the least first
}

func (p *Pages) ladder(c *fiber.Ctx, id triage.GroupID) (ladder, error) {
	reached, err := p.Review.Reached(guard.Context(c), guard.Session(c).Actor, id)
	return ladder{reached, p.Review.Rules.Offered(reached)}, err
}

// Next is the lowest step above those that were granted, or the lowest of all where there is none; empty: nothing is offered.
func (l ladder) Next() triage.RevealStep {
	for _, s := range l.Offered {
		if s.Rung() > l.Reached.Rung() {
			return s
		}
	}
	if len(l.Offered) > 0 {
		return l.Offered[0]
	}
	return ""
}

// Further reports whether a step above those that were granted is offered.
func (l ladder) Further() bool { return l.Next().Rung() > l.Reached.Rung() }

// Reasoned reports whether whoever asks for the step must state why.
func (l ladder) Reasoned(step triage.RevealStep) bool { return triage.NeedsReason(l.Reached, step) }

// MustReason reports whether that holds for each step that is offered.
func (l ladder) MustReason() bool {
	return !slices.ContainsFunc(l.Offered, func(s triage.RevealStep) bool { return !l.Reasoned(s) })
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
	if body.Ladder, err = p.ladder(c, grant.Group); err != nil {
		return err
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
