package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"vigie/api/client"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/store/evidence"
	"vigie/store/evidence/pack"
	"vigie/triage"
)

// submitOptions are those of "vigie submit".
type submitOptions struct {
	connection          *connection
	caseNumber, exhibit string
	seized              string // day
	wait, json          bool
	fromStart           bool
	uploads, readers    int
	limitRate           byteSize // a second
	identity            string   // file of the key that signs
}

const (
	defaultUploads = 4 // at once: enough to hide the way to the service, few enough for a spinning disk
	maxReaders     = 4 // files digested at once, unless told otherwise
	// settlePoll is between two looks whether all is found; soonPoll after the first, and then each is twice the one before.
	settlePoll = time.Second
	soonPoll   = 50 * time.Millisecond
)

// summary is what "vigie submit --json" prints.
type summary struct {
	ID              string                                `json:"id"`
	Case            string                                `json:"case"`
	Exhibit         string                                `json:"exhibit"`
	ManifestVersion int                                   `json:"manifest_version"`
	SignedBy        string                                `json:"signed_by"`         // the name of the key
	Key             string                                `json:"key"`               // its fingerprint
	Items           map[string]int                        `json:"items"`             // by disposition; every disposition is there
	Reasons         map[triage.Disposition]map[string]int `json:"reasons,omitempty"` // of the unreadable and the refused: items by reason
	Bytes           int64                                 `json:"bytes"`             // of all items
	Uploaded        int                                   `json:"uploaded"`
	UploadedBytes   int64                                 `json:"uploaded_bytes"`
	Resumed         int                                   `json:"resumed"` // items that were not read again, because a run that was cut off had told them
	ResumedBytes    int64                                 `json:"resumed_bytes"`
	Seconds         float64                               `json:"seconds"` // until the exhibit was sealed
	// With --wait: contents by finding (media, and other files that a set lists), and how much longer that took.
	Media       map[string]int `json:"media,omitempty"`
	WaitSeconds *float64       `json:"wait_seconds,omitempty"`
	// With --wait: seconds that the service spent on the media, by stage; what is done at once counts each for itself.
	Stages  map[string]float64 `json:"stages,omitempty"`
	Settled bool               `json:"settled"`
}

// runSubmit submits a folder or a file as an exhibit.
func runSubmit(ctx context.Context, env *environment, args []string) error {
	var o submitOptions
	fs := env.flagSet("submit")
	o.connection = env.connectionFlags(fs)
	fs.StringVar(&o.caseNumber, "case", "", "number of the case")
	fs.StringVar(&o.exhibit, "exhibit", "", "number of the seal under that case")
	fs.StringVar(&o.seized, "seized", "", "day of the seizure, as 2026-01-31: what was taken shortly before it stands higher")
	fs.BoolVar(&o.wait, "wait", false, "wait for the last finding")
	fs.BoolVar(&o.fromStart, "from-start", false, "read everything again, also what a submission that was cut off had told")
	fs.BoolVar(&o.json, "json", false, "print the summary as one JSON object")
	fs.IntVar(&o.uploads, "uploads", defaultUploads, "uploads at once")
	fs.IntVar(&o.readers, "readers", min(runtime.NumCPU(), maxReaders), "files read at once")
	fs.StringVar(&o.identity, "identity", "", identityFlag)
	fs.Var(&o.limitRate, "limit-rate", "bytes to send a second, at most: 500k, 2M; no less than 16,384")
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	switch {
	case len(rest) == 0:
		return usageError(env.T("error.submit-what"))
	case len(rest) > 1:
		return usageError(env.T("error.too-many", harmless(rest[1])))
	case o.uploads < 1 || o.readers < 1:
		return usageError(env.T("error.submit-parallel"))
	case o.limitRate > 0 && o.limitRate < client.MinLimit:
		return usageError(env.T("error.submit-rate"))
	}
	if pack.Is(rest[0]) {
		return o.submitBundle(ctx, env, rest[0])
	}
	if o.caseNumber == "" || o.exhibit == "" {
		return usageError(env.T("error.submit-names"))
	}
	if _, err := (&wire.OpenExhibit{Seized: o.seized}).SeizedOn(); err != nil {
		return usageError(env.T("error.submit-seized", harmless(o.seized)))
	}
	from, err := evidence.Open(rest[0], env.sleuthKit)
	if err != nil {
		return usageError(env.T("error.source", harmless(rest[0]), i18n.Problem(env.Lang, err)))
	}
	defer from.Close()
	key, err := env.identity(o.identity)
	if err != nil {
		return err
	}
	return o.submit(ctx, env, from, &signer{key: key})
}

