package signals

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// ThresholdName names the threshold among the numbers of weights; signals and parameters have names of their own.
const ThresholdName = "threshold"

// Wrong says what is wrong with a number.
type Wrong int

// What can be wrong with a number.
const (
	OutOfBounds Wrong = iota
	Missing
	Unknown
)

// Problem is what is wrong with one number of weights.
type Problem struct {
	Name  string // ThresholdName, a signal or a parameter
	Wrong Wrong
	// Of OutOfBounds: what it is, and what it may be.
	Value, Least, Most int
}

func (p Problem) Error() string {
	switch p.Wrong {
	case Missing:
		return fmt.Sprintf("%s has no number: 0 points leave a signal out", p.Name)
	case Unknown:
		return fmt.Sprintf("there is no signal or parameter %q", p.Name)
	}
	return fmt.Sprintf("%s is %d: it may be %d to %d", p.Name, p.Value, p.Least, p.Most)
}

// Bound is a number of weights with the values that it may have.
type Bound struct {
	Name        string
	Value       *int
	Least, Most int
}

// Bounds returns the parameters.
func (p *Parameters) Bounds() []Bound {
	return []Bound{
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

// ThresholdBound returns the threshold: beyond its bounds no score comes.
func (w *Weights) ThresholdBound() Bound {
	return Bound{ThresholdName, &w.Threshold, -MaxPoints * len(all), MaxPoints * len(all)}
}

// New returns weights of numbers by name, each of which must be there, and what is wrong with them, by name.
func New(threshold *int, points, parameters map[string]int) (Weights, []Problem) {
	w := Weights{Points: make(map[Signal]int, len(points))}
	var problems []Problem
	take := func(b Bound, n int, given bool) {
		switch *b.Value = n; {
		case !given:
			problems = append(problems, Problem{Name: b.Name, Wrong: Missing})
		case n < b.Least || n > b.Most:
			problems = append(problems, Problem{b.Name, OutOfBounds, n, b.Least, b.Most})
		}
	}
	if threshold != nil {
		take(w.ThresholdBound(), *threshold, true)
	} else {
		take(w.ThresholdBound(), 0, false)
	}
	known := make(map[string]bool)
	for _, b := range w.Parameters.Bounds() {
		n, given := parameters[b.Name]
		known[b.Name] = true
		take(b, n, given)
	}
	unknown := func(numbers map[string]int) {
		for name := range numbers {
			if !known[name] {
				problems = append(problems, Problem{Name: name, Wrong: Unknown})
			}
		}
	}
	unknown(parameters)
	clear(known)
	for _, name := range Names() {
		n, given := points[string(name)]
		known[string(name)] = true
		take(Bound{string(name), &n, -MaxPoints, MaxPoints}, n, given)
		w.Points[name] = n
	}
	unknown(points)
	slices.SortFunc(problems, func(a, b Problem) int { return cmp.Compare(a.Name, b.Name) })
	return w, problems
}

// Numbers returns the numbers of weights by name, as New takes them.
func (w *Weights) Numbers() (threshold int, points, parameters map[string]int) {
	points, parameters = make(map[string]int, len(w.Points)), make(map[string]int)
	for name, n := range w.Points {
		points[string(name)] = n
	}
	for _, b := range w.Parameters.Bounds() {
		parameters[b.Name] = *b.Value
	}
	return w.Threshold, points, parameters
}

// Check says what is wrong with weights, or nil.
func (w *Weights) Check() error {
	threshold, points, parameters := w.Numbers()
	_, problems := New(&threshold, points, parameters)
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// Change is one number that differs between weights.
type Change struct {
	Name     string // ThresholdName, a signal or a parameter
	From, To int
}

// Changes returns what differs in to: the threshold, then signals, then parameters, each by name. What one of the two does
// not have counts for nothing there.
func (w *Weights) Changes(to *Weights) []Change {
	var changes []Change
	threshold, points, parameters := w.Numbers()
	toThreshold, toPoints, toParameters := to.Numbers()
	if threshold != toThreshold {
		changes = append(changes, Change{ThresholdName, threshold, toThreshold})
	}
	for _, numbers := range [][2]map[string]int{{points, toPoints}, {parameters, toParameters}} {
		from, to := numbers[0], numbers[1]
		both := maps.Clone(from) // weights of another version of the program have other signals
		maps.Copy(both, to)
		for _, name := range slices.Sorted(maps.Keys(both)) {
			if from[name] != to[name] {
				changes = append(changes, Change{name, from[name], to[name]})
			}
		}
	}
	return changes
}
