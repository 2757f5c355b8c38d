package views

import (
	"maps"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// TestOpinionsAreCounted by day and verdict: once, however often one takes effect, in whatever order, for a month.
func TestOpinionsAreCounted(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	decide := func(n int, verdict triage.Verdict, at time.Time) {
		t.Helper()
		b.ok(b.Queue.SaveDecision(ctx, triage.GroupID(mediumID(n)), triage.Decision{Opinion: triage.Opinion{Verdict: verdict, By: "a2", At: at}}))
	}
	days := []time.Time{day.Add(-24 * time.Hour), day, day.Add(24 * time.Hour)}
	decide(3, triage.Illegal, day.Add(time.Hour))
	decide(2, triage.NotIllegal, day.Add(-time.Millisecond))
	for range 2 {
		decide(1, triage.NotIllegal, day)
	}
	decide(1, triage.Unsure, day.Add(2*time.Hour)) // another opinion on the same group
	wants := func(when string, want ...map[triage.Verdict]int) {
		t.Helper()
		f, err := b.Figures.Figures(ctx, b.now, days)
		if err != nil || len(f.Given) != len(want) {
			t.Fatalf("%s: %+v, %v", when, f, err)
		}
		for i := range want {
			if !maps.Equal(f.Given[i], want[i]) {
				t.Errorf("%s, day %d: %v, not %v", when, i, f.Given[i], want[i])
			}
		}
	}
	before := map[triage.Verdict]int{triage.Illegal: 0, triage.NotIllegal: 1, triage.Unsure: 0}
	wants("given", before, map[triage.Verdict]int{triage.Illegal: 1, triage.NotIllegal: 1, triage.Unsure: 1})
	decide(4, triage.NotIllegal, day.Add(triage.OpinionsKept))
	wants("a month later", map[triage.Verdict]int{triage.Illegal: 0, triage.NotIllegal: 0, triage.Unsure: 0}, map[triage.Verdict]int{triage.Illegal: 1, triage.NotIllegal: 1, triage.Unsure: 1})
	decide(2, triage.NotIllegal, days[0])
	if n := b.rdb.ZCard(ctx, "{t}:"+keyGiven+"N").Val(); n != 2 {
		t.Errorf("%d opinions are kept, with one of more than a month ago", n)
	}
}

// TestFigures are those of the queue, and what Progress says of each exhibit that is there.
func TestFigures(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	if f, err := b.Figures.Figures(ctx, b.now, nil); err != nil || len(f.Scores) != 0 || f.Held+f.Awaiting+f.Entering != 0 || len(f.Given) != 0 {
		t.Errorf("of nothing: %+v, %v", f, err)
	}
	x, y := b.exhibit(1, "a1").ID, b.exhibit(2, "a1").ID
	b.register(x, part(1), picture(x, 1, "a"), picture(x, 2, "a"))
	b.register(y, part(2), picture(y, 3, "b"))
	ids := []triage.ExhibitID{y, "x0000000000000000", x}
	list, err := b.Figures.ProgressOf(ctx, ids)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	for i, id := range []triage.ExhibitID{y, x} {
		want, err := b.Exhibits.Progress(ctx, id)
		b.ok(err)
		if got := list[i]; got.Exhibit != id || got.Pending != want.Pending || got.Pending == 0 || !maps.Equal(got.Items, want.Items) || !maps.Equal(got.Media, want.Media) {
			t.Errorf("%s: %+v, not %+v", id, list[i], want)
		}
	}
	b.ok(b.rdb.ZAdd(ctx, "{t}:"+keyHeld, redis.Z{Score: float64(b.now.Add(time.Minute).UnixMilli()), Member: "g"}).Err())
	for after, want := range map[time.Duration]int{0: 1, time.Minute: 0} {
		if f, err := b.Figures.Figures(ctx, b.now.Add(after), nil); err != nil || f.Held != want {
			t.Errorf("%d are held after %s, %v", f.Held, after, err)
		}
	}
}
