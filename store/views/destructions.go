package views

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Destructions implements triage.DestructionStore.
type Destructions struct{ db }

var (
	// saveDestruction keeps a destruction; with '1', nothing more comes into its exhibit. ARGV: exhibit, document, flag.
	saveDestruction = script(`
call('HSET', P .. 'destructions', ARGV[2], ARGV[3])
if ARGV[4] == '1' then call('SADD', P .. 'leaving', ARGV[2]) end
return 1`)

	// countHeld counts media that an exhibit holds alone, and with others. ARGV: exhibit, ids.
	countHeld = script(`
local x, alone, shared = ARGV[2], 0, 0
for i = 3, #ARGV do
  local m = load(ARGV[i])
  if m and m.places[x] then
    local places = m.places
    if next(places, next(places)) == nil then alone = alone + 1 else shared = shared + 1 end
  end
end
return {alone, shared}`)

	// doom takes media out of an exhibit that is leaving. It notes which of them nobody holds any more, in the same step in
	// which they stop being held, and which lose the key of a part of this exhibit before their bytes came: both go on
	// as the next generation. From that step on nothing is found to be like what nobody holds. It returns 0 when the exhibit has
	// left already. What is shelved is held by an exhibit of a closed case. ARGV: exhibit, then of each: id, '1' when it is shelved.
	doom = script(luaBirths + `
local x = ARGV[2]
if call('EXISTS', P .. 'x:' .. x) == 0 then return 0 end
local doomed = P .. 'doomed:' .. x
local function spend(id, generation)
  call('HSET', doomed, id, generation)
  call('HSET', P .. 'gone', id, generation)
end
for i = 3, #ARGV, 2 do
  local id, shelved = ARGV[i], ARGV[i + 1] == '1'
  local m = load(id)
  local place = m and m.places[x]
  if place then
    local g = m.g
    unindex(x, place)
    leave(m, x)
    if next(m.places) == nil and not shelved then
      spend(id, m.v or 1)
      disown(g, id)
    else
      call('HINCRBY', doomed, 'kept', 1)
    end
  elseif not m and not shelved and call('HEXISTS', doomed, id) == 0 then
    spend(id, (call('HGET', P .. 'gone', id) or 0) + 1)
  end
  if m and next(m.places) ~= nil and m.s == 'w' and m.r and m.r:sub(1, 8) == x then
    call('HSET', doomed, id, (m.v or 1) .. 'w')
    m.v, m.r = string.format('%d', (m.v or 1) + 1), nil
    save(m)
  end
end
return 1`)

	// strike forgets generations of media that were destroyed. Where somebody holds the medium all the same, its bytes are
	// wanted again. ARGV: exhibit, now, then for each: id, generation.
	strike = script(luaBirths + `
local x = ARGV[2]
for i = 4, #ARGV, 2 do
  local id, generation = ARGV[i], tonumber(ARGV[i + 1])
  if generation > tonumber(call('HGET', P .. 'gone', id) or 0) then call('HSET', P .. 'gone', id, generation) end
  local m = load(id)
  local g = m and m.g
  if m and m.places[x] then leave(m, x) end
  if m and next(m.places) ~= nil and tonumber(m.v or 1) <= generation then
    if m.s == 'q' or m.s == 'e' then
      ungroup(m)
      move(m, 'w', '?')
      matched(m, nil)
      retrace(m, nil)
      m.f, m.m, m.l, m.h, m.t = nil, nil, nil, nil, ARGV[3]
    end
    m.v, m.r = string.format('%d', generation + 1), nil
    save(m)
  end
  if m and not (next(m.places) and m.g) then disown(g, id) end
end
return 1`)

	// evict takes media out of an exhibit that goes as a whole. ARGV: exhibit, ids.
	evict = script(`
local x = ARGV[2]
for i = 3, #ARGV do
  local m = load(ARGV[i])
  local place = m and m.places[x]
  if place then
    unindex(x, place)
    leave(m, x)
  end
end
return 1`)
)

// storedDestruction is a destruction as kept.
type storedDestruction struct {
	State       string    `json:"s"`
	Reference   string    `json:"r"`
	ProposedBy  string    `json:"p"`
	Proposed    time.Time `json:"pt"`
	ConfirmedBy string    `json:"c,omitempty"`
	Confirmed   time.Time `json:"ct,omitzero"`
	Done        time.Time `json:"dt,omitzero"`
	Manifest    int       `json:"v,omitempty"`
	Destroyed   int       `json:"d,omitempty"`
	Kept        int       `json:"k,omitempty"`
}

