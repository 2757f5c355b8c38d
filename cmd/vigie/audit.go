package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/mod/sumdb/note"

	"vigie/api/i18n"
	"vigie/store/journal"
	"vigie/store/objects"
	"vigie/triage"
)

// auditOptions are those of "vigie audit …", beside the service's own.
type auditOptions struct {
	key        string // public key, or a file that holds it
	checkpoint string // file of checkpoints that a witness kept
	output     string // file for a proof; empty: standard output
}

// audits are the subcommands of audit, each with how many arguments it takes.
var audits = map[string]struct {
	args int
	run  func(context.Context, *environment, *serviceConfig, auditOptions, []string) error
}{
	"verify":      {0, auditVerify},
	"prove":       {1, auditProve},
	"check":       {1, auditCheck},
	"consistency": {2, auditConsistency},
	"key":         {0, auditKey},
}

// runAudit checks the journal, and proves what is in it, from the object store alone.
func runAudit(ctx context.Context, env *environment, args []string) error {
	what := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		what, args = args[0], args[1:]
	}
	audit, known := audits[what]
	if !known && (what != "" || len(args) == 0) {
		return usageError(env.T("error.audit-what"))
	}
	var o auditOptions
	c, rest, err := env.serviceFlags(strings.TrimSpace("audit "+what), args, func(fs *flag.FlagSet, _ *serviceConfig) {
		fs.StringVar(&o.key, "key", env.Getenv("VIGIE_JOURNAL_PUBLIC_KEY"), "public key of the checkpoints, or a file with it (default: of the secrets folder)")
		switch what {
		case "verify":
			fs.StringVar(&o.checkpoint, "checkpoint", "", "file of checkpoints that a witness kept")
		case "prove", "consistency":
			fs.StringVar(&o.output, "o", "", "file for the proof (default: standard output)")
		}
	})
	if err != nil {
		return err
	}
	if !known || len(rest) != audit.args {
		return usageError(env.T("usage." + strings.TrimSpace("audit "+what)))
	}
	err = audit.run(ctx, env, c, o, rest)
	if triage.IsKind(err, triage.Corrupt) {
		return &exitError{exitTampered, err}
	}
	return err
}

// verifier returns what checks signatures, and the secrets as far as they were needed for it.
func (o auditOptions) verifier(c *serviceConfig) (note.Verifier, error) {
	if o.key == "" {
		keys, err := c.loadSecrets()
		if err != nil {
			return nil, err
		}
		return journal.NewSigner(keys.JournalKey)
	}
	key := o.key
	if text, err := os.ReadFile(o.key); err == nil {
		key = string(text)
	}
	v, err := note.NewVerifier(strings.TrimSpace(key))
	if err != nil {
		return nil, triage.E(triage.Invalid, "read the public key", "", "it is what vigie audit key prints, or a file that holds it", err)
	}
	return v, nil
}

// openAudit returns an auditor of the object store.
func openAudit(ctx context.Context, c *serviceConfig, o auditOptions) (*journal.Auditor, error) {
	verifier, err := o.verifier(c)
	if err != nil {
		return nil, err
	}
	keys, err := c.loadSecrets()
	if err != nil {
		return nil, err
	}
	raw, err := reachObjects(ctx, c, keys)
	if err != nil {
		return nil, err
	}
	if err := keys.unlock(ctx, raw); err != nil {
		return nil, err
	}
	return newAuditor(keys, raw, verifier)
}

func newAuditor(keys *secrets, raw objects.Store, verifier note.Verifier) (*journal.Auditor, error) {
	sealed, err := objects.Seal(raw, keys.Root[:])
	if err != nil {
		return nil, err
	}
	a := &journal.Auditor{Store: objects.Keyed{Store: sealed}, Verifier: verifier}
	if raw.Capabilities().Versioning {
		a.History, _ = raw.(journal.History)
	}
	return a, nil
}

