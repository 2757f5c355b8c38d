package triage_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// catchUp returns what catches up over the house's stores.
func (h *house) catchUp() *triage.CatchUp {
	return &triage.CatchUp{
		Events: h.events, Journal: h.journal, Steward: h.steward, Closer: h.closer(), Scores: h.archive, Log: slog.New(slog.DiscardHandler),
		Forget: func() { h.mirror.Forget(); h.steward.Founders.Forget() },
	}
}

// caughtUp is catchUp, when it has caught up.
func (h *house) caughtUp() *triage.CatchUp {
	h.t.Helper()
	c := h.catchUp()
	if err := c.Once(h.t.Context(), false); err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *house) dump(c *triage.CatchUp) string {
	h.t.Helper()
	var b bytes.Buffer
	if err := c.Dump(h.t.Context(), &b); err != nil {
		h.t.Fatal(err)
	}
	return b.String()
}

// differing lists the lines of two dumps that only one of them has.
func differing(want, got string) string {
	var b strings.Builder
	for _, side := range []struct{ sign, has, lacks string }{{"- ", want, got}, {"+ ", got, want}} {
		other := strings.Split(side.lacks, "\n")
		for line := range strings.Lines(side.has) {
			if !slices.Contains(other, strings.TrimSpace(line)) {
				b.WriteString(side.sign + line)
			}
		}
	}
	return b.String()
}

