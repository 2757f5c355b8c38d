package triage

import "time"

// Stage is a step on the way of a medium through a worker.
type Stage string

// The stages, in order.
const (
	StageRead   Stage = "read"   // from the object store, decrypted
	StageDigest Stage = "digest" // that the bytes are those of the name
	StageDecode Stage = "decode" // in the jail: from bytes to pixels, and the facts
	StageHash   Stage = "hash"   // in the jail: from pixels to hashes
	StageMatch  Stage = "match"  // against the sets
	StageWrite  Stage = "write"  // of the examination and of what came of it
)

// Stages are all stages, in order.
var Stages = []Stage{StageRead, StageDigest, StageDecode, StageHash, StageMatch, StageWrite}

// Spent is how long stages took, by the clock; stages of several media overlap. What is absent took no time.
type Spent map[Stage]time.Duration

// Add adds what other took.
func (s Spent) Add(other Spent) {
	for stage, took := range other {
		s[stage] += took
	}
}

// Meter is told what workers and submissions do. Its methods may be called by many goroutines and return at once.
type Meter interface {
	// Took tells how long a stage of one medium took.
	Took(s Stage, d time.Duration)
	// Concluded tells the finding of one medium that was examined, with the code of why it is Unreadable.
	Concluded(f Finding, unreadable string)
	// Received tells of so many media: NotMedia and the other dispositions by their names, or one of the words below.
	Received(what string, n int)
}

// What a Meter is told to have been received, beside dispositions.
const (
	MediaWanted = "wanted" // listed, and their bytes asked for
	MediaHeld   = "held"   // listed, and their bytes are here already
	MediaQueued = "queued" // bytes that came, were verified, and wait for a worker
)

// unmetered is the Meter of those who have none.
type unmetered struct{}

func (unmetered) Took(Stage, time.Duration) {}
func (unmetered) Concluded(Finding, string) {}
func (unmetered) Received(string, int)      {}

// metered returns m, or a Meter that forgets.
func metered(m Meter) Meter {
	if m == nil {
		return unmetered{}
	}
	return m
}
