package triage

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"

	"vigie/triage/signals"
)

// WeightsVersion is one version of the weights of the ranking.
type WeightsVersion struct {
	Event   uint64          `json:"event"` // of the journal, that put them in force; 0: those that the program comes with
	Weights signals.Weights `json:"weights"`
	By      string          `json:"by,omitempty"`
	At      time.Time       `json:"at,omitzero"`
	Reason  string          `json:"reason,omitempty"`
}

// WeightsStore keeps the versions of the weights.
type WeightsStore interface {
	// WeightsVersions returns all versions that were ever put in force, the oldest first; the last one is in force.
	WeightsVersions(ctx context.Context) ([]WeightsVersion, error)
	// SaveWeights keeps a version. It is idempotent.
	SaveWeights(ctx context.Context, v WeightsVersion) error
}

// MaxReason bounds the reason of a change of weights, in bytes.
const MaxReason = 500

// changedWeights are the details of WeightsChanged.
type changedWeights struct {
	Weights signals.Weights `json:"weights"`
	Reason  string          `json:"reason"`
}

// Weighing is how the section that works the queue changes what counts for it.
type Weighing struct {
	Store  WeightsStore
	Rerank RerankStore
	Events *Projector
}

// Ranking is what weights are in force, and how far the groups are ranked by them.
type Ranking struct {
	WeightsVersion
	Number  int // of the version: 0 for those that the program comes with
	Advance Reranking
}

// Ranking returns the weights in force.
func (u *Weighing) Ranking(ctx context.Context, by Actor) (Ranking, error) {
	if !by.Role.Reviews() && by.Role != Admin {
		return Ranking{}, forbidden("read the weights", by)
	}
	r, err := inForce(ctx, u.Store)
	if err != nil {
		return Ranking{}, err
	}
	r.Advance, err = u.Rerank.Reranking(ctx, sumOf(&r.Weights))
	return r, err
}

// Versions returns all versions, the newest first; the last is the one that the program comes with.
func (u *Weighing) Versions(ctx context.Context, by Actor) ([]WeightsVersion, error) {
	if !by.Role.Reviews() && by.Role != Admin {
		return nil, forbidden("read the weights", by)
	}
	kept, err := u.Store.WeightsVersions(ctx)
	if err != nil {
		return nil, err
	}
	versions := make([]WeightsVersion, 0, len(kept)+1)
	for i := range kept {
		versions = append(versions, kept[len(kept)-1-i])
	}
	return append(versions, WeightsVersion{Weights: *signals.Default()}), nil
}

// Change puts other weights in force, in the place of those of the event from, and has everything ranked by them.
func (u *Weighing) Change(ctx context.Context, by Actor, from uint64, w signals.Weights, reason string) error {
	const op = "change the weights"
	if !by.Role.Reviews() {
		return forbidden(op, by)
	}
	if err := w.Check(); err != nil {
		return E(Invalid, op, "", strings.ReplaceAll(err.Error(), "\n", "; "), err)
	}
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > MaxReason {
		return E(Invalid, op, "", "state a reason of at most 500 bytes: others will want to know why", nil)
	}
	now, err := inForce(ctx, u.Store)
	if err != nil {
		return err
	}
	if now.Event != from {
		return E(Conflict, op, "", "somebody changed the weights since you read them: read them again", nil)
	}
	if sumOf(&now.Weights) == sumOf(&w) {
		return E(Conflict, op, "", "these weights are in force already", nil)
	}
	return u.Events.act(ctx, by, WeightsChanged, "", changedWeights{w, reason})
}

// inForce returns the version in force.
func inForce(ctx context.Context, store WeightsStore) (Ranking, error) {
	versions, err := store.WeightsVersions(ctx)
	if err != nil || len(versions) == 0 {
		return Ranking{WeightsVersion: WeightsVersion{Weights: *signals.Default()}}, err
	}
	return Ranking{WeightsVersion: versions[len(versions)-1], Number: len(versions)}, nil
}

// weightsChanged keeps a version; the steward sees it at its next round.
func (p *Projector) weightsChanged(ctx context.Context, ev Event, d changedWeights) error {
	return p.Weights.SaveWeights(ctx, WeightsVersion{Event: ev.Seq, Weights: d.Weights, By: ev.Actor, At: ev.Time, Reason: d.Reason})
}

// WeightsSum names weights by what they make of groups: All by everything, Evidence by what decides which signals apply.
type WeightsSum struct{ All, Evidence string }

func sumOf(w *signals.Weights) WeightsSum {
	evidence := struct {
		Revision   int
		Signals    []signals.Signal
		Parameters signals.Parameters
	}{signals.Revision, signals.Names(), w.Parameters}
	return WeightsSum{digestOf(evidence, w), digestOf(evidence)}
}

// digestOf names values that are equal exactly when their encodings are.
func digestOf(values ...any) string {
	body, err := json.Marshal(values)
	if err != nil {
		panic(err) // numbers and names
	}
	sum := sha256.Sum256(body)
	return string(sum[:16])
}
