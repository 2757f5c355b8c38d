package triage

import (
	"slices"
	"time"
)

// Round says whose opinion a decision waits for.
type Round string

// The rounds of a decision.
const (
	Settled      Round = ""
	AwaitsSecond Round = "second" // somebody else must look, before it enters the office's set
	AwaitsThird  Round = "third"  // two people disagree
)

// Opinions returns what was concluded of the media that d covers, the first opinion first.
func (d *Decision) Opinions() []Opinion { return append(slices.Clone(d.Before), d.Opinion) }

// Round says what d waits for. What is illegal enters the office's set, and so needs two who agree; so does what would take it
// out of there. If the second disagrees, a third one decides.
func (d *Decision) Round() Round {
	switch len(d.Before) {
	case 0:
		if d.Verdict == Illegal || d.Overturns {
			return AwaitsSecond
		}
	case 1:
		if !d.Before[0].agrees(&d.Opinion) {
			return AwaitsThird
		}
	}
	return Settled
}

// Conclusion returns the opinion that counts of a settled decision: the last that two people share, or at least its verdict; where
// three differ, that nobody can tell. Of one that is not settled, it is the last.
func (d *Decision) Conclusion() Opinion {
	if len(d.Before) < 2 {
		return d.Opinion
	}
	first, second := d.Before[0], d.Before[1]
	switch {
	case first.Verdict == d.Verdict || second.Verdict == d.Verdict:
		return d.Opinion
	case first.Verdict == second.Verdict: // they differed on the category alone
		return second
	}
	return Opinion{Verdict: Unsure, Note: d.Note, By: d.By, At: d.At}
}

// Counts is what the media that d covers count as, meanwhile and once it is settled: for other media that share something with them.
func (d *Decision) Counts() Verdict {
	switch d.Round() {
	case AwaitsThird:
		return Unsure
	case AwaitsSecond:
		if d.Overturns {
			return Illegal
		}
	}
	return d.Conclusion().Verdict
}

// Enters reports whether what d covers is to be in the office's set.
func (d *Decision) Enters() bool { return d.Round() == Settled && d.Conclusion().Verdict == Illegal }

// Leaves reports whether what d covers is to be in the office's set no more.
func (d *Decision) Leaves() bool {
	return d.Overturns && d.Round() == Settled && d.Conclusion().Verdict != Illegal
}

// Undoable reports whether who gave the last opinion may take it back: for ClaimLife, and not once it has entered the office's set.
func (d *Decision) Undoable(now time.Time) bool { return now.Sub(d.At) <= ClaimLife && !d.Enters() }

// gave reports whether somebody gave one of d's opinions.
func (d *Decision) gave(by string) bool {
	return slices.ContainsFunc(d.Opinions(), func(o Opinion) bool { return o.By == by })
}

// joined returns d with the opinion of another person on the same media.
func (d Decision) joined(o Opinion) Decision {
	d.Before, d.Opinion = d.Opinions(), o
	return d
}

// undone returns what stands when the last opinion of d is taken back; nil: nothing.
func (d Decision) undone() *Decision {
	if n := len(d.Before); n > 0 {
		d.Opinion, d.Before = d.Before[n-1], d.Before[:n-1]
		return &d
	}
	return d.Replaces
}
