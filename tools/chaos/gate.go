package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"vigie/api/wire"
	"vigie/triage"
)

const (
	dialPatience = time.Second
	uploadPause  = 10 * time.Millisecond // a slower network than the loopback: faults meet uploads under way
	maxAnswer    = 4 << 20               // bytes
)

// gate stands before the API processes, as a load balancer would, and keeps the ledger. It hands each request to one
// process that listens, once: trying again is the client's matter.
type gate struct {
	ledger *ledger
	turn   atomic.Uint64
	mute   atomic.Bool // answers are lost on their way to the client
	apis   []string    // host:port
	proxy  *httputil.ReverseProxy
	server *http.Server
	url    string
}

var errMuted = errors.New("the answer is lost")

func newGate(l *ledger, apis []string) (*gate, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	g := &gate{ledger: l, apis: apis, url: "http://" + ln.Addr().String()}
	silent := log.New(io.Discard, "", 0)
	g.proxy = &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = "http", passageOf(r.In).host },
		Transport:      &http.Transport{DisableKeepAlives: true},
		ModifyResponse: g.answered,
		ErrorHandler:   func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:       silent,
	}
	g.server = &http.Server{Handler: g, ErrorLog: silent, ReadHeaderTimeout: time.Minute}
	go func() { _ = g.server.Serve(ln) }() // until close
	return g, nil
}

func (g *gate) close() { g.server.Close() }

// passage is what the gate knows of a request on its way.
type passage struct {
	host    string // of the process that answers it
	act     act
	counted bool            // act is one of routes
	before  map[string]bool // uploads that had been acknowledged when it came: none of them may be wanted again
}

type passageKey struct{}

func passageOf(r *http.Request) passage {
	p, _ := r.Context().Value(passageKey{}).(passage)
	return p
}

// ServeHTTP implements http.Handler.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := g.pick()
	if host == "" {
		w.Header().Set("Content-Type", wire.ProblemType)
		w.WriteHeader(http.StatusServiceUnavailable)
		_ = json.NewEncoder(w).Encode(wire.StatusProblem(http.StatusServiceUnavailable, "no API process listens"))
		return
	}
	p := passage{host: host, before: g.ledger.uploadsUntilNow()}
	var times int
	if p.act, times, p.counted = request(r); p.counted {
		g.ledger.ask(p.act, times)
	}
	if p.act.kind == confirmed { // it claims the group, too
		g.ledger.ask(act{kind: triage.GroupClaimed, subject: p.act.subject}, 1)
	}
	if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/v1/media/") {
		time.Sleep(uploadPause)
	}
	g.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), passageKey{}, p)))
}

// pick returns a process that accepts connections, in turn; "" when there is none.
func (g *gate) pick() string {
	turn := g.turn.Add(1)
	for i := range g.apis {
		host := g.apis[(turn+uint64(i))%uint64(len(g.apis))] //nolint:gosec // i is not negative
		if conn, err := net.DialTimeout("tcp", host, dialPatience); err == nil {
			conn.Close()
			return host
		}
	}
	return ""
}

// The routes whose acts are counted.
var routes = []struct {
	method string
	path   *regexp.Regexp
	kind   triage.EventKind
}{
	{http.MethodPost, regexp.MustCompile(`^/v1/exhibits$`), triage.ExhibitOpened},
	{http.MethodPut, regexp.MustCompile(`^/v1/exhibits/([^/]+)/parts/([^/]+)$`), triage.PartReceived},
	{http.MethodPost, regexp.MustCompile(`^/v1/exhibits/([^/]+)/seal$`), triage.ExhibitSealed},
	{http.MethodGet, regexp.MustCompile(`^/v1/exhibits/([^/]+)/findings$`), triage.FindingsRead},
	{http.MethodPut, regexp.MustCompile(`^/v1/media/([^/]+)$`), uploaded},
	{http.MethodPost, regexp.MustCompile(`^/v1/sets$`), triage.SetImported},
	{http.MethodPost, regexp.MustCompile(`^/v1/sets/([^/]+)/withdraw$`), triage.SetWithdrawn},
	{http.MethodPost, regexp.MustCompile(`^/v1/sets/([^/]+)/entries/([^/]+)$`), triage.EntryWasWithdrawn}, // or restored: see request
	{http.MethodPost, regexp.MustCompile(`^/v1/checks$`), triage.HashChecked},
	{http.MethodPost, regexp.MustCompile(`^/v1/groups/([^/]+)/claim$`), triage.GroupClaimed},
	{http.MethodPost, regexp.MustCompile(`^/v1/groups/([^/]+)/reveals$`), triage.RevealGranted},
	{http.MethodPost, regexp.MustCompile(`^/v1/groups/([^/]+)/decision$`), triage.DecisionMade},
	{http.MethodPost, regexp.MustCompile(`^/v1/groups/([^/]+)/confirmation$`), confirmed},
	{http.MethodPut, regexp.MustCompile(`^/v1/ranking$`), triage.WeightsChanged},
	{http.MethodPost, regexp.MustCompile(`^/v1/cases/([^/]+)/close$`), triage.CaseIsClosed},
	{http.MethodPost, regexp.MustCompile(`^/v1/cases/([^/]+)/reopen$`), triage.CaseIsReopened},
}

// request says what a request asks for, and how often.
func request(r *http.Request) (a act, n int, ok bool) {
	for _, route := range routes {
		if m := route.path.FindStringSubmatch(r.URL.Path); m != nil && r.Method == route.method {
			a = act{kind: route.kind}
			if len(m) > 1 {
				a.subject = m[1]
			}
			if len(m) > 2 {
				a.detail = m[2]
			}
			if a.kind == triage.EntryWasWithdrawn && restores(r) {
				a.kind = triage.EntryWasRestored
			}
			if a.kind == triage.WeightsChanged {
				a.detail = reasonFor(r)
			}
			return a, times(a.kind, r), true
		}
	}
	return act{}, 0, false
}

// times counts the questions of a check: each has its event.
func times(kind triage.EventKind, r *http.Request) int {
	if kind != triage.HashChecked {
		return 1
	}
	var q wire.CheckRequest
	peek(r, &q)
	return len(q.Inputs)
}

// restores tells a request to restore an entry from one to withdraw it.
func restores(r *http.Request) bool {
	var o wire.ObjectToEntry
	peek(r, &o)
	return o.EntryState() == triage.EntryCounts
}

// reasonFor says why the weights are to be changed.
func reasonFor(r *http.Request) string {
	var q wire.ChangeWeights
	peek(r, &q)
	return q.Reason
}

// peek reads a request's body, and puts it back. Cut short, it is no request either.
func peek(r *http.Request, into any) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	_ = json.Unmarshal(body, into)
}

// answered reads the answer to a counted request and notes what it acknowledges.
func (g *gate) answered(resp *http.Response) error {
	p := passageOf(resp.Request)
	if p.counted && resp.StatusCode/100 == 2 && p.act.kind != triage.FindingsRead { // findings are a stream
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
		resp.Body.Close()
		if err != nil {
			return err
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
		g.ledger.acknowledge(p.act, body, p.before)
	}
	if g.mute.Load() {
		return errMuted
	}
	return nil
}
