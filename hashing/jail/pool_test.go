package jail

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
)

// newPool returns a pool of the test binary's children, closed at the end of the test, after which no child may be left.
func newPool(t *testing.T, options Options) *Pool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if options.Command == nil {
		options.Command = []string{self, childArgument}
	}
	if options.Timeout == 0 {
		options.Timeout = 20 * time.Second
	}
	p := New(options)
	t.Cleanup(p.Close)
	return p
}

func picture(t testing.TB, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 200, 150))
	for y := range 150 {
		for x := range 200 {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(y + x*x/90), uint8(x * y / 40), 255})
		}
	}
	var out bytes.Buffer
	if err := encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sample is a file of package decode's tests.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "decode", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func pngPicture(t testing.TB) []byte { return picture(t, png.Encode) }

func examine(t *testing.T, p *Pool, data []byte) hashing.Examination {
	t.Helper()
	ex, err := p.Examine(t.Context(), bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	ex.Effort = hashing.Effort{} // another one each time
	return ex
}

func TestExamine(t *testing.T) {
	p := newPool(t, Options{Children: 1})
	good := pngPicture(t)
	want := decode.Examine(good, decode.Limits{})
	if want.Fingerprint == nil || want.Fingerprint.Quality == 0 {
		t.Fatalf("the test's picture is no good: %+v", want)
	}
	for range 3 {
		if got := examine(t, p, good); !reflect.DeepEqual(got, want) {
			t.Errorf("the child found\n%+v, and not\n%+v", got, want)
		}
	}
	got, err := p.Examine(t.Context(), iotest.OneByteReader(bytes.NewReader(good)), -1)
	if got.Effort.Decode <= 0 || got.Effort.Hash <= 0 || got.Effort.Decode+got.Effort.Hash > time.Minute {
		t.Errorf("it took %+v", got.Effort)
	}
	got.Effort = hashing.Effort{}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("of a slow source of unknown size: %+v, %v", got, err)
	}
	for name, data := range map[string][]byte{
		"empty": {}, "text": []byte("hello"), "film": []byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2mp41"),
		"truncated": good[:len(good)/2], "jpeg": picture(t, func(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) }),
		"heic": sample(t, "picture.heic"), "avif": sample(t, "frames.avif"), "gif": sample(t, "frames.gif"), "jxl": sample(t, "frames.jxl"),
		"jpeg 2000": sample(t, "tiles.j2k"),
	} {
		if got, want := examine(t, p, data), decode.Examine(data, decode.Limits{}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the child found\n%+v, and not\n%+v", name, got, want)
		}
	}
}

func TestPreview(t *testing.T) {
	p := newPool(t, Options{Children: 1})
	good := pngPicture(t)
	for step := decode.PreviewBlurred; step <= decode.PreviewModel; step++ {
		view := decode.View{Step: step, Tiles: 0x0110, Mark: "a7 2026-01-02 03:04:05Z", Comment: "seen by a7"}
		want, err := decode.Preview(good, view, decode.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Preview(t.Context(), bytes.NewReader(good), int64(len(good)), view)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("step %d: %d bytes and not %d, error %v", step, len(got), len(want), err)
		}
	}
	for want, data := range map[decode.Unreadable][]byte{
		decode.Empty: {}, decode.FormatNotSupported: []byte("hello"), decode.Truncated: good[:200],
	} {
		if _, err := p.Preview(t.Context(), bytes.NewReader(data), int64(len(data)), decode.View{Step: decode.PreviewFull}); !errors.Is(err, want) {
			t.Errorf("error %v, not %v", err, want)
		}
	}
}

