// Package classifier asks an agency's own model, a program beside the service that answers over HTTP, what it makes of
// pictures. docs/classifier.md is the contract that such a program keeps to, and tools/classifier one to begin with.
//
// Nothing that it says is believed to be in order: answers are bounded and checked, redirects are not followed, and one that
// fails again and again is left alone for a while (breaker.go). It is told nothing but pictures, under names that are drawn
// for one request.
package classifier

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"vigie/triage"
)

const (
	// DefaultTimeout is how long a request may take, from its first byte to the last of its answer: a batch on a processor
	// without a graphics card takes seconds.
	DefaultTimeout = 30 * time.Second
	// DefaultBatch is how many pictures go into one request.
	DefaultBatch = 16
	// MaxBatch bounds it: of 448 pixels and 60 KB each, 20 MB travel.
	MaxBatch = 256
	// modelTimeout is how long the answer to which model is there may take: it is asked before each batch.
	modelTimeout = 5 * time.Second

	pathModel  = "/v1/model"
	pathScores = "/v1/scores"
	// maxHeaders bounds the headers of an answer, in bytes.
	maxHeaders = 16 << 10
)

// What can come of a request, for who counts them.
const (
	Answered   = "ok"
	NoAnswer   = "no-answer"   // no connection, or none in time, or it broke
	Refused    = "error"       // an HTTP status other than 200
	Nonsense   = "nonsense"    // an answer that is none
	OtherModel = "other-model" // than was meant: the pictures are sent again
)

// Outcomes are all of them.
var Outcomes = []string{Answered, NoAnswer, Refused, Nonsense, OtherModel}

// Options say whom to ask, and how.
type Options struct {
	URL     string // http:// on this machine, https:// anywhere; what it serves lies below
	Token   string // sent as a bearer token; empty: none
	Timeout time.Duration
	Now     func() time.Time
	// Observe is told of each request for scores; nil: nobody is.
	Observe func(outcome string, pictures int, took time.Duration)
}

// Client asks one program. It implements triage.Classifier, and is safe for concurrent use.
type Client struct {
	options Options
	http    *http.Client
	// Requests for the model and for scores fail by themselves: a program may still tell its name when it scores nothing.
	models, scores breaker
}

var _ triage.Classifier = (*Client)(nil)

// New returns a client. Invalid: the address is none, or would send pictures in clear over a network.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, triage.E(triage.Invalid, "read --classifier", "", "the address of a classifier is http://127.0.0.1:port, or https://host:port", nil)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, triage.E(triage.Invalid, "read --classifier", "", "beyond this machine a classifier is reached by https: it is sent pictures", nil)
	}
	o.URL = strings.TrimSuffix(o.URL, "/")
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	dialer := &net.Dialer{Timeout: modelTimeout}
	return &Client{
		options: o,
		http: &http.Client{
			Transport: &http.Transport{ // without a proxy, whatever the environment says
				DialContext: dialer.DialContext, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
				MaxResponseHeaderBytes: maxHeaders, DisableCompression: true,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		models: breaker{now: o.Now}, scores: breaker{now: o.Now},
	}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Model implements triage.Classifier.
func (c *Client) Model(ctx context.Context) (triage.Model, error) {
	var m triage.Model
	if err := c.scores.open(); err != nil {
		return m, err
	}
	err := c.models.do(ctx, func() error {
		ctx, stop := context.WithTimeout(ctx, min(modelTimeout, c.options.Timeout))
		defer stop()
		answer, err := c.ask(ctx, http.MethodGet, pathModel, nil, maxModelAnswer)
		if err == nil {
			m, err = parseModel(answer)
		}
		return err
	})
	return m, err
}

// Score implements triage.Classifier.
func (c *Client) Score(ctx context.Context, m triage.Model, pictures [][]byte) ([]*int, error) {
	ids := make([]string, len(pictures))
	request := scoresRequest{Pictures: make([]requestPicture, len(pictures))}
	for i, jpeg := range pictures {
		var id [8]byte
		rand.Read(id[:]) // never fails (crypto/rand)
		ids[i] = hex.EncodeToString(id[:])
		request.Pictures[i] = requestPicture{ids[i], jpeg}
	}
	body, err := json.Marshal(request)
	if err != nil {
		return nil, triage.E(triage.Internal, "ask the classifier", "", "", err)
	}
	var by triage.Model
	var values []*int
	start := c.options.Now()
	err = c.scores.do(ctx, func() error {
		ctx, stop := context.WithTimeout(ctx, c.options.Timeout)
		defer stop()
		answer, err := c.ask(ctx, http.MethodPost, pathScores, body, maxScoresAnswer(len(ids)))
		if err == nil {
			by, values, err = parseScores(answer, ids)
		}
		return err
	})
	if err == nil && by != m {
		values, err = nil, triage.E(triage.Stale, "ask the classifier", "", "", errors.New("another model answered"))
	}
	if c.options.Observe != nil && ctx.Err() == nil {
		c.options.Observe(outcome(err), len(pictures), c.options.Now().Sub(start))
	}
	return values, err
}

// errStatus is the cause of an error where an HTTP status says that something failed.
type errStatus int

func (e errStatus) Error() string { return fmt.Sprintf("status %d", int(e)) }

// outcome names what came of a request.
func outcome(err error) string {
	var status errStatus
	switch {
	case err == nil:
		return Answered
	case errors.As(err, &status):
		return Refused
	case triage.IsKind(err, triage.Stale):
		return OtherModel
	case triage.IsKind(err, triage.Invalid):
		return Nonsense
	}
	return NoAnswer
}

// ask sends a request and returns its answer, of at most so many bytes.
func (c *Client) ask(ctx context.Context, method, path string, body []byte, most int64) ([]byte, error) {
	const op = "ask the classifier"
	silent := func(err error) error {
		return triage.E(triage.Unavailable, op, "", "the classifier does not answer: start it, or correct --classifier", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.options.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, triage.E(triage.Internal, op, "", "", err)
	}
	req.Header.Set("User-Agent", "vigie")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.options.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.options.Token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, silent(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	switch status := errStatus(resp.StatusCode); {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return nil, triage.E(triage.Unavailable, op, "", "the classifier wants another token: correct --classifier-token", status)
	case status != http.StatusOK:
		return nil, triage.E(triage.Unavailable, op, "", "the classifier says that it failed: its own log says why", status)
	case err != nil:
		return nil, silent(err)
	case int64(len(answer)) > most:
		return nil, nonsense(errors.New("it is too long"))
	}
	return answer, nil
}
