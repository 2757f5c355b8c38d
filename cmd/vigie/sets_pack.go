package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"vigie/api/client"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/store/examiner"
	"vigie/store/setpack"
	"vigie/triage"
)

// setsPack has the service make a set pack, and keeps it in a file.
func setsPack(ctx context.Context, env *environment, o *setOptions, rest []string) error {
	switch {
	case len(rest) > 0:
		return usageError(env.T("error.too-many", harmless(rest[0])))
	case o.to == "":
		return usageError(env.T("error.pack-to"))
	case o.output == "":
		return usageError(env.T("error.pack-output"))
	case o.days < 1 || o.days > triage.MaxPackDays:
		return usageError(env.T("error.pack-days", triage.MaxPackDays))
	}
	q := wire.PackSets{For: o.forWhom, Days: o.days, KnownOnly: o.knownOnly}
	if err := packFor(env, o.to, &q); err != nil {
		return err
	}
	c, notice, err := o.connection.client(env)
	if err != nil {
		return err
	}
	var told wire.SetPack
	err = writeWhole(o.output, func(w io.Writer) (err error) {
		told, err = fetchPack(ctx, env, c, notice, q, w)
		return err
	})
	if err != nil {
		return notWritten(env, o.output, err)
	}
	if o.json {
		return writeJSON(env.Stdout, told)
	}
	printPack(env, o.output, told)
	return nil
}

// packFor reads who opens the pack: an age public key, or a file of "vigie identity show", whose name goes into the journal unless
// another was given.
func packFor(env *environment, to string, q *wire.PackSets) error {
	if strings.HasPrefix(to, "age1") {
		q.To = to
		return nil
	}
	key, err := examiner.ReadPublic(to)
	if err != nil || key.Recipient() == nil {
		return usageError(env.T("error.pack-recipient")) // without what was given: it could be a secret one
	}
	q.To, q.For = key.Recipient().String(), cmp.Or(q.For, key.Name())
	return nil
}

func printPack(env *environment, path string, told wire.SetPack) {
	fmt.Fprintln(env.Stdout, env.T("sets.packed", told.ID, harmless(path)))
	fmt.Fprintf(env.Stdout, "  %s\n", env.T("sets.pack-holds", i18n.Number(env.Lang, told.Known), i18n.Number(env.Lang, told.Benign)))
	fmt.Fprintf(env.Stdout, "  %s\n", env.T("sets.pack-until", i18n.Moment(env.Lang, told.Expires.Local())))
	if told.Perceptual > 0 {
		fmt.Fprintf(env.Stdout, "  %s\n", messages.N(env.Lang, "sets.pack-perceptual", told.Perceptual))
	}
}

// fetchPack has a pack written to w, and shows how far it is: first how many entries the service reads, then what has arrived.
func fetchPack(ctx context.Context, env *environment, c *client.Client, notice *notices, q wire.PackSets, w io.Writer) (wire.SetPack, error) {
	sets, err := c.Sets(ctx)
	if err != nil {
		return wire.SetPack{}, err
	}
	entries := 0
	for _, s := range sets {
		if s.State == string(triage.Active) && (!q.KnownOnly || s.Kind == string(triage.KnownSet)) {
			entries += s.Entries
		}
	}
	whole := int64(entries) * setpack.TagSize // at most: lines of the same file count once
	var arrived atomic.Int64
	p := env.startProgress(func() string {
		if n := arrived.Load(); n > 0 {
			return bar(n, whole) + env.T("sets.pack-arrives", i18n.Size(env.Lang, n))
		}
		return messages.N(env.Lang, "sets.pack-reading", entries)
	})
	defer p.end()
	notice.follow(p)
	defer notice.follow(nil)
	return c.PackSets(ctx, q, countingWriter{w, &arrived})
}

// countingWriter counts what is written.
type countingWriter struct {
	io.Writer
	n *atomic.Int64
}

// Write implements io.Writer.
func (w countingWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	w.n.Add(int64(n))
	return n, err
}

// writeWhole has write fill a new file that nobody else may read, which has its name only when it is whole. fs.ErrExist: there is a
// file of that name.
func writeWhole(path string, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist // said before the service makes anything
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".vigie-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	err = write(tmp)
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
