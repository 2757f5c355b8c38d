package main

import (
	"flag"
	"testing"

	"vigie/triage"
)

// TestRevealRules: the rules are the strictest of use unless something is said, and what is no step is refused.
func TestRevealRules(t *testing.T) {
	for _, test := range []struct {
		variables map[string]string
		args      []string
		want      triage.RevealRules
		refused   bool
	}{
		{nil, nil, triage.RevealRules{First: triage.StepBlurred, Highest: triage.StepFull}, false},
		{map[string]string{"VIGIE_REVEAL_FIRST": "grey", "VIGIE_REVEAL_HIGHEST": "facts", "VIGIE_REVEAL_JUMPS": "on"}, nil, triage.RevealRules{First: triage.StepGrey, Highest: triage.StepFacts, Jumps: true}, false},
		{map[string]string{"VIGIE_REVEAL_FIRST": "grey"}, []string{"--reveal-first=colour", "--reveal-highest=colour", "--reveal-jumps"}, triage.RevealRules{First: triage.StepColour, Highest: triage.StepColour, Jumps: true}, false},
		{nil, []string{"--reveal-first=facts"}, triage.RevealRules{}, true},
		{nil, []string{"--reveal-first="}, triage.RevealRules{}, true},
		{nil, []string{"--reveal-highest=all"}, triage.RevealRules{}, true},
	} {
		env := &environment{Getenv: func(name string) string { return test.variables[name] }}
		c, fs := &serviceConfig{}, flag.NewFlagSet("serve", flag.ContinueOnError)
		env.revealFlags(fs, c)
		if err := fs.Parse(test.args); err != nil {
			t.Fatal(err)
		}
		if err := c.checkReveals(env); (err != nil) != test.refused || err == nil && c.Reveals != test.want {
			t.Errorf("%v %v: %+v, %v", test.variables, test.args, c.Reveals, err)
		}
	}
}
