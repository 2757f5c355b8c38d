package views

import (
	"context"
	"slices"
	"strconv"

	"vigie/triage"
)

// walkQueue goes through the queue from behind a place: first the groups of each running custody, then the rest. It stops after so many
// groups, or so many looked at, and returns how long the queue is, "1" at its end, the last place that it looked at, the groups (of each
// the section, the score and itself), and how many it looked at. ARGV: now (ms; nothing: no custody runs), section (nothing: the beginning, '-': the rest), score, group,
// how many groups, how many at most are looked at, the key of the one case, or person, whose groups are asked for (nothing: all are).
var walkQueue = script(luaSorted + `
local section, score, after, n, most = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local total, within = 0, ARGV[8]
local live = ARGV[2] == '' and {} or running(ARGV[2])
if within ~= '' then
  live, total = {within}, call('ZCARD', P .. within)
  if section ~= within then section, score, after = '', '', '' end
else
  for _, k in ipairs(call('HVALS', P .. 'queue')) do total = total + k end
end
local first = 1
if section ~= '' then
  first = #live + 1
  for i, key in ipairs(live) do if key == section then first = i end end
  if first > #live and section ~= '-' then score, after = '', '' end -- that custody has ended since
end

local list, looked, last = {}, 0, {section, score, after}
local function enough() return #list >= 3 * n or looked >= most end
local function look(key, points, g)
  looked = looked + 1
  last = {key, points, g}
  list[#list + 1], list[#list + 2], list[#list + 3] = key, points, g
end

-- told tells groups that were in one of the first k sections.
local function told(k, groups)
  local seen = {}
  for i = 1, k do
    for j, there in ipairs(call('ZMSCORE', P .. live[i], unpack(groups))) do
      if there then seen[groups[j]] = true end
    end
  end
  return seen
end

-- rankBehind is the place behind a group of a section, which may have left it.
local function rankBehind(key)
  if after == '' then return 0 end
  local low, high = call('ZCOUNT', key, '-inf', '(' .. -score), call('ZCOUNT', key, '-inf', -score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if before(after, call('ZRANGE', key, middle, middle)[1]) then high = middle else low = middle + 1 end
  end
  return low
end

for k = first, #live do
  local key = P .. live[k]
  local rank = rankBehind(key)
  score, after = '', ''
  while not enough() do
    local some = call('ZRANGE', key, rank, rank + 99, 'WITHSCORES')
    if #some == 0 then break end
    local names = {}
    for i = 1, #some, 2 do names[#names + 1] = some[i] end
    local seen = told(k - 1, names)
    for i = 1, #some, 2 do
      if enough() then break end
      local points = string.format('%.0f', 0 - some[i + 1])
      if seen[some[i]] then looked, last = looked + 1, {live[k], points, some[i]} else look(live[k], points, some[i]) end
    end
    rank = rank + 100
  end
  if enough() then return {total, '0', last, list, looked} end
end

if within ~= '' then return {total, '1', last, list, looked} end

local stopped = false
eachLeaf(score, after, function(points, groups)
  if enough() then stopped = true; return true end
  local seen = told(#live, groups)
  for _, g in ipairs(groups) do
    if enough() then stopped = true; return true end
    if after == '' or points ~= score or before(after, g) then
      if seen[g] then looked, last = looked + 1, {'-', points, g} else look('-', points, g) end
    end
  end
end)
return {total, stopped and '0' or '1', last, list, looked}`)

// luaBefore puts identifiers in their order.
const luaBefore = `
-- before compares bytes, which Lua does by what its machine takes for the alphabet.
local function before(a, b)
  for i = 1, 16 do
    local x, y = a:byte(i), b:byte(i)
    if x ~= y then return x < y end
  end
  return false
end
`

