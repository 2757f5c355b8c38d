package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"strconv"

	"vigie/api/wire"
	"vigie/triage"
)

// errStopped says that the reader of a stream wants no more.
var errStopped = errors.New("stopped by its reader")

// Findings returns one line an item of a sealed exhibit, as they arrive. A stream that is cut short ends with an
// error; what was yielded before is right but not all.
func (c *Client) Findings(ctx context.Context, exhibit string) iter.Seq2[wire.Finding, error] {
	k := call{
		op: "read findings", method: http.MethodGet, path: "/v1/exhibits/" + id(exhibit) + "/findings",
		accept: "application/x-ndjson", repeatable: true, unbounded: true,
	}
	return func(yield func(wire.Finding, error) bool) {
		err := c.try(ctx, k, func(resp *http.Response) error {
			return eachFinding(k.op, resp.Body, yield)
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(wire.Finding{}, err)
		}
	}
}

func eachFinding(op string, body io.Reader, yield func(wire.Finding, error) bool) error {
	lines := json.NewDecoder(body)
	for n := 0; ; n++ {
		var f wire.Finding
		switch err := lines.Decode(&f); {
		case err == io.EOF:
			return nil
		case err != nil && n == 0:
			return &lostError{err} // nothing was told yet: it may be asked again
		case err != nil:
			return triage.E(triage.Unavailable, op, "", "the answer was cut short: ask again", err)
		}
		if !yield(f, nil) {
			return errStopped
		}
	}
}

// Picture returns the n-th picture (0 is the first) of a live reveal, as JPEG.
func (c *Client) Picture(ctx context.Context, reveal string, n int) (picture []byte, err error) {
	k := call{
		op: "show a picture", method: http.MethodGet, path: "/v1/reveals/" + id(reveal) + "/pictures/" + strconv.Itoa(n),
		accept: "image/jpeg", repeatable: true,
	}
	err = c.try(ctx, k, func(resp *http.Response) error {
		var err error
		if picture, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)); err != nil {
			return &lostError{err}
		}
		return nil
	})
	return picture, err
}
