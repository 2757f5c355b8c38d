package triage_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"vigie/triage"
)

func TestRoomStopsAndGoesOnApart(t *testing.T) {
	var load float64
	var broken error
	limit := &triage.Limit{Name: triage.OfDisk, Hint: "the disk", Resume: 0.5, Load: func(context.Context) (float64, error) { return load, broken }}
	r := &triage.Room{Limits: []*triage.Limit{
		{Name: triage.OfWorkers, Hint: "never", Resume: 0.5, Load: func(context.Context) (float64, error) { return 0, nil }}, limit,
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
		limit.Look(t.Context())
		err := r.Check()
		if (err != nil) != step.full || err != nil && !triage.IsKind(err, triage.Full) {
			t.Errorf("step %d: %v", i, err)
		}
		want := triage.Condition{Name: triage.OfDisk, State: triage.Fine}
		if step.full {
			want.State, want.Reason = triage.Waiting, "the disk"
		}
		if got := r.Conditions(); len(got) != 2 || got[0].State != triage.Fine || got[1] != want {
			t.Errorf("step %d: %+v", i, got)
		}
	}
	if err := (*triage.Room)(nil).Check(); err != nil || (*triage.Room)(nil).Conditions() != nil {
		t.Error(err)
	}
}

// A limit that hangs holds nobody up: neither who asks nor the looks at other limits.
func TestRoomWatchesLimitsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var looks int
		r := &triage.Room{Limits: []*triage.Limit{
			{Hint: "hangs", Load: func(ctx context.Context) (float64, error) { <-ctx.Done(); return 0, ctx.Err() }},
			{Hint: "the disk", Load: func(context.Context) (float64, error) { looks++; return float64(looks) / 3, nil }},
		}}
		go func() { _ = r.Watch(ctx) }()
		synctest.Wait()
		if err := r.Check(); err != nil || looks != 1 {
			t.Errorf("at once: %v after %d looks", err, looks)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if err := r.Check(); !triage.IsKind(err, triage.Full) || looks != 3 {
			t.Errorf("2 s later: %v after %d looks", err, looks)
		}
	})
}

func TestWorstCondition(t *testing.T) {
	for _, c := range []struct {
		states []triage.ConditionState
		worst  triage.ConditionState
	}{
		{nil, triage.Fine}, {[]triage.ConditionState{triage.Fine, triage.Degraded, triage.Fine}, triage.Degraded},
		{[]triage.ConditionState{triage.Down, triage.Waiting}, triage.Down}, {[]triage.ConditionState{triage.Degraded, triage.Waiting}, triage.Waiting},
	} {
		var all []triage.Condition
		for _, s := range c.states {
			all = append(all, triage.Condition{State: s})
		}
		if got := triage.Worst(all); got != c.worst {
			t.Errorf("%v: %s", c.states, got)
		}
	}
}
