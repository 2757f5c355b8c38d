package views

import "github.com/redis/go-redis/v9"

// script returns a script that may use the functions below. ARGV[1] is the prefix of all keys. What was counted takes effect
// when it ends.
func script(body string) *redis.Script {
	return redis.NewScript(luaShared + "local function act()" + body + "\nend\nlocal answer = act()\ntakeEffect()\nreturn answer")
}

// luaShared keeps what hangs together: a medium, the counters of its exhibits, the known media of folders, and
// the groups that must be ranked when those change.
//
// A finding is one letter (encode.go), '?' while it is Pending. The class under which a medium is counted in its
// exhibits is that letter, or 'w' while its bytes are wanted.
var luaShared = luaRecords + luaLinks + luaClues + luaAssign + luaLift + luaMedia

const luaRecords = `
local P, call = ARGV[1], redis.call

local function near(finding) return (finding == 'K' or finding == 'N') and 1 or 0 end
local function open(finding) return finding == '?' or finding == 'P' or finding == 'U' end
local function folderOf(place) return place:sub(1, 5) end
local function parentOf(place) return place:sub(6, 10) end
local function dayOf(place) return place:sub(11, 13) end
local function numbersOf(place) return place:sub(30) end
local function class(state, finding) return state == 'w' and 'w' or finding end

-- Records lie in buckets, by the first two bytes of their identifier: a small hash costs a fraction of as many keys.
-- record.go says how one is written.
local function readRecord(family, id) return call('HGET', P .. family .. id:sub(1, 2), id:sub(3)) end
local function writeRecord(family, id, raw) call('HSET', P .. family .. id:sub(1, 2), id:sub(3), raw) end
local function dropRecord(family, id) call('HDEL', P .. family .. id:sub(1, 2), id:sub(3)) end

-- The fields of media and of groups, and the lengths of those that always have the same.
local ofMedium = {fixed = {d = 48, D = 16, r = 40, x = 37, y = 46}, order = {'e', 'z', 'd', 'D', 'v', 't', 'l', 'a', 'f', 'm', 'p', 'g', 'h', 'r', 'c', 'j', 'o'}}
local ofGroup = {fixed = {r = 20}, order = {'b', 'i', 'n', 'o', 's', 'q', 'r', 'k', 'c', 'u', 'd', 'v', 'w', 'f', 'a'}}

-- unpackFields reads the fields of a record from its i-th byte on into t; places are in t.places.
local function unpackFields(t, raw, i, fields)
  while i <= #raw do
    local name = raw:sub(i, i)
    local n = fields.fixed[name]
    i = i + 1
    if not n then
      local b, unit = raw:byte(i), 1
      n = 0
      while b >= 128 do n, unit, i = n + (b - 128) * unit, unit * 128, i + 1; b = raw:byte(i) end
      n, i = n + b * unit, i + 1
    end
    local value = raw:sub(i, i + n - 1)
    if name == 'x' or name == 'y' then t.places[value:sub(1, 8)] = value:sub(9) else t[name] = value end
    i = i + n
  end
  return t
end

-- packFields appends the fields of t to parts.
local function packFields(t, parts, fields)
  for _, name in ipairs(fields.order) do
    local value = t[name]
    if value then
      parts[#parts + 1] = name
      if not fields.fixed[name] then
        local n = #value
        while n >= 128 do parts[#parts + 1] = string.char(n % 128 + 128); n = math.floor(n / 128) end
        parts[#parts + 1] = string.char(n)
      end
      parts[#parts + 1] = value
    end
  end
  return parts
end

local function unpackMedium(raw)
  return unpackFields({s = raw:sub(1, 1), F = raw:sub(2, 2), k = raw:sub(3, 3), places = {}}, raw, 4, ofMedium)
end

-- load reads a medium; its places are in m.places, by exhibit. Read again, it is the same one, with what was changed.
local loaded = {}
local function load(id)
  if loaded[id] then return loaded[id] end
  local raw = readRecord('m:', id)
  if not raw then return nil end
  local m = unpackMedium(raw)
  m.id = id
  if m.g == '' then m.g = id end
  loaded[id] = m
  return m
end

-- save writes a medium back; forget removes it.
local function save(m)
  loaded[m.id] = m
  local g = m.g
  if g == m.id then m.g = '' end -- most groups are one medium
  local parts = packFields(m, {m.s .. m.F .. m.k}, ofMedium)
  m.g = g
  for x, place in pairs(m.places) do parts[#parts + 1] = (#place > 29 and 'y' or 'x') .. x .. place end
  writeRecord('m:', m.id, table.concat(parts))
end

local function forget(m)
  loaded[m.id] = nil
  dropRecord('m:', m.id)
end

-- loadGroup, saveGroup and forgetGroup do the same for groups.
local groups = {}
local function loadGroup(g)
  if groups[g] then return groups[g] end
  local raw = readRecord('g:', g)
  if not raw then return nil end
  local t = unpackFields({id = g}, raw, 1, ofGroup)
  if t.b == '' then t.b = g end
  if t.q == '' then t.q = t.s end
  groups[g] = t
  return t
end

local function saveGroup(t)
  groups[t.id] = t
  local b, q = t.b, t.q
  if b == t.id then t.b = '' end
  if q and q == t.s then t.q = '' end
  writeRecord('g:', t.id, table.concat(packFields(t, {}, ofGroup)))
  t.b, t.q = b, q
end

local function forgetGroup(g)
  groups[g] = nil
  dropRecord('g:', g)
end

-- keepWords keeps those that an argument holds: eight bytes that stand for each, its length in four, and itself.
local function keepWords(text)
  local i = 1
  while i <= #text do
    local a, b, c, d = text:byte(i + 8, i + 11)
    local n = ((a * 256 + b) * 256 + c) * 256 + d
    call('HSETNX', P .. 'words', text:sub(i, i + 7), text:sub(i + 12, i + 11 + n))
    i = i + 12 + n
  end
end

-- tally counts media of a bucket, and leaves out what has none.
local function tally(key, bucket, d)
  if call('HINCRBY', P .. key, bucket, d) == 0 then call('HDEL', P .. key, bucket) end
end

-- later is tally at the end of the script, once for all media of a call. Nobody may read such a counter before.
local tallies = {}
local function later(key, bucket, d)
  local of = tallies[key] or {}
  tallies[key] = of
  of[bucket] = (of[bucket] or 0) + d
end

-- floor is the epoch up to which all media that are not due are as if they had been matched again (sweep.go).
local floorKept
local function floor()
  floorKept = floorKept or tonumber(call('GET', P .. 'swept') or '0')
  return floorKept
end

-- epochOf tells under which epoch a medium is counted: those below the floor together, under 0.
local function epochOf(e)
  if e and e ~= '-1' and tonumber(e) < floor() then return '0' end
  return e
end

-- raise raises the floor, and counts together what it leaves below.
local function raise(to)
  for _, e in ipairs(call('HKEYS', P .. 'epochs')) do
    if tonumber(e) > 0 and tonumber(e) < to then
      local flat = call('HGETALL', P .. 'ep:' .. e)
      for i = 1, #flat, 2 do call('HINCRBY', P .. 'ep:0', flat[i], flat[i + 1]) end
      call('HINCRBY', P .. 'epochs', '0', call('HGET', P .. 'epochs', e))
      call('HDEL', P .. 'epochs', e)
      call('DEL', P .. 'ep:' .. e)
    end
  end
  call('SET', P .. 'swept', to)
  floorKept = to
end

-- matched gives a medium the epoch of its last match: '-1' when it must be matched, nil when it goes.
local function matched(m, epoch)
  local before, after = epochOf(m.e), epochOf(epoch)
  m.e = epoch
  if before == after then return end
  for e, d in pairs({[before or ''] = -1, [after or ''] = 1}) do
    if e ~= '' then
      later('epochs', e, d)
      later('ep:' .. e, m.id:sub(1, 2), d)
    end
  end
end

-- mark asks for a group that is born to be ranked. It keeps its turn; the mark tells this request from earlier ones.
local function mark(g)
  local t = loadGroup(g)
  if not (t and t.b) then return end
  local n = call('INCR', P .. 'marks')
  call('ZADD', P .. 'torank', 'NX', n, g)
  t.k = string.format('%.0f', n)
  saveGroup(t)
end

`

