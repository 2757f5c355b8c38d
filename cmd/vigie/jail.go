package main

import (
	"context"
	"io"
	"os"

	"vigie/hashing/decode"
	"vigie/hashing/jail"
	"vigie/triage"
)

// runJailChild is what a decoding process runs. Only hashing/jail starts it.
func runJailChild(_ context.Context, env *environment, _ []string) error {
	return jail.RunChild(env.Stdin, env.Stdout)
}

// newJail returns a pool of decoding processes of this very binary.
func newJail(children int) (*jail.Pool, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return jail.New(jail.Options{Command: []string{self, "jail-child"}, Children: children}), nil
}

// renderer lets the domain's reveal steps be rendered in the jail.
type renderer struct{ pool *jail.Pool }

func (r renderer) Render(ctx context.Context, body io.Reader, size int64, step triage.RevealStep) ([]byte, error) {
	if step == triage.StepFull {
		return r.pool.Preview(ctx, body, size, decode.PreviewFull)
	}
	return r.pool.Preview(ctx, body, size, decode.PreviewFirst)
}
