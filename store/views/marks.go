package views

import (
	"context"
	"strconv"

	"vigie/triage"
)

// Marks implements triage.MarkStore. They are one hash, and a sorted set of what was applied beyond a gap.
//
//	gen  the generation; absent while the projections are not whole
//	ev   number of the last event before the first gap
//	gr   number of the last record of groups
//	p:…  by writer, the number of its last pack of examinations
type Marks struct{ db }

var (
	// markEvent notes an event; with '1', all before it too. It returns 0 when the projections are not whole.
	// ARGV: number, '1' or '0'.
	markEvent = script(`
local marks, ahead, seq = P .. 'marks:applied', P .. 'marks:ahead', tonumber(ARGV[2])
local at = tonumber(call('HGET', marks, 'ev') or '0')
if ARGV[3] == '1' then
  at = math.max(at, seq)
else
  if call('HEXISTS', marks, 'gen') == 0 then return 0 end
  if seq <= at then return 1 end
  if seq > at + 1 then call('ZADD', ahead, seq, seq) return 1 end
  at = seq
end
call('ZREMRANGEBYSCORE', ahead, '-inf', at)
while call('ZREM', ahead, string.format('%.0f', at + 1)) == 1 do at = at + 1 end
call('HSET', marks, 'ev', string.format('%.0f', at))
return 1`)
)

const (
	keyMarks       = "marks:applied"
	markGeneration = "gen"
	markEvents     = "ev"
	markGroups     = "gr"
	markPack       = "p:"
	clearBatch     = 1000 // keys removed in one step
)

// Marks implements triage.MarkStore.
func (s Marks) Marks(ctx context.Context) (triage.Marks, error) {
	const op = "views.Marks"
	info, err := s.rdb.InfoMap(ctx, "server").Result()
	if err != nil {
		return triage.Marks{}, fault(op, "", err)
	}
	kept, err := s.rdb.HGetAll(ctx, s.key(keyMarks)).Result()
	if err != nil {
		return triage.Marks{}, fault(op, "", err)
	}
	m := triage.Marks{Server: info["Server"]["run_id"], Packs: make(map[string]uint64)}
	for field, value := range kept {
		n, _ := strconv.ParseUint(value, 10, 64)
		switch {
		case field == markGeneration:
			m.Generation = value
		case field == markEvents:
			m.Events = n
		case field == markGroups:
			m.Groups = n
		case len(field) > len(markPack) && field[:len(markPack)] == markPack:
			m.Packs[field[len(markPack):]] = n
		}
	}
	return m, nil
}

// MarkEvent implements triage.MarkStore.
func (s Marks) MarkEvent(ctx context.Context, seq uint64) error {
	whole, err := s.run(ctx, markEvent, s.key(keyMarks), seq, "0").Int()
	if err == nil && whole == 0 {
		return triage.E(triage.Unavailable, "views.MarkEvent", "", "the service is catching up: try again in a moment", nil)
	}
	return fault("views.MarkEvent", "", err)
}

// MarkEvents implements triage.MarkStore.
func (s Marks) MarkEvents(ctx context.Context, seq uint64) error {
	return fault("views.MarkEvents", "", s.run(ctx, markEvent, s.key(keyMarks), seq, "1").Err())
}

// Complete implements triage.MarkStore.
func (s Marks) Complete(ctx context.Context, generation string) error {
	return fault("views.Complete", "", s.rdb.HSet(ctx, s.key(keyMarks), markGeneration, generation).Err())
}

// Clear implements triage.MarkStore. The generation goes first, so that a clearing that ends half-way is seen, and the
// leases stay: whoever clears holds one.
func (s Marks) Clear(ctx context.Context) error {
	const op = "views.Clear"
	if err := s.rdb.HDel(ctx, s.key(keyMarks), markGeneration).Err(); err != nil {
		return fault(op, "", err)
	}
	var keys []string
	remove := func() error {
		if len(keys) == 0 {
			return nil
		}
		err := s.rdb.Unlink(ctx, keys...).Err()
		keys = keys[:0]
		return err
	}
	walk := s.rdb.Scan(ctx, 0, escapeGlob(s.prefix)+"*", clearBatch).Iterator()
	for walk.Next(ctx) {
		if lease := s.key(keyLease); len(walk.Val()) > len(lease) && walk.Val()[:len(lease)] == lease {
			continue
		}
		if keys = append(keys, walk.Val()); len(keys) == clearBatch {
			if err := remove(); err != nil {
				return fault(op, "", err)
			}
		}
	}
	if err := walk.Err(); err != nil {
		return fault(op, "", err)
	}
	return fault(op, "", remove())
}

// escapeGlob makes a prefix stand for itself in a pattern of Redis.
func escapeGlob(s string) string {
	var b []byte
	for i := range len(s) {
		switch s[i] {
		case '*', '?', '[', ']', '\\', '^':
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return string(b)
}
