package web

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
)

// working are the templates of the pages on which somebody works, and is reminded of breaks.
var working = map[string]bool{"queue": true, "awaiting": true, "group": true, "reveal": true}

// remind has a page of work remind its reader of a break that is due. That it cannot be told holds up no page.
func (p *Pages) remind(c *fiber.Ctx, name string, pg *page) {
	by := pg.Session.Actor
	if !working[name] || !by.Role.Reviews() {
		return
	}
	due, err := p.Breaks.Due(guard.Context(c), by)
	pg.Break = due && err == nil
}

// calmBody is a page of words alone: nothing to do, nothing counted.
type calmBody struct {
	Out     bool   // signed out; else a break
	Support string // whom to turn to, in the organisation's words; empty: it gave none
}

// aBreak is where somebody takes a break.
func (p *Pages) aBreak(c *fiber.Ctx) error {
	return p.show(c, "calm", page{Calm: true, Body: calmBody{Support: p.o.Support}}, "break.title")
}

// out is where somebody comes who signed out.
func (p *Pages) out(c *fiber.Ctx) error {
	return p.show(c, "calm", page{Path: "/out", Calm: true, Body: calmBody{Out: true, Support: p.o.Support}}, "out.title")
}

// later puts the reminder off, and leads back to where it stood.
func (p *Pages) later(c *fiber.Ctx) error {
	if err := p.Breaks.Later(guard.Context(c), guard.Session(c).Actor); err != nil {
		return err
	}
	return seeOther(c, localPath(field(c, "back")))
}
