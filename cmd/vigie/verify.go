package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"vigie/api/i18n"
	"vigie/store/evidence"
	"vigie/store/evidence/pack"
	"vigie/store/examiner"
	"vigie/triage"
)

// verifyOptions are those of "vigie verify".
type verifyOptions struct {
	connection *connection
	exhibit    *whichExhibit
	key        string // file
	identity   string // file
	json       bool
	readers    int
}

// verification is what "vigie verify --json" prints.
type verification struct {
	Case       string `json:"case"`
	Exhibit    string `json:"exhibit"`
	SignedBy   string `json:"signed_by"`
	Key        string `json:"key"` // its fingerprint
	KeyKnown   bool   `json:"key_known"`
	Signed     string `json:"signed"` // RFC 3339
	Items      int    `json:"items"`  // in the manifest
	Same       int    `json:"same"`
	OtherTimes int    `json:"other_times"` // of those
	differences
}

// runVerify holds a source against the manifest that was signed of it: every byte is read again.
func runVerify(ctx context.Context, env *environment, args []string) error {
	var o verifyOptions
	fs := env.flagSet("verify")
	o.connection = env.connectionFlags(fs)
	o.exhibit = exhibitFlags(fs)
	fs.StringVar(&o.key, "key", "", "public key of who signed, as 'vigie identity show' prints it (default: one's own)")
	fs.StringVar(&o.identity, "identity", "", identityFlag)
	fs.BoolVar(&o.json, "json", false, "print the summary as one JSON object")
	fs.IntVar(&o.readers, "readers", min(runtime.NumCPU(), maxReaders), "files read at once")
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return usageError(env.T("error.verify-what"))
	}
	ids, path := rest[:len(rest)-1], rest[len(rest)-1]
	if err := o.exhibit.check(env, ids); err != nil {
		return err
	}
	if o.readers < 1 {
		return usageError(env.T("error.submit-parallel"))
	}
	m, err := o.manifest(ctx, env, ids)
	if err != nil {
		return err
	}
	defer m.close()
	source, err := evidence.Open(path, env.sleuthKit)
	if err != nil {
		return usageError(env.T("error.source", harmless(path), i18n.Problem(env.Lang, err)))
	}
	defer source.Close()
	return o.verify(ctx, env, m, source)
}

// manifest opens that of a file, or fetches that of an exhibit.
func (o *verifyOptions) manifest(ctx context.Context, env *environment, ids []string) (*signedManifest, error) {
	if len(ids) == 1 {
		if pack.Is(ids[0]) {
			return o.packedManifest(env, ids[0])
		}
		if info, err := os.Stat(ids[0]); err == nil && info.Mode().IsRegular() {
			return openManifest(ids[0])
		}
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return nil, err
	}
	id, err := o.exhibit.find(ctx, c, ids)
	if err != nil {
		return nil, err
	}
	return fetchManifest(ctx, c, id)
}

// packedManifest is that of a bundle.
func (o *verifyOptions) packedManifest(env *environment, path string) (*signedManifest, error) {
	key, err := env.identity(o.identity)
	if err != nil {
		return nil, err
	}
	b, err := openBundle(path, key)
	if err != nil {
		return nil, ofFile(env, path, err)
	}
	return b.manifest(), nil
}

// verify checks the signature first, then the source.
func (o *verifyOptions) verify(ctx context.Context, env *environment, m *signedManifest, source *evidence.Source) error {
	if m.signature == (triage.Signature{}) {
		return errors.New(env.T("manifest.unsigned"))
	}
	stated, by, err := m.statement()
	if err != nil {
		return &exitError{exitTampered, err}
	}
	known, err := o.known(env, by)
	if err != nil {
		return err
	}
	if !o.json {
		printStatement(env, stated, by)
		if !known {
			fmt.Fprintln(env.Stderr, env.T("verify.unknown-key"))
		}
	}
	c := newComparison()
	listed, err := compare(ctx, env, c, m.items(ctx), source, o.readers, stated.Total())
	switch {
	case triage.IsKind(err, triage.Corrupt):
		return &exitError{exitTampered, err}
	case err != nil:
		return interrupted(env, err)
	case listed != stated.Total():
		return &exitError{exitTampered, errors.New(env.T("verify.counts-differ"))}
	}
	v := verification{
		Case: stated.Case, Exhibit: stated.Seal, SignedBy: by.Name(), Key: by.Fingerprint(), KeyKnown: known, Signed: stated.Signed.Format(time.RFC3339),
		Items: listed, Same: c.same, OtherTimes: c.otherTimes, differences: c.differences(),
	}
	return o.conclude(env, &v)
}

