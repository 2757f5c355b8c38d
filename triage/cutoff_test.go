package triage_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/triage"
)

// cutImport does what an import does until its process dies: the list is kept, and some of it written.
func (h *house) cutImport(began time.Time, list string) triage.HashSet {
	h.t.Helper()
	ctx := h.t.Context()
	set, err := h.events.Sets.CreateSet(ctx, triage.HashSet{Source: "partner", Kind: triage.KnownSet, Imported: began.UTC()})
	if err == nil {
		err = h.archive.PutSetFile(ctx, set.ID, strings.NewReader(list), int64(len(list)))
	}
	var entries []triage.Entry
	for line := range strings.Lines(list) {
		digest, parseErr := hashing.ParseSHA256(strings.TrimSpace(line))
		if parseErr != nil {
			h.t.Fatal(parseErr)
		}
		entries = append(entries, triage.Entry{Number: uint32(len(entries) + 1), Exact: []triage.DigestKey{h.names.SHA256(digest)}}) //nolint:gosec // few
	}
	if err == nil {
		_, err = h.events.Sets.AddEntries(ctx, set, entries[:len(entries)-1])
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return set
}

// TestCutOffImport ends an import whose process died, at the next start, with the next import, or when it is removed: nothing
// that it wrote stays, and the others keep theirs. One that goes on is left alone.
func TestCutOffImport(t *testing.T) {
	var list strings.Builder
	for i := range 40 {
		fmt.Fprintf(&list, "%064x\n", i+1)
	}
	shared := fmt.Sprintf("%064x", 7)
	for _, c := range []struct {
		name string
		end  func(h *house, set triage.HashSet) error
		kept bool // its row, as a failed one
	}{
		{"at the next start", func(h *house, _ triage.HashSet) error { return h.catchUp().Once(h.t.Context(), false) }, true},
		{"with the next import", func(h *house, _ triage.HashSet) error {
			h.importSet(triage.BenignSet, fmt.Sprintf("%032x", 1))
			return nil
		}, true},
		{"removed", func(h *house, set triage.HashSet) error {
			_, err := h.sets.Remove(h.t.Context(), triage.Operator, set.ID)
			return err
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			ctx := t.Context()
			if err := h.catchUp().Once(ctx, false); err != nil {
				t.Fatal(err)
			}
			o := triage.ImportOptions{Kind: triage.KnownSet, Source: "another", Hash: triage.BySHA256}
			if _, err := h.sets.Import(ctx, triage.Operator, o, strings.NewReader(shared+"\n"), int64(len(shared)+1)); err != nil {
				t.Fatal(err)
			}
			before := len(h.references())
			set := h.cutImport(time.Now().Add(-time.Hour), list.String())
			if n := len(h.references()); n < before+38 {
				t.Fatalf("%d references: nothing was written", n)
			}
			if err := c.end(h, set); err != nil {
				t.Fatal(err)
			}
			got, err := h.events.Sets.Set(ctx, set.ID)
			if c.kept && (err != nil || got.State != triage.Failed || got.Failure == "") || !c.kept && !triage.IsKind(err, triage.NotFound) {
				t.Errorf("the set: %+v, %v", got, err)
			}
			for key, refs := range h.references() {
				if strings.Contains(refs, string([]byte{0, 0, 0, byte(set.ID)})) {
					t.Errorf("a dead reference in %q", key)
				}
			}
			digest, _ := hashing.ParseSHA256(shared)
			unit := triage.Actor{ID: "a5", Role: triage.Unit}
			if answers, err := h.checks.Ask(ctx, unit, []triage.CheckInput{{SHA256: &digest}}); err != nil || answers[0].Verdict != triage.CheckKnown {
				t.Errorf("the other set lost an entry: %+v, %v", answers, err)
			}
		})
	}
}

// references returns all references to entries of sets, by their place.
func (h *house) references() map[string]string {
	h.t.Helper()
	all := make(map[string]string)
	ctx := h.t.Context()
	for _, bucket := range h.rdb.Keys(ctx, "t:kx:*").Val() {
		for field, refs := range h.rdb.HGetAll(ctx, bucket).Val() {
			all[bucket+"/"+field] = refs
		}
	}
	return all
}

// TestImportGoesOn: an import that holds its lease, or has only begun, is not taken for one that was cut off.
func TestImportGoesOn(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	list := fmt.Sprintf("%064x\n%064x\n", 1, 2)
	young := h.cutImport(time.Now(), list)
	held := h.cutImport(time.Now().Add(-time.Hour), list)
	if ok, err := h.views.Lease.Hold(ctx, "import-"+held.ID.String(), "its process", time.Minute); !ok || err != nil {
		t.Fatal(ok, err)
	}
	h.importSet(triage.BenignSet, fmt.Sprintf("%032x", 1))
	for _, set := range []triage.HashSet{young, held} {
		if got, err := h.events.Sets.Set(ctx, set.ID); err != nil || got.State != triage.Importing {
			t.Errorf("the set: %+v, %v", got, err)
		}
	}
	// One that goes on holds its lease.
	slow := &metReader{strings.NewReader(list), func() {
		if free, err := h.views.Lease.Hold(context.WithoutCancel(ctx), "import-4", "another", time.Minute); free || err != nil {
			t.Errorf("an import does not hold its lease: %v, %v", free, err)
		}
	}}
	o := triage.ImportOptions{Kind: triage.KnownSet, Source: "slow", Hash: triage.BySHA256}
	if report, err := h.sets.Import(ctx, triage.Operator, o, slow, int64(len(list))); err != nil || report.Set.ID != 4 {
		t.Errorf("%+v, %v", report, err)
	}
}

// metReader calls met before it hands out anything.
type metReader struct {
	io.Reader
	met func()
}

func (s *metReader) Read(p []byte) (int, error) {
	if s.met != nil {
		s.met()
		s.met = nil
	}
	return s.Reader.Read(p)
}
