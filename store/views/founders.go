package views

import (
	"context"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"vigie/hashing/pdq"
	"vigie/triage"
)

const (
	// birthsTogether is how many births lie in one list: what is left of it once all of them count no more is nothing.
	birthsTogether = 1024
	// endsKept is how many ends of groups, and of births without another, are told: who has not looked for longer reads all births
	// anew.
	endsKept = 10_000
)

// luaBirths keeps the births of groups: how many there were, and lists of so many each. One that counts no more leaves
// nothing but its place, and a full list without any that counts goes.
var luaBirths = `
local together, kept = ` + strconv.Itoa(birthsTogether) + `, ` + strconv.Itoa(endsKept) + `
local function birthAt(i) return call('LINDEX', P .. 'founders:' .. math.floor(i / together), i % together) end
local function strike(i)
  local n = math.floor(i / together)
  call('LSET', P .. 'founders:' .. n, i % together, '')
  tally('founders:live', n, -1)
  if tonumber(call('GET', P .. 'founders')) >= (n + 1) * together and call('HEXISTS', P .. 'founders:live', n) == 0 then
    call('DEL', P .. 'founders:' .. n)
  end
end
local function born(birth)
  local i = call('INCR', P .. 'founders') - 1
  local n = math.floor(i / together)
  call('RPUSH', P .. 'founders:' .. n, birth)
  tally('founders:live', n, 1)
  return string.format('%.0f', i)
end
local function told(g)
  call('LPUSH', P .. 'ended', g)
  call('INCR', P .. 'ended:n')
  call('LTRIM', P .. 'ended', 0, kept - 1)
end

-- disown has nobody find a group any more by the hash of a medium that has gone for good, if that stood for it: the group waits for
-- another to stand for it, or for its end.
local function disown(g, id)
  local t = g and loadGroup(g)
  if not (t and t.b == id and t.i) then return end
  strike(t.i)
  told(g)
  t.i = nil
  saveGroup(t)
end
`

var (
	// bear gives groups their births, in order. One that differs takes the place of the one before, whose hash goes.
	// ARGV: group, who stands for it, and birth, of each.
	bear = script(luaBirths + `
for i = 2, #ARGV, 3 do
  local g, birth = ARGV[i], ARGV[i + 2]
  local t = loadGroup(g) or {id = g}
  if not t.i or birthAt(t.i) ~= birth then
    if t.i then strike(t.i) end
    t.i = born(birth)
  end
  t.b = ARGV[i + 1]
  saveGroup(t)
  orphan(g)
end
return 1`)

	// bury ends groups that nobody belongs to, and tells those who follow the births. What was decided of one stays: it is
	// there when the group is born again. ARGV: groups.
	bury = script(luaBirths + `
local function forgetAll(g)
  local t = loadGroup(g)
  call('DEL', P .. 'gm:' .. g)
  call('ZREM', P .. 'torank', g)
  call('SREM', P .. 'orphans', g)
  if not t then return end
  if t.i then
    strike(t.i)
    told(g)
  end
  enqueue(t, nil)
  if t.d then saveGroup({id = g, d = t.d, v = t.v, w = t.w}) else forgetGroup(g) end
end
for i = 2, #ARGV do
  if #members(ARGV[i]) == 0 then forgetAll(ARGV[i]) end
end
return 1`)

	// sinceBirths returns how many births there were, how many ends, and those since: nothing when they are not told any
	// more, or there were more before. ARGV: births, ends.
	sinceBirths = script(`
local births, ends = tonumber(call('GET', P .. 'founders') or '0'), tonumber(call('GET', P .. 'ended:n') or '0')
local since = ends - ARGV[3]
if tonumber(ARGV[2]) > births or since < 0 or since > call('LLEN', P .. 'ended') then return {births, ends} end
if since == 0 then return {births, ends, {}} end
return {births, ends, call('LRANGE', P .. 'ended', 0, since - 1)}`)
)

// Founders implements triage.FounderStore.
func (s Groups) Founders(ctx context.Context, since triage.FounderPoint) (triage.FounderNews, error) {
	const op = "views.Founders"
	if since.Births == 0 {
		since.Ends = -1 // who knows none has nothing to forget: ends are not asked for
	}
	answer, err := s.run(ctx, sinceBirths, s.key(keyFounders), since.Births, since.Ends).Slice()
	if err != nil {
		return triage.FounderNews{}, fault(op, "", err)
	}
	news := triage.FounderNews{At: triage.FounderPoint{Births: int(number(answer[0])), Ends: int(number(answer[1]))}}
	if len(answer) > 2 {
		for _, g := range texts(answer[2]) {
			news.Ended = append(news.Ended, triage.GroupID(unpackID(g)))
		}
	} else {
		news.Anew, since.Births = true, 0
	}
	news.Born, err = s.births(ctx, since.Births, news.At.Births)
	return news, err
}

