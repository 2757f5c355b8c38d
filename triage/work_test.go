package triage_test

import (
	"bytes"
	"context"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/store/work"
	"vigie/triage"
)

// What is decoded are the bytes of the name: others are no examination, however often they are read.
func TestOtherBytesThanTheName(t *testing.T) {
	h := newHouse(t)
	h.worker.Names = triage.NewNames([32]byte{2}) // by which the medium has another name
	p := newPicture(t, "a.jpg", 1)
	x := h.mustSubmit("S1", p)
	h.run()
	h.settle(x)
	if f := h.findings(x)["a.jpg"]; f.Finding != triage.Unreadable || f.Reason != triage.FailedRepeatedly {
		t.Errorf("found %s, %q", f.Finding, f.Reason)
	}
}

// A medium that is larger than what is read ahead is handed on while it is read, whole; the rest stays where it is until
// the decoder asks for it.
func TestLargeMediaAreNotHeld(t *testing.T) {
	const size = 20 << 20
	h := newHouse(t)
	content := bytes.Repeat([]byte("\xff\xd8\xff more than fits into a buffer"), size/32)
	large := newItem("large.jpg", content)
	var read atomic.Int64
	h.worker.Archive, h.worker.Parallel = countingArchive{h.archive, &read}, 1
	h.decoder = decoderFunc(func(_ context.Context, r io.Reader, announced int64) (hashing.Examination, error) {
		if before := read.Load(); before == 0 || before > size/4 {
			t.Errorf("%d bytes were read before the decoder asked", before)
		}
		got := hashing.NewDigester()
		n, err := io.Copy(got, r)
		if err != nil || n != announced || got.Sum() != *large.item.Digests {
			t.Errorf("%d bytes of %d, %v", n, announced, err)
		}
		return hashing.Examination{Facts: hashing.Facts{Kind: hashing.KindPicture}, Unreadable: "corrupt"}, err
	})
	x := h.mustSubmit("S1", large)
	h.run()
	if p := h.settle(x); p.Media[triage.Unreadable] != 1 {
		t.Errorf("%+v", p)
	}
}

type decoderFunc func(context.Context, io.Reader, int64) (hashing.Examination, error)

func (f decoderFunc) Examine(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error) {
	return f(ctx, r, size)
}

// countingArchive counts the bytes that are read of the medium that was opened last.
type countingArchive struct {
	triage.MediaArchive
	read *atomic.Int64
}

func (a countingArchive) OpenMedium(ctx context.Context, id triage.MediumID, from int) (io.ReadCloser, int64, error) {
	a.read.Store(0)
	body, size, err := a.MediaArchive.OpenMedium(ctx, id, from)
	return countingBody{body, a.read}, size, err
}

type countingBody struct {
	io.ReadCloser
	read *atomic.Int64
}

func (b countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read.Add(int64(n))
	return n, err
}

// A job that comes before the end of its upload waits anew, however often: only what befell a worker counts against it.
func TestJobBeforeItsUpload(t *testing.T) {
	h := newHouse(t)
	ctx, p := t.Context(), newPicture(t, "a.jpg", 1)
	x, part, _ := h.listed("S1", p)
	id := h.names.Medium(p.item.Digests.SHA256)
	medium, err := h.views.Media.Medium(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.archive.PutMedium(ctx, id, medium.Slot, bytes.NewReader(p.bytes), int64(len(p.bytes))); err != nil {
		t.Fatal(err)
	}
	if err := h.jobs.Enqueue(ctx, id); err != nil {
		t.Fatal(err)
	}
	first := h.rdb.XRange(ctx, "t:jobs", "-", "+").Val()
	h.run()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		now := h.rdb.XRange(ctx, "t:jobs", "-", "+").Val()
		if len(now) == 1 && now[0].ID != first[0].ID {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the job is not queued anew: %v", now)
		}
	}
	if err := h.submit.Upload(ctx, h.examiner, p.item.Digests.SHA256, bytes.NewReader(p.bytes), int64(len(p.bytes))); err != nil {
		t.Fatal(err)
	}
	if _, err := h.submit.Seal(ctx, h.examiner, x.ID, []triage.PartID{part}); err != nil {
		t.Fatal(err)
	}
	if p := h.settle(x.ID); p.Media[triage.Unreadable] != 0 {
		t.Errorf("%+v", p)
	}
}

// Media are written many in a call; one that cannot be written does not hold up the others.
func TestOneDoesNotHoldUpOthers(t *testing.T) {
	for name, spoil := range map[string]func(*house, triage.MediumID){
		"its record": func(h *house, bad triage.MediumID) { h.worker.Examinations = refusingArchive{h.archive, bad} },
		"its match":  func(h *house, bad triage.MediumID) { h.worker.Matcher = refusingMatcher{h.mirror, h, bad} },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			var all []picture
			for i := range 8 {
				all = append(all, newPicture(t, string(rune('a'+i))+".jpg", i))
			}
			x := h.mustSubmit("S1", all...)
			spoil(h, h.names.Medium(all[3].item.Digests.SHA256))
			h.run()
			for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
				p, err := h.submit.Progress(t.Context(), h.examiner, x)
				if err != nil {
					t.Fatal(err)
				}
				if p.Pending == 1 {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("%d media are held up, not one", p.Pending)
				}
			}
		})
	}
}

