package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"vigie/triage"
	"vigie/triage/signals"
)

// visitor is a browser without scripts.
type visitor struct {
	h      *house
	client *http.Client
	csrf   string
}

// visit signs a role in; "" stays a stranger.
func (h *house) visit(t *testing.T, role triage.Role) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{h: h, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if role == "" {
		return v
	}
	r := v.post(t, "/signin", url.Values{"token": {h.tokens[role]}})
	if r.status != http.StatusSeeOther || r.header.Get("Location") != homes[role] {
		t.Fatalf("sign in as %s: %d to %q", role, r.status, r.header.Get("Location"))
	}
	if m := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindStringSubmatch(v.get(t, homes[role]).body); m != nil {
		v.csrf = m[1]
	} else {
		t.Fatalf("no CSRF token on the page of %s", role)
	}
	return v
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (v *visitor) send(t *testing.T, r *http.Request) reply {
	t.Helper()
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "text/html,*/*;q=0.8")
	}
	resp, err := v.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

func (v *visitor) request(t *testing.T, method, path string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, v.h.base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (v *visitor) get(t *testing.T, path string) reply {
	t.Helper()
	return v.send(t, v.request(t, http.MethodGet, path, nil))
}

// post sends a form with the session's token.
func (v *visitor) post(t *testing.T, path string, form url.Values) reply {
	t.Helper()
	if v.csrf != "" {
		form.Set("csrf", v.csrf)
	}
	r := v.request(t, http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.send(t, r)
}

// upload sends a form with a file; fields are name, value, name, value.
func (v *visitor) upload(t *testing.T, file string, fields ...string) reply {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "list.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := v.request(t, http.MethodPost, "/sets", &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return v.send(t, r)
}

// wants fails unless a reply has a status and says some words.
func (r reply) wants(t *testing.T, what string, status int, words ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("%s: status %d, want %d", what, r.status, status)
	}
	text := strings.ReplaceAll(r.body, "\u00a0", " ")
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s: the page does not say %q", what, w)
		}
	}
}

func TestStrangersAndErrors(t *testing.T) {
	h := newHouse(t)
	v := h.visit(t, "")
	for _, path := range []string{"/drives", "/queue", "/groups/abc", "/reveals/r1/pictures/0", "/sets", "/check"} {
		v.get(t, path).wants(t, path, http.StatusUnauthorized, "Connexion", "Vous n’êtes pas connecté")
	}
	v.get(t, "/").wants(t, "/", http.StatusSeeOther)
	v.get(t, "/nowhere").wants(t, "/nowhere", http.StatusNotFound, "Introuvable", `href="/signin"`)
	v.get(t, "/signin/wrong").wants(t, "a wrong link", http.StatusUnauthorized, "Ce lien a déjà servi ou a expiré")
	v.post(t, "/signin", url.Values{"token": {"vigie_wrong"}}).wants(t, "a wrong token", http.StatusUnauthorized, "Donnez un jeton valide")
	for range 40 {
		v.get(t, "/signin/guess")
	}
	v.get(t, "/signin/guess").wants(t, "guessing", http.StatusTooManyRequests, "Trop de tentatives", "Attendez une minute")

	r := v.request(t, http.MethodGet, "/queue", nil)
	r.Header.Set("Accept", "application/json")
	if got := v.send(t, r); !strings.HasPrefix(got.header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("a program gets %q", got.header.Get("Content-Type"))
	}
}

func TestLanguageIsChosenAndKept(t *testing.T) {
	v := newHouse(t).visit(t, "")
	v.get(t, "/signin").wants(t, "by default", http.StatusOK, `lang="fr"`)
	r := v.request(t, http.MethodGet, "/signin", nil)
	r.Header.Set("Accept-Language", "en-GB,en;q=0.9,fr;q=0.1")
	v.send(t, r).wants(t, "as the browser asks", http.StatusOK, `lang="en"`, "Sign in")
	for back, want := range map[string]string{"/signin": "/signin", "//evil.example/": "/", "https://evil.example": "/"} {
		if got := v.post(t, "/language", url.Values{"lang": {"en"}, "back": {back}}); got.header.Get("Location") != want {
			t.Errorf("back to %q leads to %q", back, got.header.Get("Location"))
		}
	}
	v.get(t, "/signin").wants(t, "as chosen", http.StatusOK, `lang="en"`, "Français")
	v.post(t, "/language", url.Values{"lang": {"de"}}).wants(t, "a language there is not", http.StatusBadRequest, "The languages are fr and en")
}

