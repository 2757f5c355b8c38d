package views

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Marks implements triage.MarkStore. They are one hash, and a sorted set of what was applied beyond a gap.
//
//	gen  the generation; absent while the projections are not whole
//	by   who makes them again; absent while they are whole
//	srv  the runs of the servers on which nothing is left to be mended
//	out  how many keys these had evicted by then
//	has  which of the lasting keys were there then (landmarks.go)
//	ev   number of the last event before the first gap
//	gr   number of the last record of groups
//	sc   number of the last record of scores
//	p:…  by writer, the number of its last pack of examinations
type Marks struct{ db }

var (
	// markEvent notes an event; with '1', all before it too. It returns 0 when the projections are not whole.
	// ARGV: number, '1' or '0'.
	markEvent = script(`
local marks, ahead, seq = P .. 'marks:applied', P .. 'marks:ahead', tonumber(ARGV[2])
local at = tonumber(call('HGET', marks, 'ev') or '0')
if ARGV[3] == '1' then
  at = math.max(at, seq)
else
  if call('HEXISTS', marks, 'gen') == 0 then return 0 end
  if seq <= at then return 1 end
  if seq > at + 1 then call('ZADD', ahead, seq, seq) return 1 end
  at = seq
end
call('ZREMRANGEBYSCORE', ahead, '-inf', at)
while call('ZREM', ahead, string.format('%.0f', at + 1)) == 1 do at = at + 1 end
call('HSET', marks, 'ev', string.format('%.0f', at))
return 1`)

	// completeMarks gives projections their generation and their landmarks, unless they are not those that by began to make,
	// or were lost since. ARGV: by, generation, then each landmark with its value.
	completeMarks = script(`
local marks = P .. 'marks:applied'
if call('HGET', marks, 'by') ~= ARGV[2] then return 0 end
call('HDEL', marks, 'by')
call('HSET', marks, 'gen', ARGV[3])
for i = 4, #ARGV, 2 do call('SET', ARGV[i], ARGV[i + 1]) end
return 1`)

	// mendedMarks notes the runs of the servers and which lasting keys are there, unless the projections are another
	// generation. ARGV: generation, servers, keys evicted, how many lasting keys there are, these, and those of sets.
	mendedMarks = script(`
local marks = P .. 'marks:applied'
if call('HGET', marks, 'gen') ~= ARGV[2] then return 0 end
local has, last = {}, call('EXISTS', P .. 'epoch') == 1 and #ARGV or 5 + ARGV[5]
for i = 6, last do
  if call('EXISTS', P .. ARGV[i]) == 1 then has[#has + 1] = ARGV[i] end
end
call('HSET', marks, 'srv', ARGV[3], 'out', ARGV[4], 'has', table.concat(has, ' '))
return 1`)
)

const (
	keyMarks       = "marks:applied"
	markGeneration = "gen"
	markBuilder    = "by"
	markMended     = "srv"
	markEvicted    = "out"
	markHas        = "has"
	markEvents     = "ev"
	markGroups     = "gr"
	markScores     = "sc"
	markPack       = "p:"
	clearBatch     = 1000 // keys removed in one round trip
)

// Marks implements triage.MarkStore. The servers are asked for their runs first: what another run says of the rest comes
// through a connection to one that is not among these.
func (s Marks) Marks(ctx context.Context) (triage.Marks, error) {
	const op = "views.Marks"
	servers, evicted, err := s.runs(ctx)
	if err != nil {
		return triage.Marks{}, fault(op, "", err)
	}
	pipe := s.rdb.Pipeline()
	all := pipe.HGetAll(ctx, s.key(keyMarks))
	var found []*redis.StringCmd
	for _, key := range s.landmarks() {
		found = append(found, pipe.Get(ctx, key))
	}
	there := make(map[string]*redis.IntCmd)
	for _, key := range lastingKeys() {
		there[key] = pipe.Exists(ctx, s.key(key))
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return triage.Marks{}, fault(op, "", err)
	}
	kept, err := all.Result()
	for _, answer := range found { // one that failed says nothing of its key
		if !errors.Is(answer.Err(), redis.Nil) {
			err = cmp.Or(err, answer.Err())
		}
	}
	for _, answer := range there {
		err = cmp.Or(err, answer.Err())
	}
	if err != nil {
		return triage.Marks{}, fault(op, "", err)
	}
	m := triage.Marks{
		Servers: servers, Evicted: evicted, Generation: kept[markGeneration], By: kept[markBuilder], Mended: strings.Fields(kept[markMended]),
		Packs: make(map[string]uint64),
	}
	for field, value := range kept {
		n, _ := strconv.ParseUint(value, 10, 64)
		switch {
		case field == markEvents:
			m.Events = n
		case field == markGroups:
			m.Groups = n
		case field == markScores:
			m.Scores = n
		case len(field) > len(markPack) && field[:len(markPack)] == markPack:
			m.Packs[field[len(markPack):]] = n
		}
	}
	if m.Generation == "" {
		return m, nil
	}
	exist := make(map[string]bool)
	for key, n := range there {
		exist[key] = n.Val() > 0
	}
	m.Lost = s.lost(m.Generation, found, kept[markHas], exist)
	before, _ := strconv.ParseUint(kept[markEvicted], 10, 64)
	if !slices.Equal(m.Mended, m.Servers) {
		before = 0 // a server counts from its start
	}
	if m.Evicted > before {
		m.Lost = append(m.Lost, evictedKeys)
	}
	return m, nil
}

