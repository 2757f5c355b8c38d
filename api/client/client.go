// Package client speaks version 1 of the service's HTTP interface for the command line. It uses net/http only,
// sends what is safe to send again for as long as the service restarts, and returns every problem as a
// *triage.Error with its kind and its way out.
package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"vigie/api/wire"
	"vigie/triage"
)

const (
	// DefaultPatience is how long a call is tried again while the service does not answer: longer than a restart
	// with its catching up takes.
	DefaultPatience = 2 * time.Minute
	// callTimeout bounds one try of a call whose answer is small. Uploads, imports and streams are not bounded.
	callTimeout = time.Minute
	// maxAnswer bounds the answer of a call that is decoded at once, in bytes.
	maxAnswer = 64 << 20
	// parallel is how many connections are kept open: as many as a fast client uploads over at once.
	parallel = 16
)

// Client calls one service as one account. Its fields may be changed before the first call; its methods may be
// called from several goroutines.
type Client struct {
	// Patience is the total time a call is tried again while the service does not answer.
	Patience time.Duration
	// OnWait, when set, is told before each wait that a call is tried again in the given time, and why. It may be
	// called from several goroutines.
	OnWait func(wait time.Duration, why error)

	base  string
	token string
	http  *http.Client
	limit *rate.Limiter // nil: none
}

// New returns a client of the service at baseURL ("http://127.0.0.1:8080") with a bearer token.
func New(baseURL, token string) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = parallel
	return &Client{
		Patience: DefaultPatience,
		base:     strings.TrimRight(baseURL, "/"),
		token:    token,
		http: &http.Client{
			Transport: transport,
			// A redirect would turn a POST into a GET, and could take the token elsewhere.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Source opens the bytes to upload, from their beginning, each time they have to be sent.
type Source func() (io.ReadCloser, error)

// call is one request, to be sent as often as needed.
type call struct {
	op     string // for errors
	method string
	path   string
	query  url.Values
	body   Source // nil: none
	size   int64
	media  string // type of the body
	accept string
	// repeatable says that doing it twice is doing it once. Others are sent again only when they were refused.
	repeatable bool
	unbounded  bool // no time limit on one try
}

// id escapes one segment of a path.
func id(s string) string { return url.PathEscape(s) }

// get asks for something small.
func (c *Client) get(ctx context.Context, op, path string, query url.Values, answer any) error {
	return c.do(ctx, call{op: op, method: http.MethodGet, path: path, query: query, repeatable: true}, answer)
}

// send makes k a request with a JSON body and sends it.
func (c *Client) send(ctx context.Context, k call, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return triage.E(triage.Internal, k.op, "", "", err)
	}
	k.body, k.size, k.media = fromBytes(body), int64(len(body)), "application/json"
	return c.do(ctx, k, answer)
}

func fromBytes(b []byte) Source {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

// do sends k and decodes its answer, which may be nil.
func (c *Client) do(ctx context.Context, k call, answer any) error {
	return c.try(ctx, k, func(resp *http.Response) error {
		b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
		switch {
		case err != nil:
			return &lostError{err}
		case len(b) > maxAnswer:
			return triage.E(triage.TooLarge, k.op, "", "the answer is larger than this program reads: update it", nil)
		case answer == nil:
			return nil
		}
		if err := json.Unmarshal(b, answer); err != nil {
			return triage.E(triage.Internal, k.op, "", "the answer is not that of a Vigie service: check the address", err)
		}
		return nil
	})
}

// once sends k one time and hands a good answer to read, which must not keep it.
func (c *Client) once(ctx context.Context, k call, read func(*http.Response) error) error {
	if !k.unbounded {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, callTimeout)
		defer stop()
	}
	var source *watched
	req, err := http.NewRequestWithContext(ctx, k.method, c.base+k.path, nil)
	if err != nil || req.URL.Host == "" || req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return triage.E(triage.Invalid, k.op, "", "the service's address is a URL, http://… or https://…: check VIGIE_URL", err)
	}
	if k.body != nil {
		body, err := k.body()
		if err != nil {
			return triage.E(triage.Corrupt, k.op, "", "the file can no longer be read", err)
		}
		source = &watched{ReadCloser: body}
		req.Body, req.ContentLength = c.limited(ctx, source), k.size
		if k.size == 0 {
			req.Body = http.NoBody
			body.Close()
		}
		req.Header.Set("Content-Type", k.media)
	}
	req.URL.RawQuery = k.query.Encode()
	req.Header.Set("Authorization", "Bearer "+c.token)
	if k.accept != "" {
		req.Header.Set("Accept", k.accept)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if source != nil {
			if cause := source.failed(); cause != nil {
				return triage.E(triage.Corrupt, k.op, "", "the file can no longer be read, or changed while it was sent", cause)
			}
		}
		if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
			return triage.E(triage.Forbidden, k.op, "", "the service's certificate is not trusted here: check the address, or have the certificate installed", err)
		}
		return &lostError{err}
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return problem(k.op, resp)
	}
	return read(resp)
}

// problem reads why a request was refused.
func problem(op string, resp *http.Response) error {
	const maxProblem = 64 << 10
	p := wire.StatusProblem(resp.StatusCode, "")
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	var told wire.Problem
	if err == nil && json.Unmarshal(b, &told) == nil && told.Kind != "" {
		p = told
	}
	return &refusedError{problem: p.Err(op), status: resp.StatusCode, after: retryAfter(resp)}
}
