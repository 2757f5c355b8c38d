package metrics

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"vigie/triage"
)

// read returns what Prometheus would.
func read(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestMetrics(t *testing.T) {
	now := time.Unix(1000, 0)
	m := New(Sources{
		Queue: func(context.Context) (int64, int64, time.Time, error) { return 3, 4, now.Add(-time.Minute), nil },
		Conditions: func(context.Context) []triage.Condition {
			return []triage.Condition{{Name: triage.OfWorkers, State: triage.Waiting}}
		},
		Decoders: func() map[string]int64 { return map[string]int64{"time-limit": 2} },
		Now:      func() time.Time { return now },
	})
	m.Took(triage.StageDecode, 30*time.Millisecond)
	m.Took(triage.StageDecode, 40*time.Millisecond)
	m.Concluded(triage.Pending, "")
	m.Concluded(triage.Known, "")
	m.Concluded(triage.Unreadable, "too-many-pixels")
	m.Concluded(triage.Unreadable, "a word of a decoder that was taken over")
	m.Received(triage.MediaHeld, 5)
	m.Received(string(triage.NotMedia), 6)
	text := read(t, m)
	for _, line := range []string{
		`vigie_stage_seconds_bucket{stage="decode",le="0.025"} 0`,
		`vigie_stage_seconds_bucket{stage="decode",le="0.05"} 2`,
		`vigie_stage_seconds_count{stage="decode"} 2`,
		`vigie_stage_seconds_count{stage="read"} 0`,
		`vigie_findings_total{finding="pending"} 1`,
		`vigie_findings_total{finding="known"} 1`,
		`vigie_findings_total{finding="unreadable"} 2`,
		`vigie_unreadable_total{reason="too-many-pixels"} 1`,
		`vigie_unreadable_total{reason="other"} 1`,
		`vigie_received_total{what="held"} 5`,
		`vigie_received_total{what="not-media"} 6`,
		`vigie_queue_media{lane="first"} 3`,
		`vigie_queue_media{lane="again"} 4`,
		`vigie_queue_lag_seconds 60`,
		`vigie_condition{part="workers",state="waiting"} 1`,
		`vigie_condition{part="workers",state="ok"} 0`,
		`vigie_decoders_ended_total{why="time-limit"} 2`,
		`go_goroutines `,
	} {
		if !strings.Contains(text, line) {
			t.Errorf("%s is missing in\n%s", line, text)
		}
	}
}

// What does not answer is left out, and the rest is told.
func TestWhatFailsIsLeftOut(t *testing.T) {
	m := New(Sources{
		Queue: func(context.Context) (int64, int64, time.Time, error) {
			return 0, 0, time.Time{}, errors.New("Redis does not answer")
		},
	})
	m.Concluded(triage.Benign, "")
	text := read(t, m)
	if strings.Contains(text, "vigie_queue_media{") || !strings.Contains(text, `vigie_findings_total{finding="benign"} 1`) {
		t.Error(text)
	}
}

// Labels are few, and words of ours: whatever a decoder says, no more of them come.
func TestFewLabels(t *testing.T) {
	m := New(Sources{})
	for i := range 1000 {
		m.Concluded(triage.Unreadable, strings.Repeat("x", i+1))
	}
	text := read(t, m)
	if n := strings.Count(text, "vigie_unreadable_total{"); n != 1 {
		t.Errorf("%d reasons", n)
	}
	if long := regexp.MustCompile(`vigie_[a-z_]*{[a-z]*="[^"]{25,}"`).FindString(text); long != "" {
		t.Errorf("a label that is no word: %s", long)
	}
}
