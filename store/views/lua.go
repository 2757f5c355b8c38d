package views

import "github.com/redis/go-redis/v9"

// script returns a script that may use the functions below. ARGV[1] is the prefix of all keys.
func script(body string) *redis.Script { return redis.NewScript(luaShared + body) }

// luaShared keeps what hangs together: a medium, the counters of its exhibits, the known media of folders, and
// the groups that must be ranked when those change.
//
// A finding is one letter (encode.go), '?' while it is Pending. The class under which a medium is counted in its
// exhibits is that letter, or 'w' while its bytes are wanted.
const luaShared = `
local P, call = ARGV[1], redis.call

local function near(finding) return (finding == 'K' or finding == 'N') and 1 or 0 end
local function open(finding) return finding == '?' or finding == 'P' or finding == 'U' end
local function class(state, finding) return state == 'w' and 'w' or finding end

-- load reads a medium; its places are in m.places, by exhibit.
local function load(id)
  local flat = call('HGETALL', P .. 'm:' .. id)
  if #flat == 0 then return nil end
  local m = {F = '?', id = id, key = P .. 'm:' .. id, places = {}}
  for i = 1, #flat, 2 do
    if #flat[i] == 9 then m.places[flat[i]:sub(2)] = flat[i + 1] else m[flat[i]] = flat[i + 1] end
  end
  return m
end

-- mark asks for a group to be ranked. It keeps its turn; the mark tells this request from earlier ones.
local function mark(g)
  local n = call('INCR', P .. 'marks')
  call('ZADD', P .. 'torank', 'NX', n, g)
  call('HSET', P .. 'g:' .. g, 'k', n)
end

-- nearby counts known and near-known media of a folder. Only the first to come and the last to go change what
-- the groups in and below that folder are worth.
local function nearby(x, folder, d)
  local n = call('HINCRBY', P .. 'near:' .. x, folder, d)
  if n == 0 then call('HDEL', P .. 'near:' .. x, folder) end
  if n == 0 or (n == 1 and d == 1) then
    local groups, marked = call('GET', P .. 'fg:' .. x .. folder) or '', {}
    for i = 1, #groups, 16 do
      local g = groups:sub(i, i + 15)
      if not marked[g] then marked[g] = true; mark(g) end
    end
  end
end

-- move gives a medium its state and finding, and keeps all counters.
local function move(m, state, finding)
  if m.s == state and m.F == finding then return end
  local before, after = class(m.s, m.F), class(state, finding)
  local d = near(finding) - near(m.F)
  for x, place in pairs(m.places) do
    if before ~= after then
      call('HINCRBY', P .. 'xc:' .. x, before, -1)
      call('HINCRBY', P .. 'xc:' .. x, after, 1)
    end
    if d ~= 0 then nearby(x, place:sub(1, 8), d) end
  end
  call('HSET', m.key, 's', state, 'F', finding)
  m.s, m.F = state, finding
end

-- index has a group ranked when the folder of a place, or that folder's parent, gets or loses its known media. A
-- group stands there once for each of its members, and stays when they leave: it is only ranked once too often.
local function index(x, place, g)
  call('APPEND', P .. 'fg:' .. x .. place:sub(1, 8), g)
  call('APPEND', P .. 'fg:' .. x .. place:sub(9, 16), g)
end

-- arrive puts a medium into an exhibit, once.
local function arrive(m, x, place)
  if m.places[x] then return end
  m.places[x] = place
  call('HSET', m.key, 'x' .. x, place)
  call('HINCRBY', P .. 'xc:' .. x, class(m.s, m.F), 1)
  if near(m.F) == 1 then nearby(x, place:sub(1, 8), 1) end
  if m.g then index(x, place, m.g); mark(m.g) end
end

-- members lists a group: its founder, while that belongs to it, and the others.
local function members(g)
  local ids = call('ZRANGE', P .. 'gm:' .. g, 0, -1)
  if call('HGET', P .. 'm:' .. g, 'g') == g then ids[#ids + 1] = g end
  return ids
end

-- seen enters (HSET) or strikes (HDEL) the keys of a medium's three digests.
local function seen(command, keys)
  for i = 1, 33, 16 do
    local k = keys:sub(i, i + 15)
    if k ~= string.rep('\0', 16) then
      local bucket = P .. 'seen:' .. k:sub(1, 2) .. math.floor(k:byte(3) / 64)
      if command == 'HSET' then call('HSET', bucket, k:sub(3), '') else call('HDEL', bucket, k:sub(3)) end
    end
  end
end

-- requeue puts a group into the queue or takes it out: in are groups with open members, unless a decision
-- covers all members.
local function requeue(g)
  local v = call('HMGET', P .. 'g:' .. g, 'o', 'n', 's', 'dn')
  if tonumber(v[1] or 0) > 0 and (not v[4] or tonumber(v[2]) > tonumber(v[4])) then
    call('ZADD', P .. 'queue', -tonumber(v[3]), g)
  else
    call('ZREM', P .. 'queue', g)
  end
end
`
