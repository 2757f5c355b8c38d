package known

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

const keyObjections = "known:objections"

// storedObjection is what is kept of a word on an entry, beside its set, its line and its event.
type storedObjection struct {
	Source string            `json:"s"`
	Kind   triage.SetKind    `json:"k"`
	State  triage.EntryState `json:"e,omitempty"`
	Reason string            `json:"r"`
	By     string            `json:"b"`
	At     time.Time         `json:"t"`

	Exact [][]byte        `json:"x,omitempty"`
	PDQ   *pdq.Hash       `json:"p,omitempty"`
	Film  []pdq.Hash      `json:"f,omitempty"`
	PHash *hashing.Hash64 `json:"h,omitempty"`
}

// keepObjection keeps the last word on an entry, and makes and announces a new epoch. A word that is kept, and one that
// came before it, change nothing. KEYS: epoch, objections, changes. ARGV: entry, event, what is said, how many changes are kept.
var keepObjection = redis.NewScript(`
local old = redis.call('HGET', KEYS[2], ARGV[1])
if old and tonumber(old:match('^%d+')) >= tonumber(ARGV[2]) then
  return tonumber(redis.call('GET', KEYS[1]))
end
local epoch = redis.call('INCR', KEYS[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. epoch .. ' ' .. ARGV[3])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], '*', 'epoch', epoch)
return epoch`)

// Object implements triage.ObjectionStore.
func (s *Sets) Object(ctx context.Context, o triage.Objection) (triage.Epoch, error) {
	const op = "known.Object"
	name := objectionName(o.Set, o.Entry.Number)
	doc := storedObjection{
		Source: o.Source, Kind: o.Kind, State: o.State, Reason: o.Reason, By: o.By, At: o.At, PDQ: o.Entry.PDQ, PHash: o.Entry.PHash, Film: o.Entry.Film,
	}
	for _, k := range o.Entry.Exact {
		doc.Exact = append(doc.Exact, k[:])
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return 0, triage.E(triage.Internal, op, name, "", err)
	}
	event := strconv.FormatUint(o.Event, 10)
	keys := []string{s.key(keyEpoch), s.key(keyObjections), s.key(keyChanges)}
	epoch, err := keepObjection.Run(ctx, s.rdb, keys, name, event, s.sealer.seal(s.objectionPlace(name, event), text), keepChanges).Uint64()
	return triage.Epoch(epoch), fault(op, name, err)
}

// Objections implements triage.ObjectionStore.
func (s *Sets) Objections(ctx context.Context) ([]triage.Objection, error) {
	const op = "known.Objections"
	kept, err := s.rdb.HGetAll(ctx, s.key(keyObjections)).Result()
	if err != nil {
		return nil, fault(op, "", err)
	}
	list := make([]triage.Objection, 0, len(kept))
	for name, value := range kept {
		o, err := s.readObjection(name, value)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	slices.SortFunc(list, func(a, b triage.Objection) int { return cmp.Compare(b.Event, a.Event) })
	return list, nil
}

func (s *Sets) readObjection(name, value string) (o triage.Objection, err error) {
	event, rest, _ := strings.Cut(value, " ")
	epoch, sealed, _ := strings.Cut(rest, " ")
	text, err := s.sealer.open(s.objectionPlace(name, event), sealed)
	if err != nil {
		return o, err
	}
	corrupt := func(err error) (triage.Objection, error) {
		return triage.Objection{}, triage.E(triage.Corrupt, "known.readObjection", name, "", err)
	}
	var doc storedObjection
	if err := json.Unmarshal(text, &doc); err != nil {
		return corrupt(err)
	}
	set, line, _ := strings.Cut(name, ":")
	if o.Set, err = triage.ParseSetID(set); err != nil {
		return corrupt(err)
	}
	number, err := strconv.ParseUint(line, 10, 32)
	if err != nil {
		return corrupt(err)
	}
	if o.Event, err = strconv.ParseUint(event, 10, 64); err != nil {
		return corrupt(err)
	}
	at, err := strconv.ParseUint(epoch, 10, 64)
	if err != nil {
		return corrupt(err)
	}
	o.Epoch = triage.Epoch(at)
	o.Source, o.Kind, o.State, o.Reason, o.By, o.At = doc.Source, doc.Kind, doc.State, doc.Reason, doc.By, doc.At
	o.Entry = triage.Entry{Number: uint32(number), PDQ: doc.PDQ, PHash: doc.PHash, Film: doc.Film}
	for _, k := range doc.Exact {
		if len(k) != len(triage.DigestKey{}) {
			return corrupt(hashing.ErrLength)
		}
		o.Entry.Exact = append(o.Entry.Exact, triage.DigestKey(k))
	}
	return o, nil
}

func objectionName(set triage.SetID, line uint32) string {
	return set.String() + ":" + strconv.FormatUint(uint64(line), 10)
}

// objectionPlace is where a word on an entry lies.
func (s *Sets) objectionPlace(name, event string) string {
	return s.key(keyObjections, "/", name, "/", event)
}

// said is what is said of entries of the lists of one source and kind, by what they say.
type said struct {
	digests map[triage.DigestKey]triage.EntryState
	pdq     map[pdq.Hash]triage.EntryState
	votes   map[hashing.Hash64]triage.EntryState
}

// exact returns the state of entries with this digest.
func (s *said) exact(k triage.DigestKey) triage.EntryState {
	if s == nil {
		return triage.EntryCounts
	}
	return s.digests[k]
}

// add says something of an entry: withdrawn goes before disputed.
func (s *said) add(e triage.Entry, state triage.EntryState) {
	for _, k := range e.Exact {
		worsen(s.digests, k, state)
	}
	for _, code := range e.Codes() {
		worsen(s.pdq, code, state)
	}
	if e.PHash != nil {
		worsen(s.votes, *e.PHash, state)
	}
}

func worsen[K comparable](of map[K]triage.EntryState, k K, state triage.EntryState) {
	if of[k] != triage.EntryWithdrawn {
		of[k] = state
	}
}

// object gives the entries of v's sets, all of which are loaded, their states.
func (v *view) object(objections []triage.Objection) {
	type list struct {
		source string
		kind   triage.SetKind
	}
	lists := make(map[list]*said)
	for _, o := range objections {
		if o.State == triage.EntryCounts {
			continue
		}
		of := list{o.Source, o.Kind}
		if lists[of] == nil {
			lists[of] = &said{
				make(map[triage.DigestKey]triage.EntryState), make(map[pdq.Hash]triage.EntryState), make(map[hashing.Hash64]triage.EntryState),
			}
		}
		lists[of].add(o.Entry, o.State)
	}
	v.said = make(map[triage.SetID]*said)
	for id, set := range v.active {
		if s := lists[list{set.Source, set.Kind}]; s != nil {
			v.said[id] = s
		}
	}
	v.pdqSaid, v.votesSaid = make(map[uint32]triage.EntryState), make(map[uint32]triage.EntryState)
	for of, s := range lists {
		mine := func(set *mirrored) bool { return set != nil && list{set.Source, set.Kind} == of }
		for code, state := range s.pdq {
			v.pdq.Search(code, 0, func(number uint32, _ int) {
				if set, _ := v.pdqRef(number); mine(set) {
					v.pdqSaid[number] = state
				}
			})
		}
		for code, state := range s.votes {
			v.phash.Search(code, 0, func(number uint32, _ int) {
				if set, _ := v.phashRef(number); mine(set) {
					v.votesSaid[number] = state
				}
			})
		}
	}
}

// last orders what is so behind what is not.
func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
