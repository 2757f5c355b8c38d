package web

import (
	"context"
	"crypto/md5" //nolint:gosec // a digest that people ask about
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"vigie/triage"
)

// css selects one element.
type css = chromedp.CSS

const signOut = css(`form[action="/signout"] button`)

// click clicks and waits for the page that follows.
func (b *browser) click(t *testing.T, sel css) {
	t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 20*time.Second)
	defer stop()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(sel)); err != nil {
		t.Fatalf("click %s: %v\n%s", sel, err, b.text(t))
	}
}

// wait waits until an expression is true. (Poll of chromedp makes functions of text, which our content policy refuses.)
func (b *browser) wait(t *testing.T, expression string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if run(t, b, chromedp.Evaluate[bool](expression)) {
			return
		}
	}
	t.Fatalf("not in 30 s: %s\n%s", expression, b.text(t))
}

func (b *browser) text(t *testing.T) string {
	t.Helper()
	text := run(t, b, chromedp.Evaluate[string](`document.body.innerText`))
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(text)
}

func (b *browser) at(t *testing.T, path string) {
	t.Helper()
	if got := run(t, b, chromedp.Evaluate[string](`location.pathname`)); !strings.HasPrefix(got, path) {
		t.Fatalf("the browser is at %s, not at %s:\n%s", got, path, b.text(t))
	}
}

func (b *browser) says(t *testing.T, words ...string) {
	t.Helper()
	text := b.text(t)
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Fatalf("the page does not say %q:\n%s", w, text)
		}
	}
}

// signIn opens a fresh sign-in link.
func (b *browser) signIn(t *testing.T, h *house, role triage.Role) {
	t.Helper()
	by := h.actors[role]
	secret, err := h.Access.NewLink(t.Context(), by, by.ID, true, triage.LinkLife)
	if err != nil {
		t.Fatal(err)
	}
	b.do(t, chromedp.Navigate(h.base+"/signin/"+secret))
}

// TestTheDayOfEverybody walks through the pages as the four roles do, one after the other, on real stores.
func TestTheDayOfEverybody(t *testing.T) {
	d := &day{b: newBrowser(t), h: newHouse(t), checker: axe(t), picture: drawing(t, 1)}
	d.exhibit = d.h.submit(t, "SCELLE-4", d.picture, drawing(t, 2))
	d.b.do(t, chromedp.EmulateViewport(1280, 900))
	for _, part := range []struct {
		name string
		run  func(*testing.T)
	}{{"examiner", func(u *testing.T) { d.examiner(u, t) }}, {"reviewer", d.reviewer}, {"unit", d.unit}, {"administrator", d.administrator}, {"case", d.closes}, {"two people", d.confirms}} {
		if !t.Run(part.name, part.run) {
			return
		}
	}
}

type day struct {
	b       *browser
	h       *house
	checker string // axe
	picture []byte
	exhibit triage.Exhibit
}

// examiner signs in by token and sees progress arrive by itself. The work goes on until whole ends.
func (d *day) examiner(t, whole *testing.T) {
	b, id := d.b, string(d.exhibit.ID)
	b.do(t, chromedp.Navigate(d.h.base+"/drives"))
	b.says(t, "Connexion", "Vous n’êtes pas connecté")
	b.complained() // of the 401
	b.do(t, chromedp.SendKeys(css("#token"), d.h.tokens[triage.Examiner]))
	b.click(t, `form[action="/signin"] button`)
	b.at(t, "/drives")
	b.says(t, "Examen en cours.", "Contenus avec constat : 0 sur 2")
	b.checkPage(t, d.checker, "flow-drives")

	d.h.work(whole)
	b.wait(t, `document.body.innerText.includes("Examen terminé.")`)
	if said := run(t, b, chromedp.TextContent(css("#said-"+id))); !strings.Contains(said, "examen terminé") {
		t.Errorf("screen readers were told %q", said)
	}
	if polls := run(t, b, chromedp.Evaluate[int](`document.querySelectorAll("[hx-get]").length`)); polls != 0 {
		t.Error("a settled exhibit is still asked about")
	}
	b.checkPage(t, d.checker, "flow-drives-settled")
	b.click(t, css(`a[href="/drives/`+id+`"]`))
	b.says(t, "vigie findings "+id)
	b.click(t, signOut)
	b.at(t, "/out")
	b.says(t, "Vous êtes déconnecté", "Prenez un moment", "01 00 00 00 00, jour et nuit")
	b.checkPage(t, d.checker, "flow-out")
}

