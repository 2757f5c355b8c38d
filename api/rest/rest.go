// Package rest answers version 1 of the HTTP interface: one file a resource, each handler a thin line from a
// request to a use case and back. It knows no store. Who may call what stands where a route is registered.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

// Handlers serve the use cases.
type Handlers struct {
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
	Metrics    http.Handler // nil: there are none
	Version    string
}

// Register adds all routes.
func (h *Handlers) Register(g *guard.Guard) error {
	if err := h.service(g); err != nil {
		return err
	}
	h.access(g)
	h.exhibits(g)
	h.findings(g)
	h.media(g)
	h.checks(g)
	h.sets(g)
	h.objections(g)
	h.setPacks(g)
	h.groups(g)
	h.reveals(g)
	h.decisions(g)
	h.destructions(g)
	h.cases(g)
	h.ranking(g)
	h.notices(g)
	h.shown(g)
	h.outcomes(g)
	h.assignments(g)
	h.overview(g)
	return nil
}

// question decodes the JSON body of a request. Fields that are not known are an error: they are misspelt.
func question[T any](c *fiber.Ctx) (q T, err error) {
	b, err := io.ReadAll(guard.Body(c))
	if err != nil {
		return q, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err = d.Decode(&q)
	if err == nil && d.More() {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return q, triage.E(triage.Invalid, "read request", "", "the body is not the JSON that this address takes: see /openapi.json", err)
	}
	return q, nil
}

// identifier returns a parameter of the path if it has the shape of an identifier: a prefix and so many
// hexadecimal digits. Identifiers name objects and keys, so that nothing else may reach a store.
func identifier(c *fiber.Ctx, name, prefix string, digits int) (string, error) {
	id := c.Params(name)
	if !isIdentifier(id, prefix, digits) {
		return "", triage.E(triage.NotFound, "read address", "", "there is no such object: check its identifier", nil)
	}
	return id, nil
}

func isIdentifier(id, prefix string, digits int) bool {
	rest, ok := strings.CutPrefix(id, prefix)
	return ok && len(rest) == digits && strings.Trim(rest, "0123456789abcdef") == ""
}
