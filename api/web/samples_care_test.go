package web

import (
	"time"

	"vigie/api/i18n"
	"vigie/triage"
)

var supervisor = triage.Actor{ID: "a6", Name: "Anne Kerjean", Role: triage.Supervisor}

// sampleShown is the page of what one was shown, of a reviewer, and of supervisors who are told of others.
func sampleShown(l i18n.Lang) []sample {
	day := func(ago, n int) triage.ShownDay {
		return triage.ShownDay{Day: sampleNow.Truncate(24*time.Hour).AddDate(0, 0, -ago), Persons: 1, Looks: map[triage.Look]triage.LookCount{
			triage.Look(triage.StepBlurred): {N: 3 * n, Time: time.Duration(n) * 40 * time.Second},
			triage.Look(triage.StepColour):  {N: n, Time: time.Duration(n) * 9 * time.Second},
			triage.LookNames:                {N: 200, Time: time.Minute},
		}}
	}
	days := []triage.ShownDay{day(0, 12), day(1, 31), day(4, 4), day(9, 18)}
	sum := day(1, 90)
	sum.Persons = 4
	team, persons := shownBody{Own: newShownTable("own", "", days), Others: true}, shownBody{Own: newShownTable("own", "", nil), Others: true}
	team.fill([]triage.ShownDay{sum, {Day: sum.Day.AddDate(0, 0, -3), Few: true}}, nil)
	persons.fill(nil, []triage.ShownTo{{Account: triage.Account{Actor: reviewer}, Days: days}, {Account: triage.Account{Actor: triage.Actor{ID: "a7", Name: hostile}}, Days: days[:1]}})
	return []sample{
		{"shown", "shown", "layout", samplePage(l, reviewer, "/shown", shownBody{Own: newShownTable("own", "", days)})},
		{"shown-none", "shown", "layout", samplePage(l, reviewer, "/shown", shownBody{})},
		{"shown-team", "shown", "layout", samplePage(l, supervisor, "/shown", team)},
		{"shown-persons", "shown", "layout", samplePage(l, supervisor, "/shown", persons)},
		{"shown-others-none", "shown", "layout", samplePage(l, supervisor, "/shown", shownBody{Others: true})},
	}
}

// sampleCalm are the pages at the end and between, and a reminder on a page of work.
func sampleCalm(l i18n.Lang) []sample {
	const support = "Soutien psychologique : 01 00 00 00 00, jour et nuit\nMédecine de prévention : bureau 12"
	calm := func(by triage.Actor, path string, body calmBody) page {
		p := samplePage(l, by, path, body)
		p.Calm, p.Nav = true, nil
		return p
	}
	due := samplePage(l, reviewer, "/queue", queueBody{})
	due.Break = true
	return []sample{
		{"out", "calm", "layout", calm(triage.Actor{}, "/out", calmBody{Out: true, Support: support})},
		{"out-plain", "calm", "layout", calm(triage.Actor{}, "/out", calmBody{Out: true})},
		{"break", "calm", "layout", calm(reviewer, "/break", calmBody{Support: hostile})},
		{"break-due", "queue", "layout", due},
	}
}

// sampleOutcomes are what came of one's work, and the page of a case on which it is told.
func sampleOutcomes(l i18n.Lang) []sample {
	row := func(number, note string, read time.Time, what ...triage.OutcomeCode) outcomeRow {
		o := triage.CaseOutcome{Event: 812, Case: "k0123456789abcdef", Number: number, What: what, Note: note, At: sampleNow}
		return outcomeRow{triage.OutcomeNotice{CaseOutcome: o, Read: read}, "Nadia Lefort"}
	}
	rows := []outcomeRow{
		row("2026/00123", "La petite est chez sa tante.\nMerci à toutes et à tous.", time.Time{}, triage.VictimWasIdentified, triage.VictimIsSafe),
		row(hostile, hostile, sampleNow.Add(time.Hour), triage.OutcomeCodes...),
	}
	told := samplePage(l, reviewer, "/outcomes", outcomesBody{Rows: rows, Pager: pager{"/outcomes", 0, outcomesShown, 2}})
	for i := range told.Nav {
		if told.Nav[i].Path == "/outcomes" {
			told.Nav[i].Count = 1
		}
	}
	k := triage.Case{
		CaseRecord: triage.CaseRecord{ID: "k0123456789abcdef", Number: "2026/00123", State: triage.CaseClosed, Closed: triage.CaseChange{By: "a4", At: sampleNow, Reference: "7"}},
		Exhibits:   []triage.CaseExhibit{{Exhibit: triage.Exhibit{ID: "x1123456789abcdef", Case: "2026/00123", Seal: "A", Owner: "a1", Opened: sampleNow}}},
	}
	one := func(form outcomeForm, problem error) page {
		body := newCaseBody(l, k)
		body.May, body.Outcomes, body.Outcome, body.Problem, body.ClosedBy = true, rows, form, problem, "Yann Le Goff"
		return samplePage(l, examiner, "/cases/k0123456789abcdef", body)
	}
	wrong := triage.E(triage.Invalid, "x", "", "state what came of the case", nil)
	return []sample{
		{"outcomes", "outcomes", "layout", told},
		{"outcomes-none", "outcomes", "layout", samplePage(l, reviewer, "/outcomes", outcomesBody{Pager: pager{Size: outcomesShown}})},
		{"case-outcome-told", "case", "layout", one(outcomeForm{Told: "3"}, nil)},
		{"case-outcome-wrong", "case", "layout", one(outcomeForm{Told: "-", Note: hostile}, wrong)},
	}
}
