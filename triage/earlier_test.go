package triage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// marks tells of each path its finding, and the withdrawn entry that it once matched.
func (h *house) marks(x triage.ExhibitID) map[string]string {
	h.t.Helper()
	h.settle(x)
	told := make(map[string]string)
	for path, f := range h.findings(x) {
		told[path] = string(inSets(f.Finding))
		if f.Earlier != nil {
			told[path] += fmt.Sprintf(" once %d:%d", f.Earlier.Set, f.Earlier.Entry)
		}
	}
	return told
}

// told fails unless an exhibit's marks are as wanted.
func (h *house) told(when string, x triage.ExhibitID, want map[string]string) {
	h.t.Helper()
	if got := h.marks(x); !maps.Equal(got, want) {
		h.t.Errorf("%s: %v, not %v", when, got, want)
	}
}

// earlier is a house with an exhibit of which a list knows three items: by bytes, by likeness, and one that is no media.
func earlier(t *testing.T) (h *house, c *triage.CatchUp, x triage.ExhibitID, set triage.SetID) {
	h = newHouse(t)
	c = h.catchUp()
	if err := c.Once(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	exact, alike, text := newPicture(t, "exact.jpg", 1), newPicture(t, "alike.jpg", 2), newItem("notes.txt", []byte("text"))
	set = h.importSet(triage.KnownSet, exact.item.Digests.SHA1.String(), pdqOf(t, alike).String(), text.item.Digests.MD5.String()).ID
	stop := h.run()
	defer stop()
	x = h.mustSubmit("ONE", exact, alike, text, newPicture(t, "other.jpg", 3))
	h.told("at first", x, map[string]string{"exact.jpg": "known", "alike.jpg": "near-known", "notes.txt": "known", "other.jpg": "unranked"})
	return h, c, x, set
}

// tended lets a steward work until an exhibit is settled and nothing waits, and says what its marks are.
func (h *house) tended(when string, x triage.ExhibitID, want map[string]string) {
	h.t.Helper()
	defer h.tend()()
	h.told(when, x, want)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		h.settle(x) // a finding is there before the groups are ranked whose members it concerns
		_, waiting, err := h.waiting()
		if err == nil && waiting == 0 {
			return // else somebody stirred groups that were ranked
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("%s: %d groups or media wait, %v", when, waiting, err)
		}
	}
}

// TestEarlierMatches: that a medium matched an entry before it was withdrawn is on record, once, and known after whatever
// loss of Redis; when the entry is restored the match counts again.
func TestEarlierMatches(t *testing.T) {
	h, c, x, set := earlier(t)
	ctx := t.Context()
	early := h.copyRedis()
	withdrawn := map[string]string{"exact.jpg": "unranked once 1:1", "alike.jpg": "unranked once 1:2", "notes.txt": "none once 1:3", "other.jpg": "unranked"}
	for line := uint32(1); line <= 3; line++ {
		h.object(set, line, triage.EntryWithdrawn)
	}
	h.tended("withdrawn", x, withdrawn)
	want := h.dump(c)
	if !strings.Contains(want, `"state":"withdrawn"`) {
		t.Error("the dump tells no mark")
	}
	for _, loss := range []struct {
		name string
		lose func()
	}{
		{"emptied", func() { h.rdb.FlushAll(ctx) }},
		{"an older copy", func() { h.restoreRedis(early) }},
		{"what is remembered removed", func() {
			for _, key := range h.rdb.Keys(ctx, "t:earlier:*").Val() {
				h.rdb.Del(ctx, key)
			}
		}},
	} {
		loss.lose()
		if err := h.catchUp().Once(ctx, false); err != nil {
			t.Fatalf("%s: %v", loss.name, err)
		}
		h.tended(loss.name, x, withdrawn)
		if got := h.dump(c); got != want {
			t.Errorf("%s: the dump differs:\n%s", loss.name, differing(want, got))
		}
	}

	events := h.recorded(triage.MatchesWithdrawn)
	var of []triage.EarlierMatch
	for _, ev := range events {
		var d struct{ Matches []triage.EarlierMatch }
		if err := json.Unmarshal(ev.Data, &d); err != nil || ev.Actor != triage.Service.ID {
			t.Errorf("%+v, %v", ev, err)
		}
		of = append(of, d.Matches...)
	}
	if len(of) != 3 || len(events) != 1 {
		t.Errorf("%d events tell of %+v", len(events), of)
	}

	for line := uint32(1); line <= 3; line++ {
		h.object(set, line, triage.EntryCounts)
	}
	h.tended("restored", x, map[string]string{"exact.jpg": "known", "alike.jpg": "near-known", "notes.txt": "known", "other.jpg": "unranked"})
	h.rebuilt(c, "restored")
	h.object(set, 1, triage.EntryWithdrawn)
	h.tended("withdrawn again", x, map[string]string{"exact.jpg": "unranked once 1:1", "alike.jpg": "near-known", "notes.txt": "known", "other.jpg": "unranked"})
	h.rebuilt(c, "withdrawn again")
	if n := len(h.recorded(triage.MatchesWithdrawn)); n != 1 {
		t.Errorf("it is on record %d times", n)
	}
}