var errRefused = triage.E(triage.Internal, "test", "", "", nil)

// refusingArchive keeps no examination of one medium.
type refusingArchive struct {
	triage.ExaminationArchive
	bad triage.MediumID
}

func (a refusingArchive) PutExamination(ctx context.Context, x triage.ExaminationRecord) (triage.Locator, error) {
	if x.Medium == a.bad {
		return triage.Locator{}, errRefused
	}
	return a.ExaminationArchive.PutExamination(ctx, x)
}

// refusingMatcher fails whenever one medium is among those to be matched.
type refusingMatcher struct {
	triage.Matcher
	h   *house
	bad triage.MediumID
}

func (m refusingMatcher) Match(ctx context.Context, probes []triage.Probe) ([][]triage.Match, triage.Epoch, error) {
	medium, err := m.h.views.Media.Medium(ctx, m.bad)
	if err != nil {
		return nil, 0, err
	}
	for _, p := range probes {
		if p.Keys == medium.Keys {
			return nil, 0, errRefused
		}
	}
	return m.Matcher.Match(ctx, probes)
}

// A pack counts as done when its examinations have taken effect, and not before: whoever catches up begins behind it.
func TestPacksAreNotedLast(t *testing.T) {
	h := newHouse(t)
	var refused atomic.Int32
	h.worker.Outcomes = refusingOutcomes{h.views.Outcomes, &refused}
	x := h.mustSubmit("S1", newPicture(t, "a.jpg", 1))
	stop := h.run()
	for deadline := time.Now().Add(20 * time.Second); refused.Load() == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing was applied")
		}
	}
	stop()
	noted := func() map[string]uint64 {
		marks, err := h.views.Marks.Marks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return marks.Packs
	}
	if packs := noted(); len(packs) > 0 {
		t.Errorf("noted before they took effect: %v", packs)
	}
	h.worker.Outcomes = h.views.Outcomes
	h.run()
	h.settle(x)
	if packs := noted(); len(packs) != 1 {
		t.Errorf("noted: %v", packs)
	}
}

// refusingOutcomes applies none.
type refusingOutcomes struct {
	triage.OutcomeStore
	refused *atomic.Int32
}

func (o refusingOutcomes) Apply(context.Context, ...triage.Outcome) error {
	o.refused.Add(1)
	return errRefused
}

// What the stages took is told to the meter, medium by medium, and added up with the exhibit.
func TestStages(t *testing.T) {
	h := newHouse(t)
	meter := &notes{took: make(map[triage.Stage]int), concluded: make(map[string]int), received: make(map[string]int)}
	h.worker.Meter, h.submit.Meter = meter, meter
	h.worker.Jobs = work.New(h.rdb, "t:", time.Minute) // on a busy machine a job would be taken over, and counted twice
	h.decoder = decoderFunc(func(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error) {
		x, err := inProcess{}.Examine(ctx, r, size)
		x.Effort = hashing.Effort{Decode: 2 * time.Second, Hash: time.Second}
		return x, err
	})
	p := newPicture(t, "a.jpg", 1)
	broken := newItem("broken.jpg", p.bytes[:len(p.bytes)/4])
	x := h.mustSubmit("S1", p, broken, newItem("note.txt", []byte("a note")))
	h.run()
	spent := h.settle(x).Spent
	if spent[triage.StageDecode] != 4*time.Second || spent[triage.StageHash] != 2*time.Second {
		t.Errorf("decoding and hashing took %+v", spent)
	}
	for _, s := range triage.Stages {
		if spent[s] <= 0 || spent[s] > time.Minute || meter.took[s] != 2 {
			t.Errorf("%s took %s, told %d times", s, spent[s], meter.took[s])
		}
	}
	if meter.concluded[""] != 1 || meter.concluded["truncated"] != 1 {
		t.Errorf("concluded %v", meter.concluded)
	}
	// Submitted again, nothing is examined again.
	h.mustSubmit("S2", p, broken)
	if got := meter.received; got["not-media"] != 1 || got[triage.MediaWanted] != 2 || got[triage.MediaQueued] != 2 || got[triage.MediaHeld] != 2 {
		t.Errorf("received %v", got)
	}
	if again := h.settle(h.names.Exhibit("2026/1", "S2")).Spent; len(again) > 0 {
		t.Errorf("what was held took %v", again)
	}
}

// notes is a Meter that remembers.
type notes struct {
	mu        sync.Mutex // guards what follows
	took      map[triage.Stage]int
	concluded map[string]int // by reason
	received  map[string]int
}

func (n *notes) Took(s triage.Stage, d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.took[s]++
}

func (n *notes) Concluded(_ triage.Finding, unreadable string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.concluded[unreadable]++
}

func (n *notes) Received(what string, count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.received[what] += count
}
