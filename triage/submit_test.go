package triage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/store/objects/objectstest"
	"vigie/triage"
	"vigie/triage/signals"
)

func TestSubmissionTwice(t *testing.T) {
	h := newHouse(t)
	h.run()
	source := []picture{newPicture(t, "a.jpg", 1), newPicture(t, "copy/of/a.jpg", 1), newPicture(t, "b.jpg", 2), newItem("notes.txt", []byte("plain text"))}
	id := h.mustSubmit("ONE", source...)
	first := h.settle(id)
	if first.Items[triage.IsMedia] != 3 || first.Items[triage.NotMedia] != 1 || first.Media[triage.Unranked] != 2 {
		t.Errorf("after the first submission: %+v", first)
	}
	h.mustSubmit("ONE", source...)
	second := h.settle(id)
	if fmt.Sprint(first.Items, first.Media) != fmt.Sprint(second.Items, second.Media) {
		t.Errorf("the second submission changed %+v into %+v", first, second)
	}
	if n := len(h.recorded(triage.ExhibitSealed)); n != 1 {
		t.Errorf("sealed %d times", n)
	}
	// Another examiner does not get at it.
	other := triage.Actor{ID: "a9", Role: triage.Examiner}
	if _, err := h.submit.Open(t.Context(), other, "2026/1", "ONE", time.Time{}); !triage.IsKind(err, triage.Forbidden) {
		t.Errorf("another examiner opens it: %v", err)
	}
	if _, err := h.submit.Findings(t.Context(), other, id); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("another examiner reads its findings: %v", err)
	}
}

// TestSeizure shows that the day of the seizure is kept, and decides what is recent, also after Redis was emptied.
func TestSeizure(t *testing.T) {
	h := newHouse(t)
	c, stop, ctx := h.caughtUp(), h.run(), t.Context()
	long := time.Now().AddDate(-3, 0, 0).UTC().Truncate(24 * time.Hour)
	recent := func(seal string, seized time.Time) bool {
		t.Helper()
		if _, err := h.submit.Open(ctx, h.examiner, "2026/1", seal, seized); err != nil {
			t.Fatal(err)
		}
		p := newPicture(t, "a.jpg", len(seal))
		p.item.Modified = long.AddDate(0, -1, 0) // a month before the seizure
		h.settle(h.mustSubmit(seal, p))
		g, err := h.review.Sheet(ctx, h.reviewer.Actor, triage.GroupID(h.names.Medium(p.item.Digests.SHA256)))
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(g.Group.Reasons, func(r signals.Reason) bool { return r.Signal == signals.RecentFile })
	}
	if recent("A", time.Time{}) {
		t.Error("a file of three years ago is recent where nobody told of a seizure")
	}
	if !recent("BB", long) {
		t.Error("a file of a month before the seizure is not recent")
	}
	for _, other := range []time.Time{long.AddDate(0, 0, 1), time.Now().Add(48 * time.Hour)} {
		if _, err := h.submit.Open(ctx, h.examiner, "2026/1", "BB", other); err == nil {
			t.Errorf("seized on %s as well", other)
		}
	}
	if x, err := h.submit.Open(ctx, h.examiner, "2026/1", "BB", time.Time{}); err != nil || !x.Seized.Equal(long) {
		t.Errorf("%+v, %v", x, err)
	}
	stop()
	h.rebuilt(c, "seized")
	h.closeCase("2026/1")
	h.reopenCase("2026/1")
	if x, err := h.submit.Find(ctx, h.examiner, h.names.Exhibit("2026/1", "BB")); err != nil || !x.Seized.Equal(long) {
		t.Errorf("reopened: %+v, %v", x, err)
	}
}

func TestSourceThatChangedMakesAVersion(t *testing.T) {
	h := newHouse(t)
	h.run()
	id := h.mustSubmit("TWO", newPicture(t, "a.jpg", 1), newPicture(t, "b.jpg", 2))
	h.settle(id)
	h.mustSubmit("TWO", newPicture(t, "a.jpg", 1), newPicture(t, "c.jpg", 3), newPicture(t, "d.jpg", 4))
	p := h.settle(id)
	if p.Manifest != 2 || p.Items[triage.IsMedia] != 3 || p.Media[triage.Unranked] != 3 {
		t.Errorf("version 2 counts %+v", p)
	}
	if found := h.findings(id); len(found) != 3 || found["c.jpg"].Finding != triage.Unranked {
		t.Errorf("version 2 reports %v", found)
	}
}

