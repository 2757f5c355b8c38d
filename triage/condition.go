package triage

import (
	"errors"
	"slices"
)

// ConditionState says how bad it is. The later ones are worse.
type ConditionState string

// The states of a condition.
const (
	Fine     ConditionState = "ok"
	Degraded ConditionState = "degraded" // all goes on, but somebody should look
	Waiting  ConditionState = "waiting"  // submissions and imports wait until it is fine again
	Down     ConditionState = "down"     // nothing can be answered
)

// ConditionStates are all states, the best first.
var ConditionStates = []ConditionState{Fine, Degraded, Waiting, Down}

// The parts of a service that it tells of.
const (
	OfProjections = "projections"  // what Redis holds is up to date
	OfRedis       = "redis"        // it answers
	OfRedisMemory = "redis-memory" // some is left
	OfRedisFiles  = "redis-files"  // it can write them
	OfObjects     = "objects"      // the object store answers
	OfObjectSpeed = "object-speed" // and soon
	OfDisk        = "disk"         // it has room
	OfWorkers     = "workers"      // they keep up
	OfJournal     = "journal"      // it is sealed and signed
	OfWitness     = "witness"      // it has the journal's checkpoints
	OfMatchers    = "matchers"     // who holds the hash sets answers; only where others than this process do
	OfClassifier  = "classifier"   // the agency's own model answers; only where there is one
)

// ConditionNames are all parts, in the order in which they are told.
var ConditionNames = []string{
	OfProjections, OfRedis, OfRedisMemory, OfRedisFiles, OfObjects, OfObjectSpeed, OfDisk, OfWorkers, OfJournal, OfWitness, OfMatchers, OfClassifier,
}

// Condition is how one part of the service fares.
type Condition struct {
	Name   string // one of ConditionNames
	State  ConditionState
	Reason string // what is wrong and the way out, for a person; empty when it is fine
	// Advance is how far catching up has come, while that is the reason.
	Advance *Advance
}

// NewCondition returns how the part of this name fares: fine, or else in that state for the reason that err hints at.
func NewCondition(name string, state ConditionState, err error) Condition {
	if err == nil {
		return Condition{Name: name, State: Fine}
	}
	c := Condition{Name: name, State: state}
	if e, ok := errors.AsType[*Error](err); ok {
		c.Reason = e.Hint
	}
	c.Advance = AdvanceOf(err)
	return c
}

// Worst returns the worst state among conditions.
func Worst(conditions []Condition) ConditionState {
	worst := 0
	for _, c := range conditions {
		worst = max(worst, slices.Index(ConditionStates, c.State))
	}
	return ConditionStates[worst]
}
