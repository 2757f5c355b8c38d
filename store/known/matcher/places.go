package matcher

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"vigie/store/known"
	"vigie/triage"
)

// place is a server as it says it is.
type place struct {
	url string
	standing
}

// places returns the servers' addresses by share. They are asked once, and again after an error.
func (c *Client) places(ctx context.Context) ([]string, error) {
	if p := c.placed.Load(); p != nil {
		return *p, nil
	}
	all, err := c.standings(ctx)
	if err != nil {
		return nil, err
	}
	urls := make([]string, len(all))
	for i := range all {
		urls[i] = all[i].url
	}
	c.placed.Store(&urls)
	return urls, nil
}

// Ready fails with Unavailable, and names the share, unless all shards are there and have loaded the sets as they are now.
func (c *Client) Ready(ctx context.Context) error {
	all, err := c.standings(ctx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if !p.ready {
			return notLoaded(p.share.String())
		}
	}
	return nil
}

// standings asks all servers how they fare, and returns them by share.
func (c *Client) standings(ctx context.Context) ([]place, error) {
	ctx, stop := context.WithTimeout(ctx, sharePatience)
	defer stop()
	all := make([]place, len(c.urls))
	errs := make([]error, len(c.urls))
	var asked sync.WaitGroup
	for i, url := range c.urls {
		asked.Go(func() {
			all[i].url = url
			answer, err := c.post(ctx, url, c.nameOf(i), pathShare, known.Share{}, nil)
			if err == nil {
				all[i].standing, err = parseStanding(answer)
			}
			if err == nil {
				c.last.Store(i, all[i].share)
			}
			errs[i] = err
		})
	}
	asked.Wait() // for all: which error is told does not depend on who is fast
	for i, err := range errs {
		if errors.Is(err, errMessage) {
			err = noAnswer(c.nameOf(i), err)
		}
		if err != nil {
			return nil, err
		}
	}
	return inOrder(all)
}

// nameOf says which server an error is of: the share that was there last, or its place among those that were given. Its address
// is nobody's business who is told why the service is not ready.
func (c *Client) nameOf(i int) string {
	if share, ok := c.last.Load(i); ok {
		return share.(known.Share).String()
	}
	return "no. " + strconv.Itoa(i+1)
}

// inOrder returns servers by share. Unavailable: they are not every share of one number of shares, each once.
func inOrder(all []place) ([]place, error) {
	slices.SortFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.share.Of, b.share.Of), cmp.Compare(a.share.Index, b.share.Index))
	})
	var said []string
	fit := true
	for i, p := range all {
		said = append(said, p.share.String())
		fit = fit && p.share == known.Share{Index: i + 1, Of: len(all)}
	}
	if !fit {
		list := strings.Join(said, ", ")
		return nil, triage.E(triage.Unavailable, "ask the matchers", "", "the matchers given are "+list+": of one number of shares, each is needed once", nil)
	}
	return all, nil
}