func (s Destructions) place(id triage.ExhibitID) string {
	return s.key(keyDestroy, "/", packExhibit(id))
}

// SaveDestruction implements triage.DestructionStore.
func (s Destructions) SaveDestruction(ctx context.Context, d triage.Destruction) error {
	const op = "views.SaveDestruction"
	doc, err := s.sealJSON(op, s.place(d.Exhibit), storedDestruction{
		State: string(d.State), Reference: d.Reference, ProposedBy: d.ProposedBy, Proposed: d.Proposed, ConfirmedBy: d.ConfirmedBy,
		Confirmed: d.Confirmed, Done: d.Done, Manifest: d.Manifest, Destroyed: d.Destroyed, Kept: d.Kept,
	})
	if err != nil {
		return err
	}
	leaving := "0"
	if d.State.Final() {
		leaving = "1"
	}
	return fault(op, string(d.Exhibit), s.run(ctx, saveDestruction, s.key(keyDestroy), packExhibit(d.Exhibit), doc, leaving).Err())
}

// DropDestruction implements triage.DestructionStore.
func (s Destructions) DropDestruction(ctx context.Context, id triage.ExhibitID) error {
	return fault("views.DropDestruction", string(id), s.rdb.HDel(ctx, s.key(keyDestroy), packExhibit(id)).Err())
}

// Destruction implements triage.DestructionStore.
func (s Destructions) Destruction(ctx context.Context, id triage.ExhibitID) (triage.Destruction, error) {
	doc, err := s.rdb.HGet(ctx, s.key(keyDestroy), packExhibit(id)).Result()
	if err == redis.Nil {
		return triage.Destruction{}, missing("read destruction", string(id), "proposal")
	}
	if err != nil {
		return triage.Destruction{}, fault("views.Destruction", string(id), err)
	}
	return s.decode(id, doc)
}

// Destructions implements triage.DestructionStore.
func (s Destructions) Destructions(ctx context.Context) ([]triage.Destruction, error) {
	docs, err := s.rdb.HGetAll(ctx, s.key(keyDestroy)).Result()
	if err != nil {
		return nil, fault("views.Destructions", "", err)
	}
	list := make([]triage.Destruction, 0, len(docs))
	for raw, doc := range docs {
		d, err := s.decode(unpackExhibit(raw), doc)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b triage.Destruction) int { return b.Proposed.Compare(a.Proposed) })
	return list, nil
}

func (s Destructions) decode(id triage.ExhibitID, sealed string) (triage.Destruction, error) {
	var d storedDestruction
	err := s.openJSON("views.decodeDestruction", string(id), s.place(id), sealed, &d)
	return triage.Destruction{
		Exhibit: id, State: triage.DestructionState(d.State), Reference: d.Reference, ProposedBy: d.ProposedBy, Proposed: d.Proposed,
		ConfirmedBy: d.ConfirmedBy, Confirmed: d.Confirmed, Done: d.Done, Manifest: d.Manifest, Destroyed: d.Destroyed, Kept: d.Kept,
	}, err
}

// Holdings implements triage.DestructionStore.
func (s Destructions) Holdings(ctx context.Context, id triage.ExhibitID) (triage.Holdings, error) {
	var h triage.Holdings
	return h, s.eachMedium(ctx, id, func(some []any) error {
		n, err := s.run(ctx, countHeld, s.key(keyDestroy), append([]any{packExhibit(id)}, some...)...).Int64Slice()
		if err != nil || len(n) != 2 {
			return fault("views.Holdings", string(id), err)
		}
		h.Alone, h.Shared = h.Alone+int(n[0]), h.Shared+int(n[1])
		return nil
	})
}

// eachMedium calls do with the media of all registered parts of an exhibit, some at a time. One that several parts list
// comes once.
func (s Destructions) eachMedium(ctx context.Context, id triage.ExhibitID, do func(some []any) error) error {
	x := packExhibit(id)
	parts, err := s.rdb.HKeys(ctx, s.key(keyParts, x)).Result()
	if err != nil {
		return fault("views.eachMedium", string(id), err)
	}
	told := make(map[string]bool)
	var media []any
	err = Exhibits{s.db}.partMedia(ctx, x, parts, func(id string) {
		if !told[id] {
			told[id] = true
			media = append(media, id)
		}
	})
	for some := range slices.Chunk(media, batch) {
		if err == nil {
			err = do(some)
		}
	}
	return err
}

