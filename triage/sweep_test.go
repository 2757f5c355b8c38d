package triage_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/store/embedded/embeddedtest"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// sweptHouse returns a house whose changes of the sets are swept, however few media there are.
func sweptHouse(t *testing.T) (*house, *triage.CatchUp) {
	t.Helper()
	h := newHouse(t)
	h.steward.Sweep.Least = 1
	c := h.caughtUp()
	return h, c
}

// TestSweep changes the sets in every way when everything was submitted: the media that a change touches are matched again,
// the others keep their epoch, and a rebuild, which matches all, says the same.
func TestSweep(t *testing.T) {
	t.Run("packs", func(t *testing.T) { testSweep(t, func(*house) {}) })
	t.Run("prints", func(t *testing.T) { testSweep(t, (*house).condense) })
}

func testSweep(t *testing.T, meanwhile func(*house)) {
	h, c := sweptHouse(t)
	stop := h.run()
	source := []picture{newItem("md5.txt", []byte("one document")), newItem("sha256.txt", []byte("another")), newItem("other.txt", []byte("none"))}
	for i := range 12 {
		source = append(source, newPicture(t, fmt.Sprintf("%d.jpg", i), i+1))
	}
	h.importSet(triage.KnownSet, newPicture(t, "", 50).item.Digests.SHA1.String())
	x := h.mustSubmit("ONE", source...)
	h.settle(x)
	meanwhile(h)
	epochs := func() (of [15]triage.Epoch) {
		t.Helper()
		for i, p := range source {
			m, err := h.views.Media.Medium(t.Context(), h.names.Medium(p.item.Digests.SHA256))
			if err != nil {
				t.Fatal(err)
			}
			of[i] = m.Epoch
		}
		return of
	}
	before := epochs()
	step := func(name string, change func(), touched ...int) {
		t.Helper()
		change()
		h.settle(x)
		after, want := epochs(), make(map[int]bool)
		for _, i := range touched {
			want[i] = true
		}
		for i := range after {
			if (after[i] > before[i]) != want[i] {
				t.Errorf("%s: %s was matched under epoch %d, and is under %d", name, source[i].item.Path, before[i], after[i])
			}
		}
		before = after
	}
	var set, pdqs triage.HashSet
	step("digests", func() {
		set = h.importSet(triage.KnownSet, source[0].item.Digests.MD5.String(), source[3].item.Digests.SHA1.String(), source[4].item.Digests.MD5.String())
	}, 0, 3, 4)
	step("PDQs", func() {
		pdqs = h.importSet(triage.KnownSet, pdqOf(t, source[5]).String(), pdqOf(t, source[3]).String())
	}, 3, 5)
	step("a table of SHA-256", func() { h.importSet(triage.KnownSet, "sha256", source[1].item.Digests.SHA256.String()) }, 1)
	step("nothing that was submitted", func() { h.importSet(triage.KnownSet, newPicture(t, "", 60).item.Digests.MD5.String()) })
	step("an entry withdrawn", func() { h.object(pdqs.ID, 1, triage.EntryWithdrawn) }, 5)
	step("restored", func() { h.object(pdqs.ID, 1, triage.EntryCounts) }, 5)
	var office triage.AdditionID
	step("an addition", func() {
		hash := pdqOf(t, source[8])
		office = h.extend("g/1", entryOf(t, source[7]), triage.RawEntry{PDQ: &hash})
	}, 7, 8)
	step("another addition", func() { h.extend("g/2", entryOf(t, source[9]), entryOf(t, newPicture(t, "", 61))) }, 9)
	step("an added entry withdrawn", func() { h.object(office.Set, 1002, triage.EntryWithdrawn) }, 8)
	step("an entry disputed", func() { h.object(set.ID, 1, triage.EntryDisputed) }, 0)
	step("a set withdrawn", func() {
		if _, err := h.sets.Withdraw(t.Context(), boss, pdqs.ID, "sent by mistake"); err != nil {
			t.Fatal(err)
		}
	}, 3, 5)
	for path, want := range map[string]triage.Finding{"md5.txt": triage.Known, "0.jpg": triage.Known, "1.jpg": triage.Known, "2.jpg": triage.Unranked} {
		if f := h.findings(x)[path]; inSets(f.Finding) != want {
			t.Errorf("%s is %s", path, f.Finding)
		}
	}
	stop()
	if n := h.rdb.HLen(t.Context(), "t:epochs").Val(); n > 2 {
		t.Errorf("media are counted under %d epochs", n)
	}
	h.rebuilt(c, "swept")
}

