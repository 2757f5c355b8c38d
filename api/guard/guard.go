package guard

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/triage"
)

const (
	// DefaultMaxBody bounds the body of a route that states no other limit, in bytes.
	DefaultMaxBody = 1 << 20

	// headerTimeout bounds how long a request's head, and a body that is read at once, may take.
	headerTimeout = 30 * time.Second
	// idleTimeout is how long a connection may wait for its next request.
	idleTimeout = 2 * time.Minute
	// stallTimeout bounds how long one read or write of a stream may take: a stream of any length is fine, one
	// that stands still is not.
	stallTimeout = time.Minute
	// headBytes bounds a request's head, in bytes.
	headBytes = 16 << 10
)

// Options say what a Guard needs.
type Options struct {
	Access *triage.Access
	TLS    bool // the service is reached over TLS: cookies are Secure, browsers are told to stay with it
	Log    *slog.Logger
	Now    func() time.Time
}

// ErrorPage answers a browser that asked for a page with err. status is that of the problem.
type ErrorPage func(c *fiber.Ctx, status int, err error) error

// Guard is the front of the service.
type Guard struct {
	app      *fiber.App
	o        Options
	ctx      context.Context //nolint:containedctx // what http.Server calls BaseContext: in-flight requests end with it
	failures *failures
	page     ErrorPage
	routes   []Route
	adding   bool // Handle is at work: the hook refuses routes that come another way
}

// Route is a registered route.
type Route struct {
	Method string
	Path   string // pattern, with Fiber's ":name" parameters
	Policy Policy
}

// Policy says who may call a route, and with how much. The zero Policy lets nobody.
type Policy struct {
	Public  bool          // anybody, signed in or not; nobody is recognised
	Roles   []triage.Role // those who are signed in with one of these roles
	MaxBody int64         // bytes of the body; 0: DefaultMaxBody
}

// Public lets anybody call a route. Session is zero there.
func Public() Policy { return Policy{Public: true} }

// For lets the roles named, and nobody else, call a route.
func For(roles ...triage.Role) Policy { return Policy{Roles: roles} }

// SignedIn lets everybody who is signed in call a route.
func SignedIn() Policy { return Policy{Roles: triage.Roles} }

// Body returns p with a body of up to n bytes.
func (p Policy) Body(n int64) Policy {
	p.MaxBody = n
	return p
}

func (p Policy) maxBody() int64 {
	if p.MaxBody == 0 {
		return DefaultMaxBody
	}
	return p.MaxBody
}

// New makes the application. ctx is the context of every request: when it ends, requests in flight fail.
func New(ctx context.Context, o Options) *Guard {
	g := &Guard{o: o, ctx: ctx, failures: newFailures(o.Now)}
	g.app = fiber.New(fiber.Config{
		Immutable:     true, // or strings kept after the answer would change
		StrictRouting: true,
		CaseSensitive: true,
		// Streamed: the bytes of an upload are never held. Fiber then ignores BodyLimit, which must only be large
		// enough; Policy.MaxBody is what counts.
		StreamRequestBody:            true,
		BodyLimit:                    math.MaxInt,
		DisablePreParseMultipartForm: true, // or anybody's files would be written before anybody is recognised
		ReadTimeout:                  headerTimeout,
		WriteTimeout:                 stallTimeout,
		IdleTimeout:                  idleTimeout,
		ReadBufferSize:               headBytes,
		DisableStartupMessage:        true,
		ErrorHandler:                 g.answerError,
	})
	g.app.Use(g.outermost)
	g.app.Hooks().OnRoute(func(r fiber.Route) error {
		if !g.adding {
			return fmt.Errorf("guard: route %s %s must be registered with Handle", r.Method, r.Path)
		}
		return nil
	})
	return g
}

// App returns the application, to be served. Routes cannot be added to it but by Handle.
func (g *Guard) App() *fiber.App { return g.app }

// SetErrorPage sets what answers browsers with errors. Without it they get problem documents.
func (g *Guard) SetErrorPage(p ErrorPage) { g.page = p }

// Routes returns all registered routes, in the order of their registration.
func (g *Guard) Routes() []Route { return slices.Clone(g.routes) }

// Handle registers a route. It panics when the route is there already.
func (g *Guard) Handle(method, path string, p Policy, h fiber.Handler) {
	for _, r := range g.routes {
		if r.Method == method && r.Path == path {
			panic(fmt.Sprintf("guard: route %s %s is registered twice", method, path))
		}
	}
	g.routes = append(g.routes, Route{method, path, p})
	g.adding = true
	defer func() { g.adding = false }()
	g.app.Add(method, path, func(c *fiber.Ctx) error {
		c.Locals(guardKey, g)
		c.Locals(patternKey, path)
		if err := g.admit(c, p); err != nil {
			return err
		}
		return h(c)
	})
}

// localKey keys what the guard keeps with a request.
type localKey int

const (
	guardKey     localKey = iota // *Guard
	patternKey                   // string: the route's pattern
	sessionKey                   // triage.Session
	multipartKey                 // *multipart.Reader, past its first part
)

// Session returns who calls. It is zero on public routes.
func Session(c *fiber.Ctx) triage.Session {
	s, _ := c.Locals(sessionKey).(triage.Session)
	return s
}

// Context returns the context of a request. It does not end when the client leaves, but when the service stops.
func Context(c *fiber.Ctx) context.Context { return c.UserContext() }
