package main

import (
	"context"
	"flag"

	"vigie/hashing/jail"
)

// runUp runs the whole service on one machine: embedded servers, API and worker.
func runUp(ctx context.Context, env *environment, args []string) error {
	flags := func(fs *flag.FlagSet, c *serviceConfig) {
		env.apiFlags(fs, c)
		env.workFlags(fs, c)
		fs.StringVar(&c.Minio, "minio", "", "MinIO binary (default: ./bin/minio, then PATH)")
	}
	return env.runProcess(ctx, "up", args, flags, startServers, func(h *house, pool *jail.Pool) []task {
		ready := func(url string) string { return env.T("up.ready", url, h.config.Data, h.config.Secrets) }
		return []task{h.keep, h.working(pool), h.listening(env, pool, ready)}
	})
}
