package web

import (
	"bytes"
	"errors"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/hashing"
	"vigie/triage"
	"vigie/triage/signals"
)

// page is what the layout needs; Body is what the page's own template needs.
type page struct {
	Title   string
	Path    string // to come back to after a change of language
	Lang    i18n.Lang
	Session triage.Session
	Nav     []tab
	Live    bool // loads htmx
	Refresh int  // seconds after which a browser without scripts loads the page again; 0: never
	Body    any
}

type tab struct {
	Path, Key string
	Current   string // aria-current: "page", "true" for a page below it, or ""
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
	triage.Examiner: {{Path: "/drives", Key: "nav.drives"}},
	triage.Reviewer: {{Path: "/queue", Key: "nav.queue"}, {Path: "/drives", Key: "nav.drives"}},
	triage.Unit:     {{Path: "/check", Key: "nav.check"}},
	triage.Admin:    {{Path: "/sets", Key: "nav.sets"}, {Path: "/drives", Key: "nav.drives"}},
}

// below says under which tab a page stands that is not one itself.
var below = map[string]string{"groups": "/queue", "reveals": "/queue"}

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

// templates are the pages by language and name. Each language has its own, whose functions speak it.
type templates map[i18n.Lang]map[string]*template.Template

func parseTemplates(zone *time.Location, a assets) (templates, error) {
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	all := make(templates)
	for _, l := range i18n.Langs {
		all[l] = make(map[string]*template.Template)
		base, err := template.New("").Funcs(functions(l, zone, a)).ParseFS(files, "templates/layout.html", "templates/parts.html")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			t, err := template.Must(base.Clone()).ParseFS(files, name)
			if err != nil {
				return nil, err
			}
			all[l][strings.TrimSuffix(path.Base(name), ".html")] = t
		}
	}
	return all, nil
}

// functions are what templates may call, in one language and zone.
func functions(l i18n.Lang, zone *time.Location, a assets) template.FuncMap {
	return template.FuncMap{
		"lang":  func() string { return string(l) },
		"T":     func(key string, args ...any) string { return texts.T(l, key, args...) },
		"N":     func(key string, n int) string { return texts.N(l, key, n) },
		"asset": a.url,
		"zone":  func() string { return zoneName(l, zone) },

		"num":     func(n any) string { return number(l, n) },
		"points":  func(n int) string { return points(l, n) },
		"percent": func(part, whole int) string { return i18n.Percent(l, part, whole) },
		"size":    func(n int64) string { return i18n.Size(l, n) },
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"moment":  func(t time.Time) string { return i18n.Moment(l, t.In(zone)) },
		"stamp":   func(t time.Time) string { return i18n.Stamp(l, t.In(zone)) },
		"camera":  func(t time.Time) string { return i18n.Stamp(l, t) }, // a camera's clock is shown as it stood
		"clock":   func(t time.Time) string { return i18n.Clock(l, t.In(zone)) },
		"seconds": func(t time.Time) string { return t.In(zone).Format("15:04:05") },

		"finding":      func(f triage.Finding) string { return i18n.Finding(l, f) },
		"findingHelp":  func(f triage.Finding) string { return i18n.FindingHelp(l, f) },
		"role":         func(r triage.Role) string { return i18n.Role(l, r) },
		"kind":         func(k hashing.Kind) string { return i18n.MediaKind(l, k) },
		"reason":       func(code string) string { return i18n.Reason(l, code) },
		"signal":       func(r signals.Reason) string { return i18n.Signal(l, r) },
		"verdict":      func(v triage.Verdict) string { return i18n.Verdict(l, v) },
		"step":         func(s triage.RevealStep) string { return i18n.Step(l, s) },
		"setKind":      func(k triage.SetKind) string { return i18n.SetKind(l, k) },
		"setState":     func(s triage.SetState) string { return i18n.SetState(l, s) },
		"checkVerdict": func(v triage.CheckVerdict) string { return i18n.CheckVerdict(l, v) },
		"checkNext":    func(v triage.CheckVerdict) string { return i18n.CheckNext(l, v) },
		"problemTitle": func(err error) string { return problemTitle(l, err) },
		"problem":      func(err error) string { return problemText(l, err) },
	}
}

// number writes any of the whole numbers that pages hold.
func number(l i18n.Lang, n any) string {
	switch n := n.(type) {
	case int:
		return i18n.Number(l, n)
	case int64:
		return i18n.Number(l, n)
	case uint32:
		return i18n.Number(l, int64(n))
	}
	return i18n.MissingOpen + "number" + i18n.MissingClose
}

// points writes a number of points with its sign.
func points(l i18n.Lang, n int) string {
	if n > 0 {
		return "+" + i18n.Number(l, n)
	}
	return i18n.Number(l, n)
}

// zoneName names the zone in which a page writes its times.
func zoneName(l i18n.Lang, zone *time.Location) string {
	if zone == time.Local || zone.String() == "Local" {
		return texts.T(l, "zone.local")
	}
	return zone.String()
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

// problem answers a browser with what went wrong and the way out.
func (p *Pages) problem(c *fiber.Ctx, status int, err error) error {
	if fe, ok := errors.AsType[*fiber.Error](err); ok {
		err = fromStatus(fe.Code, err)
	}
	if triage.IsKind(err, triage.Unsigned) && c.Method() == fiber.MethodGet {
		return p.show(c, "signin", page{Path: "/signin", Body: signInBody{Problem: err}}, "signin.title")
	}
	return p.show(c, "problem", page{Body: problemBody{err, status}}, "problem.title")
}

type problemBody struct {
	Problem error
	Status  int
}

// tooMany is the kind of the one error that only HTTP knows.
const tooMany triage.Kind = "too-many"

// fromStatus gives what the server itself refused a kind.
func fromStatus(status int, err error) error {
	kinds := map[int]triage.Kind{
		fiber.StatusNotFound: triage.NotFound, fiber.StatusMethodNotAllowed: triage.NotFound,
		fiber.StatusRequestEntityTooLarge: triage.TooLarge, fiber.StatusTooManyRequests: tooMany,
	}
	kind, ok := kinds[status]
	switch {
	case ok:
	case status < fiber.StatusInternalServerError:
		kind = triage.Invalid
	default:
		kind = triage.Internal
	}
	return triage.E(kind, "answer", "", "", err)
}

func problemTitle(l i18n.Lang, err error) string {
	if triage.IsKind(err, tooMany) {
		return texts.T(l, "problem.too-many")
	}
	return i18n.ErrorTitle(l, triage.KindOf(err))
}

func problemText(l i18n.Lang, err error) string {
	if triage.IsKind(err, tooMany) {
		return texts.T(l, "problem.too-many.advice")
	}
	return i18n.Problem(l, err)
}

// field returns a field of a form that was posted the plain way. Fields in the address do not count.
func field(c *fiber.Ctx, name string) string { return string(c.Context().PostArgs().Peek(name)) }
