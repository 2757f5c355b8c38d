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
	flags := func(fs *flag.FlagSet, c *serviceConfig) {
		env.workFlags(fs, c)
		env.matchersFlag(fs, c)
	}
	return env.runProcess(ctx, "work", args, flags, reachOutside, func(h *house, pool *jail.Pool) []task {
		fmt.Fprintln(env.Stderr, env.T("work.ready", h.config.Parallel))
		return []task{h.working(pool)}
	})
}

// working examines media, keeps groups, ranking and findings up to date, destroys, closes and reopens what was decided,
// condenses what was examined, puts what two people confirmed into the office's set, and finds whom that links; where there is a classifier, it has groups scored.
func (h *house) working(pool *jail.Pool) task {
	return func(ctx context.Context) error {
		films, err := h.config.serviceFilms(ctx)
		if err != nil {
			h.log.Warn("the frames of films are not looked at: vigie doctor tells more", "error", err)
		}
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return h.worker(pool, films).Run(ctx) })
		g.Go(func() error { return h.steward().Run(ctx) })
		g.Go(func() error { return h.destroyer().Run(ctx) })
		g.Go(func() error { return h.closer().Run(ctx) })
		g.Go(func() error { return h.rehash.Run(ctx) })
		g.Go(func() error { return h.condenser().Run(ctx) })
		g.Go(func() error { return h.enterer(pool, films).Run(ctx) })
		g.Go(func() error { return h.linker().Run(ctx) })
		g.Go(func() error { return h.scoring(ctx) })
		return g.Wait()
	}
}
