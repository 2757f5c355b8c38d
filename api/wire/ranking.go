package wire

import (
	"strings"
	"time"

	"vigie/triage"
	"vigie/triage/signals"
)

// Weights say how much each signal of the ranking counts. Every number must be there.
type Weights struct {
	Threshold  *int           `json:"threshold"`  // the score from which a group is probable-new
	Points     map[string]int `json:"points"`     // of every signal; 0: it is only noted
	Parameters map[string]int `json:"parameters"` // from where on signals apply
}

// NewWeights converts weights.
func NewWeights(w signals.Weights) Weights {
	threshold, points, parameters := w.Numbers()
	return Weights{&threshold, points, parameters}
}

// Domain returns the weights that w says, which must be right.
func (w Weights) Domain() (signals.Weights, error) {
	weights, problems := signals.New(w.Threshold, w.Points, w.Parameters)
	if len(problems) == 0 {
		return weights, nil
	}
	all := make([]string, len(problems))
	for i, p := range problems {
		all[i] = p.Error()
	}
	return weights, triage.E(triage.Invalid, "read weights", "", strings.Join(all, "; "), nil)
}

// Known returns what w says of the signals and parameters that there are: weights of another version of the program may
// lack some, which then count for nothing.
func (w Weights) Known() signals.Weights {
	known, _ := signals.New(w.Threshold, w.Points, w.Parameters)
	return known
}

// WeightsVersion is one version of the weights, from when they were put in force.
type WeightsVersion struct {
	Version int        `json:"version"` // 0: those that the program comes with
	Event   uint64     `json:"event"`   // of the journal; 0 of version 0
	Weights Weights    `json:"weights"`
	By      string     `json:"by,omitempty"`      // identifier of the account
	ByName  string     `json:"by_name,omitempty"` // its name
	At      *time.Time `json:"at,omitempty"`
	Reason  string     `json:"reason,omitempty"`
}

// NewWeightsVersion converts a version; name is that of the account that put it in force.
func NewWeightsVersion(number int, v triage.WeightsVersion, name string) WeightsVersion {
	w := WeightsVersion{Version: number, Event: v.Event, Weights: NewWeights(v.Weights), By: v.By, Reason: v.Reason}
	if !v.At.IsZero() {
		w.At, w.ByName = &v.At, name
	}
	return w
}

// WeightsVersions are all versions of the weights, the newest first.
type WeightsVersions struct {
	Versions []WeightsVersion `json:"versions"`
}

// Ranking is the version of the weights in force, and how far groups are ranked by it.
type Ranking struct {
	WeightsVersion
	Reranking Reranking `json:"reranking"`
}

// Reranking is how far groups are ranked by the weights in force: so many stretches of them. Equal: all are.
type Reranking struct {
	Done int `json:"done"`
	Of   int `json:"of"`
}

// Left reports whether some groups still have the rank of earlier weights.
func (r Reranking) Left() bool { return r.Done < r.Of }

// NewRanking converts the weights in force; name is that of the account that put them there.
func NewRanking(r triage.Ranking, name string) Ranking {
	return Ranking{NewWeightsVersion(r.Number, r.WeightsVersion, name), Reranking{r.Advance.Done, r.Advance.Of}}
}

// ChangeWeights puts weights in force, in the place of those of an event.
type ChangeWeights struct {
	From    uint64  `json:"from"` // event of the weights that were read
	Weights Weights `json:"weights"`
	Reason  string  `json:"reason"`
}
