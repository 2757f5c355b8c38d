package views

import (
	"context"
	"strconv"

	"vigie/hashing"
	"vigie/triage"
)

// Outcomes implements triage.OutcomeStore.
type Outcomes struct{ db }

var (
	// applyOutcome checks the epoch and gives a medium its finding. A medium that was ranked already keeps its
	// rank while it stays Pending. ARGV: medium, epoch, finding, matches, '1' when it was examined, then f, c, q,
	// u, n of the examination ('' is absent).
	applyOutcome = script(`
local m = load(ARGV[2])
if not m then return 'gone' end
if (call('GET', P .. 'epoch') or '0') ~= ARGV[3] then return 'stale' end
local finding, matches, state = ARGV[4], ARGV[5], m.s
local changed = (m.m or '') ~= matches
if ARGV[6] == '1' then
  state = 'e'
  for i, field in ipairs({'f', 'c', 'q', 'u', 'n'}) do
    local value = ARGV[6 + i]
    if (m[field] or '') ~= value then
      changed = true
      if value == '' then call('HDEL', m.key, field) else call('HSET', m.key, field, value) end
    end
  end
  call('ZREM', P .. 'wanted', m.id)
end
if finding == '-' and m.k ~= 'o' then finding = '?' end -- it became media while it was matched as something else
if finding == '?' and (m.F == 'P' or m.F == 'U') then finding = m.F end
changed = changed or finding ~= m.F
move(m, state, finding)
call('HSET', m.key, 'e', ARGV[3])
if matches == '' then call('HDEL', m.key, 'm') else call('HSET', m.key, 'm', matches) end
call('ZADD', P .. 'ep', ARGV[3], m.id)
if state == 'e' and finding == '?' and not m.g then
  call('SADD', P .. 'ungrouped', m.id)
else
  call('SREM', P .. 'ungrouped', m.id)
end
if m.g and changed then mark(m.g) end
return 'done'`)

	// countFailure counts a failed examination of a medium that is kept. ARGV: medium.
	countFailure = script(`
local key = P .. 'm:' .. ARGV[2]
if call('EXISTS', key) == 0 then return 0 end
return call('HINCRBY', key, 'h', 1)`)
)

// Apply implements triage.OutcomeStore. The outcome of a medium that nobody lists any more is dropped.
func (s Outcomes) Apply(ctx context.Context, o triage.Outcome) error {
	const op = "views.Apply"
	args := []any{
		packID(string(o.Medium)), strconv.FormatUint(uint64(o.Epoch), 10), findings.of[o.Finding], packMatches(o.Matches),
	}
	if x := o.Examination; x != nil {
		args = append(append(args, "1"), examinationArgs(x)...)
	} else {
		args = append(args, "0")
	}
	answer, err := s.run(ctx, applyOutcome, s.medium(o.Medium), args...).Text()
	if err == nil && answer == "stale" {
		return triage.E(triage.Stale, op, string(o.Medium), "the sets changed meanwhile: match again", nil)
	}
	return fault(op, string(o.Medium), err)
}

// examinationArgs are f, c, q, u and n.
func examinationArgs(x *hashing.Examination) []any {
	facts, camera := packFacts(x.Facts)
	quality := ""
	if x.Fingerprint != nil {
		quality = strconv.Itoa(x.Fingerprint.Quality)
	}
	return []any{facts, camera, quality, x.Unreadable, x.Note}
}

// CountFailure implements triage.OutcomeStore. It returns 0 for a medium that nobody lists any more.
func (s Outcomes) CountFailure(ctx context.Context, id triage.MediumID) (int, error) {
	n, err := s.run(ctx, countFailure, s.medium(id), packID(string(id))).Int()
	return n, fault("views.CountFailure", string(id), err)
}
