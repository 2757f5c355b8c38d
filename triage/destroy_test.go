package triage_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

var (
	boss   = triage.Actor{ID: "a8", Name: "boss", Role: triage.Admin}
	second = triage.Actor{ID: "a9", Name: "second", Role: triage.Admin}
)

func (h *house) destructions() *triage.Destructions {
	return &triage.Destructions{Exhibits: h.views.Exhibits, Store: h.views.Ends, Lease: h.views.Lease, Events: h.events, Now: time.Now}
}

func (h *house) destroyer() *triage.Destroyer {
	return &triage.Destroyer{
		Exhibits: h.views.Exhibits, Store: h.views.Ends, Keys: h.archive, Shelves: h.archive, Lease: h.views.Lease, Events: h.events,
		Log: slog.New(slog.DiscardHandler),
	}
}

// decide has two people decide to destroy an exhibit.
func (h *house) decide(id triage.ExhibitID) {
	h.t.Helper()
	if _, err := h.destructions().Propose(h.t.Context(), boss, id, "order 12/2026"); err != nil {
		h.t.Fatal(err)
	}
	if d, err := h.destructions().Confirm(h.t.Context(), second, id); err != nil || d.State != triage.DestructionConfirmed {
		h.t.Fatalf("%+v, %v", d, err)
	}
}

