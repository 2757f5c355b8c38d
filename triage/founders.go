package triage

import (
	"context"
	"sync"

	"vigie/hashing"
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
	codes  *index.PDQ
}

// NewFounderIndex returns an empty mirror of store.
func NewFounderIndex(store FounderStore) *FounderIndex {
	return &FounderIndex{store: store, codes: new(index.PDQ)}
}

// Nearest returns the group whose founder is nearest to one of hashes (the dihedral hashes of one medium's pictures),
// within GroupDistance, or "".
func (f *FounderIndex) Nearest(ctx context.Context, hashes []pdq.Hash) (GroupID, error) {
	g, _, err := f.nearest(ctx, hashes)
	return g, err
}

// nearest is Nearest with the distance, which is greater than GroupDistance when there is none.
func (f *FounderIndex) nearest(ctx context.Context, hashes []pdq.Hash) (GroupID, int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.follow(ctx); err != nil {
		return "", 0, err
	}
	best, at := GroupDistance+1, uint32(0)
	f.codes.SearchAll(hashes, GroupDistance, func(_ int, id uint32, distance int) {
		if distance < best || distance == best && id < at {
			best, at = distance, id
		}
	})
	if best > GroupDistance {
		return "", best, nil
	}
	return f.births[at], best, nil
}

// assign says, in order, which group each picture joins: that of the nearest founder, or one that it founds itself.
// Media of several pictures are compared by the first that can be.
func (f *FounderIndex) assign(ctx context.Context, ids []MediumID, kept []ExaminationRecord) ([]Join, error) {
	joins := make([]Join, len(ids))
	var born []Founder // of this batch: nobody else knows them yet
	for i, id := range ids {
		joins[i] = Join{Medium: id, Group: GroupID(id), Born: &Founder{Group: GroupID(id), Medium: id}}
		codes := toCompare(kept[i].Examination)
		if codes == nil {
			continue
		}
		g, distance, err := f.nearest(ctx, codes[:])
		if err != nil {
			return nil, err
		}
		for _, b := range born {
			for _, h := range codes {
				if d := h.Distance(*b.PDQ); d < distance {
					g, distance = b.Group, d
				}
			}
		}
		if distance <= GroupDistance {
			joins[i] = Join{Medium: id, Group: g}
			continue
		}
		code := codes[pdq.Original]
		joins[i].Born.PDQ = &code
		born = append(born, *joins[i].Born)
	}
	return joins, nil
}

// toCompare returns the hashes of the first picture that shows enough to be compared, or nil.
func toCompare(x hashing.Examination) *pdq.Dihedrals {
	if x.Fingerprint != nil && x.Fingerprint.Quality >= pdq.MinQuality {
		return &x.Fingerprint.PDQ
	}
	for i := range x.Frames {
		if x.Frames[i].Quality >= pdq.MinQuality {
			return &x.Frames[i].PDQ
		}
	}
	return nil
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
		if n.PDQ != nil {
			f.codes.Add(*n.PDQ, uint32(len(f.births)))
		}
		f.births = append(f.births, n.Group)
	}
	if gone {
		f.codes.RemoveFunc(func(id uint32) bool { return f.births[id] == "" })
	}
	f.at = news.At
	return nil
}
