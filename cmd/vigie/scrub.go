package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"time"

	"vigie/store/objects"
	"vigie/triage"
)

// runScrub reads and verifies everything that is kept, and records the result.
func runScrub(ctx context.Context, env *environment, args []string) error {
	var perSecond int
	var after string
	c, rest, err := env.serviceFlags("scrub", args, func(fs *flag.FlagSet, _ *serviceConfig) {
		fs.IntVar(&perSecond, "rate", 0, "megabytes a second at most (0: no limit)")
		fs.StringVar(&after, "after", "", "go on behind this object, where an earlier run stopped")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", rest[0]))
	}
	return withHouse(ctx, c, env, func(h *house) error {
		return h.scrub(ctx, env, int64(perSecond)*1e6, after)
	})
}

// scrubbed are the details of the event that ends a scrub.
type scrubbed struct {
	Objects int      `json:"objects"`
	Bytes   int64    `json:"bytes"`
	After   string   `json:"after,omitempty"` // it began behind this object
	Damaged []string `json:"damaged"`         // at most maxDamagedListed
	Damages int      `json:"damages"`
}

const maxDamagedListed = 1000

func (h *house) scrub(ctx context.Context, env *environment, rate int64, after string) error {
	result, last, said := scrubbed{After: after, Damaged: []string{}}, after, time.Now()
	s := objects.Scrub{Archive: h.archive, Name: h.names.Medium, Rate: rate, Now: time.Now, Looked: func(key string, n int64, damage error) {
		last = key
		result.Objects++
		result.Bytes += n
		if damage != nil {
			result.Damages++
			if len(result.Damaged) < maxDamagedListed {
				result.Damaged = append(result.Damaged, key)
			}
			fmt.Fprintf(env.Stdout, "%s  %s\n", key, env.explain(damage))
		}
		if time.Since(said) > 2*time.Second {
			said = time.Now()
			fmt.Fprintln(env.Stderr, env.T("scrub.progress", result.Objects, result.Bytes/1e6, result.Damages))
		}
	}}
	if err := s.Run(ctx, after); err != nil {
		fmt.Fprintln(env.Stderr, env.T("scrub.resume", last))
		return err
	}
	data, err := json.Marshal(result)
	if err != nil {
		return err
	}
	if _, err := h.journal.Append(ctx, triage.Event{Actor: triage.Operator.ID, Kind: triage.StoreScrubbed, Data: data}); err != nil {
		return err
	}
	fmt.Fprintln(env.Stderr, env.T("scrub.done", result.Objects, result.Bytes/1e6, result.Damages))
	if result.Damages > 0 {
		return &exitError{exitFailed, errors.New(env.T("scrub.damaged", result.Damages))}
	}
	return nil
}
