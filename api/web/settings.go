package web

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

// settingsBody is the page on which people limit what they are shown.
type settingsBody struct {
	Own     triage.OwnRules
	Form    triage.RevealLimits
	Saved   bool
	Problem error
}

// Firsts and Highests are the steps to choose from: those that the role may see.
func (b settingsBody) Firsts() []triage.RevealStep {
	return triage.RevealSteps[1 : b.Own.Role.Within(triage.RevealLimits{}).Highest.Rung()+1]
}

func (b settingsBody) Highests() []triage.RevealStep {
	return triage.RevealSteps[:b.Own.Role.Within(triage.RevealLimits{}).Highest.Rung()+1]
}

// Breaks are the minutes to choose from after which a break comes: and what was chosen otherwise.
func (b settingsBody) Breaks() []int {
	minutes := []int{20, 30, 40, 50}
	if n := b.Form.BreakAfter; n > 0 && !slices.Contains(minutes, n) {
		minutes = append(minutes, n)
	}
	slices.Sort(minutes)
	return minutes
}

// Rules are what counts, with a step where nothing else is said.
func (b settingsBody) Rules() triage.RevealRules { return b.Own.Rules.Within(triage.RevealLimits{}) }

func (p *Pages) settings(c *fiber.Ctx) error {
	own, err := p.Review.OwnRules(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return p.show(c, "settings", page{Body: settingsBody{Own: own, Form: own.Set, Saved: c.Query("saved") != ""}}, "settings.title")
}

func (p *Pages) changeSettings(c *fiber.Ctx) error {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	form := triage.RevealLimits{
		First: triage.RevealStep(field(c, "first")), Highest: triage.RevealStep(field(c, "highest")), Grey: field(c, "grey") != "",
		NoJumps: field(c, "no-jumps") != "", NoTiles: field(c, "no-tiles") != "", NoNames: field(c, "no-names") != "",
	}
	form.BreakAfter, _ = strconv.Atoi(field(c, "break-after")) //nolint:errcheck // what is no number is as the organisation has it
	problem := p.Review.SetLimits(ctx, by, form)
	if problem == nil {
		return seeOther(c, "/settings?saved=1")
	}
	if !correctable(problem) {
		return problem
	}
	own, err := p.Review.OwnRules(ctx, by)
	if err != nil {
		return err
	}
	c.Status(wire.NewProblem(problem).Status)
	return p.show(c, "settings", page{Path: "/settings", Body: settingsBody{Own: own, Form: form, Problem: problem}}, "settings.title")
}