// known reports whether the key is one that whoever sits here vouches for. A key that was given has to be the one.
func (o *verifyOptions) known(env *environment, by examiner.Public) (bool, error) {
	if o.key != "" {
		given, err := examiner.ReadPublic(o.key)
		if err == nil && !given.Same(by) {
			err = &exitError{exitTampered, errors.New(env.T("verify.another-key", by.Name(), by.Fingerprint()))}
		}
		return true, err
	}
	path, err := env.identityPath(o.identity)
	if err != nil {
		return false, nil //nolint:nilerr // no settings folder, so no key of one's own
	}
	own, err := examiner.ReadPublic(path)
	if triage.IsKind(err, triage.NotFound) && o.identity == "" {
		return false, nil
	}
	return err == nil && own.Same(by), err
}

// compare reads all of a source, and returns how many items the manifest lists.
func compare(ctx context.Context, env *environment, c *comparison, manifest iter.Seq2[triage.Item, error], source *evidence.Source, readers, expected int) (listed int, err error) {
	next, stop := iter.Pull2(manifest)
	defer stop()
	root := ""
	expect := func() (bool, error) {
		it, err, more := next()
		if !more || err != nil {
			return false, err
		}
		if listed++; listed == 1 {
			root, _, _ = strings.Cut(it.Path, "/")
		}
		c.expect(&it)
		return true, nil
	}
	var seen atomic.Int64
	start := time.Now()
	p := env.startProgress(func() string {
		n := seen.Load()
		return bar(n, int64(expected)) + env.T("verify.progress", i18n.Number(env.Lang, n), i18n.Number(env.Lang, expected), i18n.Size(env.Lang, source.Digested()), rate(env.Lang, source.Digested(), time.Since(start)))
	})
	defer p.end()
	for found, err := range source.Items(ctx, readers) {
		if err != nil {
			return listed, err
		}
		if _, err := expect(); err != nil {
			return listed, err
		}
		rename(&found.Item, source.Name(), root)
		c.find(&found.Item)
		seen.Add(1)
	}
	for {
		if more, err := expect(); !more {
			return listed, err
		}
	}
}

// rename gives an item of a source that is one file the name that this file had: a copy may have another.
func rename(it *triage.Item, name, root string) {
	below, is := strings.CutPrefix(it.Path, name)
	if name == "" || root == "" || !is {
		return
	}
	it.Path = root + below
	if raw, is := strings.CutPrefix(string(it.PathB64), name); is {
		it.PathB64 = []byte(root + raw)
	}
}

// conclude prints what differs, and how much.
func (o *verifyOptions) conclude(env *environment, v *verification) error {
	if o.json {
		if err := writeJSON(env.Stdout, v); err != nil {
			return err
		}
	} else {
		printDifferences(env, v)
	}
	if n := v.count(); n > 0 {
		return &exitError{exitTampered, errors.New(messages.N(env.Lang, "verify.differs", n))}
	}
	return nil
}

func printDifferences(env *environment, v *verification) {
	fmt.Fprintln(env.Stdout)
	rows := [][]string{{env.T("verify.source"), ""}, {env.T("verify.same"), i18n.Number(env.Lang, v.Same)}}
	if v.OtherTimes > 0 {
		rows = append(rows, []string{"  " + env.T("verify.other-times"), i18n.Number(env.Lang, v.OtherTimes)})
	}
	for _, d := range []struct {
		what  string
		paths []string
	}{{env.T("verify.changed"), v.Changed}, {env.T("verify.missing"), v.Missing}, {env.T("verify.added"), v.Added}} {
		rows = append(rows, []string{d.what, i18n.Number(env.Lang, len(d.paths))})
		for _, path := range d.paths {
			fmt.Fprintf(env.Stdout, "%-12s  %s\n", d.what, harmless(path))
		}
	}
	if v.count() > 0 {
		fmt.Fprintln(env.Stdout)
	}
	table(env.Stdout, rows, 1)
}
