// Package known keeps hash sets in Redis and looks media up in them.
//
// Exact digests lie in hashes of their own, a few bytes an entry (exact.go); perceptual hashes lie in segments, one string of
// many entries, which every process that matches mirrors in memory (Mirror). Each change of a set makes a new
// epoch in the same step that makes it take effect, and is announced on a stream. Whatever a mirror finds is
// confirmed in Redis before it counts.
//
// Redis's files tell a thief nothing: digests are keyed, hashes and words are sealed (seal.go), and what is left are
// numbers.
//
// Exact entries of withdrawn sets stay where they are until something else is written there: a set's state alone says
// whether its entries match.
package known

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// The keys, after the prefix:
//
//	key                type    holds
//	-----------------  ------  --------------------------------------------------------------------------
//	epoch              string  how many changes of sets there were; store/views reads it too
//	known:changes      stream  one entry a change, for mirrors to wait on
//	known:last         string  the number of the last set
//	known:versions     hash    kind and source, keyed → last version
//	known:docs         hash    set → what is known of it (storedSet), sealed
//	known:states       hash    set → state, epoch of its last change, time of its withdrawal
//	known:c:<set>      list    categories of its entries, sealed; entries hold the position, from 1 (0: the set's own)
//	known:s:<set>      string  the number of its last segment
//	known:p:<set>:<n>  string  a segment of PDQ entries, sealed in chunks (seal.go); of a set that grows, addition n
//	known:h:<set>:<n>  string  a segment of pHash entries, likewise
//	known:a:<set>      zset    numbers of additions to a set (additions.go), by the epoch that each made
//	known:named        hash    name of an addition, keyed → set:number
//	known:grown        hash    <set>:… → what additions made of a set: how many, of how many entries, by method; the time of the last
//	known:objections   hash    set:entry → event that gave it its state, epoch, and what is said of it (storedObjection), sealed
//	kx:{<group>}<b>    hash    a bucket: the rest of a digest's key → references to entries (exact.go); the prefix without braces
//	kx:{<group>}drop:… string  references of a failed set are being removed from this group
//	kx:{<group>}.sets  set     numbers of sets that have all of their references in this group (complete.go)
//	kx:{<group>}.added:<set>   string  a bit for each addition to a set that has, likewise
const (
	keyEpoch    = "epoch"
	keyChanges  = "known:changes"
	keyLast     = "known:last"
	keyVersions = "known:versions"
	keyDocs     = "known:docs"
	keyStates   = "known:states"
	keyCategory = "known:c:"
	keySegments = "known:s:"
	keyPDQ      = "known:p:"
	keyPHash    = "known:h:"
	keyExact    = "kx:"
	keyAdded    = "known:a:"
	keyNamed    = "known:named"
	keyGrown    = "known:grown"
	keyComplete = ".sets" // of a group
)

// keepChanges is how many changes the stream keeps: a mirror only needs to see that there was one.
const keepChanges = 1000

// Sets implements triage.SetStore.
type Sets struct {
	rdb    redis.UniversalClient
	prefix string
	groups [groups]string // what the keys of each group of exact digests begin with
	sealer sealer
}

var _ triage.SetStore = (*Sets)(nil)

// New returns the sets that rdb keeps under prefix, which store/views shares, sealed under key. In a cluster the prefix is
// a hash tag, such as "{vigie}:": what is used together lies together, and only exact digests are spread.
func New(rdb redis.UniversalClient, prefix string, key [KeySize]byte) *Sets {
	return &Sets{rdb: rdb, prefix: prefix, groups: groupKeys(prefix), sealer: newSealer(key)}
}

func (s *Sets) key(parts ...string) string { return s.prefix + strings.Join(parts, "") }

// storedSet is a set as kept, without what changes after its import.
type storedSet struct {
	Source    string                `json:"s"`
	Version   int                   `json:"v"`
	Kind      string                `json:"k"`
	Category  string                `json:"c,omitempty"`
	Entries   int                   `json:"n"`
	ByMethod  map[triage.Method]int `json:"m,omitempty"`
	Rejected  int                   `json:"r,omitempty"`
	Conflicts []triage.SetConflict  `json:"x,omitempty"`
	Imported  time.Time             `json:"t"`
	Failure   string                `json:"f,omitempty"`
}

