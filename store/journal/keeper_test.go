package journal_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"vigie/store/embedded/embeddedtest"
	"vigie/store/journal"
	"vigie/store/objects"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

var signer = func() *journal.Signer {
	s, err := journal.NewSigner([32]byte{1, 2, 3})
	if err != nil {
		panic(err)
	}
	return s
}()

// fill appends n events with many writers, so that there are few blocks, but at least ten.
func fill(t testing.TB, j *journal.Journal, n int) {
	t.Helper()
	writers := min(500, max(1, n/10))
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := w; i < n; i += writers {
				if _, err := j.Append(t.Context(), event(fmt.Sprintf("s-%d", i))); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// keeper returns one whose clock goes on by an hour with every look, so that a checkpoint is always due.
func keeper(t testing.TB, s objects.Store, o journal.KeeperOptions) *journal.Keeper {
	t.Helper()
	hours := 0
	j, err := journal.Open(t.Context(), objects.Keyed{Store: s}, journal.Options{
		Nonce: func() string { return "never used" },
		Now:   func() time.Time { hours++; return time.Now().Add(time.Duration(hours) * time.Hour) },
	})
	if err != nil {
		t.Fatal(err)
	}
	o.Signer, o.Log = signer, slog.New(slog.NewTextHandler(t.Output(), nil))
	return j.Keeper(o)
}

func step(t testing.TB, k *journal.Keeper) {
	t.Helper()
	if err := k.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func auditor(s objects.Store) *journal.Auditor {
	return &journal.Auditor{Store: objects.Keyed{Store: s}, Verifier: signer}
}

// faulty returns the keys that an audit finds wrong, in order.
func faulty(t testing.TB, a *journal.Auditor, witnessed ...*journal.Checkpoint) []string {
	t.Helper()
	report, err := a.Verify(t.Context(), witnessed)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, f := range report.Faults {
		t.Logf("found %s: %s", f.Object, f.What)
		keys = append(keys, f.Object)
	}
	slices.Sort(keys)
	return keys
}

// A full segment, a tree and checkpoints: everything can be read from them, and a keeper that comes later adds nothing.
func TestKeeper(t *testing.T) {
	s := objectstest.NewFaulty(folder(t))
	j := open(t, s)
	fill(t, j, 300)
	first := keeper(t, s, journal.KeeperOptions{})
	step(t, first)
	older, err := auditor(s).Newest(t.Context())
	if err != nil || older.Size != 300 || older.Segments != 0 {
		t.Fatalf("%+v, %v", older, err)
	}
	fill(t, j, journal.SegmentEvents)
	step(t, first)
	newer, err := auditor(s).Newest(t.Context())
	if err != nil || newer.Size != journal.SegmentEvents+300 || newer.Segments != 1 || newer.Previous != 300 {
		t.Fatalf("%+v, %v", newer, err)
	}
	s.Set()
	step(t, first)
	step(t, keeper(t, s, journal.KeeperOptions{})) // its Open probes with one Put
	if n := s.Calls("Put"); n != 1 {
		t.Errorf("%d objects written with nothing to do", n-1)
	}
	report, err := auditor(s).Verify(t.Context(), []*journal.Checkpoint{older, newer})
	if err != nil || len(report.Faults) > 0 || report.Events != newer.Size || report.Segments != 1 || report.Spans != 40 ||
		report.Checkpoints != 2 || report.Signed != newer.Size || report.Unchecked {
		t.Errorf("%+v, %v", report, err)
	}
	for _, from := range []uint64{1, 9_990, 10_200} {
		if got, want := len(subjects(t, j, from)), int(newer.Size-from)+1; got != want { //nolint:gosec // small
			t.Errorf("%d events from %d on, want %d", got, from, want)
		}
	}
	s.Set()
	_ = subjects(t, j, 1)
	if gets := s.Calls("Get"); gets > 60 {
		t.Errorf("reading everything took %d Gets: not from the segment", gets)
	}
	proofs(t, s, newer)
	if _, err := auditor(s).Consistent(t.Context(), older, newer); err != nil {
		t.Error(err)
	}
	forged := *older
	forged.Root[0] ^= 1
	if _, err := auditor(s).Consistent(t.Context(), &forged, newer); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("consistent with a forged one: %v", err)
	}
}

// proofs: each event's proof holds, and for nothing else.
func proofs(t *testing.T, s objects.Store, newest *journal.Checkpoint) {
	t.Helper()
	for _, number := range []uint64{1, 255, 256, 257, 9_999, newest.Size} {
		p, err := auditor(s).Prove(t.Context(), number)
		if err != nil {
			t.Fatalf("event %d: %v", number, err)
		}
		text, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if p, err = journal.ParseProof(text); err != nil {
			t.Fatal(err)
		}
		if c, err := p.Check(signer); err != nil || c.Size != newest.Size {
			t.Errorf("event %d: %+v, %v", number, c, err)
		}
		other := *p
		other.Event = strings.Replace(other.Event, "actor-1", "actor-2", 1)
		if _, err := other.Check(signer); !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("event %d: a changed event is proven: %v", number, err)
		}
		other = *p
		other.Number = number%newest.Size + 1
		if _, err := other.Check(signer); !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("event %d is proven as another: %v", number, err)
		}
	}
	for _, number := range []uint64{0, newest.Size + 1} {
		if _, err := auditor(s).Prove(t.Context(), number); !triage.IsKind(err, triage.NotFound) {
			t.Errorf("event %d: %v", number, err)
		}
	}
}