// destroy decides, and carries it out.
func (h *house) destroy(id triage.ExhibitID) triage.Destruction {
	h.t.Helper()
	h.decide(id)
	if err := h.destroyer().Once(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	d, err := h.views.Ends.Destruction(h.t.Context(), id)
	if err != nil || d.State != triage.DestructionFinished {
		h.t.Fatalf("%+v, %v", d, err)
	}
	return d
}

// bytesOf reads a medium, from the object store alone.
func (h *house) bytesOf(p picture) ([]byte, error) {
	body, _, err := h.archive.OpenMedium(h.t.Context(), h.names.Medium(p.item.Digests.SHA256), 0)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

// near is a picture that looks like p and has other bytes.
func near(t *testing.T, p picture, path string, n int) picture {
	t.Helper()
	return newItem(path, append(bytes.Clone(p.bytes), bytes.Repeat([]byte{0}, n)...))
}

// TestDestruction destroys one of two exhibits that share media and look-alikes: what only it held is gone everywhere, what
// the other holds is as it was, and a rebuild from nothing says the same.
func TestDestruction(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	stop := h.run()
	only, shared := newPicture(t, "camera/only.jpg", 1), newPicture(t, "camera/shared.jpg", 2)
	old := newPicture(t, "camera/old.jpg", 5)
	h.importSet(triage.KnownSet, old.item.Digests.SHA1.String())
	text := newItem("secret.txt", []byte("only here"))
	one := h.mustSubmit("ONE", only, shared, old, text)
	h.settle(one)
	alike := near(t, only, "alike.jpg", 3) // joins the group that only founded
	two := h.mustSubmit("TWO", shared, alike)
	h.settle(two)
	group, err := h.views.Media.Medium(t.Context(), h.names.Medium(alike.item.Digests.SHA256))
	if err != nil || group.Group != triage.GroupID(h.names.Medium(only.item.Digests.SHA256)) {
		t.Fatalf("the look-alike is in group %s, %v", group.Group, err)
	}
	if p, err := h.destructions().Find(t.Context(), boss, one); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("nobody proposed it: %+v, %v", p, err)
	}
	if held, err := h.destructions().Held(t.Context(), boss, one); err != nil || held != (triage.Holdings{Alone: 3, Shared: 1}) {
		t.Errorf("holds %+v, %v", held, err)
	}

	d := h.destroy(one)
	if d.Destroyed != 2 || d.Kept != 1 || d.Manifest != 1 || d.Reference != "order 12/2026" || d.ProposedBy != boss.ID || d.ConfirmedBy != second.ID {
		t.Errorf("%+v", d)
	}
	h.settle(two)
	stop()
	h.work() // until another stands for the group
	for _, p := range []picture{only, old} {
		if got, err := h.bytesOf(p); !triage.IsKind(err, triage.NotFound) {
			t.Errorf("%s: %d bytes are left, %v", p.item.Path, len(got), err)
		}
	}
	for _, p := range []picture{shared, alike} {
		if got, err := h.bytesOf(p); err != nil || !bytes.Equal(got, p.bytes) {
			t.Errorf("%s of the other exhibit: %d bytes, %v", p.item.Path, len(got), err)
		}
	}
	if _, err := h.submit.Find(t.Context(), boss, one); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("the exhibit: %v", err)
	}
	h.noTraceOf(one, only, old, text)
	if seen := h.checked(only, text); seen[0] != triage.CheckUnknown && seen[0] != triage.CheckSeen || seen[1] != triage.CheckUnknown {
		t.Errorf("checks of what was destroyed: %v", seen)
	}
	if err := h.submitOnce(t.Context(), "ONE", only); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("the same seal again: %v", err)
	}
	// Whoever began to destroy it a moment ago learns that it is done, and dooms nothing twice.
	if err := h.views.Ends.Doom(t.Context(), one, []triage.MediumID{h.names.Medium(only.item.Digests.SHA256)}, nil); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("doomed again: %v", err)
	}
	if doomed, _, err := h.views.Ends.Doomed(t.Context(), one); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("doomed: %v, %v", doomed, err)
	}
	// Another stands for the group, under the same name, and whoever is near joins it.
	groups, n, err := h.review.List(t.Context(), h.reviewer.Actor, 0, 9)
	if err != nil || n != 2 || groups[0].Members != 1 {
		t.Errorf("%d groups %+v, %v", n, groups, err)
	}
	if joins, err := h.archive.Joins(t.Context(), 1); err != nil || joins[0].Born.PDQ != nil && joins[0].Medium == h.names.Medium(only.item.Digests.SHA256) {
		t.Errorf("the birth of its group: %+v, %v", joins, err)
	}
	want := h.dump(c)
	if err := c.Once(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if got := h.dump(c); got != want {
		t.Errorf("after a rebuild:\n%s\nbefore:\n%s", got, want)
	}
	h.noTraceOf(one, only, old, text)

	// Seized again, it works whole: as the next generation.
	stop = h.run()
	three := h.mustSubmit("THREE", only, old)
	p := h.settle(three)
	stop()
	if p.Media[triage.Known] != 1 || p.Media[triage.Known]+p.Media[triage.Unranked]+p.Media[triage.ProbableNew] != 2 {
		t.Errorf("seized again: %+v", p)
	}
	m, err := h.views.Media.Medium(t.Context(), h.names.Medium(only.item.Digests.SHA256))
	if got, readErr := h.bytesOf(only); err != nil || readErr != nil || !bytes.Equal(got, only.bytes) || m.Slot.Generation != 2 || m.Group != group.Group {
		t.Errorf("seized again: generation %d, group %s, %v, %v", m.Slot.Generation, m.Group, err, readErr)
	}
	want = h.dump(c)
	if err := c.Once(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if got := h.dump(c); got != want {
		t.Errorf("seized again, after a rebuild:\n%s\nbefore:\n%s", got, want)
	}
}

// TestNothingIsLikeWhatWasDestroyed: a picture that only a destroyed exhibit held is unknown to a unit from the moment at which that
// is said to be destroyed, by its digest and by its looks, before any steward has come by; so is one that another exhibit holds
// something like. Once another picture stands for the group, what is like that one is found again.
func TestNothingIsLikeWhatWasDestroyed(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	own, founder := newPicture(t, "own.jpg", 1), newPicture(t, "founder.jpg", 2)
	one := h.mustSubmit("ONE", own, founder)
	h.work()
	h.mustSubmit("TWO", near(t, founder, "heir.jpg", 3))
	h.work()
	if seen := h.lookedUp(own, founder); fmt.Sprint(seen) != "[seen seen]" {
		t.Errorf("before: %v", seen)
	}
	h.destroy(one)
	if seen := h.lookedUp(own, founder); fmt.Sprint(seen) != "[unknown unknown]" {
		t.Errorf("destroyed: %v", seen)
	}
	h.work()
	if seen := h.lookedUp(own, founder); fmt.Sprint(seen) != "[unknown seen]" {
		t.Errorf("after a steward came by: %v", seen)
	}
	h.rebuilt(c, "destroyed")
	if seen := h.lookedUp(own, founder); fmt.Sprint(seen) != "[unknown seen]" {
		t.Errorf("rebuilt: %v", seen)
	}
}

// lookedUp asks about the looks of pictures and their digests, as a unit would that has them.
func (h *house) lookedUp(pictures ...picture) []triage.CheckVerdict {
	h.t.Helper()
	inputs := make([]triage.CheckInput, len(pictures))
	for i, p := range pictures {
		x := decode.Examine(p.bytes, decode.Limits{})
		inputs[i] = triage.CheckInput{SHA256: &p.item.Digests.SHA256, PDQ: x.Fingerprint.PDQ[:], Quality: &x.Fingerprint.Quality}
	}
	return h.asked(inputs)
}

// TestDestroyedAtEachStepOfAPart destroys an exhibit before each step by which Redis takes in a part of it: nothing tells of it
// afterwards, neither of media nor of a document that another exhibit lists too.
func TestDestroyedAtEachStepOfAPart(t *testing.T) {
	h := newHouse(t)
	ctx, c := t.Context(), h.caughtUp()
	shared, text := newPicture(t, "shared.jpg", 1), newItem("notes.txt", []byte("text"))
	h.mustSubmit("ONE", shared, text)
	h.work()
	steps := 0
	for met := true; met; steps++ {
		seal, own := fmt.Sprint("S", steps), newPicture(t, "own.jpg", 10+steps)
		x, err := h.submit.Open(ctx, h.examiner, "2026/1", seal, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		h.faults.loseAt(steps+1, func() {
			h.decide(x.ID)
			if err := h.destroyer().Once(ctx); err != nil {
				t.Error(err)
			}
		})
		h.faults.only("t:xc:" + raw(x.ID))
		err = h.submitOnce(ctx, seal, shared, text, own)
		if met = h.faults.disarm(); !met {
			break
		}
		if err != nil && !triage.IsKind(err, triage.Conflict) && !triage.IsKind(err, triage.NotFound) {
			t.Fatalf("step %d: %v", steps, err)
		}
		h.work()
		h.noTraceOf(x.ID, own)
		h.rebuilt(c, "destroyed")
		if t.Failed() {
			t.Fatalf("step %d", steps)
		}
	}
	if steps < 3 {
		t.Errorf("%d steps were met", steps)
	}
}

// checked asks about pictures as a unit would.
func (h *house) checked(pictures ...picture) []triage.CheckVerdict {
	h.t.Helper()
	inputs := make([]triage.CheckInput, len(pictures))
	for i, p := range pictures {
		inputs[i].SHA256 = &p.item.Digests.SHA256
	}
	return h.asked(inputs)
}

func (h *house) asked(inputs []triage.CheckInput) []triage.CheckVerdict {
	h.t.Helper()
	answers, err := h.checks.Ask(h.t.Context(), triage.Actor{ID: "u", Role: triage.Unit}, inputs)
	if err != nil {
		h.t.Fatal(err)
	}
	verdicts := make([]triage.CheckVerdict, len(answers))
	for i := range answers {
		verdicts[i] = answers[i].Verdict
	}
	return verdicts
}

// noTraceOf looks through all of Redis: an exhibit and its media are in no key and, but for the note of their generation and
// of the destruction, in no value.
func (h *house) noTraceOf(x triage.ExhibitID, gone ...picture) {
	h.t.Helper()
	ctx := h.t.Context()
	raw := func(hexID string) string {
		var b []byte
		_, _ = fmt.Sscanf(hexID, "%x", &b)
		return string(b)
	}
	bad := map[string]string{raw(string(x[1:])): "the exhibit"}
	for _, p := range gone {
		bad[raw(string(h.names.Medium(p.item.Digests.SHA256)))[2:]] = p.item.Path // as it stands in a bucket
		keys := h.names.Digests(*p.item.Digests)
		for _, key := range []triage.DigestKey{keys.MD5, keys.SHA1, keys.SHA256} {
			bad[string(key[2:8])] = "a digest of " + p.item.Path // what is seen of it
		}
	}
	for _, key := range h.rdb.Keys(ctx, "*").Val() {
		if key == "t:gone" || key == "t:leaving" || key == "t:destructions" || key == "t:jobs" || key == "t:closed" || key == "t:ended" || strings.HasPrefix(key, "t:q:") ||
			strings.HasPrefix(key, "t:kx:") { // the sets keep what they list
			continue
		}
		var values []string
		switch kind := h.rdb.Type(ctx, key).Val(); kind {
		case "string":
			values = []string{h.rdb.Get(ctx, key).Val()}
		case "hash":
			for field, value := range h.rdb.HGetAll(ctx, key).Val() {
				values = append(values, field, value)
			}
		case "zset":
			values = h.rdb.ZRange(ctx, key, 0, -1).Val()
		case "set":
			values = h.rdb.SMembers(ctx, key).Val()
		case "list":
			values = h.rdb.LRange(ctx, key, 0, -1).Val()
		}
		for trace, what := range bad {
			if i := strings.Index(key, trace); i >= 0 && !h.isGroup(key[i-2:i]+trace) {
				h.t.Errorf("key %q tells of %s", key, what)
			}
			for _, v := range values {
				// A group keeps the name of who founded it, for those who remain.
				if strings.HasPrefix(key, "t:g:") {
					v = key[len("t:g:"):] + v
				}
				if i := strings.Index(v, trace); i >= 0 && (i < 2 || !h.isGroup(v[i-2:i]+trace)) {
					h.t.Errorf("%q in %q tells of %s", v, key, what)
				}
			}
		}
	}
}

// isGroup reports whether a medium gave its name to a group which has other members.
func (h *house) isGroup(medium string) bool {
	return h.rdb.ZCard(h.t.Context(), "t:gm:"+medium).Val() > 0
}

// TestDecisionOutlivesDestruction: what was decided of a group whose founder was destroyed, and which has another founder or
// nobody, is told alike before a rebuild and after it, when the same medium was seized again.
func TestDecisionOutlivesDestruction(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	c := h.caughtUp()
	stop := h.run()
	alone, founder := newPicture(t, "alone.jpg", 1), newPicture(t, "founder.jpg", 2)
	one := h.mustSubmit("ONE", alone, founder)
	h.settle(one)
	two := h.mustSubmit("TWO", near(t, founder, "heir.jpg", 3))
	h.settle(two)
	verdicts := make(map[triage.GroupID]triage.Verdict)
	for p, verdict := range map[*picture]triage.Verdict{&alone: triage.Illegal, &founder: triage.NotIllegal} {
		g := triage.GroupID(h.names.Medium(p.item.Digests.SHA256))
		verdicts[g] = verdict
		if _, err := h.review.Claim(ctx, h.reviewer.Actor, g); err != nil {
			t.Fatal(err)
		}
		if _, err := h.review.Decide(ctx, h.reviewer.Actor, g, opinion(verdict, "")); err != nil {
			t.Fatal(err)
		}
	}
	h.destroy(one)
	h.settle(two)
	groups := func(when string) {
		t.Helper()
		three := h.mustSubmit("THREE", alone, founder) // the first time as new media, then as held ones
		h.settle(three)
		for g, verdict := range verdicts {
			if got, err := h.views.Queue.Group(ctx, g); err != nil || got.Decision == nil || got.Decision.Verdict != verdict {
				t.Errorf("%s: group %s: %+v, %v", when, g, got.Decision, err)
			}
		}
	}
	groups("seized again")
	stop()
	want := h.dump(c)
	h.rdb.FlushAll(ctx)
	fresh := h.catchUp()
	if err := fresh.Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	h.run()
	groups("after a rebuild")
	if got := h.dump(fresh); got != want {
		t.Errorf("the dump differs:\n%s", differing(want, got))
	}
}

// TestTwoPeopleDecide refuses the same person, the wrong roles, what has expired, and what was decided already.
func TestTwoPeopleDecide(t *testing.T) {
	h := newHouse(t)
	if err := h.catchUp().Once(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	ctx, d := t.Context(), h.destructions()
	now := time.Now()
	d.Now = func() time.Time { return now }
	x := h.mustSubmit("ONE", newPicture(t, "a.jpg", 1))
	for _, by := range []triage.Actor{h.examiner, h.reviewer.Actor, {ID: "u", Role: triage.Unit}} {
		_, proposed := d.Propose(ctx, by, x, "order")
		_, confirmed := d.Confirm(ctx, by, x)
		_, listed := d.List(ctx, by)
		for _, err := range []error{proposed, confirmed, listed, d.Withdraw(ctx, by, x)} {
			if !triage.IsKind(err, triage.Forbidden) {
				t.Errorf("a %s: %v", by.Role, err)
			}
		}
	}
	if _, err := d.Propose(ctx, boss, x, " "); !triage.IsKind(err, triage.Invalid) {
		t.Errorf("without a reference: %v", err)
	}
	if _, err := d.Propose(ctx, boss, "x0000000000000000", "order"); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("of nothing: %v", err)
	}
	if _, err := d.Confirm(ctx, second, x); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("confirmed before it was proposed: %v", err)
	}
	propose := func() {
		t.Helper()
		if got, err := d.Propose(ctx, boss, x, "order"); err != nil || got.State != triage.DestructionProposed || got.ProposedBy != boss.ID {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	propose()
	if _, err := d.Propose(ctx, second, x, "order"); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("proposed twice: %v", err)
	}
	if _, err := d.Confirm(ctx, boss, x); !triage.IsKind(err, triage.Forbidden) {
		t.Errorf("confirmed by the same person: %v", err)
	}
	if err := d.Withdraw(ctx, second, x); err != nil {
		t.Fatal(err)
	}
	if err := d.Withdraw(ctx, second, x); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("withdrawn twice: %v", err)
	}
	propose()
	now = now.Add(triage.ProposalLife + time.Hour)
	if _, err := d.Confirm(ctx, second, x); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("confirmed too late: %v", err)
	}
	now = time.Now()
	if got, err := d.Find(ctx, second, x); err != nil || got.Destroyed != 1 || got.Kept != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if err := h.destroyer().Once(ctx); err != nil || len(h.recorded(triage.ExhibitDestroyed)) != 0 {
		t.Errorf("what nobody confirmed is destroyed, %v", err)
	}
	if _, err := d.Confirm(ctx, second, x); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"a part that comes late": h.submitOnce(ctx, "ONE", newPicture(t, "late.jpg", 2)),
		"withdrawn too late":     d.Withdraw(ctx, boss, x),
	} {
		if !triage.IsKind(err, triage.Conflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := d.Propose(ctx, boss, x, "order"); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("proposed again: %v", err)
	}
	if list, err := d.List(ctx, boss); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestFaultsWhileAnExhibitIsDestroyed lets each write to Redis and to the object store fail once, with and without effect; the
// next look ends the destruction, once, and the other exhibit keeps all that it holds.
func TestFaultsWhileAnExhibitIsDestroyed(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	shared := newPicture(t, "shared.jpg", 1003)
	two := h.mustSubmit("TWO", shared)
	seed := 0
	for _, where := range []string{"redis", "Put", "Replace"} {
		for _, after := range []bool{false, true} {
			for step, met := 1, true; met; step++ {
				seed++
				seal := fmt.Sprint(where, after, step)
				own := newPicture(t, "own.jpg", seed)
				x := h.mustSubmit(seal, own, shared)
				h.decide(x)
				if where == "redis" {
					h.faults.arm(step, after)
				} else {
					h.objects.Set(objectstest.Fault{Method: where, Call: step, After: after})
				}
				err := h.destroyer().Once(t.Context())
				met = h.faults.disarm() || h.objects.Calls(where) >= step
				h.objects.Set()
				h.rdb.Del(t.Context(), "t:lease:destroyer", "t:lease:destructions")
				h.unhold()
				if again := h.destroyer().Once(t.Context()); again != nil {
					t.Fatalf("%s: again: %v; at first %v", seal, again, err)
				}
				d, findErr := h.views.Ends.Destruction(t.Context(), x)
				if findErr != nil || d.State != triage.DestructionFinished || d.Destroyed != 1 || d.Kept != 1 {
					t.Fatalf("%s: %+v, %v", seal, d, findErr)
				}
				if _, err := h.bytesOf(own); !triage.IsKind(err, triage.NotFound) {
					t.Fatalf("%s: its medium: %v", seal, err)
				}
				if got, err := h.bytesOf(shared); err != nil || !bytes.Equal(got, shared.bytes) {
					t.Fatalf("%s: the medium of the other exhibit: %v", seal, err)
				}
			}
		}
	}
	want := h.dump(c)
	if err := c.Once(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if got := h.dump(c); got != want {
		t.Errorf("after a rebuild:\n%s\nbefore:\n%s", got, want)
	}
	if p, err := h.submit.Progress(t.Context(), h.examiner, two); err != nil || p.Wanted != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

// unhold ends the time of whoever held the keyrings when it died.
func (h *house) unhold() {
	for info, err := range h.objects.List(h.t.Context(), "records/holds/", "") {
		if err != nil {
			h.t.Fatal(err)
		}
		body := []byte(`{"until":"0001-01-01T00:00:00Z"}`)
		if err := h.objects.Replace(h.t.Context(), info.Key, bytes.NewReader(body), int64(len(body))); err != nil {
			h.t.Fatal(err)
		}
	}
}

// TestSubmitBesideDestroy submits media while the exhibit that holds them is destroyed, over and over: whatever the other
// exhibit was told is held, or sent, can be read afterwards.
func TestSubmitBesideDestroy(t *testing.T) {
	h := newHouse(t)
	if err := h.catchUp().Once(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	rounds := 12
	if testing.Short() {
		rounds = 4
	}
	h.run()
	ctx := t.Context()
	sent, held := 0, 0
	for round := range rounds {
		source := make([]picture, 6)
		for i := range source {
			source[i] = newPicture(t, fmt.Sprintf("%d.jpg", i), 1+10*round+i)
		}
		old := h.mustSubmit(fmt.Sprint("old", round), source...)
		h.decide(old)
		var g sync.WaitGroup
		g.Go(func() {
			time.Sleep(time.Duration(round*round) * 4 * time.Millisecond) // also on a machine that is busy, some come first, some last
			if err := h.destroyer().Once(ctx); err != nil {
				t.Error(err)
			}
		})
		seal := fmt.Sprint("new", round)
		g.Go(func() {
			for try := 0; ; try++ { // as "vigie submit", run again
				n, err := h.countingSubmit(ctx, seal, source)
				sent, held = sent+n, held+len(source)-n
				if err == nil {
					return
				}
				if kind := triage.KindOf(err); kind != triage.Conflict && kind != triage.Unavailable || try > 9 {
					t.Errorf("round %d: %v", round, err)
					return
				}
			}
		})
		g.Wait()
		h.settle(h.names.Exhibit("2026/1", seal))
		h.archive.Forget()
		for i, p := range source {
			if got, err := h.bytesOf(p); err != nil || !bytes.Equal(got, p.bytes) {
				t.Fatalf("round %d: medium %d of the exhibit that stays is lost: %v", round, i, err)
			}
		}
		if t.Failed() {
			return
		}
	}
	if t.Logf("%d media sent, %d held", sent, held); !testing.Short() && (sent == 0 || held == 0) {
		t.Error("the two never met")
	}
}

// countingSubmit submits once and returns how many media were wanted.
func (h *house) countingSubmit(ctx context.Context, seal string, source []picture) (wanted int, err error) {
	x, err := h.submit.Open(ctx, h.examiner, "2026/1", seal, time.Time{})
	if err != nil {
		return 0, err
	}
	items := make([]triage.Item, len(source))
	contents := make(map[hashing.SHA256][]byte)
	for i, p := range source {
		items[i] = p.item
		contents[p.item.Digests.SHA256] = p.bytes
	}
	body, part, err := triage.EncodePart(items)
	if err != nil {
		return 0, err
	}
	want, err := h.submit.PutPart(ctx, h.examiner, x.ID, 0, part, body)
	if err != nil {
		return 0, err
	}
	for _, w := range want {
		if err := h.submit.Upload(ctx, h.examiner, w, bytes.NewReader(contents[w]), int64(len(contents[w]))); err != nil {
			return len(want), err
		}
	}
	_, err = h.submit.Seal(ctx, h.examiner, x.ID, []triage.PartID{part})
	return len(want), err
}
