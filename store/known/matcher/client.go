package matcher

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing/pdq"
	"vigie/store/known"
	"vigie/triage"
)

const (
	// requestsAtOnce is how many requests of one call are with each server at a time.
	requestsAtOnce = 4
	// keptConnections is how many idle ones are kept to each server.
	keptConnections = 32
)

// Client asks the servers of all shares. It implements known.Shards.
type Client struct {
	urls  []string // of the servers, in no order
	seals sealer
	http  *http.Client
	// placed are the addresses by share, from 1/n; nil: they are to be asked first.
	placed atomic.Pointer[[]string]
	last   sync.Map // place in urls → known.Share that was there last
}

var _ known.Shards = (*Client)(nil)

// NewClient returns a client of the servers at these addresses (http://host:port), one for each share. Invalid: one of
// them is no address, or stands there twice.
func NewClient(addresses []string, key [KeySize]byte) (*Client, error) {
	c := &Client{seals: sealer{key}}
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, triage.E(triage.Invalid, "read --matchers", "", "an address of a matcher is http://host:port", nil)
		}
		address = strings.TrimSuffix(address, "/")
		if slices.Contains(c.urls, address) {
			return nil, triage.E(triage.Invalid, "read --matchers", "", "an address of a matcher is given once", nil)
		}
		c.urls = append(c.urls, address)
	}
	dialer := &net.Dialer{
		Timeout:         sharePatience,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 3},
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, MaxIdleConnsPerHost: keptConnections, IdleConnTimeout: 30 * time.Second, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Near implements known.Shards: all shards are asked at once, and each has to answer. Lookups of nothing are not sent.
func (c *Client) Near(ctx context.Context, at known.Moment, lookups []known.Lookup) ([]known.Nearest, error) {
	found := make([]known.Nearest, len(lookups))
	var sent []int // the places of those that are
	for i, looks := range lookups {
		if slices.ContainsFunc(looks, func(l known.Look) bool { return len(l.PDQ) > 0 || l.PHash != nil }) {
			sent = append(sent, i)
		}
	}
	if len(sent) == 0 {
		return found, nil
	}
	places, err := c.places(ctx)
	if err != nil {
		return nil, err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(requestsAtOnce)
	for some := range requests(sent, lookups) {
		g.Go(func() error {
			chunk := make([]known.Lookup, len(some))
			for i, place := range some {
				chunk[i] = lookups[place]
			}
			nearest, err := c.nearSome(ctx, places, at, chunk)
			for i := range nearest {
				found[some[i]] = nearest[i]
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		if !triage.IsKind(err, triage.Stale) {
			c.placed.Store(nil) // a server may have come back with another share
		}
		return nil, err
	}
	return found, nil
}

// requests divides lookups among requests: so many, or so much, at once.
func requests(sent []int, lookups []known.Lookup) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		from, size := 0, 0
		for i, place := range sent {
			of := 0
			for _, l := range lookups[place] {
				of += lookSize + len(l.PDQ)*len(pdq.Hash{})
			}
			if i > from && (i-from == known.NearAtOnce || size+of > usualRequest) {
				if !yield(sent[from:i]) {
					return
				}
				from, size = i, 0
			}
			size += of
		}
		if from < len(sent) {
			yield(sent[from:])
		}
	}
}

// nearSome asks all shards about as many lookups as go into one request.
func (c *Client) nearSome(ctx context.Context, places []string, at known.Moment, lookups []known.Lookup) ([]known.Nearest, error) {
	clear, err := appendRequest(nil, at, lookups)
	if err != nil {
		return nil, triage.E(triage.TooLarge, "ask a matcher", "", "a medium has too many pictures to be looked up", err)
	}
	answers := make([][]known.Nearest, len(places))
	g, ctx := errgroup.WithContext(ctx)
	for i, place := range places {
		g.Go(func() (err error) {
			answers[i], err = c.ask(ctx, place, known.Share{Index: i + 1, Of: len(places)}, clear, lookups)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	found, parts := make([]known.Nearest, len(lookups)), make([]known.Nearest, len(places))
	for i := range found {
		for shard := range parts {
			parts[shard] = answers[shard][i]
		}
		found[i] = known.Together(parts...)
	}
	return found, nil
}

// ask asks one shard.
func (c *Client) ask(ctx context.Context, place string, share known.Share, clear []byte, lookups []known.Lookup) ([]known.Nearest, error) {
	ctx, stop := context.WithTimeout(ctx, answerPatience)
	defer stop()
	answer, err := c.post(ctx, place, share.String(), pathNear, share, clear)
	if err != nil {
		return nil, err
	}
	came, found, err := parseAnswer(answer, lookups)
	switch {
	case err != nil:
		return nil, noAnswer(share.String(), err)
	case came == statusBehind:
		return nil, isBehind(share.String())
	case came == statusLoading:
		return nil, notLoaded(share.String())
	case came == statusFailed:
		return nil, hasFailed(share.String())
	}
	return found, nil
}

// post sends what is asked of a share at an address, sealed, and returns the answer, opened. name is for errors.
func (c *Client) post(ctx context.Context, place, name, path string, share known.Share, clear []byte) ([]byte, error) {
	request := c.seals.seal(asking(path, share), clear)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, place+path, bytes.NewReader(request))
	if err != nil {
		return nil, noAnswer(name, err)
	}
	r.Header["Idempotency-Key"] = nil // is not sent: net/http asks again where a kept connection turns out to be closed
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, noAnswer(name, withoutURL(err))
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusForbidden:
		return nil, notOurs(name)
	case http.StatusServiceUnavailable:
		return nil, tooBusy(name)
	default:
		return nil, noAnswer(name, errors.New(resp.Status))
	}
	sealed, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, noAnswer(name, err)
	}
	answer, err := c.seals.open(answering(path, share, request), sealed)
	if err != nil {
		return nil, notOurs(name)
	}
	return answer, nil
}

// withoutURL returns what happened, without the address, which the caller names.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
