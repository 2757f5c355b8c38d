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
	"vigie/api/wire"
	"vigie/triage"
)

// setOptions are those of "vigie sets …".
type setOptions struct {
	connection *connection
	json       bool

	kind, source, category, hash string // of import
	strict, replace              bool
	reason                       string // of withdraw, and of those on one entry
	noWait                       bool   // of all of these

	to, forWhom, output string // of pack
	days                int
	knownOnly           bool
}

// runSets keeps partners' lists.
func runSets(ctx context.Context, env *environment, args []string) error {
	what := "help"
	if len(args) > 0 {
		what, args = args[0], args[1:]
	}
	run := map[string]func(context.Context, *environment, *setOptions, []string) error{
		"import": setsImport, "list": setsList, "show": setsShow, "withdraw": setsWithdraw, "remove": setsRemove, "pack": setsPack,
	}[what]
	state, ofEntry := entryStates[what]
	if ofEntry {
		run = setsEntry(state)
	}
	name := "sets " + what
	switch {
	case what == "-h" || what == "--help":
		name, args, run = "sets", []string{"--help"}, setsList
	case run == nil:
		return usageError(env.T("error.sets-what"))
	}
	o := &setOptions{}
	fs := env.flagSet(name)
	o.connection = env.connectionFlags(fs)
	fs.BoolVar(&o.json, "json", false, "JSON: one object a line")
	if what == "import" {
		fs.StringVar(&o.kind, "kind", "", "what the list holds: known or benign")
		fs.StringVar(&o.source, "source", "", "which partner it comes from")
		fs.StringVar(&o.category, "category", "", "category of the lines that state none")
		fs.StringVar(&o.hash, "hash", "", "what 64 digits are in a plain list: sha256 or pdq")
		fs.BoolVar(&o.strict, "strict", false, "one wrong line stops the import")
		fs.BoolVar(&o.replace, "replace", false, "withdraw earlier versions of this source and kind")
	}
	if what == "pack" {
		fs.StringVar(&o.to, "to", "", "who opens it: age1…, or a file of vigie identity show")
		fs.StringVar(&o.forWhom, "for", "", "who that is, for the journal; else the name in the file")
		fs.IntVar(&o.days, "days", triage.DefaultPackDays, "days until it expires, 30 at most")
		fs.StringVar(&o.output, "o", "", "new file")
		fs.BoolVar(&o.knownOnly, "known-only", false, "without benign sets")
	}
	if what == "withdraw" || ofEntry {
		fs.StringVar(&o.reason, "reason", "", "why, for the journal")
	}
	if what == "import" || what == "withdraw" || ofEntry {
		fs.BoolVar(&o.noWait, "no-wait", false, "do not wait until earlier submissions are matched again")
	}
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	return run(ctx, env, o, rest)
}

func setsImport(ctx context.Context, env *environment, o *setOptions, rest []string) error {
	if len(rest) != 1 {
		return usageError(env.T("error.import-what"))
	}
	kind, err := triage.ParseSetKind(o.kind)
	if err != nil {
		return usageError(env.T("error.set-kind"))
	}
	if o.source == "" {
		return usageError(env.T("error.set-source"))
	}
	hash := triage.Method(o.hash)
	if hash != "" && hash != triage.BySHA256 && hash != triage.ByPDQ {
		return usageError(env.T("error.set-hash", harmless(o.hash)))
	}
	f, info, err := openRegular(rest[0])
	if err != nil {
		return usageError(env.T("error.set-file", harmless(rest[0]), cause(err)))
	}
	f.Close()
	if info.Size() == 0 {
		return usageError(env.T("error.set-empty", harmless(rest[0])))
	}
	c, notice, err := o.connection.client(env)
	if err != nil {
		return err
	}
	report, err := sendSet(ctx, env, c, notice, rest[0], info.Size(), triage.ImportOptions{
		Kind: kind, Source: o.source, Category: o.category, Hash: hash, Strict: o.strict, Replace: o.replace,
	})
	if err != nil {
		return err
	}
	if o.json {
		err = writeJSON(env.Stdout, report)
	} else {
		printImport(env, report)
	}
	if err == nil && !o.noWait {
		err = followRematch(ctx, env, c)
	}
	if err == nil && report.Set.Rejected > 0 {
		err = &exitError{exitPartial, errors.New(messages.N(env.Lang, "sets.rejected", report.Set.Rejected))}
	}
	return err
}

