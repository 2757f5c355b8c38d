package known

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

const (
	// unlinkKeys is how many keys are removed in one command.
	unlinkKeys = 1000
	// maxCategories is what two bytes hold.
	maxCategories = 1<<16 - 1
	// refSize is the length of a reference: set, entry (4 bytes each), category (2).
	refSize = 10
	// pdqSize and phashSize are the lengths of a segment's entries: entry (4 bytes), category (2), hash.
	pdqSize   = 6 + pdq.Bits/8
	phashSize = 6 + 8
)

// ref says which entry of which set a digest stands for.
type ref struct {
	set      triage.SetID
	entry    uint32
	category uint16
}

func (r ref) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(r.set))
	b = binary.BigEndian.AppendUint32(b, r.entry)
	return binary.BigEndian.AppendUint16(b, r.category)
}

func parseRefs(s string) []ref {
	refs := make([]ref, 0, len(s)/refSize)
	for b := []byte(s); len(b) >= refSize; b = b[refSize:] {
		refs = append(refs, ref{
			set: triage.SetID(binary.BigEndian.Uint32(b)), entry: binary.BigEndian.Uint32(b[4:]), category: binary.BigEndian.Uint16(b[8:]),
		})
	}
	return refs
}

// AddEntries implements triage.SetStore. Only exact digests are compared with other sets: an equal PDQ in a benign
// set means nothing, for benign sets match by exact digest alone. A batch that is added again changes nothing that
// matching sees.
func (s *Sets) AddEntries(ctx context.Context, set triage.HashSet, entries []triage.Entry) ([]triage.SetConflict, error) {
	const op = "known.AddEntries"
	if len(entries) == 0 {
		return nil, nil
	}
	sets, _, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	if kept, ok := sets[set.ID]; !ok || kept.State != triage.Importing || !kept.Imported.Equal(set.Imported) {
		return nil, triage.E(triage.Conflict, op, set.ID.String(), "entries are added to a set before it is active", nil)
	}
	categories, err := s.categories(ctx, set.ID, entries)
	if err != nil {
		return nil, err
	}
	if err := s.addSegment(ctx, set.ID, entries, categories); err != nil {
		return nil, err
	}
	return s.addExact(ctx, set, entries, categories, sets, 0)
}

// categories returns the numbers of a set's categories, with those of entries added.
func (s *Sets) categories(ctx context.Context, id triage.SetID, entries []triage.Entry) (map[string]uint16, error) {
	for {
		list, err := s.categoryNames(ctx, id)
		if err != nil {
			return nil, err
		}
		numbers, done, err := s.addCategories(ctx, id, list, entries)
		if err != nil || done {
			return numbers, err
		}
	}
}

// pushCategories appends to a list that is as long as it was. KEYS: keyCategory. ARGV: its length, what is appended.
var pushCategories = redis.NewScript(`
if redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[1]) then return 0 end
for i = 2, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
return 1`)

// addCategories adds those of entries to a set's, which are list; done is false when somebody else added some meanwhile.
func (s *Sets) addCategories(ctx context.Context, id triage.SetID, list []string, entries []triage.Entry) (_ map[string]uint16, done bool, _ error) {
	const op = "known.categories"
	numbers := map[string]uint16{"": 0}
	for i, name := range list {
		numbers[name] = uint16(i + 1)
	}
	added := []any{len(list)}
	for i := range entries {
		name := entries[i].Category
		if _, ok := numbers[name]; ok {
			continue
		}
		if len(numbers) > maxCategories {
			return nil, false, triage.E(triage.Invalid, op, id.String(), "a set has at most 65,535 categories: check the category column", nil)
		}
		numbers[name] = uint16(len(numbers))
		added = append(added, s.sealer.seal(s.key(keyCategory, id.String()), []byte(name)))
	}
	if len(added) == 1 {
		return numbers, true, nil
	}
	pushed, err := pushCategories.Run(ctx, s.rdb, []string{s.key(keyCategory, id.String())}, added...).Int()
	return numbers, pushed == 1, fault(op, id.String(), err)
}

