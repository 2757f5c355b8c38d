package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"vigie/triage"
)

// asks opens a form of a group's page that is folded.
func (d *day) asks(t *testing.T, form string) {
	t.Helper()
	d.b.do(t, chromedp.Click(fmt.Sprintf(`details:has(%s) > summary`, form)))
	d.b.wait(t, fmt.Sprintf(`document.querySelector(%q).offsetParent !== null`, form))
}

// off waits until the service was told that what is hidden is on the screen no more.
func (d *day) off(t *testing.T) {
	t.Helper()
	grant := run(t, d.b, chromedp.Evaluate[string](`location.pathname.split("/")[2]`))
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		list, err := d.h.Shown.Store.Shown(t.Context(), d.h.actors[triage.Reviewer].ID, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(list, func(s triage.Showing) bool { return s.Grant == grant })
		if i >= 0 && !list[i].On(time.Now()) && len(list[i].Marks) >= 5 { // shown, hidden and shown again by keys and buttons, hidden
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("told was %+v", list)
		}
	}
}

// jumps leaves two steps out, with a reason that the page asks for.
func (d *day) jumps(t *testing.T, group string) {
	t.Helper()
	b, reveal := d.b, css(`form[action="`+group+`/reveal"] button`)
	b.click(t, css(`form[action="`+group+`/return"] button`))
	b.click(t, css(`form[action="`+group+`/claim"] button`)) // the ladder begins anew
	b.do(t, chromedp.SendKeys(css("#reason"), "vérifier le décor"))
	b.click(t, reveal)
	d.looks(t, "Petite, grise, très floue", 320)
	b.click(t, css(`#reveal a.button[href="`+group+`"]`))
	if offered := run(t, b, chromedp.Evaluate[string](`[...document.querySelectorAll("form[action$='/reveal'] input[name=step]")].map(i => i.value).join()`)); offered != "blurred,grey,colour,full" {
		t.Errorf("after the first, the steps %q are offered", offered)
	}
	b.do(t, chromedp.Click(css(`form[action$="/reveal"] input[value=full]`)))
	b.click(t, reveal)
	b.says(t, "Indiquez le motif")
	b.complained() // of the 400
	b.do(t, chromedp.SendKeys(css("#reason"), "le décor ne se lit pas autrement"))
	b.click(t, reveal)
	d.looks(t, "Pleine taille", 640)
	b.click(t, css(`#reveal a.button[href="`+group+`"]`))
}

// tiles chooses two tiles by the keyboard, and sees these alone.
func (d *day) tiles(t *testing.T, group string) {
	t.Helper()
	b, form := d.b, `form[action="`+group+`/tiles"]`
	d.asks(t, form)
	b.checkPage(t, d.checker, "flow-tiles-asked")
	for _, n := range []int{6, 7} {
		b.do(t, chromedp.Focus(css(fmt.Sprintf(`%s input[name=tile][value="%d"]`, form, n))), chromedp.KeyEvent(" "))
	}
	b.do(t, chromedp.Click(css(form+` input[name=step][value=full]`)), chromedp.SendKeys(css("#tiles-reason"), "lire l’affiche du mur"))
	b.click(t, css(form+" button"))
	b.at(t, "/reveals/")
	b.says(t, "Image 1 (Pleine taille, en couleur), cases L2 C2, L2 C3", "Temps restant : 2:5")
	b.wait(t, `document.querySelector("#pictures img").complete`)
	const two = 2 * 640 / triage.TileGrid
	if got := run(t, b, chromedp.Evaluate[int](`document.querySelector("#pictures img").naturalWidth`)); got != two {
		t.Errorf("two tiles are %d pixels wide, not %d", got, two)
	}
	b.checkPage(t, d.checker, "flow-tiles")
	d.beats(t, group)
	b.click(t, css(`#reveal a.button[href="`+group+`"]`))
}

// beats sees the page of a reveal keep the group while it is looked at.
func (d *day) beats(t *testing.T, group string) {
	t.Helper()
	until := func() time.Time {
		t.Helper()
		g, err := d.h.Review.Queue.Group(t.Context(), triage.GroupID(strings.TrimPrefix(group, "/groups/")))
		if err != nil || g.Claim == nil {
			t.Fatalf("%+v, %v", g, err)
		}
		return g.Claim.Until
	}
	before := until()
	d.b.do(t, chromedp.Evaluate[chromedp.Void](`document.dispatchEvent(new Event("visibilitychange")); 0`))
	for deadline := time.Now().Add(10 * time.Second); !until().After(before); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the lease ends at %v still", before)
		}
	}
}

// names asks for the names of the group's files, which go when the view is hidden.
func (d *day) names(t *testing.T, group string) {
	t.Helper()
	b, form := d.b, `form[action="`+group+`/names"]`
	if html := run(t, b, chromedp.OuterHTML(css("html"))); strings.Contains(html, "secret-name") {
		t.Error("the group names files")
	}
	d.asks(t, form)
	b.do(t, chromedp.SendKeys(css("#names-reason"), "savoir d’où vient le fichier"))
	b.click(t, css(form+" button"))
	b.at(t, "/reveals/")
	b.says(t, "Noms et chemins des fichiers", "secret-name", "Fichiers montrés : 1 sur 1")
	if strings.Contains(run(t, b, chromedp.Evaluate[string](`location.href + document.title`)), "secret-name") {
		t.Error("a name is in the address")
	}
	b.checkPage(t, d.checker, "flow-names")
	b.do(t, chromedp.KeyEvent(kb.Escape))
	b.wait(t, `document.querySelector("#pictures").offsetParent === null`)
	b.do(t, chromedp.Click(css("#show")))
	b.wait(t, `document.querySelector("#pictures").offsetParent !== null`)
	b.do(t, chromedp.Evaluate[chromedp.Void](`window.dispatchEvent(new Event("blur")); 0`))
	b.wait(t, `document.querySelector("#pictures").offsetParent === null`)
	b.click(t, css(`#reveal a.button[href="`+group+`"]`))
}
