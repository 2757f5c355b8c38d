package views

import (
	"context"
	"encoding/binary"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Links implements triage.LinkStore. That media are to be looked at is noted by the scripts that match them, or put them into an
// exhibit (luaLinks).
type Links struct{ db }

// luaLinks notes that a medium which matches the office's set is to be looked at: it came to that match, or to an exhibit.
const luaLinks = `
local function tie(m)
  if m.o then call('ZADD', P .. 'untied', '-inf', '', call('INCR', P .. 'marks'), m.id) end
end
`

// storedTie is a link as kept, beside its exhibit and its addition.
type storedTie struct {
	Category string    `json:"c,omitempty"`
	At       time.Time `json:"t"`
	Event    uint64    `json:"e"`
	Read     time.Time `json:"r,omitzero"`
}

var (
	// looked forgets media that did not come again since. ARGV: medium, mark, and so on.
	looked = script(`
for i = 2, #ARGV, 2 do
  local at = call('ZSCORE', P .. 'untied', ARGV[i])
  if at and tonumber(at) == tonumber(ARGV[i + 1]) then call('ZREM', P .. 'untied', ARGV[i]) end
end
return 'done'`)

	// saveLink keeps a link that is not there. ARGV: exhibit, addition, its event, the link.
	saveLink = script(`
if call('HSETNX', P .. 'tie:' .. ARGV[2], ARGV[3], ARGV[5]) == 1 then
  call('SADD', P .. 'tied:' .. ARGV[3], ARGV[2])
  call('ZADD', P .. 'ties', ARGV[4], ARGV[2] .. ARGV[3])
end
return 'done'`)

	// replaceLink keeps another link in the place of one. ARGV: exhibit, addition, the link as it was, as it is.
	replaceLink = script(`
local key = P .. 'tie:' .. ARGV[2]
if call('HGET', key, ARGV[3]) == ARGV[4] then call('HSET', key, ARGV[3], ARGV[5]) end
return 'done'`)
)

// packAddition is the set (4 bytes) and the number (4) of an addition.
func packAddition(id triage.AdditionID) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(id.Set))
	return string(binary.BigEndian.AppendUint32(b, uint32(id.Number))) //nolint:gosec // additions are counted
}

func unpackAddition(raw string) triage.AdditionID {
	if len(raw) != 8 {
		return triage.AdditionID{}
	}
	b := []byte(raw)
	return triage.AdditionID{Set: triage.SetID(binary.BigEndian.Uint32(b)), Number: int(binary.BigEndian.Uint32(b[4:]))}
}

// DueLinks implements triage.LinkStore.
func (s Links) DueLinks(ctx context.Context, n int) ([]triage.DueLink, error) {
	page, err := s.rdb.ZRangeByScoreWithScores(ctx, s.key(keyUntied), &redis.ZRangeBy{Min: "0", Max: "+inf", Count: int64(n)}).Result()
	due := make([]triage.DueLink, len(page))
	for i, z := range page {
		id, _ := z.Member.(string)
		due[i] = triage.DueLink{Medium: triage.MediumID(unpackID(id)), Mark: uint64(z.Score)}
	}
	return due, fault("views.DueLinks", "", err)
}

// Looked implements triage.LinkStore.
func (s Links) Looked(ctx context.Context, due []triage.DueLink) error {
	args := make([]any, 0, 2*len(due))
	for _, d := range due {
		args = append(args, packID(string(d.Medium)), strconv.FormatUint(d.Mark, 10))
	}
	return fault("views.Looked", "", s.run(ctx, looked, s.key(keyUntied), args...).Err())
}

func (s Links) place(x, addition string) string { return s.key(keyTie, x, "/", addition) }

// SaveLink implements triage.LinkStore.
func (s Links) SaveLink(ctx context.Context, l triage.Link) error {
	const op = "views.SaveLink"
	x, a := packExhibit(l.Exhibit), packAddition(l.AdditionID)
	doc, err := s.sealJSON(op, s.place(x, a), storedTie{string(l.Category), l.At, l.Event, l.Read})
	if err != nil {
		return err
	}
	return fault(op, string(l.Exhibit), s.run(ctx, saveLink, s.key(keyTie, x), x, a, l.Event, doc).Err())
}