// hasty are the records of media, and somebody who changes the sets just after it was asked how far media lag behind them.
type hasty struct {
	triage.SweepStore
	change func() // once, when none lags
}

func (h *hasty) Lag(ctx context.Context) (triage.Lag, error) {
	lag, err := h.SweepStore.Lag(ctx)
	if change := h.change; err == nil && lag.Media == 0 && change != nil {
		h.change = nil
		change()
	}
	return lag, err
}

// TestSweepJustBefore: sets that change between the question how far media lag and the next one are swept, too: nothing is matched
// again that they do not touch.
func TestSweepJustBefore(t *testing.T) {
	h, _ := sweptHouse(t)
	stop := h.run()
	touched, other := newPicture(t, "a.jpg", 1), newPicture(t, "b.jpg", 2)
	h.importSet(triage.KnownSet, newPicture(t, "", 50).item.Digests.SHA1.String())
	x := h.mustSubmit("ONE", touched, other)
	h.settle(x)
	stop()
	epoch := func(p picture) triage.Epoch {
		t.Helper()
		m, err := h.views.Media.Medium(t.Context(), h.names.Medium(p.item.Digests.SHA256))
		if err != nil {
			t.Fatal(err)
		}
		return m.Epoch
	}
	before := epoch(other)
	changed := make(chan struct{})
	h.steward.Sweep.Store = &hasty{h.steward.Sweep.Store, func() {
		defer close(changed)
		h.importSet(triage.KnownSet, touched.item.Digests.SHA1.String())
	}}
	defer h.tend()()
	<-changed
	h.settle(x)
	if f := h.findings(x)["a.jpg"]; f.Finding != triage.Known {
		t.Errorf("what the change touches is %s", f.Finding)
	}
	if after := epoch(other); after != before {
		t.Errorf("what it does not touch was matched under epoch %d, and is under %d", before, after)
	}
}

// TestSweepGivenUp: when a list cannot be read any more, all media are matched again.
func TestSweepGivenUp(t *testing.T) {
	h := newHouse(t)
	h.steward.Sweep.Least = 1
	stop := h.run()
	p, other := newPicture(t, "a.jpg", 1), newPicture(t, "b.jpg", 2)
	h.importSet(triage.KnownSet, newPicture(t, "", 50).item.Digests.SHA1.String())
	x := h.mustSubmit("ONE", p, other)
	h.settle(x)
	stop()
	h.importSet(triage.KnownSet, p.item.Digests.SHA1.String())
	if err := h.objects.Delete(t.Context(), "records/sets/0000000002"); err != nil {
		t.Fatal(err)
	}
	defer h.tend()()
	h.settle(x)
	if f := h.findings(x)["a.jpg"]; f.Finding != triage.Known {
		t.Errorf("it is %s", f.Finding)
	}
}

// TestSweepBesideSubmit changes the sets again and again while media are submitted: nothing is missed.
func TestSweepBesideSubmit(t *testing.T) {
	h, c := sweptHouse(t)
	stop := h.run()
	const rounds = 8
	drive := func(round int) []picture {
		var source []picture
		for i := range 4 {
			source = append(source, newPicture(t, fmt.Sprintf("%d.jpg", i), 1+4*round+i))
		}
		return append(source, newItem("document", fmt.Append(nil, "document ", round)))
	}
	var g sync.WaitGroup
	g.Go(func() {
		for round := range rounds {
			if err := h.submitOnce(t.Context(), fmt.Sprint("S", round), drive(round)...); err != nil {
				t.Error(err)
			}
		}
	})
	var last triage.HashSet
	for round := range rounds { // lists tell of drives that came, that come, and that will come
		p := drive((round * 5) % rounds)
		set := h.importSet(triage.KnownSet, p[0].item.Digests.SHA1.String(), pdqOf(t, p[1]).String(), p[4].item.Digests.MD5.String())
		switch round % 3 {
		case 1:
			h.object(set.ID, 2, triage.EntryWithdrawn)
		case 2:
			if _, err := h.sets.Withdraw(t.Context(), boss, last.ID, "sent by mistake"); err != nil {
				t.Fatal(err)
			}
		}
		last = set
	}
	g.Wait()
	for round := range rounds {
		h.settle(h.names.Exhibit("2026/1", fmt.Sprint("S", round)))
	}
	stop()
	h.rebuilt(c, "after all")
}

