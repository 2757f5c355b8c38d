package known

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sort"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/hashing"
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
	// maxNumber is how many entries are numbered before everything is loaded anew, which starts from 0.
	maxNumber = 1 << 31
	// tellEvery is how many entries are read between two lines of progress: some two seconds of loading.
	tellEvery = 2_000_000
)

// Mirror implements triage.Matcher. It follows the active sets and keeps the perceptual hashes of the known ones in memory
// (about 130 bytes a PDQ, 55 a pHash): all of them, a share, or none, where shards hold them.
type Mirror struct {
	sets   *Sets
	log    *slog.Logger
	share  Share  // that it holds
	shards Shards // hold all; nil: share does

	// loading holds one token: whoever has it may replace view.
	loading      chan struct{}
	view         atomic.Pointer[view]
	loaded, most atomic.Int64 // entries, of how many at most: of the load that goes on, or of the last one
}

var _ triage.Matcher = (*Mirror)(nil)

// view is what a mirror knows at one moment. It never changes; its indexes, which the views of other moments share, may hold
// entries of other sets too: those belong to no set of the view.
type view struct {
	moment Moment
	active map[triage.SetID]*mirrored // of a set that grew, what was loaded last
	pdq    *index.PDQ
	phash  *index.Hash64
	loaded []*mirrored // what has entries of the known sets of active, in the order in which it was loaded
	// nextPDQ and nextPHash are the first numbers of the indexes that no set of this view or of an earlier one has.
	nextPDQ, nextPHash uint32

	said               map[triage.SetID]*said       // what is said of entries of active sets, of those that something is said of
	pdqSaid, votesSaid map[uint32]triage.EntryState // the same, by the indexes' numbers
}

// mirrored is one active set, as it was when it was loaded, with the entries that were loaded then: all of them, or what it grew by since
// it was loaded before. It never changes. Its entries have the indexes' numbers from firstPDQ and firstPHash on.
type mirrored struct {
	triage.HashSet
	categories           []string // of all entries of the set, from number 1
	firstPDQ, firstPHash uint32
	pdqRefs, phashRefs   []Place
}

// Place says where a perceptual entry lies in Redis.
type Place struct {
	Segment  uint32
	Position uint32 // in the segment, in entries
	Entry    uint32
	Category uint16
	Frame    uint16 // of an entry that is a film: which of its frames, from 0
}

// pdqRef returns the set and the entry that have a number of the PDQ index; nil: no set of this view has it.
func (v *view) pdqRef(number uint32) (*mirrored, Place) {
	return refOf(v.loaded, number, func(m *mirrored) (uint32, []Place) { return m.firstPDQ, m.pdqRefs })
}

// phashRef is pdqRef for the index of pHashes.
func (v *view) phashRef(number uint32) (*mirrored, Place) {
	return refOf(v.loaded, number, func(m *mirrored) (uint32, []Place) { return m.firstPHash, m.phashRefs })
}

func refOf(sets []*mirrored, number uint32, refs func(*mirrored) (uint32, []Place)) (*mirrored, Place) {
	after := sort.Search(len(sets), func(i int) bool {
		first, _ := refs(sets[i])
		return first > number
	})
	for i := after - 1; i >= 0; i-- {
		first, list := refs(sets[i])
		if at := int(number - first); at < len(list) {
			return sets[i], list[at]
		}
		if len(list) > 0 {
			break // a set that has no entry of this kind has the number of the one after it
		}
	}
	return nil, Place{}
}

func (m *mirrored) category(number uint16) string {
	if number == 0 || int(number) > len(m.categories) {
		return m.Category
	}
	return m.categories[number-1]
}

// NewMirror returns an empty mirror of sets. It loads them at its first use; Run keeps it up to date between uses.
func NewMirror(sets *Sets, log *slog.Logger) *Mirror { return NewShard(sets, Whole, log) }

// NewShard is NewMirror for a share of the perceptual entries: it answers Near. Match, which would miss the others, is only
// for the whole.
func NewShard(sets *Sets, share Share, log *slog.Logger) *Mirror {
	m := &Mirror{sets: sets, log: log, share: share, loading: make(chan struct{}, 1)}
	m.loading <- struct{}{}
	return m
}

