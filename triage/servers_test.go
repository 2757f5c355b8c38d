package triage_test

import (
	"context"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"vigie/store/setfile"
	"vigie/triage"
)

// digestGroups are what the keys of exact digests begin with, in the order of their letters.
func (h *house) digestGroups() (groups []string) {
	for _, key := range h.rdb.Keys(h.t.Context(), "t:kx:*").Val() {
		group, _, _ := strings.Cut(key, "}")
		groups = append(groups, group+"}")
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// TestGroupOfDigestsRemoved removes one group of exact digests after the other: on a cluster, each may be all that a node loses.
func TestGroupOfDigestsRemoved(t *testing.T) {
	h, _ := worked(t)
	ctx := t.Context()
	if err := h.catchUp().Once(ctx, true); err != nil {
		t.Fatal(err)
	}
	groups := h.digestGroups()
	if len(groups) != 64 {
		t.Fatalf("%d groups: %q", len(groups), groups)
	}
	for i, group := range groups {
		h.rdb.Unlink(ctx, h.rdb.Keys(ctx, group+"*").Val()...)
		if m, err := h.views.Marks.Marks(ctx); err != nil || len(m.Lost) != i+1 || !slices.Contains(m.Lost, group) {
			t.Fatalf("%s: %q, %v", group, m.Lost, err)
		}
	}
}

// TestDigestsCameBackOlder has exact digests be as they were before a list came, while all else is as it is: they are read again.
func TestDigestsCameBackOlder(t *testing.T) {
	h, c := worked(t)
	ctx := t.Context()
	if err := h.catchUp().Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	early := make(map[string]string)
	for _, key := range h.rdb.Keys(ctx, "t:kx:*").Val() {
		early[key] = h.rdb.Dump(ctx, key).Val()
	}
	late := newPicture(t, "late.jpg", 9)
	h.importSet(triage.KnownSet, late.item.Digests.SHA1.String())
	settle := func() {
		defer h.run()()
		h.settle(h.names.Exhibit("2026/1", "ONE"))
		h.settle(h.names.Exhibit("2026/1", "TWO"))
	}
	settle()
	want := h.dump(c)
	h.rdb.Unlink(ctx, h.rdb.Keys(ctx, "t:kx:*").Val()...)
	for key, value := range early {
		h.rdb.Restore(ctx, key, 0, value)
	}
	probe := []triage.Probe{{Keys: h.names.Digests(*late.item.Digests)}}
	if found, _, err := h.mirror.Match(ctx, probe); err != nil || len(found[0]) != 0 {
		t.Fatalf("the list's entry is still there: %+v, %v", found, err)
	}
	if m, err := h.views.Marks.Marks(ctx); err != nil || len(m.Lost) != 0 {
		t.Fatalf("%q, %v", m.Lost, err)
	}
	fresh := h.catchUp() // as after the start of a server
	if err := fresh.Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	if found, _, err := h.mirror.Match(ctx, probe); err != nil || len(found[0]) != 1 {
		t.Errorf("the list's entry: %+v, %v", found, err)
	}
	settle()
	if got := h.dump(fresh); got != want {
		t.Errorf("the dump differs:\n%s", differing(want, got))
	}
}

// reopened is a journal after each of whose events something is done.
type reopened struct {
	triage.Journal
	after func()
}

func (j reopened) Append(ctx context.Context, ev triage.Event) (triage.Event, error) {
	ev, err := j.Journal.Append(ctx, ev)
	j.after()
	return ev, err
}

// TestImportAcrossAnOpening has the gate shut and open again during an import, as when a node of a cluster was replaced by
// one that was behind: entries that were written before may be gone, so the import fails, or is made again from the journal.
func TestImportAcrossAnOpening(t *testing.T) {
	for _, when := range []string{"while it is read", "once it is on record"} {
		h := newHouse(t)
		ctx := t.Context()
		c := h.catchUp()
		if err := c.Once(ctx, false); err != nil {
			t.Fatal(err)
		}
		lose := func() {
			h.rdb.Unlink(ctx, h.rdb.Keys(ctx, "t:kx:*}??").Val()...) // buckets, without what stands for them
			if c.Serves("another") == nil {
				t.Error("the gate stays open")
			}
			if err := c.Once(ctx, false); err != nil {
				t.Error(err)
			}
		}
		h.sets.Gate = c
		if when == "while it is read" {
			h.sets.Parse = func(r io.Reader, o triage.ParseOptions) iter.Seq2[triage.RawEntry, error] {
				return func(yield func(triage.RawEntry, error) bool) {
					for entry, err := range setfile.Parse(r, o) {
						lose()
						if !yield(entry, err) {
							return
						}
					}
				}
			}
		} else {
			h.events.Journal = reopened{h.journal, lose}
		}
		picture := newPicture(t, "a.jpg", 1)
		file := picture.item.Digests.SHA1.String() + "\n"
		o := triage.ImportOptions{Kind: triage.KnownSet, Source: "partner"}
		_, err := h.sets.Import(ctx, triage.Operator, o, strings.NewReader(file), int64(len(file)))
		set, showErr := h.sets.Show(ctx, triage.Operator, 1)
		found, _, matchErr := h.mirror.Match(ctx, []triage.Probe{{Keys: h.names.Digests(*picture.item.Digests)}})
		if showErr != nil || matchErr != nil {
			t.Fatal(showErr, matchErr)
		}
		switch {
		case when == "while it is read" && (!triage.IsKind(err, triage.Unavailable) || set.State != triage.Failed):
			t.Errorf("%s: %v, %s", when, err, set.State)
		case when == "once it is on record" && (!triage.IsKind(err, triage.Unknown) || set.State != triage.Active || len(found[0]) != 1):
			t.Errorf("%s: %v, %s, %+v", when, err, set.State, found)
		}
	}
}
