package triage_test

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"vigie/hashing"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// ExamineReference makes the decoder of the house one that goes the reference way.
func (d switchable) ExamineReference(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error) {
	return d.Examine(ctx, r, size)
}

func (h *house) enterer() *triage.Enterer {
	return &triage.Enterer{
		Queue: h.views.Queue, Archive: h.archive, Decoder: switchable{h}, Films: h.worker.Films, Sets: h.sets, Due: h.views.Rematch, Founders: triage.NewFounderIndex(h.views.Groups),
		Events: h.events, Names: h.names, Lease: h.views.Lease, Log: slog.New(slog.DiscardHandler),
	}
}

func (h *house) linker() *triage.Linker {
	return &triage.Linker{Store: h.views.Links, Media: h.views.Media, Events: h.events, Lease: h.views.Lease, Log: slog.New(slog.DiscardHandler)}
}

// linked has what was decided take effect: in the office's set, in what was submitted, and in links.
func (h *house) linked() {
	h.t.Helper()
	if err := h.enterer().Once(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.work()
	if err := h.linker().Once(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) notices() *triage.Notices {
	return &triage.Notices{Store: h.views.Links, Exhibits: h.views.Exhibits, Events: h.events}
}

// told are the seals that notices tell somebody of, sorted, each with how many other exhibits have the same.
func (h *house) noticed(by triage.Actor) (seals []string) {
	h.t.Helper()
	list, total, err := h.notices().List(h.t.Context(), by, 0, 50)
	if err != nil || total != len(list) {
		h.t.Fatalf("%d of %d, %v", len(list), total, err)
	}
	for _, n := range list {
		seals = append(seals, n.Seal+"+"+string(rune('0'+n.Others)))
	}
	slices.Sort(seals)
	return seals
}

// TestConfirmedIsSearched: what two people confirm enters the office's set; every exhibit that has it, or what is alike, in whichever
// case and whenever it came, is known, and its examiner is told, once; a rebuild says the same.
func TestConfirmedIsSearched(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	one, two, _ := people()
	p := newPicture(t, "a.jpg", 1)
	submit := func(number, seal string, source ...picture) {
		t.Helper()
		if err := h.submitTo(ctx, number, seal, source...); err != nil {
			t.Fatal(err)
		}
		h.work()
	}
	submit("2026/1", "ONE", p, newPicture(t, "other.jpg", 7))
	submit("2026/2", "TWO", p)
	submit("2026/3", "NEAR", near(t, p, "b.jpg", 2))
	submit("2026/4", "NONE", newPicture(t, "c.jpg", 9))
	id := triage.GroupID(h.names.Medium(p.item.Digests.SHA256))

	h.concludes(one, id, opinion(triage.Illegal, "seen"))
	h.linked()
	if got := h.noticed(one); got != nil {
		t.Errorf("one person's opinion is told: %v", got)
	}
	h.concludes(two, id, opinion(triage.Illegal, "I agree"))
	h.linked()
	want := []string{"NEAR+2", "ONE+2", "TWO+2"}
	if got := h.noticed(one); !slices.Equal(got, want) {
		t.Errorf("told of %v, not %v", got, want)
	}
	if got := h.noticed(h.examiner); !slices.Equal(got, want) {
		t.Errorf("the examiner is told of %v, not %v", got, want)
	}
	if got := h.noticed(triage.Actor{ID: "a9", Role: triage.Examiner}); got != nil {
		t.Errorf("another examiner is told of %v", got)
	}
	for seal, finding := range map[string]triage.Finding{"ONE": triage.Known, "TWO": triage.Known, "NEAR": triage.Known} {
		x := h.names.Exhibit(map[string]string{"ONE": "2026/1", "TWO": "2026/2", "NEAR": "2026/3"}[seal], seal)
		if progress, err := h.views.Exhibits.Progress(ctx, x); err != nil || progress.Media[finding] != 1 {
			t.Errorf("%s: %v, %v", seal, progress.Media, err)
		}
	}
	h.work()
	h.rebuilt(c, "entered and linked")

	// What comes later is found when it is examined, and told.
	submit("2026/5", "LATER", near(t, p, "d.jpg", 3))
	h.linked()
	submit("2026/6", "SAME", p) // its bytes are held, and examined
	h.linked()
	want = []string{"LATER+4", "NEAR+4", "ONE+4", "SAME+4", "TWO+4"}
	if got := h.noticed(one); !slices.Equal(got, want) {
		t.Errorf("told of %v, not %v", got, want)
	}
	h.linked()
	if n := len(h.recorded(triage.LinkFound)); n != 5 {
		t.Errorf("%d links are on record", n)
	}
	if n := len(h.recorded(triage.DecisionEntered)); n != 1 {
		t.Errorf("entered %d times", n)
	}
	h.rebuilt(c, "and what came later")
	for _, e := range h.recorded(triage.LinkFound) {
		if strings.Contains(string(e.Data), p.item.Path) {
			t.Error("the journal names a file")
		}
	}
}

// TestNoticeIsRead: an examiner takes note once, of their own exhibits only.
func TestNoticeIsRead(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	one, two, _ := people()
	p := newPicture(t, "a.jpg", 1)
	if err := h.submitOnce(ctx, "ONE", p); err != nil {
		t.Fatal(err)
	}
	h.work()
	id := triage.GroupID(h.names.Medium(p.item.Digests.SHA256))
	h.concludes(one, id, opinion(triage.Illegal, "seen"))
	h.concludes(two, id, opinion(triage.Illegal, "I agree"))
	h.linked()
	list, _, err := h.notices().List(ctx, h.examiner, 0, 9)
	if err != nil || len(list) != 1 || list[0].Category != "A1" || list[0].Others != 0 {
		t.Fatalf("%+v, %v", list, err)
	}
	if n, err := h.notices().Unread(ctx, h.examiner); err != nil || n != 1 {
		t.Errorf("%d unread, %v", n, err)
	}
	x, a := list[0].Exhibit, list[0].AdditionID
	wantKind(t, "another examiner", h.notices().Read(ctx, triage.Actor{ID: "a9", Role: triage.Examiner}, x, a), triage.NotFound)
	wantKind(t, "a reviewer", h.notices().Read(ctx, one, x, a), triage.Forbidden)
	wantKind(t, "another link", h.notices().Read(ctx, h.examiner, x, triage.AdditionID{Set: a.Set, Number: a.Number + 1}), triage.NotFound)
	for range 2 {
		if err := h.notices().Read(ctx, h.examiner, x, a); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := h.notices().Unread(ctx, h.examiner); err != nil || n != 0 {
		t.Errorf("%d unread, %v", n, err)
	}
	if n := len(h.recorded(triage.LinkRead)); n != 1 {
		t.Errorf("read %d times", n)
	}
	h.work()
	h.rebuilt(c, "read")
}

// TestEnterFaults breaks off entering at each call of the object store, before it has an effect and after; done again, there is one
// addition, with each entry once.
func TestEnterFaults(t *testing.T) {
	for _, after := range []bool{false, true} {
		for step := 1; ; step++ {
			h := newHouse(t)
			one, two, _ := people()
			p := newPicture(t, "a.jpg", 1)
			if err := h.submitOnce(t.Context(), "ONE", p); err != nil {
				t.Fatal(err)
			}
			h.work()
			id := triage.GroupID(h.names.Medium(p.item.Digests.SHA256))
			h.concludes(one, id, opinion(triage.Illegal, "seen"))
			h.concludes(two, id, opinion(triage.Illegal, "I agree"))
			h.objects.Set(objectstest.Fault{Method: "Put", Call: step, After: after})
			err := h.enterer().Once(t.Context())
			calls := h.objects.Calls("Put")
			h.objects.Set()
			if calls < step {
				if err != nil {
					t.Errorf("without a fault: %v", err)
				}
				break
			}
			h.linked()
			set, err := h.sets.Office(t.Context())
			if err != nil || set.Additions != 1 || set.Entries != 1 {
				t.Errorf("broken at %d (after: %t): %+v, %v", step, after, set, err)
			}
			if got := h.noticed(one); !slices.Equal(got, []string{"ONE+0"}) {
				t.Errorf("broken at %d (after: %t): told of %v", step, after, got)
			}
		}
	}
}

// TestOverturned: what two people decide against leaves the office's set, and matches no more.
func TestOverturned(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	one, two, three := people()
	p := newPicture(t, "a.jpg", 1)
	if err := h.submitOnce(t.Context(), "ONE", p); err != nil {
		t.Fatal(err)
	}
	h.work()
	id := triage.GroupID(h.names.Medium(p.item.Digests.SHA256))
	medium := func() triage.Medium { return h.medium(p) }
	h.concludes(one, id, opinion(triage.Illegal, "seen"))
	h.concludes(two, id, opinion(triage.Illegal, "I agree"))
	h.linked()
	if f := medium().Finding; f != triage.Known {
		t.Errorf("entered, and %s", f)
	}
	h.concludes(three, id, opinion(triage.NotIllegal, "it is a box"))
	h.linked()
	if f := medium().Finding; f != triage.Known {
		t.Errorf("one person against two, and it is %s", f)
	}
	h.concludes(one, id, opinion(triage.NotIllegal, "so it is"))
	h.linked()
	if f := medium().Finding; f == triage.Known {
		t.Error("two people decided against it, and it is known")
	}
	if n := len(h.recorded(triage.EntryWasWithdrawn)); n != 1 {
		t.Errorf("%d entries were withdrawn", n)
	}
	h.work()
	h.rebuilt(c, "overturned")
}
