// Package api puts the service together that answers over HTTP: the guard in front, version 1 of the interface,
// and whatever pages are mounted through the same guard.
package api

import (
	"context"
	"log/slog"
	"net"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/rest"
	"vigie/triage"
)

// Options say what the service consists of.
type Options struct {
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
	Overviews    *triage.Overviews
	// Conditions says how each part of the service fares.
	Conditions func(ctx context.Context) []triage.Condition
	Metrics    http.Handler // what this process tells Prometheus; nil: nothing
	// Mount registers further routes; nil for none.
	Mount   func(g *guard.Guard) error
	Log     *slog.Logger
	TLS     bool // reached over TLS
	Version string
}

// New returns the application. Requests carry ctx's values but outlive it: they are cut off when the application
// has been shut down.
func New(ctx context.Context, o Options) (*fiber.App, error) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	g := guard.New(ctx, guard.Options{Access: o.Access, TLS: o.TLS, Log: o.Log, Now: o.Access.Now})
	g.App().Hooks().OnShutdown(func() error {
		stop()
		return nil
	})
	h := &rest.Handlers{
		Submission: o.Submission, Sets: o.Sets, Review: o.Review, Checks: o.Checks, Access: o.Access,
		Destructions: o.Destructions, Cases: o.Cases, Weighing: o.Weighing, Notices: o.Notices, Overviews: o.Overviews, Shown: o.Shown, Outcomes: o.Outcomes, Assigner: o.Assigner, Conditions: o.Conditions, Metrics: o.Metrics, Version: o.Version,
	}
	err := h.Register(g)
	if err == nil && o.Mount != nil {
		err = o.Mount(g)
	}
	if err != nil {
		stop()
		return nil, err
	}
	return g.App(), nil
}

// Listener prepares a TCP listener for the application: an upload that is refused before it was read still learns
// why. TLS goes on top of it.
func Listener(ln net.Listener) net.Listener { return guard.Listener(ln) }
