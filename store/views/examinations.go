package views

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"

	"vigie/triage"
)

// fileExaminations keeps the places of examinations, and corrects what was declared wrongly. A medium
// that was examined by other keys is matched again. Of a generation that was destroyed, and of an examination
// that was made anew since, it keeps nothing. It returns state and kind of each, '--' of one that is not kept. ARGV of each: medium, place, keys, size,
// generation, attempt.
var fileExaminations = script(`
local function file(id, place, keys, size, examined, attempt)
  local m = load(id)
  local generation = tonumber(m and m.v or '1')
  if not m or tonumber(examined) < generation then return '--' end
  if tonumber(examined) > generation then
    m.v = examined
  elseif tonumber(attempt) < tonumber(m.a or '0') then
    return '--'
  end
  m.l = place
  m.a = attempt ~= '0' and attempt or nil
  rekey(m, keys, size)
  m.D = short(keys)
  save(m)
  return m.s .. m.k
end

local answer = {}
for i = 2, #ARGV, 6 do
  answer[#answer + 1] = file(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
end
return table.concat(answer)`)

// notePacks notes that packs, and all before them, have taken effect. ARGV of each: writer, number.
var notePacks = script(`
local marks = P .. 'marks:applied'
for i = 2, #ARGV, 2 do
  if tonumber(ARGV[i + 1]) > tonumber(call('HGET', marks, 'p:' .. ARGV[i]) or '0') then
    call('HSET', marks, 'p:' .. ARGV[i], ARGV[i + 1])
  end
end
return 1`)

// NotePacks implements triage.MediumStore.
func (s Media) NotePacks(ctx context.Context, packs ...triage.PackID) error {
	args := make([]any, 0, 2*len(packs))
	for _, p := range packs {
		args = append(args, p.Writer, strconv.FormatUint(p.Number, 10))
	}
	return fault("views.NotePacks", "", s.run(ctx, notePacks, s.key(keyMarks), args...).Err())
}

// FileExaminations implements triage.MediumStore.
func (s Media) FileExaminations(ctx context.Context, filed ...triage.Filed) ([]triage.Standing, error) {
	const op = "views.FileExaminations"
	standings := make([]triage.Standing, 0, len(filed))
	for some := range slices.Chunk(filed, batch) {
		args := make([]any, 0, 6*len(some))
		for i := range some {
			x := &some[i]
			args = append(args, packID(string(x.Medium)), packLocator(x.At), packKeys(x.Keys), packNumber(x.Size),
				max(1, x.Generation), x.Attempt)
		}
		answer, err := s.run(ctx, fileExaminations, s.medium(some[0].Medium), args...).Text()
		if err != nil {
			return nil, fault(op, string(some[0].Medium), err)
		}
		for i := range some {
			standings = append(standings, triage.Standing{State: states.to[answer[2*i:2*i+1]], Kind: kinds.to[answer[2*i+1:2*i+2]]})
		}
	}
	return standings, nil
}

// packLocator writes 6 bytes of writer and three numbers.
func packLocator(l triage.Locator) string {
	var w packer
	writer, err := hex.DecodeString(l.Pack.Writer)
	if err != nil {
		writer = []byte(l.Pack.Writer)
	}
	w.text(string(writer))
	w.number(int64(l.Pack.Number)) //nolint:gosec // counts objects
	w.number(l.Offset)
	w.number(l.Length)
	return string(w)
}

func unpackLocator(s string) (l triage.Locator) {
	if s == "" {
		return l
	}
	r := unpacker(s)
	if l.Pack.Writer = r.text(); len(l.Pack.Writer) == 6 {
		l.Pack.Writer = hex.EncodeToString([]byte(l.Pack.Writer))
	}
	l.Pack.Number = uint64(r.number()) //nolint:gosec // counts objects
	l.Offset, l.Length = r.number(), r.number()
	return l
}
