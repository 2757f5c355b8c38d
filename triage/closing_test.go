package triage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/store/objects/objectstest"
	"vigie/triage"
)

func (h *house) cases() *triage.Cases {
	return &triage.Cases{Exhibits: h.views.Exhibits, Ends: h.views.Ends, Lease: h.views.Lease, Events: h.events, Now: time.Now}
}

func (h *house) closer() *triage.Closer {
	return &triage.Closer{
		Store: h.views.Shelving, Manifests: h.archive, Shelves: h.archive, Steward: h.steward, Lease: h.views.Lease, Events: h.events,
		Log: slog.New(slog.DiscardHandler),
	}
}

// work lets a steward work, and a worker once there is a job, which the steward may make too, until all groups are ranked
// and all orphans have an heir.
func (h *house) work() {
	h.t.Helper()
	busy, stop := context.WithCancel(context.Background())
	var g sync.WaitGroup
	defer func() { stop(); g.Wait() }()
	g.Go(func() { _ = h.steward.Run(busy) })
	working := false
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		jobs, waiting, err := h.waiting()
		if jobs > 0 && !working {
			working = true
			g.Go(func() { _ = h.worker.Run(busy) })
		}
		if err == nil && waiting+jobs == 0 {
			return
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("%d groups or media wait, and %d jobs, %v; %s", waiting, jobs, err, h.putOff)
		}
	}
}

// waiting counts, at one moment, the jobs, and what waits for the steward: media, groups, and those that it goes over by other
// weights, as one.
func (h *house) waiting() (jobs, others int64, err error) {
	ctx := h.t.Context()
	var queued, unmatched, ungrouped, orphans, stirred, lifting, settling, toRank *redis.IntCmd
	var next *redis.StringCmd
	_, err = h.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		queued, unmatched = p.XLen(ctx, "t:jobs"), p.HLen(ctx, "t:ep:-1")
		ungrouped, orphans, stirred, toRank = p.SCard(ctx, "t:ungrouped"), p.SCard(ctx, "t:orphans"), p.SCard(ctx, "t:stirred"), p.ZCard(ctx, "t:torank")
		lifting, settling = p.HLen(ctx, "t:lifting"), p.HLen(ctx, "t:settling")
		next = p.HGet(ctx, "t:rerank", "next")
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) { // nothing was ever ranked
		return 0, 0, err
	}
	others = unmatched.Val() + ungrouped.Val() + orphans.Val() + stirred.Val() + lifting.Val() + settling.Val() + toRank.Val()
	if bucket, err := next.Int(); err == nil && bucket < 1<<16 {
		others++
	}
	return queued.Val(), others, nil
}

// tend lets a steward alone work: a worker without a job takes its time to stop.
func (h *house) tend() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var g sync.WaitGroup
	g.Go(func() { _ = h.steward.Run(ctx) })
	return func() { cancel(); g.Wait() }
}

// closeCase closes a case, and reopenCase brings it back, to the end.
func (h *house) closeCase(number string) {
	h.t.Helper()
	if _, err := h.cases().Close(h.t.Context(), boss, h.names.Case(number), "order 7/2026"); err != nil {
		h.t.Fatal(err)
	}
	h.finishCase(number, triage.CaseClosed)
}

func (h *house) reopenCase(number string) {
	h.t.Helper()
	if _, err := h.cases().Reopen(h.t.Context(), boss, h.names.Case(number), "order 8/2026"); err != nil {
		h.t.Fatal(err)
	}
	h.finishCase(number, triage.CaseOpen)
}

