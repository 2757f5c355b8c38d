package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"vigie/api/wire"
	"vigie/triage"
)

// acknowledge notes a successful answer. before is what had been uploaded when the request was made: none of it may be
// wanted again.
func (l *ledger) acknowledge(a act, body []byte, before map[string]bool) {
	var err error
	note := func(a act) { l.write(func() { l.acked[a]++ }) }
	switch a.kind {
	case triage.ExhibitOpened:
		var x wire.Exhibit
		err = json.Unmarshal(body, &x)
		note(act{kind: a.kind, subject: x.ID})
	case triage.PartReceived:
		var answer wire.PartAnswer
		err = json.Unmarshal(body, &answer)
		note(a)
		for _, want := range answer.Wanted {
			if before[want.String()] {
				l.write(func() {
					l.wrong = append(l.wrong, fmt.Sprintf("an acknowledged upload is wanted again: %.8s…", want))
				})
			}
		}
	case uploaded:
		l.write(func() { l.acked[a]++; l.uploads[a.subject] = true })
	case triage.SetImported:
		var r wire.ImportReport
		err = json.Unmarshal(body, &r)
		note(act{kind: a.kind, subject: triage.SetID(r.Set.ID).String()})
		l.write(func() { l.imports[r.Set.ID] = r.Set.Source })
	case triage.SetWithdrawn:
		var s wire.Set
		err = json.Unmarshal(body, &s)
		note(a)
		l.write(func() { l.withdrawn[s.ID] = true })
	case triage.HashChecked:
		var r wire.CheckResponse
		err = json.Unmarshal(body, &r)
		for _, c := range r.Answers {
			note(act{kind: a.kind, subject: c.Reference, detail: c.Verdict})
		}
	case triage.DecisionMade, confirmed:
		var d wire.Decision
		err = json.Unmarshal(body, &d)
		note(a)
		l.write(func() {
			if !d.At.Before(l.decisions[a.subject].At) {
				l.decisions[a.subject] = d
			}
		})
	default: // sealed, claimed, revealed: the path says it all
		note(a)
	}
	if err != nil {
		l.write(func() { l.wrong = append(l.wrong, fmt.Sprintf("%v: the answer cannot be read: %v", a, err)) })
	}
}

// actOf says what an event tells, as the gate would.
func actOf(ev triage.Event) act {
	var data struct {
		Part    string `json:"part"`
		Verdict string `json:"verdict"`
		Entry   uint32 `json:"entry"`
		Reason  string `json:"reason"`

		Confirms time.Time `json:"confirms"`
	}
	_ = json.Unmarshal(ev.Data, &data) // what is not there is empty, and then differs from what was acknowledged
	a := act{kind: ev.Kind, subject: ev.Subject}
	switch ev.Kind {
	case triage.PartReceived:
		a.detail = data.Part
	case triage.HashChecked:
		a.detail = data.Verdict
	case triage.EntryWasWithdrawn, triage.EntryWasRestored:
		a.detail = strconv.FormatUint(uint64(data.Entry), 10)
	case triage.WeightsChanged:
		a.detail = data.Reason
	case triage.DecisionMade:
		if !data.Confirms.IsZero() {
			a.kind = confirmed
		}
	}
	return a
}
