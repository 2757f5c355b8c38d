package web

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/triage"
)

const casesShown = 20

// caseRow is one case in the list.
type caseRow struct {
	triage.Case
	Items, Known int // files; contents that a known set lists, or that look like one it lists
}

func newCaseRow(k triage.Case) caseRow {
	row := caseRow{Case: k}
	sum := k.Totals()
	for _, n := range sum.Items {
		row.Items += n
	}
	row.Known = sum.Media[triage.Known] + sum.Media[triage.NearKnown]
	return row
}

type casesBody struct {
	Rows  []caseRow
	Pager pager
}

func (p *Pages) cases(c *fiber.Ctx) error {
	all, err := p.Cases.List(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	body := casesBody{Pager: newPager(c, "/cases", casesShown)}
	for _, k := range stretch(&body.Pager, all) {
		body.Rows = append(body.Rows, newCaseRow(k))
	}
	return p.show(c, "cases", page{Body: body}, "cases.title")
}

// caseBody is one case, with what an administrator may do about it.
type caseBody struct {
	caseRow
	Findings             []count
	Moving               bool // between open and closed
	Whose                whose
	ClosedBy, ReopenedBy string
	Admin                bool
	Examiner             bool   // who may say until when a custody runs: the case is open
	Until                string // that, as the form writes it
	Earliest, Latest     string // that it may be
	Reference            string
	Problem              error
	Outcomes             []outcomeRow // what came of it
	May                  bool         // the reader may say what did
	Outcome              outcomeForm
}

func (p *Pages) aCase(c *fiber.Ctx) error {
	var form caseForm
	if n, err := strconv.ParseUint(c.Query("told"), 10, 32); err == nil {
		form.outcome.Told = i18n.Number(language(c), n)
	}
	return p.showCase(c, form, nil)
}

// caseForm is what somebody wrote into a form of a case's page.
type caseForm struct {
	reference, until string
	outcome          outcomeForm
}

// formMoment is how forms write a time.
const formMoment = "2006-01-02T15:04"

// showCase shows a case; problem is what was wrong with a form about it.
func (p *Pages) showCase(c *fiber.Ctx, form caseForm, problem error) error {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	k, err := p.Cases.Find(ctx, by, triage.CaseID(c.Params("id")))
	if err != nil {
		return err
	}
	body := newCaseBody(language(c), k)
	body.Admin, body.Reference, body.Problem = by.Role == triage.Admin, form.reference, problem
	body.Examiner, body.Until = by.Role == triage.Examiner && k.State == triage.CaseOpen, form.until
	body.May, body.Outcome = by.Role != triage.Reviewer, form.outcome
	if body.Outcomes, err = p.outcomesOf(c, k.ID); err != nil {
		return err
	}
	if body.Whose, err = p.caseIsOf(c, k.ID); err != nil {
		return err
	}
	now := p.o.Now().In(p.o.Zone)
	body.Earliest, body.Latest = now.Format(formMoment), now.Add(triage.MaxCustody).Format(formMoment)
	if k.Custody != nil && body.Until == "" {
		body.Until = k.Custody.Until.In(p.o.Zone).Format(formMoment)
	}
	if !k.Closed.At.IsZero() {
		body.ClosedBy = p.Access.Name(ctx, k.Closed.By)
	}
	if !k.Reopened.At.IsZero() {
		body.ReopenedBy = p.Access.Name(ctx, k.Reopened.By)
	}
	pg := page{Path: "/cases/" + string(k.ID), Body: body}
	if pg.Live = body.Moving; body.Moving && problem == nil { // a form is not to be loaded away
		pg.Refresh = drivesRefresh
	}
	return p.show(c, "case", pg, "case.title", k.Number)
}

func newCaseBody(l i18n.Lang, k triage.Case) caseBody {
	body := caseBody{caseRow: newCaseRow(k), Moving: k.State == triage.CaseClosing || k.State == triage.CaseReopening}
	sum := k.Totals()
	for _, f := range triage.Findings {
		body.Findings = append(body.Findings, count{i18n.Finding(l, f), sum.Media[f]})
	}
	body.Findings = append(body.Findings, count{i18n.Finding(l, triage.Pending), sum.Pending})
	return body
}

func (p *Pages) closeCase(c *fiber.Ctx) error { return p.changeCase(c, p.Cases.Close) }

func (p *Pages) reopenCase(c *fiber.Ctx) error { return p.changeCase(c, p.Cases.Reopen) }

// holdCase takes until when a custody runs, or that it has ended.
func (p *Pages) holdCase(c *fiber.Ctx) error {
	form := caseForm{until: field(c, "until")}
	var until time.Time
	var err error
	if field(c, "ended") == "" {
		until, err = triage.ParseCustodyEnd(form.until, p.o.Zone)
	}
	if err == nil {
		_, err = p.Cases.Hold(guard.Context(c), guard.Session(c).Actor, triage.CaseID(c.Params("id")), until)
	}
	return p.afterCase(c, form, err)
}

func (p *Pages) changeCase(c *fiber.Ctx, change func(context.Context, triage.Actor, triage.CaseID, string) (triage.Case, error)) error {
	reference := field(c, "reference")
	_, err := change(guard.Context(c), guard.Session(c).Actor, triage.CaseID(c.Params("id")), reference)
	return p.afterCase(c, caseForm{reference: reference}, err)
}

// afterCase leads back to the case, with what went wrong, if anything.
func (p *Pages) afterCase(c *fiber.Ctx, form caseForm, err error) error {
	if err == nil {
		return seeOther(c, "/cases/"+url.PathEscape(c.Params("id")))
	}
	if !correctable(err) {
		return err
	}
	c.Status(wire.NewProblem(err).Status)
	return p.showCase(c, form, err)
}
