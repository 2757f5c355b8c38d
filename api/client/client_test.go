package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vigie/api/client"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/triage"
)

// serve answers with h, told the number of the try (1 is the first).
func serve(t *testing.T, h func(try int, w http.ResponseWriter, r *http.Request)) (*client.Client, *atomic.Int32) {
	t.Helper()
	var tries atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h(int(tries.Add(1)), w, r) }))
	t.Cleanup(s.Close)
	c := client.New(s.URL+"/", "vigie_token")
	c.Patience = 5 * time.Second
	return c, &tries
}

func refuse(w http.ResponseWriter, status int, kind triage.Kind, hint string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"type":"urn:vigie:%s","title":"t","status":%d,"detail":%q,"instance":"x1","kind":%q}`, kind, status, hint, kind)
}

// hangUp breaks the connection without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	conn.Close()
}

func TestProblemsKeepKindAndHint(t *testing.T) {
	c, tries := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer vigie_token" || r.URL.Path != "/v1/me" {
			t.Errorf("%s %s, %s", r.Method, r.URL.Path, r.Header.Get("Authorization"))
		}
		refuse(w, 403, triage.Forbidden, "ask the administrator")
	})
	_, err := c.Me(t.Context())
	e, ok := errors.AsType[*triage.Error](err)
	if !ok || e.Kind != triage.Forbidden || e.Hint != "ask the administrator" || e.Object != "x1" || e.Op == "" {
		t.Errorf("%#v", err)
	}
	if tries.Load() != 1 {
		t.Errorf("asked %d times", tries.Load())
	}
}

func TestAnswersThatAreNoProblems(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		want   triage.Kind
	}{
		"another server":   {404, "<html>nginx</html>", triage.NotFound},
		"a redirect":       {302, "", triage.Invalid},
		"no JSON":          {200, "<html>", triage.Internal},
		"an unknown kind":  {409, `{"kind":"new","status":409,"title":"t"}`, triage.Conflict},
		"an empty problem": {401, `{}`, triage.Unsigned},
	} {
		c, _ := serve(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://elsewhere.example/")
			w.WriteHeader(test.status)
			io.WriteString(w, test.body)
		})
		if _, err := c.Me(t.Context()); triage.KindOf(err) != test.want || err == nil {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

// What will not be better in two minutes is told at once.
func TestAddressesThatCannotWork(t *testing.T) {
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	for address, want := range map[string]triage.Kind{
		"": triage.Invalid, "localhost:8080": triage.Invalid, "127.0.0.1:8080": triage.Invalid, "ftp://host": triage.Invalid,
		"http://": triage.Invalid, untrusted.URL: triage.Forbidden,
	} {
		start := time.Now()
		if _, err := client.New(address, "t").Me(t.Context()); !triage.IsKind(err, want) || time.Since(start) > 5*time.Second {
			t.Errorf("%q: %v after %v, want %s", address, err, time.Since(start), want)
		}
	}
}

func TestWaitsForTheService(t *testing.T) {
	c, tries := serve(t, func(try int, w http.ResponseWriter, _ *http.Request) {
		switch try {
		case 1:
			refuse(w, 503, triage.Unavailable, "catching up")
		case 2:
			hangUp(w)
		default:
			io.WriteString(w, `{"id":"a1","name":"n","role":"unit"}`)
		}
	})
	var waits atomic.Int32
	c.OnWait = func(wait time.Duration, why error) {
		waits.Add(1)
		if wait <= 0 || why == nil {
			t.Errorf("wait %v for %v", wait, why)
		}
	}
	me, err := c.Me(t.Context())
	// net/http itself sends a GET again at once when a connection that was kept open breaks: that is no wait.
	if err != nil || me.ID != "a1" || tries.Load() != 3 || waits.Load() < 1 {
		t.Errorf("%+v, %v, %d tries, %d waits", me, err, tries.Load(), waits.Load())
	}
}

// A service that says itself that it is full is waited for beyond patience: it goes on by itself.
func TestWaitsWhileFull(t *testing.T) {
	c, tries := serve(t, func(try int, w http.ResponseWriter, _ *http.Request) {
		if try <= 6 {
			refuse(w, 503, triage.Full, "the disk is full")
			return
		}
		io.WriteString(w, `{"id":"a1","name":"n","role":"unit"}`)
	})
	c.Patience = time.Millisecond
	var reasons atomic.Int32
	c.OnWait = func(_ time.Duration, why error) {
		if triage.IsKind(why, triage.Full) {
			reasons.Add(1)
		}
	}
	if _, err := c.Me(t.Context()); err != nil || tries.Load() != 7 || reasons.Load() != 6 {
		t.Errorf("%v, %d tries, %d reasons", err, tries.Load(), reasons.Load())
	}
}

func TestPatienceEnds(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close() // nobody listens there
	c := client.New("http://"+ln.Addr().String(), "t")
	c.Patience = 300 * time.Millisecond
	start := time.Now()
	_, err = c.Me(t.Context())
	if !triage.IsKind(err, triage.Unavailable) {
		t.Errorf("%v", err)
	}
	if took := time.Since(start); took < c.Patience || took > 10*c.Patience {
		t.Errorf("gave up after %v", took)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	c.Patience = time.Hour
	if _, err := c.Me(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// What is not the same done twice is sent again only when it was refused.
func TestUnrepeatableCalls(t *testing.T) {
	for name, call := range map[string]func(c *client.Client) error{
		"reveal": func(c *client.Client) error {
			_, err := c.Reveal(t.Context(), "g", triage.StepBlurred, "a reason")
			return err
		},
		"decide": func(c *client.Client) error {
			_, err := c.Decide(t.Context(), "g", wire.DecisionRequest{Verdict: string(triage.Unsure)})
			return err
		},
		"import": func(c *client.Client) error {
			_, err := c.ImportSet(t.Context(), triage.ImportOptions{}, from("x"), 1)
			return err
		},
	} {
		c, tries := serve(t, func(_ int, w http.ResponseWriter, _ *http.Request) { hangUp(w) })
		if err := call(c); !triage.IsKind(err, triage.Unknown) || tries.Load() != 1 {
			t.Errorf("%s, answer lost: %v after %d tries", name, err, tries.Load())
		}
		c, tries = serve(t, func(try int, w http.ResponseWriter, _ *http.Request) {
			if try == 1 {
				refuse(w, 503, triage.Unavailable, "starting")
				return
			}
			io.WriteString(w, `{}`)
		})
		if err := call(c); err != nil || tries.Load() != 2 {
			t.Errorf("%s, refused: %v after %d tries", name, err, tries.Load())
		}
	}
}

func from(s string) client.Source {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
}

func TestUploadIsSentAgainFromItsBeginning(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 64<<10) // 1 MiB
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	digests, _, err := hashing.Digest(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	c, tries := serve(t, func(try int, w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != int64(len(content)) || r.URL.Path != "/v1/media/"+digests.SHA256.String() {
			t.Errorf("%d bytes to %s", r.ContentLength, r.URL.Path)
		}
		switch try {
		case 1: // broken in the middle
			io.CopyN(io.Discard, r.Body, 1000)
			hangUp(w)
		case 2: // refused at its end
			io.Copy(io.Discard, r.Body)
			refuse(w, 503, triage.Unavailable, "store")
		default:
			got, err := io.ReadAll(r.Body)
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			w.WriteHeader(http.StatusNoContent)
		}
	})
	opened := 0
	err = c.Upload(t.Context(), digests.SHA256, func() (io.ReadCloser, error) {
		opened++
		return os.Open(path)
	}, int64(len(content)))
	if err != nil || tries.Load() != 3 || opened != 3 {
		t.Errorf("%v, %d tries, opened %d times", err, tries.Load(), opened)
	}
}

// A file that cannot be read is not a service that does not answer.
func TestUploadOfABrokenFile(t *testing.T) {
	broken := errors.New("input/output error")
	sources := map[string]client.Source{
		"cannot be opened": func() (io.ReadCloser, error) { return nil, broken },
		"breaks": func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("abc"), errReader{broken})), nil
		},
	}
	for name, source := range sources {
		c, tries := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			refuse(w, 503, triage.Unavailable, "the bytes stopped coming")
		})
		start := time.Now()
		err := c.Upload(t.Context(), hashing.SHA256{1}, source, 1000)
		if !triage.IsKind(err, triage.Corrupt) || !errors.Is(err, broken) || time.Since(start) > 2*time.Second {
			t.Errorf("%s: %v after %d tries and %v", name, err, tries.Load(), time.Since(start))
		}
	}
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

func TestUploadThatIsRefusedBeforeItIsRead(t *testing.T) {
	c, tries := serve(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		refuse(w, 404, triage.NotFound, "send the part first")
	})
	content := strings.Repeat("x", 100<<10)
	err := c.Upload(t.Context(), hashing.SHA256{1}, from(content), int64(len(content)))
	if !triage.IsKind(err, triage.NotFound) || tries.Load() != 1 {
		t.Errorf("%v after %d tries", err, tries.Load())
	}
}

func TestFindingsStream(t *testing.T) {
	line := `{"path":"p","sha256":"","disposition":"media","finding":"known"}` + "\n"
	tests := []struct {
		name  string
		serve func(try int, w http.ResponseWriter)
		lines int
		want  triage.Kind // "" for none
	}{
		{"none", func(int, http.ResponseWriter) {}, 0, ""},
		{"all", func(_ int, w http.ResponseWriter) { io.WriteString(w, strings.Repeat(line, 1000)) }, 1000, ""},
		{"cut short", func(_ int, w http.ResponseWriter) {
			io.WriteString(w, strings.Repeat(line, 3))
			w.(http.Flusher).Flush()
			hangUp(w)
		}, 3, triage.Unavailable},
		{"cut in a line", func(_ int, w http.ResponseWriter) {
			io.WriteString(w, line+line[:10])
			w.(http.Flusher).Flush()
			hangUp(w)
		}, 1, triage.Unavailable},
		{"cut before the first line, once", func(try int, w http.ResponseWriter) {
			if try == 1 {
				w.(http.Flusher).Flush()
				hangUp(w)
				return
			}
			io.WriteString(w, line)
		}, 1, ""},
		{"refused", func(_ int, w http.ResponseWriter) { refuse(w, 409, triage.Conflict, "not complete") }, 0, triage.Conflict},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, _ := serve(t, func(try int, w http.ResponseWriter, _ *http.Request) { test.serve(try, w) })
			lines, kind := 0, triage.Kind("")
			for f, err := range c.Findings(t.Context(), "x1") {
				if err != nil {
					kind = triage.KindOf(err)
					continue
				}
				if f.Finding != "known" {
					t.Errorf("%+v", f)
				}
				lines++
			}
			if lines != test.lines || kind != test.want {
				t.Errorf("%d lines and %q, want %d and %q", lines, kind, test.lines, test.want)
			}
		})
	}
	c, _ := serve(t, func(_ int, w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat(line, 1000)) })
	for range c.Findings(t.Context(), "x1") {
		break // must not call again
	}
}
