package triage_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"vigie/store/objects/objectstest"
	"vigie/triage"
)

func (h *house) outcomes() *triage.CaseOutcomes {
	return &triage.CaseOutcomes{Cases: h.cases(), Media: h.views.Media, Events: h.events}
}

// toldOutcomes are the numbers of the cases whose outcomes somebody is told of, the latest first; those that they have read in brackets.
func (h *house) toldOutcomes(by triage.Actor) (numbers []string) {
	h.t.Helper()
	list, err := h.outcomes().Told(h.t.Context(), by)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, n := range list {
		number := n.Number + " " + string(n.What[0])
		if !n.Read.IsZero() {
			number = "(" + number + ")"
		}
		numbers = append(numbers, number)
	}
	return numbers
}

// TestOutcomesComeBack: those whose opinions were given on groups with media of a case are told what came of it, who only confirmed too,
// and nobody else; also when it is closed, or all is made again.
func TestOutcomesComeBack(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	one, two, three := people()
	idle := triage.Actor{ID: "a99", Role: triage.Reviewer}
	for _, a := range []triage.Actor{one, two, three, idle} { // the dump goes by accounts
		data, _ := json.Marshal(triage.Account{Actor: a}) //nolint:errcheck // it has no more than texts
		ev, err := h.journal.Append(ctx, triage.Event{Actor: "operator", Kind: triage.TokenCreated, Subject: a.ID, Data: data})
		if err == nil {
			err = h.events.Apply(ctx, ev)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p := newPicture(t, "a.jpg", 1)
	for number, source := range map[string][]picture{"2026/1": {p}, "2026/2": {newPicture(t, "b.jpg", 7)}} {
		if err := h.submitTo(ctx, number, "A", source...); err != nil {
			t.Fatal(err)
		}
	}
	h.work()
	id, other := triage.GroupID(h.names.Medium(p.item.Digests.SHA256)), triage.GroupID(h.names.Medium(newPicture(t, "b.jpg", 7).item.Digests.SHA256))
	h.concludes(one, id, opinion(triage.Illegal, "seen"))
	h.concludes(two, id, opinion(triage.Illegal, "I agree"))
	h.concludes(one, other, opinion(triage.NotIllegal, ""))
	if err := h.submitTo(ctx, "2026/1", "B", near(t, p, "c.jpg", 2)); err != nil {
		t.Fatal(err)
	}
	h.work()
	if _, err := h.review.Confirm(ctx, three, id, triage.Illegal, 1); err != nil {
		t.Fatal(err)
	}
	record := func(by triage.Actor, number string, what ...triage.OutcomeCode) int {
		t.Helper()
		n, err := h.outcomes().Record(ctx, by, h.names.Case(number), what, " thank you ")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := record(h.examiner, "2026/1", triage.SomebodyArrested, triage.VictimIsSafe); n != 3 {
		t.Errorf("told to %d", n)
	}
	for _, by := range []triage.Actor{one, two, three} {
		if got := h.toldOutcomes(by); !slices.Equal(got, []string{"2026/1 victim-safe"}) {
			t.Errorf("%s is told of %q", by.ID, got)
		}
	}
	if got := h.toldOutcomes(idle); got != nil {
		t.Errorf("who did nothing is told of %q", got)
	}
	h.work()
	h.rebuilt(c, "told")

	if err := h.submitTo(ctx, "2026/3", "A", p, newPicture(t, "d.jpg", 9)); err != nil { // what was decided before this case brought it
		t.Fatal(err)
	}
	h.work()
	o := h.outcomes()
	if n := record(boss, "2026/3", triage.SomebodyArrested); n != 3 {
		t.Errorf("of a case that brought what was decided before, told to %d", n)
	}
	list, err := o.Told(ctx, one)
	if err == nil {
		list = list[1:]
	}
	if err != nil || list[0].Note != "thank you" || list[0].By != h.examiner.ID || len(list[0].What) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	for range 2 {
		if err := o.Read(ctx, one, list[0].Event); err != nil {
			t.Fatal(err)
		}
	}
	if events := h.recorded(triage.OutcomeRead); len(events) != 1 {
		t.Errorf("%d times read on record", len(events))
	}
	wantKind(t, "what one is not told of", o.Read(ctx, idle, list[0].Event), triage.NotFound)
	if n, err := o.Unread(ctx, one); n != 1 || err != nil {
		t.Errorf("unread: %d, %v", n, err)
	}
	if n, err := o.Unread(ctx, two); n != 2 || err != nil {
		t.Errorf("another's unread: %d, %v", n, err)
	}

	h.closeCase("2026/1")
	if n := record(boss, "2026/1", triage.SomebodyConvicted); n != 3 {
		t.Errorf("of the closed case, told to %d", n)
	}
	if n := record(boss, "2026/2", triage.NoLeadLeft); n != 1 {
		t.Errorf("of the other case, told to %d", n)
	}
	want := []string{"2026/2 no-lead", "2026/1 conviction", "2026/3 arrest", "(2026/1 victim-safe)"}
	if got := h.toldOutcomes(one); !slices.Equal(got, want) {
		t.Errorf("told of %q", got)
	}
	h.work()
	h.rebuilt(c, "closed")
	if got := h.toldOutcomes(one); !slices.Equal(got, want) {
		t.Errorf("made again, told of %q", got)
	}
	if of, err := o.Of(ctx, h.examiner, h.names.Case("2026/1")); err != nil || len(of) != 2 || of[0].What[0] != triage.SomebodyConvicted {
		t.Errorf("of the case: %+v, %v", of, err)
	}
}

// TestOutcomeIsChecked refuses who may not, what is none, and a case that is somebody else's; what is not on record is told to nobody.
func TestOutcomeIsChecked(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	stop := h.run()
	_, g := queued(t, h)
	stop()
	one, _, _ := people()
	h.concludes(one, g, opinion(triage.NotIllegal, ""))
	id, o := h.names.Case("2026/1"), h.outcomes()
	arrest := []triage.OutcomeCode{triage.SomebodyArrested}
	for _, c := range []struct {
		what string
		by   triage.Actor
		id   triage.CaseID
		of   []triage.OutcomeCode
		note string
		want triage.Kind
	}{
		{"a reviewer", one, id, arrest, "", triage.Forbidden},
		{"a unit", triage.Actor{ID: "u", Role: triage.Unit}, id, arrest, "", triage.Forbidden},
		{"another examiner", triage.Actor{ID: "e2", Role: triage.Examiner}, id, arrest, "", triage.NotFound},
		{"no such case", boss, h.names.Case("2026/9"), arrest, "", triage.NotFound},
		{"nothing", boss, id, nil, "", triage.Invalid},
		{"no outcome", boss, id, []triage.OutcomeCode{"fame"}, "", triage.Invalid},
		{"one that is none beside one", boss, id, []triage.OutcomeCode{"arrest", "fame"}, "", triage.Invalid},
		{"a long note", boss, id, arrest, strings.Repeat("x", triage.MaxNote+1), triage.Invalid},
	} {
		_, err := o.Record(ctx, c.by, c.id, c.of, c.note)
		wantKind(t, c.what, err, c.want)
	}
	_, err := o.Told(ctx, h.examiner)
	wantKind(t, "an examiner is told", err, triage.Forbidden)
	_, err = o.Of(ctx, triage.Actor{ID: "e2", Role: triage.Examiner}, id)
	wantKind(t, "another's case", err, triage.NotFound)

	h.objects.Set(objectstest.Fault{Method: "Put"})
	if _, err := o.Record(ctx, boss, id, arrest, ""); err == nil {
		t.Error("told without a record")
	}
	h.objects.Set()
	if got := h.toldOutcomes(one); got != nil {
		t.Errorf("what is not on record is told: %q", got)
	}
	h.faults.armOn("t:told:", 1, false)
	if _, err := o.Record(ctx, boss, id, arrest, ""); err == nil || !h.faults.disarm() {
		t.Errorf("Redis failed, and %v", err)
	}
	if err := h.catchUp().Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	if got := h.toldOutcomes(one); !slices.Equal(got, []string{"2026/1 arrest"}) {
		t.Errorf("after catching up, told is %q", got)
	}
}
