package objects_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/objects"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// twoExhibits keeps medium 1 for exhibit 1 alone, medium 2 for both under a key of exhibit 1, and medium 3 for both under a
// key of exhibit 2; medium 4 is listed by exhibit 1 and never came. What is known of each lies in one pack.
type twoExhibits struct {
	t        *testing.T
	raw      objects.Store
	slot     [3]triage.Slot // by exhibit
	located  [4]triage.Locator
	contents [4][]byte
}

func newTwoExhibits(t *testing.T, raw objects.Store) *twoExhibits {
	e := &twoExhibits{t: t, raw: raw}
	a := archive(t, raw)
	e.slot[1] = register(t, a, 1, mediumNo(1), mediumNo(2), mediumNo(3), mediumNo(4))
	e.slot[2] = register(t, a, 2, mediumNo(2), mediumNo(3))
	for n, x := range []int{0, 1, 1, 2} {
		if n == 0 {
			continue
		}
		e.contents[n] = objectstest.Content(uint64(n), 1000)
		if err := a.PutMedium(t.Context(), mediumNo(n), e.slot[x], bytes.NewReader(e.contents[n]), 1000); err != nil {
			t.Fatal(err)
		}
		var err error
		e.located[n], err = a.PutExamination(t.Context(), triage.ExaminationRecord{
			Medium: mediumNo(n), Generation: 1, Size: 1000,
			Examination: hashing.Examination{Fingerprint: &hashing.Fingerprint{PDQ: pdq.Dihedrals{{byte(n)}}}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := a.PutManifest(t.Context(), exhibitNo(1), triage.Manifest{Version: 1, Parts: []triage.PartID{partNo(1)}}); err != nil {
		t.Fatal(err)
	}
	founder := func(n int) triage.Join {
		g := triage.GroupID(mediumNo(n))
		return triage.Join{Medium: mediumNo(n), Group: g, Born: &triage.Founder{Group: g, Medium: mediumNo(n), PDQ: &pdq.Hash{byte(n)}}}
	}
	if err := a.PutJoins(t.Context(), 1, []triage.Join{founder(1), founder(2), founder(3)}); err != nil {
		t.Fatal(err)
	}
	return e
}

// check looks, through a process of its own, at what is left when media up to the given one were destroyed.
func (e *twoExhibits) check(gone int) {
	e.t.Helper()
	a, ctx := archive(e.t, e.raw), e.t.Context()
	for n := 1; n <= 3; n++ {
		got, err := openMedium(e.t, a, mediumNo(n))
		x, kept := a.Examination(ctx, e.located[n])
		if n <= gone {
			if !triage.IsKind(err, triage.NotFound) || !errors.Is(kept, triage.ErrDestroyed) {
				e.t.Errorf("medium %d, destroyed: %d bytes, %v; its examination: %v", n, len(got), err, kept)
			}
			continue
		}
		if err != nil || !bytes.Equal(got, e.contents[n]) || kept != nil || x.Examination.Fingerprint.PDQ[0][0] != byte(n) {
			e.t.Errorf("medium %d: %d bytes, %v; its examination: %+v, %v", n, len(got), err, x, kept)
		}
	}
	known := 0
	for id, err := range a.Packs(ctx, nil) {
		filed, packErr := a.Pack(ctx, id)
		if known += len(filed); err != nil || packErr != nil {
			e.t.Errorf("a pack: %v, %v", err, packErr)
		}
	}
	if known != 3-gone {
		e.t.Errorf("%d examinations can be read, want %d", known, 3-gone)
	}
	joins, err := a.Joins(ctx, 1)
	for i, j := range joins {
		if dead := i < gone; (j.Born.PDQ == nil) != dead || (j.Medium == "") != dead {
			e.t.Errorf("founder %d: %+v", i+1, j)
		}
	}
	if err != nil || len(joins) != 3 {
		e.t.Errorf("%d joins, %v", len(joins), err)
	}
}

var (
	firstDoom  = []triage.Doomed{{Medium: mediumNo(1), Generation: 1}, {Medium: mediumNo(4), Generation: 1}}
	secondDoom = []triage.Doomed{{Medium: mediumNo(2), Generation: 1}, {Medium: mediumNo(3), Generation: 1}}
)

func TestDestructionOnBothStores(t *testing.T) {
	for name, open := range map[string]func(*testing.T) objects.Store{"folder": folder, "minio": minio} {
		t.Run(name, func(t *testing.T) {
			e := newTwoExhibits(t, open(t))
			ctx := t.Context()
			a := archive(t, e.raw)
			if _, err := a.Doom(ctx, exhibitNo(1)); !triage.IsKind(err, triage.NotFound) {
				t.Errorf("what nobody proposed: %v", err)
			}
			if err := a.PutDoom(ctx, exhibitNo(1), firstDoom); err != nil {
				t.Fatal(err)
			}
			if got, err := a.Doom(ctx, exhibitNo(1)); err != nil || len(got) != 2 || got[0] != firstDoom[0] {
				t.Errorf("%v, %v", got, err)
			}
			keyed := 0
			for media, err := range a.KeyedMedia(ctx, exhibitNo(1)) {
				if keyed += len(media); err != nil {
					t.Fatal(err)
				}
			}
			if keyed != 4 {
				t.Errorf("%d media have keys", keyed)
			}
			for range 2 { // it may be repeated
				if err := a.Destroy(ctx, exhibitNo(1), firstDoom); err != nil {
					t.Fatal(err)
				}
				e.check(1)
			}
			other := archive(t, e.raw)
			if _, err := other.Part(ctx, exhibitNo(1), partNo(1)); !errors.Is(err, triage.ErrDestroyed) {
				t.Errorf("its paths: %v", err)
			}
			if err := other.PutPart(ctx, exhibitNo(1), partNo(9), []byte("late"), []triage.MediumID{mediumNo(9)}); !errors.Is(err, triage.ErrDestroyed) {
				t.Errorf("a part that comes late: %v", err)
			}
			if err := other.PutMedium(ctx, mediumNo(4), e.slot[1], strings.NewReader("late"), 4); !triage.IsKind(err, triage.Conflict) {
				t.Errorf("an upload that comes late: %v", err)
			}
			for info := range e.raw.List(ctx, "records/manifests/"+string(exhibitNo(1))+"/", "") {
				t.Errorf("%s is left", info.Key)
			}
			// The key of medium 2 lies in the ring of the exhibit that is gone.
			if err := other.Destroy(ctx, exhibitNo(2), secondDoom); err != nil {
				t.Fatal(err)
			}
			e.check(3)
			// Each is kept again, as the next generation, from a part that was there before and from a new one.
			again := register(t, other, 5, mediumNo(1), mediumNo(2))
			again.Generation = 2
			for n := 1; n <= 2; n++ {
				if err := other.PutMedium(ctx, mediumNo(n), again, bytes.NewReader(e.contents[n]), 1000); err != nil {
					t.Fatal(err)
				}
				if got, err := openMedium(t, archive(t, e.raw), mediumNo(n)); err != nil || !bytes.Equal(got, e.contents[n]) {
					t.Errorf("seized again: %d bytes, %v", len(got), err)
				}
			}
		})
	}
}

// A medium that a part listed, whose key in the part's ring was destroyed, gets a key again when the part lists it again.
func TestPartGetsASecondRing(t *testing.T) {
	raw := folder(t)
	a := archive(t, raw)
	slot := register(t, a, 1, mediumNo(1), mediumNo(2))
	if err := a.PutMedium(t.Context(), mediumNo(1), slot, strings.NewReader("bytes"), 5); err != nil {
		t.Fatal(err)
	}
	register(t, a, 2, mediumNo(1)) // and then exhibit 1 drops it from its manifest
	if err := a.Destroy(t.Context(), exhibitNo(2), firstDoom[:1]); err != nil {
		t.Fatal(err)
	}
	register(t, a, 1, mediumNo(1), mediumNo(2))
	slot.Generation = 2
	for n := 1; n <= 2; n++ {
		if err := a.PutMedium(t.Context(), mediumNo(n), slot, strings.NewReader("bytes"), 5); err != nil {
			t.Fatal(err)
		}
		if got, err := openMedium(t, archive(t, raw), mediumNo(n)); err != nil || string(got) != "bytes" {
			t.Errorf("medium %d: %q, %v", n, got, err)
		}
	}
}

// A destruction that failed at any step, with or without effect, is ended by the next try; nothing that another exhibit
// holds is ever lost.
func TestFaultsWhileDestroying(t *testing.T) {
	for _, fault := range []objectstest.Fault{
		{Method: "Put"}, {Method: "Put", After: true}, {Method: "Replace"}, {Method: "Replace", After: true},
		{Method: "Delete"}, {Method: "Delete", After: true}, {Method: "List"}, {Method: "GetRange"},
	} {
		for fault.Call = 1; ; fault.Call++ {
			raw := objectstest.NewFaulty(folder(t))
			e := newTwoExhibits(t, raw)
			destroyer := archive(t, raw)
			raw.Set(fault)
			err := destroyer.Destroy(t.Context(), exhibitNo(1), firstDoom)
			met := raw.Calls(fault.Method) >= fault.Call
			raw.Set()
			a := archive(t, raw)
			for n := 2; n <= 3; n++ {
				if got, err := openMedium(t, a, mediumNo(n)); err != nil || !bytes.Equal(got, e.contents[n]) {
					t.Fatalf("%+v: medium %d is lost: %v", fault, n, err)
				}
			}
			if err != nil {
				later := objects.NewArchive(raw, raw, someKeys(1), func() time.Time { return time.Now().Add(time.Hour) })
				if err := later.Destroy(t.Context(), exhibitNo(1), firstDoom); err != nil {
					t.Fatalf("%+v: again: %v", fault, err)
				}
			}
			e.check(1)
			if !met {
				if fault.Call == 1 {
					t.Errorf("%s is never called", fault.Method)
				}
				break
			}
		}
	}
}

// While one holds the keyrings nobody else does; when it died, the next one waits until its time is over.
func TestOneHoldsTheKeyrings(t *testing.T) {
	raw, now := folder(t), time.Now()
	clock := func() time.Time { return now }
	nothing := func(context.Context) error { return nil }
	err := objects.HoldKeys(t.Context(), raw, clock, func(ctx context.Context) error {
		if err := objects.HoldKeys(ctx, raw, clock, nothing); !triage.IsKind(err, triage.Conflict) {
			t.Errorf("held twice: %v", err)
		}
		now = now.Add(2 * time.Minute) // as if it had died
		return objects.HoldKeys(ctx, raw, clock, nothing)
	})
	if err != nil {
		t.Error(err)
	}
	for range 3 {
		if err := objects.HoldKeys(t.Context(), raw, clock, nothing); err != nil {
			t.Error(err)
		}
	}
	if err := objects.HoldKeys(t.Context(), raw, clock, func(context.Context) error { return errBroken }); !errors.Is(err, errBroken) {
		t.Error(err)
	}
}
