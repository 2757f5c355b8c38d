package views

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
	"vigie/triage/signals"
)

// Groups implements triage.GroupStore.
type Groups struct{ db }

// rankBatch is how many rankings go into one script call: each reads all members of its group.
const rankBatch = 50

// A group's record is fields as those of a medium (record.go). Numbers are decimal.
const (
	fieldBorn     = 'b' // who stands for it, from its birth on: 16 raw bytes; nothing: the medium of its name
	fieldBirth    = 'i' // where its birth lies in founders
	fieldMembers  = 'n'
	fieldOpen     = 'o' // members in no set
	fieldScore    = 's'
	fieldQueued   = 'q' // the score under which it lies in the queue; nothing: its score; absent: it is not in it
	fieldRank     = 'r' // what stands for the rest of its ranking, sealed
	fieldMark     = 'k' // its last mark, while it waits for its rank
	fieldClaimBy  = 'c'
	fieldClaimEnd = 'u' // milliseconds
	fieldDecision = 'd' // sealed
	fieldVerdict  = 'v' // of the decision, as media have it (fieldJudged); absent: it says nothing of them
	fieldCovers   = 'w' // the media that the decision covers: triage.CoverBytes of each
	fieldNew      = 'f' // open members that it does not cover; absent: none
	fieldAssigned = 'a' // account whose it is, while it is in the queue; absent: nobody's
)

// groupLengths are those of fields that always have the same, in bytes.
var groupLengths = map[byte]int{fieldRank: ivSize + wordSize}

var (
	// joinGroups puts media into groups that are born, and stops at a group that is not; or takes them out of theirs: what is
	// open then waits for another one. ARGV of each: medium, group, '1' when it leaves.
	joinGroups = script(`
local function leaves(m, g)
  if not m or m.g ~= g then return end
  ungroup(m)
  if open(m.F) and m.s == 'e' then
    move(m, m.s, '?')
    call('SADD', P .. 'ungrouped', m.id)
  end
  save(m)
end
local function joins(m, g)
  local t = loadGroup(g)
  if not (t and t.b) then return false end
  m.g = g
  judge(m, t.w and covered(t)[m.id:sub(1, 6)] and t.v or nil)
  save(m)
  if m.id ~= g then call('ZADD', P .. 'gm:' .. g, 0, m.id) end
  for x, place in pairs(m.places) do index(x, place, g) end
  mark(g)
  orphan(g)
  return true
end
for i = 2, #ARGV, 3 do
  local m, g = load(ARGV[i]), ARGV[i + 1]
  if ARGV[i + 2] == '1' then
    leaves(m, g)
  else
    call('SREM', P .. 'ungrouped', ARGV[i])
    if m and not m.g and not joins(m, g) then return 0 end
  end
end
return 1`)

	// saveRankings keeps rankings, gives open members their finding and orders the queue. A group that is not there
	// is left out. ARGV: the weights that ranked them, words of all, then of each: group, mark, members, open, score, rest, finding.
	saveRankings = script(`
local function rank(g, marked, n, o, score, rest, finding)
  local t = loadGroup(g)
  if not (t and t.b) then return end
  t.n, t.o, t.s, t.r = n, o, score, rest
  find(g, finding)
  if t.k == marked then
    call('ZREM', P .. 'torank', g)
    t.k = nil
  end
  local place = waitsUnder(t)
  collectMove(t.id, t.q or '', place or '')
  t.q = place
  lift(t, members(g))
  saveGroup(t)
end
if call('HGET', P .. 'rerank', 'all') ~= ARGV[2] then return 'stale' end
keepWords(ARGV[3])
for i = 4, #ARGV, 7 do rank(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6]) end
moveCollected()
return 'done'`)
)

// Ungrouped implements triage.GroupStore.
func (s Groups) Ungrouped(ctx context.Context, n int) ([]triage.MediumID, error) {
	raw, err := s.rdb.SRandMemberN(ctx, s.key(keyUngrouped), int64(n)).Result()
	return unpackIDs(raw), fault("views.Ungrouped", "", err)
}

