package triage

import (
	"context"
	"io"
	"strings"
)

// Model is an agency's own classifier, as it names itself. Another version is another model: its scores are on a scale of
// their own.
type Model struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// maxModelWord bounds a model's name and its version, in bytes.
const maxModelWord = 64

// NewModel returns a model. Invalid: a name or a version is empty, too long, or holds anything but letters, digits and ._+-,
// as they are shown, logged and recorded.
func NewModel(name, version string) (Model, error) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-"
	for _, word := range []string{name, version} {
		if word == "" || len(word) > maxModelWord || strings.Trim(word, letters) != "" {
			return Model{}, E(Invalid, "name a model", "", "a model has a name and a version, each of at most 64 letters, digits and ._+-", nil)
		}
	}
	return Model{name, version}, nil
}

// Score is what a model says of a picture, in thousandths: 0 is the least likely to be looked for, 1000 the most,
// NeutralScore says nothing.
type Score struct {
	Model Model `json:"model"`
	Value int   `json:"value"`
}

const (
	// MaxScore is the greatest value of a Score.
	MaxScore = 1000
	// NeutralScore is the value of a Score that speaks neither for nor against.
	NeutralScore = 500
)

// Scored is the score of one medium.
type Scored struct {
	Medium MediumID
	Score  Score
}

// Classifier is an agency's own model, in a process that is not ours. What it says can be slow, wrong or meant to mislead;
// implementations bound and check all of it, and leave one that fails again and again alone for a while.
type Classifier interface {
	// Model says which model answers now. Unavailable: none does, or it is left alone; Invalid: what answers is none.
	Model(ctx context.Context) (Model, error)
	// Score returns what the model says of each picture (a JPEG, upright, in colour, of a bounded size), in their order; nil
	// where it has nothing to say of one. Nothing else tells it what it looks at. Stale: another model answered than m;
	// the other errors are those of Model. Nothing is tried twice.
	Score(ctx context.Context, m Model, pictures [][]byte) ([]*int, error)
}

// Shrinker decodes a picture where it can do no harm, and encodes it anew as what a Classifier is given. An error that is
// no fault of the store is about the picture: it cannot be shown.
type Shrinker interface {
	Shrink(ctx context.Context, r io.Reader, size int64) ([]byte, error)
}

// ScoreArchive keeps scores in numbered records, the first is 1: they can only be made again at great cost. A record is
// durable before it takes effect, and never changed; the score of a medium that was destroyed can be read by nobody.
type ScoreArchive interface {
	// PutScores fails with Exists when another process wrote that record. Media that are not kept any more are left out.
	PutScores(ctx context.Context, number uint64, scores []Scored) error
	// Scores returns a record, but for media that were destroyed, or NotFound.
	Scores(ctx context.Context, number uint64) ([]Scored, error)
}
