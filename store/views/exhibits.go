package views

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Exhibits implements triage.ExhibitStore.
type Exhibits struct{ db }

// storedExhibit is an exhibit as kept. The parts of its manifest follow one another, 32 bytes each.
type storedExhibit struct {
	Case     string          `json:"c"`
	Seal     string          `json:"s"`
	Owner    string          `json:"o"`
	Unit     string          `json:"u,omitempty"`
	Opened   time.Time       `json:"t"`
	Seized   time.Time       `json:"z,omitzero"`
	Manifest *storedManifest `json:"m,omitempty"`
}

type storedManifest struct {
	Version int       `json:"v"`
	Parts   []byte    `json:"p"`
	Items   int       `json:"i"`
	Sealed  time.Time `json:"t"`
}

func (s Exhibits) encode(x triage.Exhibit) (string, error) {
	doc := storedExhibit{Case: x.Case, Seal: x.Seal, Owner: x.Owner, Unit: x.Unit, Opened: x.Opened, Seized: x.Seized}
	if m := x.Manifest; m != nil {
		doc.Manifest = &storedManifest{Version: m.Version, Items: m.Items, Sealed: m.Sealed}
		for _, part := range m.Parts {
			raw, err := packPart(part)
			if err != nil {
				return "", err
			}
			doc.Manifest.Parts = append(doc.Manifest.Parts, raw...)
		}
	}
	return s.sealJSON("views.encodeExhibit", s.exhibit(x.ID), doc)
}

func (s Exhibits) decode(id triage.ExhibitID, sealed string) (triage.Exhibit, error) {
	var doc storedExhibit
	if err := s.openJSON("views.decodeExhibit", string(id), s.exhibit(id), sealed, &doc); err != nil {
		return triage.Exhibit{}, err
	}
	x := triage.Exhibit{ID: id, Case: doc.Case, Seal: doc.Seal, Owner: doc.Owner, Unit: doc.Unit, Opened: doc.Opened, Seized: doc.Seized}
	if m := doc.Manifest; m != nil {
		x.Manifest = &triage.Manifest{Version: m.Version, Items: m.Items, Sealed: m.Sealed}
		for raw := range slices.Chunk(m.Parts, 32) {
			x.Manifest.Parts = append(x.Manifest.Parts, triage.PartID(hex.EncodeToString(raw)))
		}
	}
	return x, nil
}

// packPart halves a part's identifier, a SHA-256 in hexadecimal.
func packPart(part triage.PartID) (string, error) {
	raw, err := hex.DecodeString(string(part))
	if err != nil || len(raw) != 32 {
		return "", triage.E(triage.Invalid, "views.packPart", string(part), "a part is named by its SHA-256", err)
	}
	return string(raw), nil
}

// openExhibit keeps an exhibit unless there is one. ARGV: exhibit, document, owner, time, what stands for the number of its
// case, '1' to restore.
var openExhibit = script(`
local x = ARGV[2]
local why = barred(x, ARGV[7] == '1')
if not why and ARGV[7] ~= '1' and call('SISMEMBER', P .. 'shut', ARGV[6]) == 1 then why = 'closed' end
if why then return why end
if call('SET', P .. 'x:' .. x, ARGV[3], 'NX') then
  call('ZADD', P .. 'exhibits', ARGV[5], x)
  call('ZADD', P .. 'exhibits:' .. ARGV[4], ARGV[5], x)
  if gathers(ARGV[6]) then call('HSET', P .. 'lifted', x, ARGV[6]) end
end
return 'done'`)

// SaveExhibit implements triage.ExhibitStore.
func (s Exhibits) SaveExhibit(ctx context.Context, x triage.Exhibit) (triage.Exhibit, error) {
	if err := s.open(ctx, x, false); err != nil {
		return triage.Exhibit{}, err
	}
	return s.Exhibit(ctx, x.ID)
}

// open keeps an exhibit unless there is one; it restores one that was put away.
func (s Exhibits) open(ctx context.Context, x triage.Exhibit, restoring bool) error {
	const op = "views.SaveExhibit"
	doc, err := s.encode(x)
	if err != nil {
		return err
	}
	if unpackExhibit(packExhibit(x.ID)) != x.ID {
		return triage.E(triage.Invalid, op, string(x.ID), "this is not the name of an exhibit", nil)
	}
	kept, err := s.run(ctx, openExhibit, s.exhibit(x.ID), packExhibit(x.ID), doc, x.Owner, x.Opened.UnixMilli(), s.caseMark(x.Case), flag(restoring)).Text()
	if err != nil {
		return fault(op, string(x.ID), err)
	}
	return barredErr("open exhibit", x.ID, kept)
}

// Exhibit implements triage.ExhibitStore.
func (s Exhibits) Exhibit(ctx context.Context, id triage.ExhibitID) (triage.Exhibit, error) {
	doc, err := s.rdb.Get(ctx, s.exhibit(id)).Result()
	if err == redis.Nil {
		return triage.Exhibit{}, missing("read exhibit", string(id), "exhibit")
	}
	if err != nil {
		return triage.Exhibit{}, fault("views.Exhibit", string(id), err)
	}
	return s.decode(id, doc)
}

