package evidence

import (
	"context"

	"vigie/triage"
)

// Examine is what Items does of one entry of Walk, of which it returns the first item.
func (s *Source) Examine(ctx context.Context, e Entry) (triage.Item, error) {
	r := &reading{source: s, ctx: ctx, slots: make(chan struct{}, 1), walks: make(chan struct{}, 1)}
	out := newStream(1)
	r.take()
	r.file(e, nil, out)
	return (<-out.told).found.Item, ctx.Err()
}