// reviewer claims, reveals step by step and decides.
func (d *day) reviewer(t *testing.T) {
	b := d.b
	b.signIn(t, d.h, triage.Reviewer)
	b.at(t, "/queue")
	b.says(t, "2 groupes à examiner")
	if html := run(t, b, chromedp.OuterHTML(css("html"))); strings.Contains(html, "secret-name") || strings.Contains(html, "DCIM") {
		t.Error("the queue names files")
	}
	b.checkPage(t, d.checker, "flow-queue")
	b.click(t, `.queue h2 a`)
	b.at(t, "/groups/")
	group := run(t, b, chromedp.Evaluate[string](`location.pathname`))
	b.checkPage(t, d.checker, "flow-group")
	d.keys(t)
	b.at(t, group)                                                 // the first of the queue
	b.wait(t, `document.querySelector("#kept")?.hidden === false`) // the script says so
	b.says(t, "Ce groupe vous est réservé", "Tant que cette page reste affichée")
	d.lives(t, group)

	reveal := css(`form[action="` + group + `/reveal"] button`)
	if offered := run(t, b, chromedp.Evaluate[string](`[...document.querySelectorAll("form[action$='/reveal'] input[name=step]")].map(i => i.value).join()`)); offered != "blurred" {
		t.Errorf("at first, the steps %q are offered", offered)
	}
	b.do(t, chromedp.SendKeys(css("#reason"), "vérifier le décor"))
	b.click(t, reveal)
	d.looks(t, "Petite, grise, très floue", 320)
	b.click(t, reveal) // the next steps need no reason
	d.looks(t, "Petite, grise", 320)
	b.click(t, reveal)
	d.looks(t, "Petite, en couleur", 320)
	b.do(t, chromedp.SendKeys(css("#reason"), "le décor reste illisible"))
	b.click(t, reveal)
	d.looks(t, "Pleine taille", 640)
	if more := run(t, b, chromedp.Evaluate[int](`document.querySelectorAll("#further").length`)); more != 0 {
		t.Error("a step beyond the last is offered")
	}

	b.click(t, css(`#reveal a.button[href="`+group+`"]`))
	d.jumps(t, group)
	d.tiles(t, group)
	d.names(t, group)
	b.do(t, chromedp.Click(css(`input[value=not-illegal]`)), chromedp.SendKeys(css("#note"), "jeu de boîtes"))
	b.click(t, css(`form[action="`+group+`/decide"] button`))
	b.at(t, "/queue")
	b.says(t, "Décision enregistrée : Non illégal.", "1 groupe à examiner")

	b.click(t, `form[action="/language"] button`)
	b.at(t, "/queue")
	b.says(t, "1 group to look at")
	if lang := run(t, b, chromedp.Evaluate[string](`document.documentElement.lang`)); lang != "en" {
		t.Errorf("the page says it is in %q", lang)
	}
	b.click(t, `form[action="/language"] button`)
	b.click(t, signOut)
}