// MarkEvent implements triage.MarkStore.
func (s Marks) MarkEvent(ctx context.Context, seq uint64) error {
	whole, err := s.run(ctx, markEvent, s.key(keyMarks), seq, "0").Int()
	if err == nil && whole == 0 {
		return triage.E(triage.Unavailable, "views.MarkEvent", "", "the service is catching up: try again in a moment", nil)
	}
	return fault("views.MarkEvent", "", err)
}

// MarkEvents implements triage.MarkStore.
func (s Marks) MarkEvents(ctx context.Context, seq uint64) error {
	return fault("views.MarkEvents", "", s.run(ctx, markEvent, s.key(keyMarks), seq, "1").Err())
}

// Complete implements triage.MarkStore.
func (s Marks) Complete(ctx context.Context, by, generation string) error {
	builder, err := s.rdb.HGet(ctx, s.key(keyMarks), markBuilder).Result()
	if err == nil && builder == by { // in other slots of a cluster than the script's
		pipe := s.rdb.Pipeline()
		for _, key := range s.spreadLandmarks() {
			pipe.Set(ctx, key, s.landmarkValue(key, generation), 0)
		}
		_, err = pipe.Exec(ctx)
	}
	if err != nil && !errors.Is(err, redis.Nil) {
		return fault("views.Complete", "", err)
	}
	args := []any{by, generation}
	for _, key := range s.ownLandmarks() {
		args = append(args, key, s.landmarkValue(key, generation))
	}
	return s.onlyIf(ctx, "views.Complete", completeMarks, args...)
}

// MarkMended implements triage.MarkStore.
func (s Marks) MarkMended(ctx context.Context, m triage.Marks) error {
	args := []any{m.Generation, strings.Join(m.Servers, " "), m.Evicted, len(lasting)}
	for _, key := range lastingKeys() {
		args = append(args, key)
	}
	return s.onlyIf(ctx, "views.MarkMended", mendedMarks, args...)
}

// onlyIf runs a script that returns 0 when the projections are not those that were meant.
func (s Marks) onlyIf(ctx context.Context, op string, what *redis.Script, args ...any) error {
	same, err := s.run(ctx, what, s.key(keyMarks), args...).Int()
	if err == nil && same == 0 {
		return triage.E(triage.Unavailable, op, "", "Redis lost its data again meanwhile: the service catches up by itself", nil)
	}
	return fault(op, "", err)
}

// Clear implements triage.MarkStore. The generation goes first, so that a clearing that ends half-way is seen, and the
// leases stay: whoever clears holds one.
func (s Marks) Clear(ctx context.Context, by string) error {
	const op = "views.Clear"
	if err := s.Close(ctx); err != nil {
		return err
	}
	if err := s.removeAll(ctx); err != nil {
		return fault(op, "", err)
	}
	return fault(op, "", s.rdb.HSet(ctx, s.key(keyMarks), markBuilder, by).Err())
}

// Close implements triage.MarkStore.
func (s Marks) Close(ctx context.Context) error {
	return fault("views.Close", "", s.rdb.HDel(ctx, s.key(keyMarks), markGeneration).Err())
}

// escapeGlob makes a prefix stand for itself in a pattern of Redis.
func escapeGlob(s string) string {
	var b []byte
	for i := range len(s) {
		switch s[i] {
		case '*', '?', '[', ']', '\\', '^':
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return string(b)
}
