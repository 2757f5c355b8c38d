package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"vigie/api/client"
	"vigie/api/i18n"
	"vigie/api/weightsfile"
	"vigie/api/wire"
	"vigie/triage"
	"vigie/triage/signals"
)

// rerankPoll is how often "vigie weights set" looks how far groups are ranked.
const rerankPoll = 300 * time.Millisecond

// weightsOptions are those of "vigie weights …".
type weightsOptions struct {
	connection *connection
	byDefault  bool   // of show
	version    string // of show: a number; "": that in force
	reason     string // of set
	noWait     bool   // of set
	json       bool   // of show, set and history
}

// runWeights shows, checks and changes how much each signal of the ranking counts.
func runWeights(ctx context.Context, env *environment, args []string) error {
	what := "help"
	if len(args) > 0 {
		what, args = args[0], args[1:]
	}
	run := map[string]func(context.Context, *environment, *weightsOptions, []string) error{
		"show": weightsShow, "set": weightsSet, "history": weightsHistory, "check": weightsCheck,
	}[what]
	name := "weights " + what
	switch {
	case what == "-h" || what == "--help":
		name, args, run = "weights", []string{"--help"}, weightsShow
	case run == nil:
		return usageError(env.T("error.weights-what"))
	}
	o := &weightsOptions{}
	fs := env.flagSet(name)
	if what != "check" {
		o.connection = env.connectionFlags(fs)
		fs.BoolVar(&o.json, "json", false, "JSON: one object a line")
	}
	switch what {
	case "show":
		fs.BoolVar(&o.byDefault, "default", false, "those that the program comes with; no service is asked")
		fs.StringVar(&o.version, "version", "", "number of an earlier version")
	case "set":
		fs.StringVar(&o.reason, "reason", "", "why, for the journal")
		fs.BoolVar(&o.noWait, "no-wait", false, "do not wait until it is done")
	}
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	if takesFile := what == "set" || what == "check"; len(rest) > 1 || (len(rest) == 1) != takesFile {
		return usageError(env.T("error.weights-what"))
	}
	return run(ctx, env, o, rest)
}

func weightsShow(ctx context.Context, env *environment, o *weightsOptions, _ []string) error {
	if o.byDefault && o.version != "" {
		return usageError(env.T("error.weights-version"))
	}
	number := weightsfile.NoVersion // of weights that are not in force the file says none: it may be put in force
	v := wire.WeightsVersion{Weights: wire.NewWeights(*signals.Default())}
	if !o.byDefault {
		c, _, err := o.connection.client(env)
		if err != nil {
			return err
		}
		if o.version != "" {
			v, err = findVersion(ctx, env, c, o.version)
		} else {
			var r wire.Ranking
			r, err = c.Ranking(ctx)
			v, number = r.WeightsVersion, r.Version
		}
		if err != nil {
			return err
		}
	}
	if o.json {
		return writeJSON(env.Stdout, v)
	}
	w := v.Weights.Known()
	_, err := io.WriteString(env.Stdout, weightsfile.Print(env.Lang, &w, number))
	return err
}

// findVersion returns an earlier version by its number, as it was given.
func findVersion(ctx context.Context, env *environment, c *client.Client, given string) (wire.WeightsVersion, error) {
	number, err := strconv.Atoi(given)
	if err != nil {
		return wire.WeightsVersion{}, usageError(env.T("error.weights-version"))
	}
	list, err := c.WeightsVersions(ctx)
	if err != nil {
		return wire.WeightsVersion{}, err
	}
	for _, v := range list {
		if v.Version == number {
			return v, nil
		}
	}
	return wire.WeightsVersion{}, triage.E(triage.NotFound, "find weights", "", "there is no such version of the weights: vigie weights history lists all", nil)
}

func weightsCheck(_ context.Context, env *environment, _ *weightsOptions, rest []string) error {
	w, _, err := env.readWeights(rest[0])
	if err != nil {
		return err
	}
	changes := signals.Default().Changes(&w)
	if len(changes) == 0 {
		_, err := fmt.Fprintln(env.Stdout, env.T("weights.default"))
		return err
	}
	fmt.Fprintln(env.Stdout, env.T("weights.fine"))
	return printChanges(env, changes)
}