func TestUploadRefusesOtherBytes(t *testing.T) {
	h := newHouse(t)
	p := newPicture(t, "a.jpg", 1)
	id, err := h.submit.Open(t.Context(), h.examiner, "2026/1", "X", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	body, part, _ := triage.EncodePart([]triage.Item{p.item})
	if _, err := h.submit.PutPart(t.Context(), h.examiner, id.ID, 0, part, body); err != nil {
		t.Fatal(err)
	}
	wrong := bytes.Clone(p.bytes)
	wrong[len(wrong)/2] ^= 1
	want := p.item.Digests.SHA256
	if err := h.submit.Upload(t.Context(), h.examiner, want, bytes.NewReader(wrong), int64(len(wrong))); err == nil {
		t.Fatal("a flipped bit was accepted")
	}
	if held, err := h.archive.HasMedium(t.Context(), h.names.Medium(want), 0); err != nil || held {
		t.Errorf("wrong bytes are held: %v, %v", held, err)
	}
	other := newPicture(t, "z.jpg", 9)
	if err := h.submit.Upload(t.Context(), h.examiner, other.item.Digests.SHA256, bytes.NewReader(other.bytes), other.item.Size); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("a medium that no manifest lists was taken: %v", err)
	}
}

// TestUploadBatch takes of a batch what is right, and says of the rest what is wrong.
func TestUploadBatch(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	good, held, broken, text, other := newPicture(t, "a.jpg", 1), newPicture(t, "b.jpg", 2), newPicture(t, "c.jpg", 3), newItem("d.txt", []byte("text")), newPicture(t, "e.jpg", 4)
	x, err := h.submit.Open(ctx, h.examiner, "2026/1", "B", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	body, part, _ := triage.EncodePart([]triage.Item{good.item, held.item, broken.item, text.item})
	if _, err := h.submit.PutPart(ctx, h.examiner, x.ID, 0, part, body); err != nil {
		t.Fatal(err)
	}
	if err := h.upload(ctx, []hashing.SHA256{held.item.Digests.SHA256}, map[hashing.SHA256][]byte{held.item.Digests.SHA256: held.bytes}); err != nil {
		t.Fatal(err)
	}
	var batch []triage.SmallMedium
	for _, p := range []picture{good, held, broken, text, other} {
		batch = append(batch, triage.SmallMedium{Want: p.item.Digests.SHA256, Content: p.bytes})
	}
	batch[2].Content = good.bytes
	refused, err := h.submit.UploadBatch(ctx, h.examiner, batch)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []triage.Kind{"", "", triage.Corrupt, triage.Conflict, triage.NotFound} {
		if (refused[i] == nil) != (want == "") || want != "" && !triage.IsKind(refused[i], want) {
			t.Errorf("medium %d: %v, want %q", i, refused[i], want)
		}
	}
	for i, want := range []triage.MediumState{triage.Queued, triage.Queued, triage.Wanted, triage.Listed} {
		if m, err := h.submit.Media.Medium(ctx, h.names.Medium(batch[i].Want)); err != nil || m.State != want {
			t.Errorf("medium %d: %s, want %s, %v", i, m.State, want, err)
		}
	}
	if _, err := h.submit.UploadBatch(ctx, h.reviewer.Actor, batch); !triage.IsKind(err, triage.Forbidden) {
		t.Errorf("a reviewer: %v", err)
	}
}

// TestFaultsAtEachStep lets each step towards the object store and towards Redis fail once, before and after it took
// effect, has the client try again as it does, and finds the same end each time.
func TestFaultsAtEachStep(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for _, place := range []string{"objects", "redis"} {
			t.Run(fmt.Sprintf("%s, effect %t", place, after), func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				h.run()
				for step := 1; ; step++ {
					if !h.submitWithFault(place, step, after) {
						if step < 8 {
							t.Errorf("only %d steps were met", step-1)
						}
						t.Logf("%d steps failed and were mended", step-1)
						return
					}
				}
			})
		}
	}
}

