package views

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"vigie/triage"
)

// assign keeps an assignment, and does what a steward does then.
func (b *bench) assign(a triage.Assignment, media []triage.MediumID, exhibits ...triage.ExhibitID) {
	b.t.Helper()
	ctx := b.t.Context()
	if a.Number != "" {
		a.Case = names.Case(a.Number)
	}
	a.By, a.At = "sol", day
	b.ok(b.Assigned.Assign(ctx, a))
	if a.To != "" && a.Number != "" {
		b.ok(b.Custody.LiftExhibits(ctx, a.Number, exhibits...))
	}
	b.steward(media)
}

// steward goes over groups of cases whose assignment changed, and then over exhibits.
func (b *bench) steward(media []triage.MediumID) {
	b.t.Helper()
	ctx := b.t.Context()
	for more := true; more; {
		var err error
		more, err = b.Assigned.Settle(ctx)
		b.ok(err)
	}
	for {
		x, _, err := b.Custody.NextLift(ctx, day)
		b.ok(err)
		if x == "" {
			return
		}
		b.ok(b.Custody.LiftMedia(ctx, x, media))
		b.ok(b.Custody.LiftedPart(ctx, x, ""))
	}
}

// assigned is the model of what was assigned.
type assigned struct {
	*drift
	groups map[triage.GroupID]string
	cases  []triage.Assignment // the first before all
	until  map[string]time.Time
}

// change has a random group or case be assigned, or taken back, or in custody.
func (a *assigned) change(step int) {
	a.t.Helper()
	to := []string{"", "ada", "eve", "bob"}[a.rng.IntN(4)]
	number := a.number()
	switch a.rng.IntN(3) {
	case 0:
		id := triage.GroupID(a.media[a.rng.IntN(len(a.media))])
		if _, was := a.groups[id]; was || to != "" {
			a.groups[id] = to
		}
		a.assign(triage.Assignment{Group: id, To: to, Event: uint64(step + 1)}, a.media)
		if to != "" {
			a.assign(triage.Assignment{Group: id, To: "mallory", Event: uint64(step)}, a.media) // an earlier event, again
		}
	case 1:
		a.cases = slices.DeleteFunc(a.cases, func(c triage.Assignment) bool { return c.Number == number })
		one := triage.Assignment{Number: number, To: to, Event: uint64(step + 1)}
		if to != "" {
			a.cases = append(a.cases, one)
		}
		a.assign(one, a.media, a.exhibitsOf[number]...)
	case 2:
		a.until[number] = day.Add(time.Duration(1+step) * time.Minute)
		a.hold(number, uint64(step+1), a.until[number], a.media, a.exhibitsOf[number]...)
	}
}

// whose says whose a group is.
func (a *assigned) whose(g triage.GroupID) string {
	if own := a.groups[g]; own != "" {
		return own
	}
	there := a.casesOf(g)
	for _, c := range a.cases {
		if there[c.Number] {
			return c.To
		}
	}
	return ""
}

// next is what somebody should be offered: of those in custody that are theirs or nobody's, of their own, of nobody's.
func (a *assigned) next(by string) triage.GroupID {
	ids, held := a.lifting(day, a.until)
	var own, free triage.GroupID
	for i, g := range ids {
		whose := a.whose(g)
		if whose != "" && whose != by {
			continue
		}
		if held[i] != "" {
			return g
		}
		if whose == by {
			own = cmp.Or(own, g)
		} else {
			free = cmp.Or(free, g)
		}
	}
	return cmp.Or(own, free)
}

// TestAssignFollows assigns groups and cases, and takes them back, while media come, join, are ranked, decided and leave: each group is
// always whose the last word on it and on its cases says, everybody finds theirs, and is offered what is theirs or nobody's.
func TestAssignFollows(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { assignFollows(t, rand.New(rand.NewPCG(seed, 9))) })
	}
}

func assignFollows(t *testing.T, rng *rand.Rand) {
	a := &assigned{drift: newDrift(t, rng), groups: make(map[triage.GroupID]string), until: make(map[string]time.Time)}
	for step := range 120 {
		if rng.IntN(3) == 0 {
			a.change(step)
		}
		a.step(step)
		a.verify(step)
		if t.Failed() {
			return
		}
	}
	for _, number := range a.numbers {
		a.assign(triage.Assignment{Number: number, Event: 1000}, a.media)
	}
	for id := range a.groups {
		a.assign(triage.Assignment{Group: id, Event: 1000}, a.media)
	}
	for _, pattern := range []string{"assigned:q*", "mine:*", "settling"} {
		if left := a.rdb.Keys(t.Context(), "{t}:"+pattern).Val(); len(left) > 0 {
			t.Errorf("%q is left", left)
		}
	}
	if all, err := a.Assigned.Assignments(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("%v, %v", all, err)
	}
}

// verify holds what is kept against the model.
func (a *assigned) verify(step int) {
	a.t.Helper()
	ctx := a.t.Context()
	groups, _, err := a.Queue.Queue(ctx, 0, 1000)
	a.ok(err)
	of := make(map[string][]triage.GroupID)
	for _, g := range groups {
		if want := a.whose(g.ID); g.Assigned != want {
			a.t.Errorf("step %d: %s is %q's, not %q's", step, g.ID, g.Assigned, want)
		}
		of[g.Assigned] = append(of[g.Assigned], g.ID)
	}
	people := []string{"ada", "bob", "eve"}
	counts, err := a.Assigned.AssignedTo(ctx, people)
	a.ok(err)
	for i, who := range people {
		if counts[i] != len(of[who]) {
			a.t.Errorf("step %d: %d are %s's, not %d", step, counts[i], who, len(of[who]))
		}
		if got := a.walkedOf(who, 1+a.rng.IntN(5)); !slices.Equal(got, of[who]) {
			a.t.Errorf("step %d: %s finds %v, not %v", step, who, got, of[who])
		}
		want := a.next(who)
		if got, err := a.Queue.Reserve(ctx, who, day, time.Nanosecond); err != nil || got != want {
			a.t.Errorf("step %d: %s is offered %q, %v, not %q", step, who, got, err, want)
		}
		a.ok(a.rdb.Del(ctx, "{t}:held").Err())
	}
}

// walkedOf goes through somebody's groups, so many at a time.
func (b *bench) walkedOf(account string, n int) (ids []triage.GroupID) {
	b.t.Helper()
	for from := (triage.QueuePlace{}); ; {
		s, err := b.Queue.Walk(b.t.Context(), from, triage.Walking{Now: day, Of: account, Groups: n, Most: 100})
		b.ok(err)
		for _, g := range s.Groups {
			ids = append(ids, g.ID)
		}
		if s.End {
			return ids
		}
		from, err = triage.ParseQueuePlace(s.Last.String())
		b.ok(err)
	}
}

// TestForgedAssignment has somebody else write another account into what is kept.
func TestForgedAssignment(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	b.ok(b.Assigned.Assign(ctx, triage.Assignment{Group: triage.GroupID(mediumID(1)), To: "ada", By: "sol", At: day, Event: 7}))
	all, err := b.Assigned.Assignments(ctx)
	if err != nil || len(all) != 1 || all[0].To != "ada" || all[0].Group != triage.GroupID(mediumID(1)) || all[0].Event != 7 {
		t.Fatalf("%+v, %v", all, err)
	}
	for id, kept := range b.rdb.HGetAll(ctx, "{t}:assigned:groups").Val() {
		b.ok(b.rdb.HSet(ctx, "{t}:assigned:groups", id, "7:eve"+kept[5:]).Err())
	}
	if _, err := b.Assigned.Assignments(ctx); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("%v", err)
	}
}
