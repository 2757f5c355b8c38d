package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"vigie/triage"
)

// TestLedgerCompares: what was acknowledged must be in the journal, as often as it was acknowledged and never more often
// than it was asked for.
func TestLedgerCompares(t *testing.T) {
	l := newLedger()
	decided := act{kind: triage.DecisionMade, subject: "g1"}
	part := act{kind: triage.PartReceived, subject: "x1", detail: "p1"}
	sealed := act{kind: triage.ExhibitSealed, subject: "x1"}
	for _, a := range []act{decided, part, part, sealed, sealed} {
		l.ask(a, 1)
		l.acknowledge(a, []byte("{}"), nil)
	}
	weighed := act{kind: triage.WeightsChanged, detail: "why"}
	l.ask(weighed, 1)
	l.acknowledge(weighed, []byte("{}"), nil)
	joined := act{kind: confirmed, subject: "g1"}
	l.ask(joined, 1)
	l.acknowledge(joined, []byte(`{"verdict":"illegal","members":2}`), nil)
	l.ask(act{kind: triage.HashChecked}, 2)
	l.acknowledge(act{kind: triage.HashChecked}, []byte(`{"answers":[{"verdict":"known","reference":"c1"}]}`), nil)

	whole := []triage.Event{
		event(triage.DecisionMade, "g1", nil), event(triage.PartReceived, "x1", map[string]string{"part": "p1"}),
		event(triage.PartReceived, "x1", map[string]string{"part": "p1"}), event(triage.ExhibitSealed, "x1", nil),
		event(triage.HashChecked, "c1", map[string]string{"verdict": "known"}),
		event(triage.WeightsChanged, "", map[string]string{"reason": "why"}), event(triage.DecisionMade, "g1", map[string]string{"confirms": "2026-01-01T00:00:00Z"}),
	}
	if wrong := l.compare(numbered(whole)); len(wrong) > 0 {
		t.Errorf("nothing is wrong: %q", wrong)
	}
	for _, c := range []struct {
		name   string
		events []triage.Event
		want   string
	}{
		{"lost", whole[1:], "is not in the journal"},
		{"too few", slices.Delete(slices.Clone(whole), 2, 3), "acknowledged 2 times and is in the journal 1 times"},
		{"too many", append(slices.Clone(whole), whole[0]), "asked for 1 times and is in the journal 2 times"},
		{"one check twice", append(slices.Clone(whole), whole[4]), "is in the journal 2 times"},
		{"another verdict", append(slices.Clone(whole[:4]), event(triage.HashChecked, "c1", map[string]string{"verdict": "unknown"})), "is not in the journal"},
		{"another reason", append(slices.Delete(slices.Clone(whole), 5, 6), event(triage.WeightsChanged, "", map[string]string{"reason": "else"})), "is not in the journal"},
		{"no confirmation", whole[:6], "(decision confirmed)"},
		{"nobody asked", append(slices.Clone(whole), event(triage.SetImported, "1", nil)), "set.imported was asked for 0 times"},
	} {
		wrong := l.compare(numbered(c.events))
		if len(wrong) == 0 || !strings.Contains(strings.Join(wrong, "\n"), c.want) {
			t.Errorf("%s: %q does not say %q", c.name, wrong, c.want)
		}
	}
	if wrong := l.compare(whole); len(wrong) == 0 {
		t.Error("events without numbers are accepted")
	}
}

// TestWantedAgain: an upload that was acknowledged is not wanted by an answer to a later question.
func TestWantedAgain(t *testing.T) {
	const digest = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	l := newLedger()
	answer := []byte(`{"wanted":["` + digest + `"]}`)
	part := act{kind: triage.PartReceived, subject: "x", detail: "p"}
	before := l.uploadsUntilNow()
	l.acknowledge(act{kind: uploaded, subject: digest}, nil, before)
	if l.acknowledge(part, answer, before); len(l.wrong) > 0 {
		t.Errorf("the question was older than the upload: %q", l.wrong)
	}
	if l.acknowledge(part, answer, l.uploadsUntilNow()); len(l.wrong) != 1 {
		t.Errorf("not seen: %q", l.wrong)
	}
}

// TestEntryRequests: a request about an entry is the act whose event the journal has.
func TestEntryRequests(t *testing.T) {
	for state, kind := range map[string]triage.EventKind{"withdrawn": triage.EntryWasWithdrawn, "restored": triage.EntryWasRestored} {
		body := `{"state":"` + state + `","reason":"a doubt"}`
		r := httptest.NewRequest(http.MethodPost, "/v1/sets/3/entries/7", strings.NewReader(body))
		a, n, ok := request(r)
		if want := actOf(event(kind, "3", map[string]any{"entry": 7, "reason": "a doubt"})); !ok || n != 1 || a != want {
			t.Errorf("%s: %v, %d, %t instead of %v", state, a, n, ok, want)
		}
		if left, err := io.ReadAll(r.Body); err != nil || string(left) != body {
			t.Errorf("%s: the service gets %q, %v", state, left, err)
		}
	}
	d := doubts{entries: 6}
	for told, want := range map[string]bool{"chaos-doubted v1 6": true, "chaos-doubted v1 7": false, "chaos-known v1 1": false, "": false} {
		if d.once(told) != want {
			t.Errorf("%q: %t", told, !want)
		}
	}
}

func event(kind triage.EventKind, subject string, data any) triage.Event {
	raw, _ := json.Marshal(data) // a map of strings
	return triage.Event{Kind: kind, Subject: subject, Data: raw}
}

func numbered(events []triage.Event) []triage.Event {
	events = slices.Clone(events)
	for i := range events {
		events[i].Seq = uint64(i) + 1 //nolint:gosec // i is not negative
	}
	return events
}
