package views

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Cases implements triage.CaseStore and triage.ClosedStore.
type Cases struct{ db }

var (
	// changeCase keeps a case unless it is not what it was any more. ARGV: case, document before ('': none), document,
	// what stands for its number, '1' while nobody can open an exhibit of it, '1' while it is being reopened.
	changeCase = script(`
local now = call('HGET', P .. 'cases', ARGV[2]) or ''
if now == ARGV[4] then return 1 end -- by an earlier try
if now ~= ARGV[3] then return 0 end
call('HSET', P .. 'cases', ARGV[2], ARGV[4])
call(ARGV[6] == '1' and 'SADD' or 'SREM', P .. 'shut', ARGV[5])
call(ARGV[7] == '1' and 'SADD' or 'SREM', P .. 'reopening', ARGV[2])
return 1`)

	// shutExhibits keeps exhibits as those of a closed case. ARGV: '1' to replace what was kept, then of each: exhibit,
	// document.
	shutExhibits = script(`
for i = 3, #ARGV, 2 do
  if not leaving(ARGV[i]) then call(ARGV[2] == '1' and 'HSET' or 'HSETNX', P .. 'closed', ARGV[i], ARGV[i + 1]) end
end
return 1`)
)

// storedCase is a case as kept.
type storedCase struct {
	Number   string       `json:"n"`
	State    string       `json:"s"`
	Event    uint64       `json:"e"`
	Shelf    uint64       `json:"f,omitempty"`
	PutAway  bool         `json:"p,omitempty"`
	Closed   storedChange `json:"c,omitzero"`
	Reopened storedChange `json:"r,omitzero"`
}

type storedChange struct {
	By        string    `json:"b"`
	At        time.Time `json:"t"`
	Reference string    `json:"r"`
}

// storedClosed is an exhibit of a closed case as kept.
type storedClosed struct {
	Case     string                     `json:"c"`
	Seal     string                     `json:"s"`
	Owner    string                     `json:"o"`
	Unit     string                     `json:"u,omitempty"`
	Opened   time.Time                  `json:"t"`
	Seized   time.Time                  `json:"z,omitzero"`
	Version  int                        `json:"v,omitempty"` // of its manifest; 0: none
	Listed   int                        `json:"l,omitempty"` // items of that
	Sealed   time.Time                  `json:"st,omitzero"`
	Items    map[triage.Disposition]int `json:"i,omitempty"`
	Media    map[triage.Finding]int     `json:"m,omitempty"`
	Pending  int                        `json:"p,omitempty"`
	Wanted   int                        `json:"w,omitempty"`
	Resealed bool                       `json:"r,omitempty"`
}

// packCase shortens "k" and 16 hexadecimal digits to 8 bytes.
func packCase(id triage.CaseID) string {
	if raw, err := hex.DecodeString(string(id[min(1, len(id)):])); err == nil && len(raw) == 8 && id[0] == 'k' {
		return string(raw)
	}
	return "?" + string(id)
}

func (d db) casePlace(id triage.CaseID) string { return d.key(keyCases, "/", packCase(id)) }

// caseMark stands for a case by its number alone.
func (d db) caseMark(number string) string {
	return string(d.sealer.sum(d.key(keyShut), []byte(number))[:8])
}

func (s Cases) encode(r triage.CaseRecord) (string, error) {
	if r == (triage.CaseRecord{}) {
		return "", nil
	}
	return s.sealJSON("views.encodeCase", s.casePlace(r.ID), storedCase{
		r.Number, string(r.State), r.Event, r.Shelf, r.PutAway, storedChange(r.Closed), storedChange(r.Reopened),
	})
}

func (s Cases) decode(id triage.CaseID, sealed string) (triage.CaseRecord, error) {
	var doc storedCase
	err := s.openJSON("views.decodeCase", string(id), s.casePlace(id), sealed, &doc)
	return triage.CaseRecord{
		ID: id, Number: doc.Number, State: triage.CaseState(doc.State), Event: doc.Event, Shelf: doc.Shelf, PutAway: doc.PutAway,
		Closed: triage.CaseChange(doc.Closed), Reopened: triage.CaseChange(doc.Reopened),
	}, err
}

