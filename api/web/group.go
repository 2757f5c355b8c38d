package web

import (
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

const mediaShown = 50

// groupForm is what somebody wrote into the forms of a group's page, to be shown again beside what was wrong.
type groupForm struct {
	Step    triage.RevealStep
	Reason  string
	Opinion triage.Opinion

	Sight       triage.Sight // which form it was; empty: of the steps, or of the decision
	Picture     int
	Media       int // as the facts told
	Tiles       triage.Tiles
	TilesStep   triage.RevealStep
	TilesReason string
	NamesReason string
}

// member is one medium of a group: its facts, no name.
type member struct {
	triage.Medium
	Number   int
	Proposed bool        // it joined after the group was decided
	Modified []time.Time // in each exhibit
}

// matchesShown is how many matches of a medium are shown: the nearest.
const matchesShown = 5

// Alike are the nearest entries of sets, if any.
func (m member) Alike() []triage.Match { return m.Matches[:min(len(m.Matches), matchesShown)] }

type groupBody struct {
	Group      triage.Group
	Short      string
	Claim      claimState
	Whose      whose
	Assigning  assigning
	Cases      []string
	Opinions   []opinionRow // on record, the first one first
	Precedents []precedentRow
	Folder     triage.PlaceClass // of the program's folder in which it lies wholly; "": it does not
	DecidedBy  string            // name of who concluded what is proposed
	Mine       bool              // the reader gave one of them
	Undoable   bool              // and can take it back
	Scheme     *triage.Scheme
	Media      []member
	Pager      pager
	Ladder     ladder
	Form       groupForm
	Problem    error
}

// GroupID is whose page the forms of this one belong to.
func (b groupBody) GroupID() triage.GroupID { return b.Group.ID }

func (p *Pages) group(c *fiber.Ctx) error {
	return p.groupPage(c, groupForm{}, nil)
}

// groupPage shows a group, with the problem that a form of it met, if any.
func (p *Pages) groupPage(c *fiber.Ctx, form groupForm, problem error) error {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	id := triage.GroupID(c.Params("id"))
	sheet, err := p.Review.Sheet(ctx, by, id)
	if err != nil {
		return err
	}
	at := "/groups/" + url.PathEscape(string(id))
	body := groupBody{
		Group: sheet.Group, Short: short(id), Claim: p.claimOf(c, sheet.Group), Whose: p.whose(c, sheet.Group), Cases: sheet.Cases,
		Form: form, Problem: problem, Pager: newPager(c, at, mediaShown),
	}
	if body.Assigning, err = p.assigning(c); err != nil {
		return err
	}
	body.Assigning.May = body.Assigning.May && sheet.Group.Waits()
	if body.Ladder, err = p.ladder(c, id); err != nil {
		return err
	}
	if body.Form.Step == "" {
		body.Form.Step = body.Ladder.Next()
	}
	if body.Form.Media = len(sheet.Media); body.Form.Sight != triage.SeeTiles {
		body.Form.Picture, body.Form.TilesStep = 1, triage.StepGrey
	}
	body.Scheme = p.Review.Categories()
	p.opinions(c, &body)
	body.Precedents = p.precedents(c, sheet.Precedents)
	if place, wholly := triage.Wholly(sheet.Media); wholly {
		body.Folder = place.Class
	}
	for i, m := range stretch(&body.Pager, sheet.Media) {
		body.Media = append(body.Media, member{m, body.Pager.First() + i, sheet.Group.Proposes(m), modified(m)})
	}
	if problem != nil {
		c.Status(wire.NewProblem(problem).Status)
	}
	return p.show(c, "group", page{Path: at, Body: body}, "group.name", body.Short)
}

// modified returns the times at which a medium was modified, each once.
func modified(m triage.Medium) []time.Time {
	var times []time.Time
	for _, place := range m.Places {
		if !place.Modified.IsZero() && !slices.ContainsFunc(times, place.Modified.Equal) {
			times = append(times, place.Modified)
		}
	}
	return times
}

// correctable reports whether the reader of a form can do something about err on the same page.
func correctable(err error) bool {
	return triage.IsKind(err, triage.Invalid) || triage.IsKind(err, triage.Conflict)
}

// afterGroup leads back to the group, with what went wrong, if anything.
func (p *Pages) afterGroup(c *fiber.Ctx, form groupForm, err error) error {
	switch {
	case err == nil:
		return seeOther(c, "/groups/"+url.PathEscape(c.Params("id")))
	case correctable(err):
		return p.groupPage(c, form, err)
	}
	return err
}

func (p *Pages) claim(c *fiber.Ctx) error {
	_, err := p.Review.Claim(guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id")))
	return p.afterGroup(c, groupForm{}, err)
}

func (p *Pages) giveBack(c *fiber.Ctx) error {
	err := p.Review.Return(guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id")))
	return p.afterGroup(c, groupForm{}, err)
}
