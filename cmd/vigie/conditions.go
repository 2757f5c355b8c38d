package main

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"vigie/triage"
)

// answerPatience is how long a server may take to answer whether it is there.
const answerPatience = 3 * time.Second

// conditions says how each part of the service fares, in the order of triage.ConditionNames.
func (h *house) conditions(ctx context.Context) []triage.Condition {
	ctx, stop := context.WithTimeout(ctx, answerPatience)
	defer stop()
	all := []triage.Condition{
		triage.NewCondition(triage.OfProjections, triage.Down, h.catchUp.Ready()), {}, {},
		triage.NewCondition(triage.OfJournal, triage.Degraded, h.keeper.Sealing()),
		triage.NewCondition(triage.OfWitness, triage.Degraded, h.keeper.Witnessing()),
	}
	var asked sync.WaitGroup
	asked.Go(func() {
		var err error
		for _, server := range askRedis(ctx, h.redis) {
			err = cmp.Or(err, server.err)
		}
		all[1] = triage.NewCondition(triage.OfRedis, triage.Down, err)
	})
	asked.Go(func() {
		err := inTime(ctx, func() error {
			_, err := h.raw.Stat(ctx, keyCheck)
			return err
		})
		if err != nil {
			err = triage.E(triage.Unavailable, "ask the object store", "", "the object store does not answer", err)
		}
		all[2] = triage.NewCondition(triage.OfObjects, triage.Down, err)
	})
	var matching []triage.Condition
	if h.shards != nil {
		matching = make([]triage.Condition, 1)
		asked.Go(func() { matching[0] = triage.NewCondition(triage.OfMatchers, triage.Down, h.shards.Ready(ctx)) })
	}
	var scoring []triage.Condition
	if h.classifier != nil {
		scoring = make([]triage.Condition, 1)
		asked.Go(func() {
			_, err := h.classifier.Model(ctx)
			scoring[0] = triage.NewCondition(triage.OfClassifier, triage.Degraded, err)
		})
	}
	asked.Wait()
	all = append(append(all, matching...), scoring...)
	return inOrder(append(all, h.room.Conditions()...))
}

// inTime returns what ask returns, or ctx's error when that comes first: not every driver minds its context.
func inTime(ctx context.Context, ask func() error) error {
	said := make(chan error, 1)
	go func() { said <- ask() }() // ends when ask does
	select {
	case err := <-said:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// inOrder sorts conditions by triage.ConditionNames.
func inOrder(conditions []triage.Condition) []triage.Condition {
	slices.SortStableFunc(conditions, func(a, b triage.Condition) int {
		return cmp.Compare(slices.Index(triage.ConditionNames, a.Name), slices.Index(triage.ConditionNames, b.Name))
	})
	return conditions
}
