package web

import (
	"bytes"
	"strings"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/triage"
)

// page is what the layout needs; Body is what the page's own template needs.
type page struct {
	Title   string
	Path    string // to come back to after a change of language
	Lang    i18n.Lang
	Session triage.Session
	Nav     []tab
	Live    bool  // loads htmx
	Full    error // why submissions wait; nil: they do not
	Break   bool  // the reader is to be reminded of a break
	Calm    bool  // words alone: no sections, no shortcuts
	Refresh int   // seconds after which a browser without scripts loads the page again; 0: never
	Body    any
}

type tab struct {
	Path, Key string
	Current   string // aria-current: "page", "true" for a page below it, or ""
	Count     int    // of what there is to read; 0 is not told
}

// SignedIn reports whether the page knows its reader.
func (p page) SignedIn() bool { return p.Session.Actor.ID != "" }

// Other is the language to change to.
func (p page) Other() i18n.Lang {
	if p.Lang == i18n.EN {
		return i18n.FR
	}
	return i18n.EN
}

// OtherName is the name of that language, in itself.
func (p page) OtherName() string {
	if p.Other() == i18n.FR {
		return "Français"
	}
	return "English"
}

// tabs are the pages of each role.
var tabs = map[triage.Role][]tab{
	triage.Examiner:   {{Path: "/drives", Key: "nav.drives"}, {Path: "/cases", Key: "nav.cases"}, {Path: "/notices", Key: "nav.notices"}, {Path: "/overview", Key: "nav.overview"}},
	triage.Reviewer:   {{Path: "/queue", Key: "nav.queue"}, {Path: "/awaiting", Key: "nav.awaiting"}, {Path: "/drives", Key: "nav.drives"}, {Path: "/cases", Key: "nav.cases"}, {Path: "/notices", Key: "nav.notices"}, {Path: "/overview", Key: "nav.overview"}, {Path: "/outcomes", Key: "nav.outcomes"}, {Path: "/settings", Key: "nav.settings"}},
	triage.Supervisor: {{Path: "/queue", Key: "nav.queue"}, {Path: "/awaiting", Key: "nav.awaiting"}, {Path: "/drives", Key: "nav.drives"}, {Path: "/cases", Key: "nav.cases"}, {Path: "/notices", Key: "nav.notices"}, {Path: "/overview", Key: "nav.overview"}, {Path: "/outcomes", Key: "nav.outcomes"}, {Path: "/settings", Key: "nav.settings"}},
	triage.Unit:       {{Path: "/check", Key: "nav.check"}},
	triage.Admin:      {{Path: "/overview", Key: "nav.overview"}, {Path: "/sets", Key: "nav.sets"}, {Path: "/drives", Key: "nav.drives"}, {Path: "/cases", Key: "nav.cases"}, {Path: "/destructions", Key: "nav.destructions"}, {Path: "/ranking", Key: "nav.ranking"}, {Path: "/status", Key: "nav.status"}},
}

// below says under which tab a page stands that is not one itself.
var below = map[string]string{"groups": "/queue", "reveals": "/queue", "ranking": "/queue", "assignments": "/queue", "shown": "/settings"}

func navigation(role triage.Role, at string) []tab {
	first, _, _ := strings.Cut(strings.TrimPrefix(at, "/"), "/")
	var nav []tab
	for _, t := range tabs[role] {
		switch {
		case t.Path == at:
			t.Current = "page"
		case t.Path == "/"+first || t.Path == below[first]:
			t.Current = "true"
		}
		nav = append(nav, t)
	}
	return nav
}

// language returns what the reader chose, or else what the browser asks for.
func language(c *fiber.Ctx) i18n.Lang {
	if l, ok := i18n.ParseLang(c.Cookies(languageCookie)); ok {
		return l
	}
	return i18n.FromAcceptLanguage(c.Get(fiber.HeaderAcceptLanguage))
}

// show answers with a page. title is a key of texts, args its arguments.
func (p *Pages) show(c *fiber.Ctx, name string, pg page, title string, args ...any) error {
	pg.Lang, pg.Session = language(c), guard.Session(c)
	if !pg.SignedIn() {
		pg.Session, _ = p.session(c) //nolint:errcheck // nobody is signed in, or the page says so itself
	}
	if pg.SignedIn() {
		pg.Full = p.Submission.Room.Check()
	}
	pg.Title = texts.T(pg.Lang, title, args...)
	switch {
	case pg.Path != "":
	case c.Method() == fiber.MethodGet:
		pg.Path = c.OriginalURL()
	default:
		pg.Path = "/"
	}
	at, _, _ := strings.Cut(pg.Path, "?")
	pg.Nav = navigation(pg.Session.Actor.Role, at)
	if pg.Calm {
		pg.Nav = nil
	}
	p.count(c, pg)
	p.remind(c, name, &pg)
	return p.render(c, name, "layout", pg)
}

func (p *Pages) render(c *fiber.Ctx, name, part string, data any) error {
	var b bytes.Buffer
	if err := p.templates[language(c)][name].ExecuteTemplate(&b, part, data); err != nil {
		return triage.E(triage.Internal, "render "+name, "", "", err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Vary(fiber.HeaderAcceptLanguage, fiber.HeaderCookie)
	return c.Send(b.Bytes())
}

// field returns a field of a form that was posted the plain way. Fields in the address do not count.
func field(c *fiber.Ctx, name string) string { return string(c.Context().PostArgs().Peek(name)) }