// worked is a house in which everything has happened that leaves a trace.
func worked(t *testing.T) (*house, *triage.CatchUp) {
	h := newHouse(t)
	c := h.caughtUp()
	access := &triage.Access{Accounts: h.views.Accounts, Sessions: h.views.Sessions, Events: h.events, Now: time.Now}
	for _, name := range []string{"ada", "eve"} {
		_, acc, err := access.NewToken(t.Context(), triage.Operator, triage.Reviewer, name, "")
		if err == nil && name == "eve" {
			err = access.RevokeToken(t.Context(), triage.Operator, acc.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	ada, err := h.views.Accounts.Accounts(t.Context())
	for _, l := range []triage.RevealLimits{{Highest: triage.StepGrey, NoTiles: true}, {First: triage.StepBlurred, Grey: true}} {
		if err == nil {
			err = h.review.SetLimits(t.Context(), ada[0].Actor, l)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	stop := h.run()
	old, benign := newPicture(t, "old.jpg", 5), newPicture(t, "benign.jpg", 6)
	h.importSet(triage.KnownSet, old.item.Digests.SHA1.String())
	gone := h.importSet(triage.KnownSet, newPicture(t, "", 7).item.Digests.SHA1.String())
	h.importSet(triage.BenignSet, benign.item.Digests.SHA256.String())
	h.extend("g/1", entryOf(t, newPicture(t, "", 40)))
	one := h.mustSubmit("ONE", newPicture(t, "a.jpg", 1), newPicture(t, "gone.jpg", 2), old, newItem("notes.txt", []byte("text")))
	h.settle(one)
	h.mustSubmit("ONE", newPicture(t, "a.jpg", 1), newPicture(t, "b/c.jpg", 3), old, newItem("notes.txt", []byte("text")))
	two := h.mustSubmit("TWO", newPicture(t, "again.jpg", 1), benign, newPicture(t, "withdrawn.jpg", 7), newItem("broken.jpg", []byte("\xff\xd8\xff\xe0 no picture")))
	if _, err := h.sets.Withdraw(t.Context(), triage.Actor{ID: "a3", Role: triage.Admin}, gone.ID, "a mistake"); err != nil {
		t.Fatal(err)
	}
	h.settle(one)
	h.settle(two)
	groups, _, err := h.review.List(t.Context(), h.reviewer.Actor, 0, 9)
	if err != nil || len(groups) < 2 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	for i, verdict := range []triage.Verdict{triage.NotIllegal, triage.Illegal} {
		if _, err := h.review.Claim(t.Context(), h.reviewer.Actor, groups[i].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.review.Decide(t.Context(), h.reviewer.Actor, groups[i].ID, opinion(verdict, "a note")); err != nil {
			t.Fatal(err)
		}
	}
	h.settle(one) // what is decided counts for what lies beside
	h.settle(two)
	stop()
	return h, c
}

// TestRebuild loses Redis in different ways and finds the same queue, groups, counts, findings and decisions after it
// caught up, with nothing decoded again.
func TestRebuild(t *testing.T) {
	h, c := worked(t)
	ctx := t.Context()
	want := h.dump(c)
	met := 0
	h.decoder = &failing{0, nil, &met}
	for _, loss := range []struct {
		name string
		lose func()
	}{
		{"emptied", func() { h.rdb.FlushAll(ctx) }},
		{"half-written", func() {
			for i, key := range h.rdb.Keys(ctx, "*").Val() {
				if i%3 == 0 || key == "t:marks:applied" {
					h.rdb.Del(ctx, key)
				}
			}
		}},
		{"a catch-up that ended early", func() {
			h.rdb.FlushAll(ctx)
			short, stop := context.WithTimeout(ctx, 20*time.Millisecond)
			defer stop()
			_ = h.catchUp().Once(short, false)
			h.rdb.Del(ctx, "t:lease:catch-up")
		}},
		{"an older copy", func() {
			early := h.copyRedis()
			stop := h.run()
			defer stop()
			h.extend("g/2", entryOf(t, newPicture(t, "", 41)), entryOf(t, newPicture(t, "", 1)))
			h.settle(h.mustSubmit("THREE", newPicture(t, "new.jpg", 8), newPicture(t, "again.jpg", 1)))
			want = h.dump(c)
			stop()
			h.restoreRedis(early)
			met = 0
		}},
		{"by order", func() {}},
	} {
		loss.lose()
		fresh := h.catchUp()
		if err := fresh.Once(ctx, loss.name == "by order"); err != nil {
			t.Fatalf("%s: %v", loss.name, err)
		}
		stop := h.run()
		h.settle(h.names.Exhibit("2026/1", "TWO"))
		stop()
		if got := h.dump(fresh); got != want {
			t.Errorf("%s: the dump differs:\n%s", loss.name, differing(want, got))
		}
		if met != 0 {
			t.Errorf("%s: %d media were decoded again", loss.name, met)
		}
		if m, err := h.views.Marks.Marks(ctx); err != nil || m.Generation == "" || m.Events == 0 {
			t.Errorf("%s: marks %+v, %v", loss.name, m, err)
		}
	}
}

// TestLostAgain empties Redis once more at each step of catching up, from nothing and from marks: nobody is let in to what
// is not whole, and the next try leaves nothing out.
func TestLostAgain(t *testing.T) {
	t.Parallel()
	h, c := worked(t)
	ctx := t.Context()
	want := h.dump(c)
	plain := redis.NewClient(&redis.Options{Network: "unix", Addr: h.rdb.Options().Addr, Password: h.rdb.Options().Password})
	defer plain.Close()
	empty := func() { plain.FlushAll(ctx) }
	for _, whole := range []bool{false, true} {
		if !whole {
			empty()
		}
		h.faults.arm(0, false)
		if err := h.catchUp().Once(ctx, false); err != nil {
			t.Fatal(err)
		}
		h.faults.mu.Lock()
		commands := h.faults.calls
		h.faults.mu.Unlock()
		const tries = 24
		for at := 1; at <= commands; at += max(1, commands/tries) {
			if !whole {
				empty()
			}
			fresh := h.catchUp()
			h.faults.loseAt(at, empty)
			err := fresh.Once(ctx, false)
			h.faults.disarm()
			if (err == nil) != (fresh.Ready() == nil) {
				t.Errorf("emptied before command %d of %d: %v, ready: %v", at, commands, err, fresh.Ready())
			}
			h.rdb.Del(ctx, "t:lease:catch-up")
			m, marksErr := h.views.Marks.Marks(ctx)
			if err != nil || marksErr != nil || m.Generation == "" { // the last command only gives the lease back
				err = fresh.Once(ctx, false)
			}
			if err != nil {
				t.Fatalf("after Redis was emptied before command %d of %d: %v", at, commands, err)
			}
			if got := h.dump(fresh); got != want {
				t.Fatalf("emptied before command %d of %d: the dump differs:\n%s", at, commands, differing(want, got))
			}
			if n, err := h.jobs.Len(ctx); err != nil || n > 0 {
				t.Errorf("emptied before command %d of %d: %d media are to be decoded again, %v", at, commands, n, err)
			}
		}
	}
}

// TestRolledBackUpload puts Redis back to when a medium was wanted: what came since is not asked for again.
func TestRolledBackUpload(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	if err := h.catchUp().Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	p := newPicture(t, "a.jpg", 1)
	x, part, body := h.listed("ONE", p)
	older := h.copyRedis()
	if err := h.submit.Upload(ctx, h.examiner, p.item.Digests.SHA256, bytes.NewReader(p.bytes), p.item.Size); err != nil {
		t.Fatal(err)
	}
	h.restoreRedis(older)
	h.rdb.HSet(ctx, "t:marks:applied", "srv", "an earlier start of the server")
	if err := h.catchUp().Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	if wanted, err := h.submit.PutPart(ctx, h.examiner, x.ID, 0, part, body); err != nil || len(wanted) != 0 {
		t.Errorf("%d media are wanted again, %v", len(wanted), err)
	}
	if n, err := h.jobs.Len(ctx); err != nil || n != 1 {
		t.Errorf("%d jobs, %v", n, err)
	}
}

// TestNumbersOfFailedImports are not given again by a Redis that was made from nothing.
func TestNumbersOfFailedImports(t *testing.T) {
	h := newHouse(t)
	o := triage.ImportOptions{Kind: triage.KnownSet, Source: "partner", Hash: triage.ByPDQ}
	if _, err := h.sets.Import(t.Context(), triage.Operator, o, strings.NewReader("nothing\n"), 8); !triage.IsKind(err, triage.Invalid) {
		t.Fatal(err)
	}
	if err := h.catchUp().Once(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if set := h.importSet(triage.KnownSet, newPicture(t, "", 5).item.Digests.SHA1.String()); set.ID != 2 {
		t.Errorf("set %d", set.ID)
	}
}

// TestAdvance tells, with each refusal, how far catching up has come.
func TestAdvance(t *testing.T) {
	h, _ := worked(t)
	h.rdb.FlushAll(t.Context())
	c := h.catchUp()
	if far := triage.AdvanceOf(c.Ready()); far != nil {
		t.Errorf("not begun: %+v", far)
	}
	h.faults.arm(60, false)
	if err := c.Once(t.Context(), false); err == nil {
		t.Fatal("nothing failed")
	}
	h.faults.disarm()
	if far := triage.AdvanceOf(c.Ready()); far == nil || far.Of == 0 || far.Done == 0 || far.Percent() < 1 || far.Percent() > 100 {
		t.Errorf("%+v of %v", far, c.Ready())
	}
	if cond := triage.NewCondition(triage.OfProjections, triage.Down, c.Ready()); cond.Advance == nil || cond.Reason == "" {
		t.Errorf("%+v", cond)
	}
}

// TestPinned lets nobody go on on another server with what was begun on one.
func TestPinned(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	m, err := h.views.Marks.Marks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, met := range []struct {
		when   string
		before int // command of catching up
	}{{"before its servers are known", 2}, {"after that", 5}} {
		var same, another error
		h.faults.loseAt(met.before, func() { same, another = c.Pins(m.Servers[0]), c.Pins("another") })
		err := c.Once(t.Context(), true)
		h.faults.disarm()
		if same != nil {
			t.Errorf("%s: its own server: %v", met.when, same)
		}
		if !triage.IsKind(errors.Join(another, err), triage.Unavailable) {
			t.Errorf("%s: another server takes the place of the one that was looked at: %v", met.when, err)
		}
		if err := c.Once(t.Context(), true); err != nil { // begins anew
			t.Fatal(err)
		}
	}
	if err := c.Pins("another"); err != nil {
		t.Errorf("what has ended is pinned still: %v", err)
	}
}

// TestLeasesAreGivenBack: who stops, or fails, lets the next one begin at once.
func TestLeasesAreGivenBack(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	stop := h.tend()
	for deadline := time.Now().Add(20 * time.Second); h.rdb.Exists(t.Context(), "t:lease:steward").Val() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the steward holds no lease")
		}
	}
	stop()
	h.faults.arm(5, false)
	if err := c.Once(t.Context(), true); !errors.Is(err, errOnPurpose) || !h.faults.disarm() {
		t.Fatalf("caught up, in spite of the fault: %v", err)
	}
	for _, name := range []string{"steward", "catch-up"} {
		if free, err := h.views.Lease.Hold(t.Context(), name, "another", time.Minute); err != nil || !free {
			t.Errorf("%s: its lease is free: %t, %v", name, free, err)
		}
	}
}

// TestGateOfCatchUp stays shut until the projections were looked at, and shuts when another server answers.
func TestGateOfCatchUp(t *testing.T) {
	h := newHouse(t)
	c := h.catchUp()
	if err := c.Ready(); !triage.IsKind(err, triage.Unavailable) {
		t.Errorf("ready before anything was looked at: %v", err)
	}
	if err := c.Once(t.Context(), false); err != nil || c.Ready() != nil {
		t.Fatalf("%v, %v", err, c.Ready())
	}
	m, err := h.views.Marks.Marks(t.Context())
	if err != nil || len(m.Servers) != 1 || c.Serves(m.Servers[0]) != nil {
		t.Fatalf("%q, %v, %v", m.Servers, err, c.Serves(m.Servers[0]))
	}
	if err := c.Serves("another start"); !triage.IsKind(err, triage.Unavailable) || c.Ready() == nil {
		t.Errorf("another server is served: %v", err)
	}
	// Run opens it again, and gives an event its effect whose process died in between.
	if _, err := h.journal.Append(t.Context(), triage.Event{Kind: triage.ExhibitOpened, Subject: "x0011223344556677", Actor: "a1",
		Data: []byte(`{"id":"x0011223344556677","case":"c","exhibit":"s","owner":"a1","opened":"2026-01-01T00:00:00Z"}`)}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { _ = c.Run(ctx) }()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := h.views.Exhibits.Exhibit(t.Context(), "x0011223344556677"); err == nil && c.Ready() == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not mended: %v", c.Ready())
		}
	}
}
