// Package objectstest holds every object store to the contract of objects.Store, and breaks stores on purpose.
package objectstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/store/objects"
	"vigie/triage"
)

const (
	// bigObject is large against flatMemory, so that a store that buffers is found out.
	bigObject  = 64 << 20 // bytes
	flatMemory = 8 << 20  // bytes allocated in all while bigObject passes

	// manyKeys crosses two pages of 1,000 in S3's listing.
	manyKeys = 2500
)

// Run holds the store that open returns to the contract. open is called once for each part and returns an empty store.
func Run(t *testing.T, open func(t *testing.T) objects.Store) {
	for _, part := range []struct {
		name string
		run  func(t *testing.T, s objects.Store)
	}{
		{"Put", testPut},
		{"PutTogether", testPutTogether},
		{"Replace", testReplace},
		{"BadSource", testBadSource},
		{"Returned", testReturned},
		{"Ranges", testRanges},
		{"Delete", testDelete},
		{"Missing", testMissing},
		{"BadKeys", testBadKeys},
		{"List", testList},
		{"ListMany", testListMany},
		{"Big", testBig},
		{"Cancelled", testCancelled},
		{"ConditionalWrites", testConditionalWrites},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open(t)) })
	}
}

// Content returns n bytes that depend on seed alone.
func Content(seed uint64, n int) []byte {
	b := make([]byte, n)
	fill(seed, b)
	return b
}

func fill(seed uint64, b []byte) {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	_, _ = rand.NewChaCha8(key).Read(b) // never fails
}

func put(t *testing.T, s objects.Store, key string, content []byte) {
	t.Helper()
	if err := s.Put(t.Context(), key, bytes.NewReader(content), int64(len(content))); err != nil {
		t.Fatalf("Put %s: %v", key, err)
	}
}

func holds(t *testing.T, s objects.Store, key string, want []byte) {
	t.Helper()
	r, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("Get %s: %v", key, err)
	}
	got, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatalf("reading %s: %v", key, err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("%s holds %d bytes, not the %d that were put", key, len(got), len(want))
	}
	info, err := s.Stat(t.Context(), key)
	if err != nil || info.Key != key || info.Size != int64(len(want)) || info.ModTime.IsZero() {
		t.Errorf("Stat %s: %+v, %v", key, info, err)
	}
}

func wantKind(t *testing.T, what string, err error, kind triage.Kind) {
	t.Helper()
	if !triage.IsKind(err, kind) {
		t.Errorf("%s: %v, want kind %s", what, err, kind)
	}
}

func absent(t *testing.T, s objects.Store, key string) {
	t.Helper()
	_, err := s.Stat(t.Context(), key)
	wantKind(t, "Stat of what must not be there", err, triage.NotFound)
}

func testPut(t *testing.T, s objects.Store) {
	for i, size := range []int{0, 1, 100, 65535, 65536, 65537, 3<<20 + 7} {
		key := fmt.Sprintf("media/size-%d", size)
		content := Content(uint64(i), size)
		put(t, s, key, content)
		holds(t, s, key, content)
		wantKind(t, "second Put", s.Put(t.Context(), key, strings.NewReader("x"), 1), triage.Exists)
		holds(t, s, key, content)
	}
}

// testReturned: what a Put was handed is not read any more once it has returned, whatever it returned; the caller may
// go on reading where it stopped.
func testReturned(t *testing.T, s objects.Store) {
	const size = 500 << 10 // small enough that no store asks first
	put(t, s, "media/twice", Content(1, size))
	for range 5 {
		src := &slowSource{r: bytes.NewReader(Content(1, size))}
		err := s.Put(t.Context(), "media/twice", src, size)
		at := src.reads.Load()
		wantKind(t, "second Put", err, triage.Exists)
		time.Sleep(20 * time.Millisecond)
		if now := src.reads.Load(); now != at {
			t.Fatalf("%d reads after Put had returned", now-at)
		}
	}
}

// slowSource counts its reads, each of which takes a moment.
type slowSource struct {
	r     io.Reader
	reads atomic.Int64
}

func (s *slowSource) Read(p []byte) (int, error) {
	s.reads.Add(1)
	time.Sleep(time.Millisecond)
	return s.r.Read(p)
}