// ReadLink implements triage.LinkStore.
func (s Links) ReadLink(ctx context.Context, id triage.ExhibitID, addition triage.AdditionID, at time.Time) error {
	const op = "views.ReadLink"
	x, a := packExhibit(id), packAddition(addition)
	was, err := s.rdb.HGet(ctx, s.key(keyTie, x), a).Result()
	if err == redis.Nil {
		return missing(op, string(id), "link")
	}
	if err != nil {
		return fault(op, string(id), err)
	}
	l, err := s.decode(x, a, was)
	if err != nil || !l.Read.IsZero() {
		return err
	}
	doc, err := s.sealJSON(op, s.place(x, a), storedTie{string(l.Category), l.At, l.Event, at})
	if err != nil {
		return err
	}
	return fault(op, string(id), s.run(ctx, replaceLink, s.key(keyTie, x), x, a, was, doc).Err())
}

func (s Links) decode(x, a, sealed string) (triage.Link, error) {
	var d storedTie
	if err := s.openJSON("views.Links", string(unpackExhibit(x)), s.place(x, a), sealed, &d); err != nil {
		return triage.Link{}, err
	}
	return triage.Link{AdditionID: unpackAddition(a), Exhibit: unpackExhibit(x), Category: triage.CategoryCode(d.Category), At: d.At, Event: d.Event, Read: d.Read}, nil
}

// LinksOf implements triage.LinkStore. Those of one exhibit come in the order in which they were found.
func (s Links) LinksOf(ctx context.Context, exhibits []triage.ExhibitID) ([][]triage.Link, error) {
	pipe := s.rdb.Pipeline()
	answers := make([]*redis.MapStringStringCmd, len(exhibits))
	for i, x := range exhibits {
		answers[i] = pipe.HGetAll(ctx, s.key(keyTie, packExhibit(x)))
	}
	if len(exhibits) > 0 {
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, fault("views.LinksOf", "", err)
		}
	}
	of := make([][]triage.Link, len(exhibits))
	for i, answer := range answers {
		for a, sealed := range answer.Val() {
			if a == landmark {
				continue
			}
			l, err := s.decode(packExhibit(exhibits[i]), a, sealed)
			if err != nil {
				return nil, err
			}
			of[i] = append(of[i], l)
		}
		slices.SortFunc(of[i], func(a, b triage.Link) int { return int(a.Event) - int(b.Event) }) //nolint:gosec // events are counted
	}
	return of, nil
}

// Linked implements triage.LinkStore.
func (s Links) Linked(ctx context.Context, ids []triage.AdditionID) ([][]triage.ExhibitID, error) {
	pipe := s.rdb.Pipeline()
	answers := make([]*redis.StringSliceCmd, len(ids))
	for i, id := range ids {
		answers[i] = pipe.SMembers(ctx, s.key(keyTied, packAddition(id)))
	}
	if len(ids) > 0 {
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, fault("views.Linked", "", err)
		}
	}
	linked := make([][]triage.ExhibitID, len(ids))
	for i, answer := range answers {
		for _, x := range answer.Val() {
			linked[i] = append(linked[i], unpackExhibit(x))
		}
		slices.Sort(linked[i])
	}
	return linked, nil
}

// Links implements triage.LinkStore.
func (s Links) Links(ctx context.Context, offset, n int) ([]triage.Link, int, error) {
	const op = "views.Links"
	pipe := s.rdb.Pipeline()
	count := pipe.ZCard(ctx, s.key(keyTies))
	page := pipe.ZRevRange(ctx, s.key(keyTies), int64(offset), int64(offset+n)-1)
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, 0, fault(op, "", err)
	}
	var links []triage.Link
	for _, name := range page.Val() {
		x, a := name[:min(8, len(name))], name[min(8, len(name)):]
		sealed, err := s.rdb.HGet(ctx, s.key(keyTie, x), a).Result()
		if err == redis.Nil {
			continue
		}
		if err != nil {
			return nil, 0, fault(op, "", err)
		}
		l, err := s.decode(x, a, sealed)
		if err != nil {
			return nil, 0, err
		}
		links = append(links, l)
	}
	return links, int(count.Val()), nil
}
