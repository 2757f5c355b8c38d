package triage_test

import "testing"

// TestRankedWithoutAnExhibit: a place in an exhibit that is not there holds up no group, neither its own nor another's.
func TestRankedWithoutAnExhibit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mustSubmit("ONE", newPicture(t, "a.jpg", 1))
	gone := h.rdb.Keys(t.Context(), "t:x:*").Val()
	if len(gone) != 1 {
		t.Fatalf("%d exhibits", len(gone))
	}
	two := h.mustSubmit("TWO", newPicture(t, "a.jpg", 1), newPicture(t, "b.jpg", 2))
	if err := h.rdb.Del(t.Context(), gone[0]).Err(); err != nil {
		t.Fatal(err)
	}
	h.work()
	h.settle(two)
	groups, total, err := h.review.List(t.Context(), h.reviewer.Actor, 0, 10)
	if err != nil || total != 2 {
		t.Fatalf("%d groups, %v", total, err)
	}
	for _, g := range groups {
		if g.Cases != 1 {
			t.Errorf("%+v", g)
		}
	}
}
