package web

import (
	"vigie/api/i18n"
	"vigie/triage"
)

// samplePeople review.
var samplePeople = []triage.Actor{{ID: "a2", Name: "Camille Roux", Role: triage.Reviewer}, {ID: "a3", Name: hostile, Role: triage.Reviewer}, supervisor}

// belongs is the page of a group as somebody sees it to whom, or not, it was assigned.
func belongs(p page, of whose, by triage.Actor) page {
	body := p.Body.(groupBody)
	body.Whose = of
	if by.Role == triage.Supervisor {
		body.Assigning = assigning{May: true, People: samplePeople, To: "a3"}
	}
	return samplePage(p.Lang, by, p.Path, body)
}

func sampleAssignments(l i18n.Lang) []sample {
	one := assignedCase{triage.Assignment{Case: "k0123456789abcdef", Number: "2026/00123", At: sampleNow}, "Anne Kerjean"}
	other := assignedCase{triage.Assignment{Case: "k1123456789abcdef", Number: hostile, At: sampleNow}, hostile}
	rows := []assigneeRow{{samplePeople[0], 12_048, []assignedCase{one, other}}, {samplePeople[1], 3, nil}, {supervisor, 0, nil}}
	open := []triage.Case{{CaseRecord: triage.CaseRecord{ID: one.Case, Number: one.Number}}, {CaseRecord: triage.CaseRecord{ID: other.Case, Number: hostile}}}
	may := assigning{May: true, People: samplePeople}
	mine := newCaseBody(l, triage.Case{CaseRecord: triage.CaseRecord{ID: one.Case, Number: one.Number, State: triage.CaseOpen}})
	theirs := mine
	mine.Whose, theirs.Whose = whose{true, "Camille"}, whose{Name: hostile}
	body := func(by triage.Actor, b assignmentsBody) page { return samplePage(l, by, "/assignments", b) }
	return []sample{
		{"assignments", "assignments", "layout", body(supervisor, assignmentsBody{assigning: may, Rows: rows, Open: open})},
		{"assignments-done", "assignments", "layout", body(supervisor, assignmentsBody{assigning: may, Rows: rows[1:], Open: open, Done: "assigned"})},
		{"assignments-back", "assignments", "layout", body(supervisor, assignmentsBody{assigning: may, Rows: rows[1:], Done: "back"})},
		{"assignments-problem", "assignments", "layout", body(supervisor, assignmentsBody{assigning: may, Rows: rows[1:], Open: open, Case: other.Case, Problem: triage.E(triage.Conflict, "x", "", triage.ClosedHint, nil)})},
		{"assignments-reviewer", "assignments", "layout", body(reviewer, assignmentsBody{Rows: rows})},
		{"case-mine", "case", "layout", samplePage(l, reviewer, "/cases/x", mine)},
		{"case-theirs", "case", "layout", samplePage(l, supervisor, "/cases/x", theirs)},
	}
}
