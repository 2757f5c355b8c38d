package guard_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

// people is an AccountStore, a SessionStore and a Journal in memory.
type people struct {
	mu       sync.Mutex // guards what follows
	accounts map[string]triage.Account
	links    map[triage.SecretHash]triage.SignInLink
	sessions map[triage.SecretHash]triage.Session
	down     error // answer of every look-up, when set
}

func missing() error { return triage.E(triage.NotFound, "look up", "", "", nil) }

func (p *people) SaveAccount(_ context.Context, a triage.Account) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accounts[a.ID] = a
	return nil
}

func (p *people) Accounts(context.Context) ([]triage.Account, error) { return nil, nil }

func (p *people) Account(_ context.Context, id string) (triage.Account, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a, ok := p.accounts[id]; ok {
		return a, p.down
	}
	return triage.Account{}, missing()
}

func (p *people) AccountByToken(_ context.Context, token triage.SecretHash) (triage.Account, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down != nil {
		return triage.Account{}, p.down
	}
	for _, a := range p.accounts {
		if a.Token == token {
			return a, nil
		}
	}
	return triage.Account{}, missing()
}

func (p *people) SaveLink(_ context.Context, secret triage.SecretHash, l triage.SignInLink, _ time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.links[secret] = l
	return nil
}

func (p *people) TakeLink(_ context.Context, secret triage.SecretHash) (triage.SignInLink, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.links[secret]
	if !ok {
		return l, missing()
	}
	delete(p.links, secret)
	return l, nil
}

func (p *people) SaveSession(_ context.Context, secret triage.SecretHash, s triage.Session, _ time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions[secret] = s
	return nil
}

func (p *people) Session(_ context.Context, secret triage.SecretHash) (triage.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, ok := p.sessions[secret]; ok {
		return s, nil
	}
	return triage.Session{}, missing()
}

func (p *people) DropSession(_ context.Context, secret triage.SecretHash) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, secret)
	return nil
}

func (p *people) Append(_ context.Context, ev triage.Event) (triage.Event, error) { return ev, nil }

// lockedBuffer is a log that is read while it is written.
type lockedBuffer struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// house is a guarded application on a free port.
type house struct {
	*guard.Guard
	t      *testing.T
	url    string
	store  *people
	access *triage.Access
	log    *lockedBuffer
	client *http.Client
}

