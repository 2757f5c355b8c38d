package triage

import (
	"context"
	"sync"

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

	mu      sync.Mutex // guards what follows
	at      FounderPoint
	births  []GroupID       // as they were met; "": another birth took its place, or the group ended
	last    map[GroupID]int // the birth of each group that counts
	whole   *index.PDQ      // founders' pictures
	trimmed *index.PDQ      // and the same without their borders
}

// NewFounderIndex returns an empty mirror of store.
func NewFounderIndex(store FounderStore) *FounderIndex {
	return &FounderIndex{store: store, whole: new(index.PDQ), trimmed: new(index.PDQ)}
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
	n.among(f.whole, hashes, GroupDistance)
	n.among(f.trimmed, hashes, TrimmedDistance)
	return f.group(n), nil
}

// nearest is the birth that is nearest to something, of those equally near the first.
type nearest struct {
	distance int
	birth    uint32
}

func (n *nearest) among(codes *index.PDQ, hashes []pdq.Hash, within int) {
	codes.SearchAll(hashes, within, func(_ int, birth uint32, distance int) {
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

// nearest returns the group whose founder is nearest to one of looks, and how far it is: more than GroupDistance when there is
// none.
func (f *FounderIndex) nearest(ctx context.Context, looks []look) (GroupID, int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.follow(ctx); err != nil {
		return "", 0, err
	}
	n := nearest{distance: GroupDistance + 1}
	for _, l := range looks {
		n.among(f.whole, l.codes[:], l.within)
		n.among(f.trimmed, l.codes[:], min(l.within, TrimmedDistance))
	}
	return f.group(n), n.distance, nil
}

// Assign says, in order, which group each medium joins: that of the nearest founder, or one that it founds itself.
func (f *FounderIndex) Assign(ctx context.Context, ids []MediumID, kept []ExaminationRecord) ([]Join, error) {
	joins := make([]Join, len(ids))
	var born []*Founder // of this batch: nobody else knows them yet
	for i, id := range ids {
		seen := looks(kept[i].Examination)
		g, distance, err := f.nearest(ctx, seen)
		if err != nil {
			return nil, err
		}
		for _, b := range born {
			if d, near := b.distance(seen); near && d < distance {
				g, distance = b.Group, d
			}
		}
		joins[i] = Join{Medium: id, Group: g}
		if distance > GroupDistance {
			b := newFounder(GroupID(id), id, kept[i].Examination)
			joins[i] = Join{Medium: id, Group: b.Group, Born: b}
			born = append(born, b)
		}
	}
	return joins, nil
}

// Forget makes the next search read all births anew: the projections were made again.
func (f *FounderIndex) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.forget()
}

func (f *FounderIndex) forget() {
	f.at, f.births, f.last, f.whole, f.trimmed = FounderPoint{}, nil, nil, new(index.PDQ), new(index.PDQ)
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
		if n.PDQ != nil {
			f.whole.Add(*n.PDQ, uint32(len(f.births))) //nolint:gosec // a count
		}
		for _, code := range n.Trimmed {
			f.trimmed.Add(code, uint32(len(f.births))) //nolint:gosec // a count
		}
		f.births = append(f.births, n.Group)
	}
	if gone {
		ended := func(id uint32) bool { return f.births[id] == "" }
		f.whole.RemoveFunc(ended)
		f.trimmed.RemoveFunc(ended)
	}
	f.at = news.At
	return nil
}
