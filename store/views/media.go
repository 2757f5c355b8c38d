package views

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Media implements triage.MediumStore.
type Media struct{ db }

// markQueued keeps media's verified keys. A worker may have examined one already by its declared ones: when they
// were wrong, it is matched again. It returns 1 of each, 0 of one that is not known, and -1 of another generation. ARGV of each:
// medium, keys, size, generation.
var markQueued = script(`
local function queue(id, keys, size, generation)
  local m = load(id)
  if not m then return 0 end
  if (m.v or '1') ~= generation then return -1 end
  if m.s == 'l' then return 1 end
  rekey(m, keys, size)
  save(m)
  return 1
end

local answer = {}
for i = 2, #ARGV, 4 do answer[#answer + 1] = queue(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) end
return answer`)

// Medium implements triage.MediumStore.
func (s Media) Medium(ctx context.Context, id triage.MediumID) (triage.Medium, error) {
	list, err := readMedia(ctx, s.db, []triage.MediumID{id})
	if err != nil {
		return triage.Medium{}, err
	}
	if len(list) == 0 {
		return triage.Medium{}, missing("read medium", string(id), "medium")
	}
	return list[0], nil
}

// Media implements triage.MediumStore.
func (s Media) Media(ctx context.Context, ids []triage.MediumID) (map[triage.MediumID]triage.Medium, error) {
	list, err := readMedia(ctx, s.db, ids)
	media := make(map[triage.MediumID]triage.Medium, len(list))
	for _, m := range list {
		media[m.ID] = m
	}
	return media, err
}

// readMedia returns those of ids that are known, in order.
func readMedia(ctx context.Context, d db, ids []triage.MediumID) ([]triage.Medium, error) {
	media := make([]triage.Medium, 0, len(ids))
	for some := range slices.Chunk(ids, batch) {
		records, err := openMedia(ctx, d, some)
		if err != nil {
			return nil, err
		}
		var refs []string
		for i := range records {
			refs = append(refs, records[i].refs()...)
		}
		known, err := d.readWords(ctx, refs)
		if err != nil {
			return nil, err
		}
		for i := range records {
			media = append(media, records[i].read(known))
		}
	}
	return media, nil
}

// openMedia reads the records of those of ids that are known, in order.
func openMedia(ctx context.Context, d db, ids []triage.MediumID) ([]opened, error) {
	pipe := d.rdb.Pipeline()
	answers := make([]*redis.StringCmd, len(ids))
	for i, id := range ids {
		answers[i] = pipe.HGet(ctx, d.medium(id), packID(string(id))[2:])
	}
	if _, err := pipe.Exec(ctx); err != nil && err != redis.Nil {
		return nil, fault("views.readMedia", "", err)
	}
	records := make([]opened, 0, len(ids))
	for i, answer := range answers {
		if answer.Err() == redis.Nil {
			continue
		}
		record, err := d.openMedium(ids[i], answer.Val())
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// MarkQueued implements triage.MediumStore. In a later state it only corrects keys that were declared wrongly.
func (s Media) MarkQueued(ctx context.Context, arrived ...triage.Arrived) ([]error, error) {
	const op = "queue medium"
	gone := make([]error, 0, len(arrived))
	for some := range slices.Chunk(arrived, batch) {
		args := make([]any, 0, 4*len(some))
		for _, m := range some {
			args = append(args, packID(string(m.Medium)), packKeys(m.Keys), packNumber(m.Size), max(1, m.Generation))
		}
		answers, err := s.run(ctx, markQueued, s.medium(some[0].Medium), args...).Int64Slice()
		if err != nil {
			return nil, fault("views.MarkQueued", "", err)
		}
		for i, answer := range answers {
			switch id := string(some[i].Medium); {
			case answer == 0:
				gone = append(gone, missing(op, id, "medium"))
			case answer < 0:
				gone = append(gone, triage.E(triage.Conflict, op, id, "its exhibit was destroyed or changed meanwhile: submit again", nil))
			default:
				gone = append(gone, nil)
			}
		}
	}
	return gone, nil
}

// Seen implements triage.SeenStore.
type Seen struct{ db }

// Seen implements triage.SeenStore. Keys are kept by 64 of their bits: of ten million media, one in 10^11 questions about
// something else is answered wrongly.
func (s Seen) Seen(ctx context.Context, traces []triage.Trace) ([]bool, error) {
	seen := make([]bool, len(traces))
	pipe := s.rdb.Pipeline()
	type question struct {
		at     int
		answer *redis.BoolCmd
	}
	var asked []question
	for i, t := range traces {
		if t.Medium != "" {
			asked = append(asked, question{i, pipe.HExists(ctx, s.medium(t.Medium), packID(string(t.Medium))[2:])})
		}
		for _, key := range []triage.DigestKey{t.MD5, t.SHA1} {
			if key != (triage.DigestKey{}) {
				asked = append(asked, question{i, pipe.HExists(ctx, s.key(keySeen, string(key[:2])), string(key[2:8]))})
			}
		}
	}
	if len(asked) == 0 {
		return seen, nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fault("views.Seen", "", err)
	}
	for _, q := range asked {
		seen[q.at] = seen[q.at] || q.answer.Val()
	}
	return seen, nil
}
