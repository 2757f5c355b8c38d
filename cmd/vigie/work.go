package main

import (
	"context"
	"flag"
	"fmt"

	"golang.org/x/sync/errgroup"

	"vigie/hashing/jail"
)

// runWork examines media, with outside servers or beside a running "vigie up".
func runWork(ctx context.Context, env *environment, args []string) error {
	c, rest, err := env.serviceFlags("work", args, func(fs *flag.FlagSet, c *serviceConfig) { env.workFlags(fs, c) })
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", rest[0]))
	}
	return withHouse(ctx, c, env, func(h *house) error {
		pool, err := newJail(ctx, c.Children, c.jailBestEffort())
		if err != nil {
			return err
		}
		defer pool.Close()
		fmt.Fprintln(env.Stderr, env.T("work.ready", c.Parallel))
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return h.follow(ctx) })
		g.Go(func() error { return h.work(ctx, pool) })
		return g.Wait()
	})
}

// work examines media, keeps groups, ranking and findings up to date, and destroys what was decided, until ctx ends.
func (h *house) work(ctx context.Context, pool *jail.Pool) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.worker(pool).Run(ctx) })
	g.Go(func() error { return h.steward().Run(ctx) })
	g.Go(func() error { return h.destroyer().Run(ctx) })
	return g.Wait()
}
