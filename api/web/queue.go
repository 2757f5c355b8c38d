package web

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/hashing"
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
	Whose     whose
	DecidedBy string // name, where the group was decided before
}

type queueBody struct {
	Rows    []queueRow
	Total   int
	Begin   string // address of the queue's beginning; "": this is it
	Next    string // address where the queue goes on; "": this is its end
	Looked  int    // groups that the filter was held against
	Filter  queueForm
	Units   []string       // to choose from
	People  []triage.Actor // others than the reader, likewise
	Narrow  bool           // the filter keeps groups back
	Problem error
	News    string // address that tells what is new on this page
	Every   int    // seconds between two questions
	// Gathering: more groups of the filter's case may be found in a moment.
	Gathering bool
	Decided   decided
	NoNext    bool // the reader asked for the next group, and there is none
}

// OfOne reports whether the page tells one person's groups.
func (b queueBody) OfOne() bool { return b.Filter.Assigned != "" && b.Filter.Assigned != triage.Nobody }

// queueForm is what somebody wrote into the form that narrows the queue.
type queueForm struct{ Case, Unit, Assigned, Least, Kind, From, Until string }

// Kinds are the kinds to choose from.
func (queueForm) Kinds() []hashing.Kind {
	return []hashing.Kind{hashing.KindPicture, hashing.KindVideo}
}

// readQueueForm reads the form by get, which says what a parameter of the request is.
func readQueueForm(get func(name string) string) queueForm {
	return queueForm{get("case"), get("unit"), get("assigned"), get("least"), get("kind"), get("from"), get("until")}
}

func (f queueForm) parse() (triage.QueueFilter, error) {
	return triage.ParseQueueFilter(f.Case, f.Unit, f.Assigned, f.Least, f.Kind, f.From, f.Until)
}

// address of the queue under the filter, with what else it says.
func (f queueForm) address(also url.Values) string {
	for name, value := range map[string]string{"case": f.Case, "unit": f.Unit, "assigned": f.Assigned, "least": f.Least, "kind": f.Kind, "from": f.From, "until": f.Until} {
		if value != "" {
			also.Set(name, value)
		}
	}
	if len(also) == 0 {
		return "/queue"
	}
	return "/queue?" + also.Encode()
}

func (p *Pages) queue(c *fiber.Ctx) error {
	body := queueBody{Decided: justDecided(c), NoNext: c.Query("next") == "none", Filter: readQueueForm(func(name string) string { return strings.TrimSpace(c.Query(name)) })}
	after, err := triage.ParseQueuePlace(c.Query("after"))
	if err != nil {
		return err
	}
	if body.Units, err = p.Review.Units(guard.Context(c), guard.Session(c).Actor); err != nil {
		return err
	}
	if body.People, err = p.others(c); err != nil {
		return err
	}
	if body.Filter.Assigned == guard.Session(c).Actor.ID {
		body.Filter.Assigned = triage.Me // as the form has it
	}
	f, err := body.Filter.parse()
	var found triage.Stretch
	if err == nil {
		found, err = p.Review.Browse(guard.Context(c), guard.Session(c).Actor, f, after, queueShown)
	}
	switch {
	case correctable(err) || triage.IsKind(err, triage.NotFound): // nobody reviews by that name, say
		body.Problem = err
		c.Status(wire.NewProblem(err).Status)
		return p.show(c, "queue", page{Body: body}, "queue.title")
	case err != nil:
		return err
	}
	body.Total, body.Looked, body.Narrow, body.Gathering = found.Total, found.Looked, f.Narrows(), found.Gathering
	if after.Group != "" {
		body.Begin = body.Filter.address(url.Values{})
	}
	if !found.End {
		body.Next = body.Filter.address(url.Values{"after": {found.Last.String()}})
	}
	body.Rows = p.queueRows(c, found.Groups)
	body.watch(f, after)
	return p.show(c, "queue", page{Body: body, Live: true}, "queue.title")
}

func (p *Pages) queueRows(c *fiber.Ctx, groups []triage.Group) (rows []queueRow) {
	for _, g := range groups {
		row := queueRow{Group: g, Short: short(g.ID), Claim: p.claimOf(c, g), Whose: p.whose(c, g)}
		if g.Decision != nil {
			row.DecidedBy = p.Access.Name(guard.Context(c), g.Decision.Conclusion().By)
		}
		rows = append(rows, row)
	}
	return rows
}
