package views

import (
	"context"
	"time"

	"vigie/triage"
)

// custodyLook is how many groups of running custodies are looked at for one that is not somebody else's: some 20 ms.
const custodyLook = "5000"

// reserveNext returns the group of the queue that somebody holds, or else reserves the first that nobody holds and that is nobody else's: those of a
// running custody before all others, then those that are assigned to by, then those that are nobody's. Nothing: there is none. ARGV: by,
// now, until when it is reserved (ms), and, if it is to be one of some, '1' and these.
//
// What is held is looked up in one sorted set, so that no more of the queue is read than as many groups as are held, and the leaf of the next.
// All groups of an assigned case are somebody's: where a custody runs in one of somebody else's, those assigned to by are looked at instead.
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

-- offered tells whether a group may be: nobody holds it, and it is nobody else's.
local function offered(g)
  if held[g] then return false end
  local t = loadGroup(g)
  return t and t.q and (not t.a or t.a == by)
end

if ARGV[5] then
  for i = 6, #ARGV do
    if offered(ARGV[i]) then return reserve(ARGV[i]) end
  end
  return ''
end

local mine, looked = P .. 'mine:' .. by, 0
for _, up in ipairs(running(ARGV[3])) do
  local whose, from = caseAssignee(up:sub(4)), 0
  local list = whose and whose ~= by and mine or P .. up
  while looked < ` + custodyLook + ` do
    local some = call('ZRANGE', list, from, from + 99)
    if #some == 0 then break end
    for _, g in ipairs(some) do
      if offered(g) and (list ~= mine or call('ZSCORE', P .. up, g)) then return reserve(g) end
    end
    from, looked = from + 100, looked + 100
  end
end

for _, g in ipairs(call('ZRANGE', mine, 0, n - 1)) do
  if not held[g] then return reserve(g) end
end

local _, _, leaves = stretch(0, n, true)
for _, leaf in ipairs(leaves) do
  local first
  for _, g in ipairs(leaf) do
    if (not first or before(g, first)) and offered(g) then first = g end
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
