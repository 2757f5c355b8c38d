package views

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Figures counts what the other stores keep.
type Figures struct{ db }

// Figures implements triage.FiguresStore.
func (s Figures) Figures(ctx context.Context, now time.Time, days []time.Time) (triage.Figures, error) {
	const op = "views.Figures"
	pipe := s.rdb.Pipeline()
	scores := pipe.HGetAll(ctx, s.key(keyQueue))
	held := pipe.ZCount(ctx, s.key(keyHeld), "("+ms(now), "+inf")
	awaiting := pipe.ZCount(ctx, s.key(keyAwaiting), "0", "+inf")
	entering := pipe.ZCount(ctx, s.key(keyEntering), "0", "+inf")
	counts := make([]map[triage.Verdict]*redis.IntCmd, max(len(days)-1, 0))
	for i := range counts {
		counts[i] = make(map[triage.Verdict]*redis.IntCmd)
		for verdict, letter := range given {
			counts[i][verdict] = pipe.ZCount(ctx, s.key(keyGiven, letter), ms(days[i]), "("+ms(days[i+1]))
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return triage.Figures{}, fault(op, "", err)
	}
	f := triage.Figures{
		Scores: make(map[int]int), Held: int(held.Val()), Awaiting: int(awaiting.Val()), Entering: int(entering.Val()), Given: make([]map[triage.Verdict]int, len(counts)),
	}
	for score, groups := range scores.Val() {
		points, err := strconv.Atoi(score)
		if err != nil {
			return f, fault(op, score, err)
		}
		f.Scores[points], _ = strconv.Atoi(groups)
	}
	for i, of := range counts {
		f.Given[i] = make(map[triage.Verdict]int)
		for verdict, n := range of {
			f.Given[i][verdict] = int(n.Val())
		}
	}
	return f, nil
}

func ms(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// ProgressOf implements triage.FiguresStore.
func (s Figures) ProgressOf(ctx context.Context, ids []triage.ExhibitID) ([]triage.Progress, error) {
	const op = "views.ProgressOf"
	if err := progress.Load(ctx, s.rdb).Err(); err != nil {
		return nil, fault(op, "", err)
	}
	list := make([]triage.Progress, 0, len(ids))
	for some := range slices.Chunk(ids, batch) {
		pipe := s.rdb.Pipeline()
		answers := make([]*redis.Cmd, len(some))
		for i, id := range some {
			answers[i] = progress.EvalSha(ctx, pipe, s.progressKeys(id))
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, fault(op, "", err)
		}
		for i, id := range some {
			if answer, _ := answers[i].Slice(); len(answer) > 0 && number(answer[0]) > 0 {
				list = append(list, unpackProgress(id, answer))
			}
		}
	}
	return list, nil
}