// submitBundle sends what was packed elsewhere. It says itself which exhibit it is, and its signature goes along.
func (o *submitOptions) submitBundle(ctx context.Context, env *environment, path string) error {
	key, err := env.identity(o.identity)
	if err != nil {
		return err
	}
	b, err := openBundle(path, key)
	if err != nil {
		return ofFile(env, path, err)
	}
	defer b.Close()
	h := b.Header()
	for flag, is := range map[string]string{o.caseNumber: h.Case, o.exhibit: h.Seal, o.seized: h.Seized} {
		if flag != "" && flag != is {
			return usageError(env.T("error.submit-bundle", harmless(flag), harmless(h.Case), harmless(h.Seal)))
		}
	}
	o.caseNumber, o.exhibit, o.seized = h.Case, h.Seal, h.Seized
	if err = o.submit(ctx, env, b, &signer{key: key, bundle: b}); ofBundle(err) {
		err = ofFile(env, path, err)
	}
	return err
}

// submit sends a source, and says what became of it.
func (o *submitOptions) submit(ctx context.Context, env *environment, from source, by *signer) error {
	start := time.Now()
	c, notice, err := o.connection.client(env)
	if err != nil {
		return err
	}
	if o.limitRate > 0 {
		c.Limit(int64(o.limitRate))
	}
	x, err := c.Open(ctx, o.caseNumber, o.exhibit, o.seized)
	if err != nil {
		return interrupted(env, err)
	}
	announce := env.Stdout
	if o.json {
		announce = env.Stderr
	}
	fmt.Fprintln(announce, env.T("submit.exhibit", x.ID, harmless(x.Case), harmless(x.Exhibit)))

	s := newSubmission(c, from, x.ID, o.readers, o.uploads)
	s.fromStart = o.fromStart
	sealed, err := o.send(ctx, env, s, notice)
	if errors.Is(err, evidence.ErrTakenOver) { // the service has lost what it had
		s = newSubmission(c, from, x.ID, o.readers, o.uploads)
		s.fromStart = true
		sealed, err = o.send(ctx, env, s, notice)
	}
	if err != nil {
		return interrupted(env, err)
	}
	if seen := int(s.seen.Load()); sealed.Items != seen {
		return errors.New(env.T("error.items-differ", i18n.Number(env.Lang, sealed.Items), i18n.Number(env.Lang, seen)))
	}
	if sealed.Items == 0 {
		fmt.Fprintln(env.Stderr, env.T("submit.nothing"))
	}
	kept, err := by.sign(ctx, s, x, sealed.Version)
	if err != nil {
		return interrupted(env, err)
	}
	sum := s.summary(x, sealed, time.Since(start))
	sum.SignedBy, sum.Key = kept.Name(), kept.Fingerprint()
	if !o.json {
		printSubmission(env, s.items, sum)
	}
	p, err := c.Exhibit(ctx, x.ID)
	if err == nil && o.wait {
		p.Progress, err = o.settle(ctx, env, s, notice)
	}
	if err != nil {
		return interrupted(env, err)
	}
	sum.Settled = p.Progress.Settled
	if o.wait {
		waited := time.Since(start).Seconds() - sum.Seconds
		sum.Media, sum.WaitSeconds, sum.Stages = p.Progress.Media, &waited, p.Progress.Stages
	}
	if err := o.conclude(env, sum, p.Progress); err != nil {
		return err
	}
	return s.verdict(env, p.Progress)
}

// conclude prints what was waited for, or where to look.
func (o *submitOptions) conclude(env *environment, sum summary, p wire.Progress) error {
	if o.json {
		return writeJSON(env.Stdout, sum)
	}
	fmt.Fprintln(env.Stdout)
	if !o.wait {
		_, err := fmt.Fprintln(env.Stdout, env.T("submit.next", sum.ID))
		return err
	}
	printMedia(env, p)
	printStages(env, p.Stages)
	return nil
}

// send runs the submission and shows how far it is.
func (o *submitOptions) send(whole context.Context, env *environment, s *submission, notice *notices) (wire.Sealed, error) {
	ctx, stop := context.WithCancel(whole)
	defer stop()
	go s.count(ctx) // ends with the count, or with send
	start := time.Now()
	p := env.startProgress(func() string { return s.line(env, time.Since(start)) })
	defer p.end()
	notice.follow(p)
	defer notice.follow(nil)
	defer context.AfterFunc(whole, func() {
		signal.Reset(os.Interrupt, syscall.SIGTERM) // the next one does not wait
		notice.say(env.T("submit.finishing"))
	})()
	return s.run(ctx)
}