func auditVerify(ctx context.Context, env *environment, c *serviceConfig, o auditOptions, _ []string) error {
	a, err := openAudit(ctx, c, o)
	if err != nil {
		return err
	}
	var witnessed []*journal.Checkpoint
	if o.checkpoint != "" {
		if witnessed, err = readCheckpoints(env, o.checkpoint, a.Verifier); err != nil {
			return err
		}
	}
	var block, of atomic.Uint64
	a.Progress = func(b, newest uint64) { block.Store(b); of.Store(newest) }
	bar := env.startProgress(func() string { return env.T("audit.progress", block.Load(), of.Load()) })
	report, err := a.Verify(ctx, witnessed)
	bar.end()
	if err != nil {
		return err
	}
	for _, f := range report.Faults {
		fmt.Fprintf(env.Stdout, "%-8s %s: %s\n", env.T("doctor.bad"), f.Object, i18n.Fault(env.Lang, f.What))
	}
	fmt.Fprintln(env.Stdout, env.T("audit.walked", report.Events, report.Blocks, report.Segments, report.Checkpoints, report.Signed))
	if report.Snapshots > 0 {
		fmt.Fprintln(env.Stdout, env.T("audit.snapshots", report.Snapshots))
	}
	if a.History == nil {
		fmt.Fprintln(env.Stdout, env.T("audit.no-versions"))
	}
	if o.checkpoint == "" {
		fmt.Fprintln(env.Stdout, env.T("audit.no-witness"))
	}
	if report.Unchecked {
		fmt.Fprintln(env.Stdout, env.T("audit.unchecked"))
	}
	if n := len(report.Faults); n > 0 {
		return &exitError{exitTampered, errors.New(env.T("audit.faults", n))}
	}
	fmt.Fprintln(env.Stdout, env.T("audit.intact"))
	return nil
}

func auditProve(ctx context.Context, env *environment, c *serviceConfig, o auditOptions, args []string) error {
	number, err := strconv.ParseUint(args[0], 10, 64)
	if err != nil {
		return usageError(env.T("error.audit-event", args[0]))
	}
	a, err := openAudit(ctx, c, o)
	if err != nil {
		return err
	}
	proof, err := a.Prove(ctx, number)
	if err != nil {
		return err
	}
	text, err := proof.JSON()
	if err != nil {
		return err
	}
	return env.output(o.output, text)
}

func auditCheck(_ context.Context, env *environment, c *serviceConfig, o auditOptions, args []string) error {
	verifier, err := o.verifier(c)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	proof, err := journal.ParseProof(text)
	if err != nil {
		return err
	}
	checkpoint, err := proof.Check(verifier)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout, env.T("audit.proven", proof.Number, checkpoint.Size, checkpoint.Time.Format("2006-01-02 15:04:05 MST")))
	fmt.Fprintln(env.Stdout, proof.Event)
	return nil
}

func auditConsistency(ctx context.Context, env *environment, c *serviceConfig, o auditOptions, args []string) error {
	a, err := openAudit(ctx, c, o)
	if err != nil {
		return err
	}
	var ends [2]*journal.Checkpoint
	for i, path := range args {
		all, err := readCheckpoints(env, path, a.Verifier)
		if err != nil {
			return err
		}
		ends[i] = all[len(all)-1]
	}
	proof, err := a.Consistent(ctx, ends[0], ends[1])
	if err != nil {
		return err
	}
	if o.output != "" {
		var text strings.Builder
		for _, hash := range proof {
			fmt.Fprintln(&text, hash)
		}
		if err := env.output(o.output, []byte(text.String())); err != nil {
			return err
		}
	}
	fmt.Fprintln(env.Stdout, env.T("audit.consistent", ends[0].Size, ends[1].Size))
	return nil
}

// auditKey prints the public key that auditors and witnesses need.
func auditKey(_ context.Context, env *environment, c *serviceConfig, _ auditOptions, _ []string) error {
	keys, err := c.loadSecrets()
	if err != nil {
		return err
	}
	signer, err := journal.NewSigner(keys.JournalKey)
	if err == nil {
		fmt.Fprintln(env.Stdout, signer.PublicKey())
	}
	return err
}

// readCheckpoints reads what a witness kept. What a crash left half-written there is told.
func readCheckpoints(env *environment, path string, verifier note.Verifier) ([]*journal.Checkpoint, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all, torn, err := journal.ParseCheckpoints(text, verifier)
	if torn > 0 {
		fmt.Fprintln(env.Stderr, messages.N(env.Lang, "audit.torn", torn))
	}
	if err != nil {
		return nil, triage.E(triage.Corrupt, "read the checkpoints", "", "the file holds something else than checkpoints signed with this key", err)
	}
	return all, nil
}

// output writes what a command makes to a file, or to standard output.
func (env *environment) output(path string, text []byte) error {
	if path == "" {
		_, err := env.Stdout.Write(text)
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
