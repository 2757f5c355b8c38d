package views

import (
	"context"

	"vigie/hashing/pdq"
	"vigie/triage"
)

const (
	// kinLooked is how many groups of a folder, and media of a camera, are looked at for decided ones: some ten milliseconds of Redis.
	kinLooked = 2000
	// kinMembers is how many members of a group are looked at.
	kinMembers = 20
)

var (
	// kin finds decided groups in the folders, and of the cameras, of a group's members: first those of the same hours. ARGV: group,
	// how many at most, how many entries are looked at, how many members.
	kin = script(`
local most, looks = tonumber(ARGV[3]), tonumber(ARGV[4])
local list, seen, read = {}, {[ARGV[2]] = true}, {}
local function enough() return #list >= most or looks <= 0 end
local function propose(g)
  looks = looks - 1
  if seen[g] then return end
  seen[g] = true
  local t = loadGroup(g)
  if t and t.b and t.v then list[#list + 1] = g end
end

local function inFolder(x, folder)
  local decided = call('HMGET', P .. 'near:' .. x, 'i' .. folder, 'j' .. folder)
  if not (decided[1] or decided[2]) then return end
  for _, entry in ipairs(call('LRANGE', P .. 'fg:' .. x .. folder, 0, looks)) do
    if enough() then return end
    propose(entry:sub(1, 16))
  end
end

local function inBin(camera, bin)
  local taken = call('HGET', P .. 'cam:' .. camera, bin) or ''
  for i = 1, #taken, 25 do
    if enough() then return end
    local m = load(taken:sub(i, i + 15))
    if m and m.g then propose(m.g) end
  end
end

local function once(what)
  if read[what] then return false end
  read[what] = true
  return true
end

local ids = members(ARGV[2])
for i = 1, math.min(#ids, tonumber(ARGV[5])) do
  local m = load(ids[i])
  for x, place in pairs(m and m.places or {}) do
    local folder = folderOf(place)
    if once(x .. folder) then inFolder(x, folder) end
    local camera = m.c and m.c ~= '' and cameraOf(x, m.c)
    if camera and once(camera) then
      for _, bin in ipairs(binsOf(m)) do inBin(camera, bin) end
      if call('HLEN', P .. 'cam:' .. camera) <= looks then
        for _, bin in ipairs(call('HKEYS', P .. 'cam:' .. camera)) do
          if bin ~= 'k' and bin ~= 'e' and #bin ~= 8 then inBin(camera, bin) end
        end
      end
    end
  end
end
return list`)

	// births returns the births of groups; nothing where there is none. ARGV: groups.
	births = script(luaBirths + `
local list = {}
for i = 2, #ARGV do
  local t = loadGroup(ARGV[i])
  list[#list + 1] = t and t.i and birthAt(t.i) or ''
end
return list`)
)

// Kin implements triage.KinStore.
func (s Groups) Kin(ctx context.Context, id triage.GroupID, n int) ([]triage.GroupID, error) {
	raw, err := s.run(ctx, kin, s.group(id), packID(string(id)), n, kinLooked, kinMembers).StringSlice()
	if err != nil {
		return nil, fault("views.Kin", string(id), err)
	}
	groups := make([]triage.GroupID, len(raw))
	for i, g := range raw {
		groups[i] = triage.GroupID(unpackID(g))
	}
	return groups, nil
}

// Codes implements triage.KinStore.
func (s Groups) Codes(ctx context.Context, groups []triage.GroupID) ([]*pdq.Hash, error) {
	args := make([]any, len(groups))
	for i, g := range groups {
		args[i] = packID(string(g))
	}
	raw, err := s.run(ctx, births, s.key(keyFounders), args...).StringSlice()
	if err != nil {
		return nil, fault("views.Codes", "", err)
	}
	codes := make([]*pdq.Hash, len(groups))
	for i, birth := range raw {
		if birth == "" {
			continue
		}
		f, err := s.openBirth(birth)
		if err != nil {
			return nil, err
		}
		codes[i] = f.PDQ
	}
	return codes, nil
}