func (h *house) finishCase(number string, want triage.CaseState) {
	h.t.Helper()
	if err := h.closer().Once(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	if k := h.caseOf(number); k.State != want {
		h.t.Fatalf("case %s is %s, not %s", number, k.State, want)
	}
	h.work()
}

func (h *house) caseOf(number string) triage.Case {
	h.t.Helper()
	k, err := h.cases().Find(h.t.Context(), boss, h.names.Case(number))
	if err != nil {
		h.t.Fatal(err)
	}
	return k
}

// dumpOfOpen is a dump without what tells that a case was closed once.
func (h *house) dumpOfOpen(c *triage.CatchUp) string {
	h.t.Helper()
	var b strings.Builder
	for line := range strings.Lines(h.dump(c)) {
		if !strings.HasPrefix(line, `{"is":"case"`) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestReopenedWhereItWas closes and reopens a case with a medium that was first seen among what was thrown away, and is listed
// elsewhere in the same folder by the manifest that counts.
func TestReopenedWhereItWas(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	p := newPicture(t, "a/.trashed-1-p.jpg", 1)
	h.mustSubmit("T", p)
	h.work()
	p.item.Path = "a/p.jpg"
	h.mustSubmit("T", p)
	h.work()
	want := h.dumpOfOpen(c)
	h.closeCase("2026/1")
	h.reopenCase("2026/1")
	if got := h.dumpOfOpen(c); got != want {
		t.Errorf("the dump differs:\n%s", differing(want, got))
	}
}

// rebuilt makes the projections again from nothing, and finds the same.
func (h *house) rebuilt(c *triage.CatchUp, what string) {
	h.t.Helper()
	want := h.dump(c)
	if err := c.Once(h.t.Context(), true); err != nil {
		h.t.Fatalf("%s: %v", what, err)
	}
	if got := h.dump(c); got != want {
		h.t.Errorf("%s, after a rebuild, the dump differs:\n%s", what, differing(want, got))
	}
}

// twoCases is a house with two cases that share a medium and a group.
func twoCases(t *testing.T) (h *house, c *triage.CatchUp) {
	h, c = worked(t)
	if err := h.submitTo(t.Context(), "2026/2", "OTHER", newPicture(t, "shared.jpg", 1), near(t, newPicture(t, "", 3), "alike.jpg", 5), newPicture(t, "own.jpg", 9)); err != nil {
		t.Fatal(err)
	}
	h.work()
	return h, c
}

// TestCloseAndReopen closes a case that shares a medium and a group with another: it leaves Redis, what everybody asks of it is
// answered, and reopened it is what it was, without anything being decoded again; each time a rebuild says the same.
func TestCloseAndReopen(t *testing.T) {
	h, c := twoCases(t)
	ctx := t.Context()
	want := h.dumpOfOpen(c)
	met := 0
	h.decoder = &failing{0, nil, &met}
	one, two, other := h.names.Exhibit("2026/1", "ONE"), h.names.Exhibit("2026/1", "TWO"), h.names.Exhibit("2026/2", "OTHER")
	before := h.caseOf("2026/1")
	h.closeCase("2026/1")
	if k := h.caseOf("2026/1"); len(k.Exhibits) != 2 || marshal(k.Totals()) != marshal(before.Totals()) || k.Closed.By != boss.ID || k.Closed.Reference != "order 7/2026" {
		t.Errorf("%+v, it was %+v", k, before)
	}
	text := newItem("notes.txt", []byte("text"))
	old, benign, lone := newPicture(t, "old.jpg", 5), newPicture(t, "benign.jpg", 6), newPicture(t, "withdrawn.jpg", 7)
	for _, x := range []triage.ExhibitID{one, two} {
		h.noTraceOf(x, old, benign, lone, text)
		if n := h.rdb.Exists(ctx, "t:x:"+raw(x), "t:xc:"+raw(x), "t:xp:"+raw(x), "t:near:"+raw(x), "t:vacant:"+raw(x)).Val(); n != 0 {
			t.Errorf("%d keys of exhibit %s are left", n, x)
		}
	}
	if p, err := h.submit.Progress(ctx, h.examiner, other); err != nil || p.Pending != 0 || p.Media[triage.ProbableNew]+p.Media[triage.Unranked] != 3 {
		t.Errorf("the other case: %+v, %v", p, err)
	}
	h.refused(one)
	if seen := h.checked(old, benign, lone, newPicture(t, "", 1), text, newPicture(t, "", 99)); fmt.Sprint(seen) != "[seen seen seen seen unknown unknown]" {
		t.Errorf("checks: %v", seen)
	}
	known := triage.CheckInput{SHA1: &old.item.Digests.SHA1}
	if answers, err := h.checks.Ask(ctx, triage.Actor{ID: "u", Role: triage.Unit}, []triage.CheckInput{known}); err != nil || answers[0].Verdict != triage.CheckKnown || answers[0].Closed {
		t.Errorf("what a set lists: %+v, %v", answers, err)
	}
	h.rebuilt(c, "closed")

	h.reopenCase("2026/1")
	if got := h.dumpOfOpen(c); got != want {
		t.Errorf("reopened, the dump differs:\n%s", differing(want, got))
	}
	h.rebuilt(c, "reopened")
	h.work()
	if met != 0 {
		t.Errorf("%d media were decoded again", met)
	}
	if k := h.caseOf("2026/1"); k.State != triage.CaseOpen || k.Reopened.Reference != "order 8/2026" {
		t.Errorf("%+v", k.CaseRecord)
	}
	if err := h.submitOnce(ctx, "ONE", newPicture(t, "more.jpg", 12)); err != nil {
		t.Errorf("submitted after it was reopened: %v", err)
	}
	if n := len(h.recorded(triage.CaseIsClosed)) + len(h.recorded(triage.CaseIsPutAway)) + len(h.recorded(triage.CaseIsReopened)); n != 3 {
		t.Errorf("%d events", n)
	}
}

func marshal(v any) string {
	body, _ := json.Marshal(v)
	return string(body)
}

func raw(x triage.ExhibitID) string {
	var b []byte
	_, _ = fmt.Sscanf(string(x[1:]), "%x", &b)
	return string(b)
}

// refused is what is asked of an exhibit of a closed case.
func (h *house) refused(x triage.ExhibitID) {
	h.t.Helper()
	ctx := h.t.Context()
	_, found := h.submit.Find(ctx, h.examiner, x)
	_, findings := h.submit.Findings(ctx, h.examiner, x)
	_, progress := h.submit.Progress(ctx, boss, x)
	_, destroyed := h.destructions().Propose(ctx, boss, x, "order")
	_, again := h.cases().Close(ctx, boss, h.names.Case("2026/1"), "order")
	for what, err := range map[string]error{
		"found": found, "findings": findings, "progress": progress, "destroyed": destroyed, "closed again": again,
		"a part that comes late":    h.submitOnce(ctx, "ONE", newPicture(h.t, "late.jpg", 2)),
		"an exhibit that is opened": h.submitOnce(ctx, "FIVE", newPicture(h.t, "late.jpg", 2)),
	} {
		if !triage.IsKind(err, triage.Conflict) || what != "closed again" && !errors.Is(err, triage.ErrClosed) {
			h.t.Errorf("%s: %v", what, err)
		}
	}
	_, foreign := h.submit.Find(ctx, triage.Actor{ID: "somebody", Role: triage.Examiner}, x)
	if !triage.IsKind(foreign, triage.NotFound) {
		h.t.Errorf("another examiner learns: %v", foreign)
	}
	if list, err := h.cases().List(ctx, triage.Actor{ID: "somebody", Role: triage.Examiner}); err != nil || len(list) != 0 {
		h.t.Errorf("another examiner's cases: %+v, %v", list, err)
	}
}

// TestWhoClosesCases refuses the wrong roles and states.
func TestWhoClosesCases(t *testing.T) {
	h := newHouse(t)
	ctx, k := t.Context(), h.names.Case("2026/1")
	if err := h.catchUp().Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	x := h.mustSubmit("ONE", newPicture(t, "a.jpg", 1))
	for _, by := range []triage.Actor{h.examiner, h.reviewer.Actor, {ID: "u", Role: triage.Unit}} {
		_, closed := h.cases().Close(ctx, by, k, "order")
		_, reopened := h.cases().Reopen(ctx, by, k, "order")
		if !triage.IsKind(closed, triage.Forbidden) || !triage.IsKind(reopened, triage.Forbidden) {
			t.Errorf("a %s: %v, %v", by.Role, closed, reopened)
		}
	}
	if _, err := h.cases().List(ctx, triage.Actor{ID: "u", Role: triage.Unit}); !triage.IsKind(err, triage.Forbidden) {
		t.Errorf("a unit lists: %v", err)
	}
	for what, c := range map[string]struct {
		id   triage.CaseID
		ref  string
		kind triage.Kind
	}{"no reference": {k, " ", triage.Invalid}, "no case": {h.names.Case("2026/3"), "order", triage.NotFound}} {
		if _, err := h.cases().Close(ctx, boss, c.id, c.ref); !triage.IsKind(err, c.kind) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := h.cases().Reopen(ctx, boss, k, "order"); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("an open one is reopened: %v", err)
	}
	if _, err := h.destructions().Propose(ctx, boss, x, "order"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.cases().Close(ctx, boss, k, "order"); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("one of its exhibits is to be destroyed: %v", err)
	}
	if len(h.recorded(triage.CaseIsClosed))+len(h.recorded(triage.CaseIsReopened)) != 0 {
		t.Error("what was refused is on record")
	}
}

// TestFaultsWhileACaseIsClosed lets each command to Redis and each write to the object store fail once, with and without
// effect, while a case is closed and while it is reopened: the next look ends it, and the case is what it was.
func TestFaultsWhileACaseIsClosed(t *testing.T) {
	t.Parallel()
	h, c := twoCases(t)
	ctx, id := t.Context(), h.names.Case("2026/1")
	want := h.dumpOfOpen(c)
	met := 0
	h.decoder = &failing{0, nil, &met}
	stride := 3 // each step is met with a fault before or after it; with 1, all with both
	if testing.Short() {
		stride = 7
	}
	for _, where := range []string{"redis", "Put"} {
		for _, after := range []bool{false, true} {
			arm := func(step int) {
				if where == "redis" {
					h.faults.arm(step, after)
				} else {
					h.objects.Set(objectstest.Fault{Method: where, Call: step, After: after})
				}
			}
			disarm := func(step int) bool {
				hit := h.faults.disarm() || h.objects.Calls(where) >= step && where != "redis"
				h.objects.Set()
				h.rdb.Del(ctx, "t:lease:destroyer", "t:lease:destructions")
				return hit
			}
			for step, hit := 1, true; hit; step += stride {
				hit = false
				for _, part := range []struct {
					do   func(context.Context, triage.Actor, triage.CaseID, string) (triage.Case, error)
					from triage.CaseState
					to   triage.CaseState
				}{{h.cases().Close, triage.CaseOpen, triage.CaseClosed}, {h.cases().Reopen, triage.CaseClosed, triage.CaseOpen}} {
					arm(step)
					_, err := part.do(ctx, boss, id, "order")
					if err == nil {
						err = h.closer().Once(ctx)
					}
					hit = disarm(step) || hit
					if _, journaled := h.lastOf(c); journaled != nil {
						t.Fatal(journaled)
					}
					if k := h.caseOf("2026/1"); k.State == part.from { // refused: it was not on record
						if _, err := part.do(ctx, boss, id, "order"); err != nil {
							t.Fatalf("%s %v %d: again: %v", where, after, step, err)
						}
					}
					if again := h.closer().Once(ctx); again != nil {
						t.Fatalf("%s %v %d: again: %v; at first %v", where, after, step, again, err)
					}
					if k := h.caseOf("2026/1"); k.State != part.to {
						t.Fatalf("%s %v %d: %s, not %s; at first %v", where, after, step, k.State, part.to, err)
					}
				}
				h.work()
				if got := h.dumpOfOpen(c); got != want {
					t.Fatalf("%s %v %d: the dump differs:\n%s", where, after, step, differing(want, got))
				}
			}
		}
	}
	if met != 0 {
		t.Errorf("%d media were decoded again", met)
	}
	h.rebuilt(c, "after all faults")
}

// lastOf gives events their effect that a fault kept from it.
func (h *house) lastOf(c *triage.CatchUp) (triage.Marks, error) {
	h.rdb.HDel(h.t.Context(), "t:marks:applied", "srv")
	if err := h.catchUp().Once(h.t.Context(), false); err != nil {
		return triage.Marks{}, err
	}
	return h.views.Marks.Marks(h.t.Context())
}

// TestReopenedInTheMidst reopens a case when some of its parts were put away, and after Redis was lost then.
func TestReopenedInTheMidst(t *testing.T) {
	h, c := twoCases(t)
	ctx, id := t.Context(), h.names.Case("2026/1")
	want := h.dumpOfOpen(c)
	met := 0
	h.decoder = &failing{0, nil, &met}
	for _, lost := range []bool{false, true} {
		for step := 14; step < 30; step += 3 { // commands of putting away
			if _, err := h.cases().Close(ctx, boss, id, "order"); err != nil {
				t.Fatal(err)
			}
			h.faults.arm(step, false)
			err := h.closer().Once(ctx)
			h.faults.disarm()
			h.rdb.Del(ctx, "t:lease:destroyer")
			if err == nil {
				t.Fatalf("step %d: closed without a fault", step)
			}
			if lost {
				h.rdb.FlushAll(ctx)
				if err := h.catchUp().Once(ctx, false); err != nil {
					t.Fatal(err)
				}
			}
			if k := h.caseOf("2026/1"); k.State != triage.CaseClosing {
				t.Fatalf("step %d: %s", step, k.State)
			}
			h.reopenCase("2026/1")
			if got := h.dumpOfOpen(c); got != want {
				t.Fatalf("step %d, lost %v: the dump differs:\n%s", step, lost, differing(want, got))
			}
		}
	}
	if met != 0 {
		t.Errorf("%d media were decoded again", met)
	}
	h.rebuilt(c, "in the end")
}

// TestOlderRedis puts Redis back to before, while and after a case was closed and reopened: it ends as the journal says.
func TestOlderRedisOfClosedCases(t *testing.T) {
	h, c := twoCases(t)
	ctx := t.Context()
	met := 0
	h.decoder = &failing{0, nil, &met}
	type copied struct {
		name string
		keys map[string]string
	}
	var copies []copied
	keep := func(name string) {
		copies = append(copies, copied{name, h.copyRedis()})
	}
	back := func(to copied, want string, state triage.CaseState) {
		t.Helper()
		h.restoreRedis(to.keys)
		if err := h.catchUp().Once(ctx, false); err != nil {
			t.Fatalf("%s: %v", to.name, err)
		}
		h.finishCase("2026/1", state)
		if got := h.dump(c); got != want {
			t.Fatalf("put back to %s, it is to be %s: the dump differs:\n%s", to.name, state, differing(want, got))
		}
	}
	keep("open")
	if _, err := h.cases().Close(ctx, boss, h.names.Case("2026/1"), "order"); err != nil {
		t.Fatal(err)
	}
	keep("closing")
	h.finishCase("2026/1", triage.CaseClosed)
	keep("closed")
	for _, early := range copies {
		back(early, h.dump(c), triage.CaseClosed)
	}
	if _, err := h.cases().Reopen(ctx, boss, h.names.Case("2026/1"), "order"); err != nil {
		t.Fatal(err)
	}
	keep("reopening")
	h.finishCase("2026/1", triage.CaseOpen)
	if err := h.submitOnce(ctx, "ONE", newPicture(t, "a.jpg", 1), newPicture(t, "b/c.jpg", 3)); err != nil { // seals it anew
		t.Fatal(err)
	}
	h.work()
	want := h.dump(c)
	for _, early := range copies {
		back(early, want, triage.CaseOpen)
	}
	if met != 0 {
		t.Errorf("%d media were decoded again", met)
	}
	h.rebuilt(c, "in the end")
}

// TestDestroyedBesideAClosedCase destroys an exhibit that shares a medium with one of a closed case: that keeps it.
func TestDestroyedBesideAClosedCase(t *testing.T) {
	h, c := twoCases(t)
	shared, own := newPicture(t, "shared.jpg", 1), newPicture(t, "own.jpg", 9)
	h.closeCase("2026/1")
	d := h.destroy(h.names.Exhibit("2026/2", "OTHER"))
	if d.Kept != 1 || d.Destroyed != 2 {
		t.Errorf("%+v", d)
	}
	if got, err := h.bytesOf(shared); err != nil || !bytes.Equal(got, shared.bytes) {
		t.Fatalf("the medium of the closed case: %v", err)
	}
	if _, err := h.bytesOf(own); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("the destroyed one's own: %v", err)
	}
	h.work()
	h.rebuilt(c, "destroyed")
	h.reopenCase("2026/1")
	if p, err := h.submit.Progress(t.Context(), h.examiner, h.names.Exhibit("2026/1", "TWO")); err != nil || p.Pending != 0 || p.Wanted != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	h.rebuilt(c, "reopened")
}

// TestClosedBeforeExamined: what waits for its examination when its case is closed waits again when that is reopened, and
// is not asked for.
func TestClosedBeforeExamined(t *testing.T) {
	h := newHouse(t)
	x := h.mustSubmit("S1", newPicture(t, "a.jpg", 1), newPicture(t, "b.jpg", 2))
	for _, change := range []func(context.Context, triage.Actor, triage.CaseID, string) (triage.Case, error){h.cases().Close, h.cases().Reopen} {
		if _, err := change(t.Context(), boss, h.names.Case("2026/1"), "order"); err != nil {
			t.Fatal(err)
		}
		if err := h.closer().Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := h.submit.Progress(t.Context(), h.examiner, x); err != nil || p.Pending != 2 || p.Wanted != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	h.work()
	if p := h.settle(x); p.Media[triage.Unranked] != 2 {
		t.Errorf("%+v", p)
	}
}

// TestCloseBesideSubmit closes a case while media are submitted to it: what was acknowledged is there once it is reopened, and
// the client that was refused ends what it began.
func TestCloseBesideSubmit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	c := h.caughtUp()
	rounds, refused := 8, 0
	if testing.Short() {
		rounds = 3
	}
	for round := range rounds {
		source := make([]picture, 5)
		for i := range source {
			source[i] = newPicture(t, fmt.Sprintf("%d.jpg", i), 1+10*round+i)
		}
		number := fmt.Sprint("2026/", 10+round)
		if err := h.submitTo(ctx, number, "FIRST", source[0]); err != nil {
			t.Fatal(err)
		}
		var g sync.WaitGroup
		g.Go(func() {
			for i := range source { // one seal after the other
				if err := h.submitTo(ctx, number, fmt.Sprint("S", i%2), source[:i+1]...); err != nil {
					if kind := triage.KindOf(err); kind != triage.Conflict && kind != triage.NotFound {
						t.Errorf("round %d: %v", round, err)
					}
					refused++
				}
			}
		})
		time.Sleep(time.Duration(round*7) * time.Millisecond)
		if _, err := h.cases().Close(ctx, boss, h.names.Case(number), "order"); err != nil {
			t.Fatal(err)
		}
		if err := h.closer().Once(ctx); err != nil {
			t.Fatal(err)
		}
		g.Wait()
		if _, err := h.lastOf(c); err != nil {
			t.Fatal(err)
		}
		h.finishCase(number, triage.CaseClosed)
		h.rebuilt(c, "closed")
		h.reopenCase(number)
		for _, seal := range []string{"S0", "S1"} {
			if err := h.submitTo(ctx, number, seal, source...); err != nil {
				t.Fatalf("round %d: again: %v", round, err)
			}
		}
		h.work()
		if p := h.settle(h.names.Exhibit(number, "S1")); p.Wanted != 0 {
			t.Errorf("%+v", p)
		}
		h.rebuilt(c, "reopened")
		if t.Failed() {
			return
		}
	}
	if t.Logf("%d submissions were refused", refused); refused == 0 && !testing.Short() {
		t.Error("the two never met")
	}
}

// TestClosedAtEachStepOfAPart closes a case and puts it away before each step by which Redis takes in a part that lists a
// medium of another case: all that is there can be ranked, nothing of the closed case is left, and reopened it is whole.
func TestClosedAtEachStepOfAPart(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	shared := newPicture(t, "shared.jpg", 1)
	h.mustSubmit("ONE", shared)
	h.work()
	steps := 0
	for met := true; met; steps++ {
		number := fmt.Sprint("2026/", 10+steps)
		x, err := h.submit.Open(ctx, h.examiner, number, "S", time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		h.faults.loseAt(steps+1, func() {
			if _, err := h.cases().Close(ctx, boss, h.names.Case(number), "order"); err != nil {
				t.Error(err)
			}
			if err := h.closer().Once(ctx); err != nil {
				t.Error(err)
			}
		})
		h.faults.only("t:xc:" + raw(x.ID))
		err = h.submitTo(ctx, number, "S", shared, newItem("notes.txt", []byte("text")))
		if met = h.faults.disarm(); !met {
			break
		}
		if err != nil && !triage.IsKind(err, triage.Conflict) {
			t.Fatalf("step %d: %v", steps, err)
		}
		if _, err := h.lastOf(c); err != nil {
			t.Fatal(err)
		}
		h.finishCase(number, triage.CaseClosed)
		h.rebuilt(c, "closed")
		h.reopenCase(number)
		h.rebuilt(c, "reopened")
		if err := h.submitTo(ctx, number, "S", shared, newItem("notes.txt", []byte("text"))); err != nil {
			t.Fatalf("step %d: again: %v", steps, err)
		}
		h.work()
		if p := h.settle(x.ID); p.Wanted != 0 || p.Media[triage.Unranked]+p.Media[triage.ProbableNew] != 1 {
			t.Errorf("step %d: %+v", steps, p)
		}
		if t.Failed() {
			t.Fatalf("step %d", steps)
		}
	}
	if steps < 3 {
		t.Errorf("%d steps were met", steps)
	}
}
