package journal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/store/journal"
	"vigie/store/objects"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// fillMixed appends n events, of which every lasting-th changes a projection, and has them sealed.
func fillMixed(t testing.TB, s objects.Store, j *journal.Journal, n, lasting int, data string) {
	t.Helper()
	var wg sync.WaitGroup
	const writers = 500
	for w := range writers {
		wg.Go(func() {
			for i := w; i < n; i += writers {
				ev := event(fmt.Sprintf("s-%d", i))
				if i%lasting == 0 {
					ev.Kind, ev.Data = triage.DecisionMade, json.RawMessage(data)
				}
				if _, err := j.Append(t.Context(), ev); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	step(t, keeper(t, s, journal.KeeperOptions{}))
}

func compactor(t testing.TB, s objects.Store) *journal.Compactor {
	return &journal.Compactor{Store: objects.Keyed{Store: s}, Every: 1, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
}

// lasting reads the events that change a projection, out of the journal itself.
func lasting(t testing.TB, j *journal.Journal, from uint64) (events []string) {
	t.Helper()
	for ev, err := range j.Read(t.Context(), from) {
		if err != nil {
			t.Fatal(err)
		}
		if !ev.Kind.Traceless() {
			events = append(events, told(t, ev))
		}
	}
	return events
}

func told(t testing.TB, ev triage.Event) string {
	t.Helper()
	text, err := json.Marshal(ev)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// replayed reads the same by Replay, and counts all events that it yields.
func replayed(t testing.TB, j *journal.Journal, from uint64) (events []string, all int) {
	t.Helper()
	last := uint64(0)
	for ev, err := range j.Replay(t.Context(), from) {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Seq <= last || ev.Seq < from {
			t.Fatalf("event %d after %d, from %d on", ev.Seq, last, from)
		}
		last = ev.Seq
		all++
		if !ev.Kind.Traceless() {
			events = append(events, told(t, ev))
		}
	}
	return events, all
}

// snapshots lists the objects of snapshots.
func snapshots(t testing.TB, s objects.Store) (keys []string) {
	t.Helper()
	for info, err := range s.List(t.Context(), "records/snapshots/", "") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, info.Key)
	}
	return keys
}

// large are details that make a decision 45 kB: 25 of them are more than one part.
var large = `"` + strings.Repeat("x", 45_000) + `"`

// TestSnapshot replays the same events with a snapshot as without, from wherever it starts, and reads fewer.
func TestSnapshot(t *testing.T) {
	s := objectstest.NewFaulty(folder(t))
	j := open(t, s)
	fillMixed(t, s, j, journal.SegmentEvents, 400, large)
	appendTo(t, j, "a")
	if err := compactor(t, s).Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys := snapshots(t, s)
	if len(keys) != 3 || !strings.HasSuffix(keys[2], "/head") {
		t.Fatalf("%q", keys)
	}
	s.Set()
	if err := compactor(t, s).Step(t.Context()); err != nil || s.Calls("Put") != 0 {
		t.Errorf("%d objects written by another process, %v", s.Calls("Put"), err)
	}
	for _, from := range []uint64{0, 2, 9_000, journal.SegmentEvents, journal.SegmentEvents + 1, journal.SegmentEvents + 2} {
		got, _ := replayed(t, j, from)
		if want := lasting(t, j, from); !slices.Equal(got, want) {
			t.Errorf("from %d on: %d events instead of %d", from, len(got), len(want))
		}
	}
	if _, all := replayed(t, j, 1); all > 1_000 {
		t.Errorf("%d events are replayed: the snapshot is not used", all)
	}
	if got := faulty(t, auditor(s)); got != nil {
		t.Errorf("the audit faults %q", got)
	}
	report, err := auditor(s).Verify(t.Context(), nil)
	if err != nil || report.Snapshots != 1 {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestSnapshotFades: what fades is kept while it counts, and left out of later snapshots; a snapshot is never made of one that left out more.
func TestSnapshotFades(t *testing.T) {
	s := objectstest.NewFaulty(folder(t))
	at := noon
	j, err := journal.Open(t.Context(), objects.Keyed{Store: s}, journal.Options{Now: func() time.Time { return at }, Nonce: rand.Text})
	if err != nil {
		t.Fatal(err)
	}
	shown := func(when time.Time) uint64 {
		t.Helper()
		at = when
		ev, err := j.Append(t.Context(), triage.Event{Actor: "a1", Kind: triage.PictureServed, Subject: "g", Data: json.RawMessage(`{"picture":0}`)})
		if err != nil {
			t.Fatal(err)
		}
		return ev.Seq
	}
	fill := func(end time.Time) {
		t.Helper()
		at = end
		fillMixed(t, s, j, journal.SegmentEvents, 5_000, `"x"`)
		if err := compactor(t, s).Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := faulty(t, auditor(s)); got != nil {
			t.Errorf("the audit faults %q", got)
		}
	}
	left := func() (seqs []uint64) {
		t.Helper()
		for ev, err := range j.Replay(t.Context(), 1) {
			if err != nil {
				t.Fatal(err)
			}
			if ev.Kind.Fades() {
				seqs = append(seqs, ev.Seq)
			}
		}
		return seqs
	}
	old, recent := shown(noon), shown(noon.Add(30*24*time.Hour))
	fill(noon.Add(31 * 24 * time.Hour))
	if got := left(); !slices.Equal(got, []uint64{old, recent}) {
		t.Errorf("kept are %d", got)
	}
	last := shown(noon.Add(40 * 24 * time.Hour))
	fill(noon.Add(40 * 24 * time.Hour))
	if got := left(); !slices.Equal(got, []uint64{recent, last}) {
		t.Errorf("after 40 days, kept are %d", got)
	}
	fill(noon.Add(32 * 24 * time.Hour)) // a clock that was put back
	if got := left(); !slices.Equal(got, []uint64{old, recent, last}) {
		t.Errorf("when the clock was put back, kept are %d", got)
	}
}

// TestSnapshotFaults: at every write, in both ways, nothing is replayed otherwise, and the next try ends it.
func TestSnapshotFaults(t *testing.T) {
	for _, after := range []bool{false, true} {
		s := objectstest.NewFaulty(folder(t))
		j := open(t, s)
		fillMixed(t, s, j, journal.SegmentEvents, 400, large)
		want := lasting(t, j, 1)
		for put := 1; ; put++ {
			for _, key := range snapshots(t, s) {
				if err := s.Delete(t.Context(), key); err != nil {
					t.Fatal(err)
				}
			}
			s.Set(objectstest.Fault{Method: "Put", Call: put, After: after})
			c := compactor(t, s)
			err := c.Step(t.Context())
			s.Set()
			if err == nil {
				if put != 4 {
					t.Errorf("%d writes", put-1)
				}
				break
			}
			if got, _ := replayed(t, j, 1); !slices.Equal(got, want) {
				t.Errorf("after a fault at write %d (after: %v): %d events instead of %d", put, after, len(got), len(want))
			}
			if put == 3 && len(faulty(t, auditor(s))) > 0 { // all but the answer, or all but the head
				t.Errorf("after a fault at write %d (after: %v) the audit finds something", put, after)
			}
			if err := c.Step(t.Context()); err != nil || len(snapshots(t, s)) != 3 {
				t.Errorf("the next try: %q, %v", snapshots(t, s), err)
			}
		}
	}
}

// TestSnapshotsGo: the last two stay, and nothing of one that was never finished; what could not be removed goes the next
// time.
func TestSnapshotsGo(t *testing.T) {
	s := objectstest.NewFaulty(folder(t))
	j := open(t, s)
	c := compactor(t, s)
	save(t, s, "records/snapshots/0000000000000007/00000000", []byte("of a process that died"))
	for n := range 3 {
		fillMixed(t, s, j, journal.SegmentEvents, 2000, `"small"`)
		for _, after := range []bool{false, true} {
			s.Set(objectstest.Fault{Method: "Delete", Call: 1, After: after})
			err := c.Step(t.Context())
			s.Set()
			if (err != nil) != (n != 1) { // there is something to remove, of the one that died and of the first
				t.Fatalf("snapshot %d (after: %v): %v", n, after, err)
			}
		}
		if err := c.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"records/snapshots/0000000000020000/00000000", "records/snapshots/0000000000020000/head",
		"records/snapshots/0000000000030000/00000000", "records/snapshots/0000000000030000/head",
	}
	if got := snapshots(t, s); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := faulty(t, auditor(s)); got != nil {
		t.Errorf("the audit faults %q", got)
	}
}

// TestSnapshotRefused: whatever is wrong with a snapshot, the same is replayed, the warning names it, and an audit says so
// where something was changed.
func TestSnapshotRefused(t *testing.T) {
	s := folder(t)
	j := open(t, s)
	for range 2 {
		fillMixed(t, s, j, journal.SegmentEvents, 2000, `"small"`)
		if err := compactor(t, s).Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	other := folder(t)
	foreign := open(t, other)
	for range 2 {
		fillMixed(t, other, foreign, journal.SegmentEvents, 2000, `"another"`)
	}
	if err := compactor(t, other).Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	const older, newer = "records/snapshots/0000000000010000/", "records/snapshots/0000000000020000/"
	garbage := func(raw []byte) []byte { raw = bytes.Clone(raw); raw[len(raw)/2] ^= 1; return raw }
	for _, c := range []struct {
		name, key string
		change    func(raw []byte) []byte // nil: removed
		audited   bool
	}{
		{"head tampered", newer + "head", garbage, true},
		{"part tampered", newer + "00000000", garbage, true},
		{"part missing", newer + "00000000", nil, true},
		{"head missing", newer + "head", nil, false},
		{"head cut", newer + "head", func(raw []byte) []byte { return raw[:len(raw)/2] }, true},
		{"part cut", newer + "00000000", func(raw []byte) []byte { return raw[:len(raw)/2] }, true},
		{"swapped", newer + "head", func([]byte) []byte { return load(t, s, older+"head") }, true},
		{"part of another", newer + "00000000", func([]byte) []byte { return load(t, s, older+"00000000") }, true},
		{"foreign", newer + "head", func([]byte) []byte { return load(t, other, newer+"head") }, true},
		{"part of a foreign one", newer + "00000000", func([]byte) []byte { return load(t, other, newer+"00000000") }, true},
		{"of a version that leaves out more", newer + "head", leavingOut("group.decided"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := load(t, s, c.key)
			if c.change == nil {
				if err := s.Delete(t.Context(), c.key); err != nil {
					t.Fatal(err)
				}
			} else {
				save(t, s, c.key, c.change(raw))
			}
			defer save(t, s, c.key, raw)
			var log bytes.Buffer
			warned, err := journal.Open(t.Context(), objects.Keyed{Store: s}, journal.Options{
				Now: time.Now, Nonce: func() string { return "n" }, Log: slog.New(slog.NewTextHandler(&log, nil)),
			})
			if err != nil {
				t.Fatal(err)
			}
			got, all := replayed(t, warned, 1)
			if want := lasting(t, j, 1); !slices.Equal(got, want) {
				t.Errorf("%d events instead of %d", len(got), len(want))
			}
			if all < 10_000 || all > 10_100 {
				t.Errorf("%d events are replayed: the older one is not used, or the newer one is", all)
			}
			if told := strings.Contains(log.String(), "object="+c.key); told != (c.name != "head missing") {
				t.Errorf("the log: %s", log.String())
			}
			if got := faulty(t, auditor(s)); slices.Contains(got, c.key) != c.audited || len(got) > 1 {
				t.Errorf("the audit faults %q", got)
			}
		})
	}
}

// leavingOut makes a head say that it leaves out one more kind of event.
func leavingOut(kind string) func(raw []byte) []byte {
	return func(raw []byte) []byte {
		_, body, _ := bytes.Cut(raw, []byte("\n"))
		body = bytes.Replace(body, []byte(`"without":[`), []byte(`"without":["`+kind+`",`), 1)
		return journal.WithSnapshotHeader(body)
	}
}

// TestSnapshotForged: one that is whole in itself but says something else is seen by an audit.
func TestSnapshotForged(t *testing.T) {
	s := folder(t)
	j := open(t, s)
	fillMixed(t, s, j, journal.SegmentEvents, 2000, `"small"`)
	if err := compactor(t, s).Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	const head, part = "records/snapshots/0000000000010000/head", "records/snapshots/0000000000010000/00000000"
	_, body, _ := bytes.Cut(load(t, s, part), []byte("\n"))
	changed := bytes.Replace(body, []byte("small"), []byte("forged"), 1)
	save(t, s, part, journal.WithSnapshotHeader(changed))
	_, headBody, _ := bytes.Cut(load(t, s, head), []byte("\n"))
	save(t, s, head, journal.WithSnapshotHeader(bytes.Replace(headBody, []byte(journal.HashOf(body)), []byte(journal.HashOf(changed)), 1)))
	if got := faulty(t, auditor(s)); !slices.Equal(got, []string{head}) {
		t.Errorf("the audit faults %q", got)
	}
}