// TestEarlierMatchesOfClosedCases withdraws entries before, while and after a case is closed that had matches with them; and
// one that came while it was closed, which it never had.
func TestEarlierMatchesOfClosedCases(t *testing.T) {
	h, c, x, set := earlier(t)
	ctx := t.Context()
	h.object(set, 1, triage.EntryWithdrawn)
	h.tended("withdrawn", x, map[string]string{"exact.jpg": "unranked once 1:1", "alike.jpg": "near-known", "notes.txt": "known", "other.jpg": "unranked"})
	h.closeCase("2026/1")
	h.object(set, 2, triage.EntryWithdrawn)
	h.object(set, 3, triage.EntryWithdrawn)
	late := h.importSet(triage.KnownSet, newPicture(t, "", 3).item.Digests.SHA1.String()).ID
	early := h.copyRedis()
	h.object(late, 1, triage.EntryWithdrawn)
	h.rebuilt(c, "closed")

	h.reopenCase("2026/1")
	all := map[string]string{"exact.jpg": "unranked once 1:1", "alike.jpg": "unranked once 1:2", "notes.txt": "none once 1:3", "other.jpg": "unranked"}
	h.tended("reopened", x, all)
	h.rebuilt(c, "reopened")
	events := len(h.recorded(triage.MatchesWithdrawn))
	want := h.dump(c)
	h.restoreRedis(early)
	if err := h.catchUp().Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	h.tended("reopened, and Redis older", x, all)
	if got := h.dump(c); got != want {
		t.Errorf("after an older copy, the dump differs:\n%s", differing(want, got))
	}
	if n := len(h.recorded(triage.MatchesWithdrawn)); n != events {
		t.Errorf("catching up made %d events", n-events)
	}
	h.closeCase("2026/1")
	h.rebuilt(c, "closed again")
	h.reopenCase("2026/1")
	h.tended("reopened again", x, all)
	h.rebuilt(c, "reopened again")

	h.destroy(x)
	stop := h.run()
	defer stop()
	again := h.mustSubmit("TWO", newPicture(t, "exact.jpg", 1))
	h.told("destroyed, and seized again", again, map[string]string{"exact.jpg": "unranked"})
	stop()
	h.rebuilt(c, "destroyed, and seized again")
}

// meanwhile lets something happen while the first medium is decoded.
type meanwhile struct {
	sync.Once
	happens func()
}

func (m *meanwhile) Examine(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error) {
	m.Do(m.happens)
	return inProcess{}.Examine(ctx, r, size)
}

// TestWithdrawnWhileDecoded: while a worker decodes a medium, another who took it over says that it is known, and the entry is
// withdrawn. What the first one knew of the medium is not all that it had.
func TestWithdrawnWhileDecoded(t *testing.T) {
	h := newHouse(t)
	c, ctx := h.catchUp(), t.Context()
	if err := c.Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	p := newPicture(t, "a.jpg", 1)
	set := h.importSet(triage.KnownSet, p.item.Digests.SHA1.String()).ID
	h.decoder = &meanwhile{happens: func() {
		matches, epoch, err := h.mirror.Match(ctx, []triage.Probe{{Keys: h.names.Digests(*p.item.Digests)}})
		if err == nil {
			err = h.views.Outcomes.Apply(ctx, triage.Outcome{
				Medium: h.names.Medium(p.item.Digests.SHA256), Generation: 1, Epoch: epoch, Matches: matches[0], Finding: triage.Known,
			})
		}
		if err != nil || len(matches[0]) != 1 {
			t.Errorf("%+v, %v", matches, err)
		}
		h.object(set, 1, triage.EntryWithdrawn)
	}}
	x := h.mustSubmit("ONE", p)
	working, stop := context.WithCancel(ctx)
	var g sync.WaitGroup
	g.Go(func() { _ = h.worker.Run(working) })
	for jobs := int64(1); jobs > 0 && !t.Failed(); time.Sleep(5 * time.Millisecond) {
		var err error
		if jobs, err = h.jobs.Len(ctx); err != nil {
			t.Error(err)
		}
	}
	stop()
	g.Wait()
	h.tended("withdrawn", x, map[string]string{"a.jpg": "unranked once 1:1"})
	h.rebuilt(c, "withdrawn")
}

// TestFaultsWhileMatchesAreWithdrawn lets what makes a mark durable fail, with and without effect: the record in the journal,
// and each command to Redis about it and its media. The mark is made all the same, and a rebuild makes the same ones.
func TestFaultsWhileMatchesAreWithdrawn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.caughtUp()
	type fault struct {
		of    string // keys that begin so, or Put
		at    int
		after bool
	}
	var faults []fault
	for _, after := range []bool{false, true} {
		faults = append(faults, fault{"Put", 1, after}, fault{"t:earlier:", 1, after}, fault{"t:earlier:", 2, after})
		for at := 1; at <= 3; at++ { // media are read twice, outcomes applied
			faults = append(faults, fault{"t:m:", at, after})
		}
	}
	var items []picture
	var lines []string
	for i := range faults {
		items = append(items, newItem(fmt.Sprintf("%d.txt", i+1), fmt.Append(nil, i)))
		lines = append(lines, items[i].item.Digests.MD5.String())
	}
	set := h.importSet(triage.KnownSet, lines...).ID
	x := h.mustSubmit("ONE", items...)
	want := make(map[string]string)
	for i := range items {
		want[items[i].item.Path] = "known"
	}
	h.tended("at first", x, want)
	for i, f := range faults {
		h.object(set, uint32(i+1), triage.EntryWithdrawn)
		want[items[i].item.Path] = fmt.Sprintf("none once 1:%d", i+1)
		if f.of == "Put" {
			h.objects.Set(objectstest.Fault{Method: "Put", Call: f.at, After: f.after})
		} else {
			h.faults.armOn(f.of, f.at, f.after)
		}
		stop := h.tend()
		h.settle(x)
		stop()
		if hit := h.faults.disarm(); !hit && f.of != "Put" || f.of == "Put" && h.objects.Calls("Put") < 1 {
			t.Errorf("%+v was not met", f)
		}
		h.objects.Set()
		h.told(fmt.Sprintf("%+v", f), x, want)
	}
	h.rebuilt(c, "after all faults")
	h.told("after all faults", x, want)
}