func TestStaticFiles(t *testing.T) {
	v := newHouse(t).visit(t, "")
	page := v.get(t, "/signin").body
	for _, m := range regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		r := v.get(t, m[1])
		r.wants(t, m[1], http.StatusOK)
		if cached := strings.Contains(r.header.Get("Cache-Control"), "immutable"); cached != strings.Contains(m[1], "?v=") {
			t.Errorf("%s: Cache-Control %q", m[1], r.header.Get("Cache-Control"))
		}
		if r.header.Get("Content-Type") == "" || r.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", m[1], r.header)
		}
	}
	v.get(t, "/static/operator.css").wants(t, "the operator's sheet", http.StatusOK, "the operator's own")
	for _, path := range []string{"/static/", "/static/../web.go", "/static/%2e%2e/web.go", "/static/templates/layout.html"} {
		v.get(t, path).wants(t, path, http.StatusNotFound)
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	h := newHouse(t)
	v := h.visit(t, triage.Admin)
	token := v.csrf
	v.csrf = ""
	v.post(t, "/signout", url.Values{}).wants(t, "without a token", http.StatusForbidden, "Ce formulaire n’est plus à jour")
	v.csrf = "wrong"
	v.post(t, "/signout", url.Values{}).wants(t, "with a wrong token", http.StatusForbidden)
	v.upload(t, "x", "source", "S", "csrf", token).wants(t, "with a token that comes late", http.StatusForbidden)
	v.csrf = token
	r := v.request(t, http.MethodPost, "/signout", strings.NewReader("csrf="+token))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	v.send(t, r).wants(t, "from another site", http.StatusForbidden)
	v.post(t, "/signout", url.Values{}).wants(t, "our own form", http.StatusSeeOther)
	v.get(t, "/sets").wants(t, "signed out", http.StatusUnauthorized)
}

func TestImportForm(t *testing.T) {
	v := newHouse(t).visit(t, triage.Admin)
	line := strings.Repeat("a", 32) + "\n"
	good := []string{"csrf", v.csrf, "source", "Liste", "kind", "benign", "hash", ""}
	v.upload(t, line, good...).wants(t, "a list", http.StatusCreated, "Base importée : 1 fiche.", "Liste, version 1")
	v.upload(t, line+"oops\n", append(good, "replace", "yes")...).wants(t, "a later version", http.StatusCreated, "1 ligne refusée.", "1 version antérieure retirée.")
	v.upload(t, line+"oops\n", append(good, "strict", "yes")...).wants(t, "a strict one", http.StatusBadRequest, "La demande est incorrecte", `value="Liste"`)
	v.upload(t, "", good...).wants(t, "an empty file", http.StatusBadRequest, "Choisissez le fichier")
	v.upload(t, line, "csrf", v.csrf, "source", "Liste", "kind", "odd").wants(t, "no kind", http.StatusBadRequest, "contenus connus ou des fichiers inoffensifs")
	v.upload(t, line, "csrf", v.csrf, "source", "L", "kind", "known", "hash", "md5").wants(t, "a hash that is not asked for", http.StatusBadRequest, "indiquez lequel")
	v.upload(t, line, "csrf", v.csrf, "source", " ", "kind", "known").wants(t, "no source", http.StatusBadRequest, "La source est vide")
	v.upload(t, strings.Repeat(line, maxList/len(line)+1), good...).wants(t, "a list too large", http.StatusRequestEntityTooLarge, "vigie sets import")
	v.get(t, "/sets/99").wants(t, "a set there is not", http.StatusNotFound, "Introuvable")
	v.get(t, "/sets/x").wants(t, "no number", http.StatusNotFound)
	v.post(t, "/sets/1/withdraw", url.Values{"reason": {"no"}}).wants(t, "no reason", http.StatusBadRequest, "en 5 caractères au moins")
}

