package api_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vigie/api/client"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/triage"
)

// counting is a MediaArchive that keeps nothing but how many bytes it was given.
type counting struct{ bytes atomic.Int64 }

func (a *counting) PutMedium(_ context.Context, _ triage.MediumID, _ triage.Slot, r io.Reader, _ int64) error {
	n, err := io.Copy(struct{ io.Writer }{io.Discard}, r)
	a.bytes.Add(n)
	return err
}

func (a *counting) OpenMedium(context.Context, triage.MediumID, int) (io.ReadCloser, int64, error) {
	return nil, 0, triage.E(triage.NotFound, "open medium", "", "", nil)
}

func (*counting) OpenMediumAt(context.Context, triage.MediumID, int) (io.ReaderAt, int64, error) {
	return nil, 0, triage.E(triage.NotFound, "test", "", "", nil)
}

func (a *counting) HasMedium(context.Context, triage.MediumID, int) (bool, error) { return false, nil }

// zeros is an endless file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

const gigabyte = 1 << 30

// gigabyteSum is what sha256sum says of a gigabyte of zeros.
const gigabyteSum = "49bc20df15e412a64472421e13fe86ff1c5165e18b2afccf160d4dc19fe68a14"

// declare has an examiner say that a video of so many bytes exists.
func declare(t *testing.T, c *client.Client, sum hashing.SHA256, size int64) {
	t.Helper()
	x, err := c.Open(t.Context(), "2026/2", "S-2", "")
	if err != nil {
		t.Fatal(err)
	}
	body, part, err := triage.EncodePart([]triage.Item{{
		Path: "v.mp4", Size: size, Disposition: triage.IsMedia, Kind: hashing.KindVideo, Digests: &hashing.Digests{SHA256: sum},
	}})
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := c.PutPart(t.Context(), x.ID, 1, part, body)
	if err != nil || len(wanted) != 1 || wanted[0] != sum {
		t.Fatalf("%v, %v", wanted, err)
	}
}

// An upload of any size takes constant memory, in the service and in the client, which are one process here.
func TestUploadTakesConstantMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("streams a gigabyte")
	}
	const most = 64 << 20 // bytes
	archive := &counting{}
	s := start(t, archive)
	c := s.as(triage.Examiner)
	sum, err := hashing.ParseSHA256(gigabyteSum)
	if err != nil {
		t.Fatal(err)
	}
	declare(t, c, sum, gigabyte)
	before := heap()
	done := make(chan struct{})
	peak := make(chan int64)
	go func() {
		var most int64
		for tick := time.Tick(20 * time.Millisecond); ; {
			select {
			case <-done:
				peak <- most
				return
			case <-tick:
				most = max(most, heap())
			}
		}
	}()
	started := time.Now()
	open := func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeros{}, gigabyte)), nil }
	err = c.Upload(t.Context(), sum, open, gigabyte)
	close(done)
	grown := <-peak - before
	if err != nil || archive.bytes.Load() != gigabyte {
		t.Fatalf("%v after %d bytes", err, archive.bytes.Load())
	}
	t.Logf("1 GiB in %v, heap grew by %d KiB at most", time.Since(started).Round(time.Millisecond), grown>>10)
	if grown > most {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}

// heap returns how many bytes are in use, those included that only wait to be collected.
func heap() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}

// Of an upload that breaks, or whose bytes are others, nothing is kept.
func TestNothingIsKeptOfABadUpload(t *testing.T) {
	s := start(t, nil)
	token := s.token(triage.Examiner)
	c := client.New(s.url, token)
	content := bytes.Repeat([]byte("the bytes of a video "), 50_000)
	digests, size, err := hashing.Digest(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	declare(t, c, digests.SHA256, size)
	medium := triage.NewNames([32]byte{1}).Medium(digests.SHA256)
	held := func() bool {
		t.Helper()
		has, err := s.archive.HasMedium(t.Context(), medium, 0)
		if err != nil {
			t.Fatal(err)
		}
		return has
	}
	path := "/v1/media/" + digests.SHA256.String()

	wrong := bytes.Clone(content)
	wrong[len(wrong)-1] ^= 1
	if a := s.send("PUT", path, string(wrong), token); a.status != http.StatusUnprocessableEntity || held() {
		t.Errorf("wrong bytes: %d %s, held %v", a.status, a.body, held())
	}
	if a := s.send("PUT", path, string(content[:1000]), token); a.status != http.StatusUnprocessableEntity || held() {
		t.Errorf("too few bytes: %d %s, held %v", a.status, a.body, held())
	}
	ctx, leave := context.WithCancel(t.Context())
	source := io.MultiReader(bytes.NewReader(content[:size/2]), readerFunc(func([]byte) (int, error) {
		leave()
		<-ctx.Done()
		return 0, io.ErrUnexpectedEOF
	}))
	if err := c.Upload(ctx, digests.SHA256, func() (io.ReadCloser, error) { return io.NopCloser(source), nil }, size); err == nil {
		t.Error("an upload that was left succeeded")
	}
	time.Sleep(100 * time.Millisecond)
	if held() {
		t.Error("half an upload is held")
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	for range 2 { // the second time they are there already
		if err := c.Upload(t.Context(), digests.SHA256, open, size); err != nil || !held() {
			t.Errorf("%v, held %v", err, held())
		}
	}
	if a := s.send("PUT", path, string(wrong), token); a.status != http.StatusUnprocessableEntity {
		t.Errorf("wrong bytes for what is held: %d %s", a.status, a.body)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A refusal reaches a sender who is still sending.
func TestARefusedUploadLearnsWhy(t *testing.T) {
	s := start(t, nil)
	for _, role := range []triage.Role{triage.Unit, triage.Examiner} {
		want := triage.Forbidden
		if role == triage.Examiner {
			want = triage.NotFound // nobody declared it
		}
		c := s.as(role)
		c.Patience = 0
		open := func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeros{}, gigabyte)), nil }
		for range 5 {
			if err := c.Upload(t.Context(), hashing.SHA256{1}, open, gigabyte); !triage.IsKind(err, want) {
				t.Errorf("as %s: %v, want %s", role, err, want)
			}
		}
	}
}

// The examiner's findings are the same by every way that leads to them.
func TestFindingsByClientAndAsCSV(t *testing.T) {
	s := start(t, nil)
	token := s.token(triage.Examiner)
	c := client.New(s.url, token)
	id := s.submit(c, "2026/3", "S,\"3\"", picture(t, 3), picture(t, 4))
	var lines []wire.Finding
	for f, err := range c.Findings(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, f)
	}
	a := s.send("GET", "/v1/exhibits/"+id+"/findings?format=csv", "", token)
	rows, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll()
	if err != nil || a.header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Fatalf("%v, %s", err, a.header.Get("Content-Type"))
	}
	if len(lines) != 2 || len(rows) != 3 || strings.Join(rows[0], ",") != strings.Join(wire.FindingColumns, ",") {
		t.Fatalf("%d lines, %v", len(lines), rows)
	}
	for i, f := range lines {
		if strings.Join(f.Record(), "|") != strings.Join(rows[i+1], "|") || f.Disposition != "media" || f.Finding == "pending" {
			t.Errorf("%+v is %v as CSV", f, rows[i+1])
		}
	}
}
