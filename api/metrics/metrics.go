// Package metrics tells Prometheus what a process of the service does. Labels are words of ours, of which there are few:
// never a name, a path, a hash or an identifier.
package metrics

import (
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"vigie/hashing/decode"
	"vigie/triage"
)

// stageBuckets are upper bounds in seconds: from half a millisecond, which matching one medium takes, to the time limit
// of decoding.
var stageBuckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

// reasons are the labels of media that are unreadable; what else a decoder says, which may be taken over, is "other".
var reasons = []string{
	string(decode.Empty), string(decode.Truncated), string(decode.Corrupt), string(decode.TooManyPixels), string(decode.TooManyBytes),
	string(decode.RatioTooHigh), string(decode.FormatNotSupported), string(decode.NoPreview), string(decode.Crashed),
	string(decode.TimeLimit), string(decode.MemoryLimit), triage.FailedRepeatedly, triage.NotRecognised,
}

// other stands for a label that is none of ours.
const other = "other"

// Metrics counts what it is told, and asks the rest when it is asked itself. It implements triage.Meter.
type Metrics struct {
	registry   *prometheus.Registry
	stages     *prometheus.HistogramVec
	findings   *prometheus.CounterVec
	unreadable *prometheus.CounterVec
	received   *prometheus.CounterVec
	asked      *prometheus.CounterVec // of a classifier
	scored     prometheus.Counter
	scoring    prometheus.Histogram
}

var _ triage.Meter = (*Metrics)(nil)

// New returns the metrics of one process.
func New(s Sources) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "vigie_stage_seconds", Help: "What a stage of an examination took, of one medium.", Buckets: stageBuckets,
		}, []string{"stage"}),
		findings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vigie_findings_total", Help: "Media that were examined, by what came of it; \"pending\" goes on to be ranked.",
		}, []string{"finding"}),
		unreadable: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vigie_unreadable_total", Help: "Media that could not be decoded, by reason.",
		}, []string{"reason"}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vigie_received_total", Help: "What submissions brought: items by disposition; of their media, those wanted, held already, and queued when their bytes had come.",
		}, []string{"what"}),
	}
	m.asked = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "vigie_classifier_requests_total", Help: "Requests for scores to the agency's classifier, by what came of them.",
	}, []string{"outcome"})
	m.scored = prometheus.NewCounter(prometheus.CounterOpts{Name: "vigie_classifier_pictures_total", Help: "Pictures that the classifier answered about."})
	m.scoring = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "vigie_classifier_seconds", Help: "What a request for scores took, answered or not.", Buckets: stageBuckets,
	})
	for _, stage := range triage.Stages { // so that all are there from the start
		m.stages.WithLabelValues(string(stage))
	}
	for _, f := range triage.Findings {
		m.findings.WithLabelValues(string(f))
	}
	m.registry.MustRegister(
		m.stages, m.findings, m.unreadable, m.received, m.asked, m.scored, m.scoring, asked{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// Took implements triage.Meter.
func (m *Metrics) Took(s triage.Stage, d time.Duration) {
	m.stages.WithLabelValues(string(s)).Observe(d.Seconds())
}

// Concluded implements triage.Meter.
func (m *Metrics) Concluded(f triage.Finding, unreadable string) {
	name := string(f)
	if f == triage.Pending {
		name = "pending"
	}
	m.findings.WithLabelValues(name).Inc()
	if unreadable == "" {
		return
	}
	if !slices.Contains(reasons, unreadable) {
		unreadable = other
	}
	m.unreadable.WithLabelValues(unreadable).Inc()
}

// Received implements triage.Meter.
func (m *Metrics) Received(what string, n int) { m.received.WithLabelValues(what).Add(float64(n)) }

// Scored counts one request for scores. Outcomes are the few words of store/classifier; "ok" is that of an answer.
func (m *Metrics) Scored(outcome string, pictures int, took time.Duration) {
	m.asked.WithLabelValues(outcome).Inc()
	m.scoring.Observe(took.Seconds())
	if outcome == "ok" {
		m.scored.Add(float64(pictures))
	}
}

// Handler answers with all of it, in Prometheus's format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}
