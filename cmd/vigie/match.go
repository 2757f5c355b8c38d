package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"strings"

	"golang.org/x/sync/errgroup"

	"vigie/api/metrics"
	"vigie/store/known"
	"vigie/store/known/matcher"
)

// defaultMatchListen is where a matcher listens: beside the service of the same machine.
const defaultMatchListen = "127.0.0.1:8790"

// matchFlags declares what a matcher needs.
func (env *environment) matchFlags(fs *flag.FlagSet, c *serviceConfig) {
	fs.StringVar(&c.Shard, "shard", env.or("VIGIE_SHARD", known.Whole.String()), "share of the hash sets that this matcher holds: 2/3 is the second of three")
	fs.StringVar(&c.MatchListen, "listen", env.or("VIGIE_MATCH_LISTEN", defaultMatchListen), "address to listen on; what travels is sealed")
}

// matchersFlag declares who matches instead of this process.
func (env *environment) matchersFlag(fs *flag.FlagSet, c *serviceConfig) {
	fs.StringVar(&c.Matchers, "matchers", env.Getenv("VIGIE_MATCHERS"), "addresses of vigie match, http://host:port, one for each share, with commas (default: this process holds the hash sets)")
}

// checkMatch refuses addresses and shares that are none, as far as they are needed.
func (c *serviceConfig) checkMatch(env *environment) error {
	if c.Matchers != "" {
		if _, err := c.shards(&secrets{}); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	if c.MatchListen == "" {
		return nil
	}
	if _, err := known.ParseShare(c.Shard); err != nil {
		return &exitError{exitUsage, err}
	}
	if _, _, err := net.SplitHostPort(c.MatchListen); err != nil {
		return usageError(env.T("error.listen", c.MatchListen))
	}
	return nil
}

// shards returns who matches for this process; nil: it does itself.
func (c *serviceConfig) shards(keys *secrets) (*matcher.Client, error) {
	if c.Matchers == "" {
		return nil, nil //nolint:nilnil // nobody
	}
	return matcher.NewClient(strings.Split(c.Matchers, ","), keys.matcherKey())
}

// runMatch holds a share of the hash sets and answers what is near.
func runMatch(ctx context.Context, env *environment, args []string) error {
	c, rest, err := env.serviceFlags("match", args, env.matchFlags)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", rest[0]))
	}
	share, err := known.ParseShare(c.Shard)
	if err != nil {
		return err
	}
	keys, err := c.loadSecrets()
	if err != nil {
		return err
	}
	log := env.logger(c)
	sv, err := reachServers(ctx, c, keys)
	if err != nil {
		return err
	}
	defer sv.stop()
	if err := keys.unlock(ctx, sv.raw); err != nil {
		return err
	}
	// No gate stands before this Redis: who asks has looked at it, and tells which moment of it is meant.
	mirror := known.NewShard(known.New(sv.redis, redisPrefix, keys.redisKey("known")), share, log)
	told := metrics.NewMatcher(matcher.Outcomes, mirror.Held)
	server := matcher.NewServer(mirror, share, keys.matcherKey(), told.Answered, log)
	ln, err := listenOn(c.MatchListen)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stderr, env.T("match.ready", share.String(), ln.Addr()))
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return mirror.Run(ctx) })
	g.Go(func() error { return server.Serve(ctx, ln) })
	g.Go(func() error { return serveMetrics(ctx, c.Metrics, told.Handler()) })
	if err := g.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