// TestEntryForm says something of entries of a list on its page.
func TestEntryForm(t *testing.T) {
	v := newHouse(t).visit(t, triage.Admin)
	v.upload(t, strings.Repeat("a", 32)+"\n", "csrf", v.csrf, "source", "Liste", "kind", "known", "hash", "").wants(t, "a list", http.StatusCreated)
	say := func(entry, state, reason string) url.Values {
		return url.Values{"entry": {entry}, "state": {state}, "reason": {reason}}
	}
	v.get(t, "/sets/1").wants(t, "nothing is said", http.StatusOK, "Aucune.", `name="entry"`)
	v.post(t, "/sets/1/entries", say("one", "withdrawn", "à tort")).wants(t, "no number", http.StatusBadRequest, "par sa ligne", `value="one"`)
	v.post(t, "/sets/1/entries", say("2", "disputed", "à tort")).wants(t, "no entry", http.StatusNotFound, "pas de fiche à cette ligne", `value="2"`, `<option value="disputed" selected>`)
	v.post(t, "/sets/1/entries", say("1", "", "à tort")).wants(t, "no state", http.StatusBadRequest, "retirée, contestée ou rétablie")
	v.post(t, "/sets/1/entries", say("1", "withdrawn", "no")).wants(t, "no reason", http.StatusBadRequest, "en 5 caractères au moins")
	v.post(t, "/sets/1/entries", say("1", "withdrawn", "jouet de plage")).wants(t, "withdrawn", http.StatusSeeOther)
	v.get(t, "/sets/1").wants(t, "its page", http.StatusOK, "retirée", "jouet de plage", "Test admin")
	v.post(t, "/sets/1/entries", say("1", "restored", "contrôlée")).wants(t, "restored", http.StatusSeeOther)
	v.get(t, "/sets/1").wants(t, "its page", http.StatusOK, "Aucune.")
}

// While the disk is full every page says so, in its reader's language, and a list is refused for the same reason; then no
// page says it any more.
func TestPagesSayWhyItWaits(t *testing.T) {
	h := newHouse(t)
	v := h.visit(t, triage.Admin)
	line := strings.Repeat("a", 32) + "\n"
	form := []string{"csrf", v.csrf, "source", "Liste", "kind", "benign", "hash", ""}
	french := []string{"Les dépôts attendent", "Le disque du dossier de données est plein"}
	h.fill(t, 1)
	v.get(t, "/sets").wants(t, "the sets", http.StatusOK, french...)
	v.get(t, "/status").wants(t, "the status", http.StatusOK, append(french, "Disque des données", "En attente")...)
	v.upload(t, line, form...).wants(t, "a list", http.StatusServiceUnavailable, french...)
	v.post(t, "/language", url.Values{"csrf": {v.csrf}, "lang": {"en"}, "back": {"/sets"}}).wants(t, "English", http.StatusSeeOther)
	v.get(t, "/sets").wants(t, "the sets, in English", http.StatusOK, "Submissions wait", "The disk of the data folder is full")
	v.get(t, "/status").wants(t, "the status, in English", http.StatusOK, "Disk of the data", "Waiting")
	h.fill(t, 0)
	if r := v.get(t, "/sets"); strings.Contains(r.body, "Submissions wait") {
		t.Error("there is room again, and the page does not say so")
	}
	v.get(t, "/status").wants(t, "the status, in English", http.StatusOK, "All is well")
	v.upload(t, line, form...).wants(t, "the list again", http.StatusCreated)
}

