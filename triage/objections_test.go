package triage_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/store/known"
	"vigie/store/known/matcher"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// object gives an entry a state.
func (h *house) object(set triage.SetID, line uint32, state triage.EntryState) triage.Objected {
	h.t.Helper()
	o, err := h.sets.Object(h.t.Context(), boss, set, line, state, "it was sent by mistake")
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

// TestEntries withdraws, disputes and restores entries of lists, one of them in a form that several lists hold.
func TestEntries(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	stop := h.run()
	exact, alike, both, other := newPicture(t, "exact.jpg", 1), newPicture(t, "alike.jpg", 2), newPicture(t, "both.jpg", 3), newPicture(t, "other.jpg", 4)
	lines := []string{
		"# a list", exact.item.Digests.SHA1.String(), pdqOf(t, alike).String(), both.item.Digests.MD5.String(), pdqOf(t, both).String(),
		other.item.Digests.MD5.String(),
	}
	first := h.importSet(triage.KnownSet, lines...)
	one := h.mustSubmit("ONE", exact, alike, both, other)
	all := func(when string, seal triage.ExhibitID, want map[string]string) {
		t.Helper()
		h.settle(seal)
		for path, f := range h.findings(seal) {
			got := string(inSets(f.Finding))
			if f.Match != nil {
				got += " " + fmt.Sprint(f.Match.Entry) + string(f.Match.State)
			}
			if f.Earlier != nil {
				got += " once " + fmt.Sprint(f.Earlier.Entry)
			}
			if got != want[path] {
				t.Errorf("%s: %s is %q, not %q", when, path, got, want[path])
			}
		}
	}
	all("at first", one, map[string]string{"exact.jpg": "known 2", "alike.jpg": "near-known 3", "both.jpg": "known 4", "other.jpg": "known 6"})

	for _, line := range []uint32{2, 3, 4} {
		if o := h.object(first.ID, line, triage.EntryWithdrawn); o.Already || o.State != triage.EntryWithdrawn || o.Entry.Number != line || o.By != boss.ID || o.Reason == "" || o.At.IsZero() {
			t.Errorf("%+v", o)
		}
	}
	h.object(first.ID, 6, triage.EntryDisputed)
	withdrawn := map[string]string{"exact.jpg": "unranked once 2", "alike.jpg": "unranked once 3", "both.jpg": "near-known 5 once 4", "other.jpg": "known 6disputed"}
	all("withdrawn", one, withdrawn)
	if p := h.settle(one); p.Media[triage.Known] != 1 || p.Media[triage.NearKnown] != 1 || p.Media[triage.Unranked]+p.Media[triage.ProbableNew] != 2 {
		t.Errorf("counted as %+v", p.Media)
	}
	if groups, _, err := h.review.List(t.Context(), h.reviewer.Actor, 0, 9); err != nil || len(groups) != 2 {
		t.Errorf("%d groups in the queue, %v", len(groups), err)
	}

	// The next list of the source has the same pictures in other lines, and another source's list has them too.
	h.importSet(triage.KnownSet, lines[1:]...)
	all("in the next list", one, map[string]string{"exact.jpg": "unranked once 2", "alike.jpg": "unranked once 3", "both.jpg": "near-known 5 once 4", "other.jpg": "known 6disputed"})
	two := h.mustSubmit("TWO", near(t, exact, "exact.jpg", 1), near(t, alike, "alike.jpg", 1))
	all("submitted since", two, map[string]string{"exact.jpg": "unranked", "alike.jpg": "unranked"})
	if left, err := h.sets.Objections(t.Context(), boss, first.ID+1); err != nil || len(left) != 4 {
		t.Errorf("of the next list %d entries are told, %v", len(left), err)
	}
	stop()
	h.rebuilt(c, "withdrawn and disputed")
	defer h.run()()

	// Said again, nothing changes; a withdrawn entry is not disputed; only what was said can be taken back.
	if o := h.object(first.ID, 2, triage.EntryWithdrawn); !o.Already {
		t.Error("withdrawn twice")
	}
	for name, wrong := range map[string]struct {
		by    triage.Actor
		line  uint32
		state triage.EntryState
		why   string
		want  triage.Kind
	}{
		"disputed when withdrawn": {boss, 2, triage.EntryDisputed, "a reason", triage.Conflict},
		"nothing to restore":      {boss, 5, triage.EntryCounts, "a reason", triage.Conflict},
		"no such line":            {boss, 99, triage.EntryWithdrawn, "a reason", triage.NotFound},
		"a comment":               {boss, 1, triage.EntryWithdrawn, "a reason", triage.NotFound},
		"no reason":               {boss, 5, triage.EntryWithdrawn, " ", triage.Invalid},
		"no state":                {boss, 5, "burnt", "a reason", triage.Invalid},
		"not an administrator":    {h.reviewer.Actor, 5, triage.EntryWithdrawn, "a reason", triage.Forbidden},
	} {
		if _, err := h.sets.Object(t.Context(), wrong.by, first.ID, wrong.line, wrong.state, wrong.why); !triage.IsKind(err, wrong.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, line := range []uint32{2, 3, 4, 6} {
		h.object(first.ID, line, triage.EntryCounts)
	}
	all("restored", one, map[string]string{"exact.jpg": "known 2", "alike.jpg": "near-known 3", "both.jpg": "known 4", "other.jpg": "known 6"})
	all("restored", two, map[string]string{"exact.jpg": "unranked", "alike.jpg": "near-known 3"})
	for kind, n := range map[triage.EventKind]int{triage.EntryWasWithdrawn: 3, triage.EntryWasDisputed: 1, triage.EntryWasRestored: 4} {
		if got := h.recorded(kind); len(got) != n || !strings.Contains(string(got[0].Data), "by mistake") || got[0].Actor != boss.ID {
			t.Errorf("%d events of %s", len(got), kind)
		}
	}
	if left, err := h.sets.Objections(t.Context(), boss, first.ID); err != nil || len(left) != 0 {
		t.Errorf("%+v, %v", left, err)
	}
}

// TestFaultsWhileAnEntryIsWithdrawn lets each command to Redis and each write to the object store fail once, with and without
// effect, while an entry is withdrawn and restored: what is on record takes effect, and a rebuild says the same.
func TestFaultsWhileAnEntryIsWithdrawn(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	stop := h.run()
	p := newPicture(t, "a.jpg", 1)
	var lines []string
	for i := range 40 {
		lines = append(lines, newItem("", fmt.Append(nil, i)).item.Digests.MD5.String())
	}
	lines[7] = p.item.Digests.SHA1.String()
	set := h.importSet(triage.KnownSet, lines...)
	x := h.mustSubmit("ONE", p)
	h.settle(x)
	stop()
	kinds := map[triage.EntryState]triage.EventKind{triage.EntryWithdrawn: triage.EntryWasWithdrawn, triage.EntryCounts: triage.EntryWasRestored}
	line := uint32(8)
	for _, where := range []string{"redis", "Put"} {
		for _, after := range []bool{false, true} {
			for step, hit := 1, true; hit; step++ {
				hit = false
				if where == "Put" {
					line++ // what an entry says is written once
				}
				for _, state := range []triage.EntryState{triage.EntryWithdrawn, triage.EntryCounts} {
					before := len(h.recorded(kinds[state]))
					if where == "redis" {
						h.faults.arm(step, after)
					} else {
						h.objects.Set(objectstest.Fault{Method: where, Call: step, After: after})
					}
					_, err := h.sets.Object(ctx, boss, set.ID, line, state, "a reason")
					hit = h.faults.disarm() || h.objects.Calls("Put") >= step && where == "Put" || hit
					h.objects.Set()
					if _, journaled := h.lastOf(c); journaled != nil {
						t.Fatal(journaled)
					}
					if err == nil && len(h.recorded(kinds[state])) != before+1 {
						t.Fatalf("%s %v %d: returned, and not on record", where, after, step)
					}
					if _, err := h.sets.Object(ctx, boss, set.ID, line, state, "a reason"); err != nil && !triage.IsKind(err, triage.Conflict) {
						t.Fatalf("%s %v %d: again: %v", where, after, step, err)
					}
					if n := len(h.recorded(kinds[state])); n != before+1 {
						t.Fatalf("%s %v %d: on record %d times; at first %v", where, after, step, n-before, err)
					}
					stop := h.tend()
					h.settle(x)
					stop()
					if f := h.findings(x)["a.jpg"]; (f.Finding == triage.Known) == (line == 8 && state == triage.EntryWithdrawn) {
						t.Fatalf("%s %v %d: %s when %q", where, after, step, f.Finding, state)
					}
				}
			}
		}
	}
	h.rebuilt(c, "after all faults")
}

// sharded returns what matches through two matchers, when they are loaded.
func (h *house) sharded(probes []triage.Probe) triage.Matcher {
	h.t.Helper()
	sets, key, silent := known.New(h.rdb, "t:", [known.KeySize]byte{4}), [matcher.KeySize]byte{5}, slog.New(slog.DiscardHandler)
	var urls []string
	for i := range 2 {
		share := known.Share{Index: i + 1, Of: 2}
		server := httptest.NewServer(matcher.NewServer(known.NewShard(sets, share, silent), share, key, nil, silent).Handler())
		h.t.Cleanup(server.Close)
		urls = append(urls, server.URL)
	}
	client, err := matcher.NewClient(urls, key)
	if err != nil {
		h.t.Fatal(err)
	}
	m := known.NewAsking(sets, client, silent)
	if _, _, err := m.Match(h.t.Context(), probes); err != nil {
		h.t.Fatal(err)
	}
	return m
}

// TestWithdrawnWhileMatching withdraws entries, and then a whole set, while many match media with them, in memory and through matchers: from the moment the
// withdrawal has returned, no match is recorded any more. It is meant for -race.
func TestWithdrawnWhileMatching(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	const media, withdrawn = 24, 6
	var pictures []picture
	var lines []string
	for i := range media {
		p := newPicture(t, fmt.Sprintf("%d.jpg", i), i)
		pictures = append(pictures, p)
		if i%2 == 0 {
			lines = append(lines, p.item.Digests.SHA1.String())
		} else {
			lines = append(lines, pdqOf(t, p).String())
		}
	}
	set := h.importSet(triage.KnownSet, lines...)
	stop := h.run()
	h.settle(h.mustSubmit("ONE", pictures...))
	stop()
	ids := make([]triage.MediumID, media)
	for i, p := range pictures {
		ids[i] = h.names.Medium(p.item.Digests.SHA256)
	}
	found, err := h.views.Media.Media(ctx, ids)
	if err != nil {
		t.Fatal(err)
	}
	probes := make([]triage.Probe, media)
	for i, id := range ids {
		x, err := h.archive.Examination(ctx, found[id].At)
		if err != nil {
			t.Fatal(err)
		}
		probes[i] = triage.NewProbe(x.Keys, x.Examination)
	}

	// record counts outcomes that were applied with a match that was said to be over before they were.
	var over [media + 1]atomic.Bool // by line
	var late, rounds atomic.Int64
	var g sync.WaitGroup
	done := make(chan struct{})
	matchers := []triage.Matcher{h.mirror, h.sharded(probes)}
	for i := range 8 {
		g.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				var wasOver [media + 1]bool
				for i := range over {
					wasOver[i] = over[i].Load()
				}
				matches, epoch, err := matchers[i%2].Match(ctx, probes)
				if err != nil {
					t.Error(err)
					return
				}
				for i, id := range ids {
					o := triage.Outcome{Medium: id, Epoch: epoch, Matches: matches[i], Finding: triage.Conclude("picture", "", matches[i])}
					overNow := false
					for _, m := range o.Matches {
						overNow = overNow || m.State != triage.EntryWithdrawn && over[m.Entry].Load()
						if wasOver[m.Entry] && m.State != triage.EntryWithdrawn {
							t.Errorf("line %d matched after its withdrawal", m.Entry)
						}
					}
					switch err := h.views.Outcomes.Apply(ctx, o); {
					case err == nil && overNow:
						late.Add(1)
					case err != nil && !triage.IsKind(err, triage.Stale):
						t.Error(err)
						return
					}
				}
				rounds.Add(1)
			}
		})
	}
	for line := uint32(1); line <= withdrawn; line++ {
		h.object(set.ID, line, triage.EntryWithdrawn)
		over[line].Store(true)
	}
	if _, err := h.sets.Withdraw(ctx, boss, set.ID, "all of it"); err != nil {
		t.Fatal(err)
	}
	for line := range over {
		over[line].Store(true)
	}
	for before := rounds.Load(); rounds.Load() < before+16 && !t.Failed(); { // one of them does a whole round more
		time.Sleep(time.Millisecond)
	}
	close(done)
	g.Wait()
	if late.Load() > 0 {
		t.Errorf("%d matches were recorded after their withdrawal had returned", late.Load())
	}
	after, err := h.views.Media.Media(ctx, ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if m := after[id]; len(m.Matches) > 0 {
			t.Errorf("%s keeps %+v", id, m.Matches)
		}
	}
}
