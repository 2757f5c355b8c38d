package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

// flagSet returns an empty flag set of the command called name ("submit", "sets import"). Its help is the
// message "usage.<name>" and the flags.
func (env *environment) flagSet(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {
		fmt.Fprintln(env.Stdout, env.T("usage."+name))
		fmt.Fprintln(env.Stdout)
		fs.SetOutput(env.Stdout)
		fs.PrintDefaults()
		fs.SetOutput(io.Discard)
	}
	return fs
}

// parseFlags parses args, in which flags may stand before, between and after the positional arguments, and
// returns the latter. After "--" everything is positional.
func parseFlags(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, usageError(fmt.Sprintf("%v (vigie help %s)", err, fs.Name()))
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
