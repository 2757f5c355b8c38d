package main

import (
	"context"
	"fmt"

	"vigie/api/client"
	"vigie/api/i18n"
	"vigie/api/wire"
)

// assignOptions are those of "vigie assign".
type assignOptions struct {
	connection *connection
	number     string // of a case
	to         string
	back       bool
	json       bool
}

// runAssign assigns a group or a case to somebody, takes it back, or shows whose what is.
func runAssign(ctx context.Context, env *environment, args []string) error {
	var o assignOptions
	fs := env.flagSet("assign")
	o.connection = env.connectionFlags(fs)
	fs.StringVar(&o.number, "case", "", "number of a case, in the place of a group")
	fs.StringVar(&o.to, "to", "", "whose it is to be: name of a reviewer or supervisor, or identifier of the account")
	fs.BoolVar(&o.back, "back", false, "take it back: it is nobody's any more")
	fs.BoolVar(&o.json, "json", false, "one JSON object a line")
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	one, acts := (len(rest) == 1) != (o.number != ""), (o.to != "") != o.back
	list := len(rest) == 0 && o.number == "" && o.to == "" && !o.back
	if len(rest) > 1 || !list && !(one && acts) {
		return usageError(env.T("error.assign-what"))
	}
	c, _, err := o.connection.client(env)
	switch {
	case err != nil:
		return err
	case list:
		people, err := c.Assignees(ctx)
		return printEach(people, err, func(a wire.Assignee) error { return o.print(env, a) })
	}
	if o.number != "" {
		err = assignCase(ctx, c, o.number, o.to)
	} else {
		err = c.AssignGroup(ctx, rest[0], o.to)
	}
	if err != nil || o.json {
		return err
	}
	_, err = fmt.Fprintln(env.Stdout, o.said(env))
	return err
}

func assignCase(ctx context.Context, c *client.Client, number, to string) error {
	k, err := c.FindCase(ctx, number)
	if err != nil {
		return err
	}
	return c.AssignCase(ctx, k.ID, to)
}

// said is what was done.
func (o *assignOptions) said(env *environment) string {
	switch {
	case o.back:
		return env.T("assign.taken-back")
	case o.number != "":
		return env.T("assign.case", harmless(o.to))
	}
	return env.T("assign.group", harmless(o.to))
}

// print writes what is somebody's.
func (o *assignOptions) print(env *environment, a wire.Assignee) error {
	if o.json {
		return writeJSON(env.Stdout, a)
	}
	_, err := fmt.Fprintf(env.Stdout, "%s  %-20s  %s\n", a.ID, harmless(a.Name), messages.N(env.Lang, "assign.groups", a.Groups))
	for _, k := range a.Cases {
		if err == nil {
			_, err = fmt.Fprintf(env.Stdout, "      %s\n", env.T("assign.theirs", harmless(k.Case), i18n.Moment(env.Lang, k.At.Local())))
		}
	}
	return err
}