// ChangeCase implements triage.CaseStore.
func (s Cases) ChangeCase(ctx context.Context, from, to triage.CaseRecord) error {
	const op = "change case"
	before, err := s.encode(from)
	if err != nil {
		return err
	}
	after, err := s.encode(to)
	if err != nil {
		return err
	}
	same, err := s.run(ctx, changeCase, s.key(keyCases), packCase(to.ID), before, after, s.caseMark(to.Number),
		flag(to.State != triage.CaseOpen), flag(to.State == triage.CaseReopening)).Int()
	if err == nil && same == 0 {
		return triage.E(triage.Conflict, op, string(to.ID), "this case was closed or reopened meanwhile", nil)
	}
	return fault(op, string(to.ID), err)
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// CaseRecord implements triage.CaseStore.
func (s Cases) CaseRecord(ctx context.Context, id triage.CaseID) (triage.CaseRecord, error) {
	doc, err := s.rdb.HGet(ctx, s.key(keyCases), packCase(id)).Result()
	if err == redis.Nil {
		return triage.CaseRecord{}, missing("read case", string(id), "case")
	}
	if err != nil {
		return triage.CaseRecord{}, fault("views.CaseRecord", string(id), err)
	}
	return s.decode(id, doc)
}

// CaseRecords implements triage.CaseStore.
func (s Cases) CaseRecords(ctx context.Context) ([]triage.CaseRecord, error) {
	docs, err := s.rdb.HGetAll(ctx, s.key(keyCases)).Result()
	if err != nil {
		return nil, fault("views.CaseRecords", "", err)
	}
	list := make([]triage.CaseRecord, 0, len(docs))
	for raw, doc := range docs {
		r, err := s.decode(triage.CaseID("k"+hex.EncodeToString([]byte(raw))), doc)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// Reopening implements triage.CaseStore.
func (s Cases) Reopening(ctx context.Context) (bool, error) {
	n, err := s.rdb.SCard(ctx, s.key(keyReopening)).Result()
	return n > 0, fault("views.Reopening", "", err)
}

func (d db) closedPlace(id triage.ExhibitID) string { return d.key(keyClosed, "/", packExhibit(id)) }

// Shut implements triage.ClosedStore.
func (s Cases) Shut(ctx context.Context, replace bool, exhibits ...triage.ClosedExhibit) error {
	for some := range slices.Chunk(exhibits, batch) {
		args := []any{flag(replace)}
		for i := range some {
			x := &some[i]
			doc := storedClosed{
				Case: x.Case, Seal: x.Seal, Owner: x.Owner, Unit: x.Unit, Opened: x.Opened, Seized: x.Seized, Items: x.Items, Media: x.Media, Pending: x.Pending,
				Wanted: x.Wanted, Resealed: x.Resealed,
			}
			if m := x.Manifest; m != nil {
				doc.Version, doc.Listed, doc.Sealed = m.Version, m.Items, m.Sealed
			}
			sealed, err := s.sealJSON("views.Shut", s.closedPlace(x.ID), doc)
			if err != nil {
				return err
			}
			args = append(args, packExhibit(x.ID), sealed)
		}
		if err := s.run(ctx, shutExhibits, s.key(keyClosed), args...).Err(); err != nil {
			return fault("views.Shut", string(some[0].ID), err)
		}
	}
	return nil
}

func (s Cases) decodeClosed(id triage.ExhibitID, sealed string) (triage.ClosedExhibit, error) {
	var doc storedClosed
	err := s.openJSON("views.decodeClosed", string(id), s.closedPlace(id), sealed, &doc)
	x := triage.ClosedExhibit{
		Exhibit: triage.Exhibit{ID: id, Case: doc.Case, Seal: doc.Seal, Owner: doc.Owner, Unit: doc.Unit, Opened: doc.Opened, Seized: doc.Seized},
		Items:   doc.Items, Media: doc.Media, Pending: doc.Pending, Wanted: doc.Wanted, Resealed: doc.Resealed,
	}
	if doc.Version > 0 {
		x.Manifest = &triage.Manifest{Version: doc.Version, Items: doc.Listed, Sealed: doc.Sealed}
	}
	return x, err
}

// ClosedExhibit implements triage.ClosedStore.
func (s Cases) ClosedExhibit(ctx context.Context, id triage.ExhibitID) (triage.ClosedExhibit, error) {
	doc, err := s.rdb.HGet(ctx, s.key(keyClosed), packExhibit(id)).Result()
	if err == redis.Nil {
		return triage.ClosedExhibit{}, missing("read closed exhibit", string(id), "exhibit of a closed case")
	}
	if err != nil {
		return triage.ClosedExhibit{}, fault("views.ClosedExhibit", string(id), err)
	}
	return s.decodeClosed(id, doc)
}

// ClosedExhibits implements triage.ClosedStore.
func (s Cases) ClosedExhibits(ctx context.Context) ([]triage.ClosedExhibit, error) {
	docs, err := s.rdb.HGetAll(ctx, s.key(keyClosed)).Result()
	if err != nil {
		return nil, fault("views.ClosedExhibits", "", err)
	}
	list := make([]triage.ClosedExhibit, 0, len(docs))
	for raw, doc := range docs {
		x, err := s.decodeClosed(unpackExhibit(raw), doc)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	slices.SortFunc(list, func(a, b triage.ClosedExhibit) int { return b.Opened.Compare(a.Opened) })
	return list, nil
}

// closedErr is what everybody is told who would add to an exhibit of a closed case.
func closedErr(op string, id triage.ExhibitID) error {
	return triage.E(triage.Conflict, op, string(id), triage.ClosedHint, triage.ErrClosed)
}