// lastNumbers returns what the next set is numbered after. KEYS: last, versions. ARGV: field of versions.
var lastNumbers = redis.NewScript(`
return {tonumber(redis.call('GET', KEYS[1]) or '0'), tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0')}`)

// createSet keeps a set as Importing if its number and its version are still the next ones: in one step, for a Redis that
// was lost between two would give the number again. KEYS: last, versions, docs, states. ARGV: set, field of versions, its
// version, its doc, its state.
var createSet = redis.NewScript(`
if tonumber(redis.call('GET', KEYS[1]) or '0') ~= tonumber(ARGV[1]) - 1 then return 0 end
if tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or '0') ~= tonumber(ARGV[3]) - 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
redis.call('HSET', KEYS[4], ARGV[1], ARGV[5])
return 1`)

// CreateSet implements triage.SetStore.
func (s *Sets) CreateSet(ctx context.Context, set triage.HashSet) (triage.HashSet, error) {
	const op = "known.CreateSet"
	keys := []string{s.key(keyLast), s.key(keyVersions), s.key(keyDocs), s.key(keyStates)}
	name := s.sealer.name(set.Kind, set.Source)
	set.State = triage.Importing
	for ctx.Err() == nil {
		last, err := lastNumbers.Run(ctx, s.rdb, keys[:2], name).Int64Slice()
		if err != nil {
			return triage.HashSet{}, fault(op, "", err)
		}
		set.ID, set.Version = triage.SetID(last[0]+1), int(last[1])+1 //nolint:gosec // sets are counted
		doc, err := s.encodeSet(set)
		if err != nil {
			return triage.HashSet{}, err
		}
		done, err := createSet.Run(ctx, s.rdb, keys, set.ID.String(), name, set.Version, doc, importing(set)).Int()
		if err != nil {
			return triage.HashSet{}, fault(op, set.ID.String(), err)
		}
		if done == 1 {
			return set, nil
		}
	}
	return triage.HashSet{}, fault(op, "", ctx.Err())
}

// importing is the state of a set that is being imported. Its third word tells this import from another one that a Redis
// which lost its data gave the same number.
func importing(set triage.HashSet) string {
	return string(triage.Importing) + " 0 " + strconv.FormatInt(set.Imported.UnixNano(), 10)
}

// changeSets gives sets their states in one new epoch and announces it.
// KEYS: epoch, docs, states, changes. ARGV: set, its doc (” keeps it), the state it is to have, time (ms) of
// withdrawal, how many changes are kept, the state from which it may become active, then the sets that are withdrawn with it.
// It returns the epoch of the change; that of the earlier one when there is nothing left to do; 0 when there is
// no such set; -1 when it was withdrawn before.
var changeSets = redis.NewScript(`
local set, doc, wanted, at = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local state = redis.call('HGET', KEYS[3], set)
if not state then return 0 end
local word, epoch = state:match('^(%S+) (%d+)')
if word == wanted then return tonumber(epoch) end
if word == 'withdrawn' then return -1 end
if wanted == 'active' and state ~= ARGV[6] then return 0 end
epoch = redis.call('INCR', KEYS[1])
if doc ~= '' then redis.call('HSET', KEYS[2], set, doc) end
redis.call('HSET', KEYS[3], set, wanted .. ' ' .. epoch .. ' ' .. (wanted == 'withdrawn' and at or '0'))
for i = 7, #ARGV do
  local other = redis.call('HGET', KEYS[3], ARGV[i])
  if other and other:sub(1, 6) == 'active' then
    redis.call('HSET', KEYS[3], ARGV[i], 'withdrawn ' .. epoch .. ' ' .. at)
  end
end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[5], '*', 'epoch', epoch)
return epoch`)

