package web

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"vigie/triage"
)

// aGroup submits a picture, and has somebody claim the group that it makes.
func (h *house) aGroup(t *testing.T) (*visitor, string) {
	t.Helper()
	h.work(t)
	h.settle(t, h.submit(t, "SCELLE-1", drawing(t, 3)))
	v := h.visit(t, triage.Supervisor)
	m := regexp.MustCompile(`href="(/groups/[0-9a-f]+)"`).FindStringSubmatch(v.get(t, "/queue").body)
	if m == nil {
		t.Fatal("the queue names no group")
	}
	v.post(t, m[1]+"/claim", url.Values{}).wants(t, "a claim", http.StatusSeeOther)
	return v, m[1]
}

func TestTilesAreAskedForByForm(t *testing.T) {
	h := newHouse(t)
	v, group := h.aGroup(t)
	v.get(t, group).wants(t, "the group", http.StatusOK, `action="`+group+`/tiles"`, `action="`+group+`/names"`, `name="media" value="1"`)
	tiles := func(step, reason, picture, media string, numbers ...string) url.Values {
		return url.Values{"step": {step}, "reason": {reason}, "picture": {picture}, "media": {media}, "tile": numbers}
	}
	const why = "lire l’affiche"
	for what, form := range map[string]url.Values{
		"no tile": tiles("grey", why, "1", "1"), "five tiles": tiles("grey", why, "1", "1", "1", "2", "3", "4", "5"), "no such tile": tiles("grey", why, "1", "1", "17"),
		"no number": tiles("grey", why, "1", "1", "x"), "no reason": tiles("grey", "", "1", "1", "7"), "no picture": tiles("grey", why, "", "1", "7"), "another picture": tiles("grey", why, "2", "1", "7"),
	} {
		v.post(t, group+"/tiles", form).wants(t, what, http.StatusBadRequest, "<details open><summary>Quelques cases")
	}
	v.post(t, group+"/tiles", tiles("grey", why, "1", "2", "7")).wants(t, "of a group as it was", http.StatusConflict, "Le groupe a changé entre-temps", why, `value="7" checked`)
	v.post(t, group+"/tiles", tiles("blurred", why, "1", "1", "7")).wants(t, "blurred", http.StatusForbidden)

	granted := v.post(t, group+"/tiles", tiles("full", why, "1", "1", "1", "16"))
	granted.wants(t, "tiles", http.StatusSeeOther)
	at := granted.header.Get("Location")
	v.get(t, at).wants(t, "their page", http.StatusOK, "Image 1 (Pleine taille, en couleur), cases L1 C1, L4 C4", `src="`+at+`/pictures/0"`, `value="1" checked`, `value="16" checked`, `id="renew"`)
	r := v.get(t, at+"/pictures/0")
	r.wants(t, "the tiles", http.StatusOK)
	shown, err := jpeg.Decode(strings.NewReader(r.body))
	if err != nil || r.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v, %v", err, r.header)
	}
	b := shown.Bounds()
	for _, hidden := range [][2]int{{b.Dx() / 2, b.Dy() / 2}, {b.Dx() * 7 / 8, b.Dy() / 8}, {b.Dx() / 8, b.Dy() * 5 / 8}} {
		if red, green, blue, _ := shown.At(hidden[0], hidden[1]).RGBA(); max(red, green, blue)-min(red, green, blue) > 12<<8 {
			t.Errorf("at %v something is shown of another tile", hidden)
		}
	}
	if whole := drawing(t, 3); bytes.Contains([]byte(r.body), whole[len(whole)/2:len(whole)/2+48]) {
		t.Error("it holds bytes of the file")
	}
	if body := v.get(t, group).body; !strings.Contains(body, `value="blurred"`) || strings.Contains(body, `name="step" value="colour" required> Petite, en couleur</label>`+"\n</fieldset>\n<span") {
		t.Error("a step was reached by tiles")
	}
	h.visit(t, triage.Supervisor).get(t, at).wants(t, "in another session", http.StatusNotFound)
}

func TestNamesAreAskedForByForm(t *testing.T) {
	h := newHouse(t)
	v, group := h.aGroup(t)
	v.post(t, group+"/names", url.Values{"reason": {"x"}}).wants(t, "no reason", http.StatusBadRequest, "<details open><summary>Noms et chemins")
	granted := v.post(t, group+"/names", url.Values{"reason": {"savoir d’où il vient"}})
	granted.wants(t, "names", http.StatusSeeOther)
	at := granted.header.Get("Location")
	r := v.get(t, at)
	r.wants(t, "their page", http.StatusOK, "secret-name", "SCELLE-1", "Fichiers montrés : 1 sur 1", `<div id="pictures">`)
	if r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", r.header)
	}
	v.get(t, at+"/pictures/0").wants(t, "a picture", http.StatusNotFound)
	if strings.Contains(v.get(t, group).body, "secret-name") {
		t.Error("the group names files")
	}
	other := h.visit(t, triage.Supervisor).get(t, at)
	if other.wants(t, "in another session", http.StatusNotFound); strings.Contains(other.body, "secret-name") {
		t.Error("another session is told names")
	}
	v.post(t, group+"/return", url.Values{}).wants(t, "a return", http.StatusSeeOther)
	v.get(t, at).wants(t, "of a group handed back", http.StatusNotFound)
}

func TestSettings(t *testing.T) {
	h := newHouse(t)
	v, group := h.aGroup(t)
	v.get(t, "/settings").wants(t, "settings", http.StatusOK, "Mes réglages", `<option value="full">`, `aria-current="page"`)
	v.post(t, "/settings", url.Values{"highest": {"all"}}).wants(t, "a step there is not", http.StatusBadRequest, "L’étape la plus haute est")
	v.post(t, "/settings", url.Values{"highest": {"blurred"}, "no-names": {"1"}}).wants(t, "limits", http.StatusSeeOther)
	v.get(t, "/settings?saved=1").wants(t, "settings, saved", http.StatusOK, "Vos limites sont enregistrées", `<option value="blurred" selected>`, `name="no-names" value="1" checked`)
	page := v.get(t, group).body
	if strings.Contains(page, group+"/names") || strings.Contains(page, group+"/tiles") || !strings.Contains(page, `value="blurred"`) {
		t.Error("the group offers what its reader does not want")
	}
	v.post(t, group+"/names", url.Values{"reason": {"savoir d’où il vient"}}).wants(t, "names", http.StatusForbidden)
	v.post(t, "/settings", url.Values{}).wants(t, "no limits", http.StatusSeeOther)
	v.get(t, "/settings").wants(t, "lifted", http.StatusOK, "valent encore jusqu’au")
	v.post(t, group+"/names", url.Values{"reason": {"savoir d’où il vient"}}).wants(t, "names, at once", http.StatusForbidden)
	for role, status := range map[triage.Role]int{triage.Reviewer: http.StatusOK, triage.Examiner: http.StatusForbidden, triage.Admin: http.StatusForbidden} {
		h.visit(t, role).get(t, "/settings").wants(t, string(role), status)
	}
}
