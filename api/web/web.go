package web

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

// UseCases are what the pages call.
type UseCases struct {
	Submission *triage.Submission
	Sets       *triage.Sets
	Review     *triage.Review
	Checks     *triage.Checks
	Access     *triage.Access

	Destructions *triage.Destructions
	Cases        *triage.Cases
	Weighing     *triage.Weighing
	Notices      *triage.Notices
	Shown        *triage.Shown
	Outcomes     *triage.CaseOutcomes
	Assigner     *triage.Assigner
	Breaks       *triage.Breaks
	Overviews    *triage.Overviews
	Rehash       *triage.Rehash
	// Conditions says how each part of the service fares.
	Conditions func(ctx context.Context) []triage.Condition
}

// Options say how the pages look and tell time.
type Options struct {
	Now  func() time.Time
	Zone *time.Location // in which times are written; nil: that of the machine
	TLS  bool           // the service is reached over TLS: cookies are Secure
	// OperatorCSS is a style sheet that the service lays over ours; empty: none.
	OperatorCSS []byte
	// Support is whom people may turn to, in the organisation's words; empty: nothing is said.
	Support string
}

// Pages serves the pages.
type Pages struct {
	UseCases
	o         Options
	guard     *guard.Guard
	templates templates
	assets    assets
}

// Mount registers the pages' routes with g, and its error page.
func Mount(g *guard.Guard, u UseCases, o Options) error {
	if o.Zone == nil {
		o.Zone = time.Local
	}
	p := &Pages{UseCases: u, o: o, guard: g}
	var err error
	if p.assets, err = loadAssets(); err != nil {
		return fmt.Errorf("web: assets: %w", err)
	}
	if p.templates, err = parseTemplates(o.Zone, p.assets); err != nil {
		return fmt.Errorf("web: templates: %w", err)
	}
	for _, r := range p.routes() {
		g.Handle(r.method, r.path, r.policy, r.handler)
	}
	g.SetErrorPage(p.problem)
	return nil
}

type route struct {
	method, path string
	policy       guard.Policy
	handler      fiber.Handler
}

func (p *Pages) routes() []route {
	return slices.Concat(p.commonRoutes(), p.caseRoutes(), p.reviewRoutes(), p.otherRoutes())
}

// commonRoutes are those of everybody: to sign in and out, and to take a break.
func (p *Pages) commonRoutes() []route {
	const get, post = fiber.MethodGet, fiber.MethodPost
	public, signedIn, reviewer := guard.Public(), guard.SignedIn(), guard.For(triage.Reviewing...)
	return []route{
		{get, "/", public, p.home},
		{get, "/static/*", public, p.static},
		{post, "/language", public, p.chooseLanguage},
		{get, "/signin", public, p.signInPage},
		{post, "/signin", public, p.signInByToken},
		{get, "/signin/:secret", public, p.signInByLink},
		{post, "/signout", signedIn, p.signOut},
		{get, "/out", public, p.out},
		{get, "/break", reviewer, p.aBreak},
		{post, "/break/later", reviewer, p.later},
		{get, "/status", signedIn, p.status},
	}
}

// caseRoutes are those of exhibits and cases.
func (p *Pages) caseRoutes() []route {
	const get, post = fiber.MethodGet, fiber.MethodPost
	viewers, admin := guard.For(triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin), guard.For(triage.Admin)
	return []route{
		{get, "/overview", viewers, p.overview},
		{get, "/drives", viewers, p.drives},
		{get, "/drives/:id", viewers, p.drive},
		{get, "/drives/:id/progress", viewers, p.driveProgress},
		{post, "/drives/:id/destruction", admin, p.proposeDestruction},
		{post, "/drives/:id/destruction/withdraw", admin, p.withdrawDestruction},
		{post, "/drives/:id/destruction/confirm", admin, p.confirmDestruction},
		{get, "/destructions", admin, p.destructions},
		{get, "/cases", viewers, p.cases},
		{get, "/cases/:id", viewers, p.aCase},
		{post, "/cases/:id/custody", guard.For(triage.Examiner), p.holdCase},
		{post, "/cases/:id/outcome", guard.For(triage.Examiner, triage.Supervisor, triage.Admin), p.recordOutcome},
		{post, "/cases/:id/close", admin, p.closeCase},
		{post, "/cases/:id/reopen", admin, p.reopenCase},
	}
}

