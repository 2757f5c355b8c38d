package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"vigie/api/i18n"
	"vigie/store/examiner"
	"vigie/triage"
)

// manifestOptions are those of "vigie manifest".
type manifestOptions struct {
	connection *connection
	exhibit    *whichExhibit
	file       string
}

// runManifest shows what was signed of an exhibit, or writes its manifest into a file.
func runManifest(ctx context.Context, env *environment, args []string) error {
	var o manifestOptions
	fs := env.flagSet("manifest")
	o.connection = env.connectionFlags(fs)
	o.exhibit = exhibitFlags(fs)
	fs.StringVar(&o.file, "o", "", "new file for the whole manifest: vigie verify reads it without a service")
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	if err := o.exhibit.check(env, rest); err != nil {
		return err
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	id, err := o.exhibit.find(ctx, c, rest)
	if err != nil {
		return err
	}
	m, err := fetchManifest(ctx, c, id)
	if err != nil {
		return err
	}
	if m.signature == (triage.Signature{}) {
		return errors.New(env.T("manifest.unsigned"))
	}
	stated, by, err := m.statement()
	if err != nil {
		return err
	}
	if o.file != "" {
		if err := m.save(ctx, o.file); err != nil {
			return notWritten(env, o.file, err)
		}
	}
	printStatement(env, stated, by)
	return nil
}

// notWritten says why a new file was not made.
func notWritten(env *environment, path string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return usageError(env.T("error.file-exists", harmless(path)))
	}
	if told, ok := errors.AsType[*fs.PathError](err); ok {
		return errors.New(env.T("error.file-write", harmless(path), told.Err))
	}
	if told, ok := errors.AsType[*os.LinkError](err); ok {
		return errors.New(env.T("error.file-write", harmless(path), told.Err))
	}
	return err
}

// printStatement prints what was signed, and by which key.
func printStatement(env *environment, s triage.Statement, by examiner.Public) {
	fmt.Fprintln(env.Stdout, env.T("manifest.of", harmless(s.Case), harmless(s.Seal)))
	fmt.Fprintln(env.Stdout, env.T("manifest.signed", by.Name(), s.Signed.Format("2006-01-02 15:04:05 MST")))
	fmt.Fprintln(env.Stdout, env.T("manifest.key", by.Fingerprint()))
	rows := [][]string{{env.T("submit.items"), ""}}
	for _, d := range triage.Dispositions {
		rows = append(rows, []string{i18n.Disposition(env.Lang, d), i18n.Number(env.Lang, s.Items[d])})
	}
	fmt.Fprintln(env.Stdout)
	table(env.Stdout, append(rows, []string{env.T("submit.total"), i18n.Number(env.Lang, s.Total())}), 1)
}
