package journal_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"vigie/store/embedded/embeddedtest"
	"vigie/store/journal"
	"vigie/store/objects"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

func folder(t testing.TB) objects.Store {
	t.Helper()
	s, err := objects.OpenFolder(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sealedMinio(t testing.TB) objects.Store {
	t.Helper()
	c := embeddedtest.Minio(t)
	inner, err := objects.OpenMinio(t.Context(), objects.MinioConfig{
		Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, BucketPrefix: c.Prefix,
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := objects.Seal(inner, bytes.Repeat([]byte{7}, objects.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A clock that stands still: what Append stamps can be compared.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 123, time.FixedZone("CET", 3600))

func open(t testing.TB, s objects.Store) *journal.Journal {
	t.Helper()
	j, err := tryOpen(t, s)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func tryOpen(t testing.TB, s objects.Store) (*journal.Journal, error) {
	t.Helper()
	return journal.Open(t.Context(), objects.Keyed{Store: s}, journal.Options{Now: func() time.Time { return noon }, Nonce: rand.Text})
}

func event(subject string) triage.Event {
	return triage.Event{Actor: "actor-1", Kind: triage.HashChecked, Subject: subject, Data: json.RawMessage(`{"n":1}`)}
}

func appendTo(t testing.TB, j *journal.Journal, subject string) triage.Event {
	t.Helper()
	ev, err := j.Append(t.Context(), event(subject))
	if err != nil {
		t.Fatalf("Append %s: %v", subject, err)
	}
	return ev
}

// subjects reads the journal from number from on and checks what every event must have.
func subjects(t testing.TB, j *journal.Journal, from uint64) []string {
	t.Helper()
	var got []string
	want := max(from, 1)
	for ev, err := range j.Read(t.Context(), from) {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Seq != want || ev.Time != noon.UTC() || ev.Actor != "actor-1" || ev.Kind != triage.HashChecked || string(ev.Data) != `{"n":1}` {
			t.Fatalf("event %+v, want number %d", ev, want)
		}
		want++
		got = append(got, ev.Subject)
	}
	return got
}

func TestEmptyJournal(t *testing.T) {
	s := folder(t)
	for range 2 { // the second Open finds what the first began
		j := open(t, s)
		if got := subjects(t, j, 0); got != nil {
			t.Errorf("events in an empty journal: %q", got)
		}
		if head, err := j.Head(t.Context()); head != 0 || err != nil {
			t.Errorf("head %d, %v", head, err)
		}
		if err := j.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestAppendAndRead(t *testing.T) {
	s := folder(t)
	j := open(t, s)
	var want []string
	for i := range 40 {
		subject := fmt.Sprintf("s-%d", i)
		want = append(want, subject)
		if ev := appendTo(t, j, subject); ev.Seq != uint64(i+1) || ev.Time != noon.UTC() || ev.Subject != subject {
			t.Fatalf("%+v", ev)
		}
		if i%13 == 0 {
			j = open(t, s) // finds the head, wherever it is
		}
	}
	for from := range uint64(45) {
		if got := subjects(t, j, from); !slices.Equal(got, want[min(max(from, 1)-1, 40):]) {
			t.Errorf("from %d: %q", from, got)
		}
	}
	for range j.Read(t.Context(), 1) {
		break // a consumer may stop
	}
	other := open(t, s)
	appendTo(t, other, "by another")
	if head, err := j.Head(t.Context()); head != 41 || err != nil {
		t.Errorf("head %d, %v: the other process's event is missing", head, err)
	}
}

func TestAppendRefuses(t *testing.T) {
	j := open(t, folder(t))
	for _, c := range []struct {
		name string
		data string
		kind triage.Kind
	}{
		{"no JSON", `{"n":`, triage.Invalid},
		{"too large", `"` + string(bytes.Repeat([]byte("x"), 1<<20)) + `"`, triage.TooLarge},
	} {
		_, err := j.Append(t.Context(), triage.Event{Kind: triage.HashChecked, Data: json.RawMessage(c.data)})
		if !triage.IsKind(err, c.kind) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if got := subjects(t, j, 1); got != nil {
		t.Errorf("recorded all the same: %q", got)
	}
}

func TestManyWritersOneOrder(t *testing.T) {
	for name, open1 := range map[string]func(testing.TB) objects.Store{"folder": folder, "sealed minio": sealedMinio} {
		t.Run(name, func(t *testing.T) { manyWriters(t, open1(t)) })
	}
}

func manyWriters(t *testing.T, s objects.Store) {
	const writers, each = 8, 10
	journals := []*journal.Journal{open(t, s), open(t, s)}
	var mu sync.Mutex
	told := map[uint64]string{}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			last := uint64(0)
			for i := range each {
				subject := fmt.Sprintf("w%d-%d", w, i)
				ev, err := journals[w%2].Append(t.Context(), event(subject))
				if err != nil {
					t.Errorf("%s: %v", subject, err)
					return
				}
				if ev.Seq <= last {
					t.Errorf("%s got %d after %d", subject, ev.Seq, last)
				}
				last = ev.Seq
				mu.Lock()
				told[ev.Seq] = subject
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	got := subjects(t, open(t, s), 1)
	if len(got) != writers*each || len(told) != writers*each {
		t.Fatalf("%d events in the journal, %d numbers told, %d appended", len(got), len(told), writers*each)
	}
	for i, subject := range got {
		if told[uint64(i+1)] != subject {
			t.Errorf("event %d is %s, its writer was told that it is %s", i+1, subject, told[uint64(i+1)])
		}
	}
	if err := journals[0].Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// At every write, in both ways: the journal never tells "done" of what is not there, never writes twice, and goes on.
func TestFaultsAtEveryWrite(t *testing.T) {
	for _, after := range []bool{false, true} {
		for at := 1; at <= 5; at++ {
			t.Run(fmt.Sprintf("after=%v/write %d", after, at), func(t *testing.T) {
				s := objectstest.NewFaulty(folder(t))
				j := open(t, s)
				s.Set(objectstest.Fault{Method: "Put", Call: at, After: after})
				var done []string
				for i := range 5 {
					subject := fmt.Sprintf("s-%d", i)
					_, err := j.Append(t.Context(), event(subject))
					switch {
					case err == nil:
						done = append(done, subject)
					case after || !triage.IsKind(err, triage.Unavailable) || i+1 != at:
						t.Errorf("Append %d: %v", i, err)
					}
				}
				s.Set()
				if got := subjects(t, open(t, s), 1); !slices.Equal(got, done) {
					t.Errorf("journal %q, told %q", got, done)
				}
				if err := j.Verify(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// A store without room is said to be full, not to be away: who waits for room waits for as long as it takes.
func TestFullStore(t *testing.T) {
	s := objectstest.NewFaulty(folder(t))
	j := open(t, s)
	full := triage.E(triage.Full, "put", "", "the disk is full", nil)
	s.Set(objectstest.Fault{Method: "Put", Call: 1, Err: full}, objectstest.Fault{Method: "Put", Call: 2, Err: full, After: true})
	if _, err := j.Append(t.Context(), event("refused")); !triage.IsKind(err, triage.Full) {
		t.Errorf("%v", err)
	}
	if ev := appendTo(t, j, "kept"); ev.Seq != 1 { // its answer was lost
		t.Errorf("number %d", ev.Seq)
	}
	if got := subjects(t, j, 1); !slices.Equal(got, []string{"kept"}) {
		t.Errorf("%q", got)
	}
}

// When reading back fails too, the outcome is unknown, and nothing more is written until the head was read again.
func TestUnknownOutcome(t *testing.T) {
	for _, persisted := range []bool{false, true} {
		s := objectstest.NewFaulty(folder(t))
		j := open(t, s)
		appendTo(t, j, "before")
		s.Set(objectstest.Fault{Method: "Put", Call: 1, After: persisted}, objectstest.Fault{Method: "Get"})
		if _, err := j.Append(t.Context(), event("unclear")); !triage.IsKind(err, triage.Unknown) {
			t.Fatalf("persisted=%v: %v", persisted, err)
		}
		if _, err := j.Append(t.Context(), event("refused")); !triage.IsKind(err, triage.Unavailable) || s.Calls("Put") != 1 {
			t.Errorf("persisted=%v: %v after %d writes: written without knowing the head", persisted, err, s.Calls("Put"))
		}
		s.Set()
		want := []string{"before", "unclear", "after"}
		if !persisted {
			want = []string{"before", "after"}
		}
		if ev := appendTo(t, j, "after"); ev.Seq != uint64(len(want)) {
			t.Errorf("persisted=%v: number %d", persisted, ev.Seq)
		}
		if got := subjects(t, j, 1); !slices.Equal(got, want) {
			t.Errorf("persisted=%v: %q", persisted, got)
		}
		if err := j.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestFaultsAtOpen(t *testing.T) {
	for _, fault := range []objectstest.Fault{
		{Method: "Put", Call: 1}, {Method: "Put", Call: 1, After: true}, {Method: "Put", Call: 2}, {Method: "Get", Call: 1}, {Method: "Get", Call: 2}, {Method: "List", Call: 1},
	} {
		inner := folder(t)
		if _, err := tryOpen(t, objectstest.NewFaulty(inner, fault)); !triage.IsKind(err, triage.Unavailable) {
			t.Errorf("%+v: %v", fault, err)
		}
		j := open(t, inner)
		appendTo(t, j, "later")
		if err := j.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// careless overwrites where it should refuse.
type careless struct{ objects.Store }

func (c careless) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	return c.Replace(ctx, key, r, size)
}

func TestOpenRefusesAStoreThatOverwrites(t *testing.T) {
	inner := folder(t)
	if _, err := tryOpen(t, careless{inner}); !triage.IsKind(err, triage.Invalid) {
		t.Errorf("empty: %v", err)
	}
	appendTo(t, open(t, inner), "kept")
	if _, err := tryOpen(t, careless{inner}); !triage.IsKind(err, triage.Invalid) {
		t.Errorf("with events: %v", err)
	}
	if got := subjects(t, open(t, inner), 1); !slices.Equal(got, []string{"kept"}) {
		t.Errorf("the probe did harm: %q", got)
	}
}

func key(n int) string { return fmt.Sprintf("journal/%016d", n) }

func load(t *testing.T, s objects.Store, key string) []byte {
	t.Helper()
	r, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return b
}

func save(t *testing.T, s objects.Store, key string, b []byte) {
	t.Helper()
	if err := s.Replace(t.Context(), key, bytes.NewReader(b), int64(len(b))); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	const events = 6 // in objects 1 to 6
	for _, c := range []struct {
		name   string
		tamper func(t *testing.T, s objects.Store)
		wrong  string // the object named
		opens  bool   // the head is intact: Open cannot know
	}{
		{"nothing", func(*testing.T, objects.Store) {}, "", true},
		{"first removed", func(t *testing.T, s objects.Store) { remove(t, s, 0) }, key(0), true},
		{"one removed", func(t *testing.T, s objects.Store) { remove(t, s, 3) }, key(3), true},
		{"two removed", func(t *testing.T, s objects.Store) { remove(t, s, 3); remove(t, s, 4) }, key(3), true},
		{"one before the last removed", func(t *testing.T, s objects.Store) { remove(t, s, 5) }, key(5), false},
		{"last removed", func(t *testing.T, s objects.Store) { remove(t, s, 6) }, key(6), true},
		{"two swapped", func(t *testing.T, s objects.Store) {
			a, b := load(t, s, key(2)), load(t, s, key(4))
			save(t, s, key(2), b)
			save(t, s, key(4), a)
		}, key(2), true},
		{"one doubled", func(t *testing.T, s objects.Store) { save(t, s, key(7), load(t, s, key(6))) }, key(7), false},
		{"cut", func(t *testing.T, s objects.Store) { b := load(t, s, key(2)); save(t, s, key(2), b[:len(b)/2]) }, key(2), true},
		{"emptied", func(t *testing.T, s objects.Store) { save(t, s, key(2), nil) }, key(2), true},
		{"stranger", func(t *testing.T, s objects.Store) { save(t, s, "journal/000x", []byte("hello")) }, "journal/000x", false},
		{"rewritten", func(t *testing.T, s objects.Store) { save(t, s, key(4), forge(t, load(t, s, key(4)))) }, key(4), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := folder(t)
			j := open(t, s)
			for i := range events {
				appendTo(t, j, fmt.Sprintf("s-%d", i))
			}
			c.tamper(t, s)
			err := j.Verify(t.Context())
			if c.wrong == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e, ok := errors.AsType[*triage.Error](err)
			if !ok || e.Kind != triage.Corrupt || e.Object != c.wrong {
				t.Errorf("Verify: %v, want Corrupt %s", err, c.wrong)
			}
			if _, err := tryOpen(t, s); (err == nil) != c.opens || err != nil && !triage.IsKind(err, triage.Corrupt) {
				t.Errorf("Open: %v", err)
			}
		})
	}
}

func remove(t *testing.T, s objects.Store, n int) {
	t.Helper()
	if err := s.Delete(t.Context(), key(n)); err != nil {
		t.Fatal(err)
	}
}

// forge changes an event and makes the object look whole again, as somebody would who knows the format.
func forge(t *testing.T, raw []byte) []byte {
	t.Helper()
	_, body, _ := bytes.Cut(raw, []byte("\n"))
	changed := bytes.Replace(body, []byte("actor-1"), []byte("actor-2"), 1)
	if bytes.Equal(changed, body) {
		t.Fatal("nothing to change")
	}
	return journal.WithHeader(changed)
}

func TestVerifyFindsEveryFlippedByte(t *testing.T) {
	s := folder(t)
	j := open(t, s)
	for i := range 3 {
		appendTo(t, j, fmt.Sprintf("s-%d", i))
	}
	for n := range 4 {
		raw := load(t, s, key(n))
		for i := n; i < len(raw); i += 7 {
			changed := bytes.Clone(raw)
			changed[i] ^= 1 << (i % 8)
			save(t, s, key(n), changed)
			if e, ok := errors.AsType[*triage.Error](j.Verify(t.Context())); !ok || e.Kind != triage.Corrupt || e.Object != key(n) {
				t.Fatalf("byte %d of object %d: %v", i, n, e)
			}
		}
		save(t, s, key(n), raw)
	}
	if err := j.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// A process that goes on after its head was taken away must not start another chain.
func TestAppendAfterTampering(t *testing.T) {
	s := folder(t)
	j := open(t, s)
	appendTo(t, j, "a")
	other := open(t, s)
	appendTo(t, other, "b")
	save(t, s, key(2), forge(t, load(t, s, key(2))))
	appendTo(t, j, "c") // follows the forged one: this process never saw the other version
	if _, err := other.Append(t.Context(), event("d")); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("appended to a chain that is not the one it knew: %v", err)
	}
	if err := other.Verify(t.Context()); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("Verify: %v", err)
	}
}

// Run with: go test -run '^$' -bench Append -count=6 ./store/journal | benchstat -
func BenchmarkAppend(b *testing.B) {
	for _, store := range []struct {
		name string
		open func(testing.TB) objects.Store
	}{{"folder", folder}, {"minio", sealedMinio}} {
		for _, writers := range []int{1, 16, 256} {
			b.Run(fmt.Sprintf("%s/writers=%d", store.name, writers), func(b *testing.B) {
				j := open(b, store.open(b))
				work := make(chan struct{})
				var wg sync.WaitGroup
				for range writers {
					wg.Go(func() {
						for range work {
							if _, err := j.Append(b.Context(), event("s")); err != nil {
								b.Error(err)
							}
						}
					})
				}
				for b.Loop() {
					work <- struct{}{}
				}
				close(work)
				wg.Wait()
			})
		}
	}
}