// sendSet sends a list, and shows how far it is. The service reads it when all of it has arrived.
func sendSet(ctx context.Context, env *environment, c *client.Client, notice *notices, path string, size int64, o triage.ImportOptions) (wire.ImportReport, error) {
	var sent atomic.Int64
	p := env.startProgress(func() string {
		if n := sent.Load(); n < size {
			return bar(n, size) + env.T("sets.sending", i18n.Size(env.Lang, n), i18n.Size(env.Lang, size))
		}
		return env.T("sets.reading")
	})
	defer p.end()
	notice.follow(p)
	defer notice.follow(nil)
	return c.ImportSet(ctx, o, func() (io.ReadCloser, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		sent.Store(0)
		return &countedFile{f, &sent}, nil
	}, size)
}

// countedFile counts what is read of a file.
type countedFile struct {
	io.ReadCloser
	n *atomic.Int64
}

// Read implements io.Reader.
func (f *countedFile) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	f.n.Add(int64(n))
	return n, err
}

func printImport(env *environment, r wire.ImportReport) {
	fmt.Fprintln(env.Stdout, env.T("sets.imported", r.Set.ID, r.Set.Source, r.Set.Version, i18n.SetKind(env.Lang, triage.SetKind(r.Set.Kind))))
	printSetCounts(env, r.Set)
	for _, e := range r.Errors {
		fmt.Fprintf(env.Stdout, "    %s\n", harmless(i18n.LineError(env.Lang, e)))
	}
	if more := r.Set.Rejected - len(r.Errors); more > 0 && len(r.Errors) > 0 {
		fmt.Fprintf(env.Stdout, "    %s\n", messages.N(env.Lang, "sets.more-errors", more))
	}
	for _, id := range r.Withdrawn {
		fmt.Fprintf(env.Stdout, "  %s\n", env.T("sets.replaced", id))
	}
}

// printSetCounts prints what a set holds.
func printSetCounts(env *environment, s wire.Set) {
	var hashes []string
	for _, m := range append(hashMethods, triage.ByVPDQ) {
		if n := s.ByMethod[string(m)]; n > 0 {
			hashes = append(hashes, i18n.Method(env.Lang, m)+" "+i18n.Number(env.Lang, n))
		}
	}
	fmt.Fprintf(env.Stdout, "  %s\n", messages.N(env.Lang, "sets.entries", s.Entries, strings.Join(hashes, ", ")))
	if s.Rejected > 0 {
		fmt.Fprintf(env.Stdout, "  %s\n", messages.N(env.Lang, "sets.rejected", s.Rejected))
	}
	if n := len(s.Conflicts); n > 0 {
		fmt.Fprintf(env.Stdout, "  %s\n", messages.N(env.Lang, "sets.conflicts", n))
		const some = 10
		for _, c := range s.Conflicts[:min(n, some)] {
			fmt.Fprintf(env.Stdout, "    %s\n", env.T("sets.conflict", c.Entry, c.OtherEntry, c.OtherSet))
		}
	}
}

