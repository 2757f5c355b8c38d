package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"vigie/api/wire"
	"vigie/triage"
)

// PackSets has a set pack made and writes it to w, from when the service has read all of its lists. Where it fails, what was
// written is not a pack. Asked again since no answer came, the service makes another, and has both on record.
func (c *Client) PackSets(ctx context.Context, q wire.PackSets, w io.Writer) (p wire.SetPack, err error) {
	const op = "make set pack"
	body, err := json.Marshal(q)
	if err != nil {
		return p, triage.E(triage.Internal, op, "", "", err)
	}
	err = c.try(ctx, call{
		op: op, method: http.MethodPost, path: "/v1/sets/pack", body: fromBytes(body), size: int64(len(body)), media: "application/json",
		repeatable: true, unbounded: true,
	}, func(resp *http.Response) error {
		if err := json.Unmarshal([]byte(resp.Header.Get(wire.SetPackHeader)), &p); err != nil {
			return triage.E(triage.Internal, op, "", "the answer is not that of a Vigie service: check the address", err)
		}
		_, err := io.Copy(w, answerReader{op, resp.Body})
		return err
	})
	return p, err
}

// answerReader tells an answer that was cut short from whatever fails where it is written.
type answerReader struct {
	op   string
	body io.Reader
}

// Read implements io.Reader.
func (r answerReader) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	if err != nil && err != io.EOF {
		err = triage.E(triage.Unavailable, r.op, "", "the answer was cut short: ask again", err)
	}
	return n, err
}
