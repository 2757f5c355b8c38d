package web

import (
	"net/url"
	"slices"
	"strconv"
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
	Verdict triage.Verdict
	Note    string
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
	Group     triage.Group
	Short     string
	Claim     claimState
	Cases     []string
	DecidedBy string
	Media     []member
	Pager     pager
	Ladder    ladder
	Form      groupForm
	Problem   error
}

// Verdicts are the verdicts to choose from.
func (groupBody) Verdicts() []triage.Verdict {
	return []triage.Verdict{triage.Illegal, triage.NotIllegal, triage.Unsure}
}

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
		Group: sheet.Group, Short: short(id), Claim: p.claimOf(c, sheet.Group), Cases: sheet.Cases,
		Form: form, Problem: problem, Pager: newPager(c, at, mediaShown),
	}
	if body.Ladder, err = p.ladder(c, id); err != nil {
		return err
	}
	if body.Form.Step == "" {
		body.Form.Step = body.Ladder.Next()
	}
	if d := sheet.Group.Decision; d != nil {
		body.DecidedBy = p.Access.Name(ctx, d.By)
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

func (p *Pages) decide(c *fiber.Ctx) error {
	form := groupForm{Verdict: triage.Verdict(field(c, "verdict")), Note: field(c, "note")}
	verdict, err := triage.ParseVerdict(string(form.Verdict))
	if err == nil {
		_, err = p.Review.Decide(guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id")), verdict, form.Note)
	}
	if err != nil {
		return p.afterGroup(c, form, err)
	}
	return seeOther(c, "/queue?decided="+string(verdict))
}

// confirm takes over what the page proposed.
func (p *Pages) confirm(c *fiber.Ctx) error {
	verdict, err := triage.ParseVerdict(field(c, "verdict"))
	if err == nil {
		media, _ := strconv.Atoi(field(c, "media")) // what is no number is no proposal either
		_, err = p.Review.Confirm(guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id")), verdict, media)
	}
	if err != nil {
		return p.afterGroup(c, groupForm{}, err)
	}
	return seeOther(c, "/queue?decided="+string(verdict))
}

func (p *Pages) askReveal(c *fiber.Ctx) error {
	form := groupForm{Step: triage.RevealStep(field(c, "step")), Reason: field(c, "reason")}
	step, err := triage.ParseRevealStep(string(form.Step))
	var grant triage.Grant
	if err == nil {
		grant, err = p.Review.Reveal(guard.Context(c), guard.Session(c), triage.GroupID(c.Params("id")), step, form.Reason)
	}
	if err != nil {
		return p.afterGroup(c, form, err)
	}
	return seeOther(c, "/reveals/"+url.PathEscape(grant.ID))
}
