package views

// luaAssign keeps whose each group of the queue is: who it was assigned to by itself, or else with the first of its cases that was. Such a
// group's record names that account; the group lies in mine:<account>, by points, the highest first, and is counted among those of its
// score and leaf that are somebody's, so that whoever looks for one that is nobody's passes over all others without reading them.
//
// In which assigned cases a group has media is told by up:<case> (lualift.go), which is kept for these too.
const luaAssign = `
-- assigning tells whether anything was ever assigned.
local assigningKept
local function assigning()
  if assigningKept == nil then assigningKept = call('EXISTS', P .. 'assigned:groups', P .. 'assigned:cases') > 0 end
  return assigningKept
end

-- accountIn reads the number of the event and the account of what is kept of an assignment; no account: it was taken back.
local function accountIn(kept)
  if not kept then return nil end
  local event, account = kept:match('^(%d+):([^:]*):')
  return account ~= '' and account or nil, tonumber(event)
end

-- caseAssignee is whose the groups of a case are.
local function caseAssignee(mark) return (accountIn(call('HGET', P .. 'assigned:cases', mark) or nil)) end

-- assignedCases are the cases that are somebody's, that which was assigned first before all.
local assignedKept
local function assignedCases()
  if assignedKept then return assignedKept end
  assignedKept = {}
  local flat = call('HGETALL', P .. 'assigned:cases')
  for i = 1, #flat, 2 do
    local account, event = accountIn(flat[i + 1])
    if account then assignedKept[#assignedKept + 1] = {mark = flat[i], account = account, event = event} end
  end
  table.sort(assignedKept, function(a, b) return a.event < b.event end)
  return assignedKept
end

-- assignee is whose a group of the queue is; nil: nobody's.
local function assignee(g)
  local own = accountIn(call('HGET', P .. 'assigned:groups', g) or nil)
  if own then return own end
  for _, c in ipairs(assignedCases()) do
    if call('ZSCORE', P .. 'up:' .. c.mark, g) then return c.account end
  end
end

-- leafOf is the leaf of the queue in which a group lies.
local function leafOf(g) return g:sub(1, 1) .. string.char(math.floor(g:byte(2) / 16)) end

-- settle has a group be whose it is, and tells whether that changed. The caller saves it.
local function settle(t)
  if not assigning() then return false end
  local to = t.q and assignee(t.id) or nil
  if t.a == to then return false end
  if t.a then call('ZREM', P .. 'mine:' .. t.a, t.id) end
  if to then call('ZADD', P .. 'mine:' .. to, -t.q, t.id) end
  local d = (to and 1 or 0) - (t.a and 1 or 0)
  if d ~= 0 then
    tally('assigned:queue', t.q, d)
    tally('assigned:q:' .. t.q, leafOf(t.id), d)
  end
  t.a = to
  return true
end

-- settleAll does so with groups, and saves those that change.
local function settleAll(list)
  for _, g in ipairs(list) do
    local t = loadGroup(g)
    if t and settle(t) then saveGroup(t) end
  end
end
`
