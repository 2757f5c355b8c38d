package known

import (
	"context"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// In a cluster each node may come back as it was earlier, or be replaced by a replica that was behind, while the sets' states on
// another node are those of today. So each group of exact digests keeps which sets have all of their references in it: they lie
// where the references lie, came after them, and are lost with them.

// noteComplete notes in every group that all references of a set are there.
func (s *Sets) noteComplete(ctx context.Context, id triage.SetID) error {
	pipe := s.rdb.Pipeline()
	for _, group := range s.groups {
		pipe.SAdd(ctx, group+keyComplete, id.String())
	}
	_, err := pipe.Exec(ctx)
	return fault("known.noteComplete", id.String(), err)
}

// Complete implements triage.SetStore.
func (s *Sets) Complete(ctx context.Context) (bool, error) {
	sets, _, err := s.all(ctx)
	if err != nil {
		return false, err
	}
	var active []any
	for id, set := range sets {
		if set.State != triage.Active {
			continue
		}
		active = append(active, id.String())
		if set.Additions == 0 {
			continue
		}
		numbers, err := s.Additions(ctx, id)
		if err != nil {
			return false, err
		}
		if all, err := s.hasAdditions(ctx, id, numbers); err != nil || !all {
			return false, err
		}
	}
	if len(active) == 0 {
		return true, nil
	}
	answers := make([]*redis.BoolSliceCmd, len(s.groups))
	pipe := s.rdb.Pipeline()
	for i, group := range s.groups {
		answers[i] = pipe.SMIsMember(ctx, group+keyComplete, active...)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return false, fault("known.Complete", "", err)
	}
	for _, answer := range answers {
		for _, there := range answer.Val() {
			if !there {
				return false, nil
			}
		}
	}
	return true, nil
}
