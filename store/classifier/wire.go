package classifier

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"vigie/triage"
)

// What travels is JSON, told in docs/classifier.md.

// scoresRequest asks for the scores of pictures.
type scoresRequest struct {
	Pictures []requestPicture `json:"pictures"`
}

// requestPicture is a JPEG (in JSON: in base 64) under a name that was drawn for this request.
type requestPicture struct {
	ID   string `json:"id"`
	JPEG []byte `json:"jpeg"`
}

// answerModel is the answer to which model is there.
type answerModel struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// answerScores is the answer to a scoresRequest.
type answerScores struct {
	Model  answerModel   `json:"model"`
	Scores []answerScore `json:"scores"`
}

type answerScore struct {
	ID    string   `json:"id"`
	Score *float64 `json:"score"` // from 0 to 1; null: the model has nothing to say
}

// maxModelAnswer bounds the answer to which model is there, in bytes: two words of 64.
const maxModelAnswer = 4 << 10

// maxScoresAnswer bounds the answer about n pictures, in bytes: a score takes about 50.
func maxScoresAnswer(n int) int64 { return maxModelAnswer + 256*int64(n) }

// nonsense says that an answer is none.
func nonsense(err error) error {
	return triage.E(triage.Invalid, "read the classifier's answer", "", "the classifier's answer is not what the contract says (docs/classifier.md): correct it", err)
}

// parseModel reads the answer to which model is there.
func parseModel(answer []byte) (triage.Model, error) {
	var a answerModel
	if err := json.Unmarshal(answer, &a); err != nil {
		return triage.Model{}, nonsense(errors.New("it is no JSON of that form")) // the decoder's own words may quote it
	}
	m, err := triage.NewModel(a.Name, a.Version)
	if err != nil {
		return m, nonsense(err)
	}
	return m, nil
}

// parseScores reads the answer about pictures of these names, each of which is to be there once and no other. Values are in
// thousandths, in the order of names; nil: the model has nothing to say.
func parseScores(answer []byte, ids []string) (triage.Model, []*int, error) {
	var a answerScores
	fail := func(why string) (triage.Model, []*int, error) {
		return triage.Model{}, nil, nonsense(errors.New(why))
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return fail("it is no JSON of that form")
	}
	m, err := triage.NewModel(a.Model.Name, a.Model.Version)
	if err != nil {
		return fail("it names no model")
	}
	if len(a.Scores) != len(ids) {
		return fail(fmt.Sprintf("it has %d scores of %d pictures", len(a.Scores), len(ids)))
	}
	of := make(map[string]int, len(ids)) // the place of each that has no score yet
	for i, id := range ids {
		of[id] = i
	}
	values := make([]*int, len(ids))
	for _, s := range a.Scores {
		i, asked := of[s.ID]
		if !asked {
			return fail("it tells of a picture that was not asked about, or twice of one")
		}
		delete(of, s.ID)
		if s.Score == nil {
			continue
		}
		if !(*s.Score >= 0 && *s.Score <= 1) { // no number is neither
			return fail("a score is not from 0 to 1")
		}
		v := int(math.Round(*s.Score * triage.MaxScore))
		values[i] = &v
	}
	return m, values, nil
}
