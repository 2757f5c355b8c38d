package views

import (
	"context"
	"strconv"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Scores implements triage.ScoreStore. Which model's scores are wanted is one hash, and the groups that lack one a sorted set, by
// their points:
//
//	model  its name and version, sealed
//	look   the next bucket of groups to be looked through; absent: all were
type Scores struct{ db }

const (
	keyClassifier = "classifier"
	keyUnscored   = "unscored"
	modelField    = "model"
	lookField     = "look"

	// groupBuckets is how many buckets groups lie in; lookBuckets how many are looked through at a time: at a million groups,
	// about four thousand of these.
	groupBuckets = 1 << 16
	lookBuckets  = 256
	// putOff is what a group loses that is to go after all others: more points than any has.
	putOff = 1_000_000
)

var (
	// setModel keeps a model. Groups that are there are then to be looked through; the others are noted when they are ranked.
	// ARGV: the model, sealed.
	setModel = script(`
local key = P .. 'classifier'
if call('HGET', key, 'model') == ARGV[2] then return 0 end
call('HSET', key, 'model', ARGV[2])
if tonumber(call('GET', P .. 'founders') or '0') > 0 then call('HSET', key, 'look', 0) end
return 1`)

	// lookThrough notes the groups of some buckets that are in the queue, unless the next to be looked through is another.
	// ARGV: first bucket, the one after the last, how many there are.
	lookThrough = script(`
local key, from, to = P .. 'classifier', tonumber(ARGV[2]), tonumber(ARGV[3])
if tonumber(call('HGET', key, 'look') or '-1') ~= from then return 0 end
for b = from, to - 1 do
  local bucket = string.char(math.floor(b / 256), b % 256)
  for _, rest in ipairs(call('HKEYS', P .. 'g:' .. bucket)) do
    local g = bucket .. rest
    local t = #g == 16 and loadGroup(g)
    if t and t.q then call('ZADD', P .. 'unscored', 'NX', t.s, g) end
  end
end
if to >= tonumber(ARGV[4]) then call('HDEL', key, 'look') else call('HSET', key, 'look', to) end
return 1`)

	// saveScores gives media their scores. ARGV: words of all, then of each: medium, score.
	saveScores = script(`
keepWords(ARGV[2])
for i = 3, #ARGV, 2 do
  local m = load(ARGV[i])
  if m then
    m.p = ARGV[i + 1]
    save(m)
    if m.g then
      call('ZREM', P .. 'unscored', m.g)
      mark(m.g)
    end
  end
end
return 1`)
)

// Model implements triage.ScoreStore.
func (s Scores) Model(ctx context.Context) (m triage.Model, err error) {
	const op = "views.Model"
	sealed, err := s.rdb.HGet(ctx, s.key(keyClassifier), modelField).Result()
	if err == redis.Nil {
		return m, nil
	}
	if err != nil {
		return m, fault(op, "", err)
	}
	return m, s.openJSON(op, "", s.key(keyClassifier), sealed, &m)
}

// SetModel implements triage.ScoreStore.
func (s Scores) SetModel(ctx context.Context, m triage.Model) error {
	const op = "views.SetModel"
	sealed, err := s.sealJSON(op, s.key(keyClassifier), m)
	if err != nil {
		return err
	}
	return fault(op, "", s.run(ctx, setModel, s.key(keyClassifier), sealed).Err())
}

// NoteUnscored implements triage.ScoreStore.
func (s Scores) NoteUnscored(ctx context.Context, groups ...triage.Unscored) error {
	if len(groups) == 0 {
		return nil
	}
	pipe := s.rdb.Pipeline()
	for _, g := range groups {
		if id := packID(string(g.Group)); g.Lacks {
			pipe.ZAdd(ctx, s.key(keyUnscored), redis.Z{Score: float64(g.Points), Member: id})
		} else {
			pipe.ZRem(ctx, s.key(keyUnscored), id)
		}
	}
	_, err := pipe.Exec(ctx)
	return fault("views.NoteUnscored", "", err)
}

// LookThrough implements triage.ScoreStore.
func (s Scores) LookThrough(ctx context.Context) (bool, error) {
	const op = "views.LookThrough"
	next, err := s.rdb.HGet(ctx, s.key(keyClassifier), lookField).Result()
	if err == redis.Nil {
		return false, nil
	}
	if err != nil {
		return false, fault(op, "", err)
	}
	from, err := strconv.Atoi(next)
	if err != nil {
		return false, s.sealer.corrupt(err)
	}
	to := min(from+lookBuckets, groupBuckets)
	err = s.run(ctx, lookThrough, s.key(keyClassifier), from, to, groupBuckets).Err()
	return to < groupBuckets, fault(op, "", err)
}

// Unscored implements triage.ScoreStore.
func (s Scores) Unscored(ctx context.Context, n int) ([]triage.GroupID, int, error) {
	pipe := s.rdb.Pipeline()
	raw := pipe.ZRevRange(ctx, s.key(keyUnscored), 0, int64(n)-1)
	count := pipe.ZCard(ctx, s.key(keyUnscored))
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, 0, fault("views.Unscored", "", err)
	}
	groups := make([]triage.GroupID, len(raw.Val()))
	for i, g := range raw.Val() {
		groups[i] = triage.GroupID(unpackID(g))
	}
	return groups, int(count.Val()), nil
}

// PutOff implements triage.ScoreStore.
func (s Scores) PutOff(ctx context.Context, g triage.GroupID) error {
	change := redis.ZAddArgs{XX: true, Members: []redis.Z{{Score: -putOff, Member: packID(string(g))}}}
	return fault("views.PutOff", string(g), s.rdb.ZAddArgsIncr(ctx, s.key(keyUnscored), change).Err())
}

// SaveScores implements triage.ScoreStore.
func (s Scores) SaveScores(ctx context.Context, scores []triage.Scored) error {
	for len(scores) > 0 {
		some := scores[:min(batch, len(scores))]
		scores = scores[len(some):]
		news := s.newWords()
		args := make([]any, 1, 1+2*len(some))
		for _, sc := range some {
			args = append(args, packID(string(sc.Medium)), s.packScore(sc.Medium, &sc.Score, news))
		}
		args[0] = news.text
		if err := s.run(ctx, saveScores, s.medium(some[0].Medium), args...).Err(); err != nil {
			return fault("views.SaveScores", string(some[0].Medium), err)
		}
	}
	return nil
}

// MarkScores implements triage.ScoreStore.
func (s Scores) MarkScores(ctx context.Context, number uint64) error {
	return fault("views.MarkScores", "", s.rdb.HSet(ctx, s.key(keyMarks), markScores, number).Err())
}

// packScore returns what stands for the word of the model, and the value, sealed.
func (d db) packScore(id triage.MediumID, score *triage.Score, news *newWords) string {
	var model packer
	model.text(score.Model.Name)
	model.text(score.Model.Version)
	w := packer(news.add(model))
	w.number(int64(score.Value))
	return d.sealer.seal(d.mediumPlace(id, string(fieldScored)), w)
}

// unpackScore reads what packScore wrote; nil for nothing.
func unpackScore(r unpacker, known words) *triage.Score {
	if r == nil {
		return nil
	}
	model := known[r.take(wordSize)]
	return &triage.Score{Model: triage.Model{Name: model.text(), Version: model.text()}, Value: int(r.number())}
}