// TestAdministratorsSeeARehash: how far it has come, and nobody else does.
func TestAdministratorsSeeARehash(t *testing.T) {
	h := newHouse(t)
	v, reviewer := h.visit(t, triage.Admin), h.visit(t, triage.Reviewer)
	v.get(t, "/status").wants(t, "none yet", http.StatusOK, "Rien n’a encore été réexaminé")
	run := triage.RehashRun{ID: "r1", Started: time.Now(), Media: 41_234}
	if err := h.Rehash.Runs.SaveRehash(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if err := h.Rehash.Runs.CountRehashed(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	r := v.get(t, "/status")
	r.wants(t, "under way", http.StatusOK, "Réexamen en cours", "41\u202f234</dd>", `<progress max="41234" value="1"`, `hx-get="/status"`, `http-equiv="refresh"`)
	run.Finished = run.Started.Add(time.Hour)
	if err := h.Rehash.Runs.SaveRehash(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if r = v.get(t, "/status"); strings.Contains(r.body, `http-equiv="refresh"`) || strings.Contains(r.body, "hx-get") {
		t.Error("the page of a run that is finished loads itself again")
	}
	r.wants(t, "finished", http.StatusOK, "Réexamen terminé", "Laissés tels quels")
	if r := reviewer.get(t, "/status"); r.status != http.StatusOK || strings.Contains(r.body, "Réexamen") {
		t.Errorf("a reviewer sees it: %d", r.status)
	}
}

// TestTheSectionChangesTheWeights: by the form, as one who reads, makes mistakes, and is not alone.
func TestTheSectionChangesTheWeights(t *testing.T) {
	h := newHouse(t)
	points := func(name signals.Signal) string { return strconv.Itoa(signals.Default().Points[name]) }
	video := `name="video" value="` + points(signals.Video) + `"`
	raised := "&#43;" + points(signals.Video) + " → &#43;20"
	one, other, admin := h.visit(t, triage.Reviewer), h.visit(t, triage.Reviewer), h.visit(t, triage.Admin)
	one.get(t, "/queue").wants(t, "the queue", http.StatusOK, `href="/ranking"`)
	page := one.get(t, "/ranking")
	page.wants(t, "the page", http.StatusOK, "Ce qui compte", "Le groupe contient une vidéo.", video, "Valeurs du programme.", `name="from" value="0"`)
	form := func(from string, changes ...string) url.Values {
		f := url.Values{"from": {from}, "reason": {"vidéos d’abord"}}
		for name, value := range typed(signals.Default()) {
			f.Set(name, value)
		}
		for i := 0; i < len(changes); i += 2 {
			f.Set(changes[i], changes[i+1])
		}
		return f
	}
	one.post(t, "/ranking", form("0", "icon", "1,5", "video", "", "web_side", "0", "recent", "7")).wants(t, "mistakes", http.StatusBadRequest,
		"Corrigez les nombres signalés", `id="fault-icon">il faut un nombre entier`, `id="fault-video">il faut un nombre ;`, `id="fault-web_side">0 est hors des bornes`,
		`name="icon" value="1,5"`, `name="recent" value="7"`, "En vigueur : &#43;"+points(signals.Recent), "vidéos d’abord</textarea>",
		"3 nombres à corriger", `<a href="#w-icon">`, `<a href="#w-video">Le groupe contient une vidéo.</a> il faut un nombre`, `<a href="#w-web_side">`,
		`id="w-video" name="video" value="" min="-1000" max="1000" step="1" required autocomplete="off" aria-invalid="true" aria-describedby="fault-video`)
	one.post(t, "/ranking", form("0", "video", "20", "reason", " ")).wants(t, "no reason", http.StatusBadRequest, "Indiquez un motif", `name="video" value="20"`)
	one.post(t, "/ranking", form("", "video", "20")).wants(t, "no event", http.StatusBadRequest)
	one.post(t, "/ranking", form("0")).wants(t, "nothing changed", http.StatusConflict, "Ces poids sont déjà en vigueur")
	one.post(t, "/ranking", form("0", "video", "20", "threshold", "−5")).wants(t, "a change", http.StatusSeeOther)
	page = one.get(t, "/ranking?changed=1")
	page.wants(t, "changed", http.StatusOK, "Version 1 en vigueur", `name="video" value="20"`, `name="threshold" value="-5"`, raised, "vidéos d’abord", "Test reviewer")
	other.post(t, "/ranking", form("0", "icon", "0")).wants(t, "another's change of the same version", http.StatusConflict, "Quelqu’un a changé les poids", `name="icon" value="0"`, "En vigueur : −"+strings.TrimPrefix(points(signals.Icon), "-"), raised)
	one.get(t, "/ranking?default=1").wants(t, "back to default", http.StatusOK, video, "En vigueur : &#43;20", "Rien n’a encore changé")

	read := admin.get(t, "/ranking")
	read.wants(t, "an administrator's page", http.StatusOK, "Les analystes changent ces valeurs", raised)
	if strings.Contains(read.body, `name="video"`) || strings.Contains(read.body, `action="/ranking"`) {
		t.Error("an administrator has a form")
	}
	admin.post(t, "/ranking", form("1", "video", "3")).wants(t, "an administrator's change", http.StatusForbidden)
	for _, role := range []triage.Role{triage.Examiner, triage.Unit} {
		h.visit(t, role).get(t, "/ranking").wants(t, string(role), http.StatusForbidden)
	}
}

func TestAGroupIsSeenOnlyByWhoAsked(t *testing.T) {
	h := newHouse(t)
	h.work(t)
	h.settle(t, h.submit(t, "SCELLE-1", drawing(t, 3)))
	v := h.visit(t, triage.Reviewer)
	m := regexp.MustCompile(`href="(/groups/[0-9a-f]+)"`).FindStringSubmatch(v.get(t, "/queue").body)
	if m == nil {
		t.Fatal("the queue names no group")
	}
	group := m[1]
	if strings.Contains(v.get(t, group).body, "<form method=\"post\" action=\""+group+"/reveal") {
		t.Error("a reveal is offered before a claim")
	}
	reason := url.Values{"step": {"blurred"}, "reason": {"pour voir le décor"}}
	v.post(t, group+"/reveal", reason).wants(t, "a reveal without a claim", http.StatusConflict, "Prenez d’abord ce groupe.")
	v.post(t, group+"/decide", url.Values{"verdict": {"not-illegal"}}).wants(t, "a decision without a claim", http.StatusConflict)
	v.post(t, group+"/claim", url.Values{}).wants(t, "a claim", http.StatusSeeOther)
	v.post(t, group+"/reveal", url.Values{"step": {"blurred"}, "reason": {"  a  "}}).wants(t, "a reveal without a reason", http.StatusBadRequest, "Indiquez le motif")
	v.post(t, group+"/reveal", url.Values{"step": {"all"}, "reason": {"pour voir"}}).wants(t, "a step there is not", http.StatusBadRequest)
	v.post(t, group+"/reveal", url.Values{"step": {"full"}, "reason": {"pour voir"}}).wants(t, "a step before its time", http.StatusConflict, "Demandez d’abord l’étape qui précède celle-ci.", "pour voir")
	v.post(t, group+"/decide", url.Values{"verdict": {"odd"}, "note": {"gardée"}}).wants(t, "a verdict there is not", http.StatusBadRequest, "gardée")

	granted := v.post(t, group+"/reveal", reason)
	granted.wants(t, "a reveal", http.StatusSeeOther)
	picture := granted.header.Get("Location") + "/pictures/0"
	r := v.get(t, picture)
	r.wants(t, "its picture", http.StatusOK)
	if r.header.Get("Content-Type") != "image/jpeg" || r.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(r.body, "\xff\xd8") {
		t.Errorf("its picture: %v", r.header)
	}
	for _, path := range []string{granted.header.Get("Location") + "/pictures/1", granted.header.Get("Location") + "/pictures/-1", granted.header.Get("Location") + "/pictures/x", "/reveals/r0"} {
		v.get(t, path).wants(t, path, http.StatusNotFound)
	}
	again := h.visit(t, triage.Reviewer) // the same person in another session
	again.get(t, picture).wants(t, "the picture, in another session", http.StatusNotFound, "Ce dévoilement est terminé")
	again.get(t, granted.header.Get("Location")).wants(t, "the page, in another session", http.StatusNotFound)

	if _, account, err := h.Access.NewToken(t.Context(), triage.Operator, triage.Reviewer, "Autre Personne", ""); err != nil {
		t.Fatal(err)
	} else if _, err := h.Review.Claim(t.Context(), account.Actor, triage.GroupID(strings.TrimPrefix(group, "/groups/"))); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("another's claim: %v", err)
	}
	v.post(t, group+"/reveal", url.Values{"step": {"grey"}}).wants(t, "the next step, without a reason", http.StatusSeeOther)
	v.post(t, group+"/return", url.Values{}).wants(t, "a return", http.StatusSeeOther)
	v.get(t, picture).wants(t, "the picture of a group handed back", http.StatusNotFound)
	v.post(t, group+"/return", url.Values{}).wants(t, "a second return", http.StatusConflict)
	v.get(t, "/groups/"+strings.Repeat("0", 32)).wants(t, "a group there is not", http.StatusNotFound)
}

// TestTheNextGroup takes one group after the other by the form that works without scripts.
func TestTheNextGroup(t *testing.T) {
	h := newHouse(t)
	h.work(t)
	h.settle(t, h.submit(t, "SCELLE-1", drawing(t, 3), drawing(t, 4)))
	v := h.visit(t, triage.Reviewer)
	v.get(t, "/queue").wants(t, "the queue", http.StatusOK, `action="/queue/next"`, "Groupe suivant")
	next := func() string {
		t.Helper()
		r := v.post(t, "/queue/next", url.Values{})
		r.wants(t, "the next", http.StatusSeeOther)
		return r.header.Get("Location")
	}
	first := next()
	if again := next(); again != first || !strings.HasPrefix(first, "/groups/") {
		t.Errorf("holding %s, the next is %s", first, again)
	}
	v.get(t, first).wants(t, "its page", http.StatusOK, "Ce groupe vous est réservé", `id="renew"`, `data-seconds="225"`)
	r := v.post(t, first+"/renew", url.Values{})
	r.wants(t, "a sign of life", http.StatusOK, `"tag":"À vous jusqu’à `, `"how":"Ce groupe vous est réservé jusqu’à `)
	v.post(t, first+"/decide", url.Values{"verdict": {"not-illegal"}}).wants(t, "a decision", http.StatusSeeOther)
	v.post(t, first+"/renew", url.Values{}).wants(t, "a sign of life of what is decided", http.StatusConflict)
	v.get(t, "/queue?decided=not-illegal").wants(t, "the queue, after a decision", http.StatusOK, "Décision enregistrée", `action="/queue/next"`)
	second := next()
	if second == first {
		t.Error("what was decided is the next")
	}
	if body := v.get(t, first).body; strings.Contains(body, `id="renew"`) {
		t.Error("a page that holds no group gives signs of life")
	}
	_, other, err := h.Access.NewToken(t.Context(), triage.Operator, triage.Reviewer, "Autre Personne", "")
	if err != nil {
		t.Fatal(err)
	}
	v.post(t, second+"/return", url.Values{}).wants(t, "a return", http.StatusSeeOther)
	if g, err := h.Review.Next(t.Context(), other.Actor, triage.QueueFilter{}); err != nil || "/groups/"+string(g.ID) != second {
		t.Errorf("the other's next: %+v, %v", g, err)
	}
	if at := next(); at != "/queue?next=none" {
		t.Errorf("there is no next, and the page is %s", at)
	}
	v.get(t, "/queue?next=none").wants(t, "no next", http.StatusOK, "Aucun groupe libre")
	v.post(t, second+"/renew", url.Values{}).wants(t, "a sign of life of another's", http.StatusConflict)
	h.visit(t, triage.Examiner).post(t, "/queue/next", url.Values{}).wants(t, "an examiner's", http.StatusForbidden)
}

// TestAProposalIsConfirmed decides a group, has a copy join it, and takes the decision over for that by one act of its page.
func TestAProposalIsConfirmed(t *testing.T) {
	h := newHouse(t)
	h.work(t)
	drawn := drawing(t, 3)
	h.settle(t, h.submit(t, "SCELLE-1", drawn))
	v := h.visit(t, triage.Reviewer)
	m := regexp.MustCompile(`href="(/groups/[0-9a-f]+)"`).FindStringSubmatch(v.get(t, "/queue").body)
	if m == nil {
		t.Fatal("the queue names no group")
	}
	group := m[1]
	if strings.Contains(v.get(t, group).body, "/confirm") {
		t.Error("something is proposed of a group that nobody decided")
	}
	v.post(t, group+"/claim", url.Values{}).wants(t, "a claim", http.StatusSeeOther)
	v.post(t, group+"/decide", url.Values{"verdict": {"not-illegal"}}).wants(t, "a decision", http.StatusSeeOther)
	h.settle(t, h.submit(t, "SCELLE-2", append(bytes.Clone(drawn), 0)))
	v.get(t, "/queue").wants(t, "the queue", http.StatusOK, "Proposé : ", "1 nouveau média")
	v.get(t, group).wants(t, "the group", http.StatusOK, `action="`+group+`/confirm"`, `name="media" value="1"`, ">nouveau</span>")
	proposed := func(media string) url.Values { return url.Values{"verdict": {"not-illegal"}, "media": {media}} }
	v.post(t, group+"/confirm", proposed("2")).wants(t, "more media than proposed", http.StatusConflict, "Le groupe a changé entre-temps")
	v.post(t, group+"/confirm", proposed("x")).wants(t, "no number", http.StatusConflict)
	v.post(t, group+"/confirm", url.Values{"media": {"1"}}).wants(t, "no verdict", http.StatusBadRequest)
	v.post(t, group+"/confirm", proposed("1")).wants(t, "as proposed", http.StatusSeeOther)
	v.get(t, "/queue").wants(t, "the queue, confirmed", http.StatusOK, "Aucun groupe n’attend")
	v.post(t, group+"/confirm", proposed("1")).wants(t, "twice", http.StatusConflict)
}

func TestExaminersSeeTheirOwnExhibits(t *testing.T) {
	h := newHouse(t)
	x := h.submit(t, "SCELLE-9", drawing(t, 5))
	path := "/drives/" + string(x.ID)
	v := h.visit(t, triage.Examiner)
	v.get(t, path).wants(t, "one's own", http.StatusOK, "SCELLE-9", "vigie findings")
	fragment := v.get(t, path+"/progress?said=0")
	fragment.wants(t, "its progress", http.StatusOK, `hx-trigger="every 2s"`)
	if strings.Contains(fragment.body, "<html") || strings.Contains(fragment.body, "hx-swap-oob") {
		t.Error("the progress is a whole page, or announces what was announced before")
	}
	v.get(t, path+"/progress?said=5").wants(t, "its progress, announced", http.StatusOK, "hx-swap-oob")
	if body := h.visit(t, triage.Reviewer).get(t, path).body; strings.Contains(body, "vigie findings") || !strings.Contains(body, "SCELLE-9") {
		t.Error("a reviewer sees counts, and is not sent to read the findings")
	}

	token, _, err := h.Access.NewToken(t.Context(), triage.Operator, triage.Examiner, "Autre Examinatrice", "")
	if err != nil {
		t.Fatal(err)
	}
	h.tokens[triage.Examiner] = token
	other := h.visit(t, triage.Examiner)
	other.get(t, "/drives").wants(t, "another's list", http.StatusOK, "Vous n’avez encore déposé aucun scellé")
	other.get(t, path).wants(t, "another's exhibit", http.StatusNotFound)
	other.get(t, path+"/progress").wants(t, "another's progress", http.StatusNotFound)
}
