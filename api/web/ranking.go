package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/triage"
	"vigie/triage/signals"
)

// weightsShown is how many versions of the weights the page tells of, the newest first.
const weightsShown = 20

// weightRow is one number of the weights: what it means, what the form has it, what is in force and by default.
type weightRow struct {
	Name, Meaning      string
	Value              string // as it was typed
	InForce, ByDefault string
	Least, Most        int
	Changed            bool   // Value is another than that in force
	Fault              string // what is wrong with Value; "": nothing
}

// weightCell is a row as its reader sees it.
type weightCell struct {
	weightRow
	May bool // change it
}

// weightTable is the rows of a theme.
type weightTable struct {
	Key, Title string
	Rows       []weightRow
}

// versionRow is one version with what it changed.
type versionRow struct {
	Number  int
	Who     string
	At      time.Time
	Reason  string
	Changes []changeRow
}

type changeRow struct{ Meaning, Change string }

// rankingForm is what the form of the weights says.
type rankingForm struct {
	From   uint64
	Values map[string]string // as typed, by the name of the number
	Faults map[string]string
	Reason string
}

type rankingBody struct {
	Version   int
	Advance   triage.Reranking
	Percent   int
	May       bool // change the weights
	Form      rankingForm
	Threshold weightRow
	Tables    []weightTable
	Rows      []weightRow // parameters
	Wrong     []weightRow // all whose value is wrong, as they follow each other on the page
	Versions  []versionRow
	Earlier   int  // versions that are not told of
	Done      bool // the reader just changed them
	ByDefault bool // the form holds the default
	Problem   error
}

// ranking shows the weights in force; with ?default=1 its form holds those that the program comes with, to be put in force.
func (p *Pages) ranking(c *fiber.Ctx) error {
	form := rankingForm{}
	byDefault := c.Query("default") != ""
	if byDefault {
		form.Values = typed(signals.Default())
	}
	return p.rankingPage(c, form, byDefault, nil)
}

// typed is what a form of weights holds.
func typed(w *signals.Weights) map[string]string {
	threshold, points, parameters := w.Numbers()
	values := map[string]string{signals.ThresholdName: strconv.Itoa(threshold)}
	for _, numbers := range []map[string]int{points, parameters} {
		for name, n := range numbers {
			values[name] = strconv.Itoa(n)
		}
	}
	return values
}

// rankingPage shows the page; problem is what was wrong with a form about it.
func (p *Pages) rankingPage(c *fiber.Ctx, form rankingForm, byDefault bool, problem error) error {
	ctx, by, l := guard.Context(c), guard.Session(c).Actor, language(c)
	now, err := p.Weighing.Ranking(ctx, by)
	if err != nil {
		return err
	}
	versions, err := p.Weighing.Versions(ctx, by)
	if err != nil {
		return err
	}
	form.From = now.Event
	body := newRankingBody(l, now, form)
	body.Versions = newVersionRows(l, versions, func(id string) string { return p.Access.Name(ctx, id) })
	body.Earlier = len(versions) - len(body.Versions)
	body.May, body.ByDefault, body.Problem = by.Role.Reviews(), byDefault, problem
	body.Done = problem == nil && c.Query("changed") != ""
	if problem != nil {
		c.Status(wire.NewProblem(problem).Status)
	}
	// Without scripts the page is not loaded again: what somebody types in the form would be lost.
	return p.show(c, "ranking", page{Path: "/ranking", Live: now.Advance.Left(), Body: body}, "ranking.title")
}

