package views

import (
	"reflect"
	"testing"
	"time"

	"vigie/triage"
)

// TestDecisions keeps decisions as they are, lists those that await somebody while they do, and forgets them.
func TestDecisions(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"), picture(x.ID, 2, "b"))
	b.examine(1, triage.Pending, 0)
	b.examine(2, triage.Pending, 0)
	one, two := b.join(1, 1), b.join(2, 2)
	b.rank(5, triage.ProbableNew)

	full := triage.Opinion{
		Verdict: triage.Illegal, Category: "A1", Violent: true, Victim: triage.VictimSeries, Producer: triage.LeadStrong, Series: "boîtes", Note: "ñ", By: "eve", At: day.Add(time.Hour),
	}
	covers := triage.Coverage(nil).With(mediumID(1))
	replaced := &triage.Decision{Opinion: triage.Opinion{Verdict: triage.Unsure, By: "bob", At: day}, Members: 1, Covers: covers}
	first := triage.Decision{Opinion: full, Members: 1, Covers: covers, Overturns: true, Replaces: replaced}
	second := triage.Decision{Opinion: triage.Opinion{Verdict: triage.NotIllegal, By: "ada", At: day.Add(3 * time.Hour)}, Before: []triage.Opinion{full}, Members: 1, Covers: covers, Replaces: replaced}
	third := second
	third.Before, third.Opinion = second.Opinions(), full
	later := triage.Decision{Opinion: triage.Opinion{Verdict: triage.Illegal, Category: "B1", By: "bob", At: day.Add(2 * time.Hour)}, Members: 1, Covers: triage.Coverage(nil).With(mediumID(2))}

	awaiting := func(when string, want ...triage.GroupID) {
		t.Helper()
		groups, n, err := b.Queue.Awaiting(ctx, 0, 9)
		var got []triage.GroupID
		for _, g := range groups {
			got = append(got, g.ID)
		}
		if err != nil || n != len(want) || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %d await, %v, not %v; %v", when, n, got, want, err)
		}
	}
	decided := func(id triage.GroupID, want *triage.Decision) {
		t.Helper()
		if g, err := b.Queue.Group(ctx, id); err != nil || !reflect.DeepEqual(g.Decision, want) {
			t.Errorf("decided %+v, not %+v; %v", g.Decision, want, err)
		}
	}
	awaiting("nothing is decided")
	b.ok(b.Queue.SaveDecision(ctx, two, later))
	b.ok(b.Queue.SaveDecision(ctx, one, first))
	awaiting("two opinions", one, two)
	decided(one, &first)
	b.ok(b.Queue.SaveDecision(ctx, one, second))
	awaiting("they differ", one, two) // it has waited as long as it has
	decided(one, &second)
	if groups, n, err := b.Queue.Awaiting(ctx, 1, 1); err != nil || n != 2 || len(groups) != 1 || groups[0].ID != two {
		t.Errorf("the second page: %+v of %d, %v", groups, n, err)
	}
	b.ok(b.Queue.SaveDecision(ctx, one, third))
	awaiting("one is settled", two)
	decided(one, &third)
	for range 2 {
		b.ok(b.Queue.DropDecision(ctx, two))
	}
	awaiting("the other is taken back")
	decided(two, nil)
	if _, n, err := b.Queue.Queue(ctx, 0, 9); err != nil || n != 1 {
		t.Errorf("%d groups in the queue, %v", n, err)
	}
	nobody := triage.GroupID(mediumID(3))
	b.ok(b.Queue.DropDecision(ctx, nobody))
	b.ok(b.Queue.SaveDecision(ctx, nobody, later)) // while catching up, a decision comes before its group
	groups, n, err := b.Queue.Awaiting(ctx, 0, 9)
	if err != nil || n != 1 || len(groups) != 0 {
		t.Errorf("of a group that is not there: %+v, %d, %v", groups, n, err)
	}
	b.ok(b.Queue.DropDecision(ctx, nobody))
	awaiting("nothing is decided any more")
}
