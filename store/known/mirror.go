package known

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/hashing/index"
	"vigie/hashing/pdq"
	"vigie/triage"
)

const (
	// loadBatch is how many segments are read at once: with segments of 2,000 entries, 5 MB.
	loadBatch = 64
	// followBlock is how long one wait for a change takes; following ends within it.
	followBlock = time.Second
	// followPause is how long a mirror waits before it asks a Redis again that did not answer.
	followPause = 500 * time.Millisecond
	// tellEvery is how many entries are read between two lines of progress: some two seconds of loading.
	tellEvery = 2_000_000
)

// Mirror implements triage.Matcher. It keeps the perceptual hashes of the active known sets in memory (about 52
// bytes a PDQ, 28 a pHash) and follows their changes.
type Mirror struct {
	sets *Sets
	log  *slog.Logger

	// loading holds one token: whoever has it may replace view.
	loading chan struct{}
	view    atomic.Pointer[view]
}

var _ triage.Matcher = (*Mirror)(nil)

// view is what a mirror knows at one epoch. It never changes.
type view struct {
	epoch  triage.Epoch
	active map[triage.SetID]*mirrored
}

// mirrored is one active set. It never changes once it is loaded.
type mirrored struct {
	triage.HashSet
	categories []string // of its entries, from number 1
	pdq        index.PDQ
	pdqRefs    []nearRef // by the index's numbers
	phash      index.Hash64
	phashRefs  []nearRef
}

// nearRef says where a perceptual entry lies in Redis.
type nearRef struct {
	segment  uint32
	position uint32 // in the segment, in entries
	entry    uint32
	category uint16
}

func (m *mirrored) category(number uint16) string {
	if number == 0 || int(number) > len(m.categories) {
		return m.Category
	}
	return m.categories[number-1]
}

// NewMirror returns an empty mirror of sets. It loads them at its first use; Run keeps it up to date between uses.
func NewMirror(sets *Sets, log *slog.Logger) *Mirror {
	m := &Mirror{sets: sets, log: log, loading: make(chan struct{}, 1)}
	m.loading <- struct{}{}
	return m
}

