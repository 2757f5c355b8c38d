package web

import (
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/vpdq"
	"vigie/triage"
)

func TestTimeline(t *testing.T) {
	hour := hashing.Facts{Film: hashing.Film{Duration: time.Hour}}
	stretch := func(from, to time.Duration) triage.Match {
		return triage.Match{Film: &vpdq.Shares{Near: 3, OfFilm: true, From: from, To: to}}
	}
	still := stretch(0, time.Minute)
	still.Film.OfFilm = false
	for name, x := range map[string]struct {
		match triage.Match
		facts hashing.Facts
		want  *timeline
	}{
		"no film of a list":           {triage.Match{}, hour, nil},
		"a still of a list":           {still, hour, nil},
		"nothing in common":           {triage.Match{Film: &vpdq.Shares{OfFilm: true}}, hour, nil},
		"how long it is is not known": {stretch(0, time.Minute), hashing.Facts{}, nil},
		"all of it":                   {stretch(0, time.Hour), hour, &timeline{0, 1000}},
		"half of it":                  {stretch(15*time.Minute, 45*time.Minute), hour, &timeline{250, 500}},
		"a moment":                    {stretch(30*time.Minute, 30*time.Minute+time.Second), hour, &timeline{500, leastFound}},
		"its last moment":             {stretch(time.Hour, time.Hour), hour, &timeline{1000 - leastFound, leastFound}},
		"behind its end":              {stretch(2*time.Hour, 3*time.Hour), hour, &timeline{1000 - leastFound, leastFound}},
	} {
		got := timelineOf(x.match, x.facts)
		if (got == nil) != (x.want == nil) || got != nil && *got != *x.want {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}
