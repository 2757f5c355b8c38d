package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/triage"
)

type signInBody struct {
	Problem error
}

func (p *Pages) signInPage(c *fiber.Ctx) error {
	return p.show(c, "signin", page{Path: "/signin", Body: signInBody{}}, "signin.title")
}

// signInByLink exchanges a link's secret for a session.
func (p *Pages) signInByLink(c *fiber.Ctx) error { return p.signIn(c, c.Params("secret")) }

// signInByToken makes a link for the bearer of a token and uses it at once.
func (p *Pages) signInByToken(c *fiber.Ctx) error {
	ctx := guard.Context(c)
	s, err := p.Access.ByToken(ctx, strings.TrimSpace(field(c, "token")))
	if err != nil {
		return p.signInFailed(c, err)
	}
	secret, err := p.Access.NewLink(ctx, s.Actor, s.Actor.ID, true, triage.LinkLife)
	if err != nil {
		return p.signInFailed(c, err)
	}
	return p.signIn(c, secret)
}

func (p *Pages) signIn(c *fiber.Ctx, link string) error {
	secret, s, err := p.Access.SignIn(guard.Context(c), link)
	if err != nil {
		return p.signInFailed(c, err)
	}
	p.guard.SetSession(c, secret)
	return seeOther(c, homes[s.Actor.Role])
}

func (p *Pages) signInFailed(c *fiber.Ctx, err error) error {
	if !triage.IsKind(err, triage.Unsigned) {
		return err
	}
	if err := p.guard.SignInFailed(c, err); !triage.IsKind(err, triage.Unsigned) {
		return err
	}
	c.Status(wire.NewProblem(err).Status)
	return p.show(c, "signin", page{Path: "/signin", Body: signInBody{Problem: err}}, "signin.title")
}

func (p *Pages) signOut(c *fiber.Ctx) error {
	if err := p.Access.SignOut(guard.Context(c), guard.Session(c), guard.SessionSecret(c)); err != nil {
		return err
	}
	p.guard.ClearSession(c)
	return seeOther(c, "/out")
}

// languageCookie keeps the language that a reader chose; it says nothing else about them.
const (
	languageCookie = "vigie_lang"
	languageLife   = 365 * 24 * 60 * 60 // seconds
)

func (p *Pages) chooseLanguage(c *fiber.Ctx) error {
	l, ok := i18n.ParseLang(field(c, "lang"))
	if !ok {
		return triage.E(triage.Invalid, "choose language", "", "the languages are fr and en", nil)
	}
	c.Cookie(&fiber.Cookie{
		Name: languageCookie, Value: string(l), Path: "/", MaxAge: languageLife, HTTPOnly: true, Secure: p.o.TLS,
		SameSite: fiber.CookieSameSiteLaxMode,
	})
	return seeOther(c, localPath(field(c, "back")))
}

// localPath returns an address of this service, whatever a form says.
func localPath(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}
