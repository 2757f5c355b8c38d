package rest

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/triage"
)

// maxMedium bounds one medium, in bytes: a terabyte, larger than any video that is one file.
const maxMedium = 1 << 40

func (h *Handlers) media(g *guard.Guard) {
	g.Handle(fiber.MethodPut, "/v1/media/:sha256", guard.For(triage.Examiner).Body(maxMedium), h.upload)
	g.Handle(fiber.MethodPost, "/v1/media", guard.For(triage.Examiner).Body(int64(triage.MaxBatchBytes+wire.BatchOverhead)), h.uploadBatch)
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

// uploadBatch takes many small media in one request.
func (h *Handlers) uploadBatch(c *fiber.Ctx) error {
	if _, err := guard.Size(c); err != nil {
		return err
	}
	var media []triage.SmallMedium
	for m, err := range wire.Frames(guard.Body(c)) {
		if err != nil {
			return err
		}
		media = append(media, m)
	}
	refused, err := h.Submission.UploadBatch(guard.Context(c), guard.Session(c).Actor, media)
	if err != nil {
		return err
	}
	return c.JSON(wire.NewBatchAnswer(refused))
}
