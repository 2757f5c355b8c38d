// Command vigie is the whole of Vigie in one binary: the service, its workers, and what examiners, reviewers,
// units and administrators call from a terminal.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"vigie/api/i18n"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	env := &environment{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv,
		Lang: i18n.FromEnv(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")),
	}
	os.Exit(env.run(ctx, os.Args[1:]))
}

// environment is what a command sees of the process around it.
type environment struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Lang           i18n.Lang
}

// command is one subcommand. Its one-line summary is the message "command.<name>".
type command struct {
	name   string
	run    func(ctx context.Context, env *environment, args []string) error
	hidden bool
}

// commands are all subcommands, in the order in which help lists them.
func commands() []command {
	return []command{
		{name: "submit", run: runSubmit},
		{name: "pack", run: runPack},
		{name: "verify", run: runVerify},
		{name: "manifest", run: runManifest},
		{name: "identity", run: runIdentity},
		{name: "findings", run: runFindings},
		{name: "queue", run: runQueue},
		{name: "assign", run: runAssign},
		{name: "weights", run: runWeights},
		{name: "categories", run: runCategories},
		{name: "check", run: runCheck},
		{name: "hash", run: runHash},
		{name: "sets", run: runSets},
		{name: "case", run: runCase},
		{name: "destroy", run: runDestroy},
		{name: "up", run: runUp},
		{name: "serve", run: runServe},
		{name: "work", run: runWork},
		{name: "match", run: runMatch},
		{name: "token", run: runToken},
		{name: "audit", run: runAudit},
		{name: "keys", run: runKeys},
		{name: "scrub", run: runScrub},
		{name: "rehash", run: runRehash},
		{name: "rebuild", run: runRebuild},
		{name: "dump", run: runDump},
		{name: "doctor", run: runDoctor},
		{name: "version", run: runVersion},
		{name: "jail-child", run: runJailChild, hidden: true},
		{name: "jail-program", run: runJailProgram, hidden: true},
	}
}

// run runs the subcommand that args name and returns the process's exit code.
func (env *environment) run(ctx context.Context, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		if len(args) < 2 {
			env.help(env.Stdout)
			return exitOK
		}
		args = append(args[1:], "--help")
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return env.report(c.run(ctx, env, args[1:]))
		}
	}
	return env.report(usageError(env.T("error.unknown-command", args[0])))
}

// T returns a message for people, in their language.
func (env *environment) T(key string, args ...any) string {
	if serviceMessages.Has(key) {
		return serviceMessages.T(env.Lang, key, args...)
	}
	return messages.T(env.Lang, key, args...)
}

func (env *environment) help(w io.Writer) {
	fmt.Fprintln(w, env.T("help.title"))
	fmt.Fprintln(w)
	for _, c := range commands() {
		if !c.hidden {
			fmt.Fprintf(w, "  vigie %-9s %s\n", c.name, env.T("command."+c.name))
		}
	}
	fmt.Fprintf(w, "\n%s\n%s", env.T("help.more"), exitCodeHelp(env))
}

// report tells the user what went wrong and returns the exit code for it.
func (env *environment) report(err error) int {
	if err == nil {
		return exitOK
	}
	exit, _ := errors.AsType[*exitError](err)
	if exit == nil {
		exit = exitFor(err)
	}
	if message := env.explain(exit.err); message != "" {
		fmt.Fprintf(env.Stderr, "vigie: %s\n", message)
	}
	return exit.code
}
