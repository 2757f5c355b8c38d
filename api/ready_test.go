package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"vigie/api/wire"
	"vigie/triage"
)

// What is degraded is told and turns nobody away; what is down does.
func TestReadiness(t *testing.T) {
	s := start(t, nil)
	ask := func() (int, wire.Readiness) {
		t.Helper()
		resp, err := http.Get(s.url + "/readyz") //nolint:noctx // a test's question
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var r wire.Readiness
		if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, r
	}
	witness := wire.Condition{Name: triage.OfWitness, State: "degraded", Reason: "the witness"}
	if status, r := ask(); status != http.StatusOK || r.Status != "degraded" || len(r.Conditions) != 2 || r.Conditions[1] != witness {
		t.Errorf("%d, %+v", status, r)
	}
	s.down.Store(true)
	if status, r := ask(); status != http.StatusServiceUnavailable || r.Status != "down" || r.Conditions[0].Reason == "" {
		t.Errorf("%d, %+v", status, r)
	}
}