// TestMisbehaviour: whatever happens to a child costs that one job, with the right reason.
func TestMisbehaviour(t *testing.T) {
	good := pngPicture(t)
	for act, c := range map[string]struct {
		want      decode.Unreadable
		linuxOnly bool
		options   Options
	}{
		"crash":        {want: decode.Crashed},
		"exit":         {want: decode.Crashed},
		"babble":       {want: decode.Crashed},
		"lie":          {want: decode.Crashed},
		"hang":         {want: decode.TimeLimit, options: Options{Timeout: 300 * time.Millisecond}},
		"spin":         {want: decode.TimeLimit, options: Options{CPUSeconds: 1}, linuxOnly: true},
		"grow":         {want: decode.MemoryLimit, options: Options{MemoryBytes: 256 << 20}, linuxOnly: true},
		"grow at once": {want: decode.MemoryLimit, options: Options{MemoryBytes: 256 << 20}, linuxOnly: true},
	} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()
			if c.linuxOnly && runtime.GOOS != "linux" {
				t.Skip("this limit is only set on Linux")
			}
			c.options.Children = 1
			p := newPool(t, c.options)
			for range 2 {
				got := examine(t, p, magic(act))
				if limit := p.options.limitOf(c.want); got.Limit != limit {
					t.Errorf("names the limit %d, not %d", got.Limit, limit)
				}
				if got.Unreadable != c.want.Error() || got.Fingerprint != nil || got.Facts.Kind != hashing.KindPicture || got.Facts.Format != "jpeg" {
					t.Errorf("found %+v, not %s", got, c.want)
				}
			}
			if ended := p.Ended(); act != "lie" && (ended[string(c.want)] != 2 || len(ended) != 1) { // who lies lives on
				t.Errorf("ended: %v", ended)
			}
			p.options.Timeout = 20 * time.Second
			if got := examine(t, p, good); got.Fingerprint == nil {
				t.Errorf("the next picture suffered: %+v", got)
			}
		})
	}
}

// TestStarved: the complaints of children that memory ran out for, and of others.
func TestStarved(t *testing.T) {
	for complaint, want := range map[string]bool{
		"fatal error: runtime: out of memory\n\nruntime stack:\n":                                                                                      true,
		"runtime/cgo: pthread_create failed: Resource temporarily unavailable\nSIGABRT: abort\n":                                                       true,
		"SIGSEGV: segmentation violation\nPC=0x4364dd m=7 sigcode=1 addr=0x0\n\ngoroutine 0 gp=0x1d1e5a7014a0 m=7 [idle]:\nrun":                        true,
		"SIGSEGV: segmentation violation\nPC=0x4364dd m=7 sigcode=1 addr=0x7f4c00000400\n\ngoroutine 0 gp=0x1d1e m=7 [idle]:\n":                        false,
		"panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4]\n": false,
		"": false,
	} {
		if got := starved(complaint); got != want {
			t.Errorf("%q: %v", complaint, got)
		}
	}
}

// TestEarlyAnswer: what a child said before the further pictures of a file were its end is what is found.
func TestEarlyAnswer(t *testing.T) {
	p := newPool(t, Options{Children: 1})
	good := pngPicture(t)
	want := decode.Examine(good, decode.Limits{})
	for range 2 {
		got := examine(t, p, append(magic("crash after "), good...))
		if got.Fingerprint == nil || got.Fingerprint.PDQ != want.Fingerprint.PDQ || got.Unreadable != "" || got.Facts.Format != "jpeg" {
			t.Errorf("found %+v", got)
		}
	}
	film := sample(t, "frames.gif")
	if got, want := examine(t, p, film), decode.Examine(film, decode.Limits{}); !reflect.DeepEqual(got, want) {
		t.Errorf("found %+v, not %+v", got, want)
	}
}

// TestForgedKind: a child does not decide what a medium is.
func TestForgedKind(t *testing.T) {
	got := examine(t, newPool(t, Options{Children: 1}), magic("forge kind"))
	if got.Facts.Kind != hashing.KindPicture || got.Facts.Format != "jpeg" || got.Unreadable != "corrupt" {
		t.Errorf("found %+v", got)
	}
}

// TestConfinement asks a child what it can reach.
func TestConfinement(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a child is only locked in on Linux")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	t.Setenv("VIGIE_SECRET", "must not be seen")
	if here := lookAround(listener.Addr().String()); here != "read-list-write-exec-connect-environment" {
		t.Errorf("not locked in, one can only: %s", here)
	}
	got := examine(t, newPool(t, Options{Children: 1}), magic("look around and call "+listener.Addr().String()))
	if got.Note != "nothing" {
		t.Errorf("a child can: %s", got.Note)
	}
}

