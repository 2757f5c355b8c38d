package known

import (
	"context"
	"slices"

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

// dropRefs removes a failed set's references. KEYS: states. ARGV: set, prefix of buckets, set (4 bytes), length of a
// reference, then bucket and field of each digest.
var dropRefs = redis.NewScript(`#!lua flags=allow-oom
local state = redis.call('HGET', KEYS[1], ARGV[1])
if not state or state:sub(1, 6) ~= 'failed' then return 0 end
local prefix, set, size = ARGV[2], ARGV[3], tonumber(ARGV[4])
for i = 5, #ARGV, 2 do
  local key, field = prefix .. ARGV[i], ARGV[i + 1]
  local old = redis.call('HGET', key, field)
  if old then
    local kept = {}
    for j = 1, #old, size do
      local o = old:sub(j, j + size - 1)
      if o:sub(1, 4) ~= set then kept[#kept + 1] = o end
    end
    if #kept == 0 then
      redis.call('HDEL', key, field)
    elseif #kept * size < #old then
      redis.call('HSET', key, field, table.concat(kept))
    end
  end
end
return 1`)

// DropEntries implements triage.SetStore.
func (s *Sets) DropEntries(ctx context.Context, id triage.SetID, entries []triage.Entry) error {
	set := string(ref{set: id}.append(nil)[:4])
	var digests []triage.DigestKey
	for i := range entries {
		digests = append(digests, entries[i].Exact...)
	}
	for some := range slices.Chunk(digests, scriptKeys) {
		args := []any{id.String(), s.key(keyExact), set, refSize}
		for _, k := range some {
			args = append(args, bucket(k), field(k))
		}
		if err := dropRefs.Run(ctx, s.rdb, []string{s.key(keyStates)}, args...).Err(); err != nil {
			return fault("known.DropEntries", id.String(), err)
		}
	}
	return nil
}

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
