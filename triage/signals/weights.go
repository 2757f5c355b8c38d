package signals

import (
	"cmp"
	"slices"
	"time"
)

// Weights say how much each signal counts, and from where on. They are data: the section that works the queue changes
// them, and every version is on record.
type Weights struct {
	Threshold  int            `json:"threshold"` // the score from which a group is probable-new
	Points     map[Signal]int `json:"points"`    // of every signal; 0: it is only noted
	Parameters Parameters     `json:"parameters"`
}

// Parameters are from where on signals apply.
type Parameters struct {
	RecentDays     int `json:"recent_days"`      // how old a capture, or a file, may be at the seizure to count as recent
	ClockHours     int `json:"clock_hours"`      // how far in the future a camera's clock may be
	OriginalPixels int `json:"original_pixels"`  // a picture of so many may be as large as its camera made it
	WebSide        int `json:"web_side"`         // longest side, in pixels, of a copy that was made to be sent or shown
	IconSide       int `json:"icon_side"`        // longest side of an icon, in pixels
	GraphicSide    int `json:"graphic_side"`     // longest side of interface graphics, in pixels
	MinQuality     int `json:"min_quality"`      // PDQ quality below which a picture holds little
	WidelySeenFrom int `json:"widely_seen_from"` // cases in which something that many people have was found
}

// Revision counts what the signals look at: it is raised when one of them would apply to other groups than before, so that
// all groups are ranked anew.
const Revision = 4

// MaxPoints bounds what one signal is worth, either way.
const MaxPoints = 1000

// Default returns the weights that the program comes with. They were chosen on simulated drives: docs/ranking.md.
func Default() *Weights {
	w := &Weights{Threshold: 30, Points: make(map[Signal]int, len(all)), Parameters: Parameters{
		RecentDays: 365, ClockHours: 48, OriginalPixels: 2_000_000, WebSide: 2048, IconSide: 128, GraphicSide: 512,
		MinQuality: 50, // pdq.MinQuality: the reference's published bound
		// More than two services would know of by chance, fewer than what goes round among everybody.
		WidelySeenFrom: 5,
	}}
	for _, s := range all {
		w.Points[s.name] = s.points
	}
	return w
}

// Names returns every signal, the heaviest by default first.
func Names() []Signal {
	names := make([]Signal, len(all))
	for i, s := range all {
		names[i] = s.name
	}
	return names
}

func (p *Parameters) recentAge() time.Duration { return time.Duration(p.RecentDays) * 24 * time.Hour }
func (p *Parameters) clockTolerance() time.Duration {
	return time.Duration(p.ClockHours) * time.Hour
}

// sortByWeight puts the heaviest reason first, of equals the one that is heavier by default.
func sortByWeight(reasons []Reason) {
	slices.SortStableFunc(reasons, func(a, b Reason) int {
		return cmp.Compare(max(b.Points, -b.Points), max(a.Points, -a.Points))
	})
}
