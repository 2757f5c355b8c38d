package triage_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/triage"
)

// olderVersion examines as a version before this one would have: each fingerprint says so, and some of its bits are
// others. It counts.
type olderVersion struct{ n *atomic.Int32 }

func (o olderVersion) Examine(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error) {
	o.n.Add(1)
	x, err := inProcess{}.Examine(ctx, r, size)
	if x.Fingerprint != nil {
		x.Fingerprint.Version--
		for i := range x.Fingerprint.PDQ {
			for b := range x.Fingerprint.PDQ[i] {
				x.Fingerprint.PDQ[i][b] ^= byte(91*b*b + 37*b + 11) // far from every entry of a set, however turned
			}
		}
	}
	return x, err
}

// presentVersion counts what it examines.
type presentVersion struct{ n *atomic.Int32 }

func (p presentVersion) Examine(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error) {
	p.n.Add(1)
	return inProcess{}.Examine(ctx, r, size)
}

func (h *house) rehash() *triage.Rehash {
	return &triage.Rehash{
		Runs: h.views.Rehashes, Jobs: h.jobs, Events: h.events, Steward: h.steward, Lease: h.views.Lease,
		Outdated: decode.Outdated, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
}

// runRehash carries a rehash on until stop is called.
func (h *house) runRehash() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var g sync.WaitGroup
	g.Go(func() { _ = h.rehash().Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); g.Wait() })
	h.t.Cleanup(stop)
	return stop
}

// kept returns what is kept of each path's medium.
func (h *house) kept(pictures []picture) map[string]triage.ExaminationRecord {
	h.t.Helper()
	kept := make(map[string]triage.ExaminationRecord)
	for _, p := range pictures {
		m, err := h.views.Media.Medium(h.t.Context(), h.names.Medium(p.item.Digests.SHA256))
		if err != nil {
			h.t.Fatal(err)
		}
		x, err := h.archive.Examination(h.t.Context(), m.At)
		if err != nil {
			h.t.Fatal(err)
		}
		if x.Attempt != m.Attempt {
			h.t.Errorf("%s: the medium is at attempt %d, its record at %d", p.item.Path, m.Attempt, x.Attempt)
		}
		kept[p.item.Path] = x
	}
	return kept
}

func (h *house) awaitRehash(done func(triage.RehashRun) bool) triage.RehashRun {
	h.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		run, err := h.views.Rehashes.Rehash(h.t.Context())
		if err == nil && done(run) {
			return run
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("the rehash came as far as %+v, %v", run, err)
		}
	}
}

func (h *house) loseRedis(c *triage.CatchUp) {
	h.t.Helper()
	h.rdb.FlushAll(h.t.Context())
	if err := c.Once(h.t.Context(), false); err != nil {
		h.t.Fatal(err)
	}
}

// TestRehash: what an older version examined is examined again, once, through a death in the middle; findings follow
// the new fingerprints, decisions stay, and whoever starts from an empty Redis finds the same.
func TestRehash(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	var before, now atomic.Int32
	h.decoder = olderVersion{&before}
	pictures := make([]picture, 8)
	for i := range pictures {
		pictures[i] = newPicture(t, fmt.Sprintf("%d.jpg", i), i)
	}
	// Of the first picture a partner has the fingerprint as the present version makes it.
	x := decode.Examine(pictures[0].bytes, decode.Limits{})
	h.importSet(triage.KnownSet, x.Fingerprint.PDQ[0].String())
	stop := h.run()
	exhibit := h.mustSubmit("1", pictures...)
	h.settle(exhibit)
	if f := h.findings(exhibit)["0.jpg"].Finding; f == triage.Known || f == triage.NearKnown {
		t.Fatalf("the older version's fingerprint matched: %s", f)
	}
	stop()

	due, all, err := h.rehash().Due(t.Context())
	if err != nil || due != len(pictures) || all != len(pictures) {
		t.Fatalf("%d of %d are due, %v", due, all, err)
	}
	if _, err := h.rehash().Begin(t.Context(), triage.Operator, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := h.rehash().Begin(t.Context(), triage.Operator, 0); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("begun twice: %v", err)
	}

	// It dies in the middle, with the worker, and Redis loses all.
	h.decoder = presentVersion{&now}
	stopRehash, stopWork := h.runRehash(), h.run()
	h.awaitRehash(func(r triage.RehashRun) bool { return r.Replaced >= 2 })
	stopWork()
	stopRehash()
	first := h.awaitRehash(func(triage.RehashRun) bool { return true }).Replaced
	h.loseRedis(c)
	run, err := h.views.Rehashes.Rehash(t.Context())
	if err != nil || !run.Active() {
		t.Fatalf("after the loss of Redis: %+v, %v", run, err)
	}

	h.runRehash()
	stop = h.run()
	run = h.awaitRehash(func(r triage.RehashRun) bool { return !r.Active() })
	h.settle(exhibit)
	if n := int(now.Load()); n < len(pictures) || n > 2*len(pictures)-first { // what was written before the death is not done again
		t.Errorf("%d examinations by the present version of %d media, %d before the death: %+v", n, len(pictures), first, run)
	}
	check := func(when string) {
		t.Helper()
		for path, x := range h.kept(pictures) {
			if decode.Outdated(x.Examination) || x.Attempt != 1 {
				t.Errorf("%s: %s is at version %d, attempt %d", when, path, x.Examination.Fingerprint.Version, x.Attempt)
			}
		}
		found := h.findings(exhibit)
		if f := found["0.jpg"].Finding; f != triage.NearKnown && f != triage.Known {
			t.Errorf("%s: the picture that a set knows is %s", when, f)
		}
		if len(found) != len(pictures) {
			t.Errorf("%s: %d findings", when, len(found))
		}
	}
	check("rehashed")
	if n := len(h.recorded(triage.RehashFinished)); n != 1 {
		t.Errorf("%d events say that it is finished", n)
	}
	stop()

	// From nothing, the newest examination of each medium counts.
	whole := h.dump(c)
	h.loseRedis(c)
	check("made from nothing")
	if again := h.dump(c); again != whole {
		t.Errorf("made from nothing it differs:\n%s", differing(whole, again))
	}
	if due, _, err := h.rehash().Due(t.Context()); err != nil || due != 0 {
		t.Errorf("%d are due in the end, %v", due, err)
	}
}

