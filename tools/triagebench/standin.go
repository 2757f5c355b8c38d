package main

import (
	"math"

	"vigie/triage/signals"
)

// What the package signals is about to say of decisions beside a group.
const (
	foundBeside    signals.Signal = "found-beside"
	foundThatDay   signals.Signal = "found-that-day"
	clearedBeside  signals.Signal = "cleared-beside"
	clearedThatDay signals.Signal = "cleared-that-day"
)

func decidedClass(illegal, decided int) int {
	class := math.Round(2 * math.Log2((float64(illegal)+.25)/(float64(decided)*.4+.25)))
	return int(max(-5, min(class, 3)))
}

func foundReason(class int) (signals.Reason, bool) {
	return signals.Reason{Share: max(class, 0) * 1000 / 3}, class > 0
}

func clearedReason(class int) (signals.Reason, bool) {
	return signals.Reason{Share: max(-class, 0) * 1000 / 5}, class < 0
}
