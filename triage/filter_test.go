package triage_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"vigie/triage"
)

// filtered goes through what a filter lets through, n groups at a time.
func (h *house) filtered(f triage.QueueFilter, n int) (ids []triage.GroupID) {
	h.t.Helper()
	for from := (triage.QueuePlace{}); ; {
		s, err := h.review.Browse(h.t.Context(), h.reviewer.Actor, f, from, n)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, g := range s.Groups {
			ids = append(ids, g.ID)
		}
		if s.End {
			return ids
		}
		if s.Last == from {
			h.t.Fatalf("stands still at %+v", from)
		}
		from = s.Last
	}
}

// TestFilters holds each filter against what the media of the groups say, in steps of several lengths, with and without a custody; the next
// group is the first of them that nobody holds.
func TestFilters(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	old, recent := newPicture(t, "old.jpg", 0), newPicture(t, "recent.jpg", 1)
	old.item.Modified, recent.item.Modified = time.Date(2020, 5, 1, 23, 59, 0, 0, time.UTC), time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC)
	if err := h.submitOnce(ctx, "A", old, recent, newPicture(t, "a.jpg", 2), newPicture(t, "b.jpg", 3)); err != nil {
		t.Fatal(err)
	}
	if err := h.submitTo(ctx, "2026/2", "B", newPicture(t, "c.jpg", 4), newPicture(t, "a2.jpg", 2), newPicture(t, "d.jpg", 5)); err != nil {
		t.Fatal(err)
	}
	h.work()
	all := h.browse(time.Now())
	media := make(map[triage.GroupID][]triage.Medium)
	for _, g := range all {
		members, err := h.views.Queue.GroupMedia(ctx, g.ID)
		if err != nil {
			t.Fatal(err)
		}
		media[g.ID] = members
	}
	middle := all[len(all)/2].Score
	day := func(s string) time.Time { d, _ := time.Parse(time.DateOnly, s); return d }
	dated := func(from, before time.Time) func(triage.Group) bool {
		return func(g triage.Group) bool {
			for _, m := range media[g.ID] {
				for _, p := range m.Places {
					if at := p.Modified; !at.IsZero() && !at.Before(from) && at.Before(before) {
						return true
					}
				}
			}
			return false
		}
	}
	in := func(number string) func(triage.Group) bool {
		return func(g triage.Group) bool {
			for _, m := range media[g.ID] {
				if slices.ContainsFunc(m.Places, func(p triage.Place) bool {
					x, err := h.views.Exhibits.Exhibit(ctx, p.Exhibit)
					return err == nil && x.Case == number
				}) {
					return true
				}
			}
			return false
		}
	}
	check := func(when string) {
		t.Helper()
		queue := h.browse(time.Now())
		for what, try := range map[string]struct {
			filter [5]string
			want   func(triage.Group) bool
			some   bool
		}{
			"all":         {[5]string{}, func(triage.Group) bool { return true }, true},
			"score":       {[5]string{"", strconv.Itoa(middle)}, func(g triage.Group) bool { return g.Score >= middle }, true},
			"too much":    {[5]string{"", "999"}, func(triage.Group) bool { return false }, false},
			"pictures":    {[5]string{2: "picture"}, func(g triage.Group) bool { return g.Videos < g.Members }, true},
			"films":       {[5]string{2: "video"}, func(g triage.Group) bool { return g.Videos > 0 }, false},
			"since":       {[5]string{3: "2026-05-02"}, dated(day("2026-05-02"), day("2999-01-01")), true},
			"of a day":    {[5]string{3: "2020-05-01", 4: "2020-05-01"}, dated(day("2020-05-01"), day("2020-05-02")), true},
			"first case":  {[5]string{"2026/1"}, in("2026/1"), true},
			"second case": {[5]string{"2026/2"}, in("2026/2"), true},
			"case, score": {[5]string{"2026/1", strconv.Itoa(middle)}, func(g triage.Group) bool { return in("2026/1")(g) && g.Score >= middle }, true},
			"no case":     {[5]string{"2026/9"}, func(triage.Group) bool { return false }, false},
		} {
			f, err := triage.ParseQueueFilter(try.filter[0], "", "", try.filter[1], try.filter[2], try.filter[3], try.filter[4])
			if err != nil {
				t.Fatal(err)
			}
			if f.Case != "" {
				h.filtered(f, 1)
				h.work() // gathers
			}
			var want []triage.GroupID
			for _, g := range queue {
				if try.want(g) {
					want = append(want, g.ID)
				}
			}
			if f.Case != "" { // in one case a custody changes no order
				want = want[:0]
				for _, g := range all {
					if try.want(g) {
						want = append(want, g.ID)
					}
				}
			}
			if len(want) > 0 != try.some {
				t.Errorf("%s, %s: %d groups", when, what, len(want))
			}
			for _, n := range []int{1, 2, 100} {
				if got := h.filtered(f, n); !slices.Equal(got, want) {
					t.Errorf("%s, %s, %d at a time: %v, want %v", when, what, n, got, want)
				}
			}
			g, err := h.review.Next(ctx, h.reviewer.Actor, f)
			if len(want) == 0 != triage.IsKind(err, triage.NotFound) || len(want) > 0 && g.ID != want[0] {
				t.Errorf("%s, %s: next is %s, %v, not %v", when, what, g.ID, err, want)
			}
			if err == nil {
				if err := h.review.Return(ctx, h.reviewer.Actor, g.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	check("no custody")
	h.hold("2026/2", time.Now().Add(time.Hour))
	check("a custody")
	h.hold("2026/2", time.Time{})
	check("ended")

	// What was gathered is forgotten an hour later.
	later := time.Now().Add(2 * time.Hour)
	if _, _, err := h.views.Custody.NextLift(ctx, later); err != nil {
		t.Fatal(err)
	}
	if left := h.rdb.Keys(ctx, "t:up:*").Val(); len(left) > 0 || h.rdb.Exists(ctx, "t:sieved", "t:lifted", "t:lifting").Val() != 0 {
		t.Errorf("%q is left", left)
	}
	for _, wrong := range [][5]string{{1: "many"}, {2: "sound"}, {3: "tomorrow"}, {4: "2026-13-01"}} {
		if _, err := triage.ParseQueueFilter(wrong[0], "", "", wrong[1], wrong[2], wrong[3], wrong[4]); !triage.IsKind(err, triage.Invalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// TestFilterByUnit: an exhibit has the unit that its examiner was of when they opened it, after a rebuild too; the queue is filtered by it.
func TestFilterByUnit(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	access := &triage.Access{Accounts: h.views.Accounts, Sessions: h.views.Sessions, Events: h.events, Now: time.Now}
	both := newPicture(t, "both.jpg", 1)
	for _, u := range []struct {
		unit, seal string
		pictures   []picture
	}{
		{"Rennes", "R", []picture{newPicture(t, "r.jpg", 2), both}},
		{"Brest", "B", []picture{newPicture(t, "b.jpg", 3), both}},
		{"", "N", []picture{newPicture(t, "n.jpg", 4)}},
	} {
		_, acc, err := access.NewToken(ctx, triage.Operator, triage.Examiner, "lab "+u.seal, u.unit)
		if err != nil {
			t.Fatal(err)
		}
		h.examiner = acc.Actor
		if err := h.submitOnce(ctx, u.seal, u.pictures...); err != nil {
			t.Fatal(err)
		}
		if x, err := h.views.Exhibits.Exhibit(ctx, h.names.Exhibit("2026/1", u.seal)); err != nil || x.Unit != u.unit {
			t.Errorf("%+v, %v", x, err)
		}
	}
	if _, _, err := access.NewToken(ctx, triage.Operator, triage.Examiner, "x", "a\nb"); !triage.IsKind(err, triage.Invalid) {
		t.Errorf("a unit of two lines: %v", err)
	}
	h.work()
	h.rebuilt(c, "units")
	for unit, want := range map[string]int{"": 4, "Rennes": 2, "Brest": 2, "Lorient": 0} {
		f, err := triage.ParseQueueFilter("", unit, "", "", "", "", "")
		if err != nil {
			t.Fatal(err)
		}
		if got := h.filtered(f, 3); len(got) != want {
			t.Errorf("%q: %d groups, not %d", unit, len(got), want)
		}
	}
	if units, err := h.review.Units(ctx, h.reviewer.Actor); err != nil || !slices.Equal(units, []string{"Brest", "Rennes"}) {
		t.Errorf("%q, %v", units, err)
	}
	if _, err := h.review.Units(ctx, h.examiner); !triage.IsKind(err, triage.Forbidden) {
		t.Errorf("an examiner reads the units: %v", err)
	}
}