// TestUnconfined: where nothing holds a child, nothing is decoded, unless the operator says otherwise.
func TestUnconfined(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bare := []string{self, childArgument, "bare"}
	p := newPool(t, Options{Children: 1, Command: bare})
	if _, err := p.Check(t.Context()); !errors.Is(err, ErrUnconfined) {
		t.Errorf("error %v", err)
	}
	if _, err := p.Examine(t.Context(), bytes.NewReader(pngPicture(t)), -1); !errors.Is(err, ErrUnconfined) {
		t.Errorf("error %v", err)
	}
	p = newPool(t, Options{Children: 1, Command: bare, BestEffort: true})
	if layers, err := p.Check(t.Context()); err != nil || layers.Landlock > 0 || layers.Seccomp {
		t.Errorf("held by %v, %v", layers, err)
	}
	if got := examine(t, p, pngPicture(t)); got.Fingerprint == nil {
		t.Errorf("found %+v", got)
	}
}

// TestDeathInIdleness: a child that dies between jobs costs nothing.
func TestDeathInIdleness(t *testing.T) {
	p := newPool(t, Options{Children: 1})
	good := pngPicture(t)
	examine(t, p, good)
	c := <-p.slots
	if err := c.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-c.exited
	p.slots <- c
	if got := examine(t, p, good); got.Fingerprint == nil {
		t.Errorf("found %+v", got)
	}
}

// TestReplacement: children live for a bounded number of jobs, and leave when they have grown.
func TestReplacement(t *testing.T) {
	good := pngPicture(t)
	identity := func(p *Pool) int {
		c := <-p.slots
		defer func() { p.slots <- c }()
		if c == nil {
			return 0
		}
		return c.process.Process.Pid
	}
	p := newPool(t, Options{Children: 1})
	examine(t, p, good)
	first := identity(p)
	examine(t, p, good)
	if identity(p) != first || first == 0 {
		t.Error("a child does not live on after a job")
	}
	c := <-p.slots
	c.jobs = maxJobs - 1
	p.slots <- c
	examine(t, p, good)
	if identity(p) != 0 {
		t.Error("a child outlives its last job")
	}
	small := newPool(t, Options{Children: 1, MemoryBytes: 32 << 20})
	img := image.NewGray(image.Rect(0, 0, 4000, 3000))
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	examine(t, small, out.Bytes())
	if identity(small) != 0 {
		t.Error("a child that has grown stays")
	}
}

// TestErrors: what is not the medium's fault is an error and no finding.
func TestErrors(t *testing.T) {
	good := pngPicture(t)
	p := newPool(t, Options{Children: 1})
	broken := errors.New("the store is away")
	for name, src := range map[string]io.Reader{
		"at once":   iotest.ErrReader(broken),
		"after all": io.MultiReader(bytes.NewReader(good), iotest.ErrReader(broken)),
		"half way":  io.MultiReader(bytes.NewReader(good[:len(good)-1]), iotest.ErrReader(broken)),
	} {
		if _, err := p.Examine(t.Context(), src, int64(len(good))); !errors.Is(err, broken) {
			t.Errorf("a source that fails %s: error %v", name, err)
		}
	}
	big := picture(t, func(w io.Writer, i image.Image) error {
		return (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(w, i)
	})
	for _, size := range []int64{int64(len(big)) - 1, int64(len(big)) + 1, 10} {
		if _, err := p.Examine(t.Context(), bytes.NewReader(big), size); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes announced as %d: error %v", len(big), size, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err := p.Examine(ctx, bytes.NewReader(magic("hang")), -1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v", err)
	}
	if got := examine(t, p, good); got.Fingerprint == nil {
		t.Errorf("after the errors: %+v", got)
	}
	self, _ := os.Executable()
	for _, command := range [][]string{{}, {filepath.Join(t.TempDir(), "absent")}, {self, childArgument, "broken"}} {
		_, err := newPool(t, Options{Children: 1, Command: command}).Examine(t.Context(), bytes.NewReader(good), -1)
		if err == nil {
			t.Errorf("command %q: no error", command)
		}
	}
	p.Close()
	if _, err := p.Examine(t.Context(), bytes.NewReader(good), -1); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed pool: error %v", err)
	}
}