func testPutTogether(t *testing.T, s objects.Store) {
	for round := range 5 {
		key := fmt.Sprintf("journal/%016d", round)
		const writers = 8
		var won atomic.Int64
		var winner []byte
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				content := Content(uint64(w), 5000)
				switch err := s.Put(t.Context(), key, bytes.NewReader(content), 5000); {
				case err == nil:
					won.Add(1)
					winner = content
				case !triage.IsKind(err, triage.Exists):
					t.Errorf("losing Put: %v", err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d of %d concurrent Puts succeeded", won.Load(), writers)
		}
		holds(t, s, key, winner)
	}
}

func testReplace(t *testing.T, s objects.Store) {
	const key = "records/state"
	for i, size := range []int{10, 100_000, 0, 5} {
		content := Content(uint64(i), size)
		if err := s.Replace(t.Context(), key, bytes.NewReader(content), int64(size)); err != nil {
			t.Fatal(err)
		}
		holds(t, s, key, content)
	}
}

// errSource is what a failing source says.
var errSource = errors.New("the source broke")

// failing hands out content and then fails with err.
func failing(content []byte, err error) io.Reader {
	return io.MultiReader(bytes.NewReader(content), readerFunc(func([]byte) (int, error) { return 0, err }))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func testBadSource(t *testing.T, s objects.Store) {
	content := Content(1, 3<<20)
	size := int64(len(content))
	refused := triage.E(triage.Corrupt, "test", "", "the digest does not fit", nil)
	for _, c := range []struct {
		name string
		r    io.Reader
		size int64
		is   error
		kind triage.Kind
	}{
		{"fails half-way", failing(content[:size/2], errSource), size, errSource, ""},
		{"fails at its end", failing(content, errSource), size, errSource, ""},
		{"fails at its end with a kind", failing(content, refused), size, refused, triage.Corrupt},
		{"breaks off at its end", failing(content, io.ErrUnexpectedEOF), size, io.ErrUnexpectedEOF, ""},
		{"breaks off half-way", failing(content[:size/2], io.ErrUnexpectedEOF), size, io.ErrUnexpectedEOF, ""},
		{"fails at once", failing(nil, errSource), size, errSource, ""},
		{"empty and fails", failing(nil, errSource), 0, errSource, ""},
		{"shorter", bytes.NewReader(content), size + 1, nil, triage.Corrupt},
		{"longer", bytes.NewReader(content), size - 1, nil, triage.Corrupt},
		{"not empty", bytes.NewReader(content), 0, nil, triage.Corrupt},
		{"size unknown", bytes.NewReader(content), -1, nil, triage.Invalid},
	} {
		key := "media/" + strings.ReplaceAll(c.name, " ", "-")
		err := s.Put(t.Context(), key, c.r, c.size)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || c.kind != "" && !triage.IsKind(err, c.kind) {
			t.Errorf("%s: %v", c.name, err)
		}
		absent(t, s, key)
		put(t, s, key, content) // and nothing stands in the way of another try
		err = s.Replace(t.Context(), key, failing(content[:size/2], errSource), size)
		if !errors.Is(err, errSource) {
			t.Errorf("%s: Replace: %v", c.name, err)
		}
		holds(t, s, key, content)
	}
	for info, err := range s.List(t.Context(), "media/", "") {
		if err != nil || info.Size != size {
			t.Errorf("left behind: %+v, %v", info, err)
		}
	}
}

func testRanges(t *testing.T, s objects.Store) {
	const size = 3*65536 + 100
	content := Content(2, size)
	put(t, s, "media/ranges", content)
	put(t, s, "media/empty", nil)
	for _, off := range []int64{0, 1, 100, 65534, 65535, 65536, 65537, 131071, 131072, size - 1, size, size + 1, 10 * size} {
		for _, n := range []int64{0, 1, 2, 100, 65535, 65536, 65537, 2 * 65536, size, 10 * size} {
			r, err := s.GetRange(t.Context(), "media/ranges", off, n)
			if err != nil {
				t.Fatalf("GetRange(%d, %d): %v", off, n, err)
			}
			got, err := io.ReadAll(r)
			if err := errors.Join(err, r.Close()); err != nil {
				t.Fatalf("reading range (%d, %d): %v", off, n, err)
			}
			if want := content[min(off, size):min(off+n, size)]; !bytes.Equal(got, want) {
				t.Fatalf("range (%d, %d): %d bytes, want %d", off, n, len(got), len(want))
			}
		}
	}
	r, err := s.GetRange(t.Context(), "media/empty", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); len(got) > 0 || err != nil {
		t.Errorf("range of an empty object: %d bytes, %v", len(got), err)
	}
	r.Close()
	for _, bad := range [][2]int64{{-1, 1}, {0, -1}} {
		_, err := s.GetRange(t.Context(), "media/ranges", bad[0], bad[1])
		wantKind(t, "negative range", err, triage.Invalid)
	}
}

func testDelete(t *testing.T, s objects.Store) {
	put(t, s, "keys/a", []byte("first"))
	for range 2 {
		if err := s.Delete(t.Context(), "keys/a"); err != nil {
			t.Fatal(err)
		}
		absent(t, s, "keys/a")
	}
	put(t, s, "keys/a", []byte("second"))
	holds(t, s, "keys/a", []byte("second"))
}

func testMissing(t *testing.T, s objects.Store) {
	for _, key := range []string{"media/none", "records/no/such/folder", "journal/0000000000000007"} {
		_, err := s.Get(t.Context(), key)
		wantKind(t, "Get", err, triage.NotFound)
		for _, n := range []int64{0, 5} {
			_, err = s.GetRange(t.Context(), key, 0, n)
			wantKind(t, "GetRange", err, triage.NotFound)
		}
		absent(t, s, key)
		if err := s.Delete(t.Context(), key); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	for info, err := range s.List(t.Context(), "records/", "") {
		t.Errorf("an empty store lists %v, %v", info, err)
	}
}

func testBadKeys(t *testing.T, s objects.Store) {
	for _, key := range []string{
		"", "media", "media/", "/media/a", "other/a", "media//a", "media/a/", "media/.", "media/..", "media/../keys/a", "media/a/../b",
		"media/A", "media/é", "media/a b", "media/a\\b", "media/a\x00", "media/a+", "media/*", "Media/a",
		"media/" + strings.Repeat("x", 201), "media" + strings.Repeat("/"+strings.Repeat("x", 100), 6),
	} {
		_, getErr := s.Get(t.Context(), key)
		_, rangeErr := s.GetRange(t.Context(), key, 0, 1)
		_, statErr := s.Stat(t.Context(), key)
		for what, err := range map[string]error{
			"Put":     s.Put(t.Context(), key, strings.NewReader("x"), 1),
			"Replace": s.Replace(t.Context(), key, strings.NewReader("x"), 1),
			"Delete":  s.Delete(t.Context(), key),
			"Get":     getErr, "GetRange": rangeErr, "Stat": statErr,
		} {
			wantKind(t, fmt.Sprintf("%s of key %.40q", what, key), err, triage.Invalid)
		}
	}
	for _, prefix := range []string{"", "media", "other/", "media/../", "media//", "/"} {
		for _, err := range s.List(t.Context(), prefix, "") {
			wantKind(t, fmt.Sprintf("List of prefix %q", prefix), err, triage.Invalid)
		}
	}
}

// list returns the keys that List yields.
func list(t *testing.T, s objects.Store, prefix, after string) []string {
	t.Helper()
	var keys []string
	for info, err := range s.List(t.Context(), prefix, after) {
		if err != nil {
			t.Fatalf("List(%q, %q): %v", prefix, after, err)
		}
		keys = append(keys, info.Key)
	}
	return keys
}

// wanted is List by definition.
func wanted(keys []string, prefix, after string) []string {
	var want []string
	for _, k := range keys {
		if strings.HasPrefix(k, prefix) && k > after {
			want = append(want, k)
		}
	}
	slices.Sort(want)
	return want
}

func testList(t *testing.T, s objects.Store) {
	// Names that end early, names around the slash in byte order (- and . before it, digits and letters behind), numbers, hashes.
	keys := []string{
		"records/a", "records/a-b", "records/a.b", "records/a0/x", "records/a-/x", "records/a./x", "records/ab/c/d", "records/ab/c-d",
		"records/ab/cd/e", "records/abc", "records/abd", "records/ab-", "records/ac", "records/b", "records/b0", "records/b0-/z", "records/b.0", "records/z/z/z/z/z",
		"records/0", "records/00", "records/000", "records/0000000000000000000000000000000a", "records/_", "records/-", "records/..a",
		"journal/0000000000000001", "journal/0000000000009999", "journal/0000000000010000", "journal/0000000123450001", "journal/1", "journal/x/0000000000000001",
		"media/" + strings.Repeat("ab", 32), "media/" + strings.Repeat("ac", 32),
	}
	for i, key := range keys {
		put(t, s, key, Content(uint64(i), i))
	}
	prefixes := []string{"records/", "records/a", "records/ab", "records/ab/", "records/ab/c", "records/0", "records/none", "records/z/z/z/", "journal/", "journal/0000000000", "media/", "media/ab", "keys/"}
	afters := append(slices.Clone(keys), "", "records/aa", "records/ab/", "records/ab/c0", "records/zz", "journal/0000000000000000", "journal/0000000000009998", "a", "z")
	for _, prefix := range prefixes {
		for _, after := range afters {
			if got, want := list(t, s, prefix, after), wanted(keys, prefix, after); !slices.Equal(got, want) {
				t.Fatalf("List(%q, %q):\n got %q\nwant %q", prefix, after, got, want)
			}
		}
	}
	for info, err := range s.List(t.Context(), "records/", "") {
		if want := int64(slices.Index(keys, info.Key)); err != nil || info.Size != want || info.ModTime.IsZero() {
			t.Errorf("%+v, %v: want size %d", info, err, want)
		}
	}
	for range s.List(t.Context(), "records/", "") {
		break // a consumer may stop
	}
}

func testListMany(t *testing.T, s objects.Store) {
	random := rand.New(rand.NewPCG(1, 2))
	seen := map[string]bool{}
	var keys []string
	for len(keys) < manyKeys {
		key := "media/"
		if random.IntN(4) == 0 {
			key += []string{"a", "a-", "a.", "00"}[random.IntN(4)] + "-folder/"
		}
		key += fmt.Sprintf("%x", random.Uint64()>>(random.IntN(14)*4))
		if !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	work := make(chan string)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for key := range work {
				if err := s.Put(t.Context(), key, strings.NewReader(key), int64(len(key))); err != nil {
					t.Errorf("Put %s: %v", key, err)
				}
			}
		})
	}
	for _, key := range keys {
		work <- key
	}
	close(work)
	wg.Wait()
	for _, c := range [][2]string{{"media/", ""}, {"media/a", ""}, {"media/", keys[7]}, {"media/f", keys[9]}} {
		if got, want := list(t, s, c[0], c[1]), wanted(keys, c[0], c[1]); !slices.Equal(got, want) {
			t.Errorf("List(%q, %q): %d keys, want %d, or another order", c[0], c[1], len(got), len(want))
		}
	}
}

func testBig(t *testing.T, s objects.Store) {
	source := func() io.Reader { return io.LimitReader(rand.NewChaCha8([32]byte{9}), bigObject) }
	allocated := func(what string, f func()) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		if grew := after.TotalAlloc - before.TotalAlloc; grew > flatMemory {
			t.Errorf("%s of %d MiB allocated %d MiB", what, bigObject>>20, grew>>20)
		}
	}
	allocated("Put", func() {
		if err := s.Put(t.Context(), "media/big", source(), bigObject); err != nil {
			t.Fatal(err)
		}
	})
	allocated("Get", func() {
		r, err := s.Get(t.Context(), "media/big")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if !sameStream(t, r, source()) {
			t.Error("the big object came back changed")
		}
	})
	if err := s.Delete(t.Context(), "media/big"); err != nil { // a shared server's disk would fill up
		t.Error(err)
	}
}

