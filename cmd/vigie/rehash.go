package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"vigie/api/i18n"
	"vigie/triage"
)

// rehashOptions are what "vigie rehash" is told beside where the service is.
type rehashOptions struct {
	DryRun bool
	Status bool
	Rate   int
}

// runRehash has the workers examine again, in the background, what an upgrade reads otherwise, or is the first to read.
func runRehash(ctx context.Context, env *environment, args []string) error {
	var o rehashOptions
	c, rest, err := env.serviceFlags("rehash", args, func(fs *flag.FlagSet, _ *serviceConfig) {
		fs.BoolVar(&o.DryRun, "dry-run", false, "only count the media that are due")
		fs.BoolVar(&o.Status, "status", false, "how far the renewal has come")
		fs.IntVar(&o.Rate, "rate", triage.RehashRate, "media a second at most (0: no limit)")
	})
	if err != nil {
		return err
	}
	switch {
	case len(rest) > 0:
		return usageError(env.T("error.too-many", rest[0]))
	case o.DryRun && o.Status:
		return usageError(env.T("rehash.one-of"))
	case o.Rate < 0:
		return usageError(env.T("rehash.rate"))
	}
	return withHouse(ctx, c, env, func(h *house) error {
		if err := h.catchUp.Once(ctx, false); err != nil {
			return err
		}
		switch {
		case o.DryRun:
			return h.rehashDue(ctx, env)
		case o.Status:
			return h.rehashStatus(ctx, env)
		}
		if _, err := h.rehash.Begin(ctx, triage.Operator, o.Rate); err != nil {
			return err
		}
		fmt.Fprintln(env.Stdout, env.T("rehash.begun"))
		return nil
	})
}

func (h *house) rehashDue(ctx context.Context, env *environment) error {
	due, all, err := h.rehash.Due(ctx)
	if errors.Is(err, context.Canceled) {
		return &exitError{exitInterrupted, nil}
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout, env.T("rehash.due", i18n.Number(env.Lang, due), i18n.Number(env.Lang, all)))
	return nil
}

func (h *house) rehashStatus(ctx context.Context, env *environment) error {
	run, err := h.rehash.Status(ctx, triage.Operator)
	if err != nil {
		return err
	}
	number := func(n int) string { return i18n.Number(env.Lang, n) }
	switch {
	case run.ID == "":
		fmt.Fprintln(env.Stdout, env.T("rehash.none"))
	case run.Grouping:
		fmt.Fprintln(env.Stdout, env.T("rehash.grouping", run.Started.Format(time.DateTime), number(run.Media), number(run.Replaced), number(run.Left)))
	case run.Active():
		fmt.Fprintln(env.Stdout, env.T("rehash.active", run.Started.Format(time.DateTime), number(run.Media), number(run.Replaced), number(run.Left)))
	default:
		fmt.Fprintln(env.Stdout, env.T("rehash.finished", run.Finished.Format(time.DateTime), number(run.Media), number(run.Replaced), number(run.Left)))
	}
	return nil
}
