package web

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/triage"
)

type overviewBody struct {
	At      time.Time // when these numbers were read
	Work    triage.Overview
	Tiles   []overviewTile
	Plots   []plot
	Working []drive
	Worst   triage.ConditionState
}

// overviewTile is one number that somebody may act on.
type overviewTile struct {
	Label string
	N     int
	Path  string // where it is told in detail; empty: nowhere, for this reader
}

// overview shows how the work stands, and keeps up by itself.
func (p *Pages) overview(c *fiber.Ctx) error {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	zone := p.o.Zone
	work, err := p.Overviews.Read(ctx, by, zone)
	if err != nil {
		return err
	}
	body := newOverview(language(c), by, work, p.o.Now())
	body.Worst = triage.Worst(p.Conditions(ctx))
	return p.show(c, "overview", page{Live: true, Body: body}, "overview.title")
}

func newOverview(l i18n.Lang, by triage.Actor, work triage.Overview, at time.Time) overviewBody {
	body := overviewBody{At: at, Work: work}
	body.Tiles = append(body.Tiles, overviewTile{texts.T(l, "overview.exhibits"), work.Exhibits, "/drives"}, overviewTile{texts.T(l, "overview.busy"), work.Busy, "/drives"})
	body.Plots = append(body.Plots, findingsPlot(l, work.Media))
	for _, w := range work.Working {
		body.Working = append(body.Working, newDrive(l, w.Exhibit, w.Progress))
	}
	if q := work.Queue; q != nil {
		queue, awaiting := "", ""
		if by.Role.Reviews() {
			queue, awaiting = "/queue", "/awaiting"
		}
		body.Tiles = append(body.Tiles,
			overviewTile{texts.T(l, "overview.groups"), q.Groups, queue}, overviewTile{texts.T(l, "overview.likely"), q.Likely, queue}, overviewTile{texts.T(l, "overview.held"), q.Held, queue},
			overviewTile{texts.T(l, "overview.awaiting"), q.Awaiting, awaiting}, overviewTile{texts.T(l, "overview.entering"), q.Entering, ""})
		body.Plots = append(body.Plots, scoresPlot(l, q), daysPlot(l, q.Days))
	}
	return body
}

// findingsPlot draws what was found of all media.
func findingsPlot(l i18n.Lang, media map[triage.Finding]int) plot {
	var labels []string
	var values []int
	all := 0
	for _, f := range append(triage.Findings[:len(triage.Findings):len(triage.Findings)], triage.Pending) {
		labels, values = append(labels, i18n.Finding(l, f)), append(values, media[f])
		all += media[f]
	}
	return acrossPlot(l, plot{
		ID: "findings", Title: texts.T(l, "plot.findings"), Told: texts.N(l, "plot.findings.told", all),
		Head: []string{texts.T(l, "plot.finding"), texts.T(l, "plot.media")},
	}, labels, values)
}

// scoresPlot draws how many groups of the queue have which score.
func scoresPlot(l i18n.Lang, q *triage.QueueOverview) plot {
	from, groups := q.Bands()
	labels := make([]string, len(from))
	likely, others := make([]int, len(from)), make([]int, len(from))
	for i := range from {
		labels[i] = i18n.Points(l, from[i])
		others[i] = groups[i] // a stretch in which the threshold lies is drawn in two
	}
	for score, n := range q.Scores {
		for i := range from {
			if score >= q.Threshold && score >= from[i] && score < from[i]+triage.ScoreBand {
				likely[i], others[i] = likely[i]+n, others[i]-n
			}
		}
	}
	return columnsPlot(l, plot{
		ID: "scores", Title: texts.T(l, "plot.scores"), Told: texts.N(l, "plot.scores.told", q.Likely, strconv.Itoa(q.Threshold)),
		Head: []string{texts.T(l, "plot.score"), texts.T(l, "plot.likely"), texts.T(l, "plot.unlikely")},
	}, labels, plotSeries{"one", texts.T(l, "plot.likely"), likely}, plotSeries{"two", texts.T(l, "plot.unlikely"), others})
}

// daysPlot draws what was concluded day by day.
func daysPlot(l i18n.Lang, days []triage.Day) plot {
	var labels []string
	classes := map[triage.Verdict]string{triage.Illegal: "three", triage.NotIllegal: "two", triage.Unsure: "one"}
	series := make([]plotSeries, len(triage.Verdicts))
	head, all := []string{texts.T(l, "plot.day")}, 0
	for i, v := range triage.Verdicts {
		series[i] = plotSeries{Class: classes[v], Name: i18n.Verdict(l, v)}
		head = append(head, series[i].Name)
	}
	for _, day := range days {
		labels = append(labels, i18n.DayOfMonth(l, day.Date))
		for i, v := range triage.Verdicts {
			series[i].Values = append(series[i].Values, day.Given[v])
			all += day.Given[v]
		}
	}
	return columnsPlot(l, plot{ID: "days", Title: texts.T(l, "plot.days"), Told: texts.N(l, "plot.days.told", all), Head: head}, labels, series...)
}
