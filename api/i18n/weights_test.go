package i18n

import (
	"strings"
	"testing"

	"vigie/triage/signals"
)

// TestEveryWeightHasAMeaning asks for the meaning of every number of the weights, and for that of nothing else.
func TestEveryWeightHasAMeaning(t *testing.T) {
	_, points, parameters := signals.Default().Numbers()
	names := []string{signals.ThresholdName}
	for name := range points {
		names = append(names, name)
	}
	for name := range parameters {
		names = append(names, name)
	}
	for _, l := range Langs {
		for _, name := range names {
			if said := WeightMeaning(l, name); strings.Contains(said, MissingOpen) || !strings.HasSuffix(said, ".") {
				t.Errorf("%s, %s: %q", name, l, said)
			}
		}
		for _, theme := range signals.Themes {
			if said := Theme(l, theme); strings.Contains(said, MissingOpen) {
				t.Errorf("%s, %s: %q", theme, l, said)
			}
		}
	}
}

func TestWeightChange(t *testing.T) {
	for want, c := range map[string]signals.Change{
		"-30 → +5":      {Name: "icon", From: -30, To: 5},
		"2,000,000 → 3": {Name: "original_pixels", From: 2_000_000, To: 3},
		"40 → -1":       {Name: "threshold", From: 40, To: -1},
	} {
		if got := WeightChange(EN, c); strings.ReplaceAll(got, "−", "-") != want {
			t.Errorf("%+v: %q, want %q", c, got, want)
		}
	}
}

func TestWeightProblem(t *testing.T) {
	for want, p := range map[string]signals.Problem{
		"icon: 2,000 is out of bounds: −1,000 to 1,000": {Name: "icon", Value: 2000, Least: -1000, Most: 1000},
		"icon: a number is needed":                      {Name: "icon", Wrong: signals.Missing},
		"icn: this is neither":                          {Name: "icn", Wrong: signals.Unknown},
	} {
		if got := WeightProblem(EN, p); !strings.HasPrefix(got, want) {
			t.Errorf("%+v: %q, want %q", p, got, want)
		}
	}
}