// TestRehashReadsWhatItCouldNot: what no decoder of an older version read is tried again, once; what still fails says
// why today.
func TestRehashReadsWhatItCouldNot(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	h.decoder, h.worker.Decoders = broken{}, "00000000"
	stop := h.run()
	readable, damaged := newPicture(t, "readable.jpg", 1), newItem("damaged.jpg", []byte("\xff\xd8\xff\xe0 no picture"))
	x := h.mustSubmit("1", readable, damaged)
	h.settle(x)
	stop()
	for path, f := range h.findings(x) {
		if f.Finding != triage.Unreadable || f.Reason != "crashed" {
			t.Fatalf("%s: %+v", path, f)
		}
	}
	h.decoder, h.worker.Decoders = inProcess{}, decode.Decoders()
	if due, all, err := h.rehash().Due(t.Context()); err != nil || due != 2 || all != 2 {
		t.Fatalf("%d of %d are due, %v", due, all, err)
	}
	if _, err := h.rehash().Begin(t.Context(), triage.Operator, 0); err != nil {
		t.Fatal(err)
	}
	stopRehash, stop := h.runRehash(), h.run()
	run := h.awaitRehash(func(r triage.RehashRun) bool { return !r.Active() })
	h.settle(x)
	stop()
	stopRehash()
	if run.Media != 2 || run.Replaced != 1 || run.Left != 1 {
		t.Errorf("counted %+v", run)
	}
	check := func(when string) {
		t.Helper()
		found := h.findings(x)
		if f := found["readable.jpg"].Finding; f != triage.Unranked && f != triage.ProbableNew {
			t.Errorf("%s: what can be read now is %s", when, f)
		}
		if f := found["damaged.jpg"]; f.Finding != triage.Unreadable || f.Reason == "crashed" || f.Reason == "" {
			t.Errorf("%s: what is damaged is %s, %q", when, f.Finding, f.Reason)
		}
		if m, err := h.views.Media.Medium(t.Context(), h.names.Medium(readable.item.Digests.SHA256)); err != nil || m.Group == "" {
			t.Errorf("%s: what can be read now has no group, %v", when, err)
		}
		if due, _, err := h.rehash().Due(t.Context()); err != nil || due != 0 {
			t.Errorf("%s: %d are due, %v", when, due, err)
		}
	}
	check("rehashed")
	want := h.dump(c)
	h.loseRedis(c)
	check("made from nothing")
	if got := h.dump(c); got != want {
		t.Errorf("made from nothing it differs:\n%s", differing(want, got))
	}
}

// TestRehashKeepsWhatItCannotDecode: a fingerprint is never lost to an upgrade.
func TestRehashKeepsWhatItCannotDecode(t *testing.T) {
	h := newHouse(t)
	var before atomic.Int32
	h.decoder = olderVersion{&before}
	p := newPicture(t, "a.jpg", 1)
	h.run()
	h.settle(h.mustSubmit("1", p))
	h.decoder = broken{}
	if _, err := h.rehash().Begin(t.Context(), triage.Operator, 0); err != nil {
		t.Fatal(err)
	}
	h.runRehash()
	run := h.awaitRehash(func(r triage.RehashRun) bool { return !r.Active() })
	if run.Left != 1 || run.Replaced != 0 {
		t.Errorf("counted %+v", run)
	}
	if x := h.kept([]picture{p})["a.jpg"]; x.Examination.Fingerprint == nil || x.Attempt != 0 {
		t.Errorf("kept %+v", x)
	}
}

// broken decodes nothing.
type broken struct{}

func (broken) Examine(context.Context, io.Reader, int64) (hashing.Examination, error) {
	return hashing.Examination{Facts: hashing.Facts{Kind: hashing.KindPicture}, Unreadable: "crashed"}, nil
}
