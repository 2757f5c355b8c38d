package known

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"vigie/triage"
)

// Exact digests lie in buckets: hashes of many short fields, which Redis keeps each in one compact piece as long as it has
// at most hash-max-listpack-entries (1,024 where Redis is ours; docs/operation.md). The buckets are spread over groups; the
// keys of a group share a hash tag, so that a cluster keeps each group on one node, and one script call writes all digests
// of a group.
//
// A digest's key is cut into group (6 bits), bucket and field. It has 128 bits: that one of a thousand million different
// files has the key of one of 160 million entries has a chance of 5 in 10^22, and as it is an HMAC nobody can aim at it.
const (
	groups     = 1 << groupBits
	groupBits  = 6
	bucketBits = 18 // of group and bucket together: measured, docs/performance.md

	// itemSize is how long a digest is where scripts, which have the number in them, are told of it: the bucket (2 bytes),
	// then the field.
	itemSize = 2 + fieldSize
	// fieldSize leaves out the first two bytes of a key, which the bucket has.
	fieldSize = 14
)

// groupTags stand for the groups, one letter each.
const groupTags = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// groupKeys returns what the keys of each group begin with: the prefix without its own hash tag, and the group's.
func groupKeys(prefix string) (keys [groups]string) {
	untagged := strings.NewReplacer("{", "", "}", "").Replace(prefix)
	for g := range keys {
		keys[g] = untagged + keyExact + "{" + groupTags[g:g+1] + "}"
	}
	return keys
}

func groupOf(k triage.DigestKey) int { return int(k[0] >> (8 - groupBits)) }

// appendItem appends what scripts are told of a digest.
func appendItem(b []byte, k triage.DigestKey) []byte {
	bucket := binary.BigEndian.Uint32(k[:]) << groupBits >> (32 + groupBits - bucketBits)
	return append(binary.BigEndian.AppendUint16(b, uint16(bucket)), k[2:]...) //nolint:gosec // of at most 16 bits
}

// items are what scripts are told of many digests, by group.
type items [groups][]byte

// makeItems returns items with room for n digests of size bytes.
func makeItems(n, size int) *items {
	x := new(items)
	for g := range x {
		x[g] = make([]byte, 0, (n/groups+n/(4*groups)+1)*size)
	}
	return x
}

// inGroups calls a script once for each group of which there are items, all in one round trip. KEYS[1] is what the group's
// keys begin with, ARGV[1] the items. It returns the answers by group, nil where there are no items.
func (s *Sets) inGroups(ctx context.Context, script *redis.Script, x *items, args ...any) ([]*redis.Cmd, error) {
	answers := make([]*redis.Cmd, groups)
	call := func(g int, run func(ctx context.Context, c redis.Scripter, keys []string, args ...any) *redis.Cmd, pipe redis.Pipeliner) {
		answers[g] = run(ctx, pipe, []string{s.groups[g]}, append([]any{x[g]}, args...)...)
	}
	pipe := s.rdb.Pipeline()
	for g := range x {
		if len(x[g]) > 0 {
			call(g, script.EvalSha, pipe)
		}
	}
	_, err := pipe.Exec(ctx)
	for g, answer := range answers {
		if answer != nil && redis.HasErrorPrefix(answer.Err(), "NOSCRIPT") {
			call(g, script.Eval, pipe)
		}
	}
	if pipe.Len() > 0 {
		_, err = pipe.Exec(ctx)
	}
	for _, answer := range answers {
		if err == nil && answer != nil {
			err = answer.Err()
		}
	}
	return answers, err
}

// eachPair calls do with what a script answered as a flat list: a position and references.
func eachPair(answer *redis.Cmd, do func(position int, refs string)) {
	if answer == nil {
		return
	}
	list, _ := answer.Val().([]any)
	for i := 0; i+1 < len(list); i += 2 {
		position, _ := list[i].(int64)
		refs, _ := list[i+1].(string)
		do(int(position), refs)
	}
}

// sameLines is how many lines of one list may refer to one digest: more of them say nothing new, and a list of a million equal
// lines must not keep Redis busy. Entries beyond it are counted, and match by the others.
const sameLines = 64