func (s *Sets) change(ctx context.Context, op string, id triage.SetID, doc []byte, state triage.SetState, at time.Time, from string, others []triage.SetID) (triage.Epoch, error) {
	args := []any{id.String(), doc, string(state), at.UnixMilli(), keepChanges, from}
	for _, other := range others {
		args = append(args, other.String())
	}
	keys := []string{s.key(keyEpoch), s.key(keyDocs), s.key(keyStates), s.key(keyChanges)}
	epoch, err := changeSets.Run(ctx, s.rdb, keys, args...).Int64()
	switch {
	case err != nil:
		return 0, fault(op, id.String(), err)
	case epoch == 0:
		return 0, noSet(op, id)
	case epoch < 0:
		return 0, triage.E(triage.Conflict, op, id.String(), "this set was withdrawn: import the list again", nil)
	}
	return triage.Epoch(epoch), nil
}

// Activate implements triage.SetStore. The sets it replaces are withdrawn at the time of the import. A set that is
// active already keeps its epoch.
func (s *Sets) Activate(ctx context.Context, set triage.HashSet, replaces []triage.SetID) (triage.Epoch, error) {
	doc, err := s.encodeSet(set)
	if err == nil {
		err = s.noteComplete(ctx, set.ID)
	}
	if err != nil {
		return 0, err
	}
	epoch, err := s.change(ctx, "activate set", set.ID, doc, triage.Active, set.Imported, importing(set), replaces)
	if err == nil {
		s.dropSegments(ctx, replaces...)
	}
	return epoch, err
}

// Withdraw implements triage.SetStore. A set that is withdrawn already keeps its epoch.
func (s *Sets) Withdraw(ctx context.Context, id triage.SetID, at time.Time) (triage.Epoch, error) {
	epoch, err := s.change(ctx, "withdraw set", id, nil, triage.Withdrawn, at, "", nil)
	if err == nil {
		s.dropSegments(ctx, id)
	}
	return epoch, err
}

// Set implements triage.SetStore.
func (s *Sets) Set(ctx context.Context, id triage.SetID) (triage.HashSet, error) {
	sets, _, err := s.all(ctx)
	if err != nil {
		return triage.HashSet{}, err
	}
	set, ok := sets[id]
	if !ok {
		return triage.HashSet{}, noSet("show set", id)
	}
	return set, nil
}

// Epoch implements triage.SetStore.
func (s *Sets) Epoch(ctx context.Context) (triage.Epoch, error) {
	m, err := s.moment(ctx)
	return m.Epoch, err
}

// Sets implements triage.SetStore.
func (s *Sets) Sets(ctx context.Context) ([]triage.HashSet, error) {
	sets, _, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]triage.HashSet, 0, len(sets))
	for _, set := range sets {
		list = append(list, set)
	}
	sortNewestFirst(list)
	return list, nil
}

// readAll reads the sets in one step. A transaction would do, but a full Redis takes none. KEYS: epoch, changes, docs,
// states, keyGrown.
var readAll = redis.NewScript(lastChange + `
return {epoch, change, redis.call('HGETALL', KEYS[3]), redis.call('HGETALL', KEYS[4]), redis.call('HGETALL', KEYS[5])}`)

// all returns every set and the moment at which they are so: one step of Redis.
func (s *Sets) all(ctx context.Context) (map[triage.SetID]triage.HashSet, Moment, error) {
	const op = "known.all"
	answer, err := readAll.Run(ctx, s.rdb, []string{s.key(keyEpoch), s.key(keyChanges), s.key(keyDocs), s.key(keyStates), s.key(keyGrown)}).Slice()
	if err != nil {
		return nil, Moment{}, fault(op, "", err)
	}
	docs, states, grown := pairs(answer[2]), pairs(answer[3]), pairs(answer[4])
	sets := make(map[triage.SetID]triage.HashSet, len(docs))
	for number, doc := range docs {
		id, err := strconv.ParseUint(number, 10, 32)
		if err != nil {
			return nil, Moment{}, triage.E(triage.Corrupt, op, number, "", err)
		}
		set, err := s.decodeSet(triage.SetID(id), doc, states[number])
		if err != nil {
			return nil, Moment{}, err
		}
		grow(&set, grown)
		sets[set.ID] = set
	}
	return sets, readMoment(answer), nil
}

