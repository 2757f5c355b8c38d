package triage_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// noise is a hash that is far from every other one, however turned.
func noise(n int) pdq.Hash { return sha256.Sum256([]byte{byte(n)}) }

// off is code with so many other bits, the same ones each time.
func off(code pdq.Hash, bits int) pdq.Hash {
	for i := range bits {
		code[i/8] ^= 1 << (i % 8)
	}
	return code
}

// versions is a decoder that gives each picture the hash that its version says.
type versions struct {
	now   int
	paths map[hashing.SHA256]string
	codes map[string]func(version int) pdq.Hash // by path
}

func (v *versions) Examine(_ context.Context, r io.Reader, _ int64) (hashing.Examination, error) {
	d, _, err := hashing.Digest(r)
	code := v.codes[v.paths[d.SHA256]](v.now)
	fp := &hashing.Fingerprint{Version: v.now, Decoder: "none", Quality: 80}
	for t, turned := range fp.PDQ {
		fp.PDQ[t] = code
		if t > 0 {
			turned = noise(100 + t)
			for b := range turned {
				fp.PDQ[t][b] ^= turned[b]
			}
		}
	}
	return hashing.Examination{Facts: hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg"}, Fingerprint: fp}, err
}

func (v *versions) outdated(x hashing.Examination) bool { return x.Fingerprint.Version != v.now }

// withVersions is a house whose pictures have these hashes; submit submits some of them.
func withVersions(t *testing.T, codes map[string]func(version int) pdq.Hash) (h *house, v *versions, submit func(number, seal string, paths ...string)) {
	h = newHouse(t)
	v = &versions{now: 1, paths: make(map[hashing.SHA256]string), codes: codes}
	h.decoder, h.worker.Outdated = v, v.outdated
	return h, v, func(number, seal string, paths ...string) {
		t.Helper()
		var pictures []picture
		for _, path := range paths {
			p := newPicture(t, path, int(path[0]))
			v.paths[p.item.Digests.SHA256] = path
			pictures = append(pictures, p)
		}
		if err := h.submitTo(t.Context(), number, seal, pictures...); err != nil {
			t.Fatal(err)
		}
		h.work()
	}
}

// upgraded makes all fingerprints again as the next version has them, and stops before groups are compared.
func (h *house) upgraded(v *versions) *triage.Rehash {
	h.t.Helper()
	v.now++
	h.rdb.Del(h.t.Context(), "t:lease:rehash") // of the one before
	r := h.rehash()
	r.Outdated = v.outdated
	_, err := r.Begin(h.t.Context(), triage.Operator, 0)
	if err == nil {
		err = r.Once(h.t.Context())
	}
	if err != nil {
		h.t.Fatal(err)
	}
	stop := h.run()
	defer stop()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if waiting, err := h.jobs.LenAgain(h.t.Context()); err == nil && waiting == 0 {
			return r
		}
		if time.Now().After(deadline) {
			h.t.Fatal("media still wait to be examined again")
		}
	}
}

// groupsOf returns the founder's path of each path's group.
func (h *house) groupsOf(v *versions) map[string]string {
	h.t.Helper()
	groups, paths := make(map[string]string), make(map[triage.GroupID]string)
	for sum, path := range v.paths {
		paths[triage.GroupID(h.names.Medium(sum))] = path
	}
	for sum, path := range v.paths {
		m, err := h.views.Media.Medium(h.t.Context(), h.names.Medium(sum))
		if err != nil && !triage.IsKind(err, triage.NotFound) { // as those of a closed case are not there
			h.t.Fatal(err)
		}
		groups[path] = paths[m.Group]
	}
	return groups
}

func (h *house) wantGroups(v *versions, when string, want map[string]string) {
	h.t.Helper()
	got := h.groupsOf(v)
	for path, group := range want {
		if got[path] != group {
			h.t.Errorf("%s: %s is in the group of %q, not %q", when, path, got[path], group)
		}
	}
}

// change is a hash that the second version makes otherwise.
func change(before, after pdq.Hash) func(int) pdq.Hash {
	return func(version int) pdq.Hash {
		if version == 1 {
			return before
		}
		return after
	}
}

