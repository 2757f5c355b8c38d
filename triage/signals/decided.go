package signals

import "math"

// Decided tells what was made of the media that lie where a member lies: DecidedClass of each.
type Decided struct {
	Folder int // of those of its folder that reviewers decided
	Day    int // of those that were changed on the same day; known and near-known ones are illegal without a decision
}

// What is decided of media is compared with what would be expected of them: of those that are opened at all, because something
// speaks for them, DecidedExpected are illegal. DecidedPrior media of the expected kind stand beside those that were decided, so
// that few decisions say little. Both were chosen on the training drives (docs/ranking.md).
const (
	DecidedExpected = 0.4
	DecidedPrior    = 0.25
)

// The bounds of DecidedClass: what many decisions of one kind come to.
const (
	MostFound   = 3
	MostCleared = 5
)

// DecidedClass tells how many of the media that were decided somewhere were illegal, against what would be expected: 1 for each
// factor of the square root of two above it, to MostFound, and -1 for each below, to -MostCleared; 0 where that says nothing.
func DecidedClass(illegal, decided int) int {
	if decided == 0 {
		return 0
	}
	ratio := (float64(illegal) + DecidedPrior) / (float64(decided)*DecidedExpected + DecidedPrior)
	return max(-MostCleared, min(MostFound, int(math.Floor(2*math.Log2(ratio)+.5))))
}

func ofFolder(d Decided) int { return d.Folder }
func ofDay(d Decided) int    { return d.Day }

// found is worth the more, the more of what was decided there was illegal.
func found(of func(Decided) int) func(*Group) (Reason, bool) {
	return func(g *Group) (Reason, bool) { return FoundReason(most(g, of)) }
}

// cleared is worth the more, the less of it was.
func cleared(of func(Decided) int) func(*Group) (Reason, bool) {
	return func(g *Group) (Reason, bool) { return ClearedReason(most(g, of)) }
}

// FoundReason is the reason for a class above what is expected.
func FoundReason(class int) (Reason, bool) {
	return Reason{Share: max(class, 0) * thousand / MostFound}, class > 0
}

// ClearedReason is the reason for a class below what is expected.
func ClearedReason(class int) (Reason, bool) {
	return Reason{Share: max(-class, 0) * thousand / MostCleared}, class < 0
}

// most is the class of the place that speaks most for a group: what lies elsewhere, too, is not cleared by one of its places.
func most(g *Group, of func(Decided) int) int {
	class := -MostCleared
	for i := range g.Members {
		for _, p := range g.Members[i].Places {
			class = max(class, of(p.Decided))
		}
	}
	return class
}
