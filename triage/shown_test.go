package triage_test

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// TestShowing: how long something was on the screen, by when it was shown and hidden; in any order, and twice as once.
func TestShowing(t *testing.T) {
	begin := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	const end = 180 // seconds
	type mark struct {
		second int
		on     bool
	}
	for _, c := range []struct {
		marks  []mark
		now    int
		lasted time.Duration
		on     bool
	}{
		{nil, 100, 0, false},
		{[]mark{{1, false}}, 100, 0, false}, // hidden before anything was shown
		{[]mark{{10, true}}, 40, 30 * time.Second, true},
		{[]mark{{10, true}}, 500, 170 * time.Second, false}, // to the grant's end
		{[]mark{{10, true}, {11, true}, {12, true}}, 500, 170 * time.Second, false},
		{[]mark{{10, true}, {30, false}}, 500, 20 * time.Second, false},
		{[]mark{{10, true}, {30, false}, {40, false}, {50, true}, {55, false}}, 100, 25 * time.Second, false},
		{[]mark{{10, true}, {30, false}, {50, true}}, 60, 30 * time.Second, true},
		{[]mark{{10, true}, {200, false}}, 500, 190 * time.Second, false}, // told late
	} {
		s := triage.Showing{Grant: "r1", Until: begin.Add(end * time.Second)}
		var parts []triage.Showing
		for i, m := range c.marks {
			part := s
			part.Pictures = 1 << i
			part.Marks = []triage.ShowingMark{{At: begin.Add(time.Duration(m.second) * time.Second), On: m.on}}
			parts = append(parts, part)
			s = s.Join(part)
		}
		now := begin.Add(time.Duration(c.now) * time.Second)
		if got := s.Lasted(now); got != c.lasted {
			t.Errorf("%v at %d: lasted %v, not %v", c.marks, c.now, got, c.lasted)
		}
		if got := s.On(now); got != c.on {
			t.Errorf("%v at %d: on the screen: %t", c.marks, c.now, got)
		}
		for range 5 {
			other := triage.Showing{Grant: "r1", Until: s.Until}
			for _, i := range append(rand.Perm(len(parts)), rand.Perm(len(parts))...) {
				other = other.Join(parts[i])
			}
			if !reflect.DeepEqual(other, s) {
				t.Errorf("%v in another order: %+v, not %+v", c.marks, other, s)
			}
		}
	}
}

func (h *house) shown() *triage.Shown {
	return &triage.Shown{Store: h.views.Shown, Accounts: h.views.Accounts, Zone: time.UTC, Now: time.Now}
}

// counted sums what somebody is told that they were shown, of all days.
func (h *house) counted(by triage.Actor) map[triage.Look]triage.LookCount {
	h.t.Helper()
	days, err := h.shown().Own(h.t.Context(), by)
	if err != nil {
		h.t.Fatal(err)
	}
	sum := make(map[triage.Look]triage.LookCount)
	for _, d := range days {
		for look, c := range d.Looks {
			sum[look] = triage.LookCount{N: sum[look].N + c.N, Time: sum[look].Time + c.Time}
		}
	}
	return sum
}

func numbers(counts map[triage.Look]triage.LookCount) map[triage.Look]int {
	n := make(map[triage.Look]int)
	for look, c := range counts {
		n[look] = c.N
	}
	return n
}

