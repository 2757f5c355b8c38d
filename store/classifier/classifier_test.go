package classifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/triage"
)

var alpha = triage.Model{Name: "alpha", Version: "1.0"}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

// newClient returns a client of a server that answers as handler does.
func newClient(t *testing.T, o Options, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	o.URL = server.URL
	if o.Now == nil {
		o.Now = newClock().Now
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// honest scores each picture by its first byte, in thousandths of 255.
func honest(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == pathModel {
		fmt.Fprint(w, `{"name":"alpha","version":"1.0"}`)
		return
	}
	var asked scoresRequest
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	said := answerScores{Model: answerModel{"alpha", "1.0"}}
	for _, p := range slices.Backward(asked.Pictures) { // in whatever order
		v := float64(p.JPEG[0]) / 255
		said.Scores = append(said.Scores, answerScore{p.ID, &v})
	}
	_ = json.NewEncoder(w).Encode(said)
}

func TestScores(t *testing.T) {
	var seen []string
	var outcomes []string
	o := Options{Token: "open sesame", Observe: func(outcome string, n int, _ time.Duration) { outcomes = append(outcomes, fmt.Sprint(outcome, n)) }}
	c := newClient(t, o, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization"))
		honest(w, r)
	})
	if m, err := c.Model(t.Context()); err != nil || m != alpha {
		t.Fatal(m, err)
	}
	values, err := c.Score(t.Context(), alpha, [][]byte{{255}, {0}, {51}})
	if err != nil || len(values) != 3 || *values[0] != 1000 || *values[1] != 0 || *values[2] != 200 {
		t.Fatal(values, err)
	}
	want := []string{"GET /v1/model Bearer open sesame", "POST /v1/scores Bearer open sesame"}
	if !slices.Equal(seen, want) || !slices.Equal(outcomes, []string{"ok3"}) {
		t.Error(seen, outcomes)
	}
	if _, err := c.Score(t.Context(), triage.Model{Name: "alpha", Version: "2"}, [][]byte{{1}}); !triage.IsKind(err, triage.Stale) {
		t.Error("another model answered:", err)
	}
}

// TestNamesLastOneRequest: what a picture is called in one request says nothing in the next, nor of the picture.
func TestNamesLastOneRequest(t *testing.T) {
	var names []string
	c := newClient(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		var asked scoresRequest
		_ = json.NewDecoder(r.Body).Decode(&asked)
		said := answerScores{Model: answerModel{"alpha", "1.0"}}
		for _, p := range asked.Pictures {
			names = append(names, p.ID)
			said.Scores = append(said.Scores, answerScore{ID: p.ID})
		}
		_ = json.NewEncoder(w).Encode(said)
	})
	for range 2 {
		values, err := c.Score(t.Context(), alpha, [][]byte{{1}, {1}})
		if err != nil || values[0] != nil || values[1] != nil {
			t.Fatal(values, err)
		}
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != 4 {
		t.Error("a name came back:", names)
	}
	for _, name := range names {
		if !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(name) {
			t.Errorf("the name %q", name)
		}
	}
}

// TestBadAnswers: whatever a program does is an error of a kind, within the time.
func TestBadAnswers(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	say := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
	}
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		kind    triage.Kind
		outcome string
	}{
		"500": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) }, triage.Unavailable, Refused},
		"401": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, triage.Unavailable, Refused},
		"204": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, triage.Unavailable, Refused},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, triage.Unavailable, Refused},
		"garbage":   {say("\x00\xff garbage"), triage.Invalid, Nonsense},
		"empty":     {say(""), triage.Invalid, Nonsense},
		"no model":  {say(`{"scores":[]}`), triage.Invalid, Nonsense},
		"no scores": {say(`{"model":{"name":"alpha","version":"1.0"}}`), triage.Invalid, Nonsense},
		"too long":  {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat(" ", 1<<20), "{}") }, triage.Invalid, Nonsense},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			fmt.Fprint(w, `{"mod`)
		}, triage.Unavailable, NoAnswer},
		"closed": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, triage.Unavailable, NoAnswer},
		"hangs":  {func(_ http.ResponseWriter, r *http.Request) { hang(r) }, triage.Unavailable, NoAnswer},
		"hangs late": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "{")
			w.(http.Flusher).Flush()
			hang(r)
		}, triage.Unavailable, NoAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			var outcomes []string
			o := Options{Timeout: 300 * time.Millisecond, Observe: func(outcome string, _ int, _ time.Duration) { outcomes = append(outcomes, outcome) }}
			c := newClient(t, o, test.handler)
			start := time.Now()
			if values, err := c.Score(t.Context(), alpha, [][]byte{{1}, {2}}); values != nil || !triage.IsKind(err, test.kind) {
				t.Errorf("scores %v, %v", values, err)
			}
			if _, err := c.Model(t.Context()); !triage.IsKind(err, test.kind) && name != "no scores" {
				t.Errorf("model: %v", err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Error("it took", took)
			}
			if !slices.Equal(outcomes, []string{test.outcome}) {
				t.Error("outcomes", outcomes)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		gone := httptest.NewServer(http.NotFoundHandler())
		gone.Close()
		c, err := New(Options{URL: gone.URL, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Model(t.Context()); !triage.IsKind(err, triage.Unavailable) {
			t.Error(err)
		}
	})
}

// hang waits until who asked has gone.
func hang(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then the server sees that
	<-r.Context().Done()
}

// TestSlow: an answer that comes in time, however little by little, counts.
func TestSlow(t *testing.T) {
	c := newClient(t, Options{Timeout: 10 * time.Second}, func(w http.ResponseWriter, _ *http.Request) {
		for _, piece := range []string{`{"name":"al`, `pha","vers`, `ion":"1.0"}`} {
			fmt.Fprint(w, piece)
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	})
	if m, err := c.Model(t.Context()); err != nil || m != alpha {
		t.Error(m, err)
	}
}

// TestLeftAlone: after five failures a program is not asked for a pause, then once; the pauses grow; when it answers, all is
// well again. That it tells its name meanwhile changes nothing.
func TestLeftAlone(t *testing.T) {
	var asked atomic.Int64
	var well atomic.Bool
	time := newClock()
	c := newClient(t, Options{Now: time.Now}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == pathScores {
			asked.Add(1)
			if !well.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
		}
		honest(w, r)
	})
	score := func() error {
		if _, err := c.Model(t.Context()); err != nil {
			return err
		}
		_, err := c.Score(t.Context(), alpha, [][]byte{{1}})
		return err
	}
	for range 3 * failuresToOpen {
		if err := score(); !triage.IsKind(err, triage.Unavailable) {
			t.Fatal(err)
		}
	}
	if n := asked.Load(); n != failuresToOpen {
		t.Fatalf("asked %d times", n)
	}
	for pause, i := 2*firstPause, 1; i < 4; pause, i = 2*pause, i+1 {
		time.move(pause / 2)
		_ = score()
		_ = score() // it is left alone again
		if n := asked.Load(); n != int64(failuresToOpen+i) {
			t.Fatalf("after %d pauses it was asked %d times", i, n)
		}
		time.move(pause - 1) // the next pause is twice as long
		if err := score(); err == nil || asked.Load() != int64(failuresToOpen+i) {
			t.Fatalf("it was asked before pause %d was over", i+1)
		}
		time.move(1 - pause)
	}
	well.Store(true)
	time.move(maxPause)
	for range 2 * failuresToOpen {
		if err := score(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOneProbe: while one call tries whether a program is well again, no other is made.
func TestOneProbe(t *testing.T) {
	time := newClock()
	b := breaker{now: time.Now}
	fail := errors.New("failed")
	for range failuresToOpen + 3 {
		_ = b.do(t.Context(), func() error { return fail })
	}
	time.move(maxPause)
	err := b.do(t.Context(), func() error {
		if err := b.open(); err == nil {
			t.Error("a second call would be made beside")
		}
		return b.do(t.Context(), func() error { t.Error("a second call is made beside"); return nil })
	})
	if !triage.IsKind(err, triage.Unavailable) {
		t.Error(err)
	}
	time.move(maxPause)
	ended, stop := context.WithCancel(t.Context())
	stop()
	before := b.failures
	if err := b.do(ended, func() error { return ended.Err() }); err == nil || b.failures != before || b.trying {
		t.Error("a call that was given up says something:", err, b.failures, b.trying)
	}
	for range 40 { // the pause does not grow beyond its bound
		time.move(maxPause)
		if err := b.do(t.Context(), func() error { return fail }); !errors.Is(err, fail) {
			t.Fatal("not called:", err)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, fine := range map[string]bool{
		"http://127.0.0.1:8791": true, "http://[::1]:1/": true, "http://localhost:1/models/a": true, "https://gpu.example:8443": true,
		"http://gpu.example": false, "http://10.0.0.1:80": false, "ftp://127.0.0.1": false, "127.0.0.1:8791": false, "": false,
		"http://a:b@127.0.0.1": false, "http://127.0.0.1/?x=1": false, "http://127.0.0.1/#x": false, "https://": false,
	} {
		if _, err := New(Options{URL: address, Now: time.Now}); (err == nil) != fine {
			t.Errorf("%q: %v", address, err)
		}
	}
}