// pairs reads what HGETALL returned to a script.
func pairs(answer any) map[string]string {
	list, _ := answer.([]any)
	all := make(map[string]string, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		field, _ := list[i].(string)
		all[field], _ = list[i+1].(string)
	}
	return all
}

// docPlace is where a set's doc lies.
func (s *Sets) docPlace(id triage.SetID) string { return s.key(keyDocs, "/", id.String()) }

func (s *Sets) encodeSet(set triage.HashSet) ([]byte, error) {
	doc, err := json.Marshal(storedSet{
		Source: set.Source, Version: set.Version, Kind: string(set.Kind), Category: set.Category,
		Entries: set.Entries, ByMethod: set.ByMethod, Rejected: set.Rejected, Conflicts: set.Conflicts, Imported: set.Imported, Failure: set.Failure,
	})
	if err != nil {
		return nil, triage.E(triage.Internal, "known.encodeSet", set.ID.String(), "", err)
	}
	return s.sealer.seal(s.docPlace(set.ID), doc), nil
}

func (s *Sets) decodeSet(id triage.SetID, doc, state string) (triage.HashSet, error) {
	clear, err := s.sealer.open(s.docPlace(id), doc)
	if err != nil {
		return triage.HashSet{}, err
	}
	var d storedSet
	if err := json.Unmarshal(clear, &d); err != nil {
		return triage.HashSet{}, triage.E(triage.Corrupt, "known.decodeSet", id.String(), "", err)
	}
	set := triage.HashSet{
		ID: id, Source: d.Source, Version: d.Version, Kind: triage.SetKind(d.Kind), Category: d.Category,
		Entries: d.Entries, ByMethod: d.ByMethod, Rejected: d.Rejected, Conflicts: d.Conflicts, Imported: d.Imported, Failure: d.Failure,
	}
	words := strings.Fields(state)
	if len(words) != 3 {
		return triage.HashSet{}, triage.E(triage.Corrupt, "known.decodeSet", id.String(), "", errors.New("its state cannot be read"))
	}
	set.State = triage.SetState(words[0])
	epoch, _ := strconv.ParseUint(words[1], 10, 64)
	set.Epoch = triage.Epoch(epoch)
	if ms, _ := strconv.ParseInt(words[2], 10, 64); ms != 0 && set.State == triage.Withdrawn {
		set.Withdrawn = time.UnixMilli(ms).UTC()
	}
	return set, nil
}

func noSet(op string, id triage.SetID) error {
	return triage.E(triage.NotFound, op, id.String(), "there is no such set", nil)
}

// fault turns an error of the driver into one of the domain. nil stays nil.
func fault(op, object string, err error) error {
	if known, ok := errors.AsType[*triage.Error](err); ok {
		return known // the gate before Redis says why
	}
	var answer redis.Error
	switch {
	case err == nil:
		return nil
	case full(err):
		return triage.E(triage.Full, op, object, fullHint, err)
	case errors.As(err, &answer) && slices.ContainsFunc([]string{"ERR", "WRONGTYPE", "CROSSSLOT"}, func(prefix string) bool { return strings.HasPrefix(answer.Error(), prefix) }):
		return triage.E(triage.Internal, op, object, "", err)
	case moving(err):
		return triage.E(triage.Unavailable, op, object, "a node of the Redis Cluster is down, or its slots are moving: try again in a moment", err)
	}
	return triage.E(triage.Unavailable, op, object, "Redis does not answer: try again in a moment", err)
}

// full tells the answers of a Redis that takes no more: at maxmemory, or with files that it cannot write. It takes no
// transaction then either.
func full(err error) bool {
	return redis.HasErrorPrefix(err, "OOM ") || redis.HasErrorPrefix(err, "MISCONF ") || redis.HasErrorPrefix(err, "EXECABORT ")
}

// moving tells the answers of a cluster that is changing over, when the client has followed it for long enough.
func moving(err error) bool {
	return slices.ContainsFunc([]string{"CLUSTERDOWN ", "MOVED ", "ASK ", "TRYAGAIN "}, func(prefix string) bool {
		return redis.HasErrorPrefix(err, prefix)
	})
}

const fullHint = "Redis takes no more: give it memory (maxmemory), or free its disk"