// newRankingBody lays the weights in force out, with what a form says of them.
func newRankingBody(l i18n.Lang, now triage.Ranking, form rankingForm) rankingBody {
	body := rankingBody{Version: now.Number, Advance: now.Advance, Form: form}
	if now.Advance.Of > 0 {
		body.Percent = now.Advance.Done * 100 / now.Advance.Of
	}
	inForce, byDefault := now.Weights, signals.Default()
	row := func(b signals.Bound, usual int) weightRow {
		r := weightRow{
			Name: b.Name, Meaning: i18n.WeightMeaning(l, b.Name), Least: b.Least, Most: b.Most, Fault: form.Faults[b.Name],
			InForce: i18n.WeightNumber(l, b.Name, *b.Value), ByDefault: i18n.WeightNumber(l, b.Name, usual),
			Value: strconv.Itoa(*b.Value),
		}
		if value, said := form.Values[b.Name]; said {
			r.Changed = value != r.Value
			r.Value = value
		}
		if r.Fault != "" {
			body.Wrong = append(body.Wrong, r)
		}
		return r
	}
	body.Threshold = row(inForce.ThresholdBound(), byDefault.Threshold)
	for _, theme := range signals.Themes {
		table := weightTable{Key: string(theme), Title: i18n.Theme(l, theme)}
		for _, s := range theme.Signals() {
			points := inForce.Points[s]
			b := signals.Bound{Name: string(s), Value: &points, Least: -signals.MaxPoints, Most: signals.MaxPoints}
			table.Rows = append(table.Rows, row(b, byDefault.Points[s]))
		}
		body.Tables = append(body.Tables, table)
	}
	usual := byDefault.Parameters.Bounds()
	for i, b := range inForce.Parameters.Bounds() {
		body.Rows = append(body.Rows, row(b, *usual[i].Value))
	}
	return body
}

// newVersionRows tells of the newest versions, the newest first; the last of all versions is that of the program.
func newVersionRows(l i18n.Lang, versions []triage.WeightsVersion, name func(id string) string) []versionRow {
	rows := make([]versionRow, 0, min(len(versions), weightsShown))
	for i := range cap(rows) {
		v := versions[i]
		row := versionRow{Number: len(versions) - 1 - i, At: v.At, Reason: v.Reason}
		if row.Number > 0 {
			row.Who = name(v.By)
			for _, change := range versions[i+1].Weights.Changes(&v.Weights) {
				row.Changes = append(row.Changes, changeRow{i18n.WeightMeaning(l, change.Name), i18n.WeightChange(l, change)})
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// changeRanking puts the weights of a form in force.
func (p *Pages) changeRanking(c *fiber.Ctx) error {
	form := rankingForm{Values: make(map[string]string), Reason: field(c, "reason")}
	var err error
	if form.From, err = strconv.ParseUint(field(c, "from"), 10, 64); err != nil {
		return triage.E(triage.Invalid, "change the weights", "", "this form is out of date: load the page again", nil)
	}
	w, faults := readWeights(language(c), form.Values, func(name string) string { return strings.TrimSpace(field(c, name)) })
	if form.Faults = faults; len(faults) > 0 {
		return p.rankingPage(c, form, false, triage.E(triage.Invalid, "change the weights", "", "correct the numbers that are marked below", nil))
	}
	err = p.Weighing.Change(guard.Context(c), guard.Session(c).Actor, form.From, w, form.Reason)
	switch {
	case err == nil:
		return seeOther(c, "/ranking?changed=1")
	case correctable(err):
		return p.rankingPage(c, form, false, err)
	}
	return err
}

// readWeights reads the numbers that a form says, notes in values what was typed, and returns what is wrong, by name.
func readWeights(l i18n.Lang, values map[string]string, said func(name string) string) (signals.Weights, map[string]string) {
	threshold, points, parameters := signals.Default().Numbers()
	faults := make(map[string]string)
	read := func(name string) int {
		values[name] = said(name)
		n, err := strconv.Atoi(strings.Replace(values[name], "−", "-", 1))
		if err != nil && values[name] != "" {
			faults[name] = texts.T(l, "ranking.whole")
		} else if err != nil {
			faults[name] = i18n.WeightFault(l, signals.Problem{Name: name, Wrong: signals.Missing})
		}
		return n
	}
	threshold = read(signals.ThresholdName)
	for _, numbers := range []map[string]int{points, parameters} {
		for name := range numbers {
			numbers[name] = read(name)
		}
	}
	w, problems := signals.New(&threshold, points, parameters)
	for _, p := range problems {
		if faults[p.Name] == "" {
			faults[p.Name] = i18n.WeightFault(l, p)
		}
	}
	return w, faults
}
