package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"vigie/api/i18n"
	"vigie/triage"
)

// runRebuild makes all that Redis holds again, from the object store. Services that run answer "catching up" meanwhile.
func runRebuild(ctx context.Context, env *environment, args []string) error {
	c, rest, err := env.serviceFlags("rebuild", args, env.matchersFlag)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", rest[0]))
	}
	return withHouse(ctx, c, env, func(h *house) error {
		start := time.Now()
		p := env.startProgress(func() string { return advanceLine(env, h.catchUp.Advance()) })
		err := h.rebuild(ctx)
		p.end()
		if errors.Is(err, context.Canceled) {
			return &exitError{exitInterrupted, errors.New(env.T("rebuild.interrupted"))}
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(env.Stderr, env.T("rebuild.done", i18n.Duration(env.Lang, time.Since(start))))
		return nil
	})
}

// rebuild begins anew when Redis loses its data again meanwhile.
func (h *house) rebuild(ctx context.Context) error {
	const tries = 5
	var err error
	for range tries {
		if err = h.catchUp.Once(ctx, true); !triage.IsKind(err, triage.Unavailable) {
			return err
		}
		pause(ctx, time.Second)
	}
	return err
}

// advanceLine says how far catching up has come.
func advanceLine(env *environment, a triage.Advance) string {
	switch a.Step {
	case "":
		return env.T("rebuild.begins")
	case triage.StepWaiting:
		return env.T("rebuild.waiting")
	}
	if a.Of == 0 {
		return env.T("rebuild.ranking", i18n.Number(env.Lang, a.Done))
	}
	line := env.T("rebuild.step."+string(a.Step), i18n.Number(env.Lang, a.Done), i18n.Number(env.Lang, a.Of))
	return bar(int64(a.Done), int64(a.Of)) + line
}

// runDump prints what the projections say, so that it can be compared.
func runDump(ctx context.Context, env *environment, args []string) error {
	c, rest, err := env.serviceFlags("dump", args, nil)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", rest[0]))
	}
	return withHouse(ctx, c, env, func(h *house) error {
		out := bufio.NewWriter(env.Stdout)
		if err := h.catchUp.Dump(ctx, out); err != nil {
			return err
		}
		return out.Flush()
	})
}
