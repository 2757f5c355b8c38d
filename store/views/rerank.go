package views

import (
	"context"
	"strconv"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"vigie/triage"
)

// Rerank implements triage.RerankStore. How far it has come is one hash:
//
//	all       by which weights groups are ranked, or being ranked
//	evidence  which of them decide what signals apply
//	full      '1': each group is to be ranked from its members
//	next      the bucket of groups that comes next; as many as there are buckets: all are done
type Rerank struct{ Groups }

const (
	rerankAll  = "all"
	rerankFull = "full"
	rerankNext = "next"

	rerankStretch = 2048   // buckets a call
	rerankAtOnce  = 4      // of these calls, at the same time
	rerankBuckets = 32     // buckets that are read together
	rerankWaiting = 20_000 // groups that may wait for their rank before more are marked
)

var (
	// startReranking begins to go over all groups. What was begun and needs members goes on to. ARGV: all, evidence, buckets.
	startReranking = script(`
local key, buckets = P .. 'rerank', tonumber(ARGV[4])
local was = call('HMGET', key, 'all', 'evidence', 'full', 'next')
if was[1] == ARGV[2] then return 0 end
local unfinished = was[4] and tonumber(was[4]) < buckets
local full = was[2] ~= ARGV[3] or (unfinished and was[3] == '1')
local first = call('EXISTS', P .. 'founders') == 1 and 0 or buckets
call('HSET', key, 'all', ARGV[2], 'evidence', ARGV[3], 'full', full and '1' or '0', 'next', first)
return 1`)

	// reranked notes that a stretch is done. ARGV: all, its end.
	reranked = script(`
local key = P .. 'rerank'
if call('HGET', key, 'all') ~= ARGV[2] then return 'stale' end
call('HSET', key, 'next', ARGV[3])
return 'done'`)

	// markBuckets has the groups of buckets ranked, unless too many wait already. ARGV: all, how many may wait, buckets.
	markBuckets = script(`
if call('HGET', P .. 'rerank', 'all') ~= ARGV[2] then return 'stale' end
if call('ZCARD', P .. 'torank') > tonumber(ARGV[3]) then return 'later' end
for i = 4, #ARGV do
  for _, rest in ipairs(call('HKEYS', P .. 'g:' .. ARGV[i])) do
    if #rest == 14 then mark(ARGV[i] .. rest) end
  end
end
return 'done'`)

	// rescore gives groups other records and places in the queue, unless they changed since they were read, and returns how
	// many did. ARGV: all, words, then of each: group, record as it was, as it is to be, scores under which it lay and is to lie
	// in the queue (nothing: in none), and its finding where that changes.
	rescore = script(`
if call('HGET', P .. 'rerank', 'all') ~= ARGV[2] then return -1 end
keepWords(ARGV[3])
local changed = 0
for i = 4, #ARGV, 6 do
  local g = ARGV[i]
  if readRecord('g:', g) == ARGV[i + 1] then
    writeRecord('g:', g, ARGV[i + 2])
    collectMove(g, ARGV[i + 3], ARGV[i + 4])
    if ARGV[i + 5] ~= '' then find(g, ARGV[i + 5]) end
  else
    changed = changed + 1
  end
end
moveCollected()
return changed`)
)

// StartReranking implements triage.RerankStore.
func (s Rerank) StartReranking(ctx context.Context, by triage.WeightsSum) error {
	return fault("views.StartReranking", "", s.run(ctx, startReranking, s.key(keyRerank), by.All, by.Evidence, buckets).Err())
}

// Reranking implements triage.RerankStore.
func (s Rerank) Reranking(ctx context.Context, by triage.WeightsSum) (triage.Reranking, error) {
	next, _, err := s.state(ctx, by)
	if triage.IsKind(err, triage.Stale) {
		next, err = 0, nil
	}
	return triage.Reranking{Done: next, Of: buckets}, err
}

// state returns the next bucket, and whether groups need their members. Stale: other weights are in force.
func (s Rerank) state(ctx context.Context, by triage.WeightsSum) (next int, full bool, err error) {
	const op = "views.Rerank"
	state, err := s.rdb.HMGet(ctx, s.key(keyRerank), rerankAll, rerankNext, rerankFull).Result()
	if err != nil {
		return 0, false, fault(op, "", err)
	}
	if all, _ := state[0].(string); all != by.All {
		return 0, false, otherWeights(op)
	}
	text, _ := state[1].(string)
	next, err = strconv.Atoi(text)
	return next, state[2] == "1", err
}

func otherWeights(op string) error {
	return triage.E(triage.Stale, op, "", "the weights changed meanwhile: the groups are ranked by the new ones", nil)
}