// Exhibits implements triage.ExhibitStore.
func (s Exhibits) Exhibits(ctx context.Context, owner string) ([]triage.Exhibit, error) {
	const op = "views.Exhibits"
	index := s.key(keyExhibits)
	if owner != "" {
		index = s.key(keyExhibits, ":", owner)
	}
	raw, err := s.rdb.ZRevRange(ctx, index, 0, -1).Result()
	if err != nil {
		return nil, fault(op, owner, err)
	}
	exhibits := make([]triage.Exhibit, 0, len(raw))
	for ids := range slices.Chunk(raw, batch) {
		keys := make([]string, len(ids))
		for i, id := range ids {
			keys[i] = s.key(keyExhibit, id)
		}
		docs, err := s.rdb.MGet(ctx, keys...).Result()
		if err != nil {
			return nil, fault(op, owner, err)
		}
		for i, doc := range docs {
			text, there := doc.(string)
			if !there {
				continue // it has just left
			}
			x, err := s.decode(unpackExhibit(ids[i]), text)
			if err != nil {
				return nil, err
			}
			exhibits = append(exhibits, x)
		}
	}
	return exhibits, nil
}

// dispositions are the fields of xc:<x> that count items, in the order in which xp:<x> lists them.
var dispositions = []struct {
	value triage.Disposition
	field string
}{
	{triage.IsMedia, "im"}, {triage.NotMedia, "in"}, {triage.IsEmpty, "ie"}, {triage.IsUnreadable, "iu"}, {triage.IsRefused, "ir"},
}

// fieldVersion of xc:<x> is the version of the manifest; absent while the exhibit is not sealed.
const fieldVersion = "V"

// progress reads what Progress tells in one step. Of media that a sweep goes over, it counts the part that is left.
// KEYS: exhibit, its counters, torank, media by epoch, epoch, floor, sweep, stirred.
var progress = redis.NewScript(`
local epoch, floor = tonumber(redis.call('GET', KEYS[5]) or '0'), tonumber(redis.call('GET', KEYS[6]) or '0')
local due, behind = 0, 0
local epochs = redis.call('HGETALL', KEYS[4])
for i = 1, #epochs, 2 do
  local e = tonumber(epochs[i])
  if e < 0 then due = due + epochs[i + 1] elseif math.max(e, floor) < epoch then behind = behind + epochs[i + 1] end
end
local sweep = redis.call('HMGET', KEYS[7], 'until', 'done', 'of')
if behind > 0 and tonumber(sweep[1] or '-1') == epoch then
  behind = math.max(1, math.floor(behind * (1 - sweep[2] / sweep[3])))
end
return {
  redis.call('EXISTS', KEYS[1]), redis.call('HGETALL', KEYS[2]), redis.call('ZCARD', KEYS[3]) + redis.call('SCARD', KEYS[8]), due + behind, epoch,
}`)

// Progress implements triage.ExhibitStore. No exhibit is settled while any group waits for its rank, whoever's it
// is: a busy exhibit delays the others' last word, never changes it.
func (s Exhibits) Progress(ctx context.Context, id triage.ExhibitID) (triage.Progress, error) {
	answer, err := progress.Run(ctx, s.rdb, s.progressKeys(id)).Slice()
	if err != nil {
		return triage.Progress{}, fault("views.Progress", string(id), err)
	}
	if number(answer[0]) == 0 {
		return triage.Progress{}, missing("read progress", string(id), "exhibit")
	}
	return unpackProgress(id, answer), nil
}

// progressKeys are the KEYS of progress.
func (d db) progressKeys(id triage.ExhibitID) []string {
	return []string{d.exhibit(id), d.key(keyCounts, packExhibit(id)), d.key(keyToRank), d.key(keyEpochs), d.key(keyEpoch), d.key(keySwept), d.key(keySweep), d.key(keyStirred)}
}

// unpackProgress reads the answer of progress.
func unpackProgress(id triage.ExhibitID, answer []any) triage.Progress {
	counts, toRank, outdated, epoch := texts(answer[1]), number(answer[2]), number(answer[3]), triage.Epoch(number(answer[4]))
	n := make(map[string]int, len(counts)/2)
	for i := 0; i+1 < len(counts); i += 2 {
		n[counts[i]], _ = strconv.Atoi(counts[i+1])
	}
	p := triage.Progress{
		Exhibit: id, Items: make(map[triage.Disposition]int), Media: make(map[triage.Finding]int),
		Pending: n["?"] + n["w"], Wanted: n["w"], Manifest: n[fieldVersion], Sealed: n[fieldVersion] > 0,
		Epoch: epoch, Rematch: int(outdated), Spent: unpackSpent(n),
	}
	for _, d := range dispositions {
		p.Items[d.value] = n[d.field]
	}
	for _, f := range triage.Findings {
		p.Media[f] = n[findings.of[f]]
	}
	p.Settled = p.Sealed && p.Pending == 0 && p.Rematch == 0 && toRank == 0
	return p
}

func currentEpoch(ctx context.Context, d db) (triage.Epoch, error) {
	n, err := d.rdb.Get(ctx, d.key(keyEpoch)).Uint64()
	if err == redis.Nil {
		return 0, nil // no set has ever changed
	}
	return triage.Epoch(n), fault("views.currentEpoch", "", err)
}

// packCounts writes a part's items by disposition as numbers between spaces.
func packCounts(counts map[triage.Disposition]int) string {
	var b strings.Builder
	for _, d := range dispositions {
		b.WriteString(strconv.Itoa(counts[d.value]) + " ")
	}
	return b.String()
}
