package main

import (
	"context"
	"flag"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"vigie/hashing/jail"
)

// task is something that a process of a service does until ctx ends.
type task func(ctx context.Context) error

// reach finds the servers that a process works with, or starts them.
type reach func(ctx context.Context, c *serviceConfig, s *secrets, log *slog.Logger) (*servers, error)

// reachOutside is for processes beside a running "vigie up", or with outside servers.
func reachOutside(ctx context.Context, c *serviceConfig, s *secrets, _ *slog.Logger) (*servers, error) {
	return reachServers(ctx, c, s)
}

// runProcess runs one process of a service until ctx ends, or until a part of it fails: what each one does, and the parts
// that parts names, over servers that reach finds. flags declares the command's own flags.
func (env *environment) runProcess(ctx context.Context, name string, args []string, flags func(*flag.FlagSet, *serviceConfig),
	reach reach, parts func(h *house, pool *jail.Pool) []task,
) error {
	c, rest, err := env.serviceFlags(name, args, flags)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", rest[0]))
	}
	return withHouseOn(ctx, c, env, reach, func(h *house) error {
		pool, err := newJail(ctx, c.jail(c.Children))
		if err != nil {
			return err
		}
		defer pool.Close()
		h.pool = pool
		g, ctx := errgroup.WithContext(ctx)
		for _, run := range append([]task{h.follow, h.measured}, parts(h, pool)...) {
			g.Go(func() error { return run(ctx) })
		}
		return g.Wait()
	})
}
