package views

import (
	"context"
	"time"

	"vigie/triage"
)

// reserveNext returns the group of the queue that somebody holds, or else reserves the first that nobody holds, those of a running custody
// before all others: groups that others hold are passed over. Nothing: there is none. ARGV: by, now, until when it is reserved (ms), and, if
// it is to be one of some, '1' and these.
//
// What is held is looked up in one sorted set, so that no more of the queue is read than as many groups as are held, and the leaf of the next.
var reserveNext = script(luaBefore + luaStretch + `
local by, now, held, n = ARGV[2], tonumber(ARGV[3]), {}, 1
call('ZREMRANGEBYSCORE', P .. 'held', '-inf', '(' .. ARGV[3])
for _, hold in ipairs(call('ZRANGE', P .. 'held', 0, -1)) do
  local g = hold:sub(1, 16)
  local t = loadGroup(g)
  local claimed = t and t.c and t.c ~= by and tonumber(t.u) >= now
  if t and t.q and hold:sub(17) == by and not claimed then return g end
  held[g], n = true, n + 1
end

local function reserve(g)
  call('ZADD', P .. 'held', ARGV[4], g .. by)
  return g
end

if ARGV[5] then
  for i = 6, #ARGV do
    local t = loadGroup(ARGV[i])
    if t and t.q and not held[ARGV[i]] then return reserve(ARGV[i]) end
  end
  return ''
end

for _, mark in ipairs(running(ARGV[3])) do
  for _, g in ipairs(call('ZRANGE', P .. 'up:' .. mark, 0, n - 1)) do
    if not held[g] then return reserve(g) end
  end
end

local _, _, leaves = stretch(0, n)
for _, leaf in ipairs(leaves) do
  local first
  for _, g in ipairs(leaf) do
    if not held[g] and (not first or before(g, first)) then first = g end
  end
  if first then return reserve(first) end
end
return ''`)

// Reserve implements triage.QueueStore.
func (s Queue) Reserve(ctx context.Context, by string, now time.Time, life time.Duration) (triage.GroupID, error) {
	return s.reserve(ctx, by, now, life)
}

// ReserveOf implements triage.QueueStore.
func (s Queue) ReserveOf(ctx context.Context, some []triage.GroupID, by string, now time.Time, life time.Duration) (triage.GroupID, error) {
	args := []any{"1"}
	for _, id := range some {
		args = append(args, packID(string(id)))
	}
	return s.reserve(ctx, by, now, life, args...)
}

func (s Queue) reserve(ctx context.Context, by string, now time.Time, life time.Duration, of ...any) (triage.GroupID, error) {
	args := append([]any{by, now.UnixMilli(), now.Add(life).UnixMilli()}, of...)
	g, err := s.run(ctx, reserveNext, s.key(keyQueue), args...).Text()
	if err != nil || g == "" {
		return "", fault("views.Reserve", "", err)
	}
	return triage.GroupID(unpackID(g)), nil
}
