package web

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/triage"
)

// next leads to the group that its reader holds from then on, of those that the filter lets through, or back to the queue when there is none.
func (p *Pages) next(c *fiber.Ctx) error {
	form := readQueueForm(func(name string) string { return field(c, name) })
	f, err := form.parse()
	if err != nil {
		return err
	}
	g, err := p.Review.Next(guard.Context(c), guard.Session(c).Actor, f)
	if triage.IsKind(err, triage.NotFound) {
		return seeOther(c, form.address(url.Values{"next": {"none"}}))
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/groups/"+url.PathEscape(string(g.ID)))
}

// renewEvery is between two signs of life of a group's page: a few may be lost before the lease is.
const renewEvery = triage.ClaimLife / 4

// RenewEvery tells the page, in seconds.
func (groupBody) RenewEvery() int  { return int(renewEvery.Seconds()) }
func (revealBody) RenewEvery() int { return int(renewEvery.Seconds()) }

// renewed is what the page says of a lease from now on.
type renewed struct {
	Tag string `json:"tag"`
	How string `json:"how"`
}

// renew answers a group's page that is still looked at.
func (p *Pages) renew(c *fiber.Ctx) error {
	claim, err := p.Review.Renew(guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id")))
	if err != nil {
		return err
	}
	l := language(c)
	until := i18n.Clock(l, claim.Until.In(p.o.Zone))
	return c.JSON(renewed{Tag: texts.T(l, "claim.mine", until), How: texts.T(l, "claim.mine.how", until)})
}
