package main

import (
	"flag"
	"maps"
	"testing"

	"vigie/triage"
)

// TestRevealPolicy: the rules are the strictest of use unless something is said; a role may be told apart; and what is no step, no
// role or no answer is refused.
func TestRevealPolicy(t *testing.T) {
	first := triage.RevealRules{First: triage.StepBlurred, Highest: triage.StepFull, Tiles: true, Names: true}
	with := func(change func(r *triage.RevealRules)) triage.RevealRules {
		r := first
		change(&r)
		return r
	}
	for _, test := range []struct {
		variables            map[string]string
		args                 []string
		reviewer, supervisor triage.RevealRules
	}{
		{nil, nil, first, first},
		{
			map[string]string{"VIGIE_REVEAL_FIRST": "grey", "VIGIE_REVEAL_HIGHEST": "facts", "VIGIE_REVEAL_JUMPS": "on", "VIGIE_REVEAL_TILES": "off", "VIGIE_REVEAL_NAMES": "off"}, nil,
			triage.RevealRules{First: triage.StepGrey, Highest: triage.StepFacts, Jumps: true}, triage.RevealRules{First: triage.StepGrey, Highest: triage.StepFacts, Jumps: true},
		},
		{
			map[string]string{"VIGIE_REVEAL_FIRST": "grey"}, []string{"--reveal-first=colour", "--reveal-highest=colour,supervisor=full", "--reveal-jumps"},
			with(func(r *triage.RevealRules) {
				r.First, r.Highest, r.Jumps = triage.StepColour, triage.StepColour, true
			}),
			with(func(r *triage.RevealRules) { r.First, r.Jumps = triage.StepColour, true }),
		},
		{
			nil, []string{"--reveal-highest=reviewer=grey", "--reveal-jumps=supervisor=on", "--reveal-tiles=false", "--reveal-names=off,supervisor=on"},
			with(func(r *triage.RevealRules) { r.Highest, r.Tiles, r.Names = triage.StepGrey, false, false }),
			with(func(r *triage.RevealRules) { r.Jumps, r.Tiles = true, false }),
		},
	} {
		c, err := revealsOf(t, test.variables, test.args)
		want := triage.RevealPolicy{triage.Reviewer: test.reviewer, triage.Supervisor: test.supervisor}
		if err != nil || !maps.Equal(c.Reveals, want) {
			t.Errorf("%v %v: %+v, %v", test.variables, test.args, c.Reveals, err)
		}
	}
	for _, wrong := range []string{
		"--reveal-first=facts", "--reveal-first=", "--reveal-highest=all", "--reveal-highest=admin=full", "--reveal-highest=full,", "--reveal-highest=supervisor=all",
		"--reveal-tiles=some", "--reveal-jumps=reviewer", "--reveal-names=reviewer=",
	} {
		if c, err := revealsOf(t, nil, []string{wrong}); err == nil {
			t.Errorf("%s: %+v", wrong, c.Reveals)
		}
	}
}

func revealsOf(t *testing.T, variables map[string]string, args []string) (*serviceConfig, error) {
	t.Helper()
	env := &environment{Getenv: func(name string) string { return variables[name] }}
	c, fs := &serviceConfig{}, flag.NewFlagSet("serve", flag.ContinueOnError)
	env.revealFlags(fs, c)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return c, c.checkReveals(env)
}
