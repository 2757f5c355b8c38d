package web

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"vigie/triage"
)

// groupOf is the group that a drawing founded.
func (h *house) groupOf(t *testing.T, seed uint64) string {
	t.Helper()
	return string(h.names.Medium(sha256.Sum256(drawing(t, seed))))
}

// posts sends a form that leads somewhere else, and returns the page there.
func (v *visitor) posts(t *testing.T, path string, form url.Values) string {
	t.Helper()
	r := v.post(t, path, form)
	if r.status != http.StatusSeeOther {
		t.Fatalf("%s: %d %s", path, r.status, r.body)
	}
	return v.get(t, r.header.Get("Location")).body
}

// TestDecidedUnseen decides, without a script and without a reveal, a group as another one of its folder, and all groups of a program's folder.
func TestDecidedUnseen(t *testing.T) {
	h := newHouse(t)
	h.work(t)
	h.settle(t, h.submit(t, "CAMERA", drawing(t, 1), drawing(t, 2)))
	h.settle(t, h.submitIn(t, "THEME", "Program Files/browser/themes/dark", drawing(t, 3), drawing(t, 4), drawing(t, 5)))
	v := h.visit(t, triage.Reviewer)
	says := func(page string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(page, w) {
				t.Errorf("the page lacks %q", w)
			}
		}
		for _, secret := range []string{"secret-name", "Program Files", "DCIM"} {
			if strings.Contains(page, secret) {
				t.Errorf("the page tells %q", secret)
			}
		}
	}
	one, two := h.groupOf(t, 1), h.groupOf(t, 2)
	v.posts(t, "/groups/"+one+"/claim", url.Values{})
	v.posts(t, "/groups/"+one+"/decide", url.Values{"verdict": {"not-illegal"}})
	says(v.get(t, "/groups/"+two).body, "même dossier", "Prenez ce groupe pour conclure de même")
	page := v.posts(t, "/groups/"+two+"/claim", url.Values{})
	says(page, "Conclure comme pour le groupe "+one[:8], "Non illégal")
	if r := v.post(t, "/groups/"+two+"/same", url.Values{"group": {one}, "verdict": {"illegal"}}); r.status != http.StatusConflict || !strings.Contains(r.body, "n’est pas, ou plus, un précédent") {
		t.Errorf("another verdict than was shown: %d", r.status)
	}
	says(v.posts(t, "/groups/"+two+"/same", url.Values{"group": {one}, "verdict": {"not-illegal"}}), two[:8])
	says(v.get(t, "/groups/"+two).body, "Conclu de même", "/groups/"+one)

	theme := h.groupOf(t, 3)
	if r := v.get(t, "/groups/"+two+"/folder"); r.status != http.StatusNotFound {
		t.Errorf("a camera's folder: %d", r.status)
	}
	says(v.get(t, "/groups/"+theme).body, "dossier de fichiers d’un programme", "/groups/"+theme+"/folder")
	says(v.get(t, "/groups/"+theme+"/folder").body, "3 groupes.", "Prenez d’abord le groupe")
	v.posts(t, "/groups/"+theme+"/claim", url.Values{})
	page = v.get(t, "/groups/"+theme+"/folder").body
	says(page, "Décider ces 3 groupes ensemble")
	form := url.Values{"verdict": {"not-illegal"}, "note": {"un thème"}}
	for _, m := range regexp.MustCompile(`name="group" value="([0-9a-f]{32})"`).FindAllStringSubmatch(page, -1) {
		form.Add("group", m[1])
	}
	if len(form["group"]) != 3 {
		t.Fatalf("the form names %q", form["group"])
	}
	form.Add("group", two)
	says(v.posts(t, "/groups/"+theme+"/folder", form), "3 groupes décidés.", "1 groupe qui n’est pas, ou plus, entièrement dans ce dossier", "Aucun groupe de ce dossier")
	says(v.get(t, "/groups/"+h.groupOf(t, 4)).body, "Conclu avec les groupes du même dossier", "un thème")
}
