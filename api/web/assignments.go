package web

import (
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

// whose says to whom a group was assigned, as its reader sees it; zero: to nobody.
type whose struct {
	Mine bool
	Name string
}

func (p *Pages) whose(c *fiber.Ctx, g triage.Group) whose {
	if g.Assigned == "" {
		return whose{}
	}
	return whose{g.Assigned == guard.Session(c).Actor.ID, p.Access.Name(guard.Context(c), g.Assigned)}
}

// assigning is what a supervisor assigns with.
type assigning struct {
	May    bool // the reader is one
	People []triage.Actor
	To     string // in the form
}

// assigning returns it for the reader of a page; nobody else needs the people.
func (p *Pages) assigning(c *fiber.Ctx) (a assigning, err error) {
	by := guard.Session(c).Actor
	if a.May = by.Role == triage.Supervisor; a.May {
		a.To = field(c, "to")
		a.People, err = p.Review.Reviewers(guard.Context(c), by)
	}
	return a, err
}

// assignGroup takes whose a group is to be, or that it is taken back.
func (p *Pages) assignGroup(c *fiber.Ctx) error {
	ctx, by, id := guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id"))
	err := error(nil)
	if field(c, "back") != "" {
		err = p.Assigner.TakeBackGroup(ctx, by, id)
	} else {
		err = p.Assigner.AssignGroup(ctx, by, id, field(c, "to"))
	}
	if triage.IsKind(err, triage.NotFound) {
		return p.groupPage(c, groupForm{}, err) // unless it is the group that is not there
	}
	return p.afterGroup(c, groupForm{}, err)
}

// assignedCase is a case that is somebody's.
type assignedCase struct {
	triage.Assignment
	ByName string
}

type assigneeRow struct {
	triage.Actor
	Groups int
	Cases  []assignedCase
}

type assignmentsBody struct {
	assigning
	Rows    []assigneeRow
	Open    []triage.Case // that can be assigned
	Case    triage.CaseID // in the form
	Done    string        // what was done just now: "assigned" or "back"
	Problem error
}

func (p *Pages) assignments(c *fiber.Ctx) error {
	return p.assignmentsPage(c, assignmentsBody{Done: c.Query("done")})
}

func (p *Pages) assignmentsPage(c *fiber.Ctx, body assignmentsBody) error {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	list, err := p.Assigner.Assignees(ctx, by)
	if err != nil {
		return err
	}
	for _, a := range list {
		row := assigneeRow{Actor: a.Actor, Groups: a.Groups}
		for _, one := range a.Cases {
			row.Cases = append(row.Cases, assignedCase{one, p.Access.Name(ctx, one.By)})
		}
		body.Rows = append(body.Rows, row)
	}
	if body.assigning, err = p.assigning(c); err != nil {
		return err
	}
	if body.May {
		if body.Open, err = p.openCases(c); err != nil {
			return err
		}
	}
	if body.Problem != nil {
		c.Status(wire.NewProblem(body.Problem).Status)
	}
	return p.show(c, "assignments", page{Path: "/assignments", Body: body}, "assignments.title")
}

// caseIsOf returns whose a case is; zero: nobody's, or its reader does not review.
func (p *Pages) caseIsOf(c *fiber.Ctx, id triage.CaseID) (whose, error) {
	by := guard.Session(c).Actor
	if !by.Role.Reviews() {
		return whose{}, nil
	}
	list, err := p.Assigner.Assignees(guard.Context(c), by)
	for _, a := range list {
		if slices.ContainsFunc(a.Cases, func(one triage.Assignment) bool { return one.Case == id }) {
			return whose{a.ID == by.ID, a.Name}, err
		}
	}
	return whose{}, err
}

// openCases are the cases that can be assigned.
func (p *Pages) openCases(c *fiber.Ctx) (open []triage.Case, err error) {
	list, err := p.Cases.List(guard.Context(c), guard.Session(c).Actor)
	for _, k := range list {
		if k.State == triage.CaseOpen {
			open = append(open, k)
		}
	}
	return open, err
}

// assignCase takes whose a case is to be, or that it is taken back.
func (p *Pages) assignCase(c *fiber.Ctx) error {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	body := assignmentsBody{Case: triage.CaseID(field(c, "case"))}
	done, err := "assigned", error(nil)
	if field(c, "back") != "" {
		done, err = "back", p.Assigner.TakeBackCase(ctx, by, body.Case)
	} else {
		err = p.Assigner.AssignCase(ctx, by, body.Case, field(c, "to"))
	}
	switch {
	case err == nil:
		return seeOther(c, "/assignments?"+url.Values{"done": {done}}.Encode())
	case correctable(err) || triage.IsKind(err, triage.NotFound):
		body.Problem = err
		return p.assignmentsPage(c, body)
	}
	return err
}

// others returns who reviews beside the reader.
func (p *Pages) others(c *fiber.Ctx) ([]triage.Actor, error) {
	by := guard.Session(c).Actor
	people, err := p.Review.Reviewers(guard.Context(c), by)
	return slices.DeleteFunc(people, func(a triage.Actor) bool { return a.ID == by.ID }), err
}
