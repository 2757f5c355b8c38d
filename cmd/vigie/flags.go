package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"vigie/api/i18n"
)

// flagSet returns an empty flag set of the command called name ("submit", "sets import").
func (env *environment) flagSet(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {} // parse prints help where it was asked for, not after every mistake
	return fs
}

// parse parses args, in which flags may stand before, between and after the positional arguments, and returns
// the latter. After "--" everything is positional. When help is asked for it prints the message "usage.<name>"
// and the flags, and returns flag.ErrHelp.
func (env *environment) parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		err := fs.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprintf(env.Stdout, "%s\n\n", env.T("usage."+fs.Name()))
			fs.VisitAll(env.describe)
			return nil, flag.ErrHelp
		}
		if err != nil {
			return nil, usageError(env.T("error.flag", err, fs.Name()))
		}
		left := fs.Args()
		if len(left) == 0 {
			return rest, nil
		}
		if used := len(args) - len(left); used > 0 && args[used-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// describe prints what a flag takes, means, and is when it is not given.
func (env *environment) describe(f *flag.Flag) {
	kind, usage := flag.UnquoteUsage(f)
	if kind != "" {
		kind = " " + env.T("flag."+kind)
	}
	if french, has := flagsInFrench[usage]; has && env.Lang == i18n.FR {
		usage = i18n.Text{french, usage}.In(i18n.FR)
	}
	switch f.DefValue {
	case "", "0", "false":
	default:
		usage += env.T("flag.default", f.DefValue)
	}
	dashes := "--"
	if len(f.Name) == 1 {
		dashes = "-"
	}
	fmt.Fprintf(env.Stdout, "  %s%s%s\n        %s\n", dashes, f.Name, kind, usage)
}