// luaSorted goes through the queue in its order.
const luaSorted = luaBefore + `
local function leafNumber(id) return id:byte(1) * 16 + math.floor(id:byte(2) / 16) end

-- eachLeaf visits the leaves of the queue, from that on in which a group of a score lies (nothing: all), with the groups of each in order, until
-- visit returns true.
local function eachLeaf(score, group, visit)
  local scores = {}
  for _, s in ipairs(call('HKEYS', P .. 'queue')) do
    if score == '' or tonumber(s) <= tonumber(score) then scores[#scores + 1] = s end
  end
  table.sort(scores, function(a, b) return tonumber(a) > tonumber(b) end)
  for _, s in ipairs(scores) do
    local leaves, from = {}, s == score and group ~= '' and leafNumber(group) or 0
    for _, leaf in ipairs(call('HKEYS', P .. 'q:' .. s)) do
      local n = leaf:byte(1) * 16 + leaf:byte(2)
      if n >= from then leaves[#leaves + 1] = {n, leaf} end
    end
    table.sort(leaves, function(a, b) return a[1] < b[1] end)
    for _, leaf in ipairs(leaves) do
      local groups = call('HKEYS', P .. 'q:' .. s .. ':' .. leaf[2])
      for i, rest in ipairs(groups) do groups[i] = leaf[2]:sub(1, 1) .. rest end
      table.sort(groups, before)
      if visit(s, groups) then return end
    end
  end
end
`

// theRest is the section of the groups that no custody lifts.
const theRest = "-"

// Walk implements triage.QueueStore.
func (s Queue) Walk(ctx context.Context, from triage.QueuePlace, w triage.Walking) (triage.Stretch, error) {
	const op = "views.Walk"
	kept, err := Custody{s.db}.Custodies(ctx)
	if err != nil {
		return triage.Stretch{}, err
	}
	cases, custodies := make(map[string]triage.CaseID), make(map[string]*triage.Custody)
	for i := range kept {
		up := keyUp + s.caseMark(kept[i].Number)
		if cases[up] = kept[i].Case; kept[i].Runs(w.Now) {
			custodies[up] = &kept[i]
		}
	}
	within, at := "", ""
	switch {
	case w.Case != "":
		within = keyUp + s.caseMark(w.Number)
		cases[within] = w.Case
	case w.Of != "":
		within = keyMine + w.Of
	}
	if !w.Now.IsZero() {
		at = strconv.FormatInt(w.Now.UnixMilli(), 10)
	}
	section, score, after := placeIn(cases, from)
	if w.Case == "" && w.Of != "" && section == theRest {
		section = within
	}
	answer, err := s.run(ctx, walkQueue, s.key(keyQueue), at, section, score, after, w.Groups, w.Most, within).Slice()
	if err != nil {
		return triage.Stretch{}, fault(op, "", err)
	}
	found := triage.Stretch{Total: int(number(answer[0])), End: answer[1] == "1", Looked: int(number(answer[4]))}
	if last := texts(answer[2]); last[2] != "" {
		found.Last = placeOf(cases, last)
	}
	list := texts(answer[3])
	raw := make([]string, 0, len(list)/3)
	for one := range slices.Chunk(list, 3) {
		found.Places, raw = append(found.Places, placeOf(cases, one)), append(raw, one[2])
	}
	if len(raw) == 0 {
		return found, nil
	}
	found.Groups, err = s.groups(ctx, raw)
	for i := range found.Groups {
		found.Groups[i].Custody = custodies[list[3*i]]
	}
	return found, err
}

// placeIn is a place as the script takes it.
func placeIn(cases map[string]triage.CaseID, p triage.QueuePlace) (section, score, group string) {
	if p.Group == "" {
		return "", "", ""
	}
	if p.Lifted == "" {
		return theRest, strconv.Itoa(p.Score), packID(string(p.Group))
	}
	for key, id := range cases {
		if id == p.Lifted {
			return key, strconv.Itoa(p.Score), packID(string(p.Group))
		}
	}
	return theRest, "", "" // nothing is known of that case any more
}

// placeOf is a place as the script tells it.
func placeOf(cases map[string]triage.CaseID, told []string) triage.QueuePlace {
	score, _ := strconv.Atoi(told[1])
	return triage.QueuePlace{Lifted: cases[told[0]], Score: score, Group: triage.GroupID(unpackID(told[2]))}
}