// TestSweepOfLostPrints: where prints are damaged, examinations are read, and the prints are made again; that removing what is
// damaged fails, with effect or without, changes nothing.
func TestSweepOfLostPrints(t *testing.T) {
	damaged := func(h *house, key string) error {
		return h.objects.Replace(h.t.Context(), key, strings.NewReader("not a file of ours"), 18)
	}
	for name, c := range map[string]struct {
		lose  func(h *house, key string) error
		fault objectstest.Fault
	}{
		"damaged": {damaged, objectstest.Fault{Method: "Delete", Call: -1}}, // none
		"cut": {func(h *house, key string) error {
			r, err := h.objects.GetRange(h.t.Context(), key, 0, 90)
			if err != nil {
				return err
			}
			defer r.Close()
			return h.objects.Replace(h.t.Context(), key, r, 90)
		}, objectstest.Fault{Method: "Delete", Call: -1}},
		"removal fails":               {damaged, objectstest.Fault{Method: "Delete", Call: 1}},
		"removal fails and is done":   {damaged, objectstest.Fault{Method: "Delete", Call: 1, After: true}},
		"listing fails in the middle": {damaged, objectstest.Fault{Method: "List", Call: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := sweptHouse(t)
			stop := h.run()
			p, other := newPicture(t, "a.jpg", 1), newPicture(t, "b.jpg", 2)
			h.importSet(triage.KnownSet, pdqOf(t, newPicture(t, "", 50)).String())
			x := h.mustSubmit("ONE", p, other)
			h.settle(x)
			h.condense()
			for info, err := range h.objects.List(t.Context(), "records/prints/", "") {
				if err == nil {
					err = c.lose(h, info.Key)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			h.objects.Set(c.fault)
			h.importSet(triage.KnownSet, pdqOf(t, p).String())
			h.settle(x)
			stop()
			if f := h.findings(x); f["a.jpg"].Finding != triage.NearKnown || f["b.jpg"].Finding == triage.NearKnown {
				t.Errorf("they are %s and %s", f["a.jpg"].Finding, f["b.jpg"].Finding)
			}
			if n := h.rdb.HLen(t.Context(), "t:epochs").Val(); n > 2 {
				t.Errorf("media are counted under %d epochs", n)
			}
			if c.fault.Call > 0 && h.objects.Calls(c.fault.Method) < c.fault.Call {
				t.Errorf("the fault was not met: %d calls", h.objects.Calls(c.fault.Method))
			}
			h.objects.Set()
			if spans, err := h.archive.PrintSpans(t.Context()); err != nil || len(spans) > 0 {
				t.Errorf("what was damaged is still there: %v, %v", spans, err)
			}
			h.condense()
		})
	}
}

// condense makes files of prints of all packs, as if a day had passed.
func (h *house) condense() {
	h.t.Helper()
	c := triage.Condenser{
		Archive: h.archive, Lease: h.views.Lease, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.Now().Add(25 * time.Hour) },
	}
	if err := c.Once(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	spans, err := h.archive.PrintSpans(h.t.Context())
	if err != nil || len(spans) == 0 {
		h.t.Fatalf("condensed: %v, %v", spans, err)
	}
	for p, err := range h.archive.PacksBeside(h.t.Context(), spans) {
		h.t.Fatalf("not condensed: %v, %v", p, err)
	}
}

// BenchmarkSweep tells what a sweep of 10,000 media takes, by the clock and of the processor, after an import of 1,000 digests, of 1,000 PDQs, and after the withdrawal of
// a set:
//
//	go test -run '^$' -bench Sweep -benchtime 1x ./triage
func BenchmarkSweep(b *testing.B) {
	const media = 10_000
	h := newHouse(b)
	ctx := b.Context()
	h.rdb.ConfigSet(ctx, "appendfsync", "no") // the disk's speed is not what is asked
	h.steward.Sweep.Least = 1
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // for measuring
	listed := h.examined(random, media)
	used := embeddedtest.ProcessorTime(b)
	h.condense()
	condensing := embeddedtest.ProcessorTime(b) - used
	defer h.tend()()
	var digests, codes []string
	for range 1000 {
		var d hashing.SHA1
		code := decode.Examine(newPicture(b, "", 1).bytes, decode.Limits{}).Fingerprint.PDQ[0]
		for i := range d {
			d[i] = byte(random.Uint32())
		}
		for i := range code {
			code[i] = byte(random.Uint32())
		}
		digests, codes = append(digests, d.String()), append(codes, code.String())
	}
	var set triage.HashSet
	for b.Loop() {
		for _, change := range []struct {
			name string
			make func()
		}{
			{"digests", func() { set = h.importSet(triage.KnownSet, append(digests, listed)...) }},
			{"PDQs", func() { h.importSet(triage.KnownSet, codes...) }},
			{"withdrawal", func() {
				if _, err := h.sets.Withdraw(ctx, boss, set.ID, "for measuring"); err != nil {
					b.Fatal(err)
				}
			}},
		} {
			change.make()
			start, used := time.Now(), embeddedtest.ProcessorTime(b)
			for {
				if lag, err := h.views.Rematch.Lag(ctx); err != nil || lag.Media == 0 {
					break
				}
				time.Sleep(time.Millisecond)
			}
			b.ReportMetric(float64(time.Since(start).Milliseconds()), change.name+"-ms")
			b.ReportMetric(float64((embeddedtest.ProcessorTime(b) - used).Milliseconds()), change.name+"-cpu-ms")
		}
	}
	b.ReportMetric(float64(condensing.Milliseconds()), "condensing-cpu-ms")
	b.ReportMetric(0, "ns/op")
}

// examined fills a house with media that were examined, each with a fingerprint drawn at random, and returns the SHA-1 of one.
func (h *house) examined(random *rand.Rand, n int) (listed string) {
	h.t.Helper()
	ctx := h.t.Context()
	x, err := h.submit.Open(ctx, h.examiner, "2026/1", "MANY", time.Time{})
	if err != nil {
		h.t.Fatal(err)
	}
	like := decode.Examine(newPicture(h.t, "", 1).bytes, decode.Limits{})
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	for some := range slices.Chunk(numbers, 1000) {
		items, contents := make([]triage.Item, len(some)), make([][]byte, len(some))
		for i, number := range some {
			p := newItem(fmt.Sprintf("%d.jpg", number), append([]byte("\xff\xd8\xff\xe0"), binary.BigEndian.AppendUint64(nil, uint64(number))...))
			items[i], contents[i] = p.item, p.bytes
		}
		listed = items[0].Digests.SHA1.String()
		body, part, err := triage.EncodePart(items)
		if err == nil {
			_, err = h.submit.PutPart(ctx, h.examiner, x.ID, 0, part, body)
		}
		if err != nil {
			h.t.Fatal(err)
		}
		filed, outcomes := make([]triage.Filed, len(items)), make([]triage.Outcome, len(items))
		var g sync.WaitGroup
		for i := range items {
			id := h.names.Medium(items[i].Digests.SHA256)
			examination, fingerprint := like, *like.Fingerprint
			for t := range fingerprint.PDQ {
				for j := range fingerprint.PDQ[t] {
					fingerprint.PDQ[t][j] = byte(random.Uint32())
				}
			}
			fingerprint.PHash = hashing.Hash64(random.Uint64())
			examination.Fingerprint = &fingerprint
			filed[i].ExaminationRecord = triage.ExaminationRecord{Medium: id, Generation: 1, Size: 1 << 20, Keys: h.names.Digests(*items[i].Digests), Examination: examination}
			outcomes[i] = triage.Outcome{Medium: id, Finding: triage.Benign, Examination: &examination} // in no group
			g.Go(func() {
				if err := h.archive.PutMedium(ctx, id, triage.Slot{Exhibit: x.ID, Part: part, Generation: 1}, bytes.NewReader(contents[i]), int64(len(contents[i]))); err != nil {
					h.t.Error(err)
				}
				at, err := h.archive.PutExamination(ctx, filed[i].ExaminationRecord)
				if filed[i].At = at; err != nil {
					h.t.Error(err)
				}
			})
		}
		g.Wait()
		if _, err := h.views.Media.FileExaminations(ctx, filed...); err != nil {
			h.t.Fatal(err)
		}
		if err := h.views.Outcomes.Apply(ctx, outcomes...); err != nil {
			h.t.Fatal(err)
		}
	}
	return listed
}
