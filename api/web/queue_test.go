package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"vigie/triage"
)

// TestTheQueueByKeys works the queue and a group with the keyboard alone, and sees the queue renew itself beneath what is being read.
func TestTheQueueByKeys(t *testing.T) {
	h := newHouse(t)
	h.work(t)
	h.settle(t, h.submit(t, "SCELLE-1", drawing(t, 5), drawing(t, 6), drawing(t, 7)))
	b := newBrowser(t)
	b.do(t, chromedp.EmulateViewport(1280, 900))
	b.signIn(t, h, triage.Reviewer)
	b.at(t, "/queue")
	key := func(k string) {
		t.Helper()
		b.wait(t, `document.readyState === "complete"`) // or the scripts may not be there
		b.do(t, chromedp.KeyEvent(k))
		// The tool types the letter even where the page prevents that.
		b.do(t, chromedp.Evaluate[chromedp.Void](`if (document.activeElement?.value?.length === 1) document.activeElement.value = ""; 0`))
	}
	focused := func() string {
		t.Helper()
		return run(t, b, chromedp.Evaluate[string](`document.activeElement.getAttribute("href") ?? document.activeElement.id ?? document.activeElement.tagName`))
	}
	groups := strings.Split(run(t, b, chromedp.Evaluate[string](`[...document.querySelectorAll(".queue h2 a")].map(a => a.getAttribute("href")).join()`)), ",")
	if len(groups) != 3 {
		t.Fatalf("the queue holds %q", groups)
	}
	for _, step := range []struct{ key, at string }{{"j", groups[0]}, {"j", groups[1]}, {"j", groups[2]}, {"j", groups[2]}, {"k", groups[1]}} {
		if key(step.key); focused() != step.at {
			t.Errorf("after %s the focus is on %s, not %s", step.key, focused(), step.at)
		}
	}

	// Somebody else takes a group, and others come: the page says so, and the focus stays.
	other := triage.Actor{ID: "a99", Name: "Autre", Role: triage.Reviewer}
	if _, err := h.Review.Claim(t.Context(), other, triage.GroupID(strings.TrimPrefix(groups[0], "/groups/"))); err != nil {
		t.Fatal(err)
	}
	h.settle(t, h.submit(t, "SCELLE-2", drawing(t, 8), drawing(t, 9)))
	b.do(t, chromedp.Evaluate[chromedp.Void](`document.dispatchEvent(new Event("visibilitychange")); 0`))
	b.wait(t, `document.querySelector("#said").innerText.includes("2 nouveaux groupes ici")`)
	b.says(t, "Pris par")
	if focused() != groups[1] {
		t.Errorf("the focus moved to %s", focused())
	}
	b.checkPage(t, axe(t), "queue-news")
	b.click(t, "#said a")
	b.wait(t, `document.querySelectorAll(".queue > li").length === 5`)

	key("f")
	if focused() != "filter-case" {
		t.Errorf("the filter is reached at %s", focused())
	}
	b.do(t, chromedp.SendKeys(css("#filter-least"), "999"), chromedp.SendKeys(css("#filter-least"), kb.Enter))
	b.wait(t, `location.search.includes("least=999") && !!document.body?.innerText.includes("Aucun groupe ne répond au filtre")`)
	key("q")
	b.wait(t, `location.pathname === "/queue" && location.search === ""`)

	b.do(t, chromedp.Navigate(h.base+groups[1]))
	key("s") // not claimed: nothing to go to
	key("c")
	b.wait(t, `document.querySelector("#renew") !== null`)
	if key("s"); focused() != "reason" {
		t.Errorf("the step is reached at %s", focused())
	}
	b.do(t, chromedp.Evaluate[chromedp.Void](`document.activeElement.blur(); 0`))
	if key("2"); !run(t, b, chromedp.Evaluate[bool](`document.querySelector("input[value=not-illegal]").checked`)) {
		t.Error("2 chose nothing")
	}
	key("r")
	b.wait(t, `document.querySelector("form[action$='/claim']") !== null`)
	if c := b.complained(); len(c) > 0 {
		t.Errorf("the browser complains: %v", c)
	}
}

// TestACustodyOnThePages: the examiner says until when it runs, by a form that works without scripts; the queue, the group and the case say so.
func TestACustodyOnThePages(t *testing.T) {
	h := newHouse(t)
	h.work(t)
	x := h.submit(t, "SCELLE-1", drawing(t, 3))
	h.settle(t, x)
	examiner, reviewer := h.visit(t, triage.Examiner), h.visit(t, triage.Reviewer)
	at := "/cases/" + string(h.names.Case(x.Case))
	examiner.get(t, at).wants(t, "the case", http.StatusOK, "Fin de la garde à vue", `type="datetime-local"`)
	examiner.post(t, at+"/custody", url.Values{"until": {"2020-01-01T10:00"}}).wants(t, "a time past", http.StatusBadRequest, "heure est passée", `value="2020-01-01T10:00"`)
	examiner.post(t, at+"/custody", url.Values{"until": {"demain"}}).wants(t, "no time", http.StatusBadRequest, "heure s’écrit")
	soon := time.Now().Add(90 * time.Minute).UTC().Format(formMoment)
	examiner.post(t, at+"/custody", url.Values{"until": {soon}}).wants(t, "the end", http.StatusSeeOther)
	examiner.get(t, at).wants(t, "the case", http.StatusOK, "La garde à vue a pris fin", `value="`+soon+`"`)
	reviewer.post(t, at+"/custody", url.Values{"ended": {"yes"}}).wants(t, "a reviewer's", http.StatusForbidden)
	var queue reply
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if queue = reviewer.get(t, "/queue"); strings.Contains(queue.body, "data-until") || time.Now().After(deadline) {
			break
		}
	}
	queue.wants(t, "the queue", http.StatusOK, "Garde à vue, procédure 2026/00123", "jusqu’au")
	m := regexp.MustCompile(`href="(/groups/[0-9a-f]+)"`).FindStringSubmatch(queue.body)
	if m == nil {
		t.Fatal("the queue names no group")
	}
	group := m[1]
	reviewer.get(t, group).wants(t, "the group", http.StatusOK, "Garde à vue, procédure 2026/00123", "passent avant tous les autres")
	reviewer.get(t, "/queue?case=2026/00123&kind=video").wants(t, "films", http.StatusOK, "Aucun groupe ne répond au filtre")
	reviewer.get(t, "/queue?least=many").wants(t, "no score", http.StatusBadRequest, "score est un nombre entier", `value="many"`)
	reviewer.post(t, "/queue/next", url.Values{"kind": {"video"}}).wants(t, "no film", http.StatusSeeOther)
	if at := reviewer.post(t, "/queue/next", url.Values{"case": {"2026/00123"}}).header.Get("Location"); at != group {
		t.Errorf("the next of the case is %s, not %s", at, group)
	}
	examiner.post(t, at+"/custody", url.Values{"ended": {"yes"}}).wants(t, "its end", http.StatusSeeOther)
	if body := reviewer.get(t, "/queue").body; strings.Contains(body, "data-until") {
		t.Error("it has ended, and the queue tells of it")
	}
	examiner.post(t, at+"/custody", url.Values{"ended": {"yes"}}).wants(t, "a second end", http.StatusConflict, "garde à vue n’est en cours")
}