// At every write of a keeper, in both ways, what follows comes out the same.
func TestKeeperFaults(t *testing.T) {
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprintf("after=%v", after), func(t *testing.T) {
			s := objectstest.NewFaulty(folder(t))
			fill(t, open(t, s), journal.SegmentEvents+10)
			k := keeper(t, s, journal.KeeperOptions{})
			s.Set(objectstest.Fault{Method: "Put", Call: 38, After: after}) // of 39 parts of the tree, a segment, a checkpoint
			failures := 0
			for ; k.Step(t.Context()) != nil; failures++ {
				s.Set(objectstest.Fault{Method: "Put", Call: failures%2 + 1, After: after})
				if failures > 20 {
					t.Fatal("it does not get on")
				}
			}
			s.Set()
			step(t, k)
			if failures < 3 {
				t.Errorf("%d failures only", failures)
			}
			report, err := auditor(s).Verify(t.Context(), nil)
			if err != nil || len(report.Faults) > 0 || report.Segments != 1 || report.Spans != 39 || report.Signed != journal.SegmentEvents+10 {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
}

// TestAuditFinds: each kind of object, tampered with in each way, is named.
func TestAuditFinds(t *testing.T) {
	s := folder(t)
	j := open(t, s)
	fill(t, j, 300)
	k := keeper(t, s, journal.KeeperOptions{})
	step(t, k)
	fill(t, j, journal.SegmentEvents)
	step(t, k)
	fill(t, j, 300)
	step(t, k)
	const segment, span, middle = "journal/segments/0000000000000000", "journal/tree/0000000000000007", "journal/checkpoints/0000000000010300"
	newest, err := auditor(s).Newest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last := key(int(newest.Block)) //nolint:gosec // small
	garbage := func(_ *testing.T, raw []byte) []byte { raw = bytes.Clone(raw); raw[len(raw)/2] ^= 1; return raw }
	for _, c := range []struct {
		name, key string
		change    func(*testing.T, []byte) []byte // nil: removed
	}{
		{"sealed block removed", key(4), nil},
		{"sealed block tampered", key(4), garbage},
		{"sealed block forged", key(4), forge},
		{"sealed block overwritten by another", key(4), func(t *testing.T, _ []byte) []byte { return load(t, s, key(5)) }},
		{"block removed", key(int(newest.Block - 1)), nil},      //nolint:gosec // small
		{"block tampered", key(int(newest.Block - 1)), garbage}, //nolint:gosec // small
		{"block forged", key(int(newest.Block - 1)), forge},     //nolint:gosec // small
		{"last block removed", last, nil},
		{"last block forged", last, forge},
		{"segment removed", segment, nil},
		{"segment tampered", segment, garbage},
		{"tree removed", span, nil},
		{"tree tampered", span, garbage},
		{"tree overwritten by another", span, func(t *testing.T, _ []byte) []byte { return load(t, s, "journal/tree/0000000000000009") }},
		{"checkpoint removed", middle, nil},
		{"checkpoint tampered", middle, garbage},
		{"checkpoint overwritten by another", middle, func(*testing.T, []byte) []byte { return newest.Note }},
		{"stranger", "journal/segments/hello", garbage},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := []byte("a stranger")
			if c.name != "stranger" {
				raw = load(t, s, c.key)
			}
			if c.change == nil {
				if err := s.Delete(t.Context(), c.key); err != nil {
					t.Fatal(err)
				}
			} else {
				save(t, s, c.key, c.change(t, raw))
			}
			if got := faulty(t, auditor(s)); !slices.Equal(got, []string{c.key}) {
				t.Errorf("found %q, want %s", got, c.key)
			}
			if c.name == "stranger" {
				_ = s.Delete(t.Context(), c.key)
				return
			}
			save(t, s, c.key, raw)
		})
	}
	if got := faulty(t, auditor(s)); got != nil {
		t.Errorf("put back, and still wrong: %q", got)
	}
}

