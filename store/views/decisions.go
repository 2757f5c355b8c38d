package views

import (
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// judged is what media have of a verdict.
var judged = map[triage.Verdict]string{triage.Illegal: "I", triage.NotIllegal: "N"}

// given are the letters by which opinions are counted.
var given = map[triage.Verdict]string{triage.Illegal: "I", triage.NotIllegal: "N", triage.Unsure: "U"}

// storedOpinion is an opinion as kept.
type storedOpinion struct {
	Verdict  string    `json:"v"`
	Category string    `json:"g,omitempty"`
	Violent  bool      `json:"x,omitempty"`
	Victim   string    `json:"i,omitempty"`
	Producer string    `json:"p,omitempty"`
	Series   string    `json:"s,omitempty"`
	Note     string    `json:"n,omitempty"`
	SameAs   basis     `json:"a,omitzero"`
	By       string    `json:"b"`
	At       time.Time `json:"t"`
}

// basis is what an opinion was taken over from.
type basis struct {
	Group  string    `json:"g"`
	At     time.Time `json:"t,omitzero"`
	Folder bool      `json:"f,omitempty"`
}

// storedDecision is a decision as kept, without what it covers.
type storedDecision struct {
	storedOpinion
	Before    []storedOpinion   `json:"o,omitempty"`
	Members   int               `json:"m"`
	Confirm   time.Time         `json:"c,omitzero"`
	Overturns bool              `json:"w,omitempty"`
	Replaces  *replacedDecision `json:"r,omitempty"`
}

// replacedDecision is one that another took the place of.
type replacedDecision struct {
	storedDecision
	Covers []byte `json:"k"`
}

func newStoredOpinion(o triage.Opinion) storedOpinion {
	return storedOpinion{string(o.Verdict), string(o.Category), o.Violent, string(o.Victim), string(o.Producer), o.Series, o.Note, basis{string(o.SameAs.Group), o.SameAs.At, o.SameAs.Folder}, o.By, o.At}
}

func (o *storedOpinion) opinion() triage.Opinion {
	return triage.Opinion{
		Verdict: triage.Verdict(o.Verdict), Category: triage.CategoryCode(o.Category), Violent: o.Violent, Victim: triage.Victim(o.Victim),
		Producer: triage.Lead(o.Producer), Series: o.Series, Note: o.Note,
		SameAs: triage.Basis{Group: triage.GroupID(o.SameAs.Group), At: o.SameAs.At, Folder: o.SameAs.Folder}, By: o.By, At: o.At,
	}
}

func newStoredDecision(d *triage.Decision) storedDecision {
	s := storedDecision{storedOpinion: newStoredOpinion(d.Opinion), Members: d.Members, Confirm: d.Confirms, Overturns: d.Overturns}
	for _, o := range d.Before {
		s.Before = append(s.Before, newStoredOpinion(o))
	}
	if d.Replaces != nil {
		s.Replaces = &replacedDecision{newStoredDecision(d.Replaces), d.Replaces.Covers}
	}
	return s
}

func (s *storedDecision) decision(covers triage.Coverage) *triage.Decision {
	d := &triage.Decision{Opinion: s.opinion(), Members: s.Members, Covers: covers, Confirms: s.Confirm, Overturns: s.Overturns}
	for i := range s.Before {
		d.Before = append(d.Before, s.Before[i].opinion())
	}
	if s.Replaces != nil {
		d.Replaces = s.Replaces.decision(s.Replaces.Covers)
	}
	return d
}

func (s Groups) decodeDecision(id triage.GroupID, doc, covers string) (*triage.Decision, error) {
	if doc == "" {
		return nil, nil
	}
	var d storedDecision
	if err := s.openJSON("views.decodeDecision", string(id), s.fieldPlace(id, fieldDecision), doc, &d); err != nil {
		return nil, err
	}
	return d.decision(triage.Coverage(covers)), nil
}

// SaveDecision implements triage.QueueStore. While the projections catch up, a decision comes before its group.
func (s Queue) SaveDecision(ctx context.Context, id triage.GroupID, d triage.Decision) error {
	const op = "views.SaveDecision"
	doc, err := s.sealJSON(op, s.fieldPlace(id, fieldDecision), newStoredDecision(&d))
	if err != nil {
		return err
	}
	var waits, enters any = "", ""
	if d.Round() != triage.Settled {
		waits = d.Opinions()[0].At.UnixMilli()
	}
	if d.Enters() || d.Leaves() {
		enters = d.At.UnixMilli()
	}
	return fault(op, string(id), s.run(ctx, decideGroup, s.group(id), packID(string(id)), doc, string(d.Covers), judged[d.Counts()], waits, enters,
		given[d.Verdict], d.At.UnixMilli(), triage.OpinionsKept.Milliseconds()).Err())
}

// DropDecision implements triage.QueueStore.
func (s Queue) DropDecision(ctx context.Context, id triage.GroupID) error {
	return fault("views.DropDecision", string(id), s.run(ctx, undecideGroup, s.group(id), packID(string(id))).Err())
}

// Awaiting implements triage.QueueStore. Groups that ended since are counted and left out: if their media come back, so does what
// was decided of them.
func (s Queue) Awaiting(ctx context.Context, offset, n int) ([]triage.Group, int, error) {
	return s.waiting(ctx, keyAwaiting, offset, n)
}

// Entering implements triage.QueueStore, as Awaiting.
func (s Queue) Entering(ctx context.Context, offset, n int) ([]triage.Group, int, error) {
	return s.waiting(ctx, keyEntering, offset, n)
}

func (s Queue) waiting(ctx context.Context, name string, offset, n int) ([]triage.Group, int, error) {
	key := s.key(name)
	pipe := s.rdb.Pipeline()
	count := pipe.ZCount(ctx, key, "0", "+inf")
	page := pipe.ZRangeByScore(ctx, key, &redis.ZRangeBy{Min: "0", Max: "+inf", Offset: int64(offset), Count: int64(n)})
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, 0, fault("views.Waiting", name, err)
	}
	groups, err := s.groups(ctx, page.Val())
	groups = slices.DeleteFunc(groups, func(g triage.Group) bool { return g.Members == 0 })
	return groups, int(count.Val()), err
}

// Entered implements triage.QueueStore.
func (s Queue) Entered(ctx context.Context, id triage.GroupID, at time.Time) error {
	return fault("views.Entered", string(id), s.run(ctx, enteredGroup, s.group(id), packID(string(id)), at.UnixMilli()).Err())
}
