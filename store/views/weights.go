package views

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"vigie/triage"
	"vigie/triage/signals"
)

// Weights implements triage.WeightsStore: one hash, the number of an event to the version that it put in force, sealed.
type Weights struct{ db }

// storedWeights are weights as kept.
type storedWeights struct {
	Weights signals.Weights `json:"w"`
	By      string          `json:"b"`
	At      time.Time       `json:"t"`
	Reason  string          `json:"r"`
}

func (s Weights) place(event string) string { return s.key(keyWeights, "/", event) }

// WeightsVersions implements triage.WeightsStore.
func (s Weights) WeightsVersions(ctx context.Context) ([]triage.WeightsVersion, error) {
	const op = "views.WeightsVersions"
	kept, err := s.rdb.HGetAll(ctx, s.key(keyWeights)).Result()
	if err != nil {
		return nil, fault(op, "", err)
	}
	versions := make([]triage.WeightsVersion, 0, len(kept))
	for event, sealed := range kept {
		var doc storedWeights
		if err := s.openJSON(op, event, s.place(event), sealed, &doc); err != nil {
			return nil, err
		}
		n, _ := strconv.ParseUint(event, 10, 64) // its place opened: it is what was written
		versions = append(versions, triage.WeightsVersion{Event: n, Weights: doc.Weights, By: doc.By, At: doc.At, Reason: doc.Reason})
	}
	slices.SortFunc(versions, func(a, b triage.WeightsVersion) int { return cmp.Compare(a.Event, b.Event) })
	return versions, nil
}

// SaveWeights implements triage.WeightsStore.
func (s Weights) SaveWeights(ctx context.Context, v triage.WeightsVersion) error {
	const op = "views.SaveWeights"
	event := strconv.FormatUint(v.Event, 10)
	doc, err := s.sealJSON(op, s.place(event), storedWeights{v.Weights, v.By, v.At, v.Reason})
	if err != nil {
		return err
	}
	return fault(op, event, s.rdb.HSet(ctx, s.key(keyWeights), event, doc).Err())
}
