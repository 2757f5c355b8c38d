package views

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/triage"
)

// Rematch implements triage.RematchStore. Which media were matched when, and which are wanted, stands in their records
// alone; beside them, how many there are in each bucket says where to look.
type Rematch struct{ db }

var (
	// outdatedMedia returns media that are due, and of an older epoch, from some of their buckets. ARGV: how many are enough,
	// '1' for those alone that are due.
	outdatedMedia = script(`
local now, enough, found = tonumber(call('GET', P .. 'epoch') or '0'), tonumber(ARGV[2]), {}
for _, e in ipairs(call('HKEYS', P .. 'epochs')) do
  local past = e == '-1' or ARGV[3] ~= '1' and math.max(tonumber(e), floor()) < now
  while past and #found < enough do
    local before = #found
    for _, bucket in ipairs(call('HRANDFIELD', P .. 'ep:' .. e, 8)) do
      local flat = #found < enough and call('HGETALL', P .. 'm:' .. bucket) or {}
      for i = 1, #flat, 2 do
        if epochOf(unpackMedium(flat[i + 1]).e) == e then found[#found + 1] = bucket .. flat[i] end
      end
    end
    if call('HLEN', P .. 'ep:' .. e) <= 8 or #found == before then break end
  end
end
return found`)

	// wantedMedia returns what is wanted, with its time, from one bucket after the other, and the next bucket: 65536 is
	// the end. ARGV: first bucket, how many are enough.
	wantedMedia = script(`
local at, enough, found = tonumber(ARGV[2]), tonumber(ARGV[3]), {}
if call('EXISTS', P .. 'wanted') == 0 then return {65536, found} end
local last = math.min(at + 4096, 65536) -- a few milliseconds
while at < last and #found < enough do
  local bucket = string.char(math.floor(at / 256), at % 256)
  if call('HEXISTS', P .. 'wanted', bucket) == 1 then
    local flat = call('HGETALL', P .. 'm:' .. bucket)
    for i = 1, #flat, 2 do
      local m = unpackMedium(flat[i + 1])
      if m.s == 'w' then found[#found + 1] = bucket .. flat[i]; found[#found + 1] = m.t end
    end
  end
  at = at + 1
end
return {at, found}`)
)

// buckets is how many there are of records of media.
const buckets = 1 << 16

// Outdated implements triage.RematchStore.
func (s Rematch) Outdated(ctx context.Context, n int, due bool) ([]triage.MediumID, error) {
	only := "0"
	if due {
		only = "1"
	}
	found, err := s.run(ctx, outdatedMedia, s.key(keyEpochs), n, only).StringSlice()
	if err != nil {
		return nil, fault("views.Outdated", "", err)
	}
	slices.Sort(found) // a bucket may have come twice
	found = slices.Compact(found)
	return unpackIDs(found[:min(n, len(found))]), nil
}

// WantedSince implements triage.RematchStore: in the order of identifiers.
func (s Rematch) WantedSince(ctx context.Context, t time.Time, after triage.MediumID, n int) ([]triage.MediumID, error) {
	first, last := 0, ""
	if after != "" {
		last = packID(string(after))
		first = int(last[0])<<8 | int(last[1])
	}
	before := packTime(t)
	var ids []string
	for first < buckets && len(ids) < n {
		answer, err := s.run(ctx, wantedMedia, s.key(keyWanted), first, n).Slice()
		if err != nil {
			return nil, fault("views.WantedSince", "", err)
		}
		first = int(number(answer[0]))
		found := texts(answer[1])
		var some []string
		for i := 0; i+1 < len(found); i += 2 {
			if found[i] > last && unpackNumber(found[i+1]) < before {
				some = append(some, found[i])
			}
		}
		slices.SortFunc(some, strings.Compare)
		ids = append(ids, some...)
	}
	return unpackIDs(ids[:min(n, len(ids))]), nil
}
