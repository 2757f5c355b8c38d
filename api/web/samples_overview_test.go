package web

import (
	"time"

	"vigie/api/i18n"
	"vigie/triage"
)

func sampleOverview(l i18n.Lang) []sample {
	work := triage.Overview{
		Exhibits: 41, Busy: 2,
		Media: map[triage.Finding]int{triage.Known: 4212, triage.NearKnown: 310, triage.Benign: 1_204_233, triage.ProbableNew: 960, triage.Unranked: 84_210, triage.Unreadable: 70, triage.Pending: 20_311},
		Queue: &triage.QueueOverview{
			Figures:   triage.Figures{Scores: map[int]int{-31: 210, -4: 1400, 3: 2300, 17: 800, 38: 61, 42: 55, 66: 12, 121: 1}, Held: 3, Awaiting: 7, Entering: 1},
			Groups:    4839,
			Likely:    68,
			Threshold: 40,
			Custodies: []triage.Custody{{Number: hostile, Until: sampleNow.Add(9 * time.Hour)}},
		},
	}
	for i := range triage.OverviewDays {
		work.Queue.Days = append(work.Queue.Days, triage.Day{
			Date:  sampleNow.AddDate(0, 0, i+1-triage.OverviewDays).Truncate(24 * time.Hour),
			Given: map[triage.Verdict]int{triage.Illegal: i % 5, triage.NotIllegal: 30 + 7*i%40, triage.Unsure: i % 3},
		})
	}
	for _, seal := range []string{"SCELLE-9", hostile} {
		work.Working = append(work.Working, triage.Working{
			Exhibit:  triage.Exhibit{ID: "x0123456789abcdef", Case: "2026/00123", Seal: seal, Opened: sampleNow},
			Progress: triage.Progress{Media: map[triage.Finding]int{triage.Unranked: 1200}, Pending: 20_311},
		})
	}
	own := triage.Overview{Exhibits: 0, Media: map[triage.Finding]int{}}
	empty := triage.Overview{Media: map[triage.Finding]int{}, Queue: &triage.QueueOverview{Threshold: 40}}
	body := func(by triage.Actor, work triage.Overview, worst triage.ConditionState) page {
		b := newOverview(l, by, work, sampleNow)
		b.Worst = worst
		p := samplePage(l, by, "/overview", b)
		p.Live = true
		return p
	}
	return []sample{
		{"overview", "overview", "layout", body(admin, work, triage.Degraded)},
		{"overview-reviewer", "overview", "layout", body(reviewer, work, triage.Fine)},
		{"overview-own", "overview", "layout", body(examiner, own, triage.Fine)},
		{"overview-empty", "overview", "layout", body(reviewer, empty, triage.Fine)},
	}
}
