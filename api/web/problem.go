package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"vigie/api/i18n"
	"vigie/triage"
)

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
