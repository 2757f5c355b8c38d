package views

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Custody implements triage.CustodyStore.
type Custody struct{ db }

var (
	// setCustody keeps what an event says, unless a later one did. ARGV: case, number of the event, what is kept, what stands for the
	// case's number, until when (ms; 0: it has ended), now (ms).
	setCustody = script(`
local was = call('HGET', P .. 'custodies', ARGV[2])
if not was and ARGV[6] == '0' or was and tonumber(was:match('^%d+')) > tonumber(ARGV[3]) then return 0 end
call('HSET', P .. 'custodies', ARGV[2], ARGV[3] .. ':' .. ARGV[4])
if tonumber(ARGV[6]) > tonumber(ARGV[7]) then call('ZADD', P .. 'custody', ARGV[6], ARGV[5]) else release('custody', ARGV[5]) end
return 1`)

	// liftExhibits has the media of exhibits gone over, if the groups of their case are gathered. ARGV: what stands for that, exhibits.
	liftExhibits = script(`
if not gathers(ARGV[2]) then return 0 end
for i = 3, #ARGV do
  if call('EXISTS', P .. 'x:' .. ARGV[i]) == 1 and call('HSETNX', P .. 'lifted', ARGV[i], ARGV[2]) == 1 then
    call('HSET', P .. 'lifting', ARGV[i], '')
  end
end
return 1`)

	// gather has the groups of a case kept until then, and returns how many of its exhibits are known for that, and how many are still
	// gone over. ARGV: what stands for the case, until when (ms).
	gather = script(`
call('ZADD', P .. 'sieved', ARGV[3], ARGV[2])
local known, left = 0, 0
for x, mark in pairs(lifts() or {}) do
  if mark == ARGV[2] then
    known = known + 1
    left = left + call('HEXISTS', P .. 'lifting', x)
  end
end
return {known, left}`)

	// nextLift forgets what is kept for reasons that have ended, and returns an exhibit whose media are gone over, and the part after
	// which that goes on. ARGV: now (ms).
	nextLift = script(`
for _, reason in ipairs({'custody', 'sieved'}) do
  for _, mark in ipairs(call('ZRANGEBYSCORE', P .. reason, '-inf', ARGV[2])) do release(reason, mark) end
end
local first = call('HGETALL', P .. 'lifting')
return {first[1], first[2]}`)

	// liftMedia has the groups of media that lie in an exhibit lie with its case, and be whose they are. ARGV: exhibit, media.
	liftMedia = script(`
local exhibits = lifts()
local mark = exhibits and exhibits[ARGV[2]]
if not mark then return 0 end
for i = 3, #ARGV do
  local m = load(ARGV[i])
  local t = m and m.g and m.places[ARGV[2]] and loadGroup(m.g)
  if t and t.q then
    call('ZADD', P .. 'up:' .. mark, -t.q, t.id)
    settleAll({t.id})
  end
end
return 1`)

	// liftedPart notes how far an exhibit was gone over; no part: to its end. ARGV: exhibit, part.
	liftedPart = script(`
if call('HEXISTS', P .. 'lifting', ARGV[2]) == 0 then return 0 end
if ARGV[3] == '' then call('HDEL', P .. 'lifting', ARGV[2]) else call('HSET', P .. 'lifting', ARGV[2], ARGV[3]) end
return 1`)
)

// storedCustody is a custody as kept.
type storedCustody struct {
	Number string    `json:"n"`
	Until  time.Time `json:"u,omitzero"`
	By     string    `json:"b"`
	At     time.Time `json:"t"`
}

func (s Custody) place(raw string) string { return s.key(keyCustodies, "/", raw) }

// SetCustody implements triage.CustodyStore.
func (s Custody) SetCustody(ctx context.Context, c triage.Custody) error {
	const op = "views.SetCustody"
	raw := packCase(c.Case)
	doc, err := s.sealJSON(op, s.place(raw), storedCustody{c.Number, c.Until, c.By, c.At})
	if err != nil {
		return err
	}
	until := int64(0)
	if !c.Until.IsZero() {
		until = c.Until.UnixMilli()
	}
	return fault(op, string(c.Case), s.run(ctx, setCustody, s.key(keyCustodies), raw, c.Event, doc, s.caseMark(c.Number), until, s.now().UnixMilli()).Err())
}