const luaMedia = `
-- move gives a medium its state and finding, and keeps all counters. The caller saves it.
local function move(m, state, finding)
  if m.s == state and m.F == finding then return end
  if state == 'w' and m.s ~= 'w' then later('wanted', m.id:sub(1, 2), 1) end
  if m.s == 'w' and state ~= 'w' then
    later('wanted', m.id:sub(1, 2), -1)
    m.t, m.r = nil, nil
  end
  local before, after = class(m.s, m.F), class(state, finding)
  local d = near(finding) - near(m.F)
  for x, place in pairs(m.places) do
    if before ~= after then
      later('xc:' .. x, before, -1)
      later('xc:' .. x, after, 1)
    end
    if d ~= 0 then nearby(x, place, d) end
    if d ~= 0 and m.j ~= 'I' then number(x, place, d) end
    if d ~= 0 or (finding == 'B') ~= (m.F == 'B') then trace(m, x, finding, m.j) end
  end
  m.s, m.F = state, finding
end

-- index has a group ranked when known media come to the neighbourhood of a place, or go, or are decided there. A group stands
-- there once for each of its members, with the keys of that one's day and number, and stays when they leave: it is only ranked
-- once too often.
local function index(x, place, g)
  local folder, parent = folderOf(place), parentOf(place)
  if call('RPUSH', P .. 'fg:' .. x .. folder, g .. dayOf(place) .. numbersOf(place):sub(1, 3)) == 1 and parent ~= folder then
    call('RPUSH', P .. 'sub:' .. x .. parent, folder)
  end
end

-- unindex forgets the groups of a place's folder, of an exhibit that goes as a whole.
local function unindex(x, place)
  call('DEL', P .. 'fg:' .. x .. folderOf(place), P .. 'sub:' .. x .. parentOf(place))
end

-- arrive puts a medium into an exhibit, once. The caller saves it.
local function arrive(m, x, place)
  if m.places[x] then return end
  m.places[x] = place
  later('xc:' .. x, class(m.s, m.F), 1)
  crowd(x, place, 1)
  if m.j then weigh(x, place, m.j, 1) end
  if near(m.F) == 1 then nearby(x, place, 1) end
  if illicit(m.F, m.j) then number(x, place, 1) end
  trace(m, x, m.F, m.j)
  if m.g then index(x, place, m.g); mark(m.g) end
  tie(m)
end

-- orphan notes whether a group waits for another member to stand for it, or for its end.
local function orphan(g)
  local t = loadGroup(g)
  local b = t and t.b
  local founder = b and load(b)
  if b and not (founder and founder.g == g) then
    call('SADD', P .. 'orphans', g)
  else
    call('SREM', P .. 'orphans', g)
  end
end

-- ungroup takes a medium out of its group. The caller saves or forgets it.
local function ungroup(m)
  local g = m.g
  call('SREM', P .. 'ungrouped', m.id)
  if not g then return end
  judge(m, nil)
  m.g = nil
  call('ZREM', P .. 'gm:' .. g, m.id)
  mark(g)
  orphan(g)
end

-- members lists a group: its founder, while that belongs to it, and the others.
local function members(g)
  local ids = call('ZRANGE', P .. 'gm:' .. g, 0, -1)
  local founder = load(g)
  if founder and founder.g == g then ids[#ids + 1] = g end
  return ids
end

-- find gives the open members of a group their finding.
local function find(g, finding)
  for _, id in ipairs(members(g)) do
    local m = load(id)
    if m and m.s == 'e' and open(m.F) then
      move(m, m.s, finding)
      save(m)
    end
  end
end

-- short is what is kept of a medium's keys once its examination is on record, and what is seen of them: the first eight
-- bytes of those of MD5 and SHA-1. By SHA-256 media are found themselves.
local function short(keys) return keys:sub(1, 8) .. keys:sub(17, 24) end
local function shortKeys(m) return m.d and short(m.d) or m.D end

-- seen enters (HSET) or strikes (HDEL) short keys of a medium.
local function seen(command, keys)
  for i = 1, 9, 8 do
    local k = keys:sub(i, i + 7)
    if k ~= string.rep('\0', 8) then
      local bucket = P .. 'seen:' .. k:sub(1, 2)
      if command == 'HSET' then call('HSET', bucket, k:sub(3), '') else call('HDEL', bucket, k:sub(3)) end
    end
  end
end

-- rekey gives a medium the keys and size of its verified bytes. What was examined by others is matched again.
local function rekey(m, keys, size)
  local new = shortKeys(m) ~= short(keys)
  if new then
    seen('HDEL', shortKeys(m))
    seen('HSET', short(keys))
  end
  if (new or m.d and m.d ~= keys) and m.s == 'e' then matched(m, '-1') end
  if new or m.d or m.s ~= 'e' then m.d = keys end
  if m.s == 'w' then
    m.z = size
    move(m, 'q', m.F)
  end
end

-- enqueue puts a group under its score in the queue; nil takes it out. The caller saves it. Groups of a score lie in leaves, by the first
-- 12 bits of their identifiers; how many there are is counted for scores and leaves, and how many of these are somebody's. What that
-- changes is collected first: many groups of a leaf move together. What leaves the queue is nobody's.
local came, went, moved = {}, {}, {}
local function collect(into, key, value)
  into[key] = into[key] or {}
  table.insert(into[key], value)
end
local function count(key, field, d)
  moved[key] = moved[key] or {}
  moved[key][field] = (moved[key][field] or 0) + d
end
local function collectMove(g, old, score)
  if old == score then return end
  if old ~= '' then relift(g, score) end
  local leaf, t = leafOf(g), old ~= '' and assigning() and loadGroup(g)
  local theirs = t and t.a
  for s, d in pairs({[old] = -1, [score] = 1}) do
    if s ~= '' then
      collect(d > 0 and came or went, P .. 'q:' .. s .. ':' .. leaf, g:sub(2))
      count('q:' .. s, leaf, d)
      count('queue', s, d)
      if theirs then
        count('assigned:q:' .. s, leaf, d)
        count('assigned:queue', s, d)
      end
    end
  end
  if not theirs then return end
  if score ~= '' then return call('ZADD', P .. 'mine:' .. theirs, -score, g) end
  call('ZREM', P .. 'mine:' .. theirs, g)
  t.a = nil
end
local function moveCollected()
  for key, ids in pairs(went) do call('HDEL', key, unpack(ids)) end
  for key, ids in pairs(came) do
    local fields = {}
    for i, id in ipairs(ids) do fields[2 * i - 1], fields[2 * i] = id, '' end
    call('HSET', key, unpack(fields))
  end
  for key, fields in pairs(moved) do
    for field, d in pairs(fields) do
      if d ~= 0 then tally(key, field, d) end
    end
  end
  came, went, moved = {}, {}, {}
end
local function enqueue(t, score)
  collectMove(t.id, t.q or '', score or '')
  moveCollected()
  t.q = score
end

-- leave takes a medium out of an exhibit. What is in no exhibit any more is forgotten; keys of digests that two media
-- declared are then forgotten for both.
local function leave(m, x)
  local place = m.places[x]
  later('xc:' .. x, class(m.s, m.F), -1)
  if near(m.F) == 1 then nearby(x, place, -1) end
  if illicit(m.F, m.j) then number(x, place, -1) end
  crowd(x, place, -1)
  if m.j then weigh(x, place, m.j, -1) end
  if m.c then follow(m, x, nil) end
  m.places[x] = nil
  if m.g then mark(m.g) end
  if next(m.places) ~= nil then return save(m) end
  seen('HDEL', shortKeys(m))
  matched(m, nil)
  if m.s == 'w' then later('wanted', m.id:sub(1, 2), -1) end
  ungroup(m)
  forget(m)
end

-- leaving tells an exhibit that is being destroyed, or was.
local function leaving(x) return call('SISMEMBER', P .. 'leaving', x) == 1 end

-- barred tells why nothing may come into an exhibit, if so: it is being destroyed, or was, or its case is closed.
local function barred(x, restoring)
  if leaving(x) then return 'leaving' end
  if not restoring and call('HEXISTS', P .. 'closed', x) == 1 then return 'closed' end
end

-- covered are the media that the decision on a group covers, by what they are named there.
local function covered(t)
  local names = {}
  for i = 1, #(t.w or ''), 6 do names[t.w:sub(i, i + 5)] = true end
  return names
end

-- judgeMembers notes in the members of a group what was decided of them.
local function judgeMembers(t)
  local names = covered(t)
  for _, id in ipairs(members(t.id)) do
    local m = load(id)
    if m and judge(m, names[id:sub(1, 6)] and t.v or nil) then save(m) end
  end
end

-- fresh counts the open members that the decision on a group does not cover, for which it is a proposal; nil: nobody decided.
local function fresh(t)
  if not t.w then return nil end
  local names, n = covered(t), 0
  for _, id in ipairs(members(t.id)) do
    local m = load(id)
    if m and open(m.F) and not names[id:sub(1, 6)] then n = n + 1 end
  end
  return n
end

-- waitsUnder is the score under which a group is in the queue: in are groups with open members, unless a decision covers all
-- of these; and notes how many it does not. requeue puts it there, or takes it out. The caller saves it.
local function waitsUnder(t)
  local new = fresh(t)
  t.f = new and new > 0 and tostring(new) or nil
  local waits = tonumber(t.o or 0) > 0 and new ~= 0
  return waits and t.s or nil
end
local function requeue(t)
  enqueue(t, waitsUnder(t))
  lift(t, members(t.id))
end

-- takeEffect gives what was counted its effect.
local function takeEffect()
  countCrowds()
  for key, of in pairs(tallies) do
    for bucket, d in pairs(of) do
      if d ~= 0 then tally(key, bucket, d) end
    end
  end
end
`