// reviewRoutes are those of the queue, and of what comes of it.
func (p *Pages) reviewRoutes() []route {
	const get, post = fiber.MethodGet, fiber.MethodPost
	reviewer, supervisor := guard.For(triage.Reviewing...), guard.For(triage.Supervisor)
	return []route{
		{get, "/queue", reviewer, p.queue},
		{get, "/queue/news", reviewer, p.news},
		{post, "/queue/next", reviewer, p.next},
		{get, "/assignments", reviewer, p.assignments},
		{post, "/assignments", supervisor, p.assignCase},
		{post, "/groups/:id/assign", supervisor, p.assignGroup},
		{get, "/ranking", guard.For(triage.Reviewer, triage.Supervisor, triage.Admin), p.ranking},
		{post, "/ranking", reviewer, p.changeRanking},
		{get, "/groups/:id", reviewer, p.group},
		{post, "/groups/:id/claim", reviewer, p.claim},
		{post, "/groups/:id/renew", reviewer, p.renew},
		{post, "/groups/:id/return", reviewer, p.giveBack},
		{post, "/groups/:id/reveal", reviewer, p.askReveal},
		{post, "/groups/:id/tiles", reviewer, p.askTiles},
		{post, "/groups/:id/frames", reviewer, p.askFrames},
		{post, "/groups/:id/names", reviewer, p.askNames},
		{post, "/groups/:id/decide", reviewer, p.decide},
		{post, "/groups/:id/same", reviewer, p.decideAs},
		{get, "/groups/:id/folder", reviewer, p.folder},
		{post, "/groups/:id/folder", reviewer, p.decideFolder},
		{post, "/groups/:id/undo", reviewer, p.undo},
		{get, "/awaiting", reviewer, p.awaiting},
		{post, "/awaiting/next", reviewer, p.nextAwaiting},
		{post, "/groups/:id/confirm", reviewer, p.confirm},
		{get, "/reveals/:id", reviewer, p.reveal},
		{get, "/reveals/:id/pictures/:n", reviewer, p.picture},
		{get, "/notices", guard.For(triage.Examiner, triage.Reviewer, triage.Supervisor), p.notices},
		{post, "/notices/:id/:link/read", guard.For(triage.Examiner), p.readNotice},
		{get, "/outcomes", reviewer, p.outcomes},
		{post, "/outcomes/:outcome/read", reviewer, p.readOutcome},
		{get, "/shown", reviewer, p.shown},
		{post, "/reveals/:id/hidden", reviewer, p.hide},
		{get, "/settings", reviewer, p.settings},
		{post, "/settings", reviewer, p.changeSettings},
	}
}

// otherRoutes are those of units and of who keeps the sets.
func (p *Pages) otherRoutes() []route {
	const get, post = fiber.MethodGet, fiber.MethodPost
	unit, admin := guard.For(triage.Unit), guard.For(triage.Admin)
	return []route{
		{get, "/check", unit, p.checkPage},
		{post, "/check", unit, p.check},
		{get, "/sets", admin, p.sets},
		{post, "/sets", admin.Body(maxUpload), p.importSet},
		{get, "/sets/:id", admin, p.set},
		{post, "/sets/:id/withdraw", admin, p.withdraw},
		{post, "/sets/:id/entries", admin, p.object},
		{post, "/sets/:id/remove", admin, p.removeSet},
	}
}

// home sends everybody to the page of their role.
func (p *Pages) home(c *fiber.Ctx) error {
	s, err := p.session(c)
	if err != nil {
		return seeOther(c, "/signin")
	}
	return seeOther(c, homes[s.Actor.Role])
}

var homes = map[triage.Role]string{
	triage.Examiner: "/drives", triage.Reviewer: "/queue", triage.Supervisor: "/queue", triage.Unit: "/check", triage.Admin: "/sets",
}

// session returns who calls, on public routes too.
func (p *Pages) session(c *fiber.Ctx) (triage.Session, error) {
	if s := guard.Session(c); s.Actor.ID != "" {
		return s, nil
	}
	secret := guard.SessionSecret(c)
	if secret == "" {
		return triage.Session{}, triage.E(triage.Unsigned, "sign in", "", "give a valid token, or sign in by link", nil)
	}
	return p.Access.BySession(guard.Context(c), secret)
}

func seeOther(c *fiber.Ctx, path string) error { return c.Redirect(path, fiber.StatusSeeOther) }
