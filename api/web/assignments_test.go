package web

import (
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
	b.click(t, css(`form[action="`+group+`/assign"]:last-of-type button`))
	b.says(t, "Ce groupe n’a été attribué à personne en propre")
	b.complained() // of the 404
	b.click(t, signOut)

	b.signIn(t, h, triage.Reviewer)
	b.do(t, chromedp.Navigate(h.base+"/queue?assigned=me"))
	b.says(t, "Attribué à vous")
	b.click(t, css(`form.next button`))
	b.at(t, group)
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
