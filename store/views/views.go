// Package views keeps in Redis what the service looks at all the time: exhibits and their counters, media, groups,
// the queue, accounts, sessions, grants. All of it can be made again from the object store and the journal.
//
// Every step that reads and then writes is one Lua script, so that any number of processes may take it at once;
// the scripts share the functions of lua.go. Keys are in keys.go, stored encodings in encode.go and beside each
// store: none is a type of the domain.
//
// Redis's files tell a thief nothing: what says something of a case, a person or a picture is sealed (seal.go). The
// scripts need none of it: they see keyed identifiers, letters and numbers.
package views

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// batch is how many items, media or commands go into one script call or pipeline: about 3 ms of Redis's time.
const batch = 200

// Views are the projections, one small store a concern.
type Views struct {
	Accounts Accounts
	Sessions Sessions
	Exhibits Exhibits
	Media    Media
	Outcomes Outcomes
	Groups   Groups
	Rematch  Rematch
	Queue    Queue
	Grants   Grants
	Seen     Seen
	Lease    Lease
	Marks    Marks
	Ends     Destructions
	Rehashes Rehashes
	Cases    Cases
	Shelving Shelving
	Earlier  Earlier
	Weights  Weights
	Rerank   Rerank
	Scores   Scores
	Limits   Limits
	Custody  Custody
	Links    Links
	Shown    Shown
	Sittings Sittings
	Told     CaseOutcomes
	Figures  Figures
	Assigned Assignments
}

// New returns the projections that rdb keeps under prefix (which store/known shares: both know its epoch), sealed
// under key. In a cluster the prefix is a hash tag, such as "{vigie}:". now tells the time.
func New(rdb redis.UniversalClient, prefix string, key [KeySize]byte, now func() time.Time) *Views {
	d := db{rdb: rdb, prefix: prefix, sealer: newSealer(key), words: &wordCache{known: make(words)}, now: now}
	return &Views{
		Accounts{d}, Sessions{d}, Exhibits{d}, Media{d}, Outcomes{d}, Groups{d}, Rematch{d}, Queue{Groups{d}},
		Grants{d}, Seen{d}, Lease{d}, Marks{d}, Destructions{db: d}, Rehashes{d}, Cases{d}, Shelving{d}, Earlier{d}, Weights{d}, Rerank{Groups{d}}, Scores{d}, Limits{d}, Custody{d}, Links{d}, Shown{d}, Sittings{d}, CaseOutcomes{d}, Figures{d}, Assignments{d},
	}
}

var (
	_ triage.AccountStore = Accounts{}
	_ triage.SessionStore = Sessions{}
	_ triage.ExhibitStore = Exhibits{}
	_ triage.MediumStore  = Media{}
	_ triage.OutcomeStore = Outcomes{}
	_ triage.RehashStore  = Rehashes{}
	_ triage.GroupStore   = Groups{}
	_ triage.KinStore     = Groups{}
	_ triage.FolderStore  = Groups{}
	_ triage.RematchStore = Rematch{}
	_ triage.SweepStore   = Rematch{}
	_ triage.QueueStore   = Queue{}
	_ triage.GrantStore   = Grants{}
	_ triage.SeenStore    = Seen{}
	_ triage.Lease        = Lease{}
	_ triage.MarkStore    = Marks{}

	_ triage.DestructionStore = Destructions{}
	_ triage.CaseStore        = Cases{}
	_ triage.ClosedStore      = Cases{}
	_ triage.ShelvingStore    = Shelving{}
	_ triage.EarlierStore     = Earlier{}
	_ triage.WeightsStore     = Weights{}
	_ triage.RerankStore      = Rerank{}
	_ triage.ScoreStore       = Scores{}
	_ triage.LimitsStore      = Limits{}
	_ triage.CustodyStore     = Custody{}
	_ triage.LinkStore        = Links{}
	_ triage.ShownStore       = Shown{}
	_ triage.SittingStore     = Sittings{}
	_ triage.CaseOutcomeStore = CaseOutcomes{}
	_ triage.FiguresStore     = Figures{}
	_ triage.AssignmentStore  = Assignments{}
)

// db is what all stores of this package share.
type db struct {
	rdb    redis.UniversalClient
	prefix string
	sealer sealer
	words  *wordCache
	now    func() time.Time
}

// sealJSON encodes and seals a value for the place where it will lie.
func (d db) sealJSON(op, place string, value any) (string, error) {
	doc, err := json.Marshal(value)
	if err != nil {
		return "", triage.E(triage.Internal, op, "", "", err)
	}
	return d.sealer.seal(place, doc), nil
}

// openJSON decodes what sealJSON made.
func (d db) openJSON(op, object, place, sealed string, value any) error {
	doc, err := d.sealer.open(place, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(doc, value); err != nil {
		return triage.E(triage.Corrupt, op, object, "", err)
	}
	return nil
}

// run calls a script with the prefix and args as its ARGV. The scripts make the names of most keys themselves;
// key is one of them, so that the call finds its slot.
func (d db) run(ctx context.Context, s *redis.Script, key string, args ...any) *redis.Cmd {
	return s.Run(ctx, d.rdb, []string{key}, append([]any{d.prefix}, args...)...)
}

// number and texts read a script's answer.
func number(answer any) int64 {
	n, _ := answer.(int64)
	return n
}

func texts(answer any) []string {
	list, _ := answer.([]any)
	all := make([]string, len(list))
	for i, v := range list {
		all[i], _ = v.(string)
	}
	return all
}

// fault turns an error of the driver into one of the domain. nil stays nil; redis.Nil is NotFound.
func fault(op, object string, err error) error {
	if known, ok := errors.AsType[*triage.Error](err); ok {
		return known // the gate before Redis says why
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, redis.Nil):
		return triage.E(triage.NotFound, op, object, "", nil)
	case full(err):
		return triage.E(triage.Full, op, object, fullHint, err)
	case ours(err):
		return triage.E(triage.Internal, op, object, "", err)
	case moving(err):
		return triage.E(triage.Unavailable, op, object, "a node of the Redis Cluster is down, or its slots are moving: try again in a moment", err)
	}
	return triage.E(triage.Unavailable, op, object, "Redis does not answer: try again in a moment", err)
}

// full tells the answers of a Redis that takes no more: at maxmemory, or with files that it cannot write. It takes no
// transaction then either, not even one that only reads: what reads in one step is a script.
func full(err error) bool {
	return redis.HasErrorPrefix(err, "OOM ") || redis.HasErrorPrefix(err, "MISCONF ") || redis.HasErrorPrefix(err, "EXECABORT ")
}

const fullHint = "Redis takes no more: give it memory (maxmemory), or free its disk"

// moving tells the answers of a cluster that is changing over, when the client has followed it for long enough.
func moving(err error) bool {
	return slices.ContainsFunc([]string{"CLUSTERDOWN ", "MOVED ", "ASK ", "TRYAGAIN "}, func(prefix string) bool {
		return redis.HasErrorPrefix(err, prefix)
	})
}

// ours tells the answers of Redis that mean a mistake in this package from those that will pass.
func ours(err error) bool {
	var answer redis.Error
	return errors.As(err, &answer) &&
		slices.ContainsFunc([]string{"ERR", "WRONGTYPE", "CROSSSLOT"}, func(prefix string) bool { return strings.HasPrefix(answer.Error(), prefix) })
}

// missing is the error of an object that is not kept.
func missing(op, object, what string) error {
	return triage.E(triage.NotFound, op, object, "there is no such "+what, nil)
}
