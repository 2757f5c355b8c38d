package triage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"vigie/store/journal"
	"vigie/store/objects"
	"vigie/triage"
)

// sealed is the store beneath the journal.
func (h *house) sealed() objects.Store {
	h.t.Helper()
	sealed, err := objects.Seal(h.objects, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		h.t.Fatal(err)
	}
	return sealed
}

// keep has what was appended sealed.
func (h *house) keep() {
	h.t.Helper()
	signer, err := journal.NewSigner([32]byte{1})
	if err == nil {
		err = h.journal.Keeper(journal.KeeperOptions{Signer: signer, Log: slog.New(slog.DiscardHandler)}).Step(h.t.Context())
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// compact has a snapshot written of what is sealed.
func (h *house) compact() {
	h.t.Helper()
	c := &journal.Compactor{Store: objects.Keyed{Store: h.sealed()}, Every: 1, Log: slog.New(slog.DiscardHandler)}
	if err := c.Step(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// append appends n events, many at once.
func (h *house) append(n int, event func(i int) triage.Event) {
	h.t.Helper()
	var writers sync.WaitGroup
	const atOnce = 500
	for w := range atOnce {
		writers.Go(func() {
			for i := w; i < n; i += atOnce {
				if _, err := h.journal.Append(h.t.Context(), event(i)); err != nil {
					h.t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
}

// act appends n events of kinds that leave no trace.
func (h *house) act(n int) {
	kinds := triage.Traceless()
	h.append(n, func(i int) triage.Event {
		return triage.Event{Actor: "a1", Kind: kinds[i%len(kinds)], Subject: fmt.Sprint("c", i), Data: json.RawMessage(`{"verdict":"unknown"}`)}
	})
}

// decideMany appends n decisions, of as many groups.
func (h *house) decideMany(n int) {
	h.append(n, func(i int) triage.Event {
		return triage.Event{
			Actor: "a2", Kind: triage.DecisionMade, Subject: fmt.Sprintf("%032x", i+1),
			Data: json.RawMessage(`{"verdict":"not-illegal","by":"a2","at":"2026-01-01T00:00:00Z","members":1}`),
		}
	})
}

// TestRebuildFromSnapshot finds the same projections by a snapshot and the events since as by all events, whatever Redis
// has lost, and when there is something wrong with the snapshot.
func TestRebuildFromSnapshot(t *testing.T) {
	h, c := worked(t)
	ctx := t.Context()
	met := 0
	h.decoder = &failing{0, nil, &met}
	older := h.copyRedis()
	access := &triage.Access{Accounts: h.views.Accounts, Sessions: h.views.Sessions, Events: h.events, Now: time.Now}
	hire := func(name string) {
		t.Helper()
		if _, _, err := access.NewToken(ctx, triage.Operator, triage.Reviewer, name, ""); err != nil {
			t.Fatal(err)
		}
	}
	hire("zoe")
	h.act(journal.SegmentEvents)
	h.keep()
	h.compact()
	sealed := h.sealed()
	hire("kim")
	want := h.dump(c)

	part := ""
	for info, err := range sealed.List(ctx, "records/snapshots/", "") {
		if err != nil {
			t.Fatal(err)
		}
		if part == "" {
			part = info.Key
		}
	}
	if part == "" {
		t.Fatal("there is no snapshot")
	}
	count := func() (n int) {
		for _, err := range h.journal.Replay(ctx, 1) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	if n := count(); n > 100 {
		t.Fatalf("%d events are replayed", n)
	}
	for _, loss := range []struct {
		name string
		lose func()
	}{
		{"emptied", func() { h.rdb.FlushAll(ctx) }},
		{"an older copy", func() { h.restoreRedis(older) }},
		{"without its part", func() {
			h.rdb.FlushAll(ctx)
			if err := sealed.Delete(ctx, part); err != nil {
				t.Fatal(err)
			}
			if n := count(); n < journal.SegmentEvents {
				t.Errorf("%d events are replayed", n)
			}
		}},
	} {
		loss.lose()
		fresh := h.catchUp()
		if err := fresh.Once(ctx, false); err != nil {
			t.Fatalf("%s: %v", loss.name, err)
		}
		if got := h.dump(fresh); got != want {
			t.Errorf("%s: the dump differs:\n%s", loss.name, differing(want, got))
		}
		head, err := h.journal.Head(ctx)
		if m, marksErr := h.views.Marks.Marks(ctx); err != nil || marksErr != nil || m.Events != head {
			t.Errorf("%s: marked up to %d of %d, %v, %v", loss.name, m.Events, head, err, marksErr)
		}
	}
	if met != 0 {
		t.Errorf("%d media were decoded again", met)
	}
}

// TestTraceless: an event whose kind is said to leave no trace has no effect on anything.
func TestTraceless(t *testing.T) {
	kinds := triage.Traceless()
	if len(kinds) == 0 {
		t.Fatal("there are none")
	}
	for _, kind := range kinds {
		// Without a single store: whoever asks for one fails.
		ev := triage.Event{Seq: 1, Time: time.Now(), Actor: "a", Kind: kind, Subject: "s", Data: json.RawMessage(`{}`)}
		if err := (&triage.Projector{}).Apply(t.Context(), ev); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if triage.EventKind("a kind of tomorrow").Traceless() {
		t.Error("a kind that nobody knows may be left out")
	}
}

// BenchmarkReplay reads 200,000 events of which 5 % change a projection, and catches up with them from an emptied Redis:
// from the whole journal, and by a snapshot.
//
//	go test ./triage -run '^$' -bench Replay -benchtime 3x
func BenchmarkReplay(b *testing.B) {
	const events = 200_000
	h := newHouse(b)
	h.act(events * 95 / 100)
	h.decideMany(events * 5 / 100)
	if err := h.catchUp().Once(b.Context(), true); err != nil {
		b.Fatal(err)
	}
	h.keep()
	read := func(b *testing.B) {
		for range b.N {
			for _, err := range h.journal.Replay(b.Context(), 1) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	replay := func(b *testing.B) {
		for range b.N {
			b.StopTimer()
			h.rdb.FlushAll(b.Context())
			b.StartTimer()
			if err := h.catchUp().Once(b.Context(), false); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("journal/read", read)
	b.Run("journal/applied", replay)
	h.compact()
	b.Run("snapshot/read", read)
	b.Run("snapshot/applied", replay)
}
