package objects

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"vigie/triage"
)

// maxScores bounds a record of scores, in bytes: one takes about 300.
const maxScores = 8 << 20

const scorePurpose = "score"

func scoresKey(number uint64) string { return fmt.Sprintf("%s/scores/%012d", Records, number) }

// storedScore is the score of a medium as kept.
type storedScore struct {
	Medium string `json:"m"`
	Score  []byte `json:"s"` // a sealedScore, as sealOf seals it
}

// sealedScore is what a model said.
type sealedScore struct {
	Name    string `json:"n"`
	Version string `json:"v"`
	Value   int    `json:"s"` // thousandths
}

// PutScores implements triage.ScoreArchive.
func (a *Archive) PutScores(ctx context.Context, number uint64, scores []triage.Scored) error {
	all := make([]storedScore, len(scores))
	g, sealing := errgroup.WithContext(ctx)
	g.SetLimit(foundersAtOnce)
	for i, s := range scores {
		g.Go(func() error {
			doc, err := json.Marshal(sealedScore{s.Score.Model.Name, s.Score.Model.Version, s.Score.Value})
			if err == nil {
				doc, err = a.sealOf(sealing, s.Medium, scorePurpose, doc)
			}
			if triage.IsKind(err, triage.NotFound) {
				return nil // it is not kept any more
			}
			all[i] = storedScore{string(s.Medium), doc}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	stored := make([]storedScore, 0, len(all))
	for _, s := range all {
		if s.Medium != "" {
			stored = append(stored, s)
		}
	}
	body, err := json.Marshal(stored)
	if err != nil {
		return triage.E(triage.Internal, "objects.PutScores", scoresKey(number), "", err)
	}
	return a.store.Put(ctx, scoresKey(number), bytes.NewReader(body), int64(len(body)))
}

// Scores implements triage.ScoreArchive.
func (a *Archive) Scores(ctx context.Context, number uint64) ([]triage.Scored, error) {
	damaged := func(err error) error {
		return triage.E(triage.Corrupt, "objects.Scores", scoresKey(number), "the record is damaged: restore it", err)
	}
	body, err := readAll(ctx, a.store, scoresKey(number), maxScores)
	if err != nil {
		return nil, err
	}
	var stored []storedScore
	if err := json.Unmarshal(body, &stored); err != nil {
		return nil, damaged(err)
	}
	var scores []triage.Scored
	for _, s := range stored {
		doc, err := a.openOf(ctx, triage.MediumID(s.Medium), scorePurpose, s.Score)
		if errors.Is(err, triage.ErrDestroyed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		score, err := decodeScore(doc)
		if err != nil {
			return nil, damaged(err)
		}
		scores = append(scores, triage.Scored{Medium: triage.MediumID(s.Medium), Score: score})
	}
	return scores, nil
}

// decodeScore reads a sealedScore.
func decodeScore(doc []byte) (triage.Score, error) {
	var s sealedScore
	if err := json.Unmarshal(doc, &s); err != nil {
		return triage.Score{}, err
	}
	m, err := triage.NewModel(s.Name, s.Version)
	if err == nil && (s.Value < 0 || s.Value > triage.MaxScore) {
		err = errors.New("a score out of its bounds")
	}
	return triage.Score{Model: m, Value: s.Value}, err
}