// readWeights reads a file of weights. What is wrong with it is printed, a line each.
func (env *environment) readWeights(name string) (w signals.Weights, version int, err error) {
	f, err := os.Open(name)
	if err != nil {
		return w, version, usageError(env.T("error.set-file", harmless(name), cause(err)))
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, weightsfile.MaxSize+1))
	if err != nil {
		return w, version, usageError(env.T("error.set-file", harmless(name), cause(err)))
	}
	w, version, problems := weightsfile.Parse(body)
	if len(problems) == 0 {
		return w, version, nil
	}
	for _, p := range problems {
		fmt.Fprintln(env.Stderr, p.In(env.Lang))
	}
	said := messages.N(env.Lang, "weights.wrong", len(problems), harmless(name))
	return w, version, &exitError{exitFailed, errors.New(said)}
}

func weightsSet(ctx context.Context, env *environment, o *weightsOptions, rest []string) error {
	if strings.TrimSpace(o.reason) == "" {
		return usageError(env.T("error.withdraw-reason"))
	}
	w, version, err := env.readWeights(rest[0])
	if err != nil {
		return err
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	now, err := c.Ranking(ctx)
	if err != nil {
		return err
	}
	if version != weightsfile.NoVersion && version != now.Version {
		return triage.E(triage.Conflict, "change the weights", "", "this file was made of another version than that in force: see vigie weights history, and make it of vigie weights show", nil)
	}
	before := now.Weights.Known()
	r, err := c.ChangeWeights(ctx, wire.ChangeWeights{From: now.Event, Weights: wire.NewWeights(w), Reason: o.reason})
	if err != nil {
		return err
	}
	if !o.json {
		fmt.Fprintln(env.Stdout, env.T("weights.changed", r.Version))
		if err := printChanges(env, before.Changes(&w)); err != nil {
			return err
		}
	}
	if !o.noWait {
		r, err = followReranking(ctx, env, c, r)
	}
	if err == nil && o.json {
		err = writeJSON(env.Stdout, r)
	}
	return err
}

// followReranking shows how groups are ranked by the weights in force, until all are.
func followReranking(ctx context.Context, env *environment, c *client.Client, r wire.Ranking) (wire.Ranking, error) {
	var done, of atomic.Int64
	p := env.startProgress(func() string {
		return bar(done.Load(), of.Load()) + env.T("weights.reranking", i18n.Percent(env.Lang, int(done.Load()), int(of.Load())))
	})
	defer p.end()
	for r.Reranking.Left() {
		done.Store(int64(r.Reranking.Done))
		of.Store(int64(r.Reranking.Of))
		pause(ctx, rerankPoll)
		var err error
		if r, err = c.Ranking(ctx); err != nil {
			return r, err
		}
	}
	p.end()
	fmt.Fprintln(env.Stderr, env.T("weights.reranked"))
	return r, nil
}

func weightsHistory(ctx context.Context, env *environment, o *weightsOptions, _ []string) error {
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	list, err := c.WeightsVersions(ctx)
	if err != nil || o.json {
		return printEach(list, err, func(v wire.WeightsVersion) error { return writeJSON(env.Stdout, v) })
	}
	for i, v := range list {
		if v.At == nil {
			fmt.Fprintln(env.Stdout, env.T("weights.first", v.Version))
			continue
		}
		fmt.Fprintln(env.Stdout, env.T("weights.version", v.Version, i18n.Stamp(env.Lang, v.At.Local()), harmless(v.ByName), harmless(v.Reason)))
		to, from := v.Weights.Known(), list[i+1].Weights.Known()
		if err := printChanges(env, from.Changes(&to)); err != nil {
			return err
		}
	}
	return nil
}

// printChanges prints what changed, a line a number.
func printChanges(env *environment, changes []signals.Change) error {
	return printEach(changes, nil, func(c signals.Change) error {
		_, err := fmt.Fprintf(env.Stdout, "  %-18s %s  %s\n", c.Name, i18n.WeightChange(env.Lang, c), i18n.WeightMeaning(env.Lang, c.Name))
		return err
	})
}