// births returns those that count of the births from one number on, before another.
func (s Groups) births(ctx context.Context, from, to int) (born []triage.Founder, err error) {
	const listsAtOnce = 16
	for from < to {
		pipe := s.rdb.Pipeline()
		var lists []*redis.StringSliceCmd
		for len(lists) < listsAtOnce && from < to {
			list := from / birthsTogether
			end := min(to, (list+1)*birthsTogether)
			lists = append(lists, pipe.LRange(ctx, s.birthList(list), int64(from%birthsTogether), int64((end-1)%birthsTogether)))
			from = end
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, fault("views.births", "", err)
		}
		for _, list := range lists {
			for _, raw := range list.Val() {
				if raw == "" {
					continue // it counts no more
				}
				birth, err := s.openBirth(raw)
				if err != nil {
					return nil, err
				}
				born = append(born, birth)
			}
		}
	}
	return born, nil
}

func (s Groups) birthList(n int) string { return s.key(keyFounders, ":", strconv.Itoa(n)) }

// sealBirth returns a group's 16 bytes and, if its founder has any, its hashes, sealed.
func (s Groups) sealBirth(f *triage.Founder) string {
	birth := packID(string(f.Group))
	if f.PDQ != nil {
		birth += s.sealer.seal(s.key(keyFounders, "/", birth), pdq.Pack(f.Codes()))
	}
	return birth
}

func (s Groups) openBirth(birth string) (triage.Founder, error) {
	if len(birth) < 16 {
		return triage.Founder{}, triage.E(triage.Corrupt, "views.openBirth", "", "", nil)
	}
	f := triage.Founder{Group: triage.GroupID(unpackID(birth[:16]))}
	if len(birth) == 16 {
		return f, nil
	}
	packed, err := s.sealer.open(s.key(keyFounders, "/", birth[:16]), birth[16:])
	codes, whole := pdq.Unpack(packed)
	if err == nil && !whole {
		err = triage.E(triage.Corrupt, "views.openBirth", string(f.Group), "", nil)
	}
	if err != nil {
		return f, err
	}
	f.SetCodes(codes)
	return f, nil
}

// Bear implements triage.GroupStore.
func (s Groups) Bear(ctx context.Context, births []triage.Founder) error {
	for some := range slices.Chunk(births, batch) {
		args := make([]any, 0, 3*len(some))
		for _, b := range some {
			args = append(args, packID(string(b.Group)), packID(string(b.Medium)), s.sealBirth(&b))
		}
		if err := s.run(ctx, bear, s.key(keyFounders), args...).Err(); err != nil {
			return fault("views.Bear", "", err)
		}
	}
	return nil
}

// Standing implements triage.GroupStore.
func (s Groups) Standing(ctx context.Context, groups []triage.GroupID) ([]triage.MediumID, error) {
	pipe := s.rdb.Pipeline()
	answers := make([]*redis.StringCmd, len(groups))
	for i, g := range groups {
		answers[i] = pipe.HGet(ctx, s.group(g), packID(string(g))[2:])
	}
	if _, err := pipe.Exec(ctx); err != nil && err != redis.Nil {
		return nil, fault("views.Standing", "", err)
	}
	standing := make([]triage.MediumID, len(groups))
	for i, answer := range answers {
		fields, err := unpackFields(answer.Val(), groupLengths, nil)
		if err != nil {
			return nil, err
		}
		if by, born := fields[fieldBorn]; born && by == "" {
			standing[i] = triage.MediumID(groups[i])
		} else if born {
			standing[i] = triage.MediumID(unpackID(by))
		}
	}
	return standing, nil
}

// Orphans implements triage.GroupStore.
func (s Groups) Orphans(ctx context.Context, n int) ([]triage.GroupID, error) {
	raw, err := s.rdb.SRandMemberN(ctx, s.key(keyOrphans), int64(n)).Result()
	groups := make([]triage.GroupID, len(raw))
	for i := range raw {
		groups[i] = triage.GroupID(unpackID(raw[i]))
	}
	return groups, fault("views.Orphans", "", err)
}

// Bury implements triage.GroupStore.
func (s Groups) Bury(ctx context.Context, groups ...triage.GroupID) error {
	for some := range slices.Chunk(groups, batch) {
		args := make([]any, len(some))
		for i, g := range some {
			args[i] = packID(string(g))
		}
		if err := s.run(ctx, bury, s.key(keyFounders), args...).Err(); err != nil {
			return fault("views.Bury", "", err)
		}
	}
	return nil
}
