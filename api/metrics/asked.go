package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"vigie/triage"
)

// askPatience is how long those who are asked may take together.
const askPatience = 5 * time.Second

// Sources are asked whenever somebody asks for the metrics; what is nil, or fails, is left out.
type Sources struct {
	// Queue says how many media wait for a worker, and how many to be examined again, and when the longest waiting of the
	// first was queued (zero: none waits).
	Queue func(ctx context.Context) (waiting, again int64, oldest time.Time, err error)
	// Conditions says how each part of the service fares.
	Conditions func(ctx context.Context) []triage.Condition
	// Decoders says how many decoding processes have ended, by why: few words.
	Decoders func() map[string]int64
	// Unscored says how many groups lack a score of the agency's classifier.
	Unscored func(ctx context.Context) (int, error)
	Now      func() time.Time
}

var (
	queued  = prometheus.NewDesc("vigie_queue_media", "Media that wait for a worker, or are with one; lane \"again\" are those to be examined again.", []string{"lane"}, nil)
	lag     = prometheus.NewDesc("vigie_queue_lag_seconds", "How long ago the oldest of the waiting media was queued.", nil, nil)
	part    = prometheus.NewDesc("vigie_condition", "1 for the state that a part of the service is in: ok, degraded, waiting (submissions wait), down.", []string{"part", "state"}, nil)
	toScore = prometheus.NewDesc("vigie_classifier_waiting_groups", "Groups that lack a score of the agency's classifier.", nil, nil)
	ended   = prometheus.NewDesc("vigie_decoders_ended_total", "Decoding processes that ended and were replaced, by why.", []string{"why"}, nil)
)

// asked collects what the sources say.
type asked struct{ Sources }

// Describe implements prometheus.Collector.
func (a asked) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{queued, lag, part, ended, toScore} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (a asked) Collect(to chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), askPatience)
	defer stop()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if a.Queue != nil {
		if waiting, again, oldest, err := a.Queue(ctx); err == nil {
			gauge(queued, float64(waiting), "first")
			gauge(queued, float64(again), "again")
			since := 0.0
			if !oldest.IsZero() {
				since = max(0, a.Now().Sub(oldest).Seconds())
			}
			gauge(lag, since)
		}
	}
	if a.Conditions != nil {
		for _, c := range a.Conditions(ctx) {
			for _, state := range triage.ConditionStates {
				is := 0.0
				if c.State == state {
					is = 1
				}
				gauge(part, is, c.Name, string(state))
			}
		}
	}
	if a.Unscored != nil {
		if n, err := a.Unscored(ctx); err == nil {
			gauge(toScore, float64(n))
		}
	}
	if a.Decoders != nil {
		for why, n := range a.Decoders() {
			to <- prometheus.MustNewConstMetric(ended, prometheus.CounterValue, float64(n), why)
		}
	}
}