// TestRehashRegroups: by their new fingerprints, media leave groups that they are too far from, and join or found others; a
// founder keeps its group; nobody leaves a group that was decided; what is in a set has no group any more; what was in a
// closed case meanwhile comes back as it was, and leaves with the next rehash; and whoever starts from an empty or an older Redis
// finds the same.
func TestRehashRegroups(t *testing.T) {
	ctx := t.Context()
	h, v, submit := withVersions(t, map[string]func(int) pdq.Hash{
		"a": change(noise(1), off(noise(1), 3)), "b": change(off(noise(1), 5), off(noise(1), 5)),
		"c": change(off(noise(1), 9), off(noise(2), 7)), // to d
		"d": change(noise(2), off(noise(2), 2)),
		"e": change(off(noise(1), 12), noise(9)),                                          // to nobody
		"k": change(off(noise(1), 15), noise(10)),                                         // to a set
		"f": change(noise(3), off(noise(3), 1)), "g": change(off(noise(3), 5), noise(11)), // decided
		"h": change(noise(4), noise(12)), "i": change(off(noise(4), 6), off(noise(4), 6)), "j": change(off(noise(4), 8), off(noise(4), 8)),
		"z": change(off(noise(1), 10), noise(13)),                                         // in a case that is closed meanwhile
		"n": change(noise(0), off(noise(12), 4)), "o": change(noise(0), off(noise(3), 8)), // come later
	})
	c := h.caughtUp()
	h.importSet(triage.KnownSet, noise(10).String())
	submit("2026/1", "FOUNDERS", "a", "d", "f", "h")
	submit("2026/1", "OTHERS", "b", "c", "e", "k", "g", "i", "j")
	submit("2026/2", "CLOSED", "z", "c")
	before := map[string]string{"a": "a", "b": "a", "c": "a", "d": "d", "e": "a", "k": "a", "f": "f", "g": "f", "h": "h", "i": "h", "j": "h", "z": "a"}
	h.wantGroups(v, "at first", before)
	decided := triage.GroupID(h.names.Medium(newPicture(t, "f", 'f').item.Digests.SHA256))
	if _, err := h.review.Claim(ctx, h.reviewer.Actor, decided); err != nil {
		t.Fatal(err)
	}
	if _, err := h.review.Decide(ctx, h.reviewer.Actor, decided, opinion(triage.Illegal, "seen")); err != nil {
		t.Fatal(err)
	}
	older := h.copyRedis()
	h.closeCase("2026/2")

	r := h.upgraded(v)
	delete(before, "z")
	h.wantGroups(v, "while others may still be made again", before)
	if err := r.Once(ctx); err != nil {
		t.Fatal(err)
	}
	// What another worker took over is counted twice: the leases of tests are short.
	if run, err := r.Status(ctx, boss); err != nil || run.Active() || run.Replaced < len(before) || run.Grouping {
		t.Fatalf("%+v, %v", run, err)
	}
	h.work()
	submit("2026/1", "LATER", "n", "o")
	after := map[string]string{
		"a": "a", "b": "a", "c": "d", "d": "d", "e": "e", "k": "", "f": "f", "g": "f", "h": "h", "n": "h", "o": "f",
	}
	check := func(when string) {
		t.Helper()
		h.wantGroups(v, when, after)
		if got := h.groupsOf(v); got["i"] != got["j"] || got["i"] != "i" && got["i"] != "j" {
			t.Errorf("%s: those that were alike with what the founder was: %q and %q", when, got["i"], got["j"])
		}
		g, err := h.views.Queue.Group(ctx, decided)
		if err != nil || g.Decision == nil || g.Decision.Verdict != triage.Illegal || g.Members != 3 {
			t.Errorf("%s: the decided group is %+v, %v", when, g, err)
		}
	}
	check("compared")
	h.reopenCase("2026/2")
	check("with the case that was closed")
	h.wantGroups(v, "back from a closed case", map[string]string{"z": "a"})
	if err := h.upgraded(v).Once(ctx); err != nil {
		t.Fatal(err)
	}
	h.work()
	after["z"] = "z"
	check("once more")
	want := h.dump(c)
	for when, lose := range map[string]func(){
		"from an empty Redis": func() { h.rdb.FlushAll(ctx) }, "from an older one": func() { h.restoreRedis(older) },
	} {
		lose()
		fresh := h.catchUp()
		if err := fresh.Once(ctx, false); err != nil {
			t.Fatal(err)
		}
		h.work() // what was brought up to date is ranked then
		check(when)
		if got := h.dump(fresh); got != want {
			t.Errorf("%s the dump differs:\n%s", when, differing(want, got))
		}
	}
}

// TestFaultsWhileGroupsAreCompared lets each command to Redis and each write to the object store fail once, with and
// without effect, while groups are compared: the next look ends it, and each medium is where its hash belongs.
func TestFaultsWhileGroupsAreCompared(t *testing.T) {
	wanders := func(version int) pdq.Hash { return off(noise(1+version%2), 6) }
	h, v, submit := withVersions(t, map[string]func(int) pdq.Hash{
		"a": func(version int) pdq.Hash { return off(noise(1), version%2) }, // born again each time
		"b": func(version int) pdq.Hash { return off(noise(2), version%2) },
		"c": wanders, "d": func(int) pdq.Hash { return off(noise(1), 9) },
	})
	c := h.caughtUp()
	submit("2026/1", "FOUNDERS", "a", "b")
	submit("2026/1", "OTHERS", "c", "d")
	stride := 7 // each step is met with a fault before or after it; with 1, all with both
	if testing.Short() {
		stride = 13
	}
	for _, where := range []string{"redis", "Put"} {
		for _, after := range []bool{false, true} {
			for step, met := 1, true; met; step += stride {
				when := fmt.Sprint(where, " ", after, " ", step)
				r := h.upgraded(v)
				if where == "redis" {
					h.faults.arm(step, after)
				} else {
					h.objects.Set(objectstest.Fault{Method: where, Call: step, After: after})
				}
				first := r.Once(t.Context())
				met = h.faults.disarm() || where != "redis" && h.objects.Calls(where) >= step
				h.objects.Set()
				h.rdb.Del(t.Context(), "t:lease:rehash")
				for range 2 { // an event may have lost its effect
					if _, err := h.lastOf(c); err != nil {
						t.Fatal(err)
					}
					if err := r.Once(t.Context()); err != nil {
						t.Fatalf("%s: again: %v; at first %v", when, err, first)
					}
				}
				if run, err := r.Status(t.Context(), boss); err != nil || run.Active() {
					t.Fatalf("%s: %+v, %v; at first %v", when, run, err, first)
				}
				h.work()
				h.wantGroups(v, when, map[string]string{"a": "a", "b": "b", "c": []string{"b", "a"}[(1+v.now)%2], "d": "a"})
			}
		}
	}
	h.rebuilt(c, "after all faults")
}
