package views

import (
	"context"
	"encoding/hex"
	"slices"

	"vigie/triage"
)

// Shelving implements triage.ShelvingStore.
type Shelving struct{ db }

var (
	// evictPart takes media out of an exhibit that is shut, and notes their folders. ARGV: exhibit, ids.
	evictPart = script(`
local x = ARGV[2]
if call('HEXISTS', P .. 'closed', x) == 0 then return 0 end
for i = 3, #ARGV do
  local m = load(ARGV[i])
  local place = m and m.places[x]
  if place then
    call('SADD', P .. 'vacant:' .. x, folderOf(place) .. parentOf(place))
    leave(m, x)
  end
end
return 1`)

	// forgetFolders forgets the groups of some of the folders that an exhibit had, and returns how many folders are left.
	// ARGV: exhibit, how many.
	forgetFolders = script(`
local x = ARGV[2]
local vacant = P .. 'vacant:' .. x
for _, place in ipairs(call('SRANDMEMBER', vacant, ARGV[3])) do
  unindex(x, place)
  call('SREM', vacant, place)
end
return call('SCARD', vacant)`)
)

// Parts implements triage.ShelvingStore.
func (s Shelving) Parts(ctx context.Context, id triage.ExhibitID) ([]triage.PartID, error) {
	raw, err := s.rdb.HKeys(ctx, s.key(keyParts, packExhibit(id))).Result()
	parts := make([]triage.PartID, len(raw))
	for i := range raw {
		parts[i] = triage.PartID(hex.EncodeToString([]byte(raw[i])))
	}
	slices.Sort(parts)
	return parts, fault("views.Parts", string(id), err)
}

// Evict implements triage.ShelvingStore. The part goes last: a call that was cut off is completed by the next one.
func (s Shelving) Evict(ctx context.Context, id triage.ExhibitID, part triage.PartID, media []triage.MediumID) error {
	const op = "evict a part"
	x := packExhibit(id)
	raw, err := packPart(part)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(media, batch) {
		args := []any{x}
		for _, m := range some {
			args = append(args, packID(string(m)))
		}
		shut, err := s.run(ctx, evictPart, s.key(keyClosed), args...).Int()
		if err != nil {
			return fault(op, string(id), err)
		}
		if shut == 0 {
			return triage.E(triage.Conflict, op, string(id), "this case was closed or reopened meanwhile", nil)
		}
	}
	return fault(op, string(id), s.run(ctx, dropPart, s.key(keyCounts, x), x, raw).Err())
}

// Vacate implements triage.ShelvingStore.
func (s Shelving) Vacate(ctx context.Context, id triage.ExhibitID) error {
	const op = "vacate an exhibit"
	x := packExhibit(id)
	parts, err := s.rdb.HLen(ctx, s.key(keyParts, x)).Result()
	if err != nil {
		return fault(op, string(id), err)
	}
	if parts > 0 {
		return triage.E(triage.Conflict, op, string(id), "this case was closed or reopened meanwhile", nil)
	}
	for left := int64(1); left > 0; {
		if left, err = s.run(ctx, forgetFolders, s.key(keyVacant, x), x, batch).Int64(); err != nil {
			return fault(op, string(id), err)
		}
	}
	return Destructions{s.db}.removeExhibit(ctx, id)
}

// RestoreExhibit implements triage.ShelvingStore.
func (s Shelving) RestoreExhibit(ctx context.Context, x triage.Exhibit) error {
	return Exhibits{s.db}.open(ctx, x, true)
}

// RestorePart implements triage.ShelvingStore.
func (s Shelving) RestorePart(ctx context.Context, id triage.ExhibitID, part triage.PartID, counts map[triage.Disposition]int, items []triage.ListedItem) error {
	_, err := Exhibits{s.db}.register(ctx, id, part, counts, items, true)
	return err
}

// ReopenExhibit implements triage.ShelvingStore.
func (s Shelving) ReopenExhibit(ctx context.Context, id triage.ExhibitID, m *triage.Manifest, drop bool) error {
	const op = "views.ReopenExhibit"
	exhibits := Exhibits{s.db}
	if m != nil && drop {
		if err := exhibits.dropOtherParts(ctx, id, m.Parts); err != nil {
			return err
		}
	}
	if m != nil {
		if err := exhibits.keepManifest(ctx, id, *m, true); err != nil {
			return err
		}
	}
	if err := s.rdb.Unlink(ctx, s.key(keyVacant, packExhibit(id))).Err(); err != nil {
		return fault(op, string(id), err)
	}
	return fault(op, string(id), s.rdb.HDel(ctx, s.key(keyClosed), packExhibit(id)).Err())
}