// addRefs appends references to those that digests have. References to sets in drop are left out, and one that is
// there is not added again. What marked the set's references of the group for removal goes: they are wanted. It goes last, for a
// full Redis refuses a script's first write only.
// KEYS: group. ARGV: items, each with a reference after it; set; drop (4 bytes each); how many lines of a list are kept; the number of
// the addition, which is noted as complete in this group, 0 for a list.
// It returns position and references of each digest that other sets hold too.
var addRefs = redis.NewScript(`
local group, items, drop, most, shared = KEYS[1], ARGV[1], {}, tonumber(ARGV[4]), {}
for i = 1, #ARGV[3], 4 do drop[ARGV[3]:sub(i, i + 3)] = true end
for i = 1, #items, 26 do
  local key, field, ref = group .. items:sub(i, i + 1), items:sub(i + 2, i + 15), items:sub(i + 16, i + 25)
  if redis.call('HSETNX', key, field, ref) == 0 then
    local old, kept, lines, set = redis.call('HGET', key, field), {}, 0, ref:sub(1, 4)
    for j = 1, #old, 10 do
      local o = old:sub(j, j + 9)
      if o ~= ref and not drop[o:sub(1, 4)] then
        kept[#kept + 1] = o
        if o:sub(1, 4) == set then lines = lines + 1 end
      end
    end
    if lines < #kept then shared[#shared + 1] = (i - 1) / 26; shared[#shared + 1] = table.concat(kept) end
    if lines < most then kept[#kept + 1] = ref end
    local new = table.concat(kept)
    if new ~= old then redis.call('HSET', key, field, new) end
  end
end
if ARGV[5] ~= '0' then redis.call('SETBIT', group .. '.added:' .. ARGV[2], ARGV[5], 1) end
redis.call('DEL', group .. 'drop:' .. ARGV[2])
return shared`)

// addExact writes the keys of exact digests of a list, or of an addition, and returns those that active sets of the other kind hold too, by entry.
func (s *Sets) addExact(ctx context.Context, set triage.HashSet, entries []triage.Entry, categories map[string]uint16, sets map[triage.SetID]triage.HashSet, addition int) ([]triage.SetConflict, error) {
	x, n := makeItems(len(entries), itemSize+refSize), 0
	for i := range entries {
		e := &entries[i]
		for _, k := range e.Exact {
			g := groupOf(k)
			x[g] = ref{set.ID, e.Number, categories[e.Category]}.append(appendItem(x[g], k))
			n++
		}
	}
	if addition > 0 {
		if err := s.noteAddition(ctx, set.ID, addition, x); err != nil {
			return nil, err
		}
	}
	if n == 0 {
		return nil, nil
	}
	var drop []byte
	for id, other := range sets {
		if other.State == triage.Withdrawn || other.State == triage.Failed {
			drop = binary.BigEndian.AppendUint32(drop, uint32(id))
		}
	}
	answers, err := s.inGroups(ctx, addRefs, x, set.ID.String(), drop, sameLines, addition)
	if err != nil {
		return nil, fault("known.addExact", set.ID.String(), err)
	}
	var conflicts []triage.SetConflict
	for g, answer := range answers {
		eachPair(answer, func(position int, refs string) {
			entry := parseRefs(string(x[g][position*(itemSize+refSize)+itemSize:][:refSize]))[0].entry
			for _, o := range parseRefs(refs) {
				if other := sets[o.set]; other.State == triage.Active && other.Kind != set.Kind {
					conflicts = append(conflicts, triage.SetConflict{Entry: entry, OtherSet: o.set, OtherEntry: o.entry})
				}
			}
		})
	}
	slices.SortFunc(conflicts, func(a, b triage.SetConflict) int {
		return cmp.Or(cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.OtherSet, b.OtherSet), cmp.Compare(a.OtherEntry, b.OtherEntry))
	})
	return slices.Compact(conflicts), nil
}

// lookExact returns the references of each of keys. A script would ask no faster: of what Redis does for a digest, the
// command itself is the larger part. Two round trips go on at once, so that Redis always has something to do.
func (s *Sets) lookExact(ctx context.Context, keys []triage.DigestKey) ([][]ref, error) {
	refs := make([][]ref, len(keys))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for from := 0; from < len(keys); from += exactLookups {
		to := min(from+exactLookups, len(keys))
		g.Go(func() error { return s.lookSome(ctx, keys[from:to], refs[from:to]) })
	}
	return refs, g.Wait()
}

func (s *Sets) lookSome(ctx context.Context, keys []triage.DigestKey, refs [][]ref) error {
	answers := make([]*redis.StringCmd, len(keys))
	pipe := s.rdb.Pipeline()
	for i, k := range keys {
		item := string(appendItem(nil, k))
		answers[i] = pipe.HGet(ctx, s.groups[groupOf(k)]+item[:2], item[2:])
	}
	_, err := pipe.Exec(ctx)
	for i, answer := range answers {
		found, itsErr := answer.Result()
		if itsErr != nil && !errors.Is(itsErr, redis.Nil) {
			return fault("known.lookExact", "", itsErr)
		}
		if found != "" {
			refs[i] = parseRefs(found)
		}
	}
	if errors.Is(err, redis.Nil) {
		err = nil
	}
	return fault("known.lookExact", "", err)
}
