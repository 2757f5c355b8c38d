package client

import (
	"context"
	"net/http"

	"vigie/api/wire"
)

// Ranking returns the weights in force, and how far groups are ranked by them.
func (c *Client) Ranking(ctx context.Context) (r wire.Ranking, err error) {
	err = c.get(ctx, "read the weights", "/v1/ranking", nil, &r)
	return r, err
}

// ChangeWeights puts weights in force, in the place of those of an event. It returns before all groups are ranked by them.
func (c *Client) ChangeWeights(ctx context.Context, q wire.ChangeWeights) (r wire.Ranking, err error) {
	err = c.send(ctx, call{op: "change the weights", method: http.MethodPut, path: "/v1/ranking"}, q, &r)
	return r, err
}

// WeightsVersions returns all versions of the weights, the newest first.
func (c *Client) WeightsVersions(ctx context.Context) ([]wire.WeightsVersion, error) {
	var list wire.WeightsVersions
	err := c.get(ctx, "list the versions of the weights", "/v1/ranking/versions", nil, &list)
	return list.Versions, err
}
