package views

import (
	"context"
	"strconv"

	"vigie/triage"
)

// Outcomes implements triage.OutcomeStore.
type Outcomes struct{ db }

var (
	// applyOutcome checks the epoch and gives a medium its finding. A medium that was ranked already keeps its
	// rank while it stays Pending. ARGV: medium, epoch, finding, matches ('': none), examination ('': it was only
	// matched again), their words, generation of what was examined. Both are sealed; equal ones are equal.
	applyOutcome = script(`
local m = load(ARGV[2])
if not m or (m.v or '1') ~= ARGV[8] then return 'gone' end
if (call('GET', P .. 'epoch') or '0') ~= ARGV[3] then return 'stale' end
keepWords(ARGV[7])
local finding, matches, state = ARGV[4], ARGV[5], m.s
local changed = (m.m or '') ~= matches
if ARGV[6] ~= '' then
  state = 'e'
  changed = changed or m.f ~= ARGV[6]
  m.f = ARGV[6]
  if m.D == short(m.d or '') then m.d = nil end -- its keys are on record with its examination
end
if finding == '-' and m.k ~= 'o' then finding = '?' end -- it became media while it was matched as something else
if finding == '?' and (m.F == 'P' or m.F == 'U') then finding = m.F end
changed = changed or finding ~= m.F
move(m, state, finding)
matched(m, ARGV[3])
m.m = matches ~= '' and matches or nil
save(m)
if state == 'e' and finding == '?' and not m.g then
  call('SADD', P .. 'ungrouped', m.id)
else
  call('SREM', P .. 'ungrouped', m.id)
end
if m.g and changed then mark(m.g) end
return 'done'`)

	// countFailure counts a failed examination of a medium that is kept. ARGV: medium.
	countFailure = script(`
local m = load(ARGV[2])
if not m then return 0 end
m.h = string.format('%d', (m.h or 0) + 1)
save(m)
return tonumber(m.h)`)
)

// Apply implements triage.OutcomeStore. The outcome of a medium that nobody lists any more, or of bytes that were
// destroyed, is dropped.
func (s Outcomes) Apply(ctx context.Context, o triage.Outcome) error {
	const op = "views.Apply"
	news := s.newWords()
	args := []any{
		packID(string(o.Medium)), strconv.FormatUint(uint64(o.Epoch), 10), findings.of[o.Finding],
		s.packMatches(o.Medium, o.Matches, news), s.packExamination(o.Medium, o.Examination, news),
	}
	args = append(args, news.text, max(1, o.Generation))
	answer, err := s.run(ctx, applyOutcome, s.medium(o.Medium), args...).Text()
	if err == nil && answer == "stale" {
		return triage.E(triage.Stale, op, string(o.Medium), "the sets changed meanwhile: match again", nil)
	}
	return fault(op, string(o.Medium), err)
}

// CountFailure implements triage.OutcomeStore. It returns 0 for a medium that nobody lists any more.
func (s Outcomes) CountFailure(ctx context.Context, id triage.MediumID) (int, error) {
	n, err := s.run(ctx, countFailure, s.medium(id), packID(string(id))).Int()
	return n, fault("views.CountFailure", string(id), err)
}
