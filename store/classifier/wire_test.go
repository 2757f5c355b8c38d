package classifier

import (
	"testing"

	"vigie/triage"
)

const answeredBy = `{"model":{"name":"alpha","version":"1.0"},"scores":`

func TestParseScores(t *testing.T) {
	ids := []string{"a", "b"}
	for answer, fine := range map[string]bool{
		answeredBy + `[{"id":"b","score":1},{"id":"a","score":0}]}`:                         true,
		answeredBy + `[{"id":"b","score":null},{"id":"a"}],"more":1}`:                       true,
		answeredBy + `[{"id":"b","score":0.5},{"id":"a","score":1e-320}]}`:                  true,
		answeredBy + `[{"id":"a","score":0.5}]}`:                                            false, // too few
		answeredBy + `[{"id":"a","score":0},{"id":"b","score":0},{"id":"c","score":0}]}`:    false, // too many
		answeredBy + `[{"id":"a","score":0.5},{"id":"a","score":0.5}]}`:                     false, // twice
		answeredBy + `[{"id":"a","score":0.5},{"id":"c","score":0.5}]}`:                     false, // unknown
		answeredBy + `[{"id":"a","score":1.0001},{"id":"b","score":0}]}`:                    false,
		answeredBy + `[{"id":"a","score":-0.1},{"id":"b","score":0}]}`:                      false,
		answeredBy + `[{"id":"a","score":1e400},{"id":"b","score":0}]}`:                     false,
		answeredBy + `[{"id":"a","score":NaN},{"id":"b","score":0}]}`:                       false,
		answeredBy + `[{"id":"a","score":"0.5"},{"id":"b","score":0}]}`:                     false,
		answeredBy + `[{"id":"a","score":0},{"id":"b","score":0}]} {}`:                      false,
		`{"model":{"name":"","version":"1"},"scores":[{"id":"a","score":0},{"id":"b"}]}`:    false,
		`{"model":{"name":"a\n","version":"1"},"scores":[{"id":"a","score":0},{"id":"b"}]}`: false,
		`[]`: false, `null`: false, ``: false,
	} {
		_, values, err := parseScores([]byte(answer), ids)
		if (err == nil) != fine || err != nil && (!triage.IsKind(err, triage.Invalid) || values != nil) {
			t.Errorf("%s: %v, %v", answer, values, err)
		}
	}
	m, values, err := parseScores([]byte(answeredBy+`[{"id":"b","score":0.8766},{"id":"a","score":null}]}`), ids)
	if err != nil || m != alpha || values[0] != nil || *values[1] != 877 {
		t.Error(m, values, err)
	}
}

// FuzzParseScores: whatever comes, there are as many values as pictures, in their bounds, or none.
func FuzzParseScores(f *testing.F) {
	for _, seed := range []string{
		answeredBy + `[{"id":"a","score":1},{"id":"b","score":null}]}`, answeredBy + `[{"id":"a","score":1e999}]}`,
		answeredBy + `[{"id":"a"},{"id":"a"}]}`, `{"scores":[null,null]}`, "\xff", `{"model":{"name":"x","version":"1"},"scores":[{"id":"b","score":-0}]}`,
	} {
		f.Add([]byte(seed))
	}
	ids := []string{"a", "b"}
	f.Fuzz(func(t *testing.T, answer []byte) {
		m, values, err := parseScores(answer, ids)
		if err != nil {
			if values != nil || !triage.IsKind(err, triage.Invalid) {
				t.Error(values, err)
			}
			return
		}
		if len(values) != len(ids) {
			t.Error("values", len(values))
		}
		for _, v := range values {
			if v != nil && (*v < 0 || *v > triage.MaxScore) {
				t.Error("value", *v)
			}
		}
		if again, err := triage.NewModel(m.Name, m.Version); err != nil || again != m {
			t.Error("model", m)
		}
		_, _ = parseModel(answer)
	})
}