// LiftExhibits implements triage.CustodyStore.
func (s Custody) LiftExhibits(ctx context.Context, number string, exhibits ...triage.ExhibitID) error {
	for some := range slices.Chunk(exhibits, batch) {
		args := []any{s.caseMark(number)}
		for _, x := range some {
			args = append(args, packExhibit(x))
		}
		if err := s.run(ctx, liftExhibits, s.key(keyLifted), args...).Err(); err != nil {
			return fault("views.LiftExhibits", string(some[0]), err)
		}
	}
	return nil
}

// Gather implements triage.CustodyStore.
func (s Custody) Gather(ctx context.Context, caseNumber string, until time.Time) (known, left int, err error) {
	answer, err := s.run(ctx, gather, s.key(keyLifted), s.caseMark(caseNumber), until.UnixMilli()).Slice()
	if err != nil {
		return 0, 0, fault("views.Gather", "", err)
	}
	return int(number(answer[0])), int(number(answer[1])), nil
}

// Custodies implements triage.CustodyStore.
func (s Custody) Custodies(ctx context.Context) ([]triage.Custody, error) {
	const op = "views.Custodies"
	kept, err := s.rdb.HGetAll(ctx, s.key(keyCustodies)).Result()
	if err != nil {
		return nil, fault(op, "", err)
	}
	list := make([]triage.Custody, 0, len(kept))
	for raw, value := range kept {
		event, sealed, _ := strings.Cut(value, ":")
		var doc storedCustody
		if err := s.openJSON(op, "", s.place(raw), sealed, &doc); err != nil {
			return nil, err
		}
		c := triage.Custody{Case: triage.CaseID("k" + hex.EncodeToString([]byte(raw))), Number: doc.Number, Until: doc.Until, By: doc.By, At: doc.At}
		if c.Event, err = strconv.ParseUint(event, 10, 64); err != nil {
			return nil, triage.E(triage.Corrupt, op, string(c.Case), "", err)
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b triage.Custody) int { return strings.Compare(string(a.Case), string(b.Case)) })
	return list, nil
}

// Custody implements triage.CustodyStore.
func (s Custody) Custody(ctx context.Context, id triage.CaseID) (triage.Custody, error) {
	all, err := s.Custodies(ctx)
	if i := slices.IndexFunc(all, func(c triage.Custody) bool { return c.Case == id }); i >= 0 {
		return all[i], nil
	}
	if err != nil {
		return triage.Custody{}, err
	}
	return triage.Custody{}, missing("read custody", string(id), "custody")
}

// NextLift implements triage.CustodyStore.
func (s Custody) NextLift(ctx context.Context, now time.Time) (triage.ExhibitID, triage.PartID, error) {
	answer, err := s.run(ctx, nextLift, s.key(keyLifting), now.UnixMilli()).Slice()
	if err != nil && err != redis.Nil || len(answer) < 2 {
		return "", "", fault("views.NextLift", "", err)
	}
	next := texts(answer)
	return unpackExhibit(next[0]), triage.PartID(hex.EncodeToString([]byte(next[1]))), nil
}

// LiftMedia implements triage.CustodyStore.
func (s Custody) LiftMedia(ctx context.Context, id triage.ExhibitID, media []triage.MediumID) error {
	for some := range slices.Chunk(media, batch) {
		args := []any{packExhibit(id)}
		for _, m := range some {
			args = append(args, packID(string(m)))
		}
		if err := s.run(ctx, liftMedia, s.key(keyLifted), args...).Err(); err != nil {
			return fault("views.LiftMedia", string(id), err)
		}
	}
	return nil
}

// LiftedPart implements triage.CustodyStore.
func (s Custody) LiftedPart(ctx context.Context, id triage.ExhibitID, part triage.PartID) error {
	raw, err := hex.DecodeString(string(part))
	if err != nil {
		return triage.E(triage.Invalid, "views.LiftedPart", string(part), "", err)
	}
	return fault("views.LiftedPart", string(id), s.run(ctx, liftedPart, s.key(keyLifting), packExhibit(id), string(raw)).Err())
}
