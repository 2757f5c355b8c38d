package signals

import (
	"cmp"
	"errors"
	"fmt"
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
const Revision = 1

// MaxPoints bounds what one signal is worth, either way.
const MaxPoints = 1000

// Default returns the weights that the program comes with. They were chosen on simulated drives: docs/ranking.md.
func Default() *Weights {
	w := &Weights{Threshold: 40, Points: make(map[Signal]int, len(all)), Parameters: Parameters{
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

// Check says what is wrong with weights, or nil.
func (w *Weights) Check() error {
	var problems []error
	for name, points := range w.Points {
		if !slices.Contains(Names(), name) {
			problems = append(problems, fmt.Errorf("there is no signal %q", name))
		} else if max(points, -points) > MaxPoints {
			problems = append(problems, fmt.Errorf("%s has %d points: at most %d either way", name, points, MaxPoints))
		}
	}
	for _, name := range Names() {
		if _, there := w.Points[name]; !there {
			problems = append(problems, fmt.Errorf("%s has no points: give it 0 to leave it out", name))
		}
	}
	if max(w.Threshold, -w.Threshold) > MaxPoints*len(all) {
		problems = append(problems, fmt.Errorf("the threshold is %d: no score comes there", w.Threshold))
	}
	for _, b := range w.Parameters.bounds() {
		if *b.value < b.least || *b.value > b.most {
			problems = append(problems, fmt.Errorf("%s is %d: %d to %d", b.name, *b.value, b.least, b.most))
		}
	}
	slices.SortFunc(problems, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(problems...)
}

// Bound is a parameter with the values that it may have.
type bound struct {
	name        string
	value       *int
	least, most int
}

func (p *Parameters) bounds() []bound {
	return []bound{
		{"recent_days", &p.RecentDays, 1, 36500},
		{"clock_hours", &p.ClockHours, 0, 8760},
		{"original_pixels", &p.OriginalPixels, 1, 1_000_000_000},
		{"web_side", &p.WebSide, 1, 100_000},
		{"icon_side", &p.IconSide, 1, 100_000},
		{"graphic_side", &p.GraphicSide, 1, 100_000},
		{"min_quality", &p.MinQuality, 0, 100},
		{"widely_seen_from", &p.WidelySeenFrom, 2, 1_000_000},
	}
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
