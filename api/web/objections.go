package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

// objectionRow is what was said last of one entry.
type objectionRow struct {
	wire.Objection
	Who string // said so
}

// objectionForm is what the form about an entry says.
type objectionForm struct{ Entry, State, Reason string }

// objections lists what is in force against entries of a set's lists.
func (p *Pages) objections(c *fiber.Ctx, id triage.SetID) ([]objectionRow, error) {
	ctx := guard.Context(c)
	list, err := p.Sets.Objections(ctx, guard.Session(c).Actor, id)
	rows := make([]objectionRow, len(list))
	for i, o := range list {
		rows[i] = objectionRow{wire.NewObjection(o), p.Access.Name(ctx, o.By)}
	}
	return rows, err
}

// object gives an entry of a set the state that a form asks for.
func (p *Pages) object(c *fiber.Ctx) error {
	id, err := setID(c)
	if err != nil {
		return err
	}
	form := objectionForm{strings.TrimSpace(field(c, "entry")), field(c, "state"), field(c, "reason")}
	line, err := strconv.ParseUint(form.Entry, 10, 32)
	if err != nil || line == 0 {
		return p.setPage(c, form, triage.E(triage.Invalid, "object to entry", "", "an entry is named by its line in the list, from 1", nil))
	}
	state := wire.ObjectToEntry{State: form.State}.EntryState()
	_, err = p.Sets.Object(guard.Context(c), guard.Session(c).Actor, id, uint32(line), state, form.Reason)
	switch {
	case err == nil:
		return seeOther(c, "/sets/"+id.String())
	case correctable(err) || triage.IsKind(err, triage.NotFound):
		return p.setPage(c, form, err)
	}
	return err
}
