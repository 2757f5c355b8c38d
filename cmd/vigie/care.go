package main

import (
	"flag"
	"slices"

	"vigie/triage"
)

// careFlags declares how the organisation looks after who works the queue.
func (env *environment) careFlags(fs *flag.FlagSet, c *serviceConfig) {
	fs.StringVar(&c.counts, "reveal-counts", env.or("VIGIE_REVEAL_COUNTS", string(triage.CountsNone)), "what supervisors are told of how much others were shown: none, team (sums of at least three others) or persons")
	fs.DurationVar(&c.Breaks.After, "break-after", env.duration("VIGIE_BREAK_AFTER", triage.DefaultBreakAfter), "work without a pause of 10 minutes after which somebody is reminded of a break; 0: never")
	fs.IntVar(&c.Breaks.Shown, "break-shown", int(env.number("VIGIE_BREAK_SHOWN", 0)), "pictures shown in it after which somebody is; 0: however many")
	fs.StringVar(&c.Support, "support", env.Getenv("VIGIE_SUPPORT"), "whom people may turn to, shown at the end of work and in a break")
}

// checkCare refuses what cannot be meant.
func (c *serviceConfig) checkCare(env *environment) error {
	c.Counts = triage.CountPolicy(c.counts)
	if !slices.Contains([]triage.CountPolicy{triage.CountsNone, triage.CountsTeam, triage.CountsPersons}, c.Counts) {
		return usageError(env.T("error.reveal-counts", c.counts))
	}
	if c.Breaks.After < 0 || c.Breaks.Shown < 0 {
		return usageError(env.T("error.breaks"))
	}
	return nil
}