// followRematch shows how the media submitted before are matched again, until all are. What is left when it is stopped
// goes on in the service.
func followRematch(ctx context.Context, env *environment, c *client.Client) error {
	exhibits, err := c.Exhibits(ctx)
	if err != nil || len(exhibits) == 0 {
		return err
	}
	var rest, most atomic.Int64 // rematch counts the media of all exhibits, so any exhibit tells it
	p := env.startProgress(func() string {
		whole, n := most.Load(), rest.Load()
		return bar(whole-n, whole) + messages.N(env.Lang, "sets.rematching", int(n))
	})
	defer p.end()
	for {
		x, err := c.Exhibit(ctx, exhibits[0].ID)
		if errors.Is(err, context.Canceled) {
			p.end()
			fmt.Fprintln(env.Stderr, env.T("sets.rematch-goes-on"))
			return err
		}
		if err != nil || x.Progress.Rematch == 0 {
			return err
		}
		n := int64(x.Progress.Rematch)
		rest.Store(n)
		most.Store(max(n, most.Load()))
		pause(ctx, time.Second)
	}
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func setsList(ctx context.Context, env *environment, o *setOptions, rest []string) error {
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", harmless(rest[0])))
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	sets, err := c.Sets(ctx)
	if err != nil {
		return err
	}
	rows := [][]string{strings.Split(env.T("sets.header"), "\t")}
	for _, s := range sets {
		if o.json {
			if err := writeJSON(env.Stdout, s); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{
			strconv.FormatUint(uint64(s.ID), 10), i18n.SetState(env.Lang, triage.SetState(s.State)), s.Kind, s.Source,
			strconv.Itoa(s.Version), i18n.Number(env.Lang, s.Entries), s.Imported.Local().Format(time.DateTime),
		})
	}
	if !o.json {
		table(env.Stdout, rows, 0, 4, 5)
	}
	return nil
}

// setID reads the one argument of show, withdraw and remove.
func (env *environment) setID(rest []string) (uint32, error) {
	if len(rest) == 1 {
		if id, err := strconv.ParseUint(rest[0], 10, 32); err == nil && id > 0 {
			return uint32(id), nil
		}
	}
	return 0, usageError(env.T("error.set-id"))
}

func setsShow(ctx context.Context, env *environment, o *setOptions, rest []string) error {
	id, err := env.setID(rest)
	if err != nil {
		return err
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	s, err := c.Set(ctx, id)
	if err == nil {
		err = o.printSet(env, s)
	}
	if err != nil || o.json {
		return err
	}
	said, err := c.Objections(ctx, id)
	for _, o := range said {
		fmt.Fprint(env.Stdout, "  ")
		printObjection(env, o)
	}
	return err
}

func (o *setOptions) printSet(env *environment, s wire.Set) error {
	if o.json {
		return writeJSON(env.Stdout, s)
	}
	fmt.Fprintln(env.Stdout, env.T("sets.title", s.ID, s.Source, s.Version,
		i18n.SetKind(env.Lang, triage.SetKind(s.Kind)), i18n.SetState(env.Lang, triage.SetState(s.State))))
	fmt.Fprintf(env.Stdout, "  %s\n", env.T("sets.imported-at", i18n.Moment(env.Lang, s.Imported.Local())))
	if s.Extended != nil {
		fmt.Fprintf(env.Stdout, "  %s\n", messages.N(env.Lang, "sets.extended", s.Additions, i18n.Moment(env.Lang, s.Extended.Local())))
	}
	if s.Withdrawn != nil {
		fmt.Fprintf(env.Stdout, "  %s\n", env.T("sets.withdrawn-at", i18n.Moment(env.Lang, s.Withdrawn.Local())))
	}
	if s.Category != "" {
		fmt.Fprintf(env.Stdout, "  %s\n", env.T("sets.category", harmless(s.Category)))
	}
	if s.Failure != "" {
		fmt.Fprintf(env.Stdout, "  %s\n", env.T("sets.failure", harmless(i18n.Hint(env.Lang, s.Failure))))
	}
	printSetCounts(env, s)
	return nil
}

func setsWithdraw(ctx context.Context, env *environment, o *setOptions, rest []string) error {
	id, err := env.setID(rest)
	if err != nil {
		return err
	}
	if strings.TrimSpace(o.reason) == "" {
		return usageError(env.T("error.withdraw-reason"))
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	w, err := c.WithdrawSet(ctx, id, o.reason)
	if err != nil {
		return err
	}
	if w.Already && w.Withdrawn != nil {
		fmt.Fprintln(env.Stderr, env.T("sets.withdrawn-already", id, i18n.Moment(env.Lang, w.Withdrawn.Local())))
	}
	if o.json {
		err = writeJSON(env.Stdout, w)
	} else {
		err = o.printSet(env, w.Set)
	}
	if err != nil || o.noWait {
		return err
	}
	return followRematch(ctx, env, c)
}

// setsRemove forgets a set whose import failed or was cut off.
func setsRemove(ctx context.Context, env *environment, o *setOptions, rest []string) error {
	id, err := env.setID(rest)
	if err != nil {
		return err
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	s, err := c.RemoveSet(ctx, id)
	if err != nil {
		return err
	}
	if o.json {
		return writeJSON(env.Stdout, s)
	}
	fmt.Fprintln(env.Stdout, env.T("sets.removed", s.ID, s.Source))
	return nil
}