// Rerank implements triage.RerankStore. A stretch that is done twice changes nothing the second time.
func (s Rerank) Rerank(ctx context.Context, by triage.WeightsSum, change func(*triage.Group)) (left int, err error) {
	const op = "views.Rerank"
	next, full, err := s.state(ctx, by)
	if err != nil || next >= buckets {
		return 0, err
	}
	end := min(next+rerankStretch, buckets)
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(rerankAtOnce)
	for from := next; from < end; from += rerankBuckets {
		names := bucketNames(from, min(from+rerankBuckets, end))
		g.Go(func() error {
			if full {
				return s.markBuckets(inner, by, names)
			}
			return s.rescoreBuckets(inner, by, names, change)
		})
	}
	if err := g.Wait(); err != nil {
		if err == errLater {
			return buckets - next, nil
		}
		return 0, err
	}
	answer, err := s.run(ctx, reranked, s.key(keyRerank), by.All, end).Text()
	if err == nil && answer == "stale" {
		return 0, otherWeights(op)
	}
	return buckets - end, fault(op, "", err)
}

// errLater says that enough groups wait for their rank.
var errLater = triage.E(triage.Unavailable, "views.Rerank", "", "enough groups wait for their rank", nil)

func bucketNames(from, to int) []string {
	names := make([]string, 0, to-from)
	for ; from < to; from++ {
		names = append(names, string([]byte{byte(from >> 8), byte(from)}))
	}
	return names
}

func (s Rerank) markBuckets(ctx context.Context, by triage.WeightsSum, names []string) error {
	const op = "views.Rerank"
	args := []any{by.All, rerankWaiting}
	for _, name := range names {
		args = append(args, name)
	}
	answer, err := s.run(ctx, markBuckets, s.key(keyGroup, names[0]), args...).Text()
	switch {
	case err != nil:
		return fault(op, "", err)
	case answer == "stale":
		return otherWeights(op)
	case answer == "later":
		return errLater
	}
	return nil
}

// rescoreBuckets gives the ranked groups of buckets other scores; those again that somebody changes meanwhile.
func (s Rerank) rescoreBuckets(ctx context.Context, by triage.WeightsSum, names []string, change func(*triage.Group)) error {
	const op = "views.Rerank"
	for {
		args, err := s.rescored(ctx, by, names, change)
		if err != nil || args == nil {
			return err
		}
		changed, err := s.run(ctx, rescore, s.key(keyGroup, names[0]), args...).Int()
		switch {
		case err != nil:
			return fault(op, "", err)
		case changed < 0:
			return otherWeights(op)
		case changed == 0:
			return nil
		}
	}
}

// rescored returns what rescore takes of those groups of buckets that change.
func (s Rerank) rescored(ctx context.Context, by triage.WeightsSum, names []string, change func(*triage.Group)) ([]any, error) {
	list, err := s.ranked(ctx, names)
	if err != nil {
		return nil, err
	}
	ids, fields := make([]triage.GroupID, len(list)), make([]map[byte]string, len(list))
	for i := range list {
		ids[i], fields[i] = list[i].id, list[i].fields
	}
	groups, err := s.decodeAll(ctx, ids, fields)
	if err != nil {
		return nil, err
	}
	news := s.newWords()
	args := []any{by.All, nil}
	for i := range groups {
		g, f := &groups[i], fields[i]
		score, finding, was := g.Score, g.Finding, f[fieldRank]
		change(g)
		is := s.packRank(g.ID, *g, news)
		if g.Score == score && is == was {
			continue
		}
		lay, queued := f[fieldQueued]
		if queued && lay == "" {
			lay = f[fieldScore]
		}
		f[fieldScore], f[fieldRank] = strconv.Itoa(g.Score), is
		lies, moved := "", ""
		if queued {
			f[fieldQueued], lies = "", f[fieldScore]
		}
		if g.Finding != finding {
			moved = findings.of[g.Finding]
		}
		args = append(args, packID(string(g.ID)), list[i].raw, packGroup(f), lay, lies, moved)
	}
	if len(args) == 2 {
		return nil, nil
	}
	args[1] = news.text
	return args, nil
}

// rankedGroup is a group's record as it is kept.
type rankedGroup struct {
	id     triage.GroupID
	raw    string
	fields map[byte]string
}

// ranked returns the groups of buckets that were ranked.
func (s Rerank) ranked(ctx context.Context, names []string) (list []rankedGroup, err error) {
	pipe := s.rdb.Pipeline()
	answers := make([]*redis.MapStringStringCmd, len(names))
	for i, name := range names {
		answers[i] = pipe.HGetAll(ctx, s.key(keyGroup, name))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fault("views.Rerank", "", err)
	}
	for i, answer := range answers {
		for rest, raw := range answer.Val() {
			if len(rest) != 14 {
				continue // the landmark
			}
			fields, err := unpackFields(raw, groupLengths, nil)
			if err != nil {
				return nil, err
			}
			if fields[fieldRank] != "" {
				list = append(list, rankedGroup{triage.GroupID(unpackID(names[i] + rest)), raw, fields})
			}
		}
	}
	return list, nil
}
