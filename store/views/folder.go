package views

import (
	"context"
	"strconv"

	"vigie/triage"
)

// inFolder returns groups of the queue, each once, of a stretch of a folder's list, and whether that goes on. ARGV: exhibit and folder, the
// first entry, the last one.
var inFolder = script(`
local key, list, seen = P .. 'fg:' .. ARGV[2], {}, {}
for _, entry in ipairs(call('LRANGE', key, ARGV[3], ARGV[4])) do
  local g = entry:sub(1, 16)
  if not seen[g] then
    seen[g] = true
    local t = loadGroup(g)
    if t and t.q then list[#list + 1] = g end
  end
end
return {call('LLEN', key) > ARGV[4] + 1 and 1 or 0, list}`)

// InFolder implements triage.FolderStore. A group whose members follow each other in the list may come twice, in two stretches.
func (s Groups) InFolder(ctx context.Context, p triage.Place, from, n int) ([]triage.GroupID, int, error) {
	answer, err := s.run(ctx, inFolder, s.key(keyGroup), packExhibit(p.Exhibit)+packFolder(p.Folder), from, from+n-1).Slice()
	if err != nil {
		return nil, 0, fault("views.InFolder", "", err)
	}
	var groups []triage.GroupID
	for _, g := range texts(answer[1]) {
		groups = append(groups, triage.GroupID(unpackID(g)))
	}
	if number(answer[0]) == 0 {
		return groups, 0, nil
	}
	return groups, from + n, nil
}

// Illicit implements triage.FolderStore.
func (s Groups) Illicit(ctx context.Context, p triage.Place) (int, error) {
	folder := packFolder(p.Folder)
	counted, err := s.rdb.HMGet(ctx, s.key(keyNear, packExhibit(p.Exhibit)), folder, "i"+folder).Result()
	if err != nil {
		return 0, fault("views.Illicit", "", err)
	}
	sum := 0
	for _, n := range counted {
		text, _ := n.(string)
		k, _ := strconv.Atoi(text) // 0 where there is none
		sum += k
	}
	return sum, nil
}
