package known

import (
	"context"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// keepSet keeps a set as Importing unless it is there and did not fail, and numbers no other one like it.
// KEYS: docs, states, last, versions. ARGV: set, its doc, field of versions, version, state.
var keepSet = redis.NewScript(`
local state = redis.call('HGET', KEYS[2], ARGV[1])
if not state or state:sub(1, 6) == 'failed' then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[5])
end
if tonumber(redis.call('GET', KEYS[3]) or '0') < tonumber(ARGV[1]) then redis.call('SET', KEYS[3], ARGV[1]) end
if tonumber(redis.call('HGET', KEYS[4], ARGV[3]) or '0') < tonumber(ARGV[4]) then
  redis.call('HSET', KEYS[4], ARGV[3], ARGV[4])
end
return 1`)

// RestoreSet implements triage.SetStore.
func (s *Sets) RestoreSet(ctx context.Context, set triage.HashSet) (triage.HashSet, error) {
	const op = "known.RestoreSet"
	doc, err := s.encodeSet(set)
	if err != nil {
		return triage.HashSet{}, err
	}
	keys := []string{s.key(keyDocs), s.key(keyStates), s.key(keyLast), s.key(keyVersions)}
	if err := keepSet.Run(ctx, s.rdb, keys, set.ID.String(), doc, s.sealer.name(set.Kind, set.Source), set.Version, importing(set)).Err(); err != nil {
		return triage.HashSet{}, fault(op, set.ID.String(), err)
	}
	return s.Set(ctx, set.ID)
}

// ReserveSets gives new sets numbers above id.
func (s *Sets) ReserveSets(ctx context.Context, id triage.SetID) error {
	return fault("known.ReserveSets", id.String(), reserve.Run(ctx, s.rdb, []string{s.key(keyLast)}, id.String()).Err())
}

// reserve raises the number of the last set. KEYS: last. ARGV: number.
var reserve = redis.NewScript(`
if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
return 1`)
