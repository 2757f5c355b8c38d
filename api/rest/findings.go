package rest

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"strings"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

func (h *Handlers) findings(g *guard.Guard) {
	g.Handle(fiber.MethodGet, "/v1/exhibits/:id/findings", guard.For(triage.Examiner), h.readFindings)
}

// readFindings streams one line an item. An error on the way cuts the answer short, so that nobody takes a part
// for the whole.
func (h *Handlers) readFindings(c *fiber.Ctx) error {
	id, err := exhibitID(c)
	if err != nil {
		return err
	}
	write, media := writeLines, "application/x-ndjson"
	switch format := c.Query("format"); {
	case format == "csv", format == "" && strings.HasPrefix(c.Get(fiber.HeaderAccept), "text/csv"):
		write, media = writeCSV, "text/csv; charset=utf-8"
	case format != "" && format != "ndjson":
		return triage.E(triage.Invalid, "read findings", string(id), "a format is ndjson or csv", nil)
	}
	lines, err := h.Submission.Findings(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	return guard.Stream(c, media, func(w *bufio.Writer) error { return write(w, lines) })
}

func writeLines(w io.Writer, lines iter.Seq2[triage.ItemFinding, error]) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for f, err := range lines {
		if err != nil {
			return err
		}
		if err := e.Encode(wire.NewFinding(f)); err != nil {
			return err
		}
	}
	return nil
}

func writeCSV(w io.Writer, lines iter.Seq2[triage.ItemFinding, error]) error {
	table := csv.NewWriter(w)
	if err := table.Write(wire.FindingColumns); err != nil {
		return err
	}
	for f, err := range lines {
		if err != nil {
			return err
		}
		if err := table.Write(wire.NewFinding(f).Record()); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}
