package triage_test

import (
	"fmt"
	"slices"
	"testing"

	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// TestWholly: only what lies in one folder of a program, and nowhere else.
func TestWholly(t *testing.T) {
	at := func(folder triage.FolderKey, class triage.PlaceClass) triage.Place {
		return triage.Place{Exhibit: "x1", Folder: folder, Class: class}
	}
	medium := func(places ...triage.Place) triage.Medium { return triage.Medium{Places: places} }
	program, cache, hidden, deleted := at("f1", triage.PlaceProgram), at("f1", triage.PlaceCache), at("f1", triage.PlaceProgram), at("f1", triage.PlaceProgram)
	hidden.Hidden, deleted.Deleted = true, true
	elsewhere := program
	elsewhere.Exhibit = "x2"
	for _, c := range []struct {
		what  string
		media []triage.Medium
		want  bool
	}{
		{"nothing", nil, false},
		{"a program's", []triage.Medium{medium(program), medium(program)}, true},
		{"a cache's", []triage.Medium{medium(cache)}, true},
		{"a camera's", []triage.Medium{medium(at("f1", triage.PlaceCamera))}, false},
		{"two folders", []triage.Medium{medium(program), medium(at("f2", triage.PlaceProgram))}, false},
		{"two exhibits", []triage.Medium{medium(program, elsewhere)}, false},
		{"two classes", []triage.Medium{medium(program), medium(cache)}, false},
		{"one hidden", []triage.Medium{medium(program), medium(hidden)}, false},
		{"one deleted", []triage.Medium{medium(deleted)}, false},
		{"one nowhere", []triage.Medium{medium(program), medium()}, false},
	} {
		if _, got := triage.Wholly(c.media); got != c.want {
			t.Errorf("%s: %t", c.what, got)
		}
	}
}

// themed is a house with an exhibit of some icons in a program's theme, and a picture elsewhere; and the groups of all.
func themed(t *testing.T, icons int, more ...picture) (h *house, ids []triage.GroupID) {
	h = newHouse(t)
	var pictures []picture
	for i := range icons {
		pictures = append(pictures, newPicture(t, fmt.Sprintf("Program Files/browser/themes/dark/icon%d.jpg", i), i+1))
	}
	pictures = append(pictures, more...)
	for _, p := range pictures {
		ids = append(ids, triage.GroupID(h.names.Medium(p.item.Digests.SHA256)))
	}
	if err := h.submitOnce(t.Context(), "ONE", pictures...); err != nil {
		t.Fatal(err)
	}
	h.work()
	return h, ids
}

// TestFolder decides a program's folder from the page of one of its groups: all that lie wholly in it and nobody holds or has decided; each with
// an event and a basis of its own, which its author can take back; and a rebuild says the same.
func TestFolder(t *testing.T) {
	elsewhere := newPicture(t, "pictures/a.jpg", 20)
	h, ids := themed(t, 5, elsewhere)
	ctx, c := t.Context(), h.caughtUp()
	one, two, _ := people()
	claim := func(by triage.Actor, id triage.GroupID) {
		t.Helper()
		if _, err := h.review.Claim(ctx, by, id); err != nil {
			t.Fatal(err)
		}
	}
	decide := func(by triage.Actor, o triage.Opinion, some ...triage.GroupID) (triage.FolderOutcome, error) {
		return h.review.DecideFolder(ctx, by, ids[0], some, o)
	}
	theme := opinion(triage.NotIllegal, "a theme")
	_, err := decide(one, theme, ids[0])
	wantKind(t, "without a claim", err, triage.Conflict)
	claim(one, ids[0])
	claim(two, ids[1])
	h.concludes(two, ids[2], opinion(triage.Unsure, ""))

	view, err := h.review.Folder(ctx, one, ids[0])
	if err != nil || view.Class != triage.PlaceProgram || len(view.Groups) != 3 || view.More || view.Left[triage.LeftHeld] != 1 || len(view.Left) != 1 {
		t.Fatalf("%+v, %v", view, err)
	}
	_, err = h.review.Folder(ctx, one, ids[5])
	wantKind(t, "what lies elsewhere", err, triage.NotFound)
	_, err = h.review.Folder(ctx, h.examiner, ids[0])
	wantKind(t, "an examiner", err, triage.Forbidden)

	_, err = decide(one, opinion(triage.Illegal, ""), ids[0])
	wantKind(t, "illegal", err, triage.Invalid)
	_, err = decide(one, theme)
	wantKind(t, "nothing", err, triage.Invalid)
	h.objects.Set(objectstest.Fault{Method: "Put"})
	if got, err := decide(one, theme, ids...); err == nil || len(got.Decided) > 0 {
		t.Errorf("decided without a journal: %+v", got)
	}
	h.objects.Set()
	got, err := decide(one, theme, append(slices.Clone(ids), ids[3], "00")...)
	want := []triage.GroupID{ids[0], ids[3], ids[4]}
	slices.Sort(want)
	if err != nil || !slices.Equal(got.Decided, want) || got.Left[triage.LeftHeld] != 1 || got.Left[triage.LeftDecided] != 1 || got.Left[triage.LeftGone] != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if events := h.recorded(triage.DecisionMade); len(events) != 4 {
		t.Errorf("%d decisions are on record", len(events))
	}
	g, err := h.views.Queue.Group(ctx, ids[3])
	if err != nil || g.Decision == nil || g.Decision.SameAs != (triage.Basis{Group: ids[0], Folder: true}) || g.Decision.Note != "a theme" || g.Claim != nil {
		t.Errorf("%+v, %v", g.Decision, err)
	}
	if p := h.precedents(two, ids[1]); len(p) != 0 {
		t.Errorf("what was decided with its folder is a precedent: %+v", p)
	}
	if g, err := h.views.Queue.Group(ctx, ids[5]); err != nil || g.Decision != nil || g.Claim != nil {
		t.Errorf("what lies elsewhere: %+v, %v", g, err)
	}
	h.work()
	h.rebuilt(c, "a folder")
	if err := h.review.Undo(ctx, one, ids[3]); err != nil {
		t.Error(err)
	}
}

// TestFolderNearIllegal leaves all groups out once one of the folder is illegal.
func TestFolderNearIllegal(t *testing.T) {
	h, ids := themed(t, 3)
	one, two, _ := people()
	h.concludes(one, ids[1], opinion(triage.Illegal, "not an icon"))
	if _, err := h.review.Claim(t.Context(), two, ids[0]); err != nil {
		t.Fatal(err)
	}
	view, err := h.review.Folder(t.Context(), two, ids[0])
	if err != nil || len(view.Groups) != 0 || view.Left[triage.LeftNear] != 2 {
		t.Errorf("%+v, %v", view, err)
	}
	got, err := h.review.DecideFolder(t.Context(), two, ids[0], ids, opinion(triage.NotIllegal, ""))
	if err != nil || len(got.Decided) != 0 || got.Left[triage.LeftNear] != 2 || got.Left[triage.LeftDecided] != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}