func newHouse(t *testing.T, tls bool, register func(g *guard.Guard)) *house {
	t.Helper()
	h := &house{t: t, log: &lockedBuffer{}, client: &http.Client{
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	h.store = &people{
		accounts: map[string]triage.Account{}, links: map[triage.SecretHash]triage.SignInLink{}, sessions: map[triage.SecretHash]triage.Session{},
	}
	h.access = &triage.Access{Accounts: h.store, Sessions: h.store, Events: &triage.Projector{Journal: h.store, Accounts: h.store}, Now: time.Now}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.Guard = guard.New(t.Context(), guard.Options{Access: h.access, TLS: tls, Log: log, Now: time.Now})
	register(h.Guard)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.url = "http://" + ln.Addr().String()
	served := make(chan error, 1)
	go func() { served <- h.App().Listener(guard.Listener(ln)) }()
	t.Cleanup(func() {
		h.client.CloseIdleConnections()
		if err := h.App().ShutdownWithTimeout(5 * time.Second); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return h
}

// token makes an account of a role.
func (h *house) token(role triage.Role) string {
	h.t.Helper()
	token, _, err := h.access.NewToken(h.t.Context(), triage.Operator, role, "somebody", "")
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

// session signs a browser in as a new account of a role.
func (h *house) session(role triage.Role) (string, triage.Session) {
	h.t.Helper()
	_, account, err := h.access.NewToken(h.t.Context(), triage.Operator, role, "somebody", "")
	if err != nil {
		h.t.Fatal(err)
	}
	link, err := h.access.NewLink(h.t.Context(), triage.Operator, account.ID, true, time.Minute)
	if err != nil {
		h.t.Fatal(err)
	}
	secret, s, err := h.access.SignIn(h.t.Context(), link)
	if err != nil {
		h.t.Fatal(err)
	}
	return secret, s
}

type answer struct {
	*http.Response
	body string
}

// ask sends a request with headers ("Name: value").
func (h *house) ask(method, path, body string, headers ...string) answer {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Add(name, value)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{resp, string(b)}
}

func hello(c *fiber.Ctx) error { return c.SendString("hello " + string(guard.Session(c).Actor.Role)) }

func TestARouteAnswersOnlyThoseItNames(t *testing.T) {
	h := newHouse(t, false, func(g *guard.Guard) {
		g.Handle("GET", "/nobody", guard.Policy{}, hello)
		g.Handle("GET", "/public", guard.Public(), hello)
		g.Handle("GET", "/unit", guard.For(triage.Unit), hello)
		g.Handle("GET", "/two", guard.For(triage.Examiner, triage.Admin), hello)
		g.Handle("GET", "/all", guard.SignedIn(), hello)
	})
	allowed := map[string][]triage.Role{
		"/nobody": nil, "/unit": {triage.Unit}, "/two": {triage.Examiner, triage.Admin}, "/all": triage.Roles, "/public": triage.Roles,
	}
	for path, roles := range allowed {
		want := http.StatusUnauthorized
		if path == "/public" {
			want = http.StatusOK
		}
		if a := h.ask("GET", path, ""); a.StatusCode != want {
			t.Errorf("%s as nobody: %d, want %d", path, a.StatusCode, want)
		}
		for _, role := range triage.Roles {
			want := http.StatusForbidden
			for _, r := range roles {
				if r == role {
					want = http.StatusOK
				}
			}
			secret, _ := h.session(role)
			for _, credential := range []string{"Authorization: Bearer " + h.token(role), "Cookie: vigie_session=" + secret} {
				if a := h.ask("GET", path, "", credential); a.StatusCode != want {
					t.Errorf("%s as %s by %.10s: %d, want %d", path, role, credential, a.StatusCode, want)
				}
			}
		}
	}
}

func TestNoRouteGoesPastTheGuard(t *testing.T) {
	g := guard.New(t.Context(), guard.Options{Access: &triage.Access{}, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	for name, register := range map[string]func(){
		"Get":    func() { g.App().Get("/open", hello) },
		"Use":    func() { g.App().Use("/open", hello) },
		"Static": func() { g.App().Static("/open", t.TempDir()) },
		"twice": func() {
			g.Handle("GET", "/one", guard.Public(), hello)
			g.Handle("GET", "/one", guard.Public(), hello)
		},
	} {
		if !panics(register) {
			t.Errorf("%s registered a route", name)
		}
		g = guard.New(t.Context(), guard.Options{Access: &triage.Access{}, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func TestCredentialsThatAreNone(t *testing.T) {
	h := newHouse(t, false, func(g *guard.Guard) { g.Handle("GET", "/all", guard.SignedIn(), hello) })
	token := h.token(triage.Unit)
	secret, _ := h.session(triage.Unit)
	for _, credential := range []string{
		"Authorization: Bearer ", "Authorization: Bearer vigie_wrong", "Authorization: Basic " + token, "Authorization: " + token,
		"Cookie: vigie_session=" + secret + "x", "Cookie: vigie_session=", "Cookie: session=" + secret,
	} {
		a := h.ask("GET", "/all", "", credential)
		if a.StatusCode != http.StatusUnauthorized || a.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: %d", credential, a.StatusCode)
		}
		if strings.Contains(a.body, secret) || strings.Contains(a.body, token) {
			t.Errorf("the answer repeats the secret: %s", a.body)
		}
	}
	// A wrong token is not saved by a right cookie: what is stated is what counts.
	if a := h.ask("GET", "/all", "", "Authorization: Bearer vigie_wrong", "Cookie: vigie_session="+secret); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("wrong token, right cookie: %d", a.StatusCode)
	}
	h.store.down = triage.E(triage.Unavailable, "redis", "", "", errors.New("down"))
	if a := h.ask("GET", "/all", "", "Authorization: Bearer "+token); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Errorf("store down: %d", a.StatusCode)
	}
}

func TestFailedSignInsAreCounted(t *testing.T) {
	h := newHouse(t, false, func(g *guard.Guard) { g.Handle("GET", "/all", guard.SignedIn(), hello) })
	token := h.token(triage.Unit)
	refused := 0
	for range 40 {
		if h.ask("GET", "/all", "", "Authorization: Bearer vigie_wrong").StatusCode == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 10 {
		t.Errorf("%d of 40 wrong tokens were refused as too many, want 10", refused)
	}
	if a := h.ask("GET", "/all", "", "Authorization: Bearer "+token); a.StatusCode != http.StatusOK {
		t.Errorf("a right token of the same address: %d", a.StatusCode)
	}
	if n := strings.Count(h.log.String(), "many failed sign-ins"); n != 1 {
		t.Errorf("told %d times in the log", n)
	}
}

func TestUnsafeRequestsOfBrowsers(t *testing.T) {
	h := newHouse(t, false, func(g *guard.Guard) {
		g.Handle("POST", "/act", guard.For(triage.Unit), hello)
		g.Handle("POST", "/signin", guard.Public(), hello)
	})
	secret, session := h.session(triage.Unit)
	_, other := h.session(triage.Unit)
	cookie := "Cookie: vigie_session=" + secret
	form := "Content-Type: application/x-www-form-urlencoded"
	right := "csrf=" + url.QueryEscape(session.CSRF)
	tests := []struct {
		name    string
		path    string
		body    string
		headers []string
		want    int
	}{
		{"header", "/act", "", []string{cookie, "X-CSRF-Token: " + session.CSRF}, 200},
		{"form field", "/act", right, []string{cookie, form}, 200},
		{"same origin", "/act", right, []string{cookie, form, "Origin: " + h.url, "Sec-Fetch-Site: same-origin"}, 200},
		{"same origin, older browser", "/act", right, []string{cookie, form, "Origin: " + h.url}, 200},
		{"no token", "/act", "", []string{cookie}, 403},
		{"empty token", "/act", "csrf=", []string{cookie, form}, 403},
		{"token of another session", "/act", "", []string{cookie, "X-CSRF-Token: " + other.CSRF}, 403},
		{"token as JSON", "/act", `{"csrf":"` + session.CSRF + `"}`, []string{cookie, "Content-Type: application/json"}, 403},
		{"token in the query", "/act?" + right, "", []string{cookie, form}, 403},
		{"another site", "/act", right, []string{cookie, form, "Sec-Fetch-Site: cross-site"}, 403},
		{"a sibling site", "/act", right, []string{cookie, form, "Sec-Fetch-Site: same-site"}, 403},
		{"another origin", "/act", right, []string{cookie, form, "Origin: http://evil.example"}, 403},
		{"null origin", "/act", right, []string{cookie, form, "Origin: null"}, 403},
		{"sign-in from another site", "/signin", "", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"sign-in", "/signin", "", []string{"Sec-Fetch-Site: same-origin"}, 200},
		{"a token needs none", "/act", "", []string{"Authorization: Bearer " + h.token(triage.Unit)}, 200},
	}
	for _, test := range tests {
		if a := h.ask("POST", test.path, test.body, test.headers...); a.StatusCode != test.want {
			t.Errorf("%s: %d %s, want %d", test.name, a.StatusCode, a.body, test.want)
		}
	}
}

func TestMultipartIsStreamedBehindItsToken(t *testing.T) {
	h := newHouse(t, false, func(g *guard.Guard) {
		g.Handle("POST", "/import", guard.For(triage.Admin).Body(64<<20), func(c *fiber.Ctx) error {
			form, err := guard.Multipart(c)
			if err != nil {
				return err
			}
			part, err := form.NextPart()
			if err != nil {
				return err
			}
			n, err := io.Copy(io.Discard, part)
			if err != nil {
				return err
			}
			return c.SendString(fmt.Sprint(part.FormName(), " ", n))
		})
	})
	secret, session := h.session(triage.Admin)
	send := func(names ...string) answer {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for _, name := range names {
			value := session.CSRF
			if name == "file" {
				value = strings.Repeat("x", 3<<20)
			}
			if err := w.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		w.Close()
		return h.ask("POST", "/import", b.String(), "Cookie: vigie_session="+secret, "Content-Type: "+w.FormDataContentType())
	}
	if a := send("csrf", "file"); a.body != "file 3145728" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := send("file", "csrf"); a.StatusCode != http.StatusForbidden {
		t.Errorf("token behind the file: %d %s", a.StatusCode, a.body)
	}
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	h := newHouse(t, true, func(g *guard.Guard) {
		g.Handle("GET", "/public", guard.Public(), hello)
		g.Handle("GET", "/static/x", guard.Public(), func(c *fiber.Ctx) error {
			c.Set("Cache-Control", "public, max-age=60")
			return c.SendString("x")
		})
		g.Handle("GET", "/panic", guard.Public(), func(*fiber.Ctx) error { panic("a secret") })
		g.Handle("GET", "/all", guard.SignedIn(), hello)
	})
	for path, status := range map[string]int{"/public": 200, "/static/x": 200, "/panic": 500, "/all": 401, "/nothing": 404} {
		a := h.ask("GET", path, "")
		if a.StatusCode != status {
			t.Errorf("%s: %d, want %d", path, a.StatusCode, status)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
				"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		want := "no-store"
		if path == "/static/x" {
			want = "public, max-age=60"
		}
		if got := a.Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control is %q", path, got)
		}
		if strings.Contains(a.body+h.log.String(), "a secret") {
			t.Error("the value of a panic got out")
		}
		if status >= 400 && a.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s", path, a.Header.Get("Content-Type"))
		}
	}
}

func TestErrorsAsPages(t *testing.T) {
	h := newHouse(t, false, func(g *guard.Guard) { g.Handle("GET", "/all", guard.SignedIn(), hello) })
	h.SetErrorPage(func(c *fiber.Ctx, status int, err error) error {
		if triage.IsKind(err, triage.Unsigned) {
			return c.Redirect("/signin", fiber.StatusSeeOther)
		}
		c.Type("html")
		return c.SendString(fmt.Sprint("page ", status))
	})
	browser := "Accept: text/html,application/xhtml+xml"
	if a := h.ask("GET", "/all", "", browser); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/signin" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := h.ask("GET", "/nothing", "", browser); a.StatusCode != 404 || a.body != "page 404" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := h.ask("POST", "/all", "", browser); a.StatusCode != 405 || a.Header.Get("Allow") != "GET" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := h.ask("GET", "/all", "", "Accept: application/json"); a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s", a.Header.Get("Content-Type"))
	}
}

func TestSessionCookie(t *testing.T) {
	register := func(g *guard.Guard) {
		g.Handle("GET", "/in", guard.Public(), func(c *fiber.Ctx) error {
			g.SetSession(c, "the-secret")
			return c.SendString("in")
		})
		g.Handle("GET", "/out", guard.Public(), func(c *fiber.Ctx) error {
			g.ClearSession(c)
			return c.SendString(guard.SessionSecret(c))
		})
	}
	for _, tls := range []bool{false, true} {
		h := newHouse(t, tls, register)
		cookies := h.ask("GET", "/in", "").Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%d cookies", len(cookies))
		}
		c := cookies[0]
		if c.Name != "vigie_session" || c.Value != "the-secret" || !c.HttpOnly || c.Secure != tls || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.MaxAge != 36000 {
			t.Errorf("%+v", c)
		}
		a := h.ask("GET", "/out", "", "Cookie: vigie_session=the-secret")
		if c := a.Cookies()[0]; a.body != "the-secret" || c.Value != "" || c.Expires.After(time.Now()) {
			t.Errorf("%q, %+v", a.body, c)
		}
	}
}

func TestTheLogNamesPatternsOnly(t *testing.T) {
	h := newHouse(t, false, func(g *guard.Guard) {
		g.Handle("GET", "/v1/media/:sha256", guard.For(triage.Unit), hello)
		g.Handle("GET", "/fail/:id", guard.Public(), func(*fiber.Ctx) error { return errors.New("boom") })
	})
	const hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	token := h.token(triage.Unit)
	h.ask("GET", "/v1/media/"+hash, "", "Authorization: Bearer "+token)
	h.ask("GET", "/nothing/"+hash, "")
	h.ask("GET", "/fail/"+hash, "")
	log := h.log.String()
	if strings.Contains(log, hash) || strings.Contains(log, token) {
		t.Errorf("a hash or a token is in the log:\n%s", log)
	}
	for _, want := range []string{"route=/v1/media/:sha256 status=200", "session=token-a", "route=unmatched status=404", "route=/fail/:id status=500", "error=boom"} {
		if !strings.Contains(log, want) {
			t.Errorf("%q is not in the log:\n%s", want, log)
		}
	}
}

func TestStreamThatFailsIsCutShort(t *testing.T) {
	left := make(chan error, 1)
	h := newHouse(t, false, func(g *guard.Guard) {
		write := func(lines int, err error) fiber.Handler {
			return func(c *fiber.Ctx) error {
				return guard.Stream(c, "application/x-ndjson", func(w *bufio.Writer) error {
					for range lines {
						if _, err := w.WriteString("0123456789abcde\n"); err != nil {
							return err
						}
					}
					return err
				})
			}
		}
		g.Handle("GET", "/whole", guard.Public(), write(100_000, nil))
		g.Handle("GET", "/cut", guard.Public(), write(100_000, errors.New("broken")))
		g.Handle("GET", "/panic", guard.Public(), func(c *fiber.Ctx) error {
			return guard.Stream(c, "text/plain", func(*bufio.Writer) error { panic("no") })
		})
		g.Handle("GET", "/endless", guard.Public(), func(c *fiber.Ctx) error {
			return guard.Stream(c, "text/plain", func(w *bufio.Writer) error {
				for {
					if _, err := w.WriteString("more "); err != nil {
						left <- err
						return err
					}
				}
			})
		})
	})
	read := func(path string) (int64, error) {
		resp, err := h.client.Get(h.url + path)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		if path == "/endless" {
			return io.CopyN(io.Discard, resp.Body, 1<<20)
		}
		return io.Copy(io.Discard, resp.Body)
	}
	if n, err := read("/whole"); n != 1_600_000 || err != nil {
		t.Errorf("whole: %d bytes, %v", n, err)
	}
	if n, err := read("/cut"); err == nil {
		t.Errorf("cut: %d bytes and no error", n)
	}
	if n, err := read("/panic"); err == nil {
		t.Errorf("panic: %d bytes and no error", n)
	}
	if _, err := read("/endless"); err != nil {
		t.Error(err)
	}
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Error("the writer did not learn that its reader left")
	}
}
