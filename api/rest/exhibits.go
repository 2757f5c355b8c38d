package rest

import (
	"io"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/triage"
)

// maxSealBody bounds a list of parts, in bytes: 100,000 parts, which are 100 million items.
const maxSealBody = 8 << 20

func (h *Handlers) exhibits(g *guard.Guard) {
	mine := guard.For(triage.Examiner)
	readers := guard.For(triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin)
	g.Handle(fiber.MethodPost, "/v1/exhibits", mine, h.openExhibit)
	g.Handle(fiber.MethodGet, "/v1/exhibits", readers, h.listExhibits)
	g.Handle(fiber.MethodGet, "/v1/exhibits/:id", readers, h.showExhibit)
	g.Handle(fiber.MethodPut, "/v1/exhibits/:id/parts/:part", mine.Body(triage.MaxPartBytes), h.putPart)
	g.Handle(fiber.MethodGet, "/v1/exhibits/:id/parts", mine, h.completeParts)
	g.Handle(fiber.MethodGet, "/v1/exhibits/:id/parts/:part", mine, h.showPart)
	g.Handle(fiber.MethodPost, "/v1/exhibits/:id/seal", mine.Body(maxSealBody), h.sealExhibit)
	g.Handle(fiber.MethodPut, "/v1/exhibits/:id/manifest/signature", mine, h.signManifest)
	g.Handle(fiber.MethodGet, "/v1/exhibits/:id/manifest", mine, h.showManifest)
}

// exhibitID returns the exhibit that the path names.
func exhibitID(c *fiber.Ctx) (triage.ExhibitID, error) {
	id, err := identifier(c, "id", "x", 16)
	return triage.ExhibitID(id), err
}

// partID returns the manifest part that the path names.
func partID(c *fiber.Ctx) (triage.PartID, error) {
	part, err := identifier(c, "part", "", 2*len(hashing.SHA256{}))
	return triage.PartID(part), err
}

func (h *Handlers) openExhibit(c *fiber.Ctx) error {
	q, err := question[wire.OpenExhibit](c)
	if err != nil {
		return err
	}
	seized, err := q.SeizedOn()
	if err != nil {
		return err
	}
	x, err := h.Submission.Open(guard.Context(c), guard.Session(c).Actor, q.Case, q.Exhibit, seized)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewExhibit(x))
}

func (h *Handlers) listExhibits(c *fiber.Ctx) error {
	list, err := h.Submission.List(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewExhibits(list))
}

func (h *Handlers) showExhibit(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	x, err := h.Submission.Find(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	p, err := h.Submission.Progress(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	return c.JSON(wire.ExhibitProgress{Exhibit: wire.NewExhibit(x), Progress: wire.NewProgress(p)})
}

func (h *Handlers) putPart(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	part, err := partID(c)
	if err != nil {
		return err
	}
	place, err := strconv.Atoi(c.Query("place", "0"))
	if err != nil || place < 0 {
		return triage.E(triage.Invalid, "send manifest part", string(id), "place is a number from 1", err)
	}
	body, err := io.ReadAll(guard.Body(c))
	if err != nil {
		return err
	}
	wanted, err := h.Submission.PutPart(guard.Context(c), guard.Session(c).Actor, id, place, part, body)
	if err != nil {
		return err
	}
	if wanted == nil {
		wanted = []hashing.SHA256{}
	}
	return c.JSON(wire.PartAnswer{Wanted: wanted})
}

func (h *Handlers) showPart(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	part, err := partID(c)
	if err != nil {
		return err
	}
	body, err := h.Submission.Part(guard.Context(c), guard.Session(c).Actor, id, part)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(body)
}

func (h *Handlers) completeParts(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	offset, err := strconv.Atoi(c.Query("offset", "0"))
	if err != nil || offset < 0 {
		return triage.E(triage.Invalid, "find complete parts", string(id), "offset is a number from 0", err)
	}
	parts, more, err := h.Submission.CompleteParts(guard.Context(c), guard.Session(c).Actor, id, offset)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewCompleteParts(parts, more))
}

func (h *Handlers) sealExhibit(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	q, err := question[wire.SealExhibit](c)
	if err != nil {
		return err
	}
	for _, part := range q.Parts {
		if !isIdentifier(part, "", 2*len(hashing.SHA256{})) {
			return triage.E(triage.Invalid, "seal exhibit", string(id), "a part is named by 64 lower-case hexadecimal digits", nil)
		}
	}
	m, err := h.Submission.Seal(guard.Context(c), guard.Session(c).Actor, id, q.PartIDs())
	if err != nil {
		return err
	}
	return c.JSON(wire.NewSealed(m))
}

func (h *Handlers) signManifest(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	q, err := question[wire.SignManifest](c)
	if err != nil {
		return err
	}
	sig := triage.Signature{Statement: q.Statement, Key: q.Key}
	if sig, err = h.Submission.Sign(guard.Context(c), guard.Session(c).Actor, id, q.Version, sig); err != nil {
		return err
	}
	return c.JSON(wire.Signature{Statement: sig.Statement, Key: sig.Key})
}

func (h *Handlers) showManifest(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	m, sig, err := h.Submission.SignedManifest(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewManifest(m, sig))
}
