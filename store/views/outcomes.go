package views

import (
	"context"
	"slices"
	"strconv"

	"vigie/triage"
)

// Outcomes implements triage.OutcomeStore.
type Outcomes struct{ db }

var (
	// applyOutcomes checks the epoch and gives media their findings. A medium that was ranked already keeps its rank
	// while it stays Pending; one that nobody lists any more is left out, and what was matched by
	// an examination that another one has replaced since. ARGV: epoch, words of all, then of each:
	// medium, finding, matches ('': none), examination ('': it was only matched again), its clue, generation and attempt
	// of the examination, '1' if the office's set matches. Matches and examination are sealed; equal ones are equal.
	applyOutcomes = script(`
local epoch = ARGV[2]
if (call('GET', P .. 'epoch') or '0') ~= epoch then return 'stale' end
keepWords(ARGV[3])

local function apply(id, finding, matches, examination, clue, generation, attempt, office)
  local m = load(id)
  if not m or (m.v or '1') ~= generation or (m.a or '0') ~= attempt then return end
  local state = m.s
  local changed = (m.m or '') ~= matches
  if examination ~= '' then
    state = 'e'
    changed = changed or m.f ~= examination
    m.f = examination
    if m.D == short(m.d or '') then m.d = nil end -- its keys are on record with its examination
  end
  if finding == '-' and m.k ~= 'o' then finding = '?' end -- it became media while it was matched as something else
  if finding == '?' and (m.F == 'P' or m.F == 'U') then finding = m.F end
  changed = changed or finding ~= m.F
  move(m, state, finding)
  if examination ~= '' then retrace(m, clue) end
  matched(m, epoch)
  local anew = (m.m or '') ~= matches
  m.m = matches ~= '' and matches or nil
  m.o = office == '1' and '1' or nil
  save(m)
  if anew then tie(m) end
  if state == 'e' and finding == '?' and not m.g then
    call('SADD', P .. 'ungrouped', m.id)
  else
    call('SREM', P .. 'ungrouped', m.id)
  end
  if m.g and changed then mark(m.g) end
end

for i = 4, #ARGV, 8 do apply(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6], ARGV[i + 7]) end
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
func (s Outcomes) Apply(ctx context.Context, outcomes ...triage.Outcome) error {
	const op = "views.Apply"
	for some := range slices.Chunk(outcomes, batch) {
		news := s.newWords()
		args := make([]any, 2, 2+8*len(some))
		for i := range some {
			o := &some[i]
			args = append(args, packID(string(o.Medium)), findings.of[o.Finding],
				s.packMatches(o.Medium, o.Matches, news), s.packExamination(o.Medium, o.Examination, news), packClue(o.Clue), max(1, o.Generation), o.Attempt, o.Linking())
		}
		args[0], args[1] = strconv.FormatUint(uint64(some[0].Epoch), 10), news.text
		answer, err := s.run(ctx, applyOutcomes, s.medium(some[0].Medium), args...).Text()
		if err == nil && answer == "stale" {
			return triage.E(triage.Stale, op, string(some[0].Medium), "the sets changed meanwhile: match again", nil)
		}
		if err != nil {
			return fault(op, string(some[0].Medium), err)
		}
	}
	return nil
}

// CountFailure implements triage.OutcomeStore. It returns 0 for a medium that nobody lists any more.
func (s Outcomes) CountFailure(ctx context.Context, id triage.MediumID) (int, error) {
	n, err := s.run(ctx, countFailure, s.medium(id), packID(string(id))).Int()
	return n, fault("views.CountFailure", string(id), err)
}
