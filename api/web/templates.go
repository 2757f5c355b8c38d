package web

import (
	"html/template"
	"io/fs"
	"path"
	"strings"
	"time"

	"vigie/api/i18n"
	"vigie/hashing"
	"vigie/triage"
	"vigie/triage/signals"
)

// templates are the pages by language and name. Each language has its own, whose functions speak it.
type templates map[i18n.Lang]map[string]*template.Template

func parseTemplates(zone *time.Location, a assets) (templates, error) {
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	all := make(templates)
	for _, l := range i18n.Langs {
		all[l] = make(map[string]*template.Template)
		base, err := template.New("").Funcs(functions(l, zone, a)).ParseFS(files, "templates/layout.html", "templates/parts.html", "templates/decision.html")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			t, err := template.Must(base.Clone()).ParseFS(files, name)
			if err != nil {
				return nil, err
			}
			all[l][strings.TrimSuffix(path.Base(name), ".html")] = t
		}
	}
	return all, nil
}

// functions are what templates may call, in one language and zone.
func functions(l i18n.Lang, zone *time.Location, a assets) template.FuncMap {
	return template.FuncMap{
		"lang":  func() string { return string(l) },
		"T":     func(key string, args ...any) string { return texts.T(l, key, args...) },
		"N":     func(key string, n int) string { return texts.N(l, key, n) },
		"asset": a.url,
		"zone":  func() string { return zoneName(l, zone) },

		"filmtime": i18n.FilmTime,
		"timeline": timelineOf,
		"match":    func(m triage.Match) string { return i18n.MatchOf(m).In(l) },
		"num":      func(n any) string { return number(l, n) },
		"points":   func(n int) string { return i18n.Points(l, n) },
		"percent":  func(part, whole int) string { return i18n.Percent(l, part, whole) },
		"size":     func(n int64) string { return i18n.Size(l, n) },
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"day":      func(t time.Time) string { return i18n.Date(l, t) },
		"isoDay":   func(t time.Time) string { return t.Format(time.DateOnly) },
		"moment":   func(t time.Time) string { return i18n.Moment(l, t.In(zone)) },
		"stamp":    func(t time.Time) string { return i18n.Stamp(l, t.In(zone)) },
		"camera":   func(t time.Time) string { return i18n.Stamp(l, t) }, // a camera's clock is shown as it stood
		"clock":    func(t time.Time) string { return i18n.Clock(l, t.In(zone)) },
		"seconds":  func(t time.Time) string { return t.In(zone).Format("15:04:05") },

		"cameraFacts":      func(f hashing.Facts) []string { return i18n.CameraFacts(l, f) },
		"originFacts":      func(f hashing.Facts) []string { return i18n.OriginFacts(l, f) },
		"lineError":        func(line string) string { return i18n.LineError(l, line) },
		"advance":          triage.AdvanceOf,
		"finding":          func(f triage.Finding) string { return i18n.Finding(l, f) },
		"findingHelp":      func(f triage.Finding) string { return i18n.FindingHelp(l, f) },
		"role":             func(r triage.Role) string { return i18n.Role(l, r) },
		"kind":             func(k hashing.Kind) string { return i18n.MediaKind(l, k) },
		"reason":           func(code string) string { return i18n.Reason(l, code) },
		"limited":          func(code string, limit int64) string { return i18n.LimitReason(l, code, limit) },
		"weight":           func(r weightRow, may bool) weightCell { return weightCell{r, may} },
		"shown":            signals.Shown,
		"signal":           func(r signals.Reason) string { return i18n.Signal(l, r) },
		"verdict":          func(v triage.Verdict) string { return i18n.Verdict(l, v) },
		"victim":           func(v triage.Victim) string { return i18n.Victim(l, v) },
		"lead":             func(lead triage.Lead) string { return i18n.Lead(l, lead) },
		"steps":            func() []triage.RevealStep { return triage.RevealSteps },
		"outcomeCodes":     func() []triage.OutcomeCode { return triage.OutcomeCodes },
		"outcome":          func(code triage.OutcomeCode) string { return i18n.Outcome(l, code) },
		"looks":            func() []triage.Look { return triage.Looks },
		"look":             func(look triage.Look) string { return i18n.Look(l, look) },
		"lasted":           func(d time.Duration) string { return i18n.Duration(l, d.Round(time.Second)) },
		"step":             func(s triage.RevealStep) string { return i18n.Step(l, s) },
		"setKind":          func(k triage.SetKind) string { return i18n.SetKind(l, k) },
		"setState":         func(s triage.SetState) string { return i18n.SetState(l, s) },
		"entryState":       func(state string) string { return i18n.EntryState(l, state) },
		"checkVerdict":     func(v triage.CheckVerdict) string { return i18n.CheckVerdict(l, v) },
		"checkNext":        func(v triage.CheckVerdict) string { return i18n.CheckNext(l, v) },
		"condition":        func(name string) string { return i18n.Condition(l, name) },
		"conditionState":   func(s triage.ConditionState) string { return i18n.ConditionState(l, s) },
		"conditionAdvice":  func(s triage.ConditionState) string { return i18n.ConditionAdvice(l, s) },
		"destructionState": func(s triage.DestructionState) string { return i18n.DestructionState(l, s) },
		"caseState":        func(s triage.CaseState) string { return i18n.CaseState(l, s) },
		"hint":             func(hint string) string { return i18n.Hint(l, hint) },
		"problemTitle":     func(err error) string { return problemTitle(l, err) },
		"problem":          func(err error) string { return problemText(l, err) },
	}
}

// number writes any of the whole numbers that pages hold.
func number(l i18n.Lang, n any) string {
	switch n := n.(type) {
	case int:
		return i18n.Number(l, n)
	case int64:
		return i18n.Number(l, n)
	case uint32:
		return i18n.Number(l, int64(n))
	}
	return i18n.MissingOpen + "number" + i18n.MissingClose
}

// zoneName names the zone in which a page writes its times.
func zoneName(l i18n.Lang, zone *time.Location) string {
	if zone == time.Local || zone.String() == "Local" {
		return texts.T(l, "zone.local")
	}
	return zone.String()
}

// timeline is where in a film a stretch is, in thousandths of its time.
type timeline struct{ From, Length int64 }

// leastFound is the shortest stretch that is drawn, in thousandths: it must be seen.
const leastFound = 12

// timelineOf returns where in a film the stretch is that it has in common with an entry; nil: there is none.
func timelineOf(m triage.Match, f hashing.Facts) *timeline {
	if m.Film == nil || !m.Film.OfFilm || m.Film.Near == 0 || f.Film.Duration <= 0 {
		return nil
	}
	at := func(d time.Duration) int64 {
		return int64(min(max(d, 0), f.Film.Duration)) * 1000 / int64(f.Film.Duration)
	}
	from := min(at(m.Film.From), 1000-leastFound)
	return &timeline{from, max(at(m.Film.To)-from, leastFound)}
}
