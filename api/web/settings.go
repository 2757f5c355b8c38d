package web

import (
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