// JoinGroups implements triage.GroupStore. A medium that nobody lists any more joins nothing. What leaves and is in a set
// waits for no group.
func (s Groups) JoinGroups(ctx context.Context, joins []triage.Join) error {
	const op = "join group"
	for some := range slices.Chunk(joins, batch) {
		args := make([]any, 0, 3*len(some))
		for _, j := range some {
			args = append(args, packID(string(j.Medium)), packID(string(j.Group)), flag(j.Left))
		}
		born, err := s.run(ctx, joinGroups, s.medium(some[0].Medium), args...).Int()
		if err == nil && born == 0 {
			return missing(op, "", "group")
		}
		if err != nil {
			return fault(op, string(some[0].Medium), err)
		}
	}
	return nil
}

// MarkJoins implements triage.GroupStore.
func (s Groups) MarkJoins(ctx context.Context, number uint64) error {
	return fault("views.MarkJoins", "", s.rdb.HSet(ctx, s.key(keyMarks), markGroups, number).Err())
}

// ToRank implements triage.GroupStore.
func (s Groups) ToRank(ctx context.Context, n int) ([]triage.Marked, error) {
	const op = "views.ToRank"
	raw, err := s.rdb.ZRange(ctx, s.key(keyToRank), 0, int64(n)-1).Result()
	if err != nil || len(raw) == 0 {
		return nil, fault(op, "", err)
	}
	pipe := s.rdb.Pipeline()
	marks := make([]*redis.StringCmd, len(raw))
	for i, g := range raw {
		marks[i] = pipe.HGet(ctx, s.key(keyGroup, g[:2]), g[2:])
	}
	if _, err := pipe.Exec(ctx); err != nil && err != redis.Nil {
		return nil, fault(op, "", err)
	}
	marked := make([]triage.Marked, len(raw))
	for i, g := range raw {
		marked[i].Group = triage.GroupID(unpackID(g))
		fields, err := unpackFields(marks[i].Val(), groupLengths, nil)
		if err != nil {
			return nil, err
		}
		marked[i].Mark, _ = strconv.ParseInt(fields[fieldMark], 10, 64)
	}
	return marked, nil
}

// GroupMedia implements triage.QueueStore. The founder stands first, the others in the order of their identifiers.
func (s Groups) GroupMedia(ctx context.Context, id triage.GroupID) ([]triage.Medium, error) {
	members, err := s.GroupsMedia(ctx, []triage.GroupID{id})
	if err != nil {
		return nil, err
	}
	return members[0], nil
}

