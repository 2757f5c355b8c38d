package guard

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"vigie/triage"
)

// CookieName names the session cookie.
const CookieName = "vigie_session"

// admit lets a request through to its handler, or says why not.
func (g *Guard) admit(c *fiber.Ctx, p Policy) error {
	if err := checkBody(c, p); err != nil {
		return err
	}
	token := c.Get(fiber.HeaderAuthorization)
	if token == "" && !safe(c.Method()) {
		if err := sameOrigin(c); err != nil {
			return err
		}
	}
	if p.Public {
		return nil
	}
	s, err := g.recognise(c, token)
	if err != nil {
		return err
	}
	if !slices.Contains(p.Roles, s.Actor.Role) {
		return triage.E(triage.Forbidden, "call "+c.Method(), "", "the role "+string(s.Actor.Role)+" may not do this", nil)
	}
	c.Locals(sessionKey, s)
	if token == "" && !safe(c.Method()) {
		return checkCSRF(c, s)
	}
	return nil
}

// recognise returns who calls. A bearer token goes before the cookie.
func (g *Guard) recognise(c *fiber.Ctx, authorization string) (s triage.Session, err error) {
	cookie := SessionSecret(c)
	switch {
	case authorization != "":
		scheme, token, _ := strings.Cut(authorization, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return s, g.refuse(c, unsigned())
		}
		s, err = g.o.Access.ByToken(c.UserContext(), strings.TrimSpace(token))
	case cookie != "":
		s, err = g.o.Access.BySession(c.UserContext(), cookie)
	default:
		return s, unsigned()
	}
	if err != nil {
		return triage.Session{}, g.refuse(c, err)
	}
	return s, nil
}

func unsigned() error {
	return triage.E(triage.Unsigned, "sign in", "", "give a valid token, or sign in by link", nil)
}

// refuse counts a sign-in that failed.
func (g *Guard) refuse(c *fiber.Ctx, err error) error {
	if triage.IsKind(err, triage.Unsigned) {
		return g.SignInFailed(c, err)
	}
	return err
}

// SignInFailed counts a failed sign-in of the caller's address, and returns err, or, when there were too many of
// late, what to answer instead.
func (g *Guard) SignInFailed(c *fiber.Ctx, err error) error {
	over, first := g.failures.add(c.Context().RemoteIP().String())
	if first {
		g.o.Log.Warn("many failed sign-ins from one address", "route", pattern(c))
	}
	if over {
		return errTooManyFailures
	}
	return err
}

var errTooManyFailures = fiber.NewError(fiber.StatusTooManyRequests, "too many failed sign-ins from your address: wait a minute")

// SetSession has the browser keep a session's secret.
func (g *Guard) SetSession(c *fiber.Ctx, secret string) {
	cookie := g.cookie(secret)
	cookie.MaxAge = int(triage.SessionLife.Seconds())
	c.Cookie(cookie)
}

// ClearSession has the browser forget the session's secret.
func (g *Guard) ClearSession(c *fiber.Ctx) {
	cookie := g.cookie("")
	cookie.Expires = g.o.Now().AddDate(-1, 0, 0)
	c.Cookie(cookie)
}

func (g *Guard) cookie(value string) *fiber.Cookie {
	return &fiber.Cookie{
		Name: CookieName, Value: value, Path: "/", HTTPOnly: true, Secure: g.o.TLS, SameSite: fiber.CookieSameSiteStrictMode,
	}
}

// SessionSecret returns the session's secret as the browser sent it, or "".
func SessionSecret(c *fiber.Ctx) string { return c.Cookies(CookieName) }

func safe(method string) bool {
	return method == fiber.MethodGet || method == fiber.MethodHead || method == fiber.MethodOptions
}

var errCrossSite = triage.E(triage.Forbidden, "check origin", "", "this request does not come from a page of this service: open the page again", nil)

// sameOrigin refuses what a browser sends on behalf of another site. Browsers say so in Sec-Fetch-Site, older ones
// in Origin; what says neither is no browser, or still needs the CSRF token.
func sameOrigin(c *fiber.Ctx) error {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		if site == "same-origin" || site == "none" {
			return nil
		}
		return errCrossSite
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Host != string(c.Request().Host()) {
		return errCrossSite
	}
	return nil
}
