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

// casePoll is how often "vigie case close" looks how far it has come.
const casePoll = 300 * time.Millisecond

// caseOptions are those of "vigie case …".
type caseOptions struct {
	connection *connection
	reference  string // of close and reopen
	noWait     bool   // of both
	until      string // of custody
	ended      bool   // of custody
	what, note string // of outcome
	json       bool
}

// runCase lists cases, shows one, closes it and reopens it.
func runCase(ctx context.Context, env *environment, args []string) error {
	what := "help"
	if len(args) > 0 {
		what, args = args[0], args[1:]
	}
	run := map[string]func(context.Context, *environment, *client.Client, *caseOptions, []string) error{
		"list": caseList, "show": caseShow, "close": caseClose, "reopen": caseReopen, "custody": caseCustody, "outcome": caseOutcome,
	}[what]
	name := "case " + what
	switch {
	case what == "-h" || what == "--help":
		name, args, run = "case", []string{"--help"}, caseList
	case run == nil:
		return usageError(env.T("error.case-what"))
	}
	o := &caseOptions{}
	fs := env.flagSet(name)
	o.connection = env.connectionFlags(fs)
	fs.BoolVar(&o.json, "json", false, "JSON: one object a line")
	if what == "close" || what == "reopen" {
		fs.StringVar(&o.reference, "reference", "", "reference of the decision, for the journal")
		fs.BoolVar(&o.noWait, "no-wait", false, "do not wait until it is done")
	}
	if what == "custody" {
		fs.StringVar(&o.until, "until", "", "when it ends, as 2026-11-23T14:00 in this machine's time")
		fs.BoolVar(&o.ended, "ended", false, "it has ended")
	}
	if what == "outcome" {
		fs.StringVar(&o.what, "what", "", "what came of it: victim-identified, victim-safe, producer-identified, arrest, conviction, no-lead; several with commas")
		fs.StringVar(&o.note, "note", "", "a few words to those who worked on it")
	}
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 1 || (len(rest) == 0) != (what == "list") {
		return usageError(env.T("error.case-what"))
	}
	if (what == "close" || what == "reopen") && o.reference == "" {
		return usageError(env.T("error.case-reference"))
	}
	if what == "custody" && (o.until == "") != o.ended {
		return usageError(env.T("error.case-until"))
	}
	if what == "outcome" && o.what == "" {
		return usageError(env.T("error.case-outcome"))
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	return run(ctx, env, c, o, rest)
}

func caseList(ctx context.Context, env *environment, c *client.Client, o *caseOptions, _ []string) error {
	list, err := c.Cases(ctx)
	return printEach(list, err, func(k wire.Case) error { return o.print(env, k) })
}

func caseShow(ctx context.Context, env *environment, c *client.Client, o *caseOptions, rest []string) error {
	k, err := c.FindCase(ctx, rest[0])
	if err != nil || o.json {
		return firstOf(err, func() error { return writeJSON(env.Stdout, k) })
	}
	if err := o.print(env, k); err != nil {
		return err
	}
	o.printCustody(env, k)
	if c := k.Closed; c != nil {
		fmt.Fprintf(env.Stdout, "  %s\n", env.T("case.closed", i18n.Moment(env.Lang, c.At.Local()), c.By, harmless(c.Reference)))
	}
	if c := k.Reopened; c != nil {
		fmt.Fprintf(env.Stdout, "  %s\n", env.T("case.reopened", i18n.Moment(env.Lang, c.At.Local()), c.By, harmless(c.Reference)))
	}
	for _, x := range k.Exhibits {
		fmt.Fprintf(env.Stdout, "  %s  %s  %s\n", x.ID, harmless(x.Exhibit.Exhibit), env.T("case.items", i18n.Number(env.Lang, sum(x.Counts.Items))))
	}
	printCounts(env, k.Counts)
	return o.printOutcomes(ctx, env, c, k)
}

// caseCustody says until when a custody runs.
func caseCustody(ctx context.Context, env *environment, c *client.Client, o *caseOptions, rest []string) error {
	var until time.Time
	if !o.ended {
		var err error
		if until, err = triage.ParseCustodyEnd(o.until, time.Local); err != nil {
			return err
		}
	}
	k, err := c.FindCase(ctx, rest[0])
	if err == nil {
		k, err = c.HoldCase(ctx, k.ID, until)
	}
	if err == nil {
		err = o.print(env, k)
	}
	if err == nil && !o.json {
		o.printCustody(env, k)
	}
	return err
}

func (o *caseOptions) printCustody(env *environment, k wire.Case) {
	if c := k.Custody; c != nil {
		fmt.Fprintf(env.Stdout, "  %s\n", env.T("case.custody", i18n.Moment(env.Lang, c.Until.Local())))
	}
}

// printEach prints what was listed, unless listing it failed.
func printEach[T any](list []T, err error, print func(T) error) error {
	for i := 0; i < len(list) && err == nil; i++ {
		err = print(list[i])
	}
	return err
}

// firstOf returns err, or else what then comes to.
func firstOf(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

func caseClose(ctx context.Context, env *environment, c *client.Client, o *caseOptions, rest []string) error {
	waiting := func(present, of string) string { return env.T("case.closing", present, of) }
	return o.change(ctx, env, c, rest[0], c.CloseCase, triage.CaseClosed, waiting)
}

func caseReopen(ctx context.Context, env *environment, c *client.Client, o *caseOptions, rest []string) error {
	waiting := func(present, of string) string { return env.T("case.reopening", present, of) }
	return o.change(ctx, env, c, rest[0], c.ReopenCase, triage.CaseOpen, waiting)
}

// change closes or reopens a case, and waits until that is done.
func (o *caseOptions) change(ctx context.Context, env *environment, c *client.Client, number string, do func(context.Context, string, string) (wire.Case, error), end triage.CaseState, waiting func(present, of string) string) error {
	k, err := c.FindCase(ctx, number)
	if err == nil {
		k, err = do(ctx, k.ID, o.reference)
	}
	if err != nil {
		return err
	}
	p := env.startProgress(func() string {
		return waiting(i18n.Number(env.Lang, k.Present), i18n.Number(env.Lang, sum(k.Counts.Items)))
	})
	defer p.end()
	for started := k.State; !o.noWait && k.State == started; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(casePoll):
		}
		if k, err = c.Case(ctx, k.ID); err != nil {
			return err
		}
	}
	p.end()
	switch {
	case !o.noWait && k.State != string(end):
		fmt.Fprintln(env.Stderr, env.T("case.changed"))
	case k.State == string(triage.CaseOpen) && k.Counts.Pending > 0:
		fmt.Fprintln(env.Stderr, env.T("case.matching"))
	}
	return o.print(env, k)
}

// print writes one line of a case.
func (o *caseOptions) print(env *environment, k wire.Case) error {
	if o.json {
		return writeJSON(env.Stdout, k)
	}
	number := func(n int) string { return i18n.Number(env.Lang, n) }
	_, err := fmt.Fprintf(env.Stdout, "%s  %s  %s  %s\n", k.ID, harmless(k.Case), i18n.CaseState(env.Lang, triage.CaseState(k.State)),
		env.T("case.counts", number(len(k.Exhibits)), number(sum(k.Counts.Items)), number(k.Counts.Media[string(triage.Known)]+k.Counts.Media[string(triage.NearKnown)])))
	return err
}

func printCounts(env *environment, counts wire.Counts) {
	for _, f := range triage.Findings {
		fmt.Fprintf(env.Stdout, "  %s  %s\n", i18n.Finding(env.Lang, f), i18n.Number(env.Lang, counts.Media[string(f)]))
	}
	fmt.Fprintf(env.Stdout, "  %s  %s\n", i18n.Finding(env.Lang, triage.Pending), i18n.Number(env.Lang, counts.Pending))
}

func sum(counts map[string]int) (all int) {
	for _, n := range counts {
		all += n
	}
	return all
}
