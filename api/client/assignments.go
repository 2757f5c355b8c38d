package client

import (
	"context"
	"net/http"

	"vigie/api/wire"
)

// Assignees returns those who review, by name, with what is theirs.
func (c *Client) Assignees(ctx context.Context) ([]wire.Assignee, error) {
	var list wire.Assignees
	err := c.get(ctx, "read the assignments", "/v1/assignments", nil, &list)
	return list.Assignees, err
}

// AssignGroup says whose a group is: an account, by its identifier or name; nobody: it is taken back.
func (c *Client) AssignGroup(ctx context.Context, identifier, to string) error {
	return c.assign(ctx, "/v1/groups/"+id(identifier), to)
}

// AssignCase says whose the groups of a case are: an account, by its identifier or name; nobody: they are taken back.
func (c *Client) AssignCase(ctx context.Context, identifier, to string) error {
	return c.assign(ctx, "/v1/cases/"+id(identifier), to)
}

func (c *Client) assign(ctx context.Context, path, to string) error {
	k := call{op: "assign", method: http.MethodPut, path: path + "/assignment"}
	if to == "" {
		k.method = http.MethodDelete
		return c.do(ctx, k, nil)
	}
	return c.send(ctx, k, wire.Assign{To: to}, nil)
}
