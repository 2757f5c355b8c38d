package main

import (
	"context"
	"flag"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// runUp runs the whole service on one machine: embedded servers, API and worker.
func runUp(ctx context.Context, env *environment, args []string) error {
	c, rest, err := env.serviceFlags("up", args, func(fs *flag.FlagSet, c *serviceConfig) {
		env.apiFlags(fs, c)
		env.workFlags(fs, c)
		fs.StringVar(&c.Minio, "minio", "", "MinIO binary (default: ./bin/minio, then PATH)")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", rest[0]))
	}
	log := env.logger(c)
	keys, err := c.loadSecrets()
	if err != nil {
		return err
	}
	sv, err := startServers(ctx, c, keys, log)
	if err != nil {
		return err
	}
	defer sv.stop()
	h, err := build(ctx, c, keys, sv, log)
	if err != nil {
		return err
	}
	pool, err := newJail(ctx, c.Children, c.jailBestEffort())
	if err != nil {
		return err
	}
	defer pool.Close()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.follow(ctx) })
	g.Go(func() error { return h.keep(ctx) })
	g.Go(func() error { return h.work(ctx, pool) })
	g.Go(func() error {
		return h.listen(ctx, pool, func(addr string) {
			fmt.Fprintln(env.Stderr, env.T("up.ready", c.baseURL(addr), c.Data, c.Secrets))
		})
	})
	return g.Wait()
}
