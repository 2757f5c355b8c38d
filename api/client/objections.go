package client

import (
	"context"
	"fmt"
	"net/http"

	"vigie/api/wire"
)

// Objections returns what is in force against entries of a set's lists, the latest first.
func (c *Client) Objections(ctx context.Context, set uint32) ([]wire.Objection, error) {
	var list wire.Objections
	err := c.get(ctx, "list withdrawn entries", fmt.Sprintf("/v1/sets/%d/objections", set), nil, &list)
	return list.Objections, err
}

// ObjectToEntry gives an entry of a set, named by its line, a state. Said again, it changes nothing.
func (c *Client) ObjectToEntry(ctx context.Context, set, line uint32, o wire.ObjectToEntry) (said wire.Objected, err error) {
	k := call{op: "object to entry", method: http.MethodPost, path: fmt.Sprintf("/v1/sets/%d/entries/%d", set, line), repeatable: true}
	err = c.send(ctx, k, o, &said)
	return said, err
}
