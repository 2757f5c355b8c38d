package views

import (
	"fmt"
	"strings"

	"vigie/triage/signals"
)

// densities are signals.Densities as Lua lists them.
var densities = strings.Trim(strings.ReplaceAll(fmt.Sprint(signals.Densities()), " ", ", "), "[]")

// luaClues counts what media have in common: known media of folders, and all that name their camera. What is counted
// follows from the records of media alone, so that the order in which they come and change makes no difference.
//
// Decisions are counted of folders, and of their days: the media that they cover, in the same way.
//
// What changes for others is noted in the set "stirred"; Stir has their groups ranked (clues.go):
//
//	f<x><f>          the groups of a folder
//	d<x><f><3>       those of its files that were changed on a day
//	n<x><f><9>       those of a folder's files whose numbers have one of three keys
//	c<n><camera><b>  those of media of a camera, in one of its bins; n is the length of the camera
var luaClues = `
local function stir(what) call('SADD', P .. 'stirred', what) end
` + luaDecided + `

-- crossed counts, and tells whether the first has come or the last has gone.
local function crossed(key, field, d)
  local n = call('HINCRBY', P .. key, field, d)
  if n == 0 then call('HDEL', P .. key, field) end
  return n == 0 or n == 1 and d == 1
end

-- stirWithin stirs the folders within one.
local function stirWithin(x, folder)
  for _, f in ipairs(call('LRANGE', P .. 'sub:' .. x .. folder, 0, -1)) do stir('f' .. x .. f) end
end

-- density tells how many of some files are known, as signals.DensityOf does.
local densities = {` + densities + `}
local function density(known, all)
  local class = known > 0 and 1 or 0
  for _, least in ipairs(densities) do
    if known * 1000 >= math.max(least * all, 1) then class = class + 1 end
  end
  return class
end

-- A neighbourhood is counted in near:<x>: known and near-known media of a folder (<f>) and of those within it (p<f>), and all files
-- of these (t<f>, a<f>). A folder that is its own parent lies in the root of its exhibit, or is that root: it is not counted as
-- within another.
local function countsOf(x, folder)
  local n = call('HMGET', P .. 'near:' .. x, folder, 't' .. folder, 'p' .. folder, 'a' .. folder)
  for i = 1, 4 do n[i] = tonumber(n[i] or '0') end
  return n
end

-- densitiesOf are what files meet in a folder: in it, within it, and, those in the folders within it, around them.
local function densitiesOf(n) return {density(n[1], n[2]), density(n[3], n[4]), density(n[1] + n[3], n[2] + n[4])} end

local function put(key, field, value)
  if value == 0 then call('HDEL', key, field) else call('HSET', key, field, value) end
end

-- neighbour counts files that come to a place or go from it, and known ones among them; and stirs whoever then lies in a denser or
-- thinner neighbourhood.
local function neighbour(x, place, known, all)
  local folder, parent = folderOf(place), parentOf(place)
  local key = P .. 'near:' .. x
  local n = countsOf(x, folder)
  local before = densitiesOf(n)
  n[1], n[2] = n[1] + known, n[2] + all
  if known ~= 0 then put(key, folder, n[1]) end
  if all ~= 0 then put(key, 't' .. folder, n[2]) end
  local after = densitiesOf(n)
  if before[1] ~= after[1] then stir('f' .. x .. folder) end
  if before[3] ~= after[3] then stirWithin(x, folder) end
  if parent == folder then return end
  n = countsOf(x, parent)
  before = densitiesOf(n)
  n[3], n[4] = n[3] + known, n[4] + all
  if known ~= 0 then put(key, 'p' .. parent, n[3]) end
  if all ~= 0 then put(key, 'a' .. parent, n[4]) end
  after = densitiesOf(n)
  if before[2] ~= after[2] then stir('f' .. x .. parent) end
  if before[3] ~= after[3] then stirWithin(x, parent) end
end

-- crowd counts files that come to a place or go from it, known or not; those of a folder together, when the script ends.
local crowds = {}
local function crowd(x, place, d)
  local where = x .. place:sub(1, 10)
  crowds[where] = (crowds[where] or 0) + d
end
local function countCrowds()
  for where, d in pairs(crowds) do
    if d ~= 0 then neighbour(where:sub(1, 8), where:sub(9), 0, d) end
  end
end

-- nearby counts known and near-known media: of a neighbourhood, and of a day.
local function nearby(x, place, d)
  neighbour(x, place, d, 0)
  weighDay(x, place, 'I', d)
end

-- illicit tells whether a medium is known or near-known by a finding, or was decided to be illegal by a verdict.
local function illicit(finding, verdict) return near(finding) == 1 or verdict == 'I' end

-- number counts illicit media of a folder's numbers.
local function number(x, place, d)
  local folder, numbers = folderOf(place), numbersOf(place)
  if numbers ~= '' and crossed('near:' .. x, folder .. numbers:sub(1, 3), d) then stir('n' .. x .. folder .. numbers) end
end

-- A clue is 'S' (the camera has a serial number) or 'M' (make and model alone), eight bytes of the camera and, where there is a
-- time, four of its hour, of the one before and of the one after. Each camera is a hash:
--   k    how many illicit media
--   e    in which exhibits, 8 bytes each
--   <x>  how many media in this exhibit
--   bin  its media, 25 bytes each: identifier, exhibit, '1' for illicit and '0' for others. The illicit ones stand first.
-- A bin is an hour, or, without a time, 'm' and the first byte of the identifier.
local function cameraOf(x, clue)
  if clue:sub(1, 1) == 'S' then return clue:sub(2, 9) end
  return x .. clue:sub(2, 9)
end
local function binsOf(m)
  if #m.c < 21 then return {'m' .. m.id:sub(1, 1)} end
  return {m.c:sub(10, 13), m.c:sub(14, 17), m.c:sub(18, 21)}
end
local function stirBin(camera, bin) stir('c' .. string.char(#camera) .. camera .. bin) end

-- rebin makes the flag of a medium in an exhibit what it should be in a list; nil: it is not there. It returns the list, the
-- flag before, whether the list has others that are illicit, and whether others of the exhibit.
local function rebin(list, id, x, flag)
  local was
  local at = list:find(id .. x, 1, true)
  if at then
    was = list:sub(at + 24, at + 24)
    list = list:sub(1, at - 1) .. list:sub(at + 25)
  end
  local known, same = list:sub(25, 25) == '1', list:find(x, 1, true) ~= nil
  if flag == '1' then list = id .. x .. flag .. list elseif flag then list = list .. id .. x .. flag end
  return list, was, known, same
end

-- without takes an exhibit out of a list of some.
local function without(exhibits, x)
  for i = 1, #exhibits, 8 do
    if exhibits:sub(i, i + 7) == x then return exhibits:sub(1, i - 1) .. exhibits:sub(i + 8) end
  end
  return exhibits
end

-- follow puts a medium that has a clue among those of its camera, in an exhibit, as illicit ('1') or not ('0'), or takes it out.
local function follow(m, x, flag)
  local camera, bins = cameraOf(x, m.c), binsOf(m)
  local key = 'cam:' .. camera
  local list, was, othersKnown, othersHere = rebin(call('HGET', P .. key, bins[1]) or '', m.id, x, flag)
  if was == flag then return end
  if list == '' then call('HDEL', P .. key, bins[1]) else call('HSET', P .. key, bins[1], list) end

  local known = (flag == '1' and 1 or 0) - (was == '1' and 1 or 0)
  local there = (flag and 1 or 0) - (was and 1 or 0)
  local all, some = false, known ~= 0 and not othersKnown
  if known ~= 0 then all = crossed(key, 'k', known) end
  if there ~= 0 then
    local exhibits = call('HGET', P .. key, 'e') or ''
    if crossed(key, x, there) then
      local after = there > 0 and exhibits .. x or without(exhibits, x)
      if after == '' then call('HDEL', P .. key, 'e') else call('HSET', P .. key, 'e', after) end
      all = all or math.max(#exhibits, #after) > 8
    end
    some = some or #exhibits > 8 and not othersHere
  end
  if all then
    for _, bin in ipairs(call('HKEYS', P .. key)) do
      if #bin == 2 or #bin == 4 then stirBin(camera, bin) end
    end
  elseif some and #bins == 3 then
    for _, bin in ipairs(bins) do stirBin(camera, bin) end
  end
end

-- trace keeps up with what a medium is in an exhibit under a finding and a verdict; what is benign is no clue.
local function trace(m, x, finding, verdict)
  if not m.c then return end
  follow(m, x, finding ~= 'B' and (illicit(finding, verdict) and '1' or '0') or nil)
end

-- retrace gives a medium another clue, or none. The caller saves it.
local function retrace(m, clue)
  if clue == '' then clue = nil end
  if m.c == clue then return end
  for x in pairs(m.places) do
    if m.c then follow(m, x, nil) end
  end
  m.c = clue
  for x in pairs(m.places) do trace(m, x, m.F, m.j) end
end

-- judge notes what was decided of a medium: nil: nothing; and tells whether that is new. The caller saves it.
local function judge(m, verdict)
  if m.j == verdict then return false end
  local before, after = illicit(m.F, m.j), illicit(m.F, verdict)
  for x, place in pairs(m.places) do
    if m.j then weigh(x, place, m.j, -1) end
    if verdict then weigh(x, place, verdict, 1) end
    if before ~= after then number(x, place, after and 1 or -1) end
    trace(m, x, m.F, verdict)
  end
  m.j = verdict
  return true
end
`