// categoryNames returns the categories of a set's entries, from number 1.
func (s *Sets) categoryNames(ctx context.Context, id triage.SetID) ([]string, error) {
	key := s.key(keyCategory, id.String())
	list, err := s.rdb.LRange(ctx, key, 0, -1).Result()
	if err != nil {
		return nil, fault("known.categoryNames", id.String(), err)
	}
	for i, sealed := range list {
		name, err := s.sealer.open(key, sealed)
		if err != nil {
			return nil, err
		}
		list[i] = string(name)
	}
	return list, nil
}

// segmentsOf returns the perceptual hashes of entries as segments have them, PDQs and pHashes.
func segmentsOf(entries []triage.Entry, categories map[string]uint16) (near, votes []byte) {
	for i := range entries {
		e := &entries[i]
		for _, code := range e.Codes() { // those of a film lie together: so they are known to be one
			near = binary.BigEndian.AppendUint32(near, e.Number)
			near = binary.BigEndian.AppendUint16(near, categories[e.Category])
			near = append(near, code[:]...)
		}
		if e.PHash != nil {
			votes = binary.BigEndian.AppendUint32(votes, e.Number)
			votes = binary.BigEndian.AppendUint16(votes, categories[e.Category])
			votes = binary.BigEndian.AppendUint64(votes, uint64(*e.PHash))
		}
	}
	return near, votes
}

// addSegment writes the perceptual hashes of a batch as one segment of each kind.
func (s *Sets) addSegment(ctx context.Context, id triage.SetID, entries []triage.Entry, categories map[string]uint16) error {
	const op = "known.addSegment"
	near, votes := segmentsOf(entries, categories)
	if len(near)+len(votes) == 0 {
		return nil
	}
	n, err := s.rdb.Incr(ctx, s.key(keySegments, id.String())).Result()
	if err != nil {
		return fault(op, id.String(), err)
	}
	_, err = s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		if len(near) > 0 {
			key := s.segment(keyPDQ, id, int(n))
			p.Set(ctx, key, s.sealer.sealSegment(key, near, pdqSize), 0)
		}
		if len(votes) > 0 {
			key := s.segment(keyPHash, id, int(n))
			p.Set(ctx, key, s.sealer.sealSegment(key, votes, phashSize), 0)
		}
		return nil
	})
	return fault(op, id.String(), err)
}

func (s *Sets) segment(kind string, id triage.SetID, n int) string {
	return s.key(kind, id.String(), ":", strconv.Itoa(n))
}

// segmentsBetween returns the numbers of a set's segments: of its additions after one epoch and not after another, and, where the first
// one is 0, of its list.
func (s *Sets) segmentsBetween(ctx context.Context, set triage.HashSet, since, until triage.Epoch) (numbers []int, err error) {
	if set.Additions > 0 {
		return s.additions(ctx, set.ID, since, until) // it has no list
	}
	last, err := s.segments(ctx, set.ID)
	for n := 1; n <= last; n++ {
		numbers = append(numbers, n)
	}
	return numbers, err
}

// segments returns the number of the last segment of a set's list.
func (s *Sets) segments(ctx context.Context, id triage.SetID) (int, error) {
	n, err := s.rdb.Get(ctx, s.key(keySegments, id.String())).Int()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return n, fault("known.segments", id.String(), err)
}

// dropSegments frees the memory of withdrawn sets' perceptual hashes. They match no more already, so that what
// cannot be dropped now only stays.
func (s *Sets) dropSegments(ctx context.Context, ids ...triage.SetID) {
	for _, id := range ids {
		n, err := s.segments(ctx, id)
		if err != nil {
			return
		}
		numbers, err := s.Additions(ctx, id)
		if err != nil {
			return
		}
		for i := 1; i <= n; i++ {
			numbers = append(numbers, i)
		}
		keys := make([]string, 0, 2*len(numbers))
		for _, i := range numbers {
			keys = append(keys, s.segment(keyPDQ, id, i), s.segment(keyPHash, id, i))
		}
		for some := range slices.Chunk(keys, unlinkKeys) {
			if s.rdb.Unlink(ctx, some...).Err() != nil {
				return
			}
		}
	}
}

// parsePHash reads the hash of a pHash entry.
func parsePHash(b []byte) hashing.Hash64 { return hashing.Hash64(binary.BigEndian.Uint64(b)) }
