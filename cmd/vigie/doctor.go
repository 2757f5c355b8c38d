package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"vigie/store/journal"
	"vigie/store/objects"
	"vigie/triage"
)

// runDoctor says what works and what a store lacks.
func runDoctor(ctx context.Context, env *environment, args []string) error {
	c, rest, err := env.serviceFlags("doctor", args, func(fs *flag.FlagSet, c *serviceConfig) {
		env.classifierFlags(fs, c)
		env.decodeFlags(fs, c)
	})
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
	doctorJail(ctx, env, c, say)
	doctorFilms(ctx, env, c)
	say(c.Decode.text(env), nil)
	doctorClassifier(ctx, env, c, say)
	keys, err := c.loadSecrets()
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
	for _, server := range askRedis(ctx, sv.redis) {
		say(strings.TrimSpace("Redis "+server.addr), server.err)
	}
	say(env.T("doctor.keys"), keys.unlock(ctx, sv.raw))
	say(env.T("doctor.conditional"), objects.CheckConditionalWrites(ctx, sv.raw))
	sayCapabilities(env, env.Stdout, sv.raw.Capabilities())
	say(env.T("doctor.journal"), checkJournal(ctx, keys, sv))
	if w := witness(c); w != nil {
		say(env.T("doctor.witness"), checkWitness(ctx, keys, sv, w))
	} else {
		fmt.Fprintf(env.Stdout, "%-8s %s\n", env.T("doctor.lacks"), env.T("doctor.no-witness"))
	}
	if failed > 0 {
		return &exitError{exitFailed, errors.New(env.T("doctor.failed", failed))}
	}
	return nil
}

// checkJournal walks the whole journal, as "vigie audit verify" does.
func checkJournal(ctx context.Context, keys *secrets, sv *servers) error {
	signer, err := journal.NewSigner(keys.JournalKey)
	if err != nil {
		return err
	}
	a, err := newAuditor(keys, sv.raw, signer)
	if err != nil {
		return err
	}
	report, err := a.Verify(ctx, nil)
	if err != nil {
		return err
	}
	return report.Err()
}

// checkWitness hands the newest checkpoint to the witness once more: it takes it, or it says why not.
func checkWitness(ctx context.Context, keys *secrets, sv *servers, w journal.Witness) error {
	signer, err := journal.NewSigner(keys.JournalKey)
	if err != nil {
		return err
	}
	a, err := newAuditor(keys, sv.raw, signer)
	if err != nil {
		return err
	}
	newest, err := a.Newest(ctx)
	if triage.IsKind(err, triage.NotFound) {
		return nil // nothing to witness yet
	}
	if err != nil {
		return err
	}
	return w.Keep(ctx, newest.Note)
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
	if !can.Versioning && !can.ObjectLock { // a folder
		fmt.Fprintf(w, "%-8s %s\n", env.T("doctor.lacks"), env.T("doctor.forgets"))
	}
}
