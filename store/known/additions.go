package known

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// An addition is written like a list, in small: its exact digests into their groups, its perceptual hashes as one segment, which
// has its number. What it makes of the set is one step in the sets' slot.

// extendTries is how often the groups are written to where one of them is lost each time.
const extendTries = 3

// The fields of keyGrown after "<set>:", beside the methods, which count hashes.
const (
	grownAdditions = "additions"
	grownEntries   = "entries"
	grownLast      = "last" // when the last one was made, in milliseconds
)

// extendSet has an addition take effect, unless it has. A set that was withdrawn is only told what came.
// KEYS: epoch, states, changes, keyAdded, keyNamed, keyGrown, the addition's segments of PDQs and of pHashes. ARGV: set,
// number, keyed name, time (ms), how many changes are kept, the two segments (” for none), then fields of keyGrown and what
// each grows by. It returns the epoch; 0 when there is no such set, or it was never active.
var extendSet = redis.NewScript(`
local set, number = ARGV[1], ARGV[2]
local there = redis.call('ZSCORE', KEYS[4], number)
if there then return tonumber(there) end
local state = redis.call('HGET', KEYS[2], set)
local word = state and state:match('^%S+')
if word ~= 'active' and word ~= 'withdrawn' then return 0 end
local epoch = redis.call('GET', KEYS[1])
if word == 'active' then
  epoch = redis.call('INCR', KEYS[1])
  if ARGV[6] ~= '' then redis.call('SET', KEYS[7], ARGV[6]) end
  if ARGV[7] ~= '' then redis.call('SET', KEYS[8], ARGV[7]) end
end
redis.call('ZADD', KEYS[4], epoch, number)
redis.call('HSETNX', KEYS[5], ARGV[3], set .. ':' .. number)
for i = 8, #ARGV, 2 do redis.call('HINCRBY', KEYS[6], set .. ':' .. ARGV[i], ARGV[i + 1]) end
local last = set .. ':last'
if tonumber(redis.call('HGET', KEYS[6], last) or '0') < tonumber(ARGV[4]) then redis.call('HSET', KEYS[6], last, ARGV[4]) end
if word == 'active' then redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[5], '*', 'epoch', epoch) end
return tonumber(epoch)`)

// Extend implements triage.AdditionStore. That a group keeps the digests is noted in it when they are written, and looked at when the
// addition counts: a node of a cluster that came back meanwhile as it was earlier is written to again.
func (s *Sets) Extend(ctx context.Context, x triage.Extension) (triage.Epoch, error) {
	const op = "extend set"
	sets, _, err := s.all(ctx)
	if err != nil {
		return 0, err
	}
	set, ok := sets[x.Set]
	switch {
	case !ok || set.State != triage.Active && set.State != triage.Withdrawn:
		return 0, noSet(op, x.Set)
	case set.Additions == 0 && set.Entries > 0:
		return 0, triage.E(triage.Conflict, op, x.String(), "this set has a list, and does not grow", nil)
	}
	categories, err := s.categories(ctx, x.Set, x.Entries)
	if err != nil {
		return 0, err
	}
	for range extendTries {
		if _, err := s.addExact(ctx, set, x.Entries, categories, sets, x.Number); err != nil {
			return 0, err
		}
		epoch, err := s.extend(ctx, op, x, categories)
		if err != nil {
			return 0, err
		}
		complete, err := s.hasAdditions(ctx, x.Set, []int{x.Number})
		if err != nil || complete {
			return epoch, err
		}
	}
	return 0, triage.E(triage.Unavailable, op, x.String(), "Redis lost its data again meanwhile: the service catches up by itself", nil)
}

func (s *Sets) extend(ctx context.Context, op string, x triage.Extension, categories map[string]uint16) (triage.Epoch, error) {
	set := x.Set.String()
	near, votes := segmentsOf(x.Entries, categories)
	keyNear, keyVotes := s.segment(keyPDQ, x.Set, x.Number), s.segment(keyPHash, x.Set, x.Number)
	args := []any{
		set, x.Number, s.sealer.name(triage.KnownSet, x.Name), x.At.UnixMilli(), keepChanges,
		s.sealer.sealSegment(keyNear, near, pdqSize), s.sealer.sealSegment(keyVotes, votes, phashSize),
		grownAdditions, 1, grownEntries, len(x.Entries),
	}
	for method, n := range x.ByMethod {
		args = append(args, string(method), n)
	}
	keys := []string{
		s.key(keyEpoch), s.key(keyStates), s.key(keyChanges), s.key(keyAdded, set), s.key(keyNamed), s.key(keyGrown),
		keyNear, keyVotes,
	}
	epoch, err := extendSet.Run(ctx, s.rdb, keys, args...).Int64()
	if err == nil && epoch == 0 {
		return 0, noSet(op, x.Set)
	}
	return triage.Epoch(epoch), fault(op, x.String(), err) //nolint:gosec // counts from 0
}