// submitWithFault submits an exhibit of its own with a fault at one step, and reports whether the step was met.
func (h *house) submitWithFault(place string, step int, after bool) bool {
	h.t.Helper()
	seal := fmt.Sprintf("%s-%t-%d", place, after, step)
	source := []picture{newPicture(h.t, "a.jpg", 3*step), newPicture(h.t, "b.jpg", 3*step+1), newPicture(h.t, "d.jpg", 3*step+2), newItem("c.txt", []byte(seal))}
	var hit bool
	ctx := context.Background()
	var err error
	if place == "objects" {
		h.objects.Set(objectstest.Fault{Call: step, After: after})
		err = h.submitOnce(ctx, seal, source...)
		hit = h.objects.Calls("") >= step
		h.objects.Set()
	} else {
		h.faults.arm(step, after)
		err = h.submitOnce(ctx, seal, source...)
		hit = h.faults.disarm()
	}
	for try := 0; err != nil && try < 5; try++ { // the client tries again
		time.Sleep(5 * time.Millisecond)
		err = h.submitOnce(ctx, seal, source...)
	}
	if err != nil {
		h.t.Fatalf("step %d: %v", step, err)
	}
	id := h.names.Exhibit("2026/1", seal)
	p := h.settle(id)
	if p.Items[triage.IsMedia] != 3 || p.Items[triage.NotMedia] != 1 || p.Media[triage.Unranked]+p.Media[triage.ProbableNew] != 3 {
		h.t.Errorf("step %d ends with %+v", step, p)
	}
	return hit
}

// TestRepair finds bytes whose job was never queued, as a crash between the two leaves them.
func TestRepair(t *testing.T) {
	h := newHouse(t)
	p := newPicture(t, "a.jpg", 1)
	x, err := h.submit.Open(t.Context(), h.examiner, "2026/1", "R", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	body, part, _ := triage.EncodePart([]triage.Item{p.item})
	if _, err := h.submit.PutPart(t.Context(), h.examiner, x.ID, 0, part, body); err != nil {
		t.Fatal(err)
	}
	if _, err := h.submit.Seal(t.Context(), h.examiner, x.ID, []triage.PartID{part}); err != nil {
		t.Fatal(err)
	}
	if err := h.archive.PutMedium(t.Context(), h.names.Medium(p.item.Digests.SHA256), triage.Slot{Exhibit: x.ID, Part: part}, bytes.NewReader(p.bytes), p.item.Size); err != nil {
		t.Fatal(err)
	}
	h.steward.Now = func() time.Time { return time.Now().Add(time.Hour) } // the upload is long ago
	h.run()
	if got := h.settle(x.ID); got.Media[triage.Unranked] != 1 {
		t.Errorf("after the repair: %+v", got)
	}
}

// failing is a decoder that fails n times, or for ever when n is negative, before it works.
type failing struct {
	left int
	err  error
	met  *int
}

func (f *failing) Examine(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error) {
	*f.met++
	if f.left != 0 {
		f.left--
		return hashing.Examination{}, f.err
	}
	return inProcess{}.Examine(ctx, r, size)
}

func TestFailuresOfAJob(t *testing.T) {
	t.Parallel()
	broken := errors.New("the decoder cannot be started")
	down := triage.E(triage.Unavailable, "decode", "", "", nil)
	for _, c := range []struct {
		name   string
		fails  int
		err    error
		want   triage.Finding
		reason string
	}{
		{"twice, then it works", 2, broken, triage.Unranked, ""},
		{"three times: that is its finding", -1, broken, triage.Unreadable, triage.FailedRepeatedly},
		{"a store that is down is no failure", 5, down, triage.Unranked, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.worker.Parallel = 1
			met := 0
			h.decoder = &failing{c.fails, c.err, &met}
			id := h.mustSubmit("J", newPicture(t, "a.jpg", 1))
			stop := h.run()
			h.settle(id)
			stop()
			got := h.findings(id)["a.jpg"]
			if got.Finding != c.want || got.Reason != c.reason {
				t.Errorf("found %s (%q) after %d tries", got.Finding, got.Reason, met)
			}
			if c.fails < 0 && met != triage.MaxFailures {
				t.Errorf("examined %d times", met)
			}
		})
	}
}
