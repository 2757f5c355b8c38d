package triage_test

import (
	"slices"
	"testing"

	"vigie/triage"
)

func TestReviews(t *testing.T) {
	for _, r := range triage.Roles {
		if want := r == triage.Reviewer || r == triage.Supervisor; r.Reviews() != want || slices.Contains(triage.Reviewing, r) != want {
			t.Errorf("%s works the queue: %t, not %t", r, r.Reviews(), want)
		}
		if parsed, err := triage.ParseRole(string(r)); err != nil || parsed != r {
			t.Errorf("%s: %s, %v", r, parsed, err)
		}
	}
}
