package main

import (
	"cmp"
	"flag"
	"strings"

	"vigie/triage"
)

// revealWords say what the organisation allows, as it was written. Each is a value for all who work the queue, or ROLE=VALUE, or
// several of these with commas between them, of which the later counts.
type revealWords struct {
	first, highest      string
	jumps, tiles, names onOff
}

// onOff is a flag of such words that may also stand alone, for "on".
type onOff string

func (o *onOff) String() string   { return string(*o) }
func (o *onOff) IsBoolFlag() bool { return true }
func (o *onOff) Set(s string) error {
	*o = onOff(s)
	return nil
}

// revealFlags declares what the organisation allows its reviewers to see.
func (env *environment) revealFlags(fs *flag.FlagSet, c *serviceConfig) {
	w := &c.reveals
	w.jumps, w.tiles, w.names = onOff(env.Getenv("VIGIE_REVEAL_JUMPS")), onOff(env.Getenv("VIGIE_REVEAL_TILES")), onOff(env.Getenv("VIGIE_REVEAL_NAMES"))
	fs.StringVar(&w.first, "reveal-first", env.or("VIGIE_REVEAL_FIRST", string(triage.StepBlurred)), "highest step of a reveal that may be the first: blurred, grey, colour or full; by role: grey,supervisor=colour")
	fs.StringVar(&w.highest, "reveal-highest", env.or("VIGIE_REVEAL_HIGHEST", string(triage.StepFull)), "highest step of a reveal: facts (nothing is shown), blurred, grey, colour or full; by role: colour,supervisor=full")
	fs.Var(&w.jumps, "reveal-jumps", "after the first step of a reveal, others may be left out by who states why: on or off (default); by role: supervisor=on")
	fs.Var(&w.tiles, "reveal-tiles", "some tiles of a picture may be asked for by themselves: on (default) or off; by role: off,supervisor=on")
	fs.Var(&w.names, "reveal-names", "file names and paths may be asked for: on (default) or off; by role: off,supervisor=on")
}

// checkReveals makes the organisation's policy of its words.
func (c *serviceConfig) checkReveals(env *environment) error {
	c.Reveals = triage.ForAll(triage.RevealRules{First: triage.StepBlurred, Highest: triage.StepFull, Tiles: true, Names: true})
	w := &c.reveals
	step := func(set func(*triage.RevealRules, triage.RevealStep), least triage.RevealStep) func(*triage.RevealRules, string) bool {
		return func(r *triage.RevealRules, word string) bool {
			set(r, triage.RevealStep(word))
			return triage.RevealStep(word).Rung() >= least.Rung()
		}
	}
	onOff := func(of func(*triage.RevealRules) *bool) func(*triage.RevealRules, string) bool {
		return func(r *triage.RevealRules, word string) bool {
			*of(r) = word == "on" || word == "true"
			return *of(r) || word == "off" || word == "false"
		}
	}
	for _, f := range []struct {
		words, problem string
		set            func(*triage.RevealRules, string) bool
	}{
		{w.first, "error.reveal-first", step(func(r *triage.RevealRules, s triage.RevealStep) { r.First = s }, triage.StepBlurred)},
		{w.highest, "error.reveal-highest", step(func(r *triage.RevealRules, s triage.RevealStep) { r.Highest = s }, triage.StepFacts)},
		{cmp.Or(string(w.jumps), "off"), "error.reveal-jumps", onOff(func(r *triage.RevealRules) *bool { return &r.Jumps })},
		{cmp.Or(string(w.tiles), "on"), "error.reveal-tiles", onOff(func(r *triage.RevealRules) *bool { return &r.Tiles })},
		{cmp.Or(string(w.names), "on"), "error.reveal-names", onOff(func(r *triage.RevealRules) *bool { return &r.Names })},
	} {
		if !setByRole(c.Reveals, f.words, f.set) {
			return usageError(env.T(f.problem, f.words))
		}
	}
	return nil
}

// setByRole gives each role that words name, or all of them, what they say. It is false when they say what is no role or no value.
func setByRole(policy triage.RevealPolicy, words string, set func(*triage.RevealRules, string) bool) bool {
	for word := range strings.SplitSeq(words, ",") {
		roles := triage.Reviewing
		if role, value, ok := strings.Cut(word, "="); ok {
			if !triage.Role(role).Reviews() {
				return false
			}
			roles, word = []triage.Role{triage.Role(role)}, value
		}
		for _, role := range roles {
			rules := policy[role]
			if !set(&rules, word) {
				return false
			}
			policy[role] = rules
		}
	}
	return true
}