// NewAsking is NewMirror for a mirror that holds no perceptual entry, and asks shards.
func NewAsking(sets *Sets, shards Shards, log *slog.Logger) *Mirror {
	m := NewShard(sets, none, log)
	m.shards = shards
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

// current returns the sets as they are now. While they are loaded for the first time by somebody else it fails
// with Unavailable: nothing can be said of any medium.
func (m *Mirror) current(ctx context.Context) (*view, error) {
	now, err := m.sets.moment(ctx)
	if err != nil {
		return nil, err
	}
	if v := m.view.Load(); v != nil && v.moment == now {
		return v, nil
	}
	if m.view.Load() == nil {
		select {
		case <-m.loading:
		default:
			return nil, loading()
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
	sets, now, err := m.sets.all(ctx)
	if err != nil {
		return nil, err
	}
	old := m.view.Load()
	if old != nil && old.moment == now {
		return old, nil
	}
	first := old == nil || max(old.nextPDQ, old.nextPHash) > maxNumber
	if !first {
		same, err := m.sets.remembers(ctx, old.moment)
		if err != nil {
			return nil, err
		}
		first = !same
	}
	if first {
		old = &view{pdq: new(index.PDQ), phash: new(index.Hash64)}
	}
	v := &view{
		moment: now, active: make(map[triage.SetID]*mirrored),
		pdq: old.pdq, phash: old.phash, nextPDQ: old.nextPDQ, nextPHash: old.nextPHash,
	}
	for id, kept := range old.active {
		if kept.matches(sets) {
			v.active[id] = kept
		}
	}
	for _, kept := range old.loaded {
		if kept.matches(sets) {
			v.loaded = append(v.loaded, kept)
		}
	}
	if err := m.readNew(ctx, v, sets, old.moment.Epoch); err != nil {
		old.forgetOthers()
		return nil, err
	}
	if first {
		v.pdq.Settle()
		v.phash.Settle()
	}
	objections, err := m.sets.Objections(ctx)
	if err != nil {
		old.forgetOthers()
		return nil, err
	}
	v.object(objections)
	m.view.Store(v)
	if len(v.loaded) < len(old.loaded) {
		v.forgetOthers()
	}
	return v, nil
}

// matches reports whether the set that s was loaded of is one of sets, and still matches.
func (s *mirrored) matches(sets map[triage.SetID]triage.HashSet) bool {
	set, ok := sets[s.ID]
	return ok && set.State == triage.Active && set.Epoch == s.Epoch
}

// readNew loads the active sets that v has not, and what those that it has grew by after the epoch in which they were loaded.
func (m *Mirror) readNew(ctx context.Context, v *view, sets map[triage.SetID]triage.HashSet, had triage.Epoch) (err error) {
	var wanted []triage.HashSet
	since := make(map[triage.SetID]triage.Epoch)
	most := 0
	for _, set := range inOrder(sets) {
		if set.State != triage.Active {
			continue
		}
		of := m.share.of(set)
		if s := v.active[set.ID]; s != nil {
			if s.Additions == set.Additions {
				continue
			}
			since[set.ID] = had
			of -= m.share.of(s.HashSet)
		}
		wanted = append(wanted, set)
		most += of
	}
	m.loaded.Store(0)
	m.most.Store(int64(most))
	for _, set := range wanted {
		if v.active[set.ID], err = m.read(ctx, v, set, since[set.ID], m.share); err != nil {
			return err
		}
	}
	return nil
}

// forgetOthers takes out of the indexes what belongs to no set of this view.
func (v *view) forgetOthers() {
	v.pdq.RemoveFunc(func(number uint32) bool { set, _ := v.pdqRef(number); return set == nil })
	v.phash.RemoveFunc(func(number uint32) bool { set, _ := v.phashRef(number); return set == nil })
}

// Forget makes the next use load everything anew.
func (m *Mirror) Forget() { m.view.Store(nil) }

// read loads one set into v, or what it grew by after an epoch that is not 0; of its perceptual entries a share. A segment that is missing
// is one that its import never wrote.
func (m *Mirror) read(ctx context.Context, v *view, set triage.HashSet, since triage.Epoch, share Share) (*mirrored, error) {
	s := &mirrored{HashSet: set, firstPDQ: v.nextPDQ, firstPHash: v.nextPHash}
	s.Conflicts = nil // not needed here, and long
	var err error
	if s.categories, err = m.sets.categoryNames(ctx, set.ID); err != nil {
		return nil, err
	}
	if set.Kind != triage.KnownSet {
		return s, nil // benign sets match by exact digest alone
	}
	if share == none {
		return s, nil
	}
	segments, err := m.sets.segmentsBetween(ctx, set, since, v.moment.Epoch)
	if err != nil {
		return nil, err
	}
	segments = slices.DeleteFunc(segments, func(n int) bool { return !share.holds(set.ID, n) })
	told := 0
	for some := range slices.Chunk(segments, loadBatch) {
		if err := m.readSegments(ctx, v, s, some); err != nil {
			return nil, err
		}
		if n := len(s.pdqRefs) + len(s.phashRefs); n-told >= tellEvery {
			told = n
			m.log.Info("loading a hash set", "set", set.ID, "loaded", n, "of", share.of(set))
		}
	}
	if len(s.pdqRefs)+len(s.phashRefs) > 0 {
		v.loaded = append(v.loaded, s)
	}
	return s, nil
}

func (m *Mirror) readSegments(ctx context.Context, v *view, s *mirrored, segments []int) error {
	keys := make([]string, 0, 2*len(segments))
	for _, n := range segments {
		keys = append(keys, m.sets.segment(keyPDQ, s.ID, n), m.sets.segment(keyPHash, s.ID, n))
	}
	values, err := m.sets.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return fault("known.readSegments", s.ID.String(), err)
	}
	var codes []pdq.Hash
	var votes []hashing.Hash64
	for i := 0; i < len(values); i += 2 {
		segment := uint32(segments[i/2]) //nolint:gosec // counted from 1
		near, err := m.entries(keys[i], values[i], pdqSize)
		if err != nil {
			return err
		}
		for position, e := range near {
			place := refAt(segment, position, e)
			if n := len(s.pdqRefs); position > 0 && s.pdqRefs[n-1].Entry == place.Entry {
				place.Frame = s.pdqRefs[n-1].Frame + 1
			}
			codes, s.pdqRefs = append(codes, pdq.Hash(e[6:])), append(s.pdqRefs, place)
		}
		others, err := m.entries(keys[i+1], values[i+1], phashSize)
		if err != nil {
			return err
		}
		for position, e := range others {
			votes, s.phashRefs = append(votes, parsePHash(e[6:])), append(s.phashRefs, refAt(segment, position, e))
		}
	}
	v.pdq.AddAll(codes, count(&v.nextPDQ, len(codes)))
	v.phash.AddAll(votes, count(&v.nextPHash, len(votes)))
	m.loaded.Add(int64(len(codes) + len(votes)))
	return nil
}

// count returns the next n numbers.
func count(next *uint32, n int) []uint32 {
	numbers := make([]uint32, n)
	for i := range numbers {
		numbers[i] = *next
		*next++
	}
	return numbers
}

// entries cuts a segment as Redis answered it.
func (m *Mirror) entries(key string, answer any, size int) ([][]byte, error) {
	segment, _ := answer.(string)
	clear, err := m.sets.sealer.openSegment(key, segment, size)
	return slices.Collect(slices.Chunk(clear, size)), err
}

func refAt(segment uint32, position int, e []byte) Place {
	return Place{
		Segment: segment, Position: uint32(position),
		Entry: binary.BigEndian.Uint32(e), Category: binary.BigEndian.Uint16(e[4:]),
	}
}

// inOrder returns sets by number.
func inOrder(sets map[triage.SetID]triage.HashSet) []triage.HashSet {
	return slices.SortedFunc(maps.Values(sets), func(a, b triage.HashSet) int { return cmp.Compare(a.ID, b.ID) })
}

func sortNewestFirst(sets []triage.HashSet) {
	slices.SortFunc(sets, func(a, b triage.HashSet) int { return cmp.Compare(b.ID, a.ID) })
}
