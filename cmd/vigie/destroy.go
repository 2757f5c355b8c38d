package main

import (
	"context"
	"fmt"
	"time"

	"vigie/api/client"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/triage"
)

// destroyPoll is how often "vigie destroy --confirm" looks how far a destruction has come.
const destroyPoll = 300 * time.Millisecond

// destroyOptions are those of "vigie destroy".
type destroyOptions struct {
	connection              *connection
	reference               string
	confirm, withdraw, list bool
	json                    bool
}

// runDestroy proposes, withdraws or confirms the destruction of an exhibit, or lists them.
func runDestroy(ctx context.Context, env *environment, args []string) error {
	var o destroyOptions
	fs := env.flagSet("destroy")
	o.connection = env.connectionFlags(fs)
	fs.StringVar(&o.reference, "reference", "", "propose: reference of the order or procedure, for the journal")
	fs.BoolVar(&o.confirm, "confirm", false, "confirm what another administrator proposed: there is no way back")
	fs.BoolVar(&o.withdraw, "withdraw", false, "take a proposal back")
	fs.BoolVar(&o.list, "list", false, "list proposals and destructions")
	fs.BoolVar(&o.json, "json", false, "JSON: one object a line")
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	chosen := 0
	for _, b := range []bool{o.reference != "", o.confirm, o.withdraw, o.list} {
		if b {
			chosen++
		}
	}
	if chosen != 1 || o.list != (len(rest) == 0) || len(rest) > 1 {
		return usageError(env.T("error.destroy-what"))
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	switch {
	case o.list:
		list, err := c.Destructions(ctx)
		return printEach(list, err, func(d wire.Destruction) error { return o.print(env, d) })
	case o.withdraw:
		if err := c.WithdrawDestruction(ctx, rest[0]); err != nil {
			return err
		}
		fmt.Fprintln(env.Stderr, env.T("destroy.withdrawn"))
		return nil
	case o.confirm:
		return o.confirmed(ctx, env, c, rest[0])
	}
	d, err := c.ProposeDestruction(ctx, rest[0], o.reference)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stderr, env.T("destroy.proposed", i18n.Moment(env.Lang, d.Expires.Local())))
	return o.print(env, d)
}

// confirmed says what goes, confirms, and waits until it has gone.
func (o *destroyOptions) confirmed(ctx context.Context, env *environment, c *client.Client, exhibit string) error {
	d, err := c.ConfirmDestruction(ctx, exhibit)
	if err != nil {
		return err
	}
	p := env.startProgress(func() string { return env.T("destroy.waiting") })
	defer p.end()
	for d.State != string(triage.DestructionFinished) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(destroyPoll):
		}
		if d, err = c.Destruction(ctx, exhibit); err != nil {
			return err
		}
	}
	p.end()
	return o.print(env, d)
}

func (o *destroyOptions) print(env *environment, d wire.Destruction) error {
	if o.json {
		return writeJSON(env.Stdout, d)
	}
	_, err := fmt.Fprintf(env.Stdout, "%s  %-10s  %s  %s\n", d.Exhibit, d.State, harmless(d.Reference),
		env.T("destroy.counts", i18n.Number(env.Lang, d.MediaDestroyed), i18n.Number(env.Lang, d.MediaKept)))
	return err
}
