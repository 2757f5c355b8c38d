package web

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

// ending is what an administrator sees of the end of an exhibit.
type ending struct {
	State      triage.DestructionState // "": nobody proposed it
	Proposal   triage.Destruction
	ProposedBy string
	Mine       bool // the reader proposed it: somebody else confirms
	Expired    bool
	Alone      int // media that would be destroyed
	Shared     int // media that another exhibit holds
	Reference  string
	Problem    error
}

// ending says how far the end of an exhibit has come, and what would go.
func (p *Pages) ending(c *fiber.Ctx, id triage.ExhibitID, problem error) (*ending, error) {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	e := &ending{Problem: problem, Reference: field(c, "reference")}
	d, err := p.Destructions.Find(ctx, by, id)
	if triage.IsKind(err, triage.NotFound) {
		held, err := p.Destructions.Held(ctx, by, id)
		e.Alone, e.Shared = held.Alone, held.Shared
		return e, err
	}
	if err != nil {
		return nil, err
	}
	e.State, e.Proposal, e.Alone, e.Shared = d.State, d, d.Destroyed, d.Kept
	e.ProposedBy, e.Mine, e.Expired = p.Access.Name(ctx, d.ProposedBy), d.ProposedBy == by.ID, d.Expired(p.o.Now())
	return e, nil
}

func (p *Pages) proposeDestruction(c *fiber.Ctx) error {
	_, err := p.Destructions.Propose(guard.Context(c), guard.Session(c).Actor, triage.ExhibitID(c.Params("id")), field(c, "reference"))
	return p.afterEnding(c, "/drives/"+c.Params("id"), err)
}

func (p *Pages) withdrawDestruction(c *fiber.Ctx) error {
	err := p.Destructions.Withdraw(guard.Context(c), guard.Session(c).Actor, triage.ExhibitID(c.Params("id")))
	return p.afterEnding(c, "/drives/"+c.Params("id"), err)
}

// confirmDestruction needs the box ticked that says that there is no way back.
func (p *Pages) confirmDestruction(c *fiber.Ctx) error {
	err := error(triage.E(triage.Invalid, "confirm a destruction", "", "tick the box: what is destroyed cannot be brought back", nil))
	if field(c, "sure") != "" {
		_, err = p.Destructions.Confirm(guard.Context(c), guard.Session(c).Actor, triage.ExhibitID(c.Params("id")))
	}
	return p.afterEnding(c, "/destructions", err)
}

// afterEnding leads on, or back to the exhibit with what went wrong.
func (p *Pages) afterEnding(c *fiber.Ctx, next string, err error) error {
	if err == nil {
		return seeOther(c, next)
	}
	if !correctable(err) && !triage.IsKind(err, triage.Forbidden) {
		return err
	}
	d, findErr := p.findDrive(c)
	if findErr != nil {
		return findErr
	}
	c.Status(wire.NewProblem(err).Status)
	return p.showDrive(c, d, err)
}

// destructionRow is one destruction in the list.
type destructionRow struct {
	triage.Destruction
	Seal                    string // "" once it is destroyed: nothing tells any more
	ProposedBy, ConfirmedBy string
	Expired                 bool
}

type destructionsBody struct {
	Rows   []destructionRow
	Moving bool // one of them is under way
}

// destructions lists what was proposed and what was destroyed.
func (p *Pages) destructions(c *fiber.Ctx) error {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	list, err := p.Destructions.List(ctx, by)
	if err != nil {
		return err
	}
	var body destructionsBody
	pg := page{}
	for _, d := range list {
		row := destructionRow{Destruction: d, ProposedBy: p.Access.Name(ctx, d.ProposedBy), Expired: d.Expired(p.o.Now())}
		if d.ConfirmedBy != "" {
			row.ConfirmedBy = p.Access.Name(ctx, d.ConfirmedBy)
		}
		if x, err := p.Submission.Find(ctx, by, d.Exhibit); err == nil {
			row.Seal = x.Seal
		}
		if d.State.Final() && d.State != triage.DestructionFinished {
			body.Moving, pg.Live, pg.Refresh = true, true, drivesRefresh
		}
		body.Rows = append(body.Rows, row)
	}
	pg.Body = body
	return p.show(c, "destructions", pg, "destructions.title")
}
