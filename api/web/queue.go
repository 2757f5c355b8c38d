package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

const queueShown = 20

// claimState says whose a group is, as its reader sees it.
type claimState struct {
	State string // "free", "mine" or "other"
	Who   string // name of the other
	Until time.Time
}

func (p *Pages) claimOf(c *fiber.Ctx, g triage.Group) claimState {
	if g.Claim == nil || p.o.Now().After(g.Claim.Until) {
		return claimState{State: "free"}
	}
	if g.Claim.By == guard.Session(c).Actor.ID {
		return claimState{State: "mine", Until: g.Claim.Until}
	}
	return claimState{State: "other", Who: p.Access.Name(guard.Context(c), g.Claim.By), Until: g.Claim.Until}
}

// short is the part of a group's identifier that people say to each other.
func short(id triage.GroupID) string {
	if len(id) > 8 {
		return string(id[:8])
	}
	return string(id)
}

type queueRow struct {
	Group     triage.Group
	Short     string
	Claim     claimState
	DecidedBy string // name, where the group was decided before
}

type queueBody struct {
	Rows    []queueRow
	Total   int
	After   string // the place behind which the page begins; "": the queue's beginning
	Next    string // where the queue goes on; "": this is its end
	Decided decided
	NoNext  bool // the reader asked for the next group, and there is none
}

func (p *Pages) queue(c *fiber.Ctx) error {
	after, err := triage.ParseQueuePlace(c.Query("after"))
	if err != nil {
		return err
	}
	found, err := p.Review.Browse(guard.Context(c), guard.Session(c).Actor, after, queueShown)
	if err != nil {
		return err
	}
	body := queueBody{NoNext: c.Query("next") == "none", Total: found.Total, After: after.String()}
	if !found.End {
		body.Next = found.Last.String()
	}
	for _, g := range found.Groups {
		row := queueRow{Group: g, Short: short(g.ID), Claim: p.claimOf(c, g)}
		if g.Decision != nil {
			row.DecidedBy = p.Access.Name(guard.Context(c), g.Decision.Conclusion().By)
		}
		body.Rows = append(body.Rows, row)
	}
	body.Decided = justDecided(c)
	return p.show(c, "queue", page{Body: body}, "queue.title")
}
