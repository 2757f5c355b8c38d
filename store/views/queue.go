package views

import (
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Queue implements triage.QueueStore.
type Queue struct{ Groups }

var (
	// claimGroup leases a group. ARGV: group, by, until (ms), now (ms).
	claimGroup = script(`
local t = loadGroup(ARGV[2])
if not (t and t.b) then return 'gone' end
if t.c and t.c ~= ARGV[3] and tonumber(t.u) >= tonumber(ARGV[5]) then return 'taken' end
t.c, t.u = ARGV[3], ARGV[4]
saveGroup(t)
call('ZREMRANGEBYSCORE', P .. 'held', '-inf', '(' .. ARGV[5])
call('ZADD', P .. 'held', ARGV[4], ARGV[2] .. ARGV[3])
return 'done'`)

	// unclaimGroup ends a lease that by holds. ARGV: group, by.
	unclaimGroup = script(`
local t = loadGroup(ARGV[2])
call('ZREM', P .. 'held', ARGV[2] .. ARGV[3])
if t and t.c == ARGV[3] then
  t.c, t.u = nil, nil
  saveGroup(t)
end
return 'done'`)

	// queuePage returns a stretch of the queue. ARGV: offset, how many.
	queuePage = script(luaStretch + `return {stretch(tonumber(ARGV[2]), tonumber(ARGV[3]))}`)

	// decideGroup keeps a decision, and notes it in the media that it covers. ARGV: group, decision, what it covers, its verdict as
	// media have it (nothing: it says nothing of them), since when it waits for somebody else (ms; nothing: it does not), since when it is to
	// take effect in the office's set (likewise), the verdict and the time (ms) of its last opinion, for how long opinions are counted (ms).
	decideGroup = script(`
local t = loadGroup(ARGV[2]) or {id = ARGV[2]}
t.d, t.w, t.v = ARGV[3], ARGV[4], ARGV[5] ~= '' and ARGV[5] or nil
judgeMembers(t)
requeue(t)
saveGroup(t)
if ARGV[6] ~= '' then call('ZADD', P .. 'awaiting', '-inf', '', ARGV[6], ARGV[2]) else call('ZREM', P .. 'awaiting', ARGV[2]) end
if ARGV[7] ~= '' then call('ZADD', P .. 'entering', '-inf', '', ARGV[7], ARGV[2]) else call('ZREM', P .. 'entering', ARGV[2]) end
local given = P .. 'given:' .. ARGV[8]
call('ZADD', given, ARGV[9], ARGV[2] .. ARGV[9])
call('ZREMRANGEBYSCORE', given, '-inf', '(' .. call('ZREVRANGE', given, 0, 0, 'WITHSCORES')[2] - ARGV[10])
return 'done'`)

	// enteredGroup notes that a decision has taken effect in the office's set. ARGV: group, when it was made (ms).
	enteredGroup = script(`
local at = call('ZSCORE', P .. 'entering', ARGV[2])
if at and tonumber(at) == tonumber(ARGV[3]) then call('ZREM', P .. 'entering', ARGV[2]) end
return 'done'`)

	// undecideGroup forgets the decision of a group. ARGV: group.
	undecideGroup = script(`
call('ZREM', P .. 'awaiting', ARGV[2])
call('ZREM', P .. 'entering', ARGV[2])
local t = loadGroup(ARGV[2])
if not t then return 'done' end
t.d, t.w, t.v = nil, nil, nil
judgeMembers(t)
requeue(t)
if t.b then saveGroup(t) else forgetGroup(t.id) end
return 'done'`)
)

// luaStretch finds a place in the queue.
const luaStretch = `
-- stretch returns how long the queue is, how many groups to pass over, and the leaves in which the n groups from the skip-th on lie, whole:
-- groups in no order. Of the free alone, only groups that are nobody's are counted; the leaves have others too.
local function stretch(skip, n, free)
  local total, scores, leaves = 0, {}, {}
  local function counted(key)
    local of, flat = {}, call('HGETALL', P .. key)
    for i = 1, #flat, 2 do of[flat[i]] = tonumber(flat[i + 1]) end
    flat = free and call('HGETALL', P .. 'assigned:' .. key) or {}
    for i = 1, #flat, 2 do of[flat[i]] = of[flat[i]] - flat[i + 1] end
    return of
  end
  for s, k in pairs(counted('queue')) do
    scores[#scores + 1] = {s, k}
    total = total + k
  end
  table.sort(scores, function(a, b) return tonumber(a[1]) > tonumber(b[1]) end)
  local have, first = 0, 0
  for _, s in ipairs(scores) do
    if n == 0 or have >= n then break end
    if have == 0 and s[2] <= skip then
      skip = skip - s[2]
    else
      local names = {}
      for leaf, k in pairs(counted('q:' .. s[1])) do
        if k > 0 then names[#names + 1] = {leaf:byte(1) * 16 + leaf:byte(2), leaf, k} end
      end
      table.sort(names, function(a, b) return a[1] < b[1] end)
      for _, leaf in ipairs(names) do
        if have >= n then break end
        if have == 0 and leaf[3] <= skip then
          skip = skip - leaf[3]
        else
          if have == 0 then first, skip, have = skip, 0, -skip end
          local ids = call('HKEYS', P .. 'q:' .. s[1] .. ':' .. leaf[2])
          for i, rest in ipairs(ids) do ids[i] = leaf[2]:sub(1, 1) .. rest end
          leaves[#leaves + 1] = ids
          have = have + leaf[3]
        end
      end
    end
  end
  return total, first, leaves
end
`

// Queue implements triage.QueueStore. Groups of the same score stand in the order of their identifiers.
func (s Queue) Queue(ctx context.Context, offset, n int) ([]triage.Group, int, error) {
	const op = "views.Queue"
	offset, n = max(offset, 0), max(n, 0)
	answer, err := s.run(ctx, queuePage, s.key(keyQueue), offset, n).Slice()
	if err != nil {
		return nil, 0, fault(op, "", err)
	}
	total := int(number(answer[0]))
	page := sortedLeaves(answer[2])
	page = page[min(len(page), int(number(answer[1]))):]
	page = page[:min(len(page), n)]
	if len(page) == 0 {
		return nil, total, nil
	}
	groups, err := s.groups(ctx, page)
	return groups, total, err
}

// sortedLeaves returns the groups of leaves, which follow one another: each leaf's in the order of their identifiers.
func sortedLeaves(leaves any) []string {
	var groups []string
	list, _ := leaves.([]any)
	for _, leaf := range list {
		ids := texts(leaf)
		slices.Sort(ids)
		groups = append(groups, ids...)
	}
	return groups
}

// GroupList implements triage.QueueStore.
func (s Queue) GroupList(ctx context.Context, ids []triage.GroupID) ([]triage.Group, error) {
	raw := make([]string, len(ids))
	for i, id := range ids {
		raw[i] = packID(string(id))
	}
	return s.groups(ctx, raw)
}

// groups reads groups, in the given order.
func (s Queue) groups(ctx context.Context, raw []string) ([]triage.Group, error) {
	pipe := s.rdb.Pipeline()
	answers := make([]*redis.StringCmd, len(raw))
	for i, g := range raw {
		answers[i] = pipe.HGet(ctx, s.key(keyGroup, g[:2]), g[2:])
	}
	if _, err := pipe.Exec(ctx); err != nil && err != redis.Nil {
		return nil, fault("views.Groups", "", err)
	}
	ids, fields := make([]triage.GroupID, len(raw)), make([]map[byte]string, len(raw))
	for i, g := range raw {
		var err error
		if ids[i] = triage.GroupID(unpackID(g)); answers[i].Err() == nil {
			if fields[i], err = unpackFields(answers[i].Val(), groupLengths, nil); err != nil {
				return nil, err
			}
		}
	}
	return s.decodeAll(ctx, ids, fields)
}

// Group implements triage.QueueStore.
func (s Queue) Group(ctx context.Context, id triage.GroupID) (triage.Group, error) {
	raw, err := s.rdb.HGet(ctx, s.group(id), packID(string(id))[2:]).Result()
	if err == redis.Nil {
		return triage.Group{}, missing("read group", string(id), "group")
	}
	if err != nil {
		return triage.Group{}, fault("views.Group", string(id), err)
	}
	fields, err := unpackFields(raw, groupLengths, nil)
	if err != nil {
		return triage.Group{}, err
	}
	if _, born := fields[fieldBorn]; !born { // nothing but what was decided of it before it ended
		return triage.Group{}, missing("read group", string(id), "group")
	}
	groups, err := s.decodeAll(ctx, []triage.GroupID{id}, []map[byte]string{fields})
	if err != nil {
		return triage.Group{}, err
	}
	return groups[0], nil
}

// Claim implements triage.QueueStore. Leases count in milliseconds.
func (s Queue) Claim(ctx context.Context, id triage.GroupID, c triage.Claim, now time.Time) error {
	const op = "claim group"
	answer, err := s.run(ctx, claimGroup, s.group(id), packID(string(id)), c.By, c.Until.UnixMilli(), now.UnixMilli()).Text()
	switch {
	case err != nil:
		return fault(op, string(id), err)
	case answer == "gone":
		return missing(op, string(id), "group")
	case answer == "taken":
		return triage.E(triage.Conflict, op, string(id), "another reviewer works on this group: take the next one", nil)
	}
	return nil
}

// Unclaim implements triage.QueueStore. A lease of somebody else stays.
func (s Queue) Unclaim(ctx context.Context, id triage.GroupID, by string) error {
	return fault("views.Unclaim", string(id), s.run(ctx, unclaimGroup, s.group(id), packID(string(id)), by).Err())
}
