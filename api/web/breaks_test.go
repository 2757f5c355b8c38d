package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/triage"
)

// TestBreakIsOffered: on pages of work alone, when it is due, and not for a while when its reader goes on; nobody is kept from anything.
func TestBreakIsOffered(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	h.Breaks.Policy.After, h.Breaks.Now = 50*time.Minute, func() time.Time { return now }
	v := h.visit(t, triage.Reviewer)
	const reminder = `<form method="post" action="/break/later">`
	reminded := func(path string, want bool) {
		t.Helper()
		r := v.get(t, path)
		r.wants(t, path, http.StatusOK)
		if got := strings.Contains(r.body, reminder); got != want {
			t.Errorf("%s reminds of a break: %t", path, got)
		}
	}
	reminded("/queue", false)
	for range 10 {
		now = now.Add(5 * time.Minute)
		reminded("/queue/news?shown=", false)
		v.get(t, "/awaiting")
	}
	reminded("/queue", true)
	reminded("/awaiting", true)
	for _, other := range []string{"/settings", "/shown", "/cases", "/break"} {
		reminded(other, false)
	}
	v.get(t, "/break").wants(t, "the break", http.StatusOK, "Une pause", "Dix minutes loin de l’écran", "jour et nuit")

	r := v.post(t, "/break/later", url.Values{"back": {"/queue?least=3"}})
	if r.status != http.StatusSeeOther || r.header.Get("Location") != "/queue?least=3" {
		t.Errorf("going on leads to %d %q", r.status, r.header.Get("Location"))
	}
	if r := v.post(t, "/break/later", url.Values{"back": {"//elsewhere"}}); r.header.Get("Location") != "/" {
		t.Errorf("going on leads to %q", r.header.Get("Location"))
	}
	reminded("/queue", false)
	now = now.Add(9 * time.Minute)
	reminded("/queue", false)
	now = now.Add(6 * time.Minute)
	reminded("/queue", true)
	now = now.Add(triage.BreakLength)
	reminded("/queue", false)
}

// TestEndIsNeutral: who signs out comes to a page of words, without a script, a picture or a number, and is signed out.
func TestEndIsNeutral(t *testing.T) {
	h := newHouse(t)
	for _, role := range triage.Roles {
		v := h.visit(t, role)
		r := v.post(t, "/signout", url.Values{})
		if r.status != http.StatusSeeOther || r.header.Get("Location") != "/out" {
			t.Errorf("%s: signing out leads to %d %q", role, r.status, r.header.Get("Location"))
		}
		r = v.get(t, "/out")
		r.wants(t, "the end", http.StatusOK, "Vous êtes déconnecté", "jour et nuit")
		for _, no := range []string{"<script", "<main><img", "/signout", "class=\"tabs\""} {
			if strings.Contains(r.body, no) {
				t.Errorf("%s: the end holds %q", role, no)
			}
		}
		if again := v.get(t, homes[role]); again.status != http.StatusUnauthorized {
			t.Errorf("%s: after the end, a page answers %d", role, again.status)
		}
	}
}