// keys reads the list of shortcuts, turns them off and on, and takes the next group by one.
func (d *day) keys(t *testing.T) {
	t.Helper()
	b := d.b
	open := `document.querySelector("#keys").open`
	b.do(t, chromedp.KeyEvent("?"))
	b.wait(t, open)
	b.says(t, "Prendre le groupe suivant", "Les raccourcis d’une lettre sont actifs")
	b.checkPage(t, d.checker, "flow-keys")
	b.do(t, chromedp.Click(css("#keys-on")), chromedp.Click(css("#keys-close")), chromedp.KeyEvent("?"), chromedp.KeyEvent("n"))
	if run(t, b, chromedp.Evaluate[bool](open)) {
		t.Error("shortcuts that are off act")
	}
	b.do(t, chromedp.Click(css("#keys-open")))
	b.wait(t, open)
	b.do(t, chromedp.Click(css("#keys-on")), chromedp.KeyEvent(kb.Escape))
	b.wait(t, "!"+open)
	b.do(t, chromedp.KeyEvent("n"))
	b.wait(t, `document.querySelector("#renew") !== null`)
}

// lives sees the page of a claimed group give signs of life, until the group is somebody else's.
func (d *day) lives(t *testing.T, group string) {
	t.Helper()
	b, id := d.b, triage.GroupID(strings.TrimPrefix(group, "/groups/"))
	until := func() time.Time {
		t.Helper()
		g, err := d.h.Review.Queue.Group(t.Context(), id)
		if err != nil || g.Claim == nil {
			t.Fatalf("%+v, %v", g, err)
		}
		return g.Claim.Until
	}
	seen := chromedp.Evaluate[chromedp.Void](`document.dispatchEvent(new Event("visibilitychange")); 0`)
	before := until()
	b.do(t, chromedp.Evaluate[chromedp.Void](`for (const place of document.querySelectorAll("[data-lease]")) place.textContent = ""; 0`), seen)
	b.wait(t, `[...document.querySelectorAll("[data-lease]")].length === 2 && [...document.querySelectorAll("[data-lease]")].every(place => place.textContent !== "")`)
	b.says(t, "À vous jusqu’à", "Ce groupe vous est réservé jusqu’à")
	if after := until(); !after.After(before) {
		t.Errorf("the lease ended at %v, and then at %v", before, after)
	}
	if err := d.h.Review.Return(t.Context(), d.h.actors[triage.Reviewer], id); err != nil {
		t.Fatal(err)
	}
	b.do(t, seen)
	b.wait(t, `!document.querySelector("#lapsed").hidden`)
	b.says(t, "Ce groupe ne vous est plus réservé")
	b.complained() // of the 409
	b.click(t, "#lapsed a")
	b.click(t, css(`form[action="`+group+`/claim"] button`))
}

// looks sees the pictures of a reveal, of so many pixels a line at most, and hides them.
func (d *day) looks(t *testing.T, step string, width int) {
	t.Helper()
	b := d.b
	b.at(t, "/reveals/")
	b.says(t, step, "Temps restant : 2:5")
	b.wait(t, `document.querySelector("#pictures img").complete`)
	if at := run(t, b, chromedp.Evaluate[string](`document.querySelector("[aria-current=step]").innerText`)); !strings.HasPrefix(at, step) {
		t.Errorf("the ladder says %q", at)
	}
	if got := run(t, b, chromedp.Evaluate[int](`document.querySelector("#pictures img").naturalWidth`)); got != width {
		t.Errorf("the picture is %d pixels wide, not %d", got, width)
	}
	b.checkPage(t, d.checker, "flow-reveal-"+fmt.Sprint(width))
	visible := func(want bool) {
		t.Helper()
		b.wait(t, fmt.Sprintf(`(document.querySelector("#pictures").offsetParent !== null) === %t`, want))
	}
	b.do(t, chromedp.KeyEvent(kb.Escape))
	visible(false)
	b.do(t, chromedp.Click(css("#show")))
	visible(true)
	b.do(t, chromedp.Click(css("#hide")))
	visible(false)
	b.do(t, chromedp.KeyEvent(kb.Enter)) // the focus is on the button that shows them again
	visible(true)
	b.do(t, chromedp.Evaluate[chromedp.Void](`window.dispatchEvent(new Event("blur")); 0`))
	visible(false)
	d.off(t)
}