// GroupsMedia implements triage.GroupStore, in the same order.
func (s Groups) GroupsMedia(ctx context.Context, groups []triage.GroupID) ([][]triage.Medium, error) {
	pipe := s.rdb.Pipeline()
	others := make([]*redis.StringSliceCmd, len(groups))
	for i, g := range groups {
		others[i] = pipe.ZRange(ctx, s.key(keyMembers, packID(string(g))), 0, -1)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fault("views.GroupsMedia", "", err)
	}
	var ids []triage.MediumID
	ends := make([]int, len(groups)) // of each group's part of ids
	for i, g := range groups {
		ids = append(append(ids, triage.MediumID(g)), unpackIDs(others[i].Val())...)
		ends[i] = len(ids)
	}
	list, err := readMedia(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	members, at, next := make([][]triage.Medium, len(groups)), 0, 0
	for i, g := range groups {
		for ; at < ends[i]; at++ {
			if next == len(list) || list[next].ID != ids[at] {
				continue // nobody lists it any more
			}
			// A founder that left and came back may belong to another group now.
			if list[next].Group == g {
				members[i] = append(members[i], list[next])
			}
			next++
		}
	}
	return members, nil
}

// SaveRankings implements triage.GroupStore.
func (s Groups) SaveRankings(ctx context.Context, by triage.WeightsSum, marked []triage.Marked, groups []triage.Group) error {
	for from := 0; from < len(marked); from += rankBatch {
		to := min(from+rankBatch, len(marked))
		news := s.newWords()
		args := make([]any, 2, 2+7*(to-from))
		for i := from; i < to; i++ {
			m, g := &marked[i], &groups[i]
			args = append(args, packID(string(m.Group)), m.Mark, g.Members, g.Open, g.Score, s.packRank(m.Group, *g, news), findings.of[g.Finding])
		}
		args[0], args[1] = by.All, news.text
		answer, err := s.run(ctx, saveRankings, s.group(marked[from].Group), args...).Text()
		if err == nil && answer == "stale" {
			return otherWeights("views.SaveRankings")
		}
		if err != nil {
			return fault("views.SaveRankings", string(marked[from].Group), err)
		}
	}
	return nil
}

// fieldPlace is where a sealed field of a group lies.
func (s Groups) fieldPlace(id triage.GroupID, field byte) string {
	return s.key(keyGroup, packID(string(id)), "/", string(rune(field)))
}

// packRank returns what stands for a ranking's word, sealed: many groups have the same reasons.
func (s Groups) packRank(id triage.GroupID, g triage.Group, news *newWords) string {
	var w packer
	w.number(int64(g.Exhibits))
	w.number(int64(g.Cases))
	w.number(int64(g.Videos))
	w.text(findings.of[g.Finding])
	for _, r := range g.Reasons {
		w.text(string(r.Signal))
		w.number(int64(r.Points))
		w.number(int64(r.Share))
		w.text(r.Detail)
	}
	return s.sealer.seal(s.fieldPlace(id, fieldRank), []byte(news.add(w)))
}

// rankRef opens what stands for the word of a group's ranking; "" where it has none.
func (s Groups) rankRef(id triage.GroupID, f map[byte]string) (string, error) {
	rank := f[fieldRank]
	if rank == "" {
		return "", nil
	}
	ref, err := s.sealer.open(s.fieldPlace(id, fieldRank), rank)
	return string(ref), err
}

// decodeAll makes groups of what is kept of them.
func (s Groups) decodeAll(ctx context.Context, ids []triage.GroupID, fields []map[byte]string) ([]triage.Group, error) {
	refs, asked := make([]string, len(ids)), []string(nil)
	for i, id := range ids {
		var err error
		if refs[i], err = s.rankRef(id, fields[i]); err != nil {
			return nil, err
		}
		if refs[i] != "" {
			asked = append(asked, refs[i])
		}
	}
	known, err := s.readWords(ctx, asked)
	if err != nil {
		return nil, err
	}
	now, groups := s.now(), make([]triage.Group, len(ids))
	for i, id := range ids {
		if groups[i], err = s.decode(id, fields[i], known[refs[i]], now); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// decode leaves out a claim that has expired. rank is the word of its ranking.
func (s Groups) decode(id triage.GroupID, f map[byte]string, rank unpacker, now time.Time) (triage.Group, error) {
	g := triage.Group{ID: id, Assigned: f[fieldAssigned]}
	g.Members, _ = strconv.Atoi(f[fieldMembers])
	g.Open, _ = strconv.Atoi(f[fieldOpen])
	g.Score, _ = strconv.Atoi(f[fieldScore])
	g.New, _ = strconv.Atoi(f[fieldNew])
	if len(rank) > 0 {
		g.Exhibits, g.Cases, g.Videos = int(rank.number()), int(rank.number()), int(rank.number())
		g.Finding = findings.to[rank.text()]
	}
	for len(rank) > 0 {
		g.Reasons = append(g.Reasons, signals.Reason{
			Signal: signals.Signal(rank.text()), Points: int(rank.number()), Share: int(rank.number()), Detail: rank.text(),
		})
	}
	if by := f[fieldClaimBy]; by != "" {
		ms, _ := strconv.ParseInt(f[fieldClaimEnd], 10, 64)
		if until := time.UnixMilli(ms).UTC(); !now.After(until) {
			g.Claim = &triage.Claim{By: by, Until: until}
		}
	}
	var err error
	g.Decision, err = s.decodeDecision(id, f[fieldDecision], f[fieldCovers])
	return g, err
}
