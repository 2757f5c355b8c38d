package triage_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// sol leads the section.
var sol = triage.Actor{ID: "a8", Name: "sol", Role: triage.Supervisor}

func (h *house) assigner() *triage.Assigner {
	return &triage.Assigner{Cases: h.cases(), Lease: h.views.Lease, Events: h.events}
}

func (h *house) access() *triage.Access {
	return &triage.Access{Accounts: h.views.Accounts, Sessions: h.views.Sessions, Events: h.events, Now: time.Now}
}

// people makes accounts of a role.
func (h *house) people(role triage.Role, names ...string) (list []triage.Actor) {
	h.t.Helper()
	for _, name := range names {
		_, acc, err := h.access().NewToken(h.t.Context(), triage.Operator, role, name, "")
		if err != nil {
			h.t.Fatal(err)
		}
		list = append(list, acc.Actor)
	}
	return list
}

// assignCase assigns a case, or takes it back from whoever it was assigned to.
func (h *house) assignCase(number, to string) {
	h.t.Helper()
	id, err := h.names.Case(number), error(nil)
	if to != "" {
		err = h.assigner().AssignCase(h.t.Context(), sol, id, to)
	} else {
		err = h.assigner().TakeBackCase(h.t.Context(), sol, id)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.work()
}

// offered returns what next offers somebody, and hands it back; none: nothing.
func (h *house) offered(by triage.Actor) triage.GroupID {
	h.t.Helper()
	ctx := h.t.Context()
	g, err := h.review.Next(ctx, by, triage.QueueFilter{})
	if triage.IsKind(err, triage.NotFound) {
		return ""
	}
	if err == nil {
		err = h.review.Return(ctx, by, g.ID)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return g.ID
}

// whose returns the groups of the queue that are somebody's, in its order; nobody's: "".
func (h *house) whose(account string) (ids []triage.GroupID) {
	h.t.Helper()
	for _, g := range h.browse(time.Now()) {
		if g.Assigned == account {
			ids = append(ids, g.ID)
		}
	}
	return ids
}

// TestAssigned: the groups of a case that was assigned are offered to one person alone, those submitted later too; what a group was assigned by
// itself goes before; a rebuild says the same; when it is taken back, or its account revoked, all is as it was.
func TestAssigned(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	ctx := t.Context()
	two := h.people(triage.Reviewer, "Claire", "Denis")
	claire, denis := two[0], two[1]
	if err := h.submitTo(ctx, "2026/2", "B", newPicture(t, "x.jpg", 11), newPicture(t, "y.jpg", 12)); err != nil {
		t.Fatal(err)
	}
	h.work()
	other := h.whose("") // of case 2026/2
	h.review.Now = time.Now
	for _, n := range []int{0, 1, 2} {
		if err := h.submitTo(ctx, "2026/1", "A", newPicture(t, "a.jpg", n)); err != nil {
			t.Fatal(err)
		}
	}
	h.work()
	all := h.whose("")

	h.assignCase("2026/2", "Claire")
	if got := h.whose(claire.ID); !slices.Equal(sorted(got), sorted(other)) {
		t.Fatalf("Claire's are %v, not %v", got, other)
	}
	if g := h.offered(claire); g != h.whose(claire.ID)[0] {
		t.Errorf("Claire is offered %s", g)
	}
	if g := h.offered(denis); g != h.whose("")[0] {
		t.Errorf("Denis is offered %s", g)
	}
	if sheet, err := h.review.Sheet(ctx, denis, other[0]); err != nil || sheet.Group.Assigned != claire.ID {
		t.Errorf("%q, %v", sheet.Group.Assigned, err)
	}
	if _, err := h.review.Claim(ctx, denis, other[0]); err != nil {
		t.Errorf("by hand: %v", err)
	}
	if err := h.review.Return(ctx, denis, other[0]); err != nil {
		t.Fatal(err)
	}
	if err := h.submitTo(ctx, "2026/2", "C", newPicture(t, "z.jpg", 13)); err != nil {
		t.Fatal(err)
	}
	h.work()
	if got := h.whose(claire.ID); len(got) != 3 {
		t.Errorf("submitted later, and Claire's are %v", got)
	}
	h.rebuilt(c, "a case is assigned")

	if err := h.assigner().AssignGroup(ctx, sol, other[0], denis.ID); err != nil {
		t.Fatal(err)
	}
	if got := h.whose(denis.ID); !slices.Equal(got, other[:1]) || len(h.whose(claire.ID)) != 2 {
		t.Errorf("Denis's are %v", got)
	}
	if g := h.offered(denis); g != other[0] {
		t.Errorf("Denis is offered %s, not %s", g, other[0])
	}
	h.rebuilt(c, "and a group")

	if _, err := h.review.Claim(ctx, denis, other[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := h.review.Decide(ctx, denis, other[0], opinion(triage.NotIllegal, "")); err != nil {
		t.Fatal(err)
	}
	h.work()
	if got := h.whose(denis.ID); len(got) != 0 {
		t.Errorf("decided, and still Denis's: %v", got)
	}
	h.rebuilt(c, "it is decided")
	if err := h.access().RevokeToken(ctx, boss, claire.ID); err != nil {
		t.Fatal(err)
	}
	h.work()
	if got := h.whose(""); len(got) != len(all) { // one more, one decided
		t.Errorf("Claire has left, and %d are nobody's, not %d", len(got), len(all))
	}
	h.rebuilt(c, "its account was revoked")

	h.assignCase("2026/2", "Denis")
	h.assignCase("2026/2", "")
	if got := h.whose(""); len(got) != len(all) {
		t.Errorf("taken back, and %d are nobody's, not %d", len(got), len(all))
	}
	h.rebuilt(c, "taken back")
	for _, key := range []string{"t:assigned:queue", "t:settling", "t:lifted", "t:mine:" + claire.ID, "t:mine:" + denis.ID} {
		if h.rdb.Exists(ctx, key).Val() != 0 {
			t.Errorf("%s is left", key)
		}
	}
}

func sorted(ids []triage.GroupID) []triage.GroupID { return slices.Sorted(slices.Values(ids)) }

// TestFilterByAssignee looks for one's own groups, for nobody's and for another's.
func TestFilterByAssignee(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	queue := h.lined(5)
	two := h.people(triage.Reviewer, "Claire", "Denis")
	h.reviewer.Actor = two[0]
	for i, to := range []string{"Claire", "", "Denis", "", "Claire"} {
		if to == "" {
			continue
		}
		if err := h.assigner().AssignGroup(ctx, sol, queue[i], to); err != nil {
			t.Fatal(err)
		}
	}
	h.filtered(triage.QueueFilter{Case: "2026/1"}, 1) // its groups are at hand from then on
	h.work()
	at := func(numbers ...int) (ids []triage.GroupID) {
		for _, n := range numbers {
			ids = append(ids, queue[n])
		}
		return ids
	}
	for _, try := range []struct {
		number, assigned string
		want             []triage.GroupID
	}{
		{"", triage.Me, at(0, 4)},
		{"", triage.Nobody, at(1, 3)},
		{"", "Denis", at(2)},
		{"", two[1].ID, at(2)},
		{"2026/1", triage.Me, at(0, 4)},
		{"2026/1", triage.Nobody, at(1, 3)},
		{"2026/9", triage.Me, nil},
	} {
		f, err := triage.ParseQueueFilter(try.number, "", try.assigned, "", "", "", "")
		if err != nil {
			t.Fatal(err)
		}
		if got := h.filtered(f, 2); !slices.Equal(got, try.want) {
			t.Errorf("case %q, %q: %v, not %v", try.number, try.assigned, got, try.want)
		}
	}
	mine := triage.QueueFilter{Assigned: triage.Me}
	if g, err := h.review.Next(ctx, two[1], mine); err != nil || g.ID != queue[2] {
		t.Errorf("the next of Denis's is %s, %v", g.ID, err)
	}
	if _, err := h.review.Browse(ctx, two[0], triage.QueueFilter{Assigned: "Eve"}, triage.QueuePlace{}, 5); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("of somebody unknown: %v", err)
	}
	if _, err := h.review.Next(ctx, two[1], triage.QueueFilter{Assigned: "Claire"}); err != nil {
		t.Errorf("Denis holds his own still: %v", err)
	}
}

func TestWhoAssigns(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	queue := h.lined(2)
	claire := h.people(triage.Reviewer, "Claire")[0]
	gone := h.people(triage.Reviewer, "Gone", "Twin", "Twin")[0]
	h.people(triage.Examiner, "Lab")
	if err := h.access().RevokeToken(ctx, boss, gone.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.review.Claim(ctx, claire, queue[1]); err != nil {
		t.Fatal(err)
	}
	if _, err := h.review.Decide(ctx, claire, queue[1], opinion(triage.NotIllegal, "")); err != nil {
		t.Fatal(err)
	}
	a, number := h.assigner(), h.names.Case("2026/1")
	group := func(by triage.Actor, id triage.GroupID, to string) error { return a.AssignGroup(ctx, by, id, to) }
	for what, try := range map[string]struct {
		err  error
		want triage.Kind
	}{
		"a reviewer":                {group(claire, queue[0], "Claire"), triage.Forbidden},
		"an administrator":          {group(boss, queue[0], "Claire"), triage.Forbidden},
		"to an examiner":            {group(sol, queue[0], "Lab"), triage.NotFound},
		"to somebody who left":      {group(sol, queue[0], gone.ID), triage.NotFound},
		"to one of two":             {group(sol, queue[0], "Twin"), triage.Conflict},
		"to nobody":                 {group(sol, queue[0], ""), triage.NotFound},
		"a group that is not there": {group(sol, triage.GroupID(gone.ID), "Claire"), triage.NotFound},
		"one that is decided":       {group(sol, queue[1], "Claire"), triage.Conflict},
		"no case":                   {a.AssignCase(ctx, sol, h.names.Case("2026/9"), "Claire"), triage.NotFound},
		"a case, by a reviewer":     {a.AssignCase(ctx, claire, number, "Claire"), triage.Forbidden},
		"nothing to take back":      {a.TakeBackGroup(ctx, sol, queue[0]), triage.NotFound},
		"no case to take back":      {a.TakeBackCase(ctx, sol, number), triage.NotFound},
		"taken by a reviewer":       {a.TakeBackCase(ctx, claire, number), triage.Forbidden},
	} {
		if !triage.IsKind(try.err, try.want) {
			t.Errorf("%s: %v", what, try.err)
		}
	}
	if n := len(h.recorded(triage.GroupIsAssigned)) + len(h.recorded(triage.CaseIsAssigned)); n != 0 {
		t.Errorf("%d are on record", n)
	}
	if _, err := a.Assignees(ctx, h.examiner); !triage.IsKind(err, triage.Forbidden) {
		t.Errorf("an examiner reads them: %v", err)
	}
	h.assignCase("2026/1", "Claire")
	list, err := a.Assignees(ctx, claire)
	if err != nil || len(list) != 3 || list[0].Name != "Claire" || list[0].Groups != 1 || len(list[0].Cases) != 1 || list[0].Cases[0].Number != "2026/1" || list[0].Cases[0].By != sol.ID {
		t.Errorf("%+v, %v", list, err)
	}
	h.closeCase("2026/1")
	if err := a.AssignCase(ctx, sol, number, "Claire"); !errors.Is(err, triage.ErrClosed) {
		t.Errorf("of a closed case: %v", err)
	}
}

// TestAssignmentEndsWithItsCase: closing a case ends its assignment, and reopening does not bring it back; a group that was assigned by itself is when
// it comes back.
func TestAssignmentEndsWithItsCase(t *testing.T) {
	h, c := twoCases(t)
	ctx := t.Context()
	two := h.people(triage.Reviewer, "Claire", "Denis")
	h.assignCase("2026/2", "Claire")
	theirs := h.whose(two[0].ID)
	if len(theirs) == 0 {
		t.Fatal("nothing is assigned")
	}
	if err := h.assigner().AssignGroup(ctx, sol, theirs[0], "Denis"); err != nil {
		t.Fatal(err)
	}
	h.closeCase("2026/2")
	if got := h.whose(two[0].ID); len(got) != 0 {
		t.Errorf("its case is closed, and Claire's are %v", got)
	}
	h.rebuilt(c, "closed")
	h.reopenCase("2026/2")
	if got := h.whose(two[0].ID); len(got) != 0 {
		t.Errorf("reopened, and Claire's are %v", got)
	}
	if got := h.whose(two[1].ID); !slices.Equal(got, theirs[:1]) {
		t.Errorf("reopened, and Denis's are %v, not %v", got, theirs[:1])
	}
	h.rebuilt(c, "reopened")
}

// TestFaultsWhileAssigning fails each command and the record, before and after: nothing is assigned that is not on record, and what is on
// record has its effect in the end.
func TestFaultsWhileAssigning(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	ctx := t.Context()
	queue := h.lined(3)
	two := h.people(triage.Reviewer, "Claire", "Denis")
	id := h.names.Case("2026/1")
	for _, faults := range [][]objectstest.Fault{{{Method: "Put"}}, {{Method: "Put", After: true}, {Method: "Get"}, {Method: "GetRange"}, {Method: "Stat"}}} {
		h.objects.Set(faults...)
		if err := h.assigner().AssignCase(ctx, sol, id, "Claire"); err == nil {
			t.Error("assigned without a record")
		}
		h.objects.Set()
		if got := h.whose(two[0].ID); len(got) != 0 {
			t.Errorf("%v are assigned without a record", got)
		}
	}
	for name, act := range map[string]func(to string) error{
		"case":  func(to string) error { return h.assigner().AssignCase(ctx, sol, id, to) },
		"group": func(to string) error { return h.assigner().AssignGroup(ctx, sol, queue[0], to) },
	} {
		for at, hit := 1, true; hit; at++ {
			for _, after := range []bool{false, true} {
				to := two[(at+1)%2]
				recorded := len(h.recorded(triage.CaseIsAssigned)) + len(h.recorded(triage.GroupIsAssigned))
				h.faults.arm(at, after)
				err := act(to.ID)
				hit = h.faults.disarm()
				h.rdb.Del(ctx, "t:lease:destructions")
				if _, err := h.lastOf(c); err != nil {
					t.Fatal(err)
				}
				h.work()
				done := len(h.recorded(triage.CaseIsAssigned))+len(h.recorded(triage.GroupIsAssigned)) > recorded
				if is := slices.Contains(h.whose(to.ID), queue[len(queue)-1]); name == "case" && (err == nil && !done || done && !is) {
					t.Errorf("command %d, %v: theirs: %v, on record: %v, %v", at, after, is, done, err)
				}
				if is := slices.Contains(h.whose(to.ID), queue[0]); name == "group" && (err == nil && !done || done && !is) {
					t.Errorf("command %d, %v: theirs: %v, on record: %v, %v", at, after, is, done, err)
				}
			}
		}
	}
	h.rebuilt(c, "after all faults")
}
