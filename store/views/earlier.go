package views

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Earlier implements triage.EarlierStore. Of each match the beginning of a MAC is kept, so that who has Redis's files and
// a list learns nothing of what matched what. Two share one less likely than 2^-50 among ten million.
type Earlier struct{ db }

// place returns the bucket and the field of a match.
func (s Earlier) place(m *triage.EarlierMatch) (key, field string) {
	w := packer(packID(string(m.Medium)))
	w.number(int64(m.Generation))
	w.number(int64(m.Set))
	w.number(int64(m.Entry))
	sum := s.sealer.sum(s.key(keyEarlier), w)
	return s.key(keyEarlier, string(sum[:2])), string(sum[2:12])
}

// KeepEarlier implements triage.EarlierStore.
func (s Earlier) KeepEarlier(ctx context.Context, matches []triage.EarlierMatch) error {
	for some := range slices.Chunk(matches, batch) {
		pipe := s.rdb.Pipeline()
		for i := range some {
			key, field := s.place(&some[i])
			pipe.HSet(ctx, key, field, "")
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return fault("views.KeepEarlier", "", err)
		}
	}
	return nil
}

// HadEarlier implements triage.EarlierStore.
func (s Earlier) HadEarlier(ctx context.Context, matches []triage.EarlierMatch) ([]bool, error) {
	had := make([]bool, 0, len(matches))
	for some := range slices.Chunk(matches, batch) {
		pipe := s.rdb.Pipeline()
		answers := make([]*redis.BoolCmd, len(some))
		for i := range some {
			key, field := s.place(&some[i])
			answers[i] = pipe.HExists(ctx, key, field)
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, fault("views.HadEarlier", "", err)
		}
		for _, answer := range answers {
			had = append(had, answer.Val())
		}
	}
	return had, nil
}
