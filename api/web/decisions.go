package web

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

// opinionRow is what one person concluded of a group, with their name.
type opinionRow struct {
	triage.Opinion
	Who string
}

// SameShort is the part that people say of the name of the group that it was taken over from; "": none.
func (o opinionRow) SameShort() string { return short(o.SameAs.Group) }

// precedentRow is a decided group that shares something with the one that is shown.
type precedentRow struct {
	opinionRow
	Group  triage.GroupID
	Short  string
	Shared triage.Shared
}

func (p *Pages) precedents(c *fiber.Ctx, list []triage.Precedent) (rows []precedentRow) {
	for _, one := range list {
		rows = append(rows, precedentRow{opinionRow{one.Opinion, p.Access.Name(guard.Context(c), one.Opinion.By)}, one.Group, short(one.Group), one.Shared})
	}
	return rows
}

// opinions tells in the page of a group what was concluded of it, and what its reader may do about that.
func (p *Pages) opinions(c *fiber.Ctx, body *groupBody) {
	d, me := body.Group.Decision, guard.Session(c).Actor.ID
	if d == nil {
		return
	}
	for _, o := range d.Opinions() {
		body.Opinions = append(body.Opinions, opinionRow{o, p.Access.Name(guard.Context(c), o.By)})
		body.Mine = body.Mine || o.By == me
	}
	body.DecidedBy = p.Access.Name(guard.Context(c), d.Conclusion().By)
	body.Undoable = d.By == me && body.Claim.State != "other" && d.Undoable(p.o.Now())
}

// Verdicts, Victims and Leads are what there is to choose from.
func (groupBody) Verdicts() []triage.Verdict {
	return []triage.Verdict{triage.Illegal, triage.NotIllegal, triage.Unsure}
}
func (groupBody) Victims() []triage.Victim { return triage.Victims }
func (groupBody) Leads() []triage.Lead     { return triage.Leads }

// Awaits says whose opinion the decision waits for.
func (b groupBody) Awaits() triage.Round {
	if b.Group.Decision == nil {
		return triage.Settled
	}
	return b.Group.Decision.Round()
}

// Warned reports whether somebody said that the group shows violence.
func (b groupBody) Warned() bool {
	for _, o := range b.Opinions {
		if o.Violent {
			return true
		}
	}
	return false
}

func (p *Pages) decide(c *fiber.Ctx) error {
	o := triage.Opinion{
		Verdict: triage.Verdict(field(c, "verdict")), Category: triage.CategoryCode(field(c, "category")), Violent: field(c, "violent") != "",
		Victim: triage.Victim(field(c, "victim")), Producer: triage.Lead(field(c, "producer")), Series: field(c, "series"), Note: field(c, "note"),
	}
	d, err := p.Review.Decide(guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id")), o)
	if err != nil {
		return p.afterGroup(c, groupForm{Opinion: o}, err)
	}
	return afterDecision(c, d)
}

// decideAs takes over what was concluded of another group.
func (p *Pages) decideAs(c *fiber.Ctx) error {
	d, err := p.Review.DecideAs(guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id")), triage.GroupID(field(c, "group")), triage.Verdict(field(c, "verdict")), "")
	if err != nil {
		return p.afterGroup(c, groupForm{}, err)
	}
	return afterDecision(c, d)
}

// afterDecision leads back to where the group was taken from.
func afterDecision(c *fiber.Ctx, d triage.Decision) error {
	after := url.Values{"decided": {string(d.Verdict)}, "group": {c.Params("id")}}
	if len(d.Before) > 0 {
		return seeOther(c, "/awaiting?"+after.Encode())
	}
	return seeOther(c, "/queue?"+after.Encode())
}

// confirm takes over what the page proposed.
func (p *Pages) confirm(c *fiber.Ctx) error {
	verdict, err := triage.ParseVerdict(field(c, "verdict"))
	if err == nil {
		media, _ := strconv.Atoi(field(c, "media")) // what is no number is no proposal either
		_, err = p.Review.Confirm(guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id")), verdict, media)
	}
	if err != nil {
		return p.afterGroup(c, groupForm{}, err)
	}
	return seeOther(c, "/queue?decided="+string(verdict))
}

// undo takes the reader's last conclusion back, and leads to the group, which is theirs again.
func (p *Pages) undo(c *fiber.Ctx) error {
	err := p.Review.Undo(guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id")))
	return p.afterGroup(c, groupForm{}, err)
}

// decided is what was just decided, for the page that follows.
type decided struct {
	Verdict triage.Verdict // "": nothing was
	Group   triage.GroupID // which, where it can be taken back
	Short   string
}

// justDecided reads what the address tells. That a group can be taken back is for the use case to say.
func justDecided(c *fiber.Ctx) (d decided) {
	if v, err := triage.ParseVerdict(c.Query("decided")); err == nil {
		d.Verdict, d.Group = v, triage.GroupID(c.Query("group"))
		d.Short = short(d.Group)
	}
	return d
}

// awaitingRow is a group whose decision waits for somebody else.
type awaitingRow struct {
	queueRow
	Opinions []opinionRow
	Mine     bool // the reader gave one of them
}

type awaitingBody struct {
	Rows    []awaitingRow
	Total   int
	Pager   pager
	Decided decided
	NoNext  bool
}

// awaiting lists what waits for a second or a third opinion.
func (p *Pages) awaiting(c *fiber.Ctx) error {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	body := awaitingBody{Pager: newPager(c, "/awaiting", queueShown), NoNext: c.Query("next") == "none", Decided: justDecided(c)}
	groups, total, err := p.Review.Awaiting(ctx, by, body.Pager.Offset, queueShown)
	if err != nil {
		return err
	}
	body.Total, body.Pager.Total = total, total
	for _, g := range groups {
		row := awaitingRow{queueRow: queueRow{Group: g, Short: short(g.ID), Claim: p.claimOf(c, g)}}
		for _, o := range g.Decision.Opinions() {
			row.Opinions = append(row.Opinions, opinionRow{o, p.Access.Name(ctx, o.By)})
			row.Mine = row.Mine || o.By == by.ID
		}
		body.Rows = append(body.Rows, row)
	}
	return p.show(c, "awaiting", page{Body: body}, "awaiting.title")
}

// nextAwaiting leads to the group that has waited longest for its reader.
func (p *Pages) nextAwaiting(c *fiber.Ctx) error {
	g, err := p.Review.NextAwaiting(guard.Context(c), guard.Session(c).Actor)
	if triage.IsKind(err, triage.NotFound) {
		return seeOther(c, "/awaiting?next=none")
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/groups/"+url.PathEscape(string(g.ID)))
}
