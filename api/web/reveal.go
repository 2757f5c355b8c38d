package web

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

// picture is one picture of a reveal: Index as its address has it, Number as people count.
type picture struct {
	Index, Number int
	Film          bool
	At            time.Duration // in the film
}

type revealBody struct {
	Grant    triage.Grant
	Short    string
	Seconds  int // left
	Count    int // of the group's media, when it was granted
	Pictures []picture
	Names    triage.NameList
	Ladder   ladder
	Form     groupForm
}

// Films are the numbers of the videos of which there are stills.
func (b revealBody) Films() (numbers []int) {
	for _, p := range b.Pictures {
		if p.Film && !slices.Contains(numbers, p.Number) {
			numbers = append(numbers, p.Number)
		}
	}
	return numbers
}

// GroupID is whose page the forms of this one belong to.
func (b revealBody) GroupID() triage.GroupID { return b.Grant.Group }

// ladder is where a reviewer stands on the steps of a group's reveal, and what else may be asked for.
type ladder struct {
	Reached   triage.RevealStep   // the highest that was granted in this claim
	Offered   []triage.RevealStep // that may be asked for now, the least first
	TileSteps []triage.RevealStep // at which tiles may be
	Names     bool                // names may be
	Grey      bool                // nothing is shown in colour
}

func (p *Pages) ladder(c *fiber.Ctx, id triage.GroupID) (ladder, error) {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	reached, err := p.Review.Reached(ctx, by, id)
	if err != nil {
		return ladder{}, err
	}
	own, err := p.Review.OwnRules(ctx, by)
	return newLadder(own.Rules, reached), err
}

func newLadder(rules triage.RevealRules, reached triage.RevealStep) ladder {
	return ladder{reached, rules.Offered(reached), rules.TileSteps(), rules.Names, rules.Grey}
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
	ctx, by := guard.Context(c), guard.Session(c)
	grant, err := p.Review.Grant(ctx, by, c.Params("id"))
	if err != nil {
		return err
	}
	body := revealBody{
		Grant: grant, Short: short(grant.Group), Count: grant.Of, Pictures: picturesOf(&grant),
		Seconds: max(1, int(grant.Expires.Sub(p.o.Now()).Seconds())),
		Form:    groupForm{Media: grant.Of, Picture: 1, Tiles: grant.Tiles, TilesStep: triage.StepGrey},
	}
	body.Form.Step = grant.Step
	if grant.Sight == triage.SeeTiles {
		body.Form.Picture, body.Form.TilesStep = body.Pictures[0].Number, grant.Step
	}
	if grant.Sight == triage.SeeNames {
		if body.Names, err = p.Review.Names(ctx, by, grant.ID); err != nil {
			return err
		}
	}
	if body.Ladder, err = p.ladder(c, grant.Group); err != nil {
		return err
	}
	return p.show(c, "reveal", page{Refresh: body.Seconds + 1, Body: body}, "reveal.title", body.Short)
}

// picturesOf are the pictures of a grant, with their numbers among the group's media.
func picturesOf(g *triage.Grant) (list []picture) {
	for i := range g.Media {
		at, film := g.Still(i)
		list = append(list, picture{i, g.Numbers[i], film, at})
	}
	return list
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
