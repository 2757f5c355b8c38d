package main

import (
	"math"

	"vigie/triage/signals"
)

// What the package signals is about to say of decisions beside a group.
const (
	foundBeside   signals.Signal = "found-beside"
	clearedBeside signals.Signal = "cleared-beside"
)

func decidedClass(illegal, decided int) int {
	class := math.Round(2 * math.Log2((float64(illegal)+.5)/(float64(decided)*.3+.5)))
	return int(max(-6, min(class, 3)))
}

func decidedBeside(class int) (signals.Reason, bool) {
	switch {
	case class > 0:
		return signals.Reason{Signal: foundBeside, Share: class * 1000 / 3}, true
	case class < 0:
		return signals.Reason{Signal: clearedBeside, Share: -class * 1000 / 6}, true
	}
	return signals.Reason{}, false
}
