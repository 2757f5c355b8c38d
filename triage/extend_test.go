package triage_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// entryOf returns what an addition says of a picture: its three digests and its PDQ.
func entryOf(t *testing.T, p picture) triage.RawEntry {
	t.Helper()
	d, hash := *p.item.Digests, pdqOf(t, p)
	return triage.RawEntry{Category: "new", MD5: &d.MD5, SHA1: &d.SHA1, SHA256: &d.SHA256, PDQ: &hash}
}

func (h *house) extend(name string, entries ...triage.RawEntry) triage.AdditionID {
	h.t.Helper()
	id, err := h.sets.Extend(h.t.Context(), h.reviewer.Actor, name, entries)
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

// found returns what became of each path, with the entry that made the finding.
func (h *house) found(x triage.ExhibitID) map[string]string {
	h.t.Helper()
	h.settle(x)
	got := make(map[string]string)
	for path, f := range h.findings(x) {
		got[path] = string(inSets(f.Finding))
		if f.Match != nil {
			got[path] += fmt.Sprint(" ", f.Match.Set, ":", f.Match.Entry, f.Match.State)
		}
		if f.Earlier != nil {
			got[path] += fmt.Sprint(" once ", f.Earlier.Entry)
		}
	}
	return got
}

func (h *house) wantFound(when string, x triage.ExhibitID, want map[string]string) {
	h.t.Helper()
	for path, got := range h.found(x) {
		if got != want[path] {
			h.t.Errorf("%s: %s is %q, not %q", when, path, got, want[path])
		}
	}
}

// TestOfficeSetGrows adds to the office's set what was submitted before, withdraws entries and all of it, and adds again.
func TestOfficeSetGrows(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	stop := h.run()
	exact, alike, later, listed := newPicture(t, "exact.jpg", 1), newPicture(t, "alike.jpg", 2), newPicture(t, "later.jpg", 3), newPicture(t, "listed.jpg", 4)
	h.importSet(triage.KnownSet, listed.item.Digests.SHA1.String())
	x := h.mustSubmit("ONE", exact, alike, later, listed)
	h.wantFound("at first", x, map[string]string{"exact.jpg": "unranked", "alike.jpg": "unranked", "later.jpg": "unranked", "listed.jpg": "known 1:1"})

	hash := pdqOf(t, alike)
	first := h.extend("g1/9", entryOf(t, exact), triage.RawEntry{PDQ: &hash})
	if first != (triage.AdditionID{Set: 2, Number: 1}) {
		t.Errorf("added as %v", first)
	}
	grown := map[string]string{"exact.jpg": "known 2:1001", "alike.jpg": "near-known 2:1002", "later.jpg": "unranked", "listed.jpg": "known 1:1"}
	h.wantFound("added", x, grown)
	if again := h.extend("g1/9", entryOf(t, later)); again != first || len(h.recorded(triage.SetExtended)) != 1 {
		t.Errorf("added again as %v", again)
	}
	if second := h.extend("g2/12", entryOf(t, later)); second != (triage.AdditionID{Set: 2, Number: 2}) {
		t.Errorf("the second is %v", second)
	}
	grown["later.jpg"] = "known 2:2001"
	h.wantFound("added twice", x, grown)
	set, err := h.sets.Show(t.Context(), boss, 2)
	if err != nil || set.Source != triage.OfficeSource || set.Version != 1 || set.Additions != 2 || set.Entries != 3 || set.ByMethod[triage.ByPDQ] != 3 ||
		set.ByMethod[triage.ByMD5] != 2 || set.Extended.IsZero() || set.State != triage.Active {
		t.Errorf("%+v, %v", set, err)
	}
	two := h.mustSubmit("TWO", near(t, later, "copy.jpg", 1))
	h.wantFound("submitted since", two, map[string]string{"copy.jpg": "near-known 2:2001"})

	h.object(2, 1001, triage.EntryWithdrawn)
	h.object(2, 2001, triage.EntryDisputed)
	h.wantFound("an entry withdrawn", x, map[string]string{
		"exact.jpg": "unranked once 1001", "alike.jpg": "near-known 2:1002", "later.jpg": "known 2:2001disputed", "listed.jpg": "known 1:1",
	})
	for _, line := range []uint32{1, 1000, 1003, 3001} {
		if _, err := h.sets.Object(t.Context(), boss, 2, line, triage.EntryWithdrawn, "a reason"); !triage.IsKind(err, triage.NotFound) {
			t.Errorf("entry %d is withdrawn: %v", line, err)
		}
	}
	stop()
	h.rebuilt(c, "an entry withdrawn")
	stop = h.run()
	h.object(2, 1001, triage.EntryCounts)
	h.object(2, 2001, triage.EntryCounts)
	h.wantFound("restored", x, grown)

	if _, err := h.sets.Withdraw(t.Context(), boss, 2, "all of it was wrong"); err != nil {
		t.Fatal(err)
	}
	gone := map[string]string{"exact.jpg": "unranked", "alike.jpg": "unranked", "later.jpg": "unranked", "listed.jpg": "known 1:1"}
	h.wantFound("withdrawn", x, gone)
	if again := h.extend("g1/9", entryOf(t, exact)); again != first {
		t.Errorf("what was added before the set was withdrawn: %v", again)
	}
	if third := h.extend("g3/20", entryOf(t, exact)); third != (triage.AdditionID{Set: 3, Number: 1}) {
		t.Errorf("added to the next version as %v", third)
	}
	gone["exact.jpg"] = "known 3:1001"
	h.wantFound("begun anew", x, gone)
	stop()
	h.rebuilt(c, "begun anew")
	if again := h.extend("g2/12", entryOf(t, later)); again != (triage.AdditionID{Set: 2, Number: 2}) {
		t.Errorf("after a rebuild, what was added is %v", again)
	}
}

// TestWhatIsNotAdded: who may not add, and what.
func TestWhatIsNotAdded(t *testing.T) {
	h := newHouse(t)
	ctx, e := t.Context(), entryOf(t, newPicture(t, "", 1))
	for name, wrong := range map[string]struct {
		by      triage.Actor
		name    string
		entries []triage.RawEntry
		want    triage.Kind
	}{
		"an examiner":   {h.examiner, "g/1", []triage.RawEntry{e}, triage.Forbidden},
		"no name":       {boss, " ", []triage.RawEntry{e}, triage.Invalid},
		"nothing":       {boss, "g/1", nil, triage.Invalid},
		"too much":      {boss, "g/1", make([]triage.RawEntry, triage.MaxAddition+1), triage.Invalid},
		"without hash":  {boss, "g/1", []triage.RawEntry{e, {Category: "new"}}, triage.Invalid},
		"by the office": {h.reviewer.Actor, "g/1", []triage.RawEntry{{}}, triage.Invalid},
	} {
		if _, err := h.sets.Extend(ctx, wrong.by, wrong.name, wrong.entries); !triage.IsKind(err, wrong.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, source := range []string{triage.OfficeSource, " Office "} {
		if _, err := h.sets.Import(ctx, boss, triage.ImportOptions{Kind: triage.KnownSet, Source: source}, nil, 0); !triage.IsKind(err, triage.Invalid) {
			t.Errorf("a list of %q is imported: %v", source, err)
		}
	}
	if n := len(h.recorded(triage.SetImported)) + len(h.recorded(triage.SetExtended)); n > 0 {
		t.Errorf("%d events", n)
	}
}

// TestAddedByMany adds at once, by many who do not know of each other, each twice: nothing is lost, and nothing twice there.
func TestAddedByMany(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	const many = 12
	var mu sync.Mutex
	ids := make(map[string]map[triage.AdditionID]bool)
	var g sync.WaitGroup
	for i := range 2 * many {
		name, e := fmt.Sprint("g/", i%many), entryOf(t, newPicture(t, "", i%many))
		e.Category = name
		g.Go(func() {
			id, err := h.sets.Extend(context.WithoutCancel(t.Context()), boss, name, []triage.RawEntry{e})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if ids[name] == nil {
				ids[name] = make(map[triage.AdditionID]bool)
			}
			ids[name][id] = true
		})
	}
	g.Wait()
	for name, of := range ids {
		if len(of) != 1 {
			t.Errorf("%s is %v", name, of)
		}
	}
	set, err := h.sets.Show(t.Context(), boss, 1)
	if err != nil || set.Additions != many || set.Entries != many {
		t.Errorf("%+v, %v", set, err)
	}
	stop := h.run()
	var pictures []picture
	want := make(map[string]string)
	for i := range many {
		p := newPicture(t, fmt.Sprint(i, ".jpg"), i)
		pictures = append(pictures, p)
		for id := range ids[fmt.Sprint("g/", i)] {
			want[p.item.Path] = fmt.Sprint("known 1:", id.Number*1000+1)
		}
	}
	x := h.mustSubmit("ONE", pictures...)
	h.wantFound("added by many", x, want)
	for path, f := range h.findings(x) {
		if i := 0; f.Match == nil {
			t.Errorf("%s: no match", path)
		} else if _, err := fmt.Sscanf(path, "%d.jpg", &i); err != nil || f.Match.Category != fmt.Sprint("g/", i) {
			t.Errorf("%s is of category %s", path, f.Match.Category)
		}
	}
	stop()
	h.rebuilt(c, "added by many")
}

// TestFaultsWhileExtending lets each command to Redis, and each write to the object store, fail once, with and without effect,
// while entries are added for the first time and later: called again, it is added once, and a rebuild says the same.
func TestFaultsWhileExtending(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	p := newPicture(t, "a.jpg", 1)
	n := 0
	for _, first := range []bool{true, false} {
		for _, where := range []string{"redis", "Put"} {
			for _, after := range []bool{false, true} {
				for step, hit := 1, true; hit; step++ {
					when := fmt.Sprintf("first %v, %s %v %d", first, where, after, step)
					if office, err := h.sets.Office(ctx); first && err == nil {
						if _, err := h.sets.Withdraw(ctx, boss, office.ID, "to begin anew"); err != nil {
							t.Fatal(when, err)
						}
						h.rdb.Del(ctx, "t:lease:office-set")
					}
					n++
					name := fmt.Sprint("g/", n)
					entries := []triage.RawEntry{entryOf(t, p), {PDQ: entryOf(t, newPicture(t, "", 2)).PDQ}}
					if where == "redis" {
						h.faults.arm(step, after)
					} else {
						h.objects.Set(objectstest.Fault{Method: where, Call: step, After: after})
					}
					got, err := h.sets.Extend(ctx, boss, name, entries)
					hit = h.faults.disarm() || h.objects.Calls("Put") >= step && where == "Put"
					h.objects.Set()
					h.rdb.Del(ctx, "t:lease:office-set")
					again, againErr := h.sets.Extend(ctx, boss, name, entries)
					if againErr != nil || err == nil && got != again {
						t.Fatalf("%s: %v, %v; again %v, %v", when, got, err, again, againErr)
					}
					if _, err := h.lastOf(c); err != nil {
						t.Fatal(when, err)
					}
					if third, err := h.sets.Extend(ctx, boss, name, entries); err != nil || third != again {
						t.Fatalf("%s: %v, and a third time %v, %v", when, again, third, err)
					}
					recorded := make(map[string]bool)
					for _, ev := range h.recorded(triage.SetExtended) {
						recorded[ev.Subject+string(ev.Data)] = true
					}
					if len(recorded) != n {
						t.Fatalf("%s: %d additions are on record, of %d", when, len(recorded), n)
					}
				}
			}
		}
	}
	sets, err := h.sets.List(ctx, boss)
	additions, active := 0, 0
	for _, set := range sets {
		additions += set.Additions
		if set.Entries != 2*set.Additions {
			t.Errorf("set %d has %d entries in %d additions", set.ID, set.Entries, set.Additions)
		}
		if set.State == triage.Active {
			active++
		}
	}
	if err != nil || additions != n || active != 1 {
		t.Errorf("%d additions of %d, %d active sets, %v", additions, n, active, err)
	}
	defer h.run()()
	x := h.mustSubmit("ONE", p)
	h.settle(x)
	if f := h.findings(x)["a.jpg"]; f.Finding != triage.Known {
		t.Errorf("%+v", f)
	}
	h.rebuilt(c, "after all faults")
}
