package views

import (
	"context"
	"encoding/hex"
	"slices"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// partFields names, for the scripts, the counters of xc:<x> in the order of packCounts.
const partFields = `
local fields = {'im', 'in', 'ie', 'iu', 'ir'}
local function count(x, counts, sign)
  local i = 0
  for n in counts:gmatch('%d+') do
    i = i + 1
    if tonumber(n) ~= 0 then -- minus nought is '-0' in Lua, which is no integer
      call('HINCRBY', P .. 'xc:' .. x, fields[i], sign * tonumber(n))
    end
  end
end
`

// mayRegister says why nothing of a part may come into an exhibit, if so: 'dropped' where the part was not begun, or left since.
const mayRegister = `
local function refused(x, part, restoring)
  local why = barred(x, restoring)
  if why then return why end
  if call('EXISTS', P .. 'x:' .. x) == 0 then return 'missing' end
  if call('HEXISTS', P .. 'xp:' .. x, part) == 0 then return 'dropped' end
end
`

// partBytes is how much of a medium's identifier a part keeps: of ten million media, two begin alike once in 10^5 times,
// and then both are looked at.
const partBytes = 8

var (
	// beginPart keeps a part of an exhibit before any of its media come, so that whoever empties the exhibit knows of all that may
	// be there. It returns 'again' for one that was counted already. ARGV: exhibit, part, media, '1' to restore.
	beginPart = script(mayRegister + `
local x, part = ARGV[2], ARGV[3]
local why = refused(x, part, ARGV[5] == '1')
if why and why ~= 'dropped' then return why end
if call('HSETNX', P .. 'xp:' .. x, part, '') == 1 then call('SET', P .. 'xm:' .. x .. part, ARGV[4]) end
return call('HGET', P .. 'xp:' .. x, part) == '' and 'done' or 'again'`)

	// heldItems tells whether there is nothing left to do for the media of a part ('all'): each lies in the exhibit, and no bytes of
	// it are wanted. It unpacks no record: state and kind come first, and places as save writes them. ARGV: exhibit, part, media
	// (16 bytes each, and '1' for what is media), '1' to restore.
	heldItems = script(mayRegister + `
local x, part, list = ARGV[2], ARGV[3], ARGV[4]
local why = refused(x, part, ARGV[5] == '1')
if why then return why end
for i = 1, #list, 17 do
  local raw = readRecord('m:', list:sub(i, i + 15))
  local state = raw and raw:sub(1, 1)
  if not raw or state == 'w' or state == 'l' and list:sub(i + 16, i + 16) == '1' then return 'some' end
  if not (raw:find('x' .. x, 4, true) or raw:find('y' .. x, 4, true)) then return 'some' end
end
return 'all'`)

	// registerItems adds media of a part that was begun to an exhibit and returns, for each, whether its bytes are wanted ('1' or
	// '0'). A medium that comes back after its destruction gets the next generation, and one whose keyring went with another
	// exhibit that of this part. ARGV: exhibit, part, now, '1' to restore, then for each item: id, kind, size, keys, place.
	registerItems = script(mayRegister + `
local x, part = ARGV[2], ARGV[3]
local why = refused(x, part, ARGV[5] == '1')
if why then return why end
local wanted = {}
for i = 6, #ARGV, 5 do
  local id, kind, size, keys, place = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local m, media = load(id), kind ~= 'o'
  local changed = not m or not m.places[x] -- else this part was told before
  if not m then
    m = {id = id, s = 'l', F = '?', k = kind, z = size, d = keys, places = {}}
    local gone = call('HGET', P .. 'gone', id)
    if gone then m.v = string.format('%d', gone + 1) end
    if not media then matched(m, '-1') end
    seen('HSET', short(keys))
  end
  if m.s == 'l' and media then
    move(m, 'w', m.F == '-' and '?' or m.F)
    m.k, m.t, m.r, changed = kind, ARGV[4], x .. part, true
  elseif m.s == 'w' and media and not m.r then
    m.r, changed = x .. part, true
  end
  if changed then
    arrive(m, x, place)
    save(m)
  end
  wanted[#wanted + 1] = m.s == 'w' and '1' or '0'
end
return table.concat(wanted)`)

	// registerPart counts the items of a part that was begun, once. ARGV: exhibit, part, counts, '1' to restore.
	registerPart = script(partFields + mayRegister + `
local x, part = ARGV[2], ARGV[3]
local why = refused(x, part, ARGV[5] == '1')
if why then return why end
if call('HGET', P .. 'xp:' .. x, part) == '' then
  call('HSET', P .. 'xp:' .. x, part, ARGV[4])
  count(x, ARGV[4], 1)
end
return 'done'`)

	// dropItems takes media out of an exhibit. ARGV: exhibit, ids.
	dropItems = script(`
local x = ARGV[2]
for i = 3, #ARGV do
  local m = load(ARGV[i])
  if m and m.places[x] then leave(m, x) end
end
return 1`)

	// keepExhibit keeps an exhibit with its manifest. ARGV: exhibit, document, version, '1' to restore.
	keepExhibit = script(`
local x, key = ARGV[2], P .. 'x:' .. ARGV[2]
local why = barred(x, ARGV[5] == '1')
if why then return why end
if call('EXISTS', key) == 1 then
  call('SET', key, ARGV[3])
  call('HSET', P .. 'xc:' .. x, 'V', ARGV[4])
end
return 'done'`)

	// wholeIDs returns the media whose identifiers begin like those of a list. ARGV: beginnings, how long they are.
	wholeIDs = script(`
local n, found = tonumber(ARGV[3]), {}
for i = 1, #ARGV[2], n do
  local bucket, rest = ARGV[2]:sub(i, i + 1), ARGV[2]:sub(i + 2, i + n - 1)
  for _, id in ipairs(call('HKEYS', P .. 'm:' .. bucket)) do
    if id:sub(1, n - 2) == rest then found[#found + 1] = bucket .. id end
  end
end
return found`)

	// dropPart takes a part's items out of the counts. ARGV: exhibit, part.
	dropPart = script(partFields + `
local x, part = ARGV[2], ARGV[3]
local counts = call('HGET', P .. 'xp:' .. x, part)
if counts then
  count(x, counts, -1)
  call('HDEL', P .. 'xp:' .. x, part)
  call('DEL', P .. 'xm:' .. x .. part)
end
return 1`)
)

// RegisterPart implements triage.ExhibitStore. The part goes first, its items next and its counts last, so that a call that
// was cut off is completed by the next one, and whoever empties the exhibit in between misses none of them.
func (s Exhibits) RegisterPart(ctx context.Context, id triage.ExhibitID, part triage.PartID, counts map[triage.Disposition]int, items []triage.ListedItem) ([]triage.MediumID, error) {
	return s.register(ctx, id, part, counts, items, false)
}

// register is RegisterPart; it restores what was put away.
func (s Exhibits) register(ctx context.Context, id triage.ExhibitID, part triage.PartID, counts map[triage.Disposition]int, items []triage.ListedItem, restoring bool) ([]triage.MediumID, error) {
	rawPart, err := packPart(part)
	if err != nil {
		return nil, err
	}
	x, restores := packExhibit(id), flag(restoring)
	media := make([]byte, 0, partBytes*len(items))
	for i := range items {
		media = append(media, packID(string(items[i].Medium))[:partBytes]...)
	}
	begun, err := s.registerStep(ctx, id, beginPart, x, rawPart, media, restores)
	if err != nil {
		return nil, err
	}
	if begun == "again" {
		if held, err := s.registerStep(ctx, id, heldItems, x, rawPart, itemMarks(items), restores); err != nil || held == "all" {
			return nil, err
		}
	}
	now := packNumber(packTime(s.now()))
	var wanted []triage.MediumID
	told := make(map[triage.MediumID]bool)
	for some := range slices.Chunk(items, batch) {
		args := make([]any, 0, 4+5*len(some))
		args = append(args, x, rawPart, now, restores)
		for i := range some {
			args = append(args, s.itemArgs(&some[i])...)
		}
		flags, err := s.registerStep(ctx, id, registerItems, args...)
		if err != nil {
			return nil, err
		}
		for i := range some {
			if flags[i] == '1' && !told[some[i].Medium] {
				told[some[i].Medium] = true
				wanted = append(wanted, some[i].Medium)
			}
		}
	}
	_, err = s.registerStep(ctx, id, registerPart, x, rawPart, packCounts(counts), restores)
	return wanted, err
}

// registerStep takes one step of register, and returns its answer unless that is why nothing may come in.
func (s Exhibits) registerStep(ctx context.Context, id triage.ExhibitID, step *redis.Script, args ...any) (string, error) {
	const op = "register part"
	answer, err := s.run(ctx, step, s.key(keyCounts, packExhibit(id)), args...).Text()
	switch {
	case err != nil:
		return "", fault("views.RegisterPart", string(id), err)
	case answer == "missing":
		return "", missing(op, string(id), "exhibit")
	case answer == "dropped":
		return "", triage.E(triage.Conflict, op, string(id), "its exhibit was destroyed or changed meanwhile: submit again", nil)
	}
	return answer, barredErr(op, id, answer)
}

// itemMarks are the arguments of heldItems.
func itemMarks(items []triage.ListedItem) []byte {
	list := make([]byte, 0, 17*len(items))
	for i := range items {
		list = append(append(list, packID(string(items[i].Medium))...), flag(items[i].Media())...)
	}
	return list
}

// barredErr says why nothing may come into an exhibit, as barred told.
func barredErr(op string, id triage.ExhibitID, why string) error {
	switch why {
	case "leaving":
		return leavingErr(op, id)
	case "closed":
		return closedErr(op, id)
	}
	return nil
}

func (s Exhibits) itemArgs(it *triage.ListedItem) []any {
	kind := kinds.of[it.Kind]
	if !it.Media() {
		kind = "o"
	}
	return []any{packID(string(it.Medium)), kind, packNumber(it.Size), packKeys(it.Keys), s.packPlace(it.Medium, it.Place)}
}

// SealExhibit implements triage.ExhibitStore. The manifest is kept last: until then, sealing again does all of it
// again. A medium that stays keeps the place where it was first seen, though that part may have gone.
func (s Exhibits) SealExhibit(ctx context.Context, id triage.ExhibitID, m triage.Manifest) error {
	if _, err := s.Exhibit(ctx, id); err != nil {
		return err
	}
	shut, err := s.rdb.HExists(ctx, s.key(keyClosed), packExhibit(id)).Result()
	if err != nil {
		return fault("views.SealExhibit", string(id), err)
	}
	if shut {
		return closedErr("seal exhibit", id)
	}
	if err := s.dropOtherParts(ctx, id, m.Parts); err != nil {
		return err
	}
	if err := s.rdb.Unlink(ctx, s.key(keyPlaces, packExhibit(id))).Err(); err != nil {
		return fault("views.SealExhibit", string(id), err)
	}
	return s.keepManifest(ctx, id, m, false)
}

// keepManifest gives an exhibit its manifest.
func (s Exhibits) keepManifest(ctx context.Context, id triage.ExhibitID, m triage.Manifest, restoring bool) error {
	x, err := s.Exhibit(ctx, id)
	if err != nil {
		return err
	}
	x.Manifest = &m
	doc, err := s.encode(x)
	if err != nil {
		return err
	}
	kept, err := s.run(ctx, keepExhibit, s.exhibit(id), packExhibit(id), doc, m.Version, flag(restoring)).Text()
	if err != nil {
		return fault("views.keepManifest", string(id), err)
	}
	return barredErr("seal exhibit", id, kept)
}

// dropOtherParts takes out of an exhibit what only parts that are not listed hold.
func (s Exhibits) dropOtherParts(ctx context.Context, id triage.ExhibitID, listed []triage.PartID) error {
	const op = "views.dropOtherParts"
	x := packExhibit(id)
	registered, err := s.rdb.HKeys(ctx, s.key(keyParts, x)).Result()
	if err != nil {
		return fault(op, string(id), err)
	}
	stays := make(map[string]bool, len(listed))
	for _, part := range listed {
		raw, err := packPart(part)
		if err != nil {
			return err
		}
		stays[raw] = true
	}
	gone := slices.DeleteFunc(slices.Clone(registered), func(part string) bool { return stays[part] })
	if len(gone) == 0 {
		return nil
	}
	leaving := make(map[string]bool)
	if err := s.partMedia(ctx, x, gone, func(id string) { leaving[id] = true }); err != nil {
		return err
	}
	kept := slices.DeleteFunc(registered, func(part string) bool { return !stays[part] })
	if err := s.partMedia(ctx, x, kept, func(id string) { delete(leaving, id) }); err != nil {
		return err
	}
	ids := make([]any, 0, len(leaving))
	for raw := range leaving {
		ids = append(ids, raw)
	}
	for some := range slices.Chunk(ids, batch) {
		if err := s.run(ctx, dropItems, s.key(keyCounts, x), append([]any{x}, some...)...).Err(); err != nil {
			return fault(op, string(id), err)
		}
	}
	for _, part := range gone {
		if err := s.run(ctx, dropPart, s.key(keyCounts, x), x, part).Err(); err != nil {
			return fault(op, string(id), err)
		}
	}
	return nil
}

// partMedia calls each for every medium of some parts of an exhibit. What begins like one may come too.
func (s Exhibits) partMedia(ctx context.Context, x string, parts []string, each func(id string)) error {
	for _, part := range parts {
		media, err := s.rdb.Get(ctx, s.key(keyPartMedia, x, part)).Result()
		if err != nil && err != redis.Nil {
			return fault("views.partMedia", string(unpackExhibit(x)), err)
		}
		for some := range slices.Chunk([]byte(media), batch*partBytes) {
			ids, err := s.run(ctx, wholeIDs, s.key(keyMedium), some, partBytes).StringSlice()
			if err != nil {
				return fault("views.partMedia", string(unpackExhibit(x)), err)
			}
			for _, id := range ids {
				each(id)
			}
		}
	}
	return nil
}

// partsAtOnce is how many parts one look reads: 800 KB of identifiers at most.
const partsAtOnce = 100

// PartsOf implements triage.ExhibitStore.
func (s Exhibits) PartsOf(ctx context.Context, id triage.ExhibitID, media []triage.MediumID) ([]triage.PartID, error) {
	const op = "views.PartsOf"
	x := packExhibit(id)
	all, err := s.rdb.HKeys(ctx, s.key(keyParts, x)).Result()
	if err != nil {
		return nil, fault(op, string(id), err)
	}
	slices.Sort(all)
	wanted := make(map[string]bool, len(media))
	for _, m := range media {
		wanted[packID(string(m))[:partBytes]] = true
	}
	var found []triage.PartID
	for some := range slices.Chunk(all, partsAtOnce) {
		pipe, listed := s.rdb.Pipeline(), make([]*redis.StringCmd, len(some))
		for i, part := range some {
			listed[i] = pipe.Get(ctx, s.key(keyPartMedia, x, part))
		}
		if _, err := pipe.Exec(ctx); err != nil && err != redis.Nil {
			return nil, fault(op, string(id), err)
		}
		for i, part := range some {
			if listsAny(listed[i].Val(), wanted) {
				found = append(found, triage.PartID(hex.EncodeToString([]byte(part))))
			}
		}
	}
	return found, nil
}

// listsAny reports whether a part's media begin like any that are wanted.
func listsAny(media string, wanted map[string]bool) bool {
	for at := 0; at+partBytes <= len(media); at += partBytes {
		if wanted[media[at:at+partBytes]] {
			return true
		}
	}
	return false
}
