package triage_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"slices"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/triage"
	"vigie/triage/signals"
)

// tagging decodes without a jail, and gives pictures the facts of cameras.
type tagging map[hashing.SHA256]hashing.Facts

func (of tagging) Examine(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return hashing.Examination{}, err
	}
	x, err := inProcess{}.Examine(ctx, bytes.NewReader(data), size)
	if f, tagged := of[sha256.Sum256(data)]; tagged {
		x.Facts.Make, x.Facts.Model, x.Facts.Serial, x.Facts.Taken = f.Make, f.Model, f.Serial, f.Taken
	}
	return x, err
}

// taken draws a picture that a camera took some hours after noon.
func (of tagging) taken(t *testing.T, path string, seed int, serial string, hours int) picture {
	p := newPicture(t, path, seed)
	of[p.item.Digests.SHA256] = hashing.Facts{
		Make: "Maker", Model: "One", Serial: serial, Taken: time.Date(2026, 5, 1, 12+hours, 10, 0, 0, time.UTC),
	}
	return p
}

// reasons are those of the ties of a picture's group, in order.
func (h *house) reasons(p picture) (reasons []signals.Signal) {
	h.t.Helper()
	id := h.names.Medium(p.item.Digests.SHA256)
	m, err := h.views.Media.Medium(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	g, err := h.views.Queue.Group(h.t.Context(), m.Group)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, r := range g.Reasons {
		switch r.Signal {
		case signals.CameraKnown, signals.ShootKnown, signals.CameraOtherCase, signals.ShootOtherCase, signals.NearKnown, signals.AroundKnown:
			reasons = append(reasons, r.Signal)
		}
	}
	slices.Sort(reasons)
	return reasons
}

func (h *house) wantReasons(when string, want map[*picture][]signals.Signal) {
	h.t.Helper()
	for p, reasons := range want {
		slices.Sort(reasons)
		if got := h.reasons(*p); !slices.Equal(got, reasons) {
			h.t.Errorf("%s: %s has the reasons %q, not %q", when, p.item.Path, got, reasons)
		}
	}
}

// TestShootOfAKnownHit: when a list makes one picture known, what its camera took rises at once, and falls again when the entry is
// withdrawn; so it is after a rebuild.
func TestShootOfAKnownHit(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	of := make(tagging)
	h.decoder = of
	hit := of.taken(t, "phone/dcim/one/x.jpg", 1, "AB1234", 0)
	beside := of.taken(t, "disk/two/y.jpg", 2, "AB1234", 1)
	later := of.taken(t, "disk/three/z.jpg", 3, "AB1234", 5)
	other := of.taken(t, "disk/four/w.jpg", 4, "CD9876", 0)
	same := of.taken(t, "phone/dcim/one/v.jpg", 5, "CD9876", 9)
	around := newPicture(t, "phone/dcim/u.jpg", 6)
	numbered, next, far := newPicture(t, "five/IMG_0100.jpg", 7), newPicture(t, "five/img_0107.jpg", 8), newPicture(t, "five/IMG_0200.jpg", 9)
	x := h.mustSubmit("ONE", hit, beside, later, other, same, around, numbered, next, far)
	h.work()
	matched := func() { // as the sets are now
		stop := h.tend()
		h.settle(x)
		stop()
	}
	nothing := map[*picture][]signals.Signal{&beside: nil, &later: nil, &other: nil, &same: nil, &around: nil, &next: nil, &far: nil}
	h.wantReasons("at first", nothing)

	set := h.importSet(triage.KnownSet, hit.item.Digests.SHA1.String(), numbered.item.Digests.MD5.String())
	matched()
	raised := map[*picture][]signals.Signal{
		&beside: {signals.ShootKnown}, &later: {signals.CameraKnown}, &other: nil,
		&same: {signals.NearKnown}, &around: {signals.AroundKnown},
		&next: {signals.NearKnown, signals.ShootKnown}, &far: {signals.NearKnown},
	}
	h.wantReasons("with a list", raised)
	h.rebuilt(c, "with a list")
	h.rdb.FlushAll(t.Context())
	if err := c.Once(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	h.wantReasons("made again", raised)

	h.object(set.ID, 1, triage.EntryWithdrawn)
	h.object(set.ID, 2, triage.EntryWithdrawn)
	matched()
	h.wantReasons("withdrawn", nothing)
	h.rebuilt(c, "withdrawn")
}

// TestCameraInTwoCases: media of one camera in two cases are worth more in both, for as long as both are there.
func TestCameraInTwoCases(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	of := make(tagging)
	h.decoder = of
	one := of.taken(t, "a/one.jpg", 1, "AB1234", 0)
	two := of.taken(t, "b/two.jpg", 2, "AB1234", 1)
	later := of.taken(t, "b/later.jpg", 3, "AB1234", 6)
	nameless := of.taken(t, "b/nameless.jpg", 4, "", 0) // make and model alone are compared within an exhibit
	h.mustSubmit("ONE", one, of.taken(t, "a/model.jpg", 5, "", 0))
	h.work()
	alone := map[*picture][]signals.Signal{&one: nil}
	h.wantReasons("alone", alone)
	if err := h.submitTo(t.Context(), "2026/2", "OTHER", two, later, nameless); err != nil {
		t.Fatal(err)
	}
	h.work()
	both := []signals.Signal{signals.ShootOtherCase}
	tied := map[*picture][]signals.Signal{&one: both, &two: both, &later: {signals.CameraOtherCase}, &nameless: nil}
	h.wantReasons("in two cases", tied)
	want := h.dumpOfOpen(c)
	h.rebuilt(c, "in two cases")

	h.closeCase("2026/2")
	h.wantReasons("one closed", alone)
	h.rebuilt(c, "one closed")
	h.reopenCase("2026/2")
	h.wantReasons("reopened", tied)
	if got := h.dumpOfOpen(c); got != want {
		t.Errorf("reopened, the dump differs:\n%s", differing(want, got))
	}

	h.destroy(h.names.Exhibit("2026/2", "OTHER"))
	h.work()
	h.wantReasons("one destroyed", alone)
	h.rebuilt(c, "one destroyed")
	h.destroy(h.names.Exhibit("2026/1", "ONE"))
	h.work()
	if left := h.rdb.Keys(t.Context(), "t:cam:*").Val(); len(left) > 1 { // the landmark stays
		t.Errorf("%q are left", left)
	}
}
