package wire

import (
	"time"

	"vigie/triage"
)

// Overview is how the work stands, in numbers.
type Overview struct {
	Exhibits int            `json:"exhibits"` // open ones, of those that the caller may see
	Busy     int            `json:"busy"`     // of these, those that are not settled
	Media    map[string]int `json:"media"`    // of all of these by finding, every finding is there; a medium counts in each exhibit
	Pending  int            `json:"pending"`  // media without a finding
	Working  []ExhibitState `json:"working"`  // the busy ones, the last one opened first, at most 10
	Queue    *QueueOverview `json:"queue,omitempty"`
}

// ExhibitState is an exhibit that is worked on.
type ExhibitState struct {
	Exhibit
	Pending int `json:"pending"`
	Wanted  int `json:"wanted"`
	Total   int `json:"total"` // media
}

// QueueOverview is how the reviewers' work stands.
type QueueOverview struct {
	Groups    int         `json:"groups"`
	Likely    int         `json:"likely"` // of these, those at the threshold and above
	Threshold int         `json:"threshold"`
	Held      int         `json:"held"`     // somebody works on them
	Awaiting  int         `json:"awaiting"` // another person's opinion, decided by one
	Entering  int         `json:"entering"` // their decision is to take effect in the office's set
	Scores    []ScoreBand `json:"scores"`
	Custodies []Custody   `json:"custodies"` // that run, the one that ends first before all
	Days      []DayGiven  `json:"days"`      // the last 14, in UTC, the present one last
}

// ScoreBand counts the groups of the queue with a score from From on, 10 points wide.
type ScoreBand struct {
	From   int `json:"from"`
	Groups int `json:"groups"`
}

// DayGiven counts the opinions that were given on a day, those that were taken back too.
type DayGiven struct {
	Day      string         `json:"day"`
	Verdicts map[string]int `json:"verdicts"` // every verdict is there
}

// NewOverview converts an overview.
func NewOverview(v triage.Overview) Overview {
	w := Overview{Exhibits: v.Exhibits, Busy: v.Busy, Media: make(map[string]int), Pending: v.Media[triage.Pending], Working: make([]ExhibitState, len(v.Working))}
	for _, f := range triage.Findings {
		w.Media[string(f)] = v.Media[f]
	}
	for i, x := range v.Working {
		p := x.Progress
		w.Working[i] = ExhibitState{NewExhibit(x.Exhibit), p.Pending, p.Wanted, p.Total()}
	}
	if v.Queue != nil {
		w.Queue = newQueueOverview(v.Queue)
	}
	return w
}

func newQueueOverview(q *triage.QueueOverview) *QueueOverview {
	w := &QueueOverview{
		Groups: q.Groups, Likely: q.Likely, Threshold: q.Threshold, Held: q.Held, Awaiting: q.Awaiting, Entering: q.Entering,
		Scores: []ScoreBand{}, Custodies: []Custody{}, Days: make([]DayGiven, len(q.Days)),
	}
	from, groups := q.Bands()
	for i := range from {
		w.Scores = append(w.Scores, ScoreBand{from[i], groups[i]})
	}
	for i := range q.Custodies {
		w.Custodies = append(w.Custodies, *newCustody(&q.Custodies[i]))
	}
	for i, day := range q.Days {
		w.Days[i] = DayGiven{day.Date.Format(time.DateOnly), make(map[string]int)}
		for _, v := range triage.Verdicts {
			w.Days[i].Verdicts[string(v)] = day.Given[v]
		}
	}
	return w
}
