package main

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"filippo.io/age"

	"vigie/api/i18n"
	"vigie/store/evidence/pack"
	"vigie/store/examiner"
	"vigie/triage"
)

// begin begins a bundle, or goes on with one that was cut off.
func (o *packOptions) begin(ctx context.Context, env *environment, key *examiner.Key) (*pack.Writer, error) {
	h := pack.Header{Case: o.caseNumber, Seal: o.exhibit, Seized: o.seized, Created: time.Now().UTC().Truncate(time.Second)}
	w, err := pack.Create(o.file, h, append(recipients{key.Recipient()}, o.to...)...)
	if triage.IsKind(err, triage.Exists) {
		return o.resume(ctx, env, key)
	}
	return w, ofFile(env, o.file, err)
}

// resume goes on with a bundle of the same exhibit for the same recipients.
func (o *packOptions) resume(ctx context.Context, env *environment, key *examiner.Key) (*pack.Writer, error) {
	var done, whole atomic.Int64
	line := env.startProgress(func() string {
		return bar(done.Load(), whole.Load()) + env.T("pack.checking", i18n.Size(env.Lang, done.Load()), i18n.Size(env.Lang, whole.Load()))
	})
	w, err := pack.Resume(ctx, o.file, key.Identity(), func(d, of int64) { done.Store(d); whole.Store(of) })
	line.end()
	if errors.Is(err, pack.ErrFinished) {
		return nil, usageError(env.T("error.pack-finished", harmless(o.file), harmless(o.file)))
	}
	if err != nil {
		return nil, ofFile(env, o.file, err)
	}
	is := w.Header()
	if is.Case != o.caseNumber || is.Seal != o.exhibit || is.Seized != o.seized {
		err = usageError(env.T("error.pack-another", harmless(o.file), harmless(is.Case), harmless(is.Seal)))
	} else if len(o.to) > 0 && !o.to.are(is.To, key) {
		err = usageError(env.T("error.pack-recipients", harmless(o.file)))
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// finish signs what was found.
func finish(w *pack.Writer, key *examiner.Key, stated triage.Statement) error {
	sig, err := signature(key, &stated)
	if err != nil {
		return err
	}
	note, err := encodeSignature(sig)
	if err != nil {
		return err
	}
	return w.Finish(note)
}

// ofFile says of which file an error is; that of a command which was stopped stays as it is.
func ofFile(env *environment, path string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return &exitError{exitFailed, errors.New(env.T("error.source", harmless(path), i18n.Problem(env.Lang, err)))}
}

// recipients is a flag of those who may open a bundle.
type recipients []*age.X25519Recipient

var errNoRecipient = errors.New("neither age1… nor a file of vigie identity show")

// String implements flag.Value.
func (r *recipients) String() string { return "" }

// Set implements flag.Value.
func (r *recipients) Set(s string) error {
	to, err := age.ParseX25519Recipient(s)
	if err != nil {
		p, err := examiner.ReadPublic(s)
		if err != nil || p.Recipient() == nil {
			return errNoRecipient
		}
		to = p.Recipient()
	}
	*r = append(*r, to)
	return nil
}

// are reports whether a bundle is for these, and for the key that packs.
func (r recipients) are(names []string, key *examiner.Key) bool {
	want := []string{key.Recipient().String()}
	for _, to := range r {
		want = append(want, to.String())
	}
	is := slices.Clone(names)
	slices.Sort(want)
	slices.Sort(is)
	return slices.Equal(slices.Compact(want), slices.Compact(is))
}
