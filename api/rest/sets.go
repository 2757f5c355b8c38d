package rest

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

// maxSetFile bounds a list, in bytes: about 700 million lines of SHA-1.
const maxSetFile = 32 << 30

func (h *Handlers) sets(g *guard.Guard) {
	admin := guard.For(triage.Admin)
	g.Handle(fiber.MethodGet, "/v1/sets", admin, h.listSets)
	g.Handle(fiber.MethodPost, "/v1/sets", admin.Body(maxSetFile), h.importSet)
	g.Handle(fiber.MethodGet, "/v1/sets/:id", admin, h.showSet)
	g.Handle(fiber.MethodPost, "/v1/sets/:id/withdraw", admin, h.withdrawSet)
	g.Handle(fiber.MethodPost, "/v1/sets/:id/remove", admin, h.removeSet)
}

// setID returns the set that the path names.
func setID(c *fiber.Ctx) (triage.SetID, error) {
	n, err := strconv.ParseUint(c.Params("id"), 10, 32)
	if err != nil {
		return 0, triage.E(triage.NotFound, "read address", "", "there is no such set: see the list of sets", err)
	}
	return triage.SetID(n), nil
}

func (h *Handlers) listSets(c *fiber.Ctx) error {
	list, err := h.Sets.List(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewSets(list))
}

func (h *Handlers) showSet(c *fiber.Ctx) error {
	id, err := setID(c)
	if err != nil {
		return err
	}
	s, err := h.Sets.Show(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewSet(s))
}

func (h *Handlers) importSet(c *fiber.Ctx) error {
	o, err := importOptions(c)
	if err != nil {
		return err
	}
	size, err := guard.Size(c)
	if err != nil {
		return err
	}
	report, err := h.Sets.Import(guard.Context(c), guard.Session(c).Actor, o, guard.Body(c), size)
	if err != nil {
		// A list of which no line could be read is told with the first of its errors: all have the same cause.
		if e, ok := errors.AsType[*triage.Error](err); ok && e.Kind == triage.Invalid && len(report.Errors) > 0 {
			return triage.E(e.Kind, e.Op, e.Object, e.Hint+": "+report.Errors[0], e.Err)
		}
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(wire.NewImportReport(report))
}

func importOptions(c *fiber.Ctx) (triage.ImportOptions, error) {
	kind, err := triage.ParseSetKind(c.Query("kind"))
	if err != nil {
		return triage.ImportOptions{}, err
	}
	o := triage.ImportOptions{Kind: kind, Source: c.Query("source"), Category: c.Query("category"), Hash: triage.Method(c.Query("hash"))}
	switch o.Hash {
	case "", triage.ByMD5, triage.BySHA1, triage.BySHA256, triage.ByPDQ, triage.ByPHash:
	default:
		return o, triage.E(triage.Invalid, "import set", "", "a hash is md5, sha1, sha256, pdq or phash", nil)
	}
	if o.Strict, err = flag(c, "strict"); err != nil {
		return o, err
	}
	o.Replace, err = flag(c, "replace")
	return o, err
}

func flag(c *fiber.Ctx, name string) (bool, error) {
	b, err := strconv.ParseBool(c.Query(name, "false"))
	if err != nil {
		return false, triage.E(triage.Invalid, "read "+name, "", name+" is true or false", err)
	}
	return b, nil
}

func (h *Handlers) withdrawSet(c *fiber.Ctx) error {
	id, err := setID(c)
	if err != nil {
		return err
	}
	q, err := question[wire.WithdrawSet](c)
	if err != nil {
		return err
	}
	w, err := h.Sets.Withdraw(guard.Context(c), guard.Session(c).Actor, id, q.Reason)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewWithdrawal(w))
}

func (h *Handlers) removeSet(c *fiber.Ctx) error {
	id, err := setID(c)
	if err != nil {
		return err
	}
	s, err := h.Sets.Remove(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewSet(s))
}
