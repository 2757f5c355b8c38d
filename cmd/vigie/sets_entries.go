package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"vigie/api/i18n"
	"vigie/api/wire"
)

// entryStates are what the commands on one entry make of it.
var entryStates = map[string]string{
	"withdraw-entry": "withdrawn", "dispute-entry": "disputed", "restore-entry": "restored",
}

// setsEntry returns the command that gives an entry a state.
func setsEntry(state string) func(context.Context, *environment, *setOptions, []string) error {
	return func(ctx context.Context, env *environment, o *setOptions, rest []string) error {
		if len(rest) != 2 {
			return usageError(env.T("error.set-entry"))
		}
		id, err := env.setID(rest[:1])
		if err != nil {
			return err
		}
		line, err := strconv.ParseUint(rest[1], 10, 32)
		if err != nil || line == 0 {
			return usageError(env.T("error.set-entry"))
		}
		if strings.TrimSpace(o.reason) == "" {
			return usageError(env.T("error.withdraw-reason"))
		}
		c, _, err := o.connection.client(env)
		if err != nil {
			return err
		}
		said, err := c.ObjectToEntry(ctx, id, uint32(line), wire.ObjectToEntry{State: state, Reason: o.reason})
		if err != nil {
			return err
		}
		if said.Already {
			fmt.Fprintln(env.Stderr, env.T("sets.entry-already", i18n.Moment(env.Lang, said.At.Local())))
		}
		if o.json {
			err = writeJSON(env.Stdout, said)
		} else {
			printObjection(env, said.Objection)
		}
		if err != nil || o.noWait {
			return err
		}
		return followRematch(ctx, env, c)
	}
}

// printObjection prints what was said last of an entry.
func printObjection(env *environment, o wire.Objection) {
	fmt.Fprintln(env.Stdout, env.T("sets.entry", o.Set, o.Entry, i18n.EntryState(env.Lang, o.State), i18n.Moment(env.Lang, o.At.Local()), harmless(o.Reason)))
}
