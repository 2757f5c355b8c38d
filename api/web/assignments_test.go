package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vigie/triage"
)

// TestAssigningInTheBrowser: a supervisor assigns a case; its group is the reviewer's to whom it was, is told to others, who may claim it by hand, and
// is everybody's again when it is taken back.
func TestAssigningInTheBrowser(t *testing.T) {
	b, h, checker := newBrowser(t), newHouse(t), axe(t)
	h.work(t)
	h.settle(t, h.submit(t, "SCELLE-9", drawing(t, 1)))
	groups, _, err := h.Review.List(t.Context(), h.actors[triage.Reviewer], 0, 1)
	if err != nil || len(groups) != 1 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	group, id := "/groups/"+string(groups[0].ID), h.actors[triage.Reviewer].ID

	b.signIn(t, h, triage.Supervisor)
	b.do(t, chromedp.Navigate(h.base+"/queue"))
	b.click(t, css(`a[href="/assignments"]`))
	b.says(t, "Attributions", "Attribuer une procédure")
	b.do(t, chromedp.Evaluate[chromedp.Void](`document.querySelector("#case").selectedIndex = 1; document.querySelector("#to").value = "`+id+`"; 0`))
	b.click(t, css(`section form[action="/assignments"] button`))
	b.says(t, "La procédure est attribuée : ses groupes suivent dans un instant.")
	awaitAssigned(t, h, groups[0].ID, id)
	b.do(t, chromedp.Navigate(h.base+"/assignments"))
	b.checkPage(t, checker, "flow-assignments")
	b.do(t, chromedp.Navigate(h.base+"/queue"))
	b.says(t, "Attribué à ")
	b.click(t, css(`form.next button`))
	b.says(t, "Aucun groupe libre")
	b.do(t, chromedp.Navigate(h.base+group))
	b.says(t, "Ce groupe est attribué à", "Vous pouvez tout de même le prendre.")
	b.click(t, css(`form[action="`+group+`/claim"] button`))
	b.says(t, "À vous jusqu’à")
	b.click(t, css(`form[action="`+group+`/return"] button`))
	b.click(t, css(`form[action="`+group+`/assign"] button[name="back"]`))
	b.says(t, "Ce groupe n’a été attribué à personne en propre")
	b.complained() // of the 404
	b.click(t, signOut)

	b.signIn(t, h, triage.Reviewer)
	b.do(t, chromedp.Navigate(h.base+"/queue?assigned=me"))
	b.says(t, "1 groupe est à vous.", "Attribué à vous")
	b.wait(t, `document.readyState === "complete"`)
	b.do(t, chromedp.KeyEvent("n"))
	b.wait(t, `location.pathname === "`+group+`"`)
	b.wait(t, `document.readyState === "complete"`)
	b.says(t, "À vous jusqu’à", "Attribué à vous")
	b.click(t, css(`form[action="`+group+`/return"] button`))
	b.click(t, signOut)

	b.signIn(t, h, triage.Supervisor)
	b.do(t, chromedp.Navigate(h.base+"/assignments"))
	b.click(t, css(`li form[action="/assignments"] button`))
	b.says(t, "La procédure est reprise")
	awaitAssigned(t, h, groups[0].ID, "")
	b.do(t, chromedp.Navigate(h.base+"/queue"))
	b.click(t, css(`form.next button`))
	b.at(t, group)
}

// TestAssigningByForms: what forms without scripts may send. One without a person takes nothing back.
func TestAssigningByForms(t *testing.T) {
	h := newHouse(t)
	h.work(t)
	x := h.submit(t, "SCELLE-9", drawing(t, 1))
	h.settle(t, x)
	groups, _, err := h.Review.List(t.Context(), h.actors[triage.Reviewer], 0, 1)
	if err != nil || len(groups) != 1 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	reviewer, supervisor, id := h.visit(t, triage.Reviewer), h.visit(t, triage.Supervisor), h.actors[triage.Reviewer].ID
	k, group := string(h.names.Case(x.Case)), "/groups/"+string(groups[0].ID)
	to, none, back := url.Values{"case": {k}, "to": {id}}, url.Values{"case": {k}}, url.Values{"case": {k}, "back": {"1"}}

	reviewer.post(t, "/assignments", to).wants(t, "a reviewer's", http.StatusForbidden)
	reviewer.post(t, group+"/assign", to).wants(t, "a reviewer's", http.StatusForbidden)
	supervisor.post(t, "/assignments", back).wants(t, "what is nobody's taken back", http.StatusNotFound, `role="alert"`, `<option value="`+k+`" selected>`)
	supervisor.post(t, "/assignments", to).wants(t, "the case", http.StatusSeeOther)
	awaitAssigned(t, h, groups[0].ID, id)
	for _, at := range []string{"/assignments", group + "/assign"} {
		supervisor.post(t, at, none).wants(t, at+" to nobody", http.StatusNotFound, `role="alert"`, `name="to"`)
	}
	awaitAssigned(t, h, groups[0].ID, id)
	reviewer.get(t, "/cases/"+k).wants(t, "their case", http.StatusOK, "Cette procédure vous est attribuée.")
	supervisor.get(t, "/cases/"+k).wants(t, "another's case", http.StatusOK, "Cette procédure est attribuée à ")
	h.visit(t, triage.Examiner).get(t, "/cases/"+k).wants(t, "an examiner's", http.StatusOK)
	reviewer.get(t, "/queue?assigned="+id).wants(t, "their own by identifier", http.StatusOK, `<option value="me" selected>`, "1 groupe est à vous.")
	supervisor.get(t, "/queue?assigned="+id).wants(t, "another's", http.StatusOK, `<option value="`+id+`" selected>`, "1 groupe est à cette personne.")
	reviewer.get(t, "/queue?assigned=gone").wants(t, "of nobody known", http.StatusNotFound, `role="alert"`, `id="filter-assigned"`)
	if reply := reviewer.get(t, group); strings.Contains(reply.body, group+"/assign") {
		t.Error("a reviewer is offered to assign")
	}

	supervisor.post(t, group+"/assign", url.Values{"to": {h.actors[triage.Supervisor].ID}}).wants(t, "the group alone", http.StatusSeeOther)
	awaitAssigned(t, h, groups[0].ID, h.actors[triage.Supervisor].ID)
	supervisor.post(t, group+"/assign", url.Values{"back": {"1"}}).wants(t, "the group back", http.StatusSeeOther)
	awaitAssigned(t, h, groups[0].ID, id)
	supervisor.post(t, "/assignments", back).wants(t, "the case back", http.StatusSeeOther)
	awaitAssigned(t, h, groups[0].ID, "")
}

// awaitAssigned waits until a group is somebody's.
func awaitAssigned(t *testing.T, h *house, id triage.GroupID, want string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if g, err := h.Review.Queue.Group(t.Context(), id); err == nil && g.Assigned == want {
			return
		}
	}
	t.Fatalf("after 30 s the group is not %q's", want)
}