func sameStream(t *testing.T, got, want io.Reader) bool {
	t.Helper()
	a, b := make([]byte, 128<<10), make([]byte, 128<<10)
	for {
		n, errA := io.ReadFull(got, a)
		m, errB := io.ReadFull(want, b)
		if n != m || !bytes.Equal(a[:n], b[:m]) {
			return false
		}
		if errA != nil || errB != nil {
			return errors.Is(errA, io.EOF) == errors.Is(errB, io.EOF)
		}
	}
}

func testCancelled(t *testing.T, s objects.Store) {
	put(t, s, "media/there", []byte("there"))
	ctx, cancel := context.WithCancel(t.Context())
	// In the middle of a Put.
	content := Content(3, 4<<20)
	r := io.MultiReader(bytes.NewReader(content[:2<<20]), readerFunc(func([]byte) (int, error) {
		cancel()
		return 0, nil
	}), bytes.NewReader(content[2<<20:]))
	cancelled := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", what, err)
		}
	}
	cancelled("Put under way", s.Put(ctx, "media/a", r, 4<<20))
	absent(t, s, "media/a")
	// And before each call.
	cancelled("Put", s.Put(ctx, "media/a", strings.NewReader("x"), 1))
	cancelled("Replace", s.Replace(ctx, "media/a", strings.NewReader("x"), 1))
	cancelled("Delete", s.Delete(ctx, "media/there"))
	_, err := s.Get(ctx, "media/there")
	cancelled("Get", err)
	_, err = s.GetRange(ctx, "media/there", 0, 1)
	cancelled("GetRange", err)
	_, err = s.Stat(ctx, "media/there")
	cancelled("Stat", err)
	err = nil
	for _, err = range s.List(ctx, "media/", "") {
	}
	cancelled("List", err)
	absent(t, s, "media/a")
	holds(t, s, "media/there", []byte("there"))
}

func testConditionalWrites(t *testing.T, s objects.Store) {
	if err := objects.CheckConditionalWrites(t.Context(), s); err != nil {
		t.Error(err)
	}
	if left := list(t, s, "records/", ""); len(left) > 0 {
		t.Errorf("the probe left %q", left)
	}
	err := objects.CheckConditionalWrites(t.Context(), careless{s})
	wantKind(t, "a store that ignores the condition", err, triage.Invalid)
}

// careless overwrites where it should refuse.
type careless struct{ objects.Store }

func (c careless) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	return c.Replace(ctx, key, r, size)
}
