package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"vigie/api/client"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/triage"
)

// findingsOptions are those of "vigie findings".
type findingsOptions struct {
	connection *connection
	exhibit    *whichExhibit
	json, csv  bool
}

// runFindings prints one line for each item of an exhibit.
func runFindings(ctx context.Context, env *environment, args []string) error {
	var o findingsOptions
	fs := env.flagSet("findings")
	o.connection = env.connectionFlags(fs)
	o.exhibit = exhibitFlags(fs)
	fs.BoolVar(&o.json, "json", false, "one JSON object a line")
	fs.BoolVar(&o.csv, "csv", false, "CSV with a header, safe for spreadsheets")
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	if err := o.exhibit.check(env, rest); err != nil {
		return err
	}
	if o.json && o.csv {
		return usageError(env.T("error.json-or-csv"))
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	id, err := o.exhibit.find(ctx, c, rest)
	if err != nil {
		return err
	}
	switch {
	case o.json:
		return o.eachFinding(ctx, c, id, func(f wire.Finding) error { return writeJSON(env.Stdout, f) })
	case o.csv:
		return o.printCSV(ctx, env, c, id)
	}
	return o.printTable(ctx, env, c, id)
}

func (o *findingsOptions) eachFinding(ctx context.Context, c *client.Client, id string, do func(wire.Finding) error) error {
	for f, err := range c.Findings(ctx, id) {
		if err != nil {
			return err
		}
		if err := do(f); err != nil {
			return err
		}
	}
	return nil
}

func (o *findingsOptions) printCSV(ctx context.Context, env *environment, c *client.Client, id string) error {
	w := csv.NewWriter(env.Stdout)
	w.Write(wire.FindingColumns)
	err := o.eachFinding(ctx, c, id, func(f wire.Finding) error { return w.Write(f.Record()) })
	w.Flush()
	if err != nil {
		return err
	}
	return w.Error()
}

// printTable prints the items as they come, so that an exhibit of a million does not have to fit into memory, and the
// counts last, where they are seen.
func (o *findingsOptions) printTable(ctx context.Context, env *environment, c *client.Client, id string) error {
	items, findings := newTally(), make(map[string]int)
	err := o.eachFinding(ctx, c, id, func(f wire.Finding) error {
		items.add(triage.Disposition(f.Disposition), f.Reason, 1)
		findings[f.Finding]++
		what := f.Finding
		if what == "" {
			what = f.Disposition
		}
		_, err := fmt.Fprintf(env.Stdout, "%-12s  %-24s  %s\n", what, because(env, f), harmless(f.Path))
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout)
	items.print(env)
	fmt.Fprintln(env.Stdout)
	rows := [][]string{{env.T("findings.items-by-finding"), ""}}
	for _, f := range append(append([]triage.Finding{}, triage.Findings...), "pending", "") {
		if n := findings[string(f)]; n > 0 {
			rows = append(rows, []string{findingName(env.Lang, f), i18n.Number(env.Lang, n)})
		}
	}
	table(env.Stdout, rows, 1)
	return nil
}

func findingName(l i18n.Lang, f triage.Finding) string {
	switch f {
	case "":
		return i18n.Finding(l, triage.NoFinding)
	case "pending":
		return i18n.Finding(l, triage.Pending)
	}
	return i18n.Finding(l, f)
}

// because says what made a finding: the set, and how its entry and the medium are alike.
func because(env *environment, f wire.Finding) string {
	switch {
	case f.Method != "":
		m := i18n.Match{
			Likeness: f.Likeness, Method: f.Method, Transform: f.Transform, View: f.View, Quality: f.Quality, Frame: f.Frame,
			At: time.Duration(f.AtMS) * time.Millisecond,
		}
		if f.Still || f.FilmShare > 0 {
			m.Film = &i18n.FilmShares{
				Still: f.Still, Share: f.FilmShare, Entry: f.EntryShare,
				From: time.Duration(f.FromMS) * time.Millisecond, To: time.Duration(f.ToMS) * time.Millisecond,
			}
		}
		if f.Distance != nil {
			m.Distance = *f.Distance
		}
		words := entryOf(env, f) + "; " + m.In(env.Lang) + timeline(f)
		if f.More > 0 {
			words += ", " + messages.N(env.Lang, "findings.more", f.More)
		}
		return words
	case f.Withdrawn != "":
		return env.T("findings.withdrawn", f.Withdrawn)
	case f.Limit != 0:
		return f.Reason + " " + strconv.FormatInt(f.Limit, 10)
	}
	return f.Reason
}

// timelineCells is how many characters a film's time line has.
const timelineCells = 24

// timeline draws where in a film a stretch is that was found; "" where there is none.
func timeline(f wire.Finding) string {
	if f.FilmShare == 0 || f.DurationMS <= 0 {
		return ""
	}
	cell := func(ms int64) int { return int(min(max(ms, 0), f.DurationMS) * timelineCells / f.DurationMS) }
	from := min(cell(f.FromMS), timelineCells-1)
	to := max(cell(f.ToMS), from+1)
	return " [" + strings.Repeat("-", from) + strings.Repeat("#", to-from) + strings.Repeat("-", timelineCells-to) + "]"
}

// entryOf names the set and the entry that made a finding.
func entryOf(env *environment, f wire.Finding) string {
	name := f.Set + " " + strconv.FormatUint(uint64(f.Entry), 10)
	if f.Disputed {
		name += " " + env.T("findings.disputed")
	}
	return name
}

// printMedia prints how many contents there are of each finding: media, and what a set lists of the rest.
func printMedia(env *environment, p wire.Progress) {
	rows := [][]string{{env.T("submit.media"), ""}}
	total := 0
	for _, f := range triage.Findings {
		n := p.Media[string(f)]
		total += n
		rows = append(rows, []string{i18n.Finding(env.Lang, f), i18n.Number(env.Lang, n)})
	}
	if p.Pending > 0 {
		total += p.Pending
		rows = append(rows, []string{i18n.Finding(env.Lang, triage.Pending), i18n.Number(env.Lang, p.Pending)})
	}
	table(env.Stdout, append(rows, []string{env.T("submit.total"), i18n.Number(env.Lang, total)}), 1)
	fmt.Fprintln(env.Stdout, env.T("submit.contents"))
}
