package guard_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

func bodyRoutes(g *guard.Guard) {
	g.Handle("PUT", "/small", guard.Public().Body(1000), func(c *fiber.Ctx) error {
		n, err := io.Copy(io.Discard, guard.Body(c))
		if err != nil {
			return err
		}
		return c.SendString(fmt.Sprint(n))
	})
	g.Handle("PUT", "/large", guard.Public().Body(1<<30), func(c *fiber.Ctx) error {
		n, err := io.Copy(io.Discard, guard.Body(c))
		if err != nil {
			return err
		}
		return c.SendString(fmt.Sprint(n))
	})
	g.Handle("PUT", "/ignored", guard.Public().Body(1<<30), func(c *fiber.Ctx) error { return c.SendString("ignored") })
	g.Handle("PUT", "/refused", guard.For(triage.Unit).Body(1<<30), hello)
	g.Handle("GET", "/next", guard.Public(), func(c *fiber.Ctx) error { return c.SendString("next") })
}

func TestBodies(t *testing.T) {
	h := newHouse(t, false, bodyRoutes)
	tests := []struct {
		name   string
		path   string
		size   int
		header string
		want   int
		body   string
	}{
		{"none", "/small", 0, "", 200, "0"},
		{"at the limit", "/small", 1000, "", 200, "1000"},
		{"over the limit", "/small", 1001, "", 413, ""},
		{"far over the limit", "/small", 8 << 20, "", 413, ""},
		{"larger than the prefetched bytes", "/large", 20 << 20, "", 200, "20971520"},
		{"exactly the prefetched bytes", "/large", 8 << 10, "", 200, "8192"},
		{"not read, small", "/ignored", 1000, "", 200, "ignored"},
		{"not read, large", "/ignored", 8 << 20, "", 200, "ignored"},
		{"nobody's, large", "/refused", 8 << 20, "", 401, ""},
		{"no such address, large", "/nowhere", 8 << 20, "", 404, ""},
		{"packed", "/large", 100, "Content-Encoding: gzip", 415, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var headers []string
			if test.header != "" {
				headers = append(headers, test.header)
			}
			a := h.ask("PUT", test.path, strings.Repeat("x", test.size), headers...)
			if a.StatusCode != test.want || test.body != "" && a.body != test.body {
				t.Errorf("%d %s, want %d %s", a.StatusCode, a.body, test.want, test.body)
			}
			if a := h.ask("GET", "/next", ""); a.body != "next" {
				t.Errorf("the request after it: %d %s", a.StatusCode, a.body)
			}
		})
	}
}

func TestBodyOfUnknownLength(t *testing.T) {
	h := newHouse(t, false, bodyRoutes)
	req, err := http.NewRequestWithContext(t.Context(), "PUT", h.url+"/large", io.LimitReader(zeros{}, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusLengthRequired {
		t.Errorf("%d, want 411", resp.StatusCode)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// raw sends bytes as they are and returns everything that comes back.
func (h *house) raw(request string) string {
	h.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		h.t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		h.t.Fatal(err)
	}
	var b bytes.Buffer
	io.Copy(&b, bufio.NewReader(conn)) //nolint:errcheck // what came is looked at
	return b.String()
}

// What is left of a body must never be taken for a request: a refused upload could hide one.
func TestNoRequestHidesInABody(t *testing.T) {
	h := newHouse(t, false, bodyRoutes)
	hidden := "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"
	padding := strings.Repeat("x", 300<<10)
	for name, request := range map[string]string{
		"not read":                     fmt.Sprintf("PUT /ignored HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s%s", len(padding)+len(hidden), padding, hidden),
		"refused":                      fmt.Sprintf("PUT /refused HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s%s", len(padding)+len(hidden), padding, hidden),
		"chunked":                      fmt.Sprintf("PUT /large HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n%s", len(hidden), hidden, hidden),
		"of a GET":                     fmt.Sprintf("GET /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s%s", len(padding)+len(hidden), padding, hidden),
		"two lengths, no such address": fmt.Sprintf("PUT /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\nContent-Length: 0\r\n\r\n%s%s", len(padding)+len(hidden), padding, hidden),
		"two lengths":                  fmt.Sprintf("PUT /ignored HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\nContent-Length: 0\r\n\r\n%s%s", len(padding)+len(hidden), padding, hidden),
	} {
		answer := h.raw(request)
		if strings.Contains(answer, "\r\n\r\nnext") || strings.Count(answer, "HTTP/1.1 ") > 1 {
			t.Errorf("%s: a hidden request was answered:\n%s", name, answer)
		}
		if !strings.HasPrefix(answer, "HTTP/1.1 ") {
			t.Errorf("%s: no answer arrived: %q", name, answer)
		}
	}
}

func TestBrokenUploadFails(t *testing.T) {
	result := make(chan error, 1)
	h := newHouse(t, false, func(g *guard.Guard) {
		g.Handle("PUT", "/large", guard.Public().Body(1<<30), func(c *fiber.Ctx) error {
			_, err := io.Copy(io.Discard, guard.Body(c))
			result <- err
			return err
		})
	})
	for _, sent := range []int{10 << 10, 1 << 20} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "PUT /large HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", 2<<20, strings.Repeat("x", sent))
		conn.Close()
		select {
		case err := <-result:
			if !triage.IsKind(err, triage.Unavailable) {
				t.Errorf("after %d bytes: %v", sent, err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("after %d bytes: the reader waits", sent)
		}
	}
}

// A refusal arrives though the body was not read, over TLS too, where the answer is lost most easily.
func TestRefusalArrivesOverTLS(t *testing.T) {
	certificates := httptest.NewTLSServer(nil) // for its certificate, which its client trusts
	defer certificates.Close()
	served := make(chan error, 1)
	t.Cleanup(func() { // after the house's own, which closes the listener
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	h := newHouse(t, true, bodyRoutes)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		secure := tls.NewListener(guard.Listener(ln), &tls.Config{Certificates: certificates.TLS.Certificates, MinVersion: tls.VersionTLS12})
		served <- h.App().Server().Serve(secure)
	}()
	client := certificates.Client()
	for range 20 {
		body := io.LimitReader(zeros{}, 64<<20)
		req, err := http.NewRequestWithContext(t.Context(), "PUT", "https://"+ln.Addr().String()+"/refused", body)
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = 64 << 20
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%d, want 401", resp.StatusCode)
		}
	}
	client.CloseIdleConnections()
}
