package web

import (
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

const noticesShown = 20

type noticesBody struct {
	Rows     []triage.Notice
	Total    int
	Pager    pager
	Examiner bool // who may take note
	Contact  string
	Scheme   *triage.Scheme
	Problem  error
}

// notices lists the links that its reader is to be told of.
func (p *Pages) notices(c *fiber.Ctx) error { return p.noticesPage(c, nil) }

func (p *Pages) noticesPage(c *fiber.Ctx, problem error) error {
	by := guard.Session(c).Actor
	body := noticesBody{
		Pager: newPager(c, "/notices", noticesShown), Examiner: by.Role == triage.Examiner, Contact: p.Checks.Contact, Scheme: p.Review.Categories(), Problem: problem,
	}
	rows, total, err := p.Notices.List(guard.Context(c), by, body.Pager.Offset, noticesShown)
	if err != nil {
		return err
	}
	body.Rows, body.Total, body.Pager.Total = rows, total, total
	if problem != nil {
		c.Status(wire.NewProblem(problem).Status)
	}
	return p.show(c, "notices", page{Path: "/notices", Body: body}, "notices.title")
}

func (p *Pages) readNotice(c *fiber.Ctx) error {
	link, _ := url.PathUnescape(c.Params("link")) //nolint:errcheck // what cannot be read names no link
	a, err := triage.ParseAdditionID(link)
	if err == nil {
		err = p.Notices.Read(guard.Context(c), guard.Session(c).Actor, triage.ExhibitID(c.Params("id")), a)
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/notices")
}

// count tells an examiner, beside the tab, how many notices there are to read, and who works the queue how many outcomes. That it cannot
// be told holds up no page.
func (p *Pages) count(c *fiber.Ctx, pg page) {
	path, unread := "/outcomes", p.Outcomes.Unread
	if pg.Session.Actor.Role == triage.Examiner {
		path, unread = "/notices", p.Notices.Unread
	}
	i := slices.IndexFunc(pg.Nav, func(t tab) bool { return t.Path == path })
	if i < 0 {
		return
	}
	if n, err := unread(guard.Context(c), pg.Session.Actor); err == nil {
		pg.Nav[i].Count = n
	}
}
