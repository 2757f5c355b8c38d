package triage_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"vigie/triage"
)

func TestRoomStopsAndGoesOnApart(t *testing.T) {
	var load float64
	var broken error
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	asked := 0
	r := &triage.Room{Now: func() time.Time { return now }, Limits: []*triage.Limit{
		{Hint: "never", Resume: 0.5, Load: func(context.Context) (float64, error) { return 0, nil }},
		{Hint: "the disk", Resume: 0.5, Load: func(context.Context) (float64, error) { asked++; return load, broken }},
	}}
	for i, step := range []struct {
		load   float64
		broken error
		full   bool
	}{
		{0.99, nil, false}, {1, nil, true}, {0.7, nil, true}, {0.1, errors.New("no answer"), true}, {0.5, nil, false},
		{0.7, nil, false}, {3, errors.New("no answer"), false}, {3, nil, true},
	} {
		load, broken = step.load, step.broken
		now = now.Add(time.Second)
		err := r.Check(t.Context())
		if (err != nil) != step.full || err != nil && !triage.IsKind(err, triage.Full) {
			t.Errorf("step %d: %v", i, err)
		}
		before := asked
		if again := r.Check(t.Context()); (again != nil) != step.full || asked != before {
			t.Errorf("step %d, asked again within a second: %v", i, again)
		}
	}
	if err := (*triage.Room)(nil).Check(t.Context()); err != nil {
		t.Error(err)
	}
}
