package views

// luaLift keeps, for each case whose groups are gathered (a custody runs in it, it was assigned to somebody, or somebody asked for its groups a while ago), those groups of
// the queue in which it has media: in up:<case>, by points, the highest first, and by identifier, as the queue itself is ordered. Nothing is
// kept for any other case.
//
// Which groups these are follows from the records of media; whoever makes a medium join or leave a group, or an exhibit, has the
// group ranked, and then it is looked at again.
const luaLift = `
-- lifts are the exhibits of cases whose groups are gathered, each with what stands for its case; nil: there are none.
local liftsKept
local function lifts()
  if liftsKept == nil then
    liftsKept = false
    local flat = call('HGETALL', P .. 'lifted')
    for i = 1, #flat, 2 do
      liftsKept = liftsKept or {}
      liftsKept[flat[i]] = flat[i + 1]
    end
  end
  return liftsKept or nil
end

local function eachLifted(visit)
  local seen = {}
  for _, mark in pairs(lifts() or {}) do
    if not seen[mark] then
      seen[mark] = true
      visit(mark)
    end
  end
end

-- relift gives a group another place wherever it is lifted; '' takes it out.
local function relift(g, score)
  eachLifted(function(mark)
    if score == '' then call('ZREM', P .. 'up:' .. mark, g) else call('ZADD', P .. 'up:' .. mark, 'XX', -score, g) end
  end)
end

-- lift has a group lie with just those cases in which one of its media lies, while it is in the queue, and be whose it is. The caller saves it.
local function lift(t, ids)
  local exhibits = lifts()
  if not exhibits then
    settle(t)
    return
  end
  local there = {}
  if t.q then
    for _, id in ipairs(ids) do
      local m = load(id)
      for x in pairs(m and m.places or {}) do there[exhibits[x] or ''] = true end
    end
  end
  eachLifted(function(mark)
    if there[mark] then call('ZADD', P .. 'up:' .. mark, -t.q, t.id) else call('ZREM', P .. 'up:' .. mark, t.id) end
  end)
  settle(t)
end

-- gathers tells whether the groups of a case are kept.
local function gathers(mark)
  return call('ZSCORE', P .. 'custody', mark) or call('ZSCORE', P .. 'sieved', mark) or caseAssignee(mark) or
    call('HEXISTS', P .. 'settling', mark) == 1
end

-- scatter forgets the groups of a case when there is no reason any more for which they are kept.
local function scatter(mark)
  if gathers(mark) then return end
  call('UNLINK', P .. 'up:' .. mark)
  for x, of in pairs(lifts() or {}) do
    if of == mark then
      call('HDEL', P .. 'lifted', x)
      call('HDEL', P .. 'lifting', x)
    end
  end
  liftsKept = nil
end

-- release ends one of two reasons for which the groups of a case are kept.
local function release(reason, mark)
  call('ZREM', P .. reason, mark)
  scatter(mark)
end

-- running are the keys of the groups of those cases whose custody has not ended at a time (ms), that which ends first before all.
local function running(now)
  local keys = call('ZRANGEBYSCORE', P .. 'custody', '(' .. now, '+inf')
  for i, mark in ipairs(keys) do keys[i] = 'up:' .. mark end
  return keys
end
`