// TestLimits: the limits hold in the child, and for the bytes on their way.
func TestLimits(t *testing.T) {
	good := pngPicture(t)
	pixels := newPool(t, Options{Children: 1, Limits: decode.Limits{MaxPixels: 200*150 - 1}})
	if got := examine(t, pixels, good); got.Unreadable != decode.TooManyPixels.Error() || got.Facts.Width != 200 || got.Limit != 200*150-1 {
		t.Errorf("one pixel too many: %+v", got)
	}
	size := newPool(t, Options{Children: 1, Limits: decode.Limits{MaxBytes: decode.SniffLen + 100}})
	data := append(bytes.Clone(good), make([]byte, 2*decode.SniffLen)...)
	for _, announced := range []int64{int64(len(data)), -1} {
		got, err := size.Examine(t.Context(), bytes.NewReader(data), announced)
		if err != nil || got.Unreadable != decode.TooManyBytes.Error() || got.Limit != decode.SniffLen+100 {
			t.Errorf("too many bytes, announced as %d: %+v, %v", announced, got, err)
		}
	}
}

// TestManyAtOnce mixes good pictures with all sorts of trouble.
func TestManyAtOnce(t *testing.T) {
	before := runtime.NumGoroutine()
	p := newPool(t, Options{Children: 3, Timeout: 5 * time.Second})
	good := pngPicture(t)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			data, want := good, ""
			switch i % 5 {
			case 1:
				data, want = magic("crash"), "crashed"
			case 3:
				data, want = good[:len(good)/4], "truncated" // too little to salvage
			}
			ex, err := p.Examine(t.Context(), bytes.NewReader(data), int64(len(data)))
			if err != nil || ex.Unreadable != want || (want == "") != (ex.Fingerprint != nil) {
				t.Errorf("job %d: %+v, %v", i, ex, err)
			}
		})
	}
	wg.Wait()
	p.Close()
	deadline := time.Now().Add(3 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d goroutines, %d before", now, before)
	}
	if left := children(t); len(left) > 0 {
		t.Errorf("children %v live on after Close", left)
	}
}

// children returns the processes that this one started and that are there still, on Linux.
func children(t *testing.T) (pids []int) {
	t.Helper()
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(os.Getpid()) {
			pid, _ := strconv.Atoi(strings.Fields(string(text))[0])
			pids = append(pids, pid)
		}
	}
	return pids
}

// TestHostileCorpus runs fuzzers' finds and broken files of all formats through a pool.
func TestHostileCorpus(t *testing.T) {
	folders := []string{"../../../shared/corpus/hostile", "../../../shared/corpus/formats"}
	if _, err := os.Stat(folders[0]); err != nil {
		t.Skip("../shared/corpus/hostile is not here: the pool is not tried on hostile files")
	}
	p := newPool(t, Options{})
	counts := make(map[string]int)
	var mu sync.Mutex // guards counts
	var wg sync.WaitGroup
	busy := make(chan struct{}, 4)
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			busy <- struct{}{}
			wg.Go(func() {
				defer func() { <-busy }()
				ex, err := p.Examine(t.Context(), bytes.NewReader(data), int64(len(data)))
				if err != nil {
					t.Errorf("%s: %v", path, err)
				}
				switch ex.Unreadable {
				case decode.Crashed.Error(), decode.TimeLimit.Error(), decode.MemoryLimit.Error():
					t.Logf("%s (%s): %s", path, ex.Facts.Format, ex.Unreadable)
				}
				mu.Lock()
				defer mu.Unlock()
				counts[string(ex.Facts.Kind)+" "+ex.Unreadable]++
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	t.Logf("%v", counts)
}
