package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"vigie/triage"
)

// tokenOptions are those of "vigie token …", beside the service's own.
type tokenOptions struct {
	role, name, unit, url string
	json, reusable        bool
}

// reusableLife is how long a link lasts that may be used more than once: a day's demonstration or training.
const reusableLife = 12 * time.Hour

// runToken keeps bearer tokens and makes sign-in links, on the service's machine.
func runToken(ctx context.Context, env *environment, args []string) error {
	if len(args) == 0 {
		return usageError(env.T("error.token-what"))
	}
	what, args := args[0], args[1:]
	var o tokenOptions
	var run func(context.Context, *environment, *triage.Access, tokenOptions, []string) error
	switch what {
	case "new":
		run = tokenNew
	case "list":
		run = tokenList
	case "revoke":
		run = tokenRevoke
	case "link":
		run = tokenLink
	case "-h", "--help":
		args, what, run = []string{"--help"}, "", tokenList
	default:
		return usageError(env.T("error.token-what"))
	}
	c, rest, err := env.serviceFlags(strings.TrimSpace("token "+what), args, func(fs *flag.FlagSet, _ *serviceConfig) {
		if what == "new" {
			fs.StringVar(&o.role, "role", "", "examiner, reviewer, supervisor, unit or admin")
			fs.StringVar(&o.name, "name", "", "whose token it is")
			fs.StringVar(&o.unit, "unit", "", "where they work: the queue is filtered by the unit of who submitted an exhibit")
		}
		if what == "link" {
			fs.StringVar(&o.url, "url", env.Getenv("VIGIE_URL"), "address of the pages (default: where the service listens)")
			fs.BoolVar(&o.reusable, "reusable", false, "for 12 hours, as often as wanted, instead of once within 15 minutes")
		}
		fs.BoolVar(&o.json, "json", false, "one JSON object a line")
	})
	if err != nil {
		return err
	}
	return withHouse(ctx, c, env, func(h *house) error {
		if o.url == "" {
			o.url = h.url
		}
		if err := h.catchUp.Once(ctx, false); err != nil {
			return err
		}
		return run(ctx, env, h.access, o, rest)
	})
}

func tokenNew(ctx context.Context, env *environment, access *triage.Access, o tokenOptions, rest []string) error {
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", strings.Join(rest, " ")))
	}
	role, err := triage.ParseRole(o.role)
	if err != nil {
		return usageError(env.explain(err))
	}
	if o.name == "" {
		return usageError(env.T("error.token-name"))
	}
	secret, acc, err := access.NewToken(ctx, triage.Operator, role, o.name, o.unit)
	if err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(env.Stdout).Encode(map[string]string{"id": acc.ID, "name": acc.Name, "role": string(acc.Role), "unit": acc.Unit, "token": secret})
	}
	fmt.Fprintln(env.Stdout, secret)
	fmt.Fprintln(env.Stderr, env.T("token.shown-once", acc.ID))
	return nil
}

func tokenList(ctx context.Context, env *environment, access *triage.Access, o tokenOptions, _ []string) error {
	accounts, err := access.Accounts.Accounts(ctx)
	if err != nil {
		return err
	}
	if o.json {
		enc := json.NewEncoder(env.Stdout)
		for _, a := range accounts {
			line := struct {
				ID      string    `json:"id"`
				Name    string    `json:"name"`
				Role    string    `json:"role"`
				Unit    string    `json:"unit,omitempty"`
				Created time.Time `json:"created"`
				Revoked time.Time `json:"revoked,omitzero"`
			}{a.ID, a.Name, string(a.Role), a.Unit, a.Created, a.Revoked}
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, env.T("token.header"))
	for _, a := range accounts {
		state := env.T("token.valid")
		if !a.Revoked.IsZero() {
			state = env.T("token.revoked")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, a.Role, a.Name, cmp.Or(a.Unit, "–"), a.Created.Format(time.RFC3339), state)
	}
	return w.Flush()
}

func tokenRevoke(ctx context.Context, env *environment, access *triage.Access, _ tokenOptions, rest []string) error {
	acc, err := findAccount(ctx, env, access, rest)
	if err != nil {
		return err
	}
	if err := access.RevokeToken(ctx, triage.Operator, acc.ID); err != nil {
		return err
	}
	fmt.Fprintln(env.Stderr, env.T("token.is-revoked", acc.ID, acc.Name))
	return nil
}

func tokenLink(ctx context.Context, env *environment, access *triage.Access, o tokenOptions, rest []string) error {
	acc, err := findAccount(ctx, env, access, rest)
	if err != nil {
		return err
	}
	life := triage.LinkLife
	if o.reusable {
		life = reusableLife
	}
	secret, err := access.NewLink(ctx, triage.Operator, acc.ID, !o.reusable, life)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "%s/signin/%s\n", strings.TrimRight(o.url, "/"), secret)
	return nil
}

// findAccount returns the one valid account that is named by its identifier or its name.
func findAccount(ctx context.Context, env *environment, access *triage.Access, rest []string) (triage.Account, error) {
	if len(rest) != 1 {
		return triage.Account{}, usageError(env.T("error.token-which"))
	}
	accounts, err := access.Accounts.Accounts(ctx)
	if err != nil {
		return triage.Account{}, err
	}
	var found []triage.Account
	for _, a := range accounts {
		if a.ID == rest[0] || a.Name == rest[0] && a.Revoked.IsZero() {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return triage.Account{}, &exitError{exitFailed, errors.New(env.T("error.token-none"))}
	case 1:
		return found[0], nil
	}
	return triage.Account{}, &exitError{exitFailed, errors.New(env.T("error.token-several"))}
}
