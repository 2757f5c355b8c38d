package main

import (
	"flag"
	"testing"
	"time"

	"vigie/triage"
)

// TestCare: supervisors are told nothing, and a break comes after 50 minutes, unless something else is said; what cannot be meant is refused.
func TestCare(t *testing.T) {
	of := func(variables map[string]string, args ...string) (*serviceConfig, error) {
		t.Helper()
		env := &environment{Getenv: func(name string) string { return variables[name] }}
		c, fs := &serviceConfig{}, flag.NewFlagSet("serve", flag.ContinueOnError)
		env.careFlags(fs, c)
		if err := fs.Parse(args); err != nil {
			t.Fatal(err)
		}
		return c, c.checkCare(env)
	}
	for _, test := range []struct {
		variables map[string]string
		args      []string
		counts    triage.CountPolicy
		breaks    triage.BreakPolicy
		support   string
	}{
		{nil, nil, triage.CountsNone, triage.BreakPolicy{After: 50 * time.Minute}, ""},
		{map[string]string{"VIGIE_REVEAL_COUNTS": "team", "VIGIE_BREAK_AFTER": "25m", "VIGIE_BREAK_SHOWN": "200", "VIGIE_SUPPORT": "3114"}, nil, triage.CountsTeam, triage.BreakPolicy{After: 25 * time.Minute, Shown: 200}, "3114"},
		{map[string]string{"VIGIE_REVEAL_COUNTS": "team"}, []string{"--reveal-counts=persons", "--break-after=0", "--support=room 12"}, triage.CountsPersons, triage.BreakPolicy{}, "room 12"},
	} {
		c, err := of(test.variables, test.args...)
		if err != nil || c.Counts != test.counts || c.Breaks != test.breaks || c.Support != test.support {
			t.Errorf("%v %v: %s, %+v, %q, %v", test.variables, test.args, c.Counts, c.Breaks, c.Support, err)
		}
	}
	for _, wrong := range []string{"--reveal-counts=", "--reveal-counts=all", "--break-after=-1m", "--break-shown=-1"} {
		if _, err := of(nil, wrong); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
	for _, wrong := range []map[string]string{{"VIGIE_BREAK_AFTER": "soon"}, {"VIGIE_BREAK_SHOWN": "many"}} {
		if _, err := of(wrong); err == nil {
			t.Errorf("%v was taken", wrong)
		}
	}
}