// unit asks about the picture that the examiner submitted.
func (d *day) unit(t *testing.T) {
	b := d.b
	b.signIn(t, d.h, triage.Unit)
	b.at(t, "/check")
	sum := md5.Sum(d.picture)
	b.do(t, chromedp.SendKeys(css("#hashes"), hex.EncodeToString(sum[:])+"\n"+strings.Repeat("0", 40)))
	b.click(t, `form[action="/check"] button`)
	b.says(t, "Empreinte 1 (MD5) : Déjà vu dans une procédure", "Empreinte 2 (SHA-1) : Jamais vu", "01 00 00 00 00")
	b.checkPage(t, d.checker, "flow-check")
	b.do(t, chromedp.SendKeys(css("#hashes"), strings.Repeat("0", 64)))
	b.click(t, `form[action="/check"] button`)
	b.says(t, "indiquez lequel, rien n’est deviné")
	b.complained() // of the 400
	b.do(t, chromedp.Navigate(d.h.base+"/queue"))
	b.says(t, "Ce n’est pas permis")
	b.complained() // of the 403
	b.click(t, signOut)
}

// administrator imports the picture as known, sees that it is found, and withdraws the set.
func (d *day) administrator(t *testing.T) {
	b := d.b
	sum := md5.Sum(d.picture)
	list := filepath.Join(t.TempDir(), "list.txt")
	if err := os.WriteFile(list, []byte(hex.EncodeToString(sum[:])+"\nnot a hash\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.signIn(t, d.h, triage.Admin)
	b.at(t, "/sets")
	b.do(t, chromedp.SendKeys(css("#source"), "Partenaire"), chromedp.Click(css(`input[value=known]`)), chromedp.SetUploadFiles(css("#file"), []string{list}))
	b.click(t, `form[action="/sets"] button`)
	b.says(t, "Base importée : 1 fiche.", "1 ligne refusée.", "ligne 2", "Partenaire, version 1")
	b.checkPage(t, d.checker, "flow-set")

	b.do(t, chromedp.Navigate(d.h.base+"/drives/"+string(d.exhibit.ID)))
	b.wait(t, `/Connu\s+1/.test(document.body.innerText)`)
	b.do(t, chromedp.Navigate(d.h.base+"/sets/1"), chromedp.SendKeys(css("#reason"), "liste erronée"))
	b.click(t, `button.danger`)
	b.says(t, "Retirée")
	b.do(t, chromedp.Navigate(d.h.base+"/drives/"+string(d.exhibit.ID)))
	b.wait(t, `/Connu\s+0/.test(document.body.innerText)`)
	if c := b.complained(); len(c) > 0 {
		t.Errorf("the browser complains: %v", c)
	}
}

// closes: the administrator closes the case and reopens it, and what was found is there again.
func (d *day) closes(t *testing.T) {
	b := d.b
	b.do(t, chromedp.Navigate(d.h.base+"/cases"))
	b.says(t, "2026/00123", "Ouverte")
	b.click(t, `tbody th a`)
	b.at(t, "/cases/")
	path := run(t, b, chromedp.Evaluate[string](`location.pathname`))
	form := func(change string) css { return css(`form[action="` + path + change + `"] button`) }
	b.do(t, chromedp.SendKeys(css("#reference"), "   "))
	b.click(t, form("/close"))
	b.complained() // of the 400
	b.at(t, path)
	b.checkPage(t, d.checker, "flow-case-problem")
	b.do(t, chromedp.SendKeys(css("#reference"), "2026/C/17"))
	b.click(t, form("/close"))
	b.wait(t, `document.querySelector("#said")?.innerText === "Close"`) // the page says it by itself
	b.says(t, "2026/C/17", "Tels qu’ils étaient à la clôture.")
	b.checkPage(t, d.checker, "flow-case-closed")
	b.do(t, chromedp.SendKeys(css("#reference"), "2026/C/18"))
	b.click(t, form("/reopen"))
	b.wait(t, `document.querySelector("#change button")?.innerText === "Clore cette procédure"`)
	b.do(t, chromedp.Navigate(d.h.base+"/drives/"+string(d.exhibit.ID)))
	b.says(t, "Examen terminé.")
	if c := b.complained(); len(c) > 0 {
		t.Errorf("the browser complains: %v", c)
	}
}

// confirms: a reviewer concludes that the group that is left is illegal, the head of the section agrees, and the examiner is told.
func (d *day) confirms(t *testing.T) {
	b := d.b
	illegal := func(note string) {
		t.Helper()
		b.at(t, "/groups/")
		group := run(t, b, chromedp.Evaluate[string](`location.pathname`))
		b.do(t, chromedp.Click(css(`input[value=illegal]`)), chromedp.WaitVisible(css("#category")), chromedp.SetValue(css("#category"), "A1"), chromedp.SendKeys(css("#note"), note))
		b.checkPage(t, d.checker, "flow-decide-illegal")
		b.click(t, css(`form[action="`+group+`/decide"] button`))
	}
	b.click(t, signOut)
	b.signIn(t, d.h, triage.Reviewer)
	b.click(t, `main form[action="/queue/next"] button`)
	illegal("pour la démonstration")
	b.at(t, "/queue")
	b.says(t, "Décision enregistrée : Illégal.")
	b.do(t, chromedp.Navigate(d.h.base+"/awaiting"))
	b.says(t, "1 groupe attend", "Second avis", "Votre avis est donné")
	b.click(t, `form[action="/awaiting/next"] button`)
	b.says(t, "Aucun de ces groupes n’attend votre avis.")
	b.click(t, signOut)

	b.signIn(t, d.h, triage.Supervisor)
	b.do(t, chromedp.Navigate(d.h.base+"/awaiting"))
	b.checkPage(t, d.checker, "flow-awaiting")
	b.click(t, `form[action="/awaiting/next"] button`)
	b.says(t, "Cette décision attend l’avis d’une autre personne.", "pour la démonstration")
	illegal("d’accord")
	b.at(t, "/awaiting")
	b.says(t, "Décision enregistrée : Illégal.", "Rien n’attend d’être confirmé.")
	b.click(t, signOut)

	b.signIn(t, d.h, triage.Examiner)
	for told := 0; told == 0; time.Sleep(50 * time.Millisecond) { // the linker comes by every second
		var err error
		if told, err = d.h.Notices.Unread(t.Context(), d.h.actors[triage.Examiner]); err != nil || t.Context().Err() != nil {
			t.Fatal(err, t.Context().Err())
		}
	}
	b.do(t, chromedp.Navigate(d.h.base+"/drives/"+string(d.exhibit.ID)))
	b.wait(t, `/Connu\s+1/.test(document.body.innerText)`)
	if tab := run(t, b, chromedp.TextContent(css(`nav a[href="/notices"]`))); !strings.Contains(tab, "1") {
		t.Errorf("the tab says %q", tab)
	}
	b.do(t, chromedp.Navigate(d.h.base+"/notices"))
	b.says(t, "SCELLE-4", "À lire", "Catégorie Enfant prépubère", "Aucun autre scellé ne le contient")
	b.checkPage(t, d.checker, "flow-notices")
	b.click(t, `form[action$="/read"] button`)
	b.says(t, "Vous en avez pris connaissance")
	if tab := run(t, b, chromedp.TextContent(css(`nav a[href="/notices"]`))); strings.Contains(tab, "1") {
		t.Errorf("read, and the tab says %q", tab)
	}
	if c := b.complained(); len(c) > 0 {
		t.Errorf("the browser complains: %v", c)
	}
}
