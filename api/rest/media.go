package rest

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/hashing"
	"vigie/triage"
)

// maxMedium bounds one medium, in bytes: a terabyte, larger than any video that is one file.
const maxMedium = 1 << 40

func (h *Handlers) media(g *guard.Guard) {
	g.Handle(fiber.MethodPut, "/v1/media/:sha256", guard.For(triage.Examiner).Body(maxMedium), h.upload)
}

// upload streams a medium to where it is kept, in constant memory.
func (h *Handlers) upload(c *fiber.Ctx) error {
	want, err := hashing.ParseSHA256(c.Params("sha256"))
	if err != nil {
		return triage.E(triage.Invalid, "upload medium", "", "a medium is named by its SHA-256: 64 hexadecimal digits", err)
	}
	size, err := guard.Size(c)
	if err != nil {
		return err
	}
	if err := h.Submission.Upload(guard.Context(c), guard.Session(c).Actor, want, guard.Body(c), size); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
