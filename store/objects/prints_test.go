package objects_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/store/objects"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// filed keeps media, from number first on, and their examinations, several packs of them; all but every seventh have a fingerprint.
func filed(t *testing.T, a *objects.Archive, part, first, n int) {
	t.Helper()
	var ids []triage.MediumID
	for i := range n {
		ids = append(ids, mediumNo(first+i))
	}
	slot := register(t, a, part, ids...)
	rng := rand.New(rand.NewPCG(uint64(part), uint64(first))) //nolint:gosec // test data
	for i, id := range ids {
		if err := a.PutMedium(t.Context(), id, slot, bytes.NewReader([]byte("bytes")), 5); err != nil {
			t.Fatal(err)
		}
		x := triage.ExaminationRecord{Medium: id, Generation: 1, Size: 5}
		if (first+i)%7 > 0 {
			x.Examination.Fingerprint = &hashing.Fingerprint{Quality: rng.IntN(101), PHash: hashing.Hash64(rng.Uint64())}
			for k := range x.Examination.Fingerprint.PDQ {
				for b := range x.Examination.Fingerprint.PDQ[k] {
					x.Examination.Fingerprint.PDQ[k][b] = byte(rng.Uint32())
				}
			}
		}
		if _, err := a.PutExamination(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
}

// condense makes files of prints, as if a day had passed.
func condense(t *testing.T, a *objects.Archive) error {
	t.Helper()
	spans, err := a.PrintSpans(t.Context())
	if err != nil {
		return err
	}
	var packs []triage.PackID
	for p, err := range a.PacksBeside(t.Context(), spans) {
		if err != nil {
			return err
		}
		packs = append(packs, p.PackID)
	}
	for len(packs) > 0 {
		n := 1
		for n < len(packs) && packs[n].Writer == packs[0].Writer {
			n++
		}
		after := uint64(0)
		for _, s := range spans {
			if s.Writer == packs[0].Writer {
				after = s.To
			}
		}
		if err := a.Condense(t.Context(), triage.PackSpan{Writer: packs[0].Writer, After: after, To: packs[n-1].Number}, packs[:n]); err != nil {
			return err
		}
		packs = packs[n:]
	}
	return nil
}

// looked returns what is looked up of each medium, by files of prints, and by the packs beside them.
func looked(t *testing.T, a *objects.Archive) (printed, beside map[triage.MediumID]triage.Probe) {
	t.Helper()
	printed, beside = make(map[triage.MediumID]triage.Probe), make(map[triage.MediumID]triage.Probe)
	spans, err := a.PrintSpans(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range spans {
		for prints, err := range a.Prints(t.Context(), s) {
			if err != nil {
				t.Fatal(err)
			}
			for i, id := range prints.Media {
				printed[id] = prints.Probes[i]
			}
		}
	}
	for p, err := range a.PacksBeside(t.Context(), spans) {
		if err != nil {
			t.Fatal(err)
		}
		packed, err := a.Pack(t.Context(), p.PackID)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range packed {
			if x.Examination.Fingerprint != nil {
				beside[x.Medium] = triage.NewProbe(triage.DigestKeys{}, x.Examination)
			}
		}
	}
	return printed, beside
}

// TestPrints: prints say what examinations do, on both stores; what comes later lies beside them, and then in a file of its
// own; a destroyed medium's print can be read by nobody.
func TestPrints(t *testing.T) {
	for name, open := range map[string]func(*testing.T) objects.Store{"folder": folder, "minio": minio} {
		t.Run(name, func(t *testing.T) {
			raw := open(t)
			a, other := archive(t, raw), archive(t, raw)
			filed(t, a, 1, 1, 20)
			filed(t, other, 2, 21, 10)
			_, want := looked(t, a)
			if len(want) != 30-4 {
				t.Fatalf("%d media have a fingerprint", len(want))
			}
			if err := condense(t, a); err != nil {
				t.Fatal(err)
			}
			got, beside := looked(t, archive(t, raw))
			if !reflect.DeepEqual(got, want) || len(beside) > 0 {
				t.Errorf("%d prints, and %d examinations beside; want %d", len(got), len(beside), len(want))
			}
			filed(t, a, 3, 31, 9)
			if got, beside = looked(t, a); len(got) != len(want) || len(beside) != 8 {
				t.Errorf("%d prints, and %d examinations beside", len(got), len(beside))
			}
			maps.Copy(want, beside)
			if err := condense(t, a); err != nil {
				t.Fatal(err)
			}
			if err := condense(t, a); err != nil {
				t.Fatal(err)
			}
			if got, beside = looked(t, a); !reflect.DeepEqual(got, want) || len(beside) > 0 {
				t.Errorf("%d prints, and %d examinations beside; want %d", len(got), len(beside), len(want))
			}
			if spans, err := a.PrintSpans(t.Context()); err != nil || len(spans) != 3 {
				t.Errorf("%v, %v", spans, err)
			}
			if err := a.Destroy(t.Context(), exhibitNo(1), []triage.Doomed{{Medium: mediumNo(1), Generation: 1}, {Medium: mediumNo(20), Generation: 1}}); err != nil {
				t.Fatal(err)
			}
			delete(want, mediumNo(1))
			delete(want, mediumNo(20))
			for _, process := range []*objects.Archive{a, archive(t, raw)} {
				if got, _ = looked(t, process); !reflect.DeepEqual(got, want) {
					t.Errorf("after the destruction %d prints can be read, want %d", len(got), len(want))
				}
			}
		})
	}
}

// TestPrintsAreNoOnlyCopy: whatever happens to a file of prints is told as such, and it can be made again.
func TestPrintsAreNoOnlyCopy(t *testing.T) {
	raw := folder(t)
	a := archive(t, raw)
	filed(t, a, 1, 1, 12)
	if err := condense(t, a); err != nil {
		t.Fatal(err)
	}
	spans, err := a.PrintSpans(t.Context())
	if err != nil || len(spans) != 1 {
		t.Fatal(spans, err)
	}
	var key string
	for info, err := range raw.List(t.Context(), "records/prints/", "") {
		if key = info.Key; err != nil {
			t.Fatal(err)
		}
	}
	whole := read(t, raw, key)
	if id := bytes.Repeat([]byte{0}, 15); bytes.Contains(whole, append(id, 1)) {
		t.Error("the name of a medium lies in clear")
	}
	for _, damage := range []func(b []byte) []byte{
		func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		func(b []byte) []byte { return b[:len(b)-100] },
		func([]byte) []byte { return []byte{} },
	} {
		replace(t, raw, key, damage(bytes.Clone(whole)))
		var told error
		for _, err := range a.Prints(t.Context(), spans[0]) {
			told = err
		}
		if !triage.IsKind(told, triage.Corrupt) {
			t.Errorf("damaged: %v", told)
		}
	}
	if err := a.DropPrints(t.Context(), spans[0]); err != nil {
		t.Fatal(err)
	}
	for _, err := range a.Prints(t.Context(), spans[0]) {
		if !triage.IsKind(err, triage.NotFound) {
			t.Errorf("removed: %v", err)
		}
	}
	if err := condense(t, a); err != nil {
		t.Fatal(err)
	}
	if got, beside := looked(t, a); len(got) != 11 || len(beside) != 0 {
		t.Errorf("made again: %d prints, %d beside", len(got), len(beside))
	}
}

// TestCondenseFails at each step, with effect and without: then all of it is there, once, when it is done again.
func TestCondenseFails(t *testing.T) {
	for _, method := range []string{"List", "Get", "Put"} {
		for _, after := range []bool{false, true} {
			for call := 1; ; call++ {
				raw := objectstest.NewFaulty(folder(t))
				a := archive(t, raw)
				filed(t, a, 1, 1, 4)
				raw.Set(objectstest.Fault{Method: method, Call: call, After: after})
				err := condense(t, a)
				met := raw.Calls(method) >= call
				raw.Set()
				if met && !triage.IsKind(err, triage.Unavailable) {
					t.Errorf("%s %d: %v", method, call, err)
				}
				if err := condense(t, a); err != nil {
					t.Fatal(err)
				}
				if got, beside := looked(t, a); len(got) != 4 || len(beside) != 0 {
					t.Errorf("%s %d: %d prints, %d beside", method, call, len(got), len(beside))
				}
				if !met {
					break
				}
			}
		}
	}
}

// TestSpans: files that overlap, as those of two processes that condensed at once, leave nothing out.
func TestSpans(t *testing.T) {
	raw := folder(t)
	a := archive(t, raw)
	filed(t, a, 1, 1, 9)
	var packs []triage.PackID
	for id, err := range a.Packs(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		packs = append(packs, id)
	}
	if len(packs) != 9 {
		t.Fatalf("%d packs", len(packs))
	}
	span := func(after, to uint64) triage.PackSpan {
		return triage.PackSpan{Writer: packs[0].Writer, After: after, To: to}
	}
	for _, s := range []triage.PackSpan{span(0, 2), span(0, 4), span(1, 3), span(3, 5), span(6, 8)} {
		if err := a.Condense(t.Context(), s, packs[s.After:s.To]); err != nil {
			t.Fatal(err)
		}
	}
	spans, err := a.PrintSpans(t.Context())
	if want := []triage.PackSpan{span(0, 4), span(3, 5), span(6, 8)}; err != nil || !slices.Equal(spans, want) {
		t.Errorf("%v, %v, want %v", spans, err, want)
	}
	var beside []uint64
	for p, err := range a.PacksBeside(t.Context(), spans) {
		if err != nil || p.Size == 0 || time.Since(p.Kept) > time.Hour {
			t.Errorf("%+v, %v", p, err)
		}
		beside = append(beside, p.Number)
	}
	if !slices.Equal(beside, []uint64{6, 9}) {
		t.Errorf("beside: %v", beside)
	}
}

// TestPackTooLate: a process that was stopped while it wrote a pack does not count it as kept, for others may have condensed
// what came after it.
func TestPackTooLate(t *testing.T) {
	raw := folder(t)
	root, err := objects.RootKey(t.Context(), raw, someKeys(1))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := objects.Seal(raw, root[:])
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	a := objects.NewArchive(stopped{sealed, func() { now = now.Add(time.Hour) }}, raw, someKeys(1), func() time.Time { return now })
	_, err = a.PutExamination(t.Context(), triage.ExaminationRecord{Medium: mediumNo(1), Examination: hashing.Examination{Unreadable: "truncated"}})
	if !triage.IsKind(err, triage.Unavailable) {
		t.Errorf("an hour later: %v", err)
	}
}

// stopped is a Store during whose writes time passes.
type stopped struct {
	objects.Store
	pass func()
}

func (s stopped) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	s.pass()
	return s.Store.Put(ctx, key, r, size)
}

// TestPrintsOfBothExaminations: a medium that was examined anew has a print of each, in one file or in two.
func TestPrintsOfBothExaminations(t *testing.T) {
	for _, between := range []bool{false, true} {
		a := archive(t, folder(t))
		slot := register(t, a, 1, mediumNo(1))
		if err := a.PutMedium(t.Context(), mediumNo(1), slot, bytes.NewReader([]byte("bytes")), 5); err != nil {
			t.Fatal(err)
		}
		for attempt := range 2 {
			x := triage.ExaminationRecord{Medium: mediumNo(1), Generation: 1, Attempt: attempt, Size: 5}
			x.Examination.Fingerprint = &hashing.Fingerprint{Quality: attempt + 1}
			if _, err := a.PutExamination(t.Context(), x); err != nil {
				t.Fatal(err)
			}
			if between || attempt == 1 {
				if err := condense(t, a); err != nil {
					t.Fatal(err)
				}
			}
		}
		spans, err := a.PrintSpans(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var qualities []int
		for _, s := range spans {
			for prints, err := range a.Prints(t.Context(), s) {
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range prints.Probes {
					qualities = append(qualities, p.Quality)
				}
			}
		}
		if !slices.Equal(qualities, []int{1, 2}) {
			t.Errorf("condensed between: %v: %v", between, qualities)
		}
	}
}