// Run loads the active sets and follows their changes until ctx ends.
func (m *Mirror) Run(ctx context.Context) error {
	last := "0"
	for ctx.Err() == nil {
		if _, err := m.current(ctx); err != nil {
			if ctx.Err() == nil {
				m.log.Warn("hash sets not mirrored", "error", err)
			}
			pause(ctx, followPause)
			continue
		}
		streams, err := m.sets.rdb.XRead(ctx, &redis.XReadArgs{
			Streams: []string{m.sets.key(keyChanges), last}, Block: followBlock,
		}).Result()
		switch {
		case err == nil:
			messages := streams[0].Messages
			last = messages[len(messages)-1].ID
		case !errors.Is(err, redis.Nil):
			pause(ctx, followPause)
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// epoch asks Redis for the epoch of the sets.
func (m *Mirror) epoch(ctx context.Context) (triage.Epoch, error) {
	n, err := m.sets.rdb.Get(ctx, m.sets.key(keyEpoch)).Uint64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return triage.Epoch(n), fault("known.epoch", "", err)
}

// current returns the sets as they are now. While they are loaded for the first time by somebody else it fails
// with Unavailable: nothing can be said of any medium.
func (m *Mirror) current(ctx context.Context) (*view, error) {
	epoch, err := m.epoch(ctx)
	if err != nil {
		return nil, err
	}
	if v := m.view.Load(); v != nil && v.epoch == epoch {
		return v, nil
	}
	if m.view.Load() == nil {
		select {
		case <-m.loading:
		default:
			return nil, triage.E(triage.Unavailable, "match", "", "the hash sets are being loaded: try again in a moment", nil)
		}
	} else {
		select {
		case <-m.loading:
		case <-ctx.Done():
			return nil, fault("match", "", ctx.Err())
		}
	}
	defer func() { m.loading <- struct{}{} }()
	return m.load(ctx)
}

// load reads what is new and leaves out what was withdrawn. The caller holds the token.
func (m *Mirror) load(ctx context.Context) (*view, error) {
	sets, epoch, err := m.sets.all(ctx)
	if err != nil {
		return nil, err
	}
	old := m.view.Load()
	if old != nil && old.epoch == epoch {
		return old, nil
	}
	v := &view{epoch: epoch, active: make(map[triage.SetID]*mirrored)}
	for id, set := range sets {
		if set.State != triage.Active {
			continue
		}
		if old != nil && old.active[id] != nil && old.active[id].Epoch == set.Epoch {
			v.active[id] = old.active[id]
			continue
		}
		if v.active[id], err = m.read(ctx, set); err != nil {
			return nil, err
		}
	}
	m.view.Store(v)
	return v, nil
}

// Forget makes the next use load everything anew.
func (m *Mirror) Forget() { m.view.Store(nil) }

// read loads one set. A segment that is missing is one that its import never wrote.
func (m *Mirror) read(ctx context.Context, set triage.HashSet) (*mirrored, error) {
	s := &mirrored{HashSet: set}
	s.Conflicts = nil // not needed here, and long
	var err error
	if s.categories, err = m.sets.categoryNames(ctx, set.ID); err != nil {
		return nil, err
	}
	if set.Kind != triage.KnownSet {
		return s, nil // benign sets match by exact digest alone
	}
	last, err := m.sets.segments(ctx, set.ID)
	if err != nil {
		return nil, err
	}
	told := 0
	for from := 1; from <= last; from += loadBatch {
		if err := m.readSegments(ctx, s, from, min(from+loadBatch-1, last)); err != nil {
			return nil, err
		}
		if n := len(s.pdqRefs) + len(s.phashRefs); n-told >= tellEvery {
			told = n
			m.log.Info("loading a hash set", "set", set.ID, "loaded", n, "of", set.ByMethod[triage.ByPDQ]+set.ByMethod[triage.ByPHash])
		}
	}
	return s, nil
}

func (m *Mirror) readSegments(ctx context.Context, s *mirrored, from, to int) error {
	keys := make([]string, 0, 2*(to-from+1))
	for n := from; n <= to; n++ {
		keys = append(keys, m.sets.segment(keyPDQ, s.ID, n), m.sets.segment(keyPHash, s.ID, n))
	}
	values, err := m.sets.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return fault("known.readSegments", s.ID.String(), err)
	}
	for i := 0; i < len(values); i += 2 {
		segment := uint32(from + i/2)
		near, err := m.entries(keys[i], values[i], pdqSize)
		if err != nil {
			return err
		}
		for position, e := range near {
			s.pdq.Add(pdq.Hash(e[6:]), uint32(len(s.pdqRefs)))
			s.pdqRefs = append(s.pdqRefs, refAt(segment, position, e))
		}
		votes, err := m.entries(keys[i+1], values[i+1], phashSize)
		if err != nil {
			return err
		}
		for position, e := range votes {
			s.phash.Add(parsePHash(e[6:]), uint32(len(s.phashRefs)))
			s.phashRefs = append(s.phashRefs, refAt(segment, position, e))
		}
	}
	return nil
}

// entries cuts a segment as Redis answered it.
func (m *Mirror) entries(key string, answer any, size int) ([][]byte, error) {
	segment, _ := answer.(string)
	clear, err := m.sets.sealer.openSegment(key, segment, size)
	return slices.Collect(slices.Chunk(clear, size)), err
}

func refAt(segment uint32, position int, e []byte) nearRef {
	return nearRef{
		segment: segment, position: uint32(position),
		entry: binary.BigEndian.Uint32(e), category: binary.BigEndian.Uint16(e[4:]),
	}
}

func sortNewestFirst(sets []triage.HashSet) {
	slices.SortFunc(sets, func(a, b triage.HashSet) int { return cmp.Compare(b.ID, a.ID) })
}
