package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"vigie/api/wire"
	"vigie/triage"
)

// shutNumber is the case that is closed while everything goes wrong. What it holds, no other case does.
const shutNumber = "2025/CHAOS"

// clerk submits a drive as u, closes its case, and sometimes reopens it.
func (r *round) clerk(ctx context.Context, random *rand.Rand, u *submitter) error {
	if err := u.run(ctx, r); err != nil {
		return err
	}
	pause(ctx, someTime(random))
	if err := r.closeCase(ctx); err != nil {
		return err
	}
	pause(ctx, 2*someTime(random))
	if random.IntN(2) == 0 {
		return r.reopenCase(ctx)
	}
	return nil
}

func (r *round) closeCase(ctx context.Context) error {
	return r.changeCase(ctx, r.as("admin").CloseCase, triage.CaseClosing, triage.CaseClosed)
}

func (r *round) reopenCase(ctx context.Context) error {
	return r.changeCase(ctx, r.as("admin").ReopenCase, triage.CaseReopening, triage.CaseOpen)
}

// changeCase asks for a change of the case until it is in one of states: an answer that was lost may have taken effect.
func (r *round) changeCase(ctx context.Context, do func(ctx context.Context, id, reference string) (wire.Case, error), states ...triage.CaseState) error {
	var last error
	for range maxTries {
		var k wire.Case
		if k, last = r.as("admin").FindCase(ctx, shutNumber); last == nil {
			if slices.Contains(states, triage.CaseState(k.State)) {
				return nil
			}
			if _, last = do(ctx, k.ID, "2026/17"); last == nil {
				return nil
			}
		}
		if !pause(ctx, pauseTries) {
			break
		}
	}
	return fmt.Errorf("case %s should be %s: %w", shutNumber, states[0], last)
}

// settleCase waits until the case is closed, or open again, as the clerk left it; and reopens it.
func (r *round) settleCase(ctx context.Context) error {
	for reopened := false; ; {
		k, err := r.as("admin").FindCase(ctx, shutNumber)
		if err == nil && k.State == string(triage.CaseOpen) {
			return nil
		}
		if err == nil && k.State == string(triage.CaseClosed) && !reopened {
			if err := r.reopenCase(ctx); err != nil {
				return err
			}
			reopened = true
		}
		if !pause(ctx, settlePoll) {
			return fmt.Errorf("case %s is %s after %s (%v)", shutNumber, k.State, settlePatience, err)
		}
	}
}
