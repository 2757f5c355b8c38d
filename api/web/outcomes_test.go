package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"vigie/triage"
)

// TestOutcomeIsTold: an examiner says on the page of a case what came of it, and who worked on it reads it, once.
func TestOutcomeIsTold(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	x, err := h.Submission.Open(ctx, h.actors[triage.Examiner], "2026/1", "A", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	id := h.names.Case(x.Case)
	if err := h.Outcomes.Events.Outcomes.AddWorked(ctx, []triage.CaseID{id}, []string{h.actors[triage.Reviewer].ID}); err != nil {
		t.Fatal(err)
	}
	at := "/cases/" + string(id)
	examiner, reviewer := h.visit(t, triage.Examiner), h.visit(t, triage.Reviewer)
	examiner.get(t, at).wants(t, "the case", http.StatusOK, "Aucune suite n’a encore été dite", "Dire une suite")
	if r := reviewer.get(t, at); strings.Contains(r.body, "Dire une suite") {
		t.Error("a reviewer may say what came of a case")
	}
	reviewer.post(t, at+"/outcome", url.Values{"what": {"arrest"}}).wants(t, "said by a reviewer", http.StatusForbidden)
	examiner.post(t, at+"/outcome", url.Values{"note": {"une note"}}).wants(t, "nothing said", http.StatusBadRequest, "Indiquez ce qu’a donné la procédure", "une note", "<details open>")
	examiner.post(t, at+"/outcome", url.Values{"what": {"fame"}}).wants(t, "no outcome", http.StatusBadRequest)
	if r := reviewer.get(t, "/outcomes"); !strings.Contains(r.body, "Aucune suite n’est encore connue") {
		t.Error("something is told that was not said")
	}

	r := examiner.post(t, at+"/outcome", url.Values{"what": {"arrest", "victim-safe"}, "note": {"<b>merci</b>"}})
	if r.status != http.StatusSeeOther || r.header.Get("Location") != at+"?told=1#outcome" {
		t.Fatalf("%d to %q", r.status, r.header.Get("Location"))
	}
	examiner.get(t, at+"?told=1").wants(t, "told", http.StatusOK, "Personnes prévenues : 1.", "Interpellation", "&lt;b&gt;merci")
	if r := examiner.get(t, at+"?told=<b>you"); strings.Contains(r.body, "Personnes prévenues") {
		t.Error("the page says what its address does")
	}
	r = reviewer.get(t, "/queue")
	r.wants(t, "the tab", http.StatusOK, `Suites <span class="tag">1<`)
	r = reviewer.get(t, "/outcomes")
	r.wants(t, "the outcome", http.StatusOK, "Procédure 2026/1", "Victime mise en sécurité", "&lt;b&gt;merci", "À lire")
	form := regexp.MustCompile(`action="(/outcomes/\d+/read)"`).FindStringSubmatch(r.body)
	if form == nil {
		t.Fatal("nobody can take note of it")
	}
	if r := reviewer.post(t, form[1], url.Values{}); r.status != http.StatusSeeOther {
		t.Errorf("taken note: %d", r.status)
	}
	r = reviewer.get(t, "/outcomes")
	r.wants(t, "read", http.StatusOK, "Vous en avez pris connaissance")
	if strings.Contains(r.body, "À lire") || strings.Contains(r.body, `Suites <span`) {
		t.Error("what was read is still to be read")
	}
	supervisor := h.visit(t, triage.Supervisor)
	supervisor.get(t, "/outcomes").wants(t, "of who did not work on it", http.StatusOK, "Aucune suite n’est encore connue")
	supervisor.post(t, form[1], url.Values{}).wants(t, "read by who is not told", http.StatusNotFound)
	examiner.get(t, "/outcomes").wants(t, "an examiner", http.StatusForbidden)
}
