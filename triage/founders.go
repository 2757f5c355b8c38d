package triage

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"vigie/hashing/index"
	"vigie/hashing/pdq"
)

// FounderPoint is how much somebody has seen of the births and ends of groups.
type FounderPoint struct{ Births, Ends int }

// FounderNews is what happened to groups since a point: first they ended, then they were born.
type FounderNews struct {
	Anew  bool // more ended than is told: forget all, here are all births that count
	Ended []GroupID
	Born  []Founder
	At    FounderPoint
}

// FounderStore keeps the births of groups, in order, for as long as they count: until the group ends, or is born again by
// another.
type FounderStore interface {
	// Founders returns what happened since a point, the first of which is zero.
	Founders(ctx context.Context, since FounderPoint) (FounderNews, error)
}

// FounderIndex finds the group that a picture belongs to. It mirrors the births of groups and reads what is new
// before each search, so that every process sees the same groups.
type FounderIndex struct {
	store FounderStore

	mu     sync.Mutex // guards what follows
	at     FounderPoint
	births []GroupID       // as they were met; "": another birth took its place, or the group ended
	last   map[GroupID]int // the birth of each group that counts
	codes  *index.PDQ      // each by twice the number of its birth, and what of the founder it is
}

// What of a founder a code of the index is.
const (
	wholeCode   = 0 // its picture
	trimmedCode = 1 // that without its borders
)

// NewFounderIndex returns an empty mirror of store.
func NewFounderIndex(store FounderStore) *FounderIndex {
	return &FounderIndex{store: store, codes: new(index.PDQ)}
}

// Nearest returns the group whose founder is nearest to one of hashes (the dihedral hashes of one medium's pictures),
// or "" where none is near enough.
func (f *FounderIndex) Nearest(ctx context.Context, hashes []pdq.Hash) (GroupID, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.follow(ctx); err != nil {
		return "", err
	}
	n := nearest{distance: GroupDistance + 1}
	n.among(f.codes, hashes, GroupDistance)
	return f.group(n), nil
}

// Near returns all groups whose founder is near one of hashes, in no order.
func (f *FounderIndex) Near(ctx context.Context, hashes []pdq.Hash) ([]GroupID, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.follow(ctx); err != nil {
		return nil, err
	}
	near := make(map[GroupID]bool)
	f.codes.SearchAll(hashes, GroupDistance, func(_ int, id uint32, distance int) {
		if id&1 != trimmedCode || distance <= TrimmedDistance {
			near[f.births[id>>1]] = true
		}
	})
	delete(near, "") // groups that ended
	return slices.Collect(maps.Keys(near)), nil
}

// Close returns the n groups whose founder's picture is nearest to one, within CloseDistance, the nearest first. It reads all codes.
func (f *FounderIndex) Close(ctx context.Context, code pdq.Hash, n int) ([]GroupID, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.follow(ctx); err != nil {
		return nil, err
	}
	bits := make(map[GroupID]int)
	f.codes.Search(code, CloseDistance, func(id uint32, distance int) {
		if g := f.births[id>>1]; g != "" && id&1 == wholeCode {
			bits[g] = distance
		}
	})
	near := slices.SortedFunc(maps.Keys(bits), func(a, b GroupID) int {
		return cmp.Or(bits[a]-bits[b], strings.Compare(string(a), string(b)))
	})
	return near[:min(len(near), n)], nil
}

// nearest is the birth that is nearest to something, of those equally near the first.
type nearest struct {
	distance int
	birth    uint32
}

func (n *nearest) among(codes *index.PDQ, hashes []pdq.Hash, within int) {
	codes.SearchAll(hashes, within, func(_ int, id uint32, distance int) {
		birth := id >> 1
		if id&1 == trimmedCode && distance > TrimmedDistance {
			return
		}
		if distance < n.distance || distance == n.distance && birth < n.birth {
			n.distance, n.birth = distance, birth
		}
	})
}

func (f *FounderIndex) group(n nearest) GroupID {
	if n.distance > GroupDistance {
		return ""
	}
	return f.births[n.birth]
}

// Assign says, in order, which group each medium joins: that of the nearest founder, or one that it founds itself.
func (f *FounderIndex) Assign(ctx context.Context, ids []MediumID, kept []ExaminationRecord) ([]Join, error) {
	joins, distances, seen := make([]Join, len(ids)), make([]int, len(ids)), make([][]look, len(ids))
	f.mu.Lock()
	err := f.follow(ctx)
	if err == nil {
		err = atMost(ctx, runtime.GOMAXPROCS(0), ids, func(_ context.Context, i int, id MediumID) error {
			n := nearest{distance: GroupDistance + 1}
			seen[i] = looks(kept[i].Examination)
			for _, l := range seen[i] {
				n.among(f.codes, l.codes[:], l.within)
			}
			joins[i], distances[i] = Join{Medium: id, Group: f.group(n)}, n.distance
			return nil
		})
	}
	f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	var born []*Founder // of this batch: nobody else knows them yet
	for i, id := range ids {
		for _, b := range born {
			if d, near := b.distance(seen[i]); near && d < distances[i] {
				joins[i].Group, distances[i] = b.Group, d
			}
		}
		if distances[i] > GroupDistance {
			b := newFounder(GroupID(id), id, kept[i].Examination)
			joins[i] = Join{Medium: id, Group: b.Group, Born: b}
			born = append(born, b)
		}
	}
	return joins, nil
}

// followEvery is how often Run reads what is new.
const followEvery = 10 * time.Second

// Run reads what is new every few seconds until ctx ends, so that no search finds all births to be read. What cannot be read is at the
// next turn.
func (f *FounderIndex) Run(ctx context.Context) {
	for ctx.Err() == nil {
		f.mu.Lock()
		_ = f.follow(ctx) // who searches is told
		f.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(followEvery):
		}
	}
}

// Forget makes the next search read all births anew: the projections were made again.
func (f *FounderIndex) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.forget()
}

func (f *FounderIndex) forget() {
	f.at, f.births, f.last, f.codes = FounderPoint{}, nil, nil, new(index.PDQ)
}

// follow reads what happened since the last call. The caller holds mu.
func (f *FounderIndex) follow(ctx context.Context) error {
	news, err := f.store.Founders(ctx, f.at)
	if err != nil {
		return err
	}
	if news.Anew {
		f.forget()
	}
	if f.last == nil {
		f.last = make(map[GroupID]int)
	}
	gone := false
	strike := func(g GroupID) {
		if old, known := f.last[g]; known {
			f.births[old], gone = "", true
			delete(f.last, g)
		}
	}
	for _, g := range news.Ended {
		strike(g)
	}
	for _, n := range news.Born {
		strike(n.Group)
		f.last[n.Group] = len(f.births)
		birth := uint32(len(f.births)) << 1 //nolint:gosec // a count
		if n.PDQ != nil {
			f.codes.Add(*n.PDQ, birth|wholeCode)
		}
		for _, code := range n.Trimmed {
			f.codes.Add(code, birth|trimmedCode)
		}
		f.births = append(f.births, n.Group)
	}
	if gone {
		f.codes.RemoveFunc(func(id uint32) bool { return f.births[id>>1] == "" })
	}
	f.at = news.At
	return nil
}
