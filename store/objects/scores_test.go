package objects

import (
	"testing"

	"vigie/triage"
)

// FuzzScore: what is read of a stored score is a model's, within its bounds, or nothing.
func FuzzScore(f *testing.F) {
	for _, seed := range []string{
		`{"n":"alpha","v":"1.0","s":700}`, `{"n":"alpha","v":"1.0","s":1001}`, `{"n":"alpha","v":"1.0","s":-1}`, `{"n":"","v":"1","s":1}`,
		`{"n":"a b","v":"1","s":1}`, `null`, ``, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		s, err := decodeScore(doc)
		if err != nil {
			return
		}
		if m, err := triage.NewModel(s.Model.Name, s.Model.Version); err != nil || m != s.Model || s.Value < 0 || s.Value > triage.MaxScore {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestDecodeScore(t *testing.T) {
	s, err := decodeScore([]byte(`{"n":"alpha","v":"1.0","s":700}`))
	if want := (triage.Score{Model: triage.Model{Name: "alpha", Version: "1.0"}, Value: 700}); err != nil || s != want {
		t.Error(s, err)
	}
	for _, doc := range []string{`{"n":"alpha","v":"1.0","s":1001}`, `{"n":"alpha","v":"1.0","s":-1}`, `{"n":"alpha","s":7}`, `[]`} {
		if s, err := decodeScore([]byte(doc)); err == nil {
			t.Errorf("%s: %+v", doc, s)
		}
	}
}
