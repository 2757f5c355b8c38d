package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/store/evidence"
	"vigie/triage"
)

// packOptions are those of "vigie pack".
type packOptions struct {
	caseNumber, exhibit string
	seized              string // day
	file                string // the bundle
	identity            string // file of the key that signs
	to                  recipients
	sets, setsKey       string // files: a set pack, and the public key of the service that made it
	fromStart, json     bool
	readers             int
}

// packSummary is what "vigie pack --json" prints.
type packSummary struct {
	Case         string                                `json:"case"`
	Exhibit      string                                `json:"exhibit"`
	Bundle       string                                `json:"bundle"`
	SignedBy     string                                `json:"signed_by"`
	Key          string                                `json:"key"`
	Recipients   int                                   `json:"recipients"` // keys that open the bundle
	Items        map[string]int                        `json:"items"`
	Reasons      map[triage.Disposition]map[string]int `json:"reasons,omitempty"`
	Bytes        int64                                 `json:"bytes"` // of all items
	Media        int                                   `json:"media"` // packed by this run
	MediaBytes   int64                                 `json:"media_bytes"`
	Resumed      int                                   `json:"resumed"` // items that were not read again
	ResumedBytes int64                                 `json:"resumed_bytes"`
	Known        map[triage.SetKind]int                `json:"known,omitempty"` // with --sets: files by what they are in
	Seconds      float64                               `json:"seconds"`
}

// runPack writes a submission into a bundle, without a service.
func runPack(ctx context.Context, env *environment, args []string) error {
	var o packOptions
	fs := env.flagSet("pack")
	fs.StringVar(&o.caseNumber, "case", "", "number of the case")
	fs.StringVar(&o.exhibit, "exhibit", "", "number of the seal under that case")
	fs.StringVar(&o.seized, "seized", "", "day of the seizure, as 2026-01-31: what was taken shortly before it stands higher")
	fs.StringVar(&o.file, "o", "", "the bundle: a new file, or one that was cut off")
	fs.StringVar(&o.identity, "identity", "", identityFlag)
	fs.Var(&o.to, "to", "who else may open the bundle: a `key` (age1…), or a file of 'vigie identity show'; may be repeated")
	fs.StringVar(&o.sets, "sets", "", "set pack of 'vigie sets pack': counts how many files are known")
	fs.StringVar(&o.setsKey, "sets-key", "", "public key of the service that made the set pack, or a file with it: 'vigie audit key' prints it")
	fs.BoolVar(&o.fromStart, "from-start", false, "read everything again, also what a run that was cut off had packed")
	fs.BoolVar(&o.json, "json", false, "print the summary as one JSON object")
	fs.IntVar(&o.readers, "readers", min(runtime.NumCPU(), maxReaders), "files read at once")
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	switch {
	case len(rest) == 0:
		return usageError(env.T("error.pack-what"))
	case len(rest) > 1:
		return usageError(env.T("error.too-many", harmless(rest[1])))
	case o.caseNumber == "" || o.exhibit == "" || o.file == "":
		return usageError(env.T("error.pack-names"))
	case o.readers < 1:
		return usageError(env.T("error.submit-parallel"))
	case within(o.file, rest[0]):
		return usageError(env.T("error.pack-within", harmless(o.file)))
	}
	from, err := evidence.Open(rest[0], env.sleuthKit)
	if err != nil {
		return usageError(env.T("error.source", harmless(rest[0]), i18n.Problem(env.Lang, err)))
	}
	defer from.Close()
	return o.pack(ctx, env, from)
}

// pack packs a source, and says what became of it.
func (o *packOptions) pack(ctx context.Context, env *environment, from *evidence.Source) error {
	start := time.Now()
	seized, err := (&wire.OpenExhibit{Seized: o.seized}).SeizedOn()
	if err != nil {
		return usageError(env.T("error.submit-seized", harmless(o.seized)))
	}
	if err := triage.CheckLabels(o.caseNumber, o.exhibit); err != nil {
		return err
	}
	key, err := env.identity(o.identity)
	if err != nil {
		return err
	}
	var known *knownFiles
	if o.sets != "" {
		if known, err = openKnown(env, o.sets, o.setsKey, key); err != nil {
			return err
		}
	}
	w, err := o.begin(ctx, env, key)
	if err != nil {
		return stopped(env, err)
	}
	defer w.Close()
	p := &packing{reading: newReading(from, o.readers), to: w, known: known}
	parts, err := p.run(ctx, env, o.fromStart)
	if err == nil {
		err = finish(w, key, p.statement(o.caseNumber, o.exhibit, seized, parts))
	}
	if err != nil {
		return stopped(env, ofFile(env, o.file, err))
	}
	sum := p.summary(o, key, time.Since(start))
	if o.json {
		err = writeJSON(env.Stdout, sum)
	} else {
		p.print(env, &sum)
	}
	if n := p.items.count(triage.IsUnreadable); err == nil && n > 0 {
		err = &exitError{exitPartial, errors.New(messages.N(env.Lang, "pack.unreadable", n))}
	}
	return err
}

// stopped tells how to go on after a packing that stopped before its end.
func stopped(env *environment, err error) error {
	if errors.Is(err, context.Canceled) {
		return &exitError{exitInterrupted, errors.New(env.T("pack.interrupted"))}
	}
	return err
}

// within reports whether a file would lie in a folder that is to be packed.
func within(file, folder string) bool {
	dir, err := filepath.EvalSymlinks(filepath.Dir(file))
	if err != nil {
		return false // said when the file is made
	}
	root, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return false
	}
	dir, errDir := filepath.Abs(dir)
	root, errRoot := filepath.Abs(root)
	inside, err := filepath.Rel(root, dir)
	return errors.Join(errDir, errRoot, err) == nil && inside != ".." && !strings.HasPrefix(inside, ".."+string(os.PathSeparator))
}
