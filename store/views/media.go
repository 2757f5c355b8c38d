package views

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Media implements triage.MediumStore.
type Media struct{ db }

// markQueued keeps a medium's verified keys. A worker may have examined it already by its declared ones: when they
// were wrong, it is matched again. ARGV: medium, keys, size, generation.
var markQueued = script(`
local m = load(ARGV[2])
if not m then return 0 end
if (m.v or '1') ~= ARGV[5] then return -1 end
if m.s == 'l' then return 1 end
if m.d ~= ARGV[3] then
  seen('HDEL', m.d)
  seen('HSET', ARGV[3])
  call('HSET', m.key, 'd', ARGV[3])
  if m.s == 'e' then call('ZADD', P .. 'ep', -1, m.id) end
end
if m.s == 'w' then
  call('HSET', m.key, 'z', ARGV[4])
  call('HDEL', m.key, 'r')
  call('ZREM', P .. 'wanted', m.id)
  move(m, 'q', m.F)
end
return 1`)

// Medium implements triage.MediumStore.
func (s Media) Medium(ctx context.Context, id triage.MediumID) (triage.Medium, error) {
	fields, err := s.rdb.HGetAll(ctx, s.medium(id)).Result()
	if err != nil {
		return triage.Medium{}, fault("views.Medium", string(id), err)
	}
	if len(fields) == 0 {
		return triage.Medium{}, missing("read medium", string(id), "medium")
	}
	return s.decodeMedium(id, fields)
}

// Media implements triage.MediumStore.
func (s Media) Media(ctx context.Context, ids []triage.MediumID) (map[triage.MediumID]triage.Medium, error) {
	list, err := readMedia(ctx, s.db, ids)
	media := make(map[triage.MediumID]triage.Medium, len(list))
	for _, m := range list {
		media[m.ID] = m
	}
	return media, err
}

// readMedia returns those of ids that are known, in order.
func readMedia(ctx context.Context, d db, ids []triage.MediumID) ([]triage.Medium, error) {
	media := make([]triage.Medium, 0, len(ids))
	for some := range slices.Chunk(ids, batch) {
		pipe := d.rdb.Pipeline()
		answers := make([]*redis.MapStringStringCmd, len(some))
		for i, id := range some {
			answers[i] = pipe.HGetAll(ctx, d.medium(id))
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, fault("views.readMedia", "", err)
		}
		for i, answer := range answers {
			if len(answer.Val()) > 0 {
				m, err := d.decodeMedium(some[i], answer.Val())
				if err != nil {
					return nil, err
				}
				media = append(media, m)
			}
		}
	}
	return media, nil
}

// MarkQueued implements triage.MediumStore. In a later state it only corrects keys that were declared wrongly.
func (s Media) MarkQueued(ctx context.Context, id triage.MediumID, generation int, keys triage.DigestKeys, size int64) error {
	found, err := s.run(ctx, markQueued, s.medium(id), packID(string(id)), packKeys(keys), size, max(1, generation)).Int()
	if err == nil && found == 0 {
		return missing("queue medium", string(id), "medium")
	}
	if err == nil && found < 0 {
		return triage.E(triage.Conflict, "queue medium", string(id), "its exhibit was destroyed or changed meanwhile: submit again", nil)
	}
	return fault("views.MarkQueued", string(id), err)
}

// Seen implements triage.SeenStore.
type Seen struct{ db }

// Seen implements triage.SeenStore.
func (s Seen) Seen(ctx context.Context, keys []triage.DigestKeys) ([]bool, error) {
	seen := make([]bool, len(keys))
	pipe := s.rdb.Pipeline()
	type question struct {
		at     int
		answer *redis.BoolCmd
	}
	var asked []question
	for i, k := range keys {
		for _, key := range []triage.DigestKey{k.MD5, k.SHA1, k.SHA256} {
			if key != (triage.DigestKey{}) {
				bucket := s.key(keySeen, string(key[:2]), strconv.Itoa(int(key[2]>>6)))
				asked = append(asked, question{i, pipe.HExists(ctx, bucket, string(key[2:]))})
			}
		}
	}
	if len(asked) == 0 {
		return seen, nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fault("views.Seen", "", err)
	}
	for _, q := range asked {
		seen[q.at] = seen[q.at] || q.answer.Val()
	}
	return seen, nil
}

// Rematch implements triage.RematchStore.
type Rematch struct{ db }

// Outdated implements triage.RematchStore.
func (s Rematch) Outdated(ctx context.Context, n int) ([]triage.MediumID, error) {
	epoch, err := currentEpoch(ctx, s.db)
	if err != nil {
		return nil, err
	}
	raw, err := s.rdb.ZRangeArgs(ctx, redis.ZRangeArgs{
		Key: s.key(keyEpochs), ByScore: true, Count: int64(n),
		Start: "-inf", Stop: "(" + strconv.FormatUint(uint64(epoch), 10),
	}).Result()
	return unpackIDs(raw), fault("views.Outdated", "", err)
}

// WantedSince implements triage.RematchStore: in the order of time, then of identifier. A medium remembers when it
// was wanted after it is not any more, so that it still marks a place in that order.
func (s Rematch) WantedSince(ctx context.Context, t time.Time, after triage.MediumID, n int) ([]triage.MediumID, error) {
	const op = "views.WantedSince"
	from, last := "-inf", ""
	if after != "" {
		at, err := s.rdb.HGet(ctx, s.medium(after), fieldWanted).Result()
		if err != nil && err != redis.Nil {
			return nil, fault(op, string(after), err)
		}
		if err == nil {
			from, last = at, packID(string(after))
		}
	}
	fromScore, _ := strconv.ParseFloat(from, 64)
	var ids []triage.MediumID
	for offset := 0; len(ids) < n; offset += n {
		page, err := s.rdb.ZRangeArgsWithScores(ctx, redis.ZRangeArgs{
			Key: s.key(keyWanted), ByScore: true, Start: from, Stop: "(" + strconv.FormatInt(t.UnixMicro(), 10),
			Offset: int64(offset), Count: int64(n),
		}).Result()
		if err != nil {
			return nil, fault(op, "", err)
		}
		for _, z := range page {
			id, _ := z.Member.(string)
			if (z.Score > fromScore || id > last) && len(ids) < n {
				ids = append(ids, triage.MediumID(unpackID(id)))
			}
		}
		if len(page) < n {
			break
		}
	}
	return ids, nil
}