// Doom implements triage.DestructionStore.
func (s Destructions) Doom(ctx context.Context, id triage.ExhibitID, media []triage.MediumID, shelved map[triage.MediumID]bool) error {
	for some := range slices.Chunk(media, batch) {
		args := []any{packExhibit(id)}
		for _, m := range some {
			args = append(args, packID(string(m)), flag(shelved[m]))
		}
		there, err := s.run(ctx, doom, s.key(keyDestroy), args...).Int()
		if err != nil {
			return fault("views.Doom", string(id), err)
		}
		if there == 0 {
			return missing("doom media", string(id), "exhibit")
		}
	}
	return nil
}

// Doomed implements triage.DestructionStore.
func (s Destructions) Doomed(ctx context.Context, id triage.ExhibitID) (doomed []triage.Doomed, held triage.Holdings, err error) {
	const op = "views.Doomed"
	walk := s.rdb.HScan(ctx, s.key(keyDoomed, packExhibit(id)), 0, "", clearBatch).Iterator()
	seen := make(map[string]bool) // a scan may tell a field twice
	for walk.Next(ctx) {
		field := walk.Val()
		if !walk.Next(ctx) {
			break
		}
		value := walk.Val()
		if seen[field] {
			continue
		}
		seen[field] = true
		if field == "kept" {
			held.Shared, _ = strconv.Atoi(value)
			continue
		}
		if digits := len(value) - 1; value[digits] == 'w' {
			value = value[:digits]
		} else {
			held.Alone++
		}
		generation, err := strconv.Atoi(value)
		if err != nil {
			return nil, held, triage.E(triage.Corrupt, op, string(id), "", err)
		}
		doomed = append(doomed, triage.Doomed{Medium: triage.MediumID(unpackID(field)), Generation: generation})
	}
	if err := walk.Err(); err != nil {
		return nil, held, fault(op, string(id), err)
	}
	// What was gathered goes together with the exhibit: while that is there, all of it was.
	there, err := s.rdb.Exists(ctx, s.exhibit(id)).Result()
	if err == nil && there == 0 {
		return nil, held, missing("read what is doomed", string(id), "exhibit")
	}
	return doomed, held, fault(op, string(id), err)
}

// Remove implements triage.DestructionStore.
func (s Destructions) Remove(ctx context.Context, id triage.ExhibitID, doomed []triage.Doomed) error {
	const op = "views.Remove"
	x := packExhibit(id)
	for some := range slices.Chunk(doomed, batch) {
		args := []any{x, packNumber(packTime(s.now()))}
		for _, d := range some {
			args = append(args, packID(string(d.Medium)), d.Generation)
		}
		if err := s.run(ctx, strike, s.key(keyDestroy), args...).Err(); err != nil {
			return fault(op, string(id), err)
		}
	}
	err := s.eachMedium(ctx, id, func(some []any) error {
		return fault(op, string(id), s.run(ctx, evict, s.key(keyDestroy), append([]any{x}, some...)...).Err())
	})
	if err != nil {
		return err
	}
	return s.removeExhibit(ctx, id)
}

// removeExhibit removes what is kept of an exhibit itself. Its document goes last: it says whose it was.
func (s Destructions) removeExhibit(ctx context.Context, id triage.ExhibitID) error {
	const op = "views.removeExhibit"
	x := packExhibit(id)
	parts, err := s.rdb.HKeys(ctx, s.key(keyParts, x)).Result()
	if err != nil {
		return fault(op, string(id), err)
	}
	for some := range slices.Chunk(parts, batch) {
		keys := make([]string, len(some))
		for i, part := range some {
			keys[i] = s.key(keyPartMedia, x, part)
		}
		if err := s.rdb.Unlink(ctx, keys...).Err(); err != nil {
			return fault(op, string(id), err)
		}
	}
	kept, err := Exhibits{s.db}.Exhibit(ctx, id)
	if err != nil && !triage.IsKind(err, triage.NotFound) {
		return err
	}
	_, err = s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.ZRem(ctx, s.key(keyExhibits), x)
		p.HDel(ctx, s.key(keyLifted), x)
		p.HDel(ctx, s.key(keyLifting), x)
		if kept.Owner != "" {
			p.ZRem(ctx, s.key(keyExhibits, ":", kept.Owner), x)
		}
		p.Unlink(ctx, s.exhibit(id), s.key(keyCounts, x), s.key(keyParts, x), s.key(keyPlaces, x), s.key(keyNear, x), s.key(keyDoomed, x))
		return nil
	})
	return fault(op, string(id), err)
}

// leavingErr is what everybody is told who would add to an exhibit that is being destroyed, or was.
func leavingErr(op string, id triage.ExhibitID) error {
	return triage.E(triage.Conflict, op, string(id), triage.DestroyedHint, triage.ErrDestroyed)
}