// settle waits until every medium of the exhibit has its finding.
func (o *submitOptions) settle(ctx context.Context, env *environment, s *submission, notice *notices) (wire.Progress, error) {
	var latest atomic.Pointer[wire.Progress]
	p := env.startProgress(func() string {
		l := latest.Load()
		if l == nil {
			return env.T("submit.settling")
		}
		done := 0
		for _, n := range l.Media {
			done += n
		}
		return bar(int64(done), int64(done+l.Pending)) + env.T("submit.examining", i18n.Number(env.Lang, done), i18n.Number(env.Lang, done+l.Pending))
	})
	defer p.end()
	notice.follow(p)
	defer notice.follow(nil)
	for next := soonPoll; ; next = min(2*next, settlePoll) {
		x, err := s.client.Exhibit(ctx, s.exhibit)
		if err != nil {
			return wire.Progress{}, err
		}
		latest.Store(&x.Progress)
		if x.Progress.Settled || x.Progress.Wanted > 0 { // what did not arrive will not by waiting
			return x.Progress, nil
		}
		pause(ctx, next)
		if ctx.Err() != nil {
			return wire.Progress{}, ctx.Err()
		}
	}
}

// interrupted tells how to go on after a submission that stopped before its end.
func interrupted(env *environment, err error) error {
	switch {
	case ofBundle(err):
		return err
	case errors.Is(err, context.Canceled):
		return &exitError{exitInterrupted, errors.New(env.T("submit.interrupted"))}
	case triage.IsKind(err, triage.Unavailable), triage.IsKind(err, triage.Unknown):
		return &exitError{exitUnavailable, errors.New(env.T("submit.unavailable", i18n.Problem(env.Lang, err)))}
	}
	return err
}

// verdict is how the command ends.
func (s *submission) verdict(env *environment, p wire.Progress) error {
	unreadable := s.items.count(triage.IsUnreadable)
	switch {
	case p.Wanted > 0:
		return &exitError{exitFailed, errors.New(messages.N(env.Lang, "submit.missing", p.Wanted))}
	case unreadable > 0:
		return &exitError{exitPartial, errors.New(messages.N(env.Lang, "submit.unreadable", unreadable, s.exhibit))}
	}
	return nil
}

// printStages prints what the service spent on the media, by stage. Nothing is spent on what was held before.
func printStages(env *environment, stages map[string]float64) {
	total := 0.0
	for _, seconds := range stages {
		total += seconds
	}
	if total == 0 {
		return
	}
	rows := [][]string{{env.T("submit.stages"), env.T("submit.seconds"), "%"}}
	row := func(name string, seconds float64) {
		rows = append(rows, []string{name, i18n.Decimal(env.Lang, seconds, 1), i18n.Number(env.Lang, int(100*seconds/total+.5))})
	}
	for _, s := range triage.Stages {
		row(i18n.Stage(env.Lang, s), stages[string(s)])
	}
	row(env.T("submit.total"), total)
	fmt.Fprintln(env.Stdout)
	table(env.Stdout, rows, 1, 2)
}

func printSubmission(env *environment, all *tally, sum summary) {
	took := time.Duration(sum.Seconds * float64(time.Second))
	fmt.Fprintln(env.Stdout)
	all.print(env)
	fmt.Fprintln(env.Stdout)
	items := 0
	for _, n := range sum.Items {
		items += n
	}
	read := sum.Bytes - sum.ResumedBytes
	fmt.Fprintln(env.Stdout, env.T("submit.done", i18n.Size(env.Lang, read), i18n.Duration(env.Lang, took),
		rate(env.Lang, read, took), i18n.Number(env.Lang, int(float64(items-sum.Resumed)/max(sum.Seconds, 0.001)))))
	if sum.Resumed > 0 {
		fmt.Fprintln(env.Stdout, messages.N(env.Lang, "submit.resumed", sum.Resumed, i18n.Size(env.Lang, sum.ResumedBytes)))
	}
	fmt.Fprintln(env.Stdout, messages.N(env.Lang, "submit.uploaded", sum.Uploaded, i18n.Size(env.Lang, sum.UploadedBytes)))
	fmt.Fprintln(env.Stdout, env.T("submit.signed", sum.ManifestVersion, sum.SignedBy, sum.Key))
}
