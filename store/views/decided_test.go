package views

import (
	"testing"

	"vigie/triage"
	"vigie/triage/signals"
)

// TestDecidedClassOfScripts: scripts tell by the same classes as ranking when something has changed for others.
func TestDecidedClassOfScripts(t *testing.T) {
	b := open(t)
	of := script(`
local classes = {}
for decided = 0, 60 do
  for illegal = 0, decided do classes[#classes + 1] = decidedClass(illegal, decided) end
end
return classes`)
	got, err := b.Groups.run(t.Context(), of, "{t}:any").Int64Slice()
	b.ok(err)
	i := 0
	for decided := range 61 {
		for illegal := range decided + 1 {
			if want := signals.DecidedClass(illegal, decided); got[i] != int64(want) {
				t.Errorf("%d of %d: %d, not %d", illegal, decided, got[i], want)
			}
			i++
		}
	}
}

// TestDecisionsStirTheirDay: where a folder says nothing new any more, those of the same day are ranked again, and they alone.
func TestDecisionsStirTheirDay(t *testing.T) {
	b := open(t)
	x := b.exhibit(1, "ada").ID
	var items []triage.ListedItem
	for n := range 30 {
		items = append(items, shot{folder: "top", day: 1 + n/10}.item(x, n))
	}
	b.register(x, part(1), items...)
	for n := range 30 {
		b.shoot(n, shot{}, triage.Pending, 0)
		id := mediumID(n)
		b.ok(b.Groups.Bear(t.Context(), []triage.Founder{{Group: triage.GroupID(id), Medium: id}}))
		b.ok(b.Groups.JoinGroups(t.Context(), []triage.Join{{Medium: id, Group: triage.GroupID(id)}}))
	}
	decide := func(n int, v triage.Verdict) {
		d := triage.Decision{Opinion: triage.Opinion{Verdict: v, By: "eve", At: day}, Covers: triage.Coverage{}.With(mediumID(n)), Members: 1}
		b.ok(b.Queue.SaveDecision(t.Context(), triage.GroupID(mediumID(n)), d))
	}
	for n := range 10 { // the first day's
		decide(n, triage.NotIllegal)
	}
	b.toRank()
	b.rank(100, triage.Unranked)
	if left := b.toRank(); len(left) > 0 {
		t.Fatalf("%d wait", len(left))
	}
	decide(14, triage.NotIllegal) // one of the second
	waiting := make(map[triage.GroupID]bool)
	for _, m := range b.toRank() {
		waiting[m.Group] = true
	}
	for n := range 30 {
		if got, want := waiting[triage.GroupID(mediumID(n))], n/10 == 1; got != want {
			t.Errorf("medium %d is ranked again: %v", n, got)
		}
	}
	if got := b.ties(12).Decided; got[0] != (signals.Decided{Folder: -signals.MostCleared, Day: -3}) {
		t.Errorf("%+v", got)
	}
}
