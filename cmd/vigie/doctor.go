package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"vigie/store/objects"
)

// runDoctor says what works and what a store lacks.
func runDoctor(ctx context.Context, env *environment, args []string) error {
	c, rest, err := env.serviceFlags("doctor", args, nil)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", rest[0]))
	}
	failed := 0
	say := func(what string, err error) {
		if err != nil {
			failed++
			fmt.Fprintf(env.Stdout, "%-8s %s: %s\n", env.T("doctor.bad"), what, env.explain(err))
			return
		}
		fmt.Fprintf(env.Stdout, "%-8s %s\n", env.T("doctor.good"), what)
	}
	_, err = exec.LookPath("redis-server")
	say("redis-server", err)
	keys, err := loadSecrets(c.Secrets)
	say(env.T("doctor.secrets"), err)
	if err != nil {
		return &exitError{exitFailed, nil}
	}
	sv, err := reachServers(ctx, c, keys)
	say(env.T("doctor.servers"), err)
	if err != nil {
		return &exitError{exitFailed, nil}
	}
	defer sv.stop()
	say("Redis", sv.redis.Ping(ctx).Err())
	say(env.T("doctor.keys"), keys.check(ctx, sv.raw))
	say(env.T("doctor.conditional"), objects.CheckConditionalWrites(ctx, sv.raw))
	sayCapabilities(env, env.Stdout, sv.raw.Capabilities())
	h, err := build(ctx, c, keys, sv, env.logger(c))
	if err == nil {
		err = h.journal.Verify(ctx)
	}
	say(env.T("doctor.journal"), err)
	if failed > 0 {
		return &exitError{exitFailed, errors.New(env.T("doctor.failed", failed))}
	}
	return nil
}

func sayCapabilities(env *environment, w io.Writer, can objects.Capabilities) {
	for _, c := range []struct {
		key string
		has bool
	}{{"doctor.versioning", can.Versioning}, {"doctor.lock", can.ObjectLock}} {
		mark := env.T("doctor.good")
		if !c.has {
			mark = env.T("doctor.lacks")
		}
		fmt.Fprintf(w, "%-8s %s\n", mark, env.T(c.key))
	}
}
