package triage

import (
	"context"
	"sync"

	"vigie/hashing/index"
	"vigie/hashing/pdq"
)

// FounderStore keeps the births of groups, in order, for ever.
type FounderStore interface {
	// Founders returns the births from the from-th (0 is the first) on.
	Founders(ctx context.Context, from int) ([]Founder, error)
}

// FounderIndex finds the group that a picture belongs to. It mirrors the births of groups and reads what is new
// before each search, so that every process sees the same groups.
type FounderIndex struct {
	store FounderStore

	mu     sync.Mutex // guards what follows
	births []GroupID
	codes  index.PDQ
}

// NewFounderIndex returns an empty mirror of store.
func NewFounderIndex(store FounderStore) *FounderIndex { return &FounderIndex{store: store} }

// Nearest returns the group whose founder is nearest to one of hashes (the dihedral hashes of one picture),
// within GroupDistance, or "".
func (f *FounderIndex) Nearest(ctx context.Context, hashes []pdq.Hash) (GroupID, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.follow(ctx); err != nil {
		return "", err
	}
	best, at := GroupDistance+1, uint32(0)
	for _, h := range hashes {
		f.codes.Search(h, GroupDistance, func(id uint32, distance int) {
			if distance < best || distance == best && id < at {
				best, at = distance, id
			}
		})
	}
	if best > GroupDistance {
		return "", nil
	}
	return f.births[at], nil
}

// follow reads the births since the last call. The caller holds mu.
func (f *FounderIndex) follow(ctx context.Context) error {
	news, err := f.store.Founders(ctx, len(f.births))
	if err != nil {
		return err
	}
	for _, n := range news {
		if n.PDQ != nil {
			f.codes.Add(*n.PDQ, uint32(len(f.births)))
		}
		f.births = append(f.births, n.Group)
	}
	return nil
}
