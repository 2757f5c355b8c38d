package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"vigie/api/client"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/triage"
	"vigie/triage/signals"
)

const (
	queuePage    = 100 // groups asked for at once
	queueDefault = 20  // groups in the table, unless told otherwise
)

// queueOptions are those of "vigie queue".
type queueOptions struct {
	connection *connection
	limit      int
	filter     map[string]*string // what narrows it, by parameter
	json       bool
	names      map[string]string // of those whose groups are, by account; nil: nobody asked yet
}

// runQueue lists the groups to review: no content, no names.
func runQueue(ctx context.Context, env *environment, args []string) error {
	var o queueOptions
	fs := env.flagSet("queue")
	o.connection = env.connectionFlags(fs)
	fs.IntVar(&o.limit, "limit", 0, "how many groups (default: 20 in the table, all of them with --json)")
	fs.BoolVar(&o.json, "json", false, "one JSON object a line")
	o.filter = map[string]*string{
		"case":     fs.String("case", "", "only groups with media of this case"),
		"unit":     fs.String("unit", "", "only groups with media of an exhibit that this unit submitted"),
		"assigned": fs.String("assigned", "", "only groups that are theirs: me, nobody, or a name"),
		"least":    fs.String("least", "", "only groups of at least this score"),
		"kind":     fs.String("kind", "", "only groups that hold one: picture or video"),
		"from":     fs.String("from", "", "only groups with something taken or changed on this day or later, as 2026-01-31"),
		"until":    fs.String("until", "", "only groups with something taken or changed on this day or earlier"),
	}
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", harmless(rest[0])))
	}
	if o.limit < 0 {
		return usageError(env.T("error.limit"))
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	limit := o.limit
	if limit == 0 && !o.json {
		limit = queueDefault
	}
	shown, total, after := 0, 0, ""
	for limit == 0 || shown < limit {
		n := queuePage
		if limit > 0 {
			n = min(n, limit-shown)
		}
		page, err := c.Filtered(ctx, o.narrowed(), after, n)
		if err != nil {
			return err
		}
		for _, g := range page.Groups {
			if err := o.name(ctx, c, g); err != nil {
				return err
			}
			if err := o.print(env, g); err != nil {
				return err
			}
		}
		shown, total, after = shown+len(page.Groups), page.Total, page.Next
		if after == "" {
			break
		}
	}
	if !o.json {
		fmt.Fprintln(env.Stdout, env.T("queue.shown", i18n.Number(env.Lang, shown), i18n.Number(env.Lang, total)))
	}
	return nil
}

// name learns the names of those whose groups are, when the first such group is to be printed.
func (o *queueOptions) name(ctx context.Context, c *client.Client, g wire.Group) error {
	if o.json || g.Assigned == "" || o.names != nil {
		return nil
	}
	people, err := c.Assignees(ctx)
	o.names = make(map[string]string)
	for _, a := range people {
		o.names[a.ID] = a.Name
	}
	return err
}

// narrowed are the parameters that narrow the queue.
func (o *queueOptions) narrowed() url.Values {
	values := make(url.Values)
	for name, value := range o.filter {
		if *value != "" {
			values.Set(name, *value)
		}
	}
	return values
}

func (o *queueOptions) print(env *environment, g wire.Group) error {
	if o.json {
		return writeJSON(env.Stdout, g)
	}
	fmt.Fprintf(env.Stdout, "%4d  %-12s  %s  %s\n", g.Score, g.Finding, g.ID,
		strings.Join([]string{
			messages.N(env.Lang, "queue.members", g.Members), messages.N(env.Lang, "queue.exhibits", g.Exhibits),
			messages.N(env.Lang, "queue.cases", g.Cases),
		}, ", "))
	if c := g.Custody; c != nil {
		fmt.Fprintf(env.Stdout, "      %s\n", env.T("queue.custody", harmless(c.Case), i18n.Moment(env.Lang, c.Until.Local())))
	}
	if g.Assigned != "" {
		fmt.Fprintf(env.Stdout, "      %s\n", env.T("queue.assigned", harmless(cmp.Or(o.names[g.Assigned], g.Assigned))))
	}
	if p := g.Proposal; p != nil {
		fmt.Fprintf(env.Stdout, "      %s\n", env.T("queue.proposal", i18n.Verdict(env.Lang, triage.Verdict(p.Verdict)), harmless(p.By),
			i18n.Moment(env.Lang, p.At), messages.N(env.Lang, "queue.new", p.Media)))
	}
	for _, r := range g.Reasons {
		text := i18n.Signal(env.Lang, signals.Reason{Signal: signals.Signal(r.Signal), Points: r.Points, Detail: harmless(r.Detail)})
		if _, err := fmt.Fprintf(env.Stdout, "      %+4d  %s\n", r.Points, text); err != nil {
			return err
		}
	}
	return nil
}
