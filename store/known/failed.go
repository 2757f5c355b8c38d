package known

import (
	"context"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// What follows takes back what an import wrote that failed. It needs no memory, so that a full Redis does it.

// failSet ends an import. KEYS: docs, states, versions. ARGV: set, its doc, field of versions, its version, its state.
var failSet = redis.NewScript(`#!lua flags=allow-oom
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[5] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], 'failed 0 0')
if redis.call('HGET', KEYS[3], ARGV[3]) == ARGV[4] then redis.call('HINCRBY', KEYS[3], ARGV[3], -1) end
return 1`)

// FailSet implements triage.SetStore.
func (s *Sets) FailSet(ctx context.Context, set triage.HashSet) error {
	const op = "known.FailSet"
	doc, err := s.encodeSet(set)
	if err != nil {
		return err
	}
	keys := []string{s.key(keyDocs), s.key(keyStates), s.key(keyVersions)}
	failed, err := failSet.Run(ctx, s.rdb, keys, set.ID.String(), doc, s.sealer.name(set.Kind, set.Source), set.Version, importing(set)).Int()
	if err == nil && failed == 0 {
		return triage.E(triage.Conflict, op, set.ID.String(), "another import has this number", nil)
	}
	if err != nil {
		return fault(op, set.ID.String(), err)
	}
	return s.dropLists(ctx, op, set.ID)
}

// dropLists removes what lies under a set's own keys. A set that is there in another state than failed keeps it: the journal
// may have turned out to hold its import. KEYS: states. ARGV: set, its keys of categories and of the number of segments, its
// prefixes of segments.
var dropLists = redis.NewScript(`#!lua flags=allow-oom
local state = redis.call('HGET', KEYS[1], ARGV[1])
if state and state:sub(1, 6) ~= 'failed' then return 0 end
for i = 1, tonumber(redis.call('GET', ARGV[3]) or '0') do
  redis.call('UNLINK', ARGV[4] .. i, ARGV[5] .. i)
end
return redis.call('UNLINK', ARGV[2], ARGV[3])`)

func (s *Sets) dropLists(ctx context.Context, op string, id triage.SetID) error {
	set := id.String()
	return fault(op, set, dropLists.Run(ctx, s.rdb, []string{s.key(keyStates)}, set, s.key(keyCategory, set), s.key(keySegments, set),
		s.key(keyPDQ, set, ":"), s.key(keyPHash, set, ":")).Err())
}

// DropEntries implements triage.SetStore. The state of a set and its references lie on different nodes of a cluster: so the
// groups are marked first, and while the set's state is still failed after that, whoever imports it anew takes the marks
// away before anything is added.
func (s *Sets) DropEntries(ctx context.Context, id triage.SetID, entries []triage.Entry) error {
	const op = "known.DropEntries"
	x, n := makeItems(len(entries), itemSize), 0
	for i := range entries {
		for _, k := range entries[i].Exact {
			g := groupOf(k)
			x[g] = appendItem(x[g], k)
			n++
		}
	}
	if n == 0 {
		return nil
	}
	if _, err := s.inGroups(ctx, markDropped, x, id.String()); err != nil {
		return fault(op, id.String(), err)
	}
	state, err := s.rdb.HGet(ctx, s.key(keyStates), id.String()).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return fault(op, id.String(), err)
	}
	drop := dropRefs
	if !strings.HasPrefix(state, string(triage.Failed)+" ") {
		drop = unmarkDropped
	}
	_, err = s.inGroups(ctx, drop, x, id.String(), ref{set: id}.append(nil)[:4])
	return fault(op, id.String(), err)
}

var (
	// markDropped marks a set's references of a group for removal. KEYS: group. ARGV: items, set.
	markDropped = redis.NewScript(`#!lua flags=allow-oom
return redis.call('SET', KEYS[1] .. 'drop:' .. ARGV[2], '')`)

	// unmarkDropped takes the mark away.
	unmarkDropped = redis.NewScript(`#!lua flags=allow-oom
return redis.call('DEL', KEYS[1] .. 'drop:' .. ARGV[2])`)

	// dropRefs removes a set's references, and the mark, if there is one. KEYS: group. ARGV: items, set, set (4 bytes).
	dropRefs = redis.NewScript(`#!lua flags=allow-oom
local group, items, set = KEYS[1], ARGV[1], ARGV[3]
if redis.call('DEL', group .. 'drop:' .. ARGV[2]) == 0 then return 0 end
for i = 1, #items, 16 do
  local key, field = group .. items:sub(i, i + 1), items:sub(i + 2, i + 15)
  local old = redis.call('HGET', key, field)
  if old then
    local kept = {}
    for j = 1, #old, 10 do
      local o = old:sub(j, j + 9)
      if o:sub(1, 4) ~= set then kept[#kept + 1] = o end
    end
    if #kept == 0 then
      redis.call('HDEL', key, field)
    elseif #kept * 10 < #old then
      redis.call('HSET', key, field, table.concat(kept))
    end
  end
end
return 1`)
)

// removeSet forgets a set that never was active. KEYS: docs, states, versions. ARGV: set, field of versions, its version.
var removeSet = redis.NewScript(`#!lua flags=allow-oom
local state = redis.call('HGET', KEYS[2], ARGV[1])
if not state or (state:sub(1, 6) ~= 'failed' and state:sub(1, 9) ~= 'importing') then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
if state:sub(1, 9) == 'importing' and redis.call('HGET', KEYS[3], ARGV[2]) == ARGV[3] then
  redis.call('HINCRBY', KEYS[3], ARGV[2], -1)
end
return 1`)

// RemoveSet implements triage.SetStore. What an import has written of exact digests stays until something else is written
// there, unless the import was ended first (FailSet, DropEntries).
func (s *Sets) RemoveSet(ctx context.Context, id triage.SetID) error {
	const op = "known.RemoveSet"
	set, err := s.Set(ctx, id)
	if triage.IsKind(err, triage.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	keys := []string{s.key(keyDocs), s.key(keyStates), s.key(keyVersions)}
	removed, err := removeSet.Run(ctx, s.rdb, keys, id.String(), s.sealer.name(set.Kind, set.Source), set.Version).Int()
	if err != nil || removed == 0 {
		return fault(op, id.String(), err)
	}
	return s.dropLists(ctx, op, id)
}