// An end that is cut off together with everything that tells of it is found by what a witness kept.
func TestAuditCutEnd(t *testing.T) {
	s := folder(t)
	j := open(t, s)
	path := filepath.Join(t.TempDir(), "witness")
	k := keeper(t, s, journal.KeeperOptions{Witness: journal.FileWitness{Path: path}})
	appendTo(t, j, "a")
	step(t, k)
	step(t, k)
	appendTo(t, j, "b")
	step(t, k)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	kept, torn, err := journal.ParseCheckpoints(text, signer)
	if err != nil || torn != 0 || len(kept) != 2 || kept[0].Size != 1 || kept[1].Size != 2 {
		t.Fatalf("%d checkpoints kept, %v", len(kept), err)
	}
	remove(t, s, 2)
	if err := s.Delete(t.Context(), "journal/checkpoints/0000000000000002"); err != nil {
		t.Fatal(err)
	}
	if got := faulty(t, auditor(s)); got != nil {
		t.Errorf("seen without a witness: %q", got)
	}
	if got, want := faulty(t, auditor(s), kept...), []string{key(2), "journal/checkpoints/0000000000000002"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	appendTo(t, open(t, s), "another b") // the chain goes on as if nothing had been
	step(t, keeper(t, s, journal.KeeperOptions{}))
	if got := faulty(t, auditor(s), kept...); !slices.Contains(got, key(2)) {
		t.Errorf("a rewritten end is not found: %q", got)
	}
}

// On the real MinIO: tampered, removed, swapped and overwritten objects, and one whose bytes are the same again.
func TestAuditMinio(t *testing.T) {
	c := embeddedtest.Minio(t)
	raw, err := objects.OpenMinio(t.Context(), objects.MinioConfig{
		Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, BucketPrefix: c.Prefix,
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := objects.Seal(raw, bytes.Repeat([]byte{7}, objects.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	j := open(t, s)
	fill(t, j, journal.SegmentEvents)
	for i := range 10 {
		appendTo(t, j, fmt.Sprintf("alone-%d", i))
	}
	step(t, keeper(t, s, journal.KeeperOptions{Locker: raw, Retention: time.Hour}))
	a := auditor(s)
	a.History = raw
	if got := faulty(t, a); got != nil {
		t.Fatalf("wrong from the start: %q", got)
	}
	newest, err := a.Newest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := int(newest.Block) //nolint:gosec // small
	const segment, span = "journal/segments/0000000000000000", "journal/tree/0000000000000003"
	save(t, raw, key(3), []byte("tampered"))
	remove(t, raw, 4)
	eight, nine := load(t, raw, key(8)), load(t, raw, key(9))
	save(t, raw, key(8), nine)
	save(t, raw, key(9), eight)
	save(t, raw, key(10), load(t, raw, key(10)))
	remove(t, raw, n-7)
	save(t, raw, key(n-5), []byte("tampered"))
	save(t, raw, key(n-3), load(t, raw, key(n-2)))
	remove(t, raw, n)
	save(t, raw, segment, []byte("tampered"))
	if err := raw.Delete(t.Context(), span); err != nil {
		t.Fatal(err)
	}
	want := []string{key(3), key(4), key(8), key(9), key(10), key(n - 7), key(n - 5), key(n - 3), key(n), segment, span}
	slices.Sort(want)
	if got := faulty(t, a); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// On the real MinIO, a locked segment cannot be removed, unlocked or overwritten by anybody, the service's own key
// included: what is put over it is another version, which the audit finds, and the locked one is still there.
func TestLockedSegment(t *testing.T) {
	c := embeddedtest.Minio(t)
	raw, err := objects.OpenMinio(t.Context(), objects.MinioConfig{
		Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, BucketPrefix: c.Prefix,
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := minio.New(c.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, "")})
	if err != nil {
		t.Fatal(err)
	}
	j := open(t, raw)
	fill(t, j, journal.SegmentEvents)
	until := time.Now().Add(1000 * time.Hour)
	k := keeper(t, raw, journal.KeeperOptions{Locker: raw, Retention: 1000 * time.Hour})
	step(t, k)
	bucket, key := c.Prefix+"-journal", "segments/0000000000000000"
	ctx := t.Context()
	info, err := client.StatObject(ctx, bucket, key, minio.StatObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	locked := minio.GetObjectOptions{VersionID: info.VersionID}
	before := readVersion(t, client, bucket, key, locked)
	for name, attempt := range map[string]error{
		"removed":                          client.RemoveObject(ctx, bucket, key, minio.RemoveObjectOptions{VersionID: info.VersionID}),
		"removed with governance bypassed": client.RemoveObject(ctx, bucket, key, minio.RemoveObjectOptions{VersionID: info.VersionID, GovernanceBypass: true}),
		"lock shortened":                   client.PutObjectRetention(ctx, bucket, key, retention(minio.Compliance, info.VersionID, time.Now().Add(time.Minute))),
		"lock made governance":             client.PutObjectRetention(ctx, bucket, key, retention(minio.Governance, info.VersionID, until)),
	} {
		if attempt == nil {
			t.Errorf("a locked segment was %s", name)
		}
	}
	a := auditor(raw)
	a.History = raw
	if got := faulty(t, a); got != nil {
		t.Fatalf("wrong before anything was put over it: %q", got)
	}
	save(t, raw, "journal/"+key, before) // the same bytes: only the store's history tells
	if got := faulty(t, a); !slices.Equal(got, []string{"journal/" + key}) {
		t.Errorf("another version: found %q", got)
	}
	if err := client.RemoveObject(ctx, bucket, key, minio.RemoveObjectOptions{}); err != nil { // leaves a delete marker
		t.Fatal(err)
	}
	if got := faulty(t, a); !slices.Equal(got, []string{"journal/" + key}) {
		t.Errorf("a delete marker: found %q", got)
	}
	if after := readVersion(t, client, bucket, key, locked); !bytes.Equal(before, after) {
		t.Error("the locked version is not what it was")
	}
}

func retention(mode minio.RetentionMode, version string, until time.Time) minio.PutObjectRetentionOptions {
	return minio.PutObjectRetentionOptions{Mode: &mode, VersionID: version, RetainUntilDate: &until}
}

func readVersion(t *testing.T, client *minio.Client, bucket, key string, version minio.GetObjectOptions) []byte {
	t.Helper()
	r, err := client.GetObject(t.Context(), bucket, key, version)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil || len(b) == 0 {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	return b
}

// A witness's file that a crash left in the middle of a checkpoint, at whichever byte, is read up to there, and what is
// handed over next can be read behind it.
func TestTornWitnessFile(t *testing.T) {
	s := folder(t)
	j := open(t, s)
	k := keeper(t, s, journal.KeeperOptions{})
	var notes [3][]byte
	for i := range notes {
		appendTo(t, j, strconv.Itoa(i))
		step(t, k)
		c, err := auditor(s).Newest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		notes[i] = c.Note
	}
	path := filepath.Join(t.TempDir(), "witness")
	w := journal.FileWitness{Path: path}
	holds := func(what string, torn int, want ...[]byte) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all, n, err := journal.ParseCheckpoints(text, signer)
		if (err != nil) != (len(want) == 0) || n != torn || len(all) != len(want) {
			t.Fatalf("%s: %d checkpoints, %d torn, %v\n%s", what, len(all), n, err, text)
		}
		for i, c := range all {
			if !bytes.Equal(c.Note, want[i]) {
				t.Fatalf("%s: checkpoint %d is another", what, i)
			}
		}
	}
	for _, whole := range [][]byte{nil, notes[0]} {
		want := [][]byte{notes[0]}[:min(len(whole), 1)]
		for n := 1; n < len(notes[1])-1; n++ { // all but the line's end is mended by the next line
			what := fmt.Sprintf("%d bytes behind %d", n, len(whole))
			if err := os.WriteFile(path, append(bytes.Clone(whole), notes[1][:n]...), 0o600); err != nil {
				t.Fatal(err)
			}
			holds(what, 1, want...)
			for i, next := range [][]byte{notes[1], notes[1], notes[2]} { // the second time it is there already
				if err := w.Keep(t.Context(), next); err != nil {
					t.Fatal(err)
				}
				holds(fmt.Sprintf("%s, then %d", what, i), 1, append(want[:len(want):len(want)], notes[1:max(2, i+1)]...)...)
			}
		}
	}
	text := append(bytes.Clone(notes[0]), bytes.Replace(notes[1], []byte("\nblock "), []byte("\nblock 1"), 1)...)
	if _, _, err := journal.ParseCheckpoints(append(text, notes[2]...), signer); err == nil {
		t.Error("a changed checkpoint between two others is taken for a torn one")
	}
}

func TestHTTPWitness(t *testing.T) {
	var mu sync.Mutex
	calls, kept := 0, []byte(nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if calls++; calls%2 == 1 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		kept, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	s := folder(t)
	j := open(t, s)
	appendTo(t, j, "a")
	step(t, keeper(t, s, journal.KeeperOptions{Witness: journal.HTTPWitness{URL: server.URL}}))
	if c, err := journal.ParseCheckpoint(kept, signer); err != nil || c.Size != 1 || calls != 2 {
		t.Errorf("%+v after %d calls, %v", c, calls, err)
	}
}

// stubborn is a witness that never answers well.
type stubborn struct{ calls int }

func (s *stubborn) Keep(context.Context, []byte) error { s.calls++; return errors.New("no") }

// A witness that fails holds nothing up, and the keeper tells of it.
func TestWitnessFails(t *testing.T) {
	s := folder(t)
	j := open(t, s)
	appendTo(t, j, "a")
	w := &stubborn{}
	k := keeper(t, s, journal.KeeperOptions{Witness: w})
	if err := k.Step(t.Context()); err == nil {
		t.Error("the failure is not told")
	}
	if k.Witnessing() == nil {
		t.Error("the refusal is not told")
	}
	appendTo(t, j, "b")
	_ = k.Step(t.Context())
	if c, err := auditor(s).Newest(t.Context()); err != nil || c.Size != 2 || w.calls < 2 {
		t.Errorf("%+v after %d calls, %v", c, w.calls, err)
	}
}

// What a keeper tells of itself: sealing that fails or is late, a witness that refuses or hangs.
func TestKeeperHealth(t *testing.T) {
	s := objectstest.NewFaulty(folder(t))
	now := time.Now()
	j, err := journal.Open(t.Context(), objects.Keyed{Store: s}, journal.Options{Nonce: rand.Text, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	w := &moody{}
	k := j.Keeper(journal.KeeperOptions{Signer: signer, Witness: w, Log: slog.New(slog.DiscardHandler)})
	tells := func(what string, sealing, witnessing bool) {
		t.Helper()
		if err := k.Sealing(); (err != nil) != sealing {
			t.Errorf("%s: sealing: %v", what, err)
		}
		if err := k.Witnessing(); (err != nil) != witnessing {
			t.Errorf("%s: witness: %v", what, err)
		}
	}
	tells("at the start", false, false)
	appendTo(t, j, "a")
	step(t, k)
	tells("all is well", false, false)

	now = now.Add(4 * time.Minute)
	tells("a round that does not end", true, false)
	appendTo(t, j, "b")
	s.Set(objectstest.Fault{Method: "Put", Call: 1})
	_ = k.Step(t.Context())
	tells("a store that refuses", true, false)

	w.err = triage.E(triage.Unavailable, "keep", "", "no", nil)
	_ = k.Step(t.Context())
	tells("a witness that refuses", false, true)
	w.err = nil
	now = now.Add(time.Minute)
	step(t, k)
	tells("a witness that takes it", false, false)

	appendTo(t, j, "c")
	now = now.Add(time.Minute)
	w.during = func() {
		now = now.Add(6 * time.Minute)
		tells("a witness that hangs", true, true)
	}
	step(t, k)
	tells("and then takes it", true, false) // that round took long
	step(t, k)
	tells("all is well again", false, false)
}

// moody is a witness that takes a checkpoint, or not.
type moody struct {
	err    error
	during func()
}

func (m *moody) Keep(context.Context, []byte) error {
	if m.during != nil {
		m.during()
	}
	return m.err
}