// TestShownIsCounted: pictures and names by step, each picture once a grant; time ends when it is hidden; grants of which nothing was
// shown count nothing; after a rebuild, and after events that came twice, all is the same.
func TestShownIsCounted(t *testing.T) {
	l, stop := newLadder(t)
	stop()
	ctx := t.Context()
	l.review.Policy = triage.ForAll(allowing)
	const why = "to see what it is"
	show := func(grant triage.Grant, err error) triage.Grant {
		t.Helper()
		if err == nil && grant.Sight != triage.SeeNames {
			_, err = l.review.Picture(ctx, l.reviewer, grant.ID, 0)
		} else if err == nil {
			_, err = l.review.Names(ctx, l.reviewer, grant.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		return grant
	}
	if _, err := l.views.Accounts.Account(ctx, l.reviewer.Actor.ID); err == nil {
		t.Fatal("the reviewer has an account")
	}
	if err := l.views.Accounts.SaveAccount(ctx, triage.Account{Actor: l.reviewer.Actor}); err != nil { // the dump goes by accounts
		t.Fatal(err)
	}
	blurred := show(l.must(t, triage.StepBlurred, why), nil)
	show(blurred, nil) // loaded again
	show(l.must(t, triage.StepBlurred, why), nil)
	show(l.must(t, triage.StepGrey, ""), nil)
	l.must(t, triage.StepColour, "") // never looked at
	show(l.review.RevealTiles(ctx, l.reviewer, l.group, wish(triage.StepGrey, why, 1, 2)))
	show(l.review.RevealNames(ctx, l.reviewer, l.group, why))

	want := map[triage.Look]int{"blurred": 2, "grey": 1, triage.LookTiles: 1, triage.LookNames: 1}
	if got := numbers(l.counted(l.reviewer.Actor)); !maps.Equal(got, want) {
		t.Errorf("counted are %v", got)
	}
	if got := l.counted(l.other.Actor); len(got) != 0 {
		t.Errorf("another's are %v", got)
	}

	hide := func(by triage.Session, hidden bool) error { return l.review.Hide(ctx, by, blurred.ID, hidden) }
	wantKind(t, "another's reveal hidden", hide(l.other, true), triage.NotFound)
	wantKind(t, "hidden by an examiner", hide(triage.Session{ID: "s1", Actor: l.examiner}, true), triage.Forbidden)
	for _, hidden := range []bool{true, true, false, false, true} {
		if err := hide(l.reviewer, hidden); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := len(l.recorded(triage.RevealHidden)), len(l.recorded(triage.RevealResumed)); a != 2 || b != 1 {
		t.Errorf("%d times hidden and %d times shown again on record", a, b)
	}
	off := l.events.Shown
	list, err := off.Shown(ctx, l.reviewer.Actor.ID, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.On(time.Now()) == (s.Grant == blurred.ID) {
			t.Errorf("%+v", s)
		}
	}

	kept := func() map[string]triage.Showing {
		t.Helper()
		list, err := off.Shown(ctx, l.reviewer.Actor.ID, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		by := make(map[string]triage.Showing)
		for _, s := range list {
			by[s.Grant] = s
		}
		return by
	}
	before := kept()
	for _, kind := range triage.Fading() {
		for _, ev := range l.recorded(kind) {
			if err := l.events.Apply(ctx, ev); err != nil {
				t.Fatal(err)
			}
		}
	}
	if after := kept(); !reflect.DeepEqual(after, before) {
		t.Errorf("applied twice: %+v\nnot %+v", after, before)
	}
	c := l.catchUp()
	l.rdb.FlushAll(ctx)
	if err := c.Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	if after := kept(); !reflect.DeepEqual(after, before) {
		t.Errorf("made again: %+v\nnot %+v", after, before)
	}
}

// TestHideFaults makes the journal fail where a reveal is hidden: what is not on record has no effect.
func TestHideFaults(t *testing.T) {
	l, stop := newLadder(t)
	stop()
	ctx := t.Context()
	grant := l.must(t, triage.StepBlurred, "to see what it is")
	if err := l.review.Hide(ctx, l.reviewer, grant.ID, true); err != nil || len(l.recorded(triage.RevealHidden)) != 0 {
		t.Errorf("hidden before anything was shown: %v", err)
	}
	if _, err := l.review.Picture(ctx, l.reviewer, grant.ID, 0); err != nil {
		t.Fatal(err)
	}
	l.objects.Set(objectstest.Fault{Method: "Put"})
	if err := l.review.Hide(ctx, l.reviewer, grant.ID, true); err == nil {
		t.Error("it was hidden without a record")
	}
	l.objects.Set()
	on := func() bool {
		t.Helper()
		list, err := l.events.Shown.Shown(ctx, l.reviewer.Actor.ID, time.Now())
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		return list[0].On(time.Now())
	}
	if !on() {
		t.Error("what is not on record had an effect")
	}
	if err := l.review.Hide(ctx, l.reviewer, grant.ID, true); err != nil || on() {
		t.Errorf("the next try: %v", err)
	}
	later := time.Now().Add(triage.GrantLife + time.Second)
	l.review.Now = func() time.Time { return later }
	wantKind(t, "after its end", l.review.Hide(ctx, l.reviewer, grant.ID, false), triage.NotFound)
}

// TestOthersShown: who is told what others were shown, by what the organisation chose; sums of too few are nobody's to know.
func TestOthersShown(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	now := time.Now().UTC().Truncate(24 * time.Hour).Add(12 * time.Hour)
	s := h.shown()
	s.Now = func() time.Time { return now }
	keep := func(account string, role triage.Role, daysAgo ...int) {
		t.Helper()
		if err := h.views.Accounts.SaveAccount(ctx, triage.Account{Actor: triage.Actor{ID: account, Name: "name of " + account, Role: role}}); err != nil {
			t.Fatal(err)
		}
		for _, ago := range daysAgo {
			began := now.AddDate(0, 0, -ago)
			err := h.views.Shown.KeepShown(ctx, account, triage.Showing{
				Grant: "r" + account + began.Format("0102"), Sight: triage.SeePictures, Step: triage.StepGrey, Until: began.Add(time.Minute), Pictures: 3,
				Marks: []triage.ShowingMark{{At: began, On: true}},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	boss := triage.Actor{ID: "a9", Role: triage.Supervisor}
	keep("a9", triage.Supervisor, 1, 2)
	keep("b1", triage.Reviewer, 1, 2)
	keep("b2", triage.Reviewer, 1, 2)
	keep("b3", triage.Supervisor, 1)
	keep("b4", triage.Reviewer)

	for _, by := range []triage.Actor{{ID: "b1", Role: triage.Reviewer}, {ID: "e1", Role: triage.Examiner}, {ID: "d1", Role: triage.Admin}, {ID: "u1", Role: triage.Unit}} {
		s.Policy = triage.CountsPersons
		_, _, err := s.Others(ctx, by)
		wantKind(t, string(by.Role)+" asks for others", err, triage.Forbidden)
		if !by.Role.Reviews() {
			_, err := s.Own(ctx, by)
			wantKind(t, string(by.Role)+" asks for their own", err, triage.Forbidden)
		}
	}
	for _, none := range []triage.CountPolicy{"", triage.CountsNone} {
		s.Policy = none
		_, _, err := s.Others(ctx, boss)
		wantKind(t, "others, of which nothing is told", err, triage.Forbidden)
	}
	s.Policy = triage.CountsTeam
	team, persons, err := s.Others(ctx, boss)
	if err != nil || len(persons) != 0 || len(team) != 2 {
		t.Fatalf("%+v, %+v, %v", team, persons, err)
	}
	if d := team[0]; d.Few || d.Persons != 3 || d.Looks["grey"] != (triage.LookCount{N: 6, Time: 3 * time.Minute}) {
		t.Errorf("of three: %+v", d)
	}
	if d := team[1]; !d.Few || d.Persons != 0 || len(d.Looks) != 0 {
		t.Errorf("of two, and of the reader: %+v", d)
	}
	s.Policy = triage.CountsPersons
	if team, persons, err = s.Others(ctx, boss); err != nil || len(team) != 0 || len(persons) != 3 || persons[0].Account.ID != "b1" || len(persons[0].Days) != 2 {
		t.Errorf("%+v, %+v, %v", team, persons, err)
	}
}
