package guard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/wire"
	"vigie/triage"
)

// csp lets a page load our own scripts, styles and pictures, talk to us, and nothing else.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// permissions takes from pages what they never need.
const permissions = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), " +
	"microphone=(), payment=(), usb=()"

// headers sets what every answer carries, errors too. Handlers may set Cache-Control anew.
func (g *Guard) headers(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, csp)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderPermissionsPolicy, permissions)
	if g.o.TLS {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

// outermost is around everything else: it answers errors and panics, settles the body and writes the log.
func (g *Guard) outermost(c *fiber.Ctx) error {
	start := g.o.Now()
	g.headers(c)
	c.SetUserContext(g.ctx)
	err := checkHead(c)
	if err == nil {
		err = g.next(c)
	}
	if err != nil {
		if err := g.answerError(c, err); err != nil {
			g.o.Log.Error("error page failed", "route", pattern(c), "error", err)
			c.Status(fiber.StatusInternalServerError)
		}
	}
	settle(c)
	g.log(c, g.o.Now().Sub(start))
	return nil
}

// next calls the handler and turns a panic into an error.
func (g *Guard) next(c *fiber.Ctx) (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		what := fmt.Sprintf("%T", v) // the value may hold what must not be logged
		if e, ok := v.(runtime.Error); ok {
			what = e.Error()
		}
		g.o.Log.Error("panic", "route", pattern(c), "what", what, "stack", string(debug.Stack()))
		err = triage.E(triage.Internal, "answer", "", "", nil)
	}()
	return c.Next()
}

// log writes one line a request: the route's pattern, never its path, which names hashes and secrets.
func (g *Guard) log(c *fiber.Ctx, took time.Duration) {
	status := c.Response().StatusCode()
	level := slog.LevelInfo
	if r := pattern(c); r == "/healthz" || r == "/readyz" || strings.HasPrefix(r, "/static/") {
		level = slog.LevelDebug
	}
	g.o.Log.Log(c.UserContext(), level, "request",
		"method", c.Method(), "route", pattern(c), "status", status, "duration", took, "session", Session(c).ID)
}

func pattern(c *fiber.Ctx) string {
	if p, ok := c.Locals(patternKey).(string); ok {
		return p
	}
	return "unmatched"
}

// answerError answers with a problem document, or with a page where a browser asks for one.
func (g *Guard) answerError(c *fiber.Ctx, err error) error {
	g.headers(c) // requests that cannot be parsed come here directly
	p := problem(err)
	if p.Status >= fiber.StatusInternalServerError {
		level := slog.LevelError
		if p.Status == fiber.StatusServiceUnavailable {
			level = slog.LevelWarn
		}
		g.o.Log.Log(c.UserContext(), level, "request failed", "method", c.Method(), "route", pattern(c), "session", Session(c).ID, "error", err)
	}
	c.Status(p.Status)
	switch p.Status {
	case fiber.StatusServiceUnavailable:
		c.Set(fiber.HeaderRetryAfter, "1")
	case fiber.StatusTooManyRequests:
		c.Set(fiber.HeaderRetryAfter, "60")
	case fiber.StatusUnauthorized:
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	if g.page != nil && strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMETextHTML) {
		return g.page(c, p.Status, err)
	}
	return c.JSON(p, wire.ProblemType)
}

func problem(err error) wire.Problem {
	e, ok := errors.AsType[*fiber.Error](err)
	if !ok {
		if errors.Is(err, context.Canceled) { // nothing but the end of the service cancels a request
			err = triage.E(triage.Unavailable, "answer", "", "the service is stopping: try again", err)
		}
		return wire.NewProblem(err)
	}
	detail := e.Message
	switch e.Code {
	case fiber.StatusBadRequest: // Fiber's message repeats the request
		detail = "the request cannot be read"
	case fiber.StatusNotFound: // Fiber's message repeats the path
		detail = "there is no such address: see /openapi.json"
	case fiber.StatusMethodNotAllowed:
		detail = "this address takes other methods: see /openapi.json"
	}
	return wire.StatusProblem(e.Code, detail)
}
