package views

import (
	"context"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Media that a change of the sets does not touch keep the epoch of their last match: the floor, one number, says up to which
// epoch all are as if they had been matched again. Those below it are counted together, under epoch 0 (lua.go, epochOf).

var (
	// mediaLag returns the epoch up to which all media are right, that of the sets, and how many media lie between.
	mediaLag = script(`
local now = tonumber(call('GET', P .. 'epoch') or '0')
local n, least = 0, now
local epochs = call('HGETALL', P .. 'epochs')
for i = 1, #epochs, 2 do
  local e = math.max(tonumber(epochs[i]), floor())
  if epochs[i] ~= '-1' and e < now then n, least = n + epochs[i + 1], math.min(least, e) end
end
return {least, now, n}`)

	// raiseFloor says that what was so of one epoch is so of a later one. ARGV: both.
	raiseFloor = script(`
local from, to = tonumber(ARGV[2]), tonumber(ARGV[3])
local least = to
for _, e in ipairs(call('HKEYS', P .. 'epochs')) do
  if e ~= '-1' then least = math.min(least, math.max(tonumber(e), floor())) end
end
if least < from or to > tonumber(call('GET', P .. 'epoch') or '0') then return 0 end
call('DEL', P .. 'sweep')
if floor() < to then raise(to) end
return 1`)

	// markDue has media matched again. ARGV: media.
	markDue = script(`
local now = tonumber(call('GET', P .. 'epoch') or '0')
for i = 2, #ARGV do
  local m = load(ARGV[i])
  if m and m.e and tonumber(m.e) < now then matched(m, '-1'); save(m) end
end
return 1`)
)

// Lag implements triage.SweepStore.
func (s Rematch) Lag(ctx context.Context) (triage.Lag, error) {
	answer, err := s.run(ctx, mediaLag, s.key(keyEpochs)).Int64Slice()
	if err != nil {
		return triage.Lag{}, fault("views.Lag", "", err)
	}
	return triage.Lag{From: triage.Epoch(answer[0]), To: triage.Epoch(answer[1]), Media: int(answer[2])}, nil //nolint:gosec // counts
}

// Swept implements triage.SweepStore.
func (s Rematch) Swept(ctx context.Context, from, until triage.Epoch) error {
	return fault("views.Swept", "", s.run(ctx, raiseFloor, s.key(keyEpochs), uint64(from), uint64(until)).Err())
}

// MarkDue implements triage.SweepStore.
func (s Rematch) MarkDue(ctx context.Context, ids []triage.MediumID) error {
	for len(ids) > 0 {
		some := ids[:min(batch, len(ids))]
		ids = ids[len(some):]
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = packID(string(id))
		}
		if err := s.run(ctx, markDue, s.medium(some[0]), args...).Err(); err != nil {
			return fault("views.MarkDue", string(some[0]), err)
		}
	}
	return nil
}

// NoteSweep implements triage.SweepStore.
func (s Rematch) NoteSweep(ctx context.Context, until triage.Epoch, done, of int) error {
	return fault("views.NoteSweep", "", s.rdb.HSet(ctx, s.key(keySweep), "until", uint64(until), "done", done, "of", of).Err())
}

// bucketsAtOnce is how many buckets are asked for together: at ten million media, 1.4 MB.
const bucketsAtOnce = 32

// Digested implements triage.SweepStore.
func (s Rematch) Digested(ctx context.Context, from, n int, sets bool) ([]triage.Digested, error) {
	const op = "views.Digested"
	var media []triage.Digested
	var refs []string
	var of []int // the medium of each of refs
	for last := min(from+n, buckets); from < last; from += bucketsAtOnce {
		pipe := s.rdb.Pipeline()
		answers := make([]*redis.MapStringStringCmd, min(bucketsAtOnce, last-from))
		names := make([]string, len(answers))
		for i := range answers {
			names[i] = string([]byte{byte((from + i) >> 8), byte(from + i)})
			answers[i] = pipe.HGetAll(ctx, s.key(keyMedium, names[i]))
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, fault(op, "", err)
		}
		for i, answer := range answers {
			for rest, raw := range answer.Val() {
				if len(rest) != 14 {
					continue // the landmark
				}
				d, words, err := s.digested(names[i]+rest, raw, sets)
				if err != nil {
					return nil, err
				}
				for _, ref := range words {
					refs, of = append(refs, ref), append(of, len(media))
				}
				media = append(media, d)
			}
		}
	}
	known, err := s.readWords(ctx, refs)
	if err != nil {
		return nil, err
	}
	for i, ref := range refs {
		set := known[ref]
		media[of[i]].Sets = append(media[of[i]].Sets, triage.SetID(set.number())) //nolint:gosec // sets are counted
	}
	return media, nil
}

// digested reads a record, and what stands for the sets of its matches.
func (s Rematch) digested(id, raw string, sets bool) (d triage.Digested, words []string, err error) {
	r, err := unpackRecord(raw)
	if err != nil {
		return d, nil, err
	}
	d.Medium = triage.MediumID(unpackID(id))
	if keys := r.fields[fieldShort]; keys != "" {
		d.MD5, d.SHA1 = triage.ShortKey([]byte(keys[:8])), triage.ShortKey([]byte(keys[8:16]))
	} else if keys := r.fields[fieldKeys]; keys != "" {
		d.MD5, d.SHA1 = triage.ShortKey([]byte(keys[:8])), triage.ShortKey([]byte(keys[16:24]))
	}
	if !sets {
		return d, nil, nil
	}
	matches, err := s.openField(d.Medium, r, fieldMatches)
	return d, matchWords(matches), err
}
