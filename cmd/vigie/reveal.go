package main

import (
	"flag"

	"vigie/triage"
)

// revealFlags declares what the organisation allows its reviewers to see.
func (env *environment) revealFlags(fs *flag.FlagSet, c *serviceConfig) {
	c.Reveals.First = triage.RevealStep(env.or("VIGIE_REVEAL_FIRST", string(triage.StepBlurred)))
	c.Reveals.Highest = triage.RevealStep(env.or("VIGIE_REVEAL_HIGHEST", string(triage.StepFull)))
	fs.StringVar((*string)(&c.Reveals.First), "reveal-first", string(c.Reveals.First), "highest step of a reveal that may be the first: blurred, grey, colour or full")
	fs.StringVar((*string)(&c.Reveals.Highest), "reveal-highest", string(c.Reveals.Highest), "highest step of a reveal: facts (nothing is shown), blurred, grey, colour or full")
	fs.BoolVar(&c.Reveals.Jumps, "reveal-jumps", env.Getenv("VIGIE_REVEAL_JUMPS") == "on", "after the first step of a reveal, others may be left out by who states why")
}

func (c *serviceConfig) checkReveals(env *environment) error {
	if c.Reveals.First.Rung() < triage.StepBlurred.Rung() {
		return usageError(env.T("error.reveal-first", c.Reveals.First))
	}
	if c.Reveals.Highest.Rung() < 0 {
		return usageError(env.T("error.reveal-highest", c.Reveals.Highest))
	}
	return nil
}
