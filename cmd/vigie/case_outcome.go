package main

import (
	"context"
	"fmt"
	"strings"

	"vigie/api/client"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/triage"
)

// caseOutcome says what came of a case.
func caseOutcome(ctx context.Context, env *environment, c *client.Client, o *caseOptions, rest []string) error {
	k, err := c.FindCase(ctx, rest[0])
	if err != nil {
		return err
	}
	told, err := c.RecordOutcome(ctx, k.ID, strings.Split(o.what, ","), o.note)
	if err != nil || o.json {
		return firstOf(err, func() error { return writeJSON(env.Stdout, told) })
	}
	fmt.Fprintln(env.Stdout, env.T("case.outcome-told", i18n.Number(env.Lang, told.Told)))
	return nil
}

// printOutcomes tells what came of a case.
func (o *caseOptions) printOutcomes(ctx context.Context, env *environment, c *client.Client, k wire.Case) error {
	list, err := c.OutcomesOf(ctx, k.ID)
	for _, outcome := range list {
		var what []string
		for _, code := range outcome.What {
			what = append(what, i18n.Outcome(env.Lang, triage.OutcomeCode(code)))
		}
		fmt.Fprintf(env.Stdout, "  %s\n", env.T("case.outcome", i18n.Moment(env.Lang, outcome.At.Local()), strings.Join(what, ", "), harmless(outcome.Note)))
	}
	return err
}
