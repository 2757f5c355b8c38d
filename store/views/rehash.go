package views

import (
	"context"
	"encoding/json"
	"strconv"

	"vigie/triage"
)

// Rehashes implements triage.RehashStore. The run is one hash: its identifier, the run as JSON, and two counters.
type Rehashes struct{ db }

const (
	rehashID       = "id"
	rehashRun      = "run"
	rehashReplaced = "replaced"
	rehashLeft     = "left"
)

// saveRehash keeps a run; the counters of an earlier one go with it. ARGV: identifier, run.
var saveRehash = script(`
local key = P .. 'rehash'
if call('HGET', key, 'id') ~= ARGV[2] then call('DEL', key) end
call('HSET', key, 'id', ARGV[2], 'run', ARGV[3])
return 1`)

// Rehash implements triage.RehashStore.
func (s Rehashes) Rehash(ctx context.Context) (run triage.RehashRun, err error) {
	const op = "views.Rehash"
	kept, err := s.rdb.HGetAll(ctx, s.key(keyRehash)).Result()
	if err != nil || kept[rehashRun] == "" {
		return run, fault(op, "", err)
	}
	if err := json.Unmarshal([]byte(kept[rehashRun]), &run); err != nil {
		return run, s.sealer.corrupt(err)
	}
	run.Replaced, _ = strconv.Atoi(kept[rehashReplaced]) // 0 where there is none
	run.Left, _ = strconv.Atoi(kept[rehashLeft])
	return run, nil
}

// SaveRehash implements triage.RehashStore.
func (s Rehashes) SaveRehash(ctx context.Context, run triage.RehashRun) error {
	text, err := json.Marshal(run)
	if err != nil {
		return err
	}
	return fault("views.SaveRehash", run.ID, s.run(ctx, saveRehash, s.key(keyRehash), run.ID, text).Err())
}

// countRehashed counts for the run there is. ARGV: counter.
var countRehashed = script(`
local key = P .. 'rehash'
if call('EXISTS', key) == 1 then call('HINCRBY', key, ARGV[2], 1) end
return 1`)

// CountRehashed implements triage.RehashStore.
func (s Rehashes) CountRehashed(ctx context.Context, replaced bool) error {
	counter := rehashLeft
	if replaced {
		counter = rehashReplaced
	}
	return fault("views.CountRehashed", "", s.run(ctx, countRehashed, s.key(keyRehash), counter).Err())
}
