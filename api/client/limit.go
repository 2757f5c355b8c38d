package client

import (
	"context"
	"io"
	"net/http"

	"golang.org/x/time/rate"
)

const (
	// MinLimit is the least rate that can be asked for, in bytes a second: below it a service takes the line for broken.
	MinLimit = 16 << 10
	// limitPieces is how many times a second a limited line sends something.
	limitPieces = 8
)

// Limit bounds what this client sends, bodies of all requests together, to so many bytes a second: MinLimit at least.
func (c *Client) Limit(bytesPerSecond int64) {
	bytesPerSecond = max(bytesPerSecond, MinLimit)
	c.limit = rate.NewLimiter(rate.Limit(bytesPerSecond), int(bytesPerSecond/limitPieces))
}

// limited returns the body of a request, held back where there is a limit.
func (c *Client) limited(ctx context.Context, body io.ReadCloser) io.ReadCloser {
	if c.limit == nil || body == http.NoBody {
		return body
	}
	return &heldBack{body, ctx, c.limit}
}

type heldBack struct {
	io.ReadCloser
	ctx   context.Context //nolint:containedctx // of the request whose body it is
	limit *rate.Limiter
}

// Read implements io.Reader.
func (h *heldBack) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p[:min(len(p), h.limit.Burst())])
	if n > 0 {
		if waited := h.limit.WaitN(h.ctx, n); waited != nil {
			return 0, waited
		}
	}
	return n, err
}
