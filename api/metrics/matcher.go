package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"vigie/triage"
)

// nearBuckets are upper bounds in seconds: a small request takes a fifth of a millisecond, one that waits for sets that
// changed ten seconds.
var nearBuckets = []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}

// Matcher counts what a matcher answers.
type Matcher struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	lookups  prometheus.Counter
	seconds  prometheus.Histogram
}

// NewMatcher returns the metrics of a matcher. outcomes are all that can come of a request; held says how many entries are
// loaded, and for which epoch.
func NewMatcher(outcomes []string, held func() (entries int, epoch triage.Epoch)) *Matcher {
	m := &Matcher{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vigie_matcher_requests_total", Help: "Requests that a matcher answered, by what came of them.",
		}, []string{"outcome"}),
		lookups: prometheus.NewCounter(prometheus.CounterOpts{Name: "vigie_matcher_lookups_total", Help: "Media that were looked up."}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "vigie_matcher_seconds", Help: "What a request took, from its arrival to its answer.", Buckets: nearBuckets,
		}),
	}
	for _, outcome := range outcomes { // so that all are there from the start
		m.requests.WithLabelValues(outcome)
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	m.registry.MustRegister(
		m.requests, m.lookups, m.seconds,
		gauge("vigie_matcher_entries", "Perceptual entries that are loaded.", func() float64 { n, _ := held(); return float64(n) }),
		gauge("vigie_matcher_epoch", "Epoch of the sets that are loaded; 0: none are.", func() float64 { _, epoch := held(); return float64(epoch) }),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// Answered counts one request.
func (m *Matcher) Answered(outcome string, lookups int, took time.Duration) {
	m.requests.WithLabelValues(outcome).Inc()
	m.lookups.Add(float64(lookups))
	m.seconds.Observe(took.Seconds())
}

// Handler answers with all of it, in Prometheus's format.
func (m *Matcher) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}