// Additions implements triage.AdditionStore.
func (s *Sets) Additions(ctx context.Context, set triage.SetID) ([]int, error) {
	return s.additions(ctx, set, 0, 0)
}

// additions returns the numbers of the additions to a set that were made after an epoch, and not after another one (0: whenever).
func (s *Sets) additions(ctx context.Context, set triage.SetID, since, until triage.Epoch) ([]int, error) {
	const op = "known.additions"
	from, to := "-inf", "+inf"
	if since > 0 {
		from = "(" + strconv.FormatUint(uint64(since), 10)
	}
	if until > 0 {
		to = strconv.FormatUint(uint64(until), 10)
	}
	members, err := s.rdb.ZRangeByScore(ctx, s.key(keyAdded, set.String()), &redis.ZRangeBy{Min: from, Max: to}).Result()
	if err != nil {
		return nil, fault(op, set.String(), err)
	}
	numbers := make([]int, len(members))
	for i, m := range members {
		if numbers[i], err = strconv.Atoi(m); err != nil {
			return nil, triage.E(triage.Corrupt, op, set.String(), "", err)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// Added implements triage.AdditionStore.
func (s *Sets) Added(ctx context.Context, name string) (triage.AdditionID, error) {
	const op = "known.Added"
	text, err := s.rdb.HGet(ctx, s.key(keyNamed), s.sealer.name(triage.KnownSet, name)).Result()
	if errors.Is(err, redis.Nil) {
		return triage.AdditionID{}, nil
	}
	if err != nil {
		return triage.AdditionID{}, fault(op, "", err)
	}
	set, number, _ := strings.Cut(text, ":")
	id, err := triage.ParseSetID(set)
	n, err2 := strconv.Atoi(number)
	if err := errors.Join(err, err2); err != nil {
		return triage.AdditionID{}, triage.E(triage.Corrupt, op, "", "", err)
	}
	return triage.AdditionID{Set: id, Number: n}, nil
}

// grow adds to a set what keyGrown tells of it.
func grow(set *triage.HashSet, grown map[string]string) {
	prefix := set.ID.String() + ":"
	for field, value := range grown {
		what, of := strings.CutPrefix(field, prefix)
		if !of {
			continue
		}
		n, _ := strconv.ParseInt(value, 10, 64) // Redis counts
		switch what {
		case grownAdditions:
			set.Additions = int(n)
		case grownEntries:
			set.Entries += int(n)
		case grownLast:
			set.Extended = time.UnixMilli(n).UTC()
		default:
			if set.ByMethod == nil {
				set.ByMethod = make(map[triage.Method]int)
			}
			set.ByMethod[triage.Method(what)] += int(n)
		}
	}
}

// keyGroupAdded is a bitmap: the bit of each addition to a set that has all of its digests in this group.
func keyGroupAdded(group string, set triage.SetID) string { return group + ".added:" + set.String() }

// noteAddition notes an addition in groups that have none of its digests. The others note it in the step that writes them.
func (s *Sets) noteAddition(ctx context.Context, id triage.SetID, number int, digests *items) error {
	pipe := s.rdb.Pipeline()
	for g, group := range s.groups {
		if len(digests[g]) == 0 {
			pipe.SetBit(ctx, keyGroupAdded(group, id), int64(number), 1)
		}
	}
	_, err := pipe.Exec(ctx)
	return fault("known.noteAddition", id.String(), err)
}

// hasAdditions reports whether every group has the digests of these additions.
func (s *Sets) hasAdditions(ctx context.Context, id triage.SetID, numbers []int) (bool, error) {
	answers := make([]*redis.StringCmd, len(s.groups))
	pipe := s.rdb.Pipeline()
	for i, group := range s.groups {
		answers[i] = pipe.Get(ctx, keyGroupAdded(group, id))
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return false, fault("known.hasAdditions", id.String(), err)
	}
	for _, answer := range answers {
		bits := answer.Val()
		for _, n := range numbers {
			if n/8 >= len(bits) || bits[n/8]>>(7-n%8)&1 == 0 {
				return false, nil
			}
		}
	}
	return true, nil
}
