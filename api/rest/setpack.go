package rest

import (
	"bufio"
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) setPacks(g *guard.Guard) {
	g.Handle(fiber.MethodPost, "/v1/sets/pack", guard.For(triage.Admin), h.packSets)
}

// packSets streams a set pack. Its answer begins when all lists were read and the pack is on record.
func (h *Handlers) packSets(c *fiber.Ctx) error {
	q, err := question[wire.PackSets](c)
	if err != nil {
		return err
	}
	pack, err := h.Sets.Pack(guard.Context(c), guard.Session(c).Actor, q.Options())
	if err != nil {
		return err
	}
	about, err := json.Marshal(wire.NewSetPack(pack.SetPack)) // numbers and times: nothing that a header cannot hold
	if err != nil {
		return err
	}
	c.Set(wire.SetPackHeader, string(about))
	return guard.Stream(c, "application/octet-stream", func(w *bufio.Writer) error { return pack.Write(w) })
}
