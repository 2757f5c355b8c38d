package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"vigie/api/i18n"
	"vigie/triage"
)

// The exit codes of every command. "vigie help" prints them.
const (
	exitOK          = 0
	exitFailed      = 1   // it did not work; the message says why
	exitUsage       = 2   // the command line is wrong
	exitPartial     = 3   // done, but some files could not be read or some lines were wrong
	exitUnavailable = 4   // the service does not answer: run the same command again
	exitDenied      = 5   // no valid token, or the role may not do this
	exitTampered    = 6   // audit: the journal, a proof or a checkpoint is not what it was; verify: a manifest or its source
	exitInterrupted = 130 // stopped by Ctrl-C: run the same command again to go on
)

// exitError carries an exit code. err may be nil when everything was said already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return fmt.Sprintf("exit %d: %v", e.code, e.err) }
func (e *exitError) Unwrap() error { return e.err }

// usageError says what is wrong with a command line.
func usageError(message string) error { return &exitError{exitUsage, errors.New(message)} }

// exitFor gives an error its exit code by its kind.
func exitFor(err error) *exitError {
	switch {
	case errors.Is(err, flag.ErrHelp):
		return &exitError{exitOK, nil}
	case errors.Is(err, context.Canceled):
		return &exitError{exitInterrupted, err}
	}
	switch triage.KindOf(err) {
	case triage.Unavailable:
		return &exitError{exitUnavailable, err}
	case triage.Unsigned, triage.Forbidden:
		return &exitError{exitDenied, err}
	}
	return &exitError{exitFailed, err}
}

// explain returns what a person should read of err: what was attempted and the way out, then the cause where it
// is all there is.
func (env *environment) explain(err error) string {
	if err == nil || errors.Is(err, context.Canceled) {
		return ""
	}
	e, ok := errors.AsType[*triage.Error](err)
	if !ok {
		return err.Error()
	}
	if env.Lang != i18n.EN {
		return env.translate(e)
	}
	parts := []string{e.Op}
	if e.Object != "" {
		parts[0] += " " + e.Object
	}
	if e.Hint != "" {
		parts = append(parts, e.Hint)
	} else if e.Err != nil {
		parts = append(parts, e.Err.Error())
	} else {
		parts = append(parts, string(e.Kind))
	}
	return strings.Join(parts, ": ")
}

// translate says what explain does in another language: the hint, or else what its kind means. A hint without a
// translation follows as it is: better than none.
func (env *environment) translate(e *triage.Error) string {
	said, advice := i18n.Problem(env.Lang, e), i18n.ErrorAdvice(env.Lang, e.Kind)
	if said != advice {
		if number, ofList := strings.CutPrefix(e.Object, "line "); ofList {
			return env.T("error.line", number, said)
		}
		return said
	}
	said = i18n.ErrorTitle(env.Lang, e.Kind) + ". " + advice
	if e.Hint != "" {
		said += " (" + e.Hint + ")"
	}
	return said
}

// exitCodeHelp lists the exit codes.
func exitCodeHelp(env *environment) string {
	var b strings.Builder
	fmt.Fprintln(&b, env.T("help.exit-codes"))
	for _, code := range []int{exitOK, exitFailed, exitUsage, exitPartial, exitUnavailable, exitDenied, exitTampered, exitInterrupted} {
		fmt.Fprintf(&b, "  %3d  %s\n", code, env.T(fmt.Sprintf("exit.%d", code)))
	}
	return b.String()
}
