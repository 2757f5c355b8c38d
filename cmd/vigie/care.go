package main

import (
	"flag"
	"slices"

	"vigie/triage"
)

// careFlags declares how the organisation looks after who works the queue.
func (env *environment) careFlags(fs *flag.FlagSet, c *serviceConfig) {
	fs.StringVar(&c.counts, "reveal-counts", env.or("VIGIE_REVEAL_COUNTS", string(triage.CountsNone)), "what supervisors are told of how much others were shown: none, team (sums of at least three others) or persons")
}

// checkCare refuses what cannot be meant.
func (c *serviceConfig) checkCare(env *environment) error {
	c.Counts = triage.CountPolicy(c.counts)
	if !slices.Contains([]triage.CountPolicy{triage.CountsNone, triage.CountsTeam, triage.CountsPersons}, c.Counts) {
		return usageError(env.T("error.reveal-counts", c.counts))
	}
	return nil
}
