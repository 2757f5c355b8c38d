package triage

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

const (
	// OverviewDays is how many days an overview tells the opinions of, the present one included.
	OverviewDays = 14
	// OverviewDrives bounds how many exhibits that are worked on an overview names.
	OverviewDrives = 10
	// ScoreBand is how many points a bar of the queue's plot stands for.
	ScoreBand = 10
)

// Figures are the numbers of the queue and of what was decided.
type Figures struct {
	Scores   map[int]int       // groups of the queue, by score
	Held     int               // groups that somebody works on, or is about to
	Awaiting int               // groups whose decision waits for somebody else's opinion
	Entering int               // groups whose decision is to take effect in the office's set
	Given    []map[Verdict]int // opinions, by day and verdict; those that were taken back are among them
}

// FiguresStore counts.
type FiguresStore interface {
	// Figures returns the figures of now; Given between each two of the times, which follow one another: OpinionsKept at most lie behind.
	Figures(ctx context.Context, now time.Time, days []time.Time) (Figures, error)
	// ProgressOf returns the progress of exhibits that are there, in any order.
	ProgressOf(ctx context.Context, ids []ExhibitID) ([]Progress, error)
}

// OpinionsKept is for how long, before the last one, opinions are counted by day.
const OpinionsKept = 31 * 24 * time.Hour

// Overview is how the work stands: numbers, and exhibits that are worked on.
type Overview struct {
	Exhibits int             // open ones, of those that the reader may see
	Media    map[Finding]int // of these, Pending too; a medium counts in each exhibit
	Working  []Working       // those that are not settled, the last one first, up to OverviewDrives
	Busy     int             // how many are not
	Queue    *QueueOverview  // nil: not for this reader
}

// Working is an exhibit that is not settled.
type Working struct {
	Exhibit  Exhibit
	Progress Progress
}

// Total is how many media there are.
func (p *Progress) Total() int {
	n := p.Pending
	for _, media := range p.Media {
		n += media
	}
	return n
}

// QueueOverview is how the reviewers' work stands.
type QueueOverview struct {
	Figures
	Groups    int // in the queue
	Likely    int // of these, those at the threshold and above
	Threshold int
	Custodies []Custody // that run, the one that ends first before all
	Days      []Day     // the present one last
}

// Day is one day's opinions.
type Day struct {
	Date  time.Time // its beginning
	Given map[Verdict]int
}

// Overviews tell how the work stands.
type Overviews struct {
	Submission *Submission
	Figures    FiguresStore
	Weights    WeightsStore
	Now        func() time.Time
}

// Read returns the numbers of what by may see; days begin as they do in zone.
func (o *Overviews) Read(ctx context.Context, by Actor, zone *time.Location) (Overview, error) {
	all, err := o.Submission.List(ctx, by)
	if err != nil {
		return Overview{}, err
	}
	v := Overview{Exhibits: len(all), Media: make(map[Finding]int)}
	if err := o.exhibits(ctx, &v, all); err != nil {
		return Overview{}, err
	}
	if by.Role != Examiner {
		v.Queue, err = o.queue(ctx, zone)
	}
	return v, err
}

// exhibits adds up what is told of all exhibits. One that left meanwhile is not told.
func (o *Overviews) exhibits(ctx context.Context, v *Overview, all []Exhibit) error {
	ids, of := make([]ExhibitID, len(all)), make(map[ExhibitID]Exhibit, len(all))
	for i, x := range all {
		ids[i], of[x.ID] = x.ID, x
	}
	list, err := o.Figures.ProgressOf(ctx, ids)
	if err != nil {
		return err
	}
	for _, p := range list {
		for finding, n := range p.Media {
			v.Media[finding] += n
		}
		v.Media[Pending] += p.Pending
		if !p.Settled {
			v.Working = append(v.Working, Working{of[p.Exhibit], p})
		}
	}
	slices.SortFunc(v.Working, func(a, b Working) int {
		return cmp.Or(b.Exhibit.Opened.Compare(a.Exhibit.Opened), cmp.Compare(a.Exhibit.ID, b.Exhibit.ID))
	})
	v.Busy = len(v.Working)
	v.Working = v.Working[:min(v.Busy, OverviewDrives)]
	return nil
}

func (o *Overviews) queue(ctx context.Context, zone *time.Location) (*QueueOverview, error) {
	now := o.Now()
	days := lastDays(now.In(zone), OverviewDays)
	figures, err := o.Figures.Figures(ctx, now, days)
	if err != nil {
		return nil, err
	}
	ranking, err := inForce(ctx, o.Weights)
	if err != nil {
		return nil, err
	}
	q := &QueueOverview{Figures: figures, Threshold: ranking.Weights.Threshold}
	for score, groups := range figures.Scores {
		q.Groups += groups
		if score >= q.Threshold {
			q.Likely += groups
		}
	}
	for i, given := range figures.Given {
		q.Days = append(q.Days, Day{days[i], given})
	}
	run, err := o.Submission.Events.custodies(ctx, now)
	for c := range maps.Values(run) {
		q.Custodies = append(q.Custodies, *c)
	}
	slices.SortFunc(q.Custodies, func(a, b Custody) int { return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Number, b.Number)) })
	return q, err
}

// lastDays returns the beginnings of the last n days, and of the next one.
func lastDays(now time.Time, n int) []time.Time {
	days := make([]time.Time, n+1)
	for i := range days {
		days[i] = time.Date(now.Year(), now.Month(), now.Day()-n+1+i, 0, 0, 0, 0, now.Location())
	}
	return days
}

// Bands returns how many groups of the queue have a score in each stretch of ScoreBand points, from the one of the lowest score on
// to that of the highest, with the first score of each.
func (q *QueueOverview) Bands() (from, groups []int) {
	if len(q.Scores) == 0 {
		return nil, nil
	}
	scores := slices.Collect(maps.Keys(q.Scores))
	least, most := band(slices.Min(scores)), band(slices.Max(scores))
	for b := least; b <= most; b++ {
		from, groups = append(from, b*ScoreBand), append(groups, 0)
	}
	for score, n := range q.Scores {
		groups[band(score)-least] += n
	}
	return from, groups
}

// band is the number of the stretch in which a score lies: scores may be negative.
func band(score int) int {
	if score < 0 {
		return (score - ScoreBand + 1) / ScoreBand
	}
	return score / ScoreBand
}
